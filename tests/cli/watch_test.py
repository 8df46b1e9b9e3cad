#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""watch: samples of a running guest, in a pipe and on a terminal."""

import csv
import io
import json
import os
import re
import signal
import subprocess
import time

from clitest import (DEADLINE_S, Fake, command, contains, equal, finish, main, one_line, read, run,
                     silent_ok, start, test, wait_for_packet, wait_until, write)
from terminal import Terminal

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
        equal(sorted(found[0]), ["changed", "reason", "sample", "state", "time", "vcpu"])
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
def one_round_trip_a_sample(directory):
    log = os.path.join(directory, "log")
    with Fake("--registers", 3, "--vcpus", 2, "--log", log) as fake:
        silent_ok(run("watch", "-n", "3", "-i", "0.1", "r0", "-c", "all", "-t", fake.target))
    packets = [line.split()[2] for line in read(log).splitlines() if " packet " in line]
    runs = [i for i, word in enumerate(packets) if word.startswith("vCont;c")]
    equal(packets[runs[0] + 1:runs[1]], ["Hgp1.1", "p0", "qThreadExtraInfo,p1.1",
                                              "Hgp1.2", "p0", "qThreadExtraInfo,p1.2"])


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
            # There were three samples before the third run.
            wait_for_packet(log, "vCont;c", 3)
            process.send_signal(signal.SIGINT)
            result = finish(process)
            equal((result.status, result.err), (-signal.SIGINT, ""))
            assert len(json.loads(read(out))) >= 3
            equal(int(fake.stop()["left_" + left]), 1, state)


@test
def how_a_halted_guest_is_left(_):
    """QEMU forgets that a guest was halted when an interrupt stops it; a step is remembered."""
    with Fake("--one-guest", "--registers", 2) as fake:
        next_client = "left halted; the next client lets it run, unless it uses --on-exit halt\n"
        for command in (["trace", "-n", "1"], ["where"]):
            result = run(*command, "-v", "-t", fake.target)
            assert result.err.endswith("left halted\n"), result
        for command, status in ((["watch", "-n", "2", "-i", "0.05"], 0),
                                (["trace", "--break", "0x10", "--within", "0.1"], 1)):
            result = run(*command, "-v", "--on-exit", "halt", "-t", fake.target)
            equal(result.status, status, repr(result))
            contains(result.err, next_client)
        contains(run("where", "-v", "-t", fake.target).err, "left running")


@test
def a_reader_that_leaves(_):
    # Nothing changes, so nothing is written. The tool must notice the end nevertheless.
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
        contains(result.err, "stopped on its own (signal 5)")
        equal([json.loads(x)["reason"] for x in result.out.splitlines()], ["sample", "stopped"])


@test
def a_guest_that_ends(directory):
    """The guest powers off. It is not left in any state, and no stop is reported."""
    script = os.path.join(directory, "script")
    for reply, status, says in [
            ("reply W07", 0, "note: {}: the watch ends after sample 1: exited 7"),
            ("reply X09", 0, "note: {}: the watch ends after sample 1: terminated by signal 9"),
            ("close", 4, "{}: the stub closed the connection")]:
        write(script, f"vCont;c* -> {reply}\n")
        with Fake("--registers", 2, "--running", "--script", script) as fake:
            result = run("watch", "-v", "-f", "jsonl", "-t", fake.target)
            one_line(result, status, says.format(fake.target))
            equal(len(result.out.splitlines()), 1)


