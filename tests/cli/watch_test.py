#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""watch: samples of a running guest, in a pipe and on a terminal."""

import csv
import fcntl
import io
import json
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time

from clitest import (DEADLINE_S, Fake, command, contains, drain, equal, finish, main, one_line, read, run,
                     silent_ok, start, test, wait_for_packet, wait_until, write)

FEATURE = "org.example.fake.core"
STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}"


def samples(fake, *args):
    text = silent_ok(run("watch", "-f", "jsonl", "-i", "0.05", "-t", fake.target, *args))
    return [json.loads(line) for line in text.splitlines()]


@test
def json_lines(_):
    with Fake("--registers", 4, "--changing", "1,2", "--vcpus", 2, "--running") as fake:
        found = samples(fake, "-n", "4", "-c", "1", "r[0-2]")
        equal([r["sample"] for r in found], [1, 2, 3, 4])
        equal([[e["name"] for e in r["changed"]] for r in found],
              [["r0", "r1", "r2"]] + [["r1", "r2"]] * 3)
        equal({(r["vcpu"], r["reason"]) for r in found}, {(1, "sample")})
        equal(sorted(found[0]), ["changed", "reason", "sample", "time", "vcpu"])
        equal(sorted(found[0]["changed"][0]), ["bytes", "feature", "name", "value"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found[0]["time"])
        equal(fake.stop()["left_halted"], "0")


@test
def the_guest_runs_in_between(directory):
    log = os.path.join(directory, "log")
    with Fake("--registers", 3, "--log", log, "--running") as fake:
        silent_ok(run("watch", "-n", "3", "-i", "0.1", "-t", fake.target))
        summary = fake.stop()
        equal((summary["interrupts"], summary["left_halted"]), ("2", "0"))
    words = [line.split()[1:3] for line in read(log).splitlines() if " packet " in line or "interrupt" in line]
    heads = [w[1] if w[0] == "packet" else w[0] for w in words]
    runs = [i for i, word in enumerate(heads) if word.startswith("vCont;c")]
    equal(len(runs), 2)
    for i in runs:
        equal(heads[i + 1], "interrupt", "nothing is sent while it runs")


@test
def one_flight_a_sample(directory):
    log = os.path.join(directory, "log")
    with Fake("--registers", 3, "--vcpus", 2, "--log", log) as fake:
        silent_ok(run("watch", "-n", "3", "-i", "0.1", "r0", "-c", "all", "-t", fake.target))
    packets = [line.split()[2] for line in read(log).splitlines() if " packet " in line]
    runs = [i for i, word in enumerate(packets) if word.startswith("vCont;c")]
    equal(packets[runs[0] + 1:runs[1]], ["Hgp1.1", "p0", "Hgp1.2", "p0"])


@test
def interval(_):
    with Fake("--registers", 1) as fake:
        begin = time.monotonic()
        silent_ok(run("watch", "-n", "6", "-i", "0.2", "-t", fake.target))
        took = time.monotonic() - begin
        assert 1.0 <= took < 20, took


@test
def lines_in_a_pipe(_):
    with Fake("--registers", 3, "--changing", "1") as fake:
        text = silent_ok(run("watch", "-n", "3", "-i", "0.05", "-t", fake.target))
        lines = text.splitlines()
        equal(len(lines), 5)
        for line in lines[:3]:
            assert re.fullmatch(STAMP + r"  r[0-2]  0x[0-9a-f]{16}", line), line
        for line in lines[3:]:
            assert re.fullmatch(STAMP + r"  r1  0x[0-9a-f]{16} -> 0x[0-9a-f]{16}", line), line
        text = silent_ok(run("watch", "-n", "1", "-c", "all", "r1", "-t", fake.target))
    with Fake("--registers", 3, "--vcpus", 2) as fake:
        text = silent_ok(run("watch", "-n", "1", "-c", "all", "r1", "-t", fake.target))
        equal([line.split()[2:5] for line in text.splitlines()],
              [["vCPU", "0", "r1"], ["vCPU", "1", "r1"]])


@test
def csv_and_json(_):
    with Fake("--registers", 2) as fake:
        args = ("-n", "2", "-i", "0.05", "-t", fake.target)
        rows = list(csv.reader(io.StringIO(silent_ok(run("watch", "-f", "csv", *args)))))
        equal(",".join(rows[0]),
              "time,sample,vcpu,reason,feature,name,bits,type,bytes,value,error")
        equal([(row[1], row[5]) for row in rows[1:]],
              [("1", "r0"), ("1", "r1"), ("2", "r0"), ("2", "r1")])
        equal([r["sample"] for r in json.loads(silent_ok(run("watch", "-j", *args)))], [1, 2])


@test
def ended_by_a_signal(directory):
    out = os.path.join(directory, "out")
    for state, left in (("--running", "running"), ("--halted", "halted")):
        log = os.path.join(directory, "log" + state)
        with Fake("--registers", 3, "--log", log, state) as fake:
            process = start("watch", "-j", "-i", "0.1", "-o", out, "-t", fake.target)
            # Before the third run there have been three samples.
            wait_for_packet(log, "vCont;c", 3)
            process.send_signal(signal.SIGINT)
            result = finish(process)
            equal((result.status, result.err), (-signal.SIGINT, ""))
            assert len(json.loads(read(out))) >= 3
            equal(int(fake.stop()["left_" + left]), 1, state)


@test
def a_reader_that_leaves(_):
    # Nothing changes, so nothing is written: it must be noticed all the same.
    with Fake("--registers", 3, "--changing", "99", "--running") as fake:
        process = subprocess.Popen(command("watch", "-i", "0.1", "-t", fake.target),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.readline()
        process.stdout.close()
        process.wait(timeout=DEADLINE_S)
        equal(process.stderr.read(), b"")
        process.stderr.close()
        equal(fake.stop()["left_halted"], "0")


@test
def a_guest_that_stops_by_itself(_):
    with Fake("--registers", 2, "--stop-after-ms", 150) as fake:
        result = run("watch", "-i", "30", "-f", "jsonl", "-t", fake.target)
        equal(result.status, 0)
        contains(result.err, "stopped by itself, with signal 5")
        equal([json.loads(x)["reason"] for x in result.out.splitlines()], ["sample", "stopped"])


@test
def a_guest_that_ends(directory):
    """It powers off: no guest is there to be left any way, and no stop is made up."""
    script = os.path.join(directory, "script")
    for reply, status, says in [
            ("reply W07", 0, "note: {}: the watch ends after sample 1: exited 7"),
            ("reply X09", 0, "note: {}: the watch ends after sample 1: terminated by signal 9"),
            ("close", 4, "{}: closed the connection")]:
        write(script, f"vCont;c* -> {reply}\n")
        with Fake("--registers", 2, "--running", "--script", script) as fake:
            result = run("watch", "-v", "-f", "jsonl", "-t", fake.target)
            one_line(result, status, says.format(fake.target))
            equal(len(result.out.splitlines()), 1)


@test
def a_guest_that_does_not_stop(_):
    """The stop reply never comes, as gdbserver's where it can't signal the program."""
    with Fake("--registers", 2, "--fault", "mute:vCont;c*", "--running") as fake:
        result = run("watch", "-n", "3", "-i", "0.05", "--timeout", "0.5", "-t", fake.target)
        one_line(result, 3, "has not stopped for 0.5 s")
        result = run("watch", "-v", "-i", "0.05", "--timeout", "0.5", "-t", fake.target)
        contains(result.err, "not seen to stop")
        assert "left halted" not in result.err, result.err
    with Fake("--registers", 2, "--running") as fake:
        result = run("watch", "-v", "-n", "2", "-i", "0.05", "--on-exit", "halt", "-t", fake.target)
        contains(result.err, "left halted")


@test
def a_tool_that_was_stopped(directory):
    """Its time passes while it stands (^Z); what has come meanwhile is still in time."""
    log = os.path.join(directory, "log")
    with Fake("--registers", 2, "--running", "--log", log) as fake:
        process = start("watch", "-n", "2", "-i", "1", "--timeout", "3", "--log-packets",
                        "-t", fake.target)
        wait_for_packet(log, "vCont;c")
        fake.process.send_signal(signal.SIGSTOP)
        line = process.stderr.readline()
        while "\\x03" not in line:
            assert line, "ended before it interrupted"
            line = process.stderr.readline()
        process.send_signal(signal.SIGSTOP)
        fake.process.send_signal(signal.SIGCONT)
        wait_until(lambda: " interrupt" in read(log), "interrupt")
        time.sleep(3.2)
        process.send_signal(signal.SIGCONT)
        equal(finish(process).status, 0)


# ------------------------------------------------------------------- terminal

def on_terminal(fake, *args, rows=24, columns=80, env=None):
    """What it writes to a terminal of that size, and its status."""
    master, slave = pty.openpty()
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    environment = dict(os.environ, **{"TERM": "xterm", **(env or {})})
    if not env or "NO_COLOR" not in env:
        environment.pop("NO_COLOR", None)
    process = subprocess.Popen(command("watch", "-i", "0.1", "-t", fake.target, *args), stdout=slave,
                               stderr=subprocess.PIPE, env=environment)
    os.close(slave)
    text = drain(master)
    process.wait(timeout=DEADLINE_S)
    process.stderr.close()
    return process.returncode, text


def frames(text):
    return [re.sub("\x1b\\[[0-9;?]*[a-zA-Z]", "", frame) for frame in text.split("\x1b[H")[1:]]


@test
def no_line_is_wider_than_the_terminal(_):
    with Fake("--registers", 3, "--size", "1=16", "--changing", "1") as fake:
        for columns in [80, 44, 43, 42, 30, 12, 5, 2]:
            status, text = on_terminal(fake, "-n", "2", columns=columns)
            equal(status, 0)
            for line in "".join(frames(text)).splitlines():
                assert len(line) <= columns, (columns, line)
        assert "r1" in frames(on_terminal(fake, "-n", "1", columns=12)[1])[0]


@test
def in_place(_):
    with Fake("--registers", 3, "--changing", "1") as fake:
        status, text = on_terminal(fake, "-n", "3")
        equal(status, 0)
        equal(len(frames(text)), 3)
        contains(frames(text)[2], "sample 3")
        assert text.count("\x1b[7m") == 2, "r1 is highlighted in two of three frames"
        assert text.index("\x1b[?25l") < text.index("\x1b[?25h"), "the cursor comes back"
        for frame in frames(text):
            equal(len(frame.splitlines()), 4, frame)


@test
def without_colour(_):
    with Fake("--registers", 3, "--changing", "1") as fake:
        _, text = on_terminal(fake, "-n", "2", env={"NO_COLOR": "1"})
        assert "\x1b[7m" not in text and "\x1b[1m" not in text, repr(text)
        assert re.search(r"^\*r1", frames(text)[1], re.M), text
        _, text = on_terminal(fake, "-n", "2", env={"TERM": "dumb"})
        assert "\x1b" not in text, "a dumb terminal gets lines"
        contains(text, " -> ")


@test
def fits_the_terminal(_):
    with Fake("--registers", 60) as fake:
        for rows, columns in ((24, 80), (10, 120), (50, 40), (5, 30), (3, 20), (2, 10)):
            _, text = on_terminal(fake, "-n", "2", rows=rows, columns=columns)
            for frame in frames(text):
                lines = frame.rstrip("\r\n").splitlines()
                assert len(lines) < rows or rows < 3, f"{rows}x{columns}: {len(lines)} lines"
                if columns >= 30:
                    assert max(map(len, lines)) <= columns, f"{rows}x{columns}: {frame}"
        _, text = on_terminal(fake, "-n", "1", rows=10, columns=40)
        contains(text, "do not fit")


@test
def a_second_signal_gives_the_cursor_back(_):
    with Fake("--registers", 3, "--fault", "silence:Hg*", "--fault-connection", "9") as fake:
        status, text = on_terminal(fake, "-n", "2")
        equal(status, 0)
        equal(text.count("\x1b[?25h"), 1)


@test
def usage(_):
    for args, part in ((["-i", "0"], "--interval"), (["-n", "0"], "--count"), (["--until", "3"], "--until"),
                       (["--all"], "--all"), (["-t", ":1", "-t", ":2"], "one --target")):
        one_line(run("watch", *args), 2, part)


if __name__ == "__main__":
    main()