@test
def a_guest_that_does_not_stop(_):
    """The stop reply never comes, as from a gdbserver that cannot signal the program."""
    with Fake("--registers", 2, "--fault", "mute:vCont;c*", "--running") as fake:
        result = run("watch", "-n", "3", "-i", "0.05", "--timeout", "0.5", "-t", fake.target)
        one_line(result, 3, "has not stopped for 0.5 s")
        begun = time.monotonic()
        run("watch", "-n", "3", "-i", "0.05", "--timeout", "2", "-t", fake.target)
        took = time.monotonic() - begun
        assert 2 < took < 3.5, took  # it does not wait a second time
        result = run("watch", "-v", "-i", "0.05", "--timeout", "0.5", "-t", fake.target)
        contains(result.err, "it is not known how the guest was left")
        assert "left halted" not in result.err, result.err
    with Fake("--qemu-user", "--registers", 2, "--fault", "mute:vCont;c*") as fake:
        result = run("watch", "-n", "3", "-i", "0.05", "--timeout", "0.5", "-t", fake.target)
        one_line(result, 3, "has not stopped for 0.5 s: QEMU's user emulation cannot be interrupted")
    with Fake("--registers", 2, "--running") as fake:
        result = run("watch", "-v", "-n", "2", "-i", "0.05", "--on-exit", "halt", "-t", fake.target)
        contains(result.err, "left halted")


@test
def a_tool_that_was_stopped(directory):
    """The time passes while the tool is suspended (^Z). A reply that has arrived meanwhile is in
    time."""
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


def name(text):
    return text.encode().hex()


@test
def a_vcpu_that_is_halted_is_reported(directory):
    """The stub is asked at each sample. A stub that never reports a state is not asked again."""
    script = os.path.join(directory, "script")
    write(script, f"""qThreadExtraInfo* @1 -> reply {name("CPU#0 [running]")}
qThreadExtraInfo* @3 -> reply {name("CPU#0 [halted ]")}
qThreadExtraInfo* @4 -> reply E01
""")
    # The first reply is the one on connecting. After the third one comes the usual reply.
    with Fake("--registers", 2, "--changing", "99", "--script", script) as fake:
        out = silent_ok(run("watch", "-n", "4", "-i", "0.05", "-t", fake.target))
        equal([line.split("  ", 1)[1] for line in out.splitlines()[2:]],
              ["running -> halted", "halted -> running"])
    with Fake("--registers", 1, "--wfi", "0", "--changing", "99") as fake:
        out = silent_ok(run("watch", "-n", "2", "-i", "0.05", "-t", fake.target))
        equal(out.splitlines()[0].split("  ", 1)[1], "halted")
        equal(len(out.splitlines()), 2)
        equal([r["state"] for r in samples(fake, "-n", "2")], ["halted"] * 2)
    log = os.path.join(directory, "log")
    write(script, "qThreadExtraInfo* -> reply " + name("a name") + "\n")
    with Fake("--registers", 1, "--script", script, "--log", log) as fake:
        assert "state" not in samples(fake, "-n", "3")[0]
    equal(read(log).count("qThreadExtraInfo"), 1)


# ------------------------------------------------------------------- terminal

def watch(fake, *args, **more):
    return Terminal("watch", "-i", "0.1", "-t", fake.target, *args, **more)


def names(line):
    return re.findall(r"(\S+) +0x", line)


@test
def in_place(_):
    """On the alternate screen; the last frame stays as text when it ends."""
    with Fake("--registers", 3, "--changing", "1") as fake, watch(fake, "-n", "3") as t:
        t.until_shown("sample 2")
        assert t.screen.alternate and t.screen.hidden
        lines = t.screen.lines()
        equal([names(line) for line in lines], [[], [], ["r0"], ["r1"], ["r2"]])
        contains(lines[1], "vCPU 0 running")
        (value,) = t.screen.styled("7")
        assert lines[3].endswith(value), "what has changed is reversed"
        equal(t.end(), "")
        contains("\n".join(t.screen.lines()), "sample 3")
        equal(names(t.screen.lines()[3]), ["r1"])


@test
def without_colour(_):
    with Fake("--registers", 3, "--changing", "1") as fake:
        with watch(fake, "-n", "2", env={"NO_COLOR": "1"}) as t:
            t.end()
            assert "\x1b[7m" not in t.shown and "\x1b[1m" not in t.shown, t.shown
            assert re.search(r"^\*r1", "\n".join(t.screen.lines()), re.M), t.screen.lines()
        with watch(fake, "-n", "2", env={"TERM": "dumb"}) as t:
            t.end()
            assert "\x1b" not in t.shown, "a dumb terminal gets lines"
            contains(t.shown, " -> ")


X86 = """<target><architecture>i386:x86-64</architecture><feature name="org.gnu.gdb.i386.core">
<flags id="i386_eflags" size="4"><field name="ZF" start="6" end="6"/></flags>
<vector id="v4" type="uint32" count="4"/>
<reg name="xmm0" bitsize="128" type="v4"/><reg name="st0" bitsize="80" type="i387_ext"/>
<reg name="cs" bitsize="32" type="int32"/>
%s<reg name="rsp" bitsize="64" type="data_ptr"/><reg name="rip" bitsize="64" type="code_ptr"/>
<reg name="eflags" bitsize="32" type="i386_eflags"/></feature></target>"""


def x86(directory, *options, more=16):
    registers = "".join(f'<reg name="r{i}" bitsize="64" type="int64"/>' for i in range(more))
    write(os.path.join(directory, "target.xml"), X86 % registers)
    return Fake("--tdesc", directory, *options)


@test
def the_important_ones_come_first(directory):
    """The order is pc, sp and flags, then numbers by size, floats and vectors."""
    with x86(directory, more=2) as fake:
        with watch(fake) as t:
            t.until_shown("sample 2")
            equal([n for line in t.screen.lines() for n in names(line)],
                  ["rip", "rsp", "eflags", "r0", "r1", "cs", "st0", "xmm0"])
            assert "eflags" in t.screen.lines()[4] and "[" in t.screen.lines()[4]
            t.type("q")
            t.end()
    with x86(directory, more=40) as fake, watch(fake, rows=20) as t:
        t.until_shown("sample 2")
        first = t.screen.lines()[1] + t.screen.lines()[2]
        equal(names(first), ["rip", "rsp", "eflags"])
        equal(names(t.screen.lines()[3])[0], "r0")
        t.type("q")
        t.end()


@test
def all_rows_are_used(_):
    """The last vCPU is shown, too, and a line says how much does not fit."""
    with Fake("--registers", 300) as fake:
        for rows, columns in ((24, 80), (12, 40), (50, 132), (10, 300), (5, 30)):
            with watch(fake, rows=rows, columns=columns) as t:
                t.until_shown("do not fit" if columns > 30 else "not fi")
                lines = t.screen.lines()
                equal(len(lines), rows)
                missing = int(re.search(r"\.\.\. (\d+) registers do", lines[-1])[1])
                equal(sum(len(names(line)) for line in lines), 300 - missing)
                t.type("q")
                t.end()
        with watch(fake, rows=60, columns=132) as t:
            t.until_shown("sample 2")
            down = [int(names(line)[column][1:]) for column in range(3) for line in t.screen.lines()[2:]
                    if column < len(names(line))]
            equal(down, list(range(300))[:len(down)])
            t.type("q")
            t.end()


@test
def no_line_is_wider_than_the_terminal(directory):
    """The terminal of the test fails if a line is too long. The smallest terminals show something,
    too."""
    with x86(directory, "--vcpus", "2", more=20) as fake:
        for rows, columns in ((24, 80), (12, 40), (3, 30), (2, 12), (1, 5), (24, 2)):
            for vcpus in ("0", "all"):
                with watch(fake, "-n", "2", "-c", vcpus, rows=rows, columns=columns) as t:
                    t.end()
        with watch(fake, rows=12, columns=40) as t:
            t.until_shown("rip")
            t.until_shown("r5")
            t.type("q")
            t.end()


@test
def each_vcpu_has_its_state(directory):
    with x86(directory, "--vcpus", "4", "--wfi", "2") as fake:
        with watch(fake, "-c", "all") as t:
            t.until_shown("sample 2")
            heads = [line for line in t.screen.lines() if line.startswith("vCPU")]
            equal([head.split()[:3] for head in heads],
                  [["vCPU", str(i), "halted" if i == 2 else "running"] for i in range(4)])
            for head in heads:
                equal(names(head)[0], "rip")
            equal(len(t.screen.lines()), 24)
            t.type("q")
            t.end()
        with watch(fake, "-c", "all", rows=4) as t:
            t.until_shown("2 vCPUs do not fit")
            t.type("q")
            t.end()


@test
def the_title_says_how_to_end(_):
    """Parts that do not fit are left out, not cut: first the interval, then the time."""
    with Fake("--registers", 3, "--running") as fake:
        place = fake.target
        for columns, parts in ((100, [place, "every 0.1 s", r"sample \d+", r"\d{4}-\S+ \S+", "q: end"]),
                               (70, [place, r"sample \d+", r"\d{4}-\S+ \S+", "q: end"]),
                               (40, [place, r"sample \d+", "q: end"]), (20, [r"sample \d+", "q: end"])):
            with watch(fake, rows=12, columns=columns) as t:
                t.until_shown("sample 2")
                title = t.screen.lines()[0]
                assert re.fullmatch("  ".join(parts), title), (columns, title)
                t.type("q")
                t.end()


@test
def a_window_that_changes(_):
    """The screen is drawn again at once, not with the next sample."""
    with Fake("--registers", 100) as fake, Terminal("watch", "-i", "30", "-t", fake.target) as t:
        t.until_shown("sample 1")
        equal(len(t.screen.lines()), 24)
        t.resize(40, 100)
        t.until(lambda screen: len(screen.lines()) == 40, "40 rows")
        equal(len(names(t.screen.lines()[5])), 3)
        t.type("q")
        t.end()


@test
def keys_end_it(_):
    """q, ^C, and ^C twice end it. The guest runs, and the terminal is as before."""
    with Fake("--registers", 3, "--running") as fake:
        for keys, status in (("q", 0), ("xQ", 0), ("\3", -signal.SIGINT), ("\x1c", -signal.SIGQUIT)):
            with Terminal("watch", "-i", "30", "-t", fake.target) as t:
                t.until_shown("sample 1")
                contains(t.screen.lines()[0], "q: end")
                t.type(keys)
                t.end(status)
                contains("\n".join(t.screen.lines()), "sample 1")
        equal(fake.stop()["left_halted"], "0")


@test
def a_second_signal_gives_the_terminal_back(_):
    """The stub does not answer any more. Detaching waits for it, the second ^C does not."""
    with Fake("--registers", 3, "--fault", "silence:D*") as fake, watch(fake) as t:
        t.until_shown("sample 2")
        t.type("\3")
        wait_until(lambda: int(t.process.poll() is None), "it waits")
        time.sleep(0.2)
        t.read(0)
        t.type("\3")
        t.end(-signal.SIGINT)


@test
def stopped_and_continued(directory):
    """^Z in a shell with job control restores the terminal, and `fg` takes it again."""
    script = write(os.path.join(directory, "script"), 'set -m\n"$@"\necho stopped; read line\nfg\n')
    with Fake("--registers", 3, "--running") as fake:
        t = watch(fake, prefix=("sh", script))
        with t:
            t.until_shown("sample 2")
            t.type("\x1a")
            t.until(lambda screen: not screen.alternate, "the usual screen")
            t.until_shown("stopped")
            t.is_given_back()
            t.type("x\n")
            t.until(lambda screen: screen.alternate, "the other screen")
            t.until_shown("sample")
            t.type("q")
            t.end()
        equal(fake.stop()["left_halted"], "0")


@test
def a_failure_gives_the_terminal_back(_):
    with Fake("--registers", 3, "--fault", "mute@3:vCont;c*", "--running") as fake:
        with watch(fake, "--timeout", "0.5") as t:
            contains(t.end(3), "has not stopped")
    with Fake("--registers", 2, "--stop-after-ms", 150) as fake:
        with Terminal("watch", "-i", "30", "-t", fake.target) as t:
            contains(t.end(), "stopped on its own (signal 5)")
            contains(t.screen.lines()[0], "stopped by itself")


@test
def usage(_):
    for args, part in ((["-i", "0"], "--interval"), (["-n", "0"], "--count"), (["--until", "3"], "--until"),
                       (["--all"], "--all"), (["-t", ":1", "-t", ":2"], "one --target")):
        one_line(run("watch", *args), 2, part)


if __name__ == "__main__":
    main()
