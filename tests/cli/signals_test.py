#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ending by a signal: guests are released, and no file is left."""

import os
import signal
import socket
import subprocess
import time

from clitest import (DEADLINE_S, Fake, command, contains, equal, finish, main, read, start, test,
                     wait_for_packet, wait_until, write)

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


# The stub is so slow that the tool is interrupted while it reads registers with p.
SLOW = ("--registers", 3000, "--running", "--serial", "--delay-ms", 20, "--no-g")
SILENT = ("--fault", "silence:p*", "--running")


def end(process, *signals):
    """Send the signals. Returns the exit status and the seconds until the end."""
    begin = time.monotonic()
    for number in signals:
        process.send_signal(number)
        time.sleep(0.1)
    status = process.wait(timeout=DEADLINE_S)
    err = process.stderr.read()
    process.stdout.close()
    process.stderr.close()
    return status, err, time.monotonic() - begin


@test
def while_reading(directory):
    log, out = os.path.join(directory, "log"), os.path.join(directory, "out")
    for number in SIGNALS:
        if os.path.exists(log):
            os.unlink(log)
        with Fake(*SLOW, "--log", log) as fake:
            process = start("dump", "-t", fake.target, "-o", out)
            wait_for_packet(log, "p10")
            status, err, _ = end(process, number)
            equal((status, err), (-number, ""))
            equal(fake.stop()["left_halted"], "0", f"{number}")
        equal(os.listdir(directory), ["log"], "no temporary file")


@test
def at_any_moment(directory):
    log = os.path.join(directory, "log")
    with Fake("--registers", 200, "--running", "--serial", "--delay-ms", 1, "--log", log) as fake:
        for i in range(16):
            process = start("read", "-t", fake.target)
            time.sleep(0.02 * i)
            process.send_signal(SIGNALS[i % 4])
            process.wait(timeout=DEADLINE_S)
            process.communicate()
            assert process.returncode in (0, -SIGNALS[i % 4]), process.returncode
        equal(fake.stop()["left_halted"], "0")


@test
def while_the_stub_is_silent(directory):
    """The tool waits for the reply to its detach, but no longer than for other replies."""
    log = os.path.join(directory, "log")
    with Fake(*SILENT, "--log", log) as fake:
        process = start("read", "--timeout", "5", "-t", fake.target)
        wait_for_packet(log, "p")
        status, err, _ = end(process, signal.SIGTERM)
        equal((status, err), (-signal.SIGTERM, ""))


@test
def second_signal_ends_at_once(directory):
    log, out = os.path.join(directory, "log"), os.path.join(directory, "out")
    with Fake(*SILENT, "--log", log) as fake:
        process = start("read", "--timeout", "50", "-t", fake.target, "-o", out)
        wait_for_packet(log, "p")
        status, err, took = end(process, signal.SIGTERM, signal.SIGINT)
        assert status in (-signal.SIGTERM, -signal.SIGINT), status
        equal(err, "")
        assert took < 30, took
    equal(os.listdir(directory), ["log"])


@test
def while_waiting(directory):
    out = os.path.join(directory, "out")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(DEADLINE_S)
        process = start("read", "--wait=50", "-t", "127.0.0.1:%d" % server.getsockname()[1], "-o", out)
        for _ in range(2):
            server.accept()[0].close()
    status, err, took = end(process, signal.SIGINT)
    equal((status, err), (-signal.SIGINT, ""))
    assert took < 30, took
    equal(os.listdir(directory), [])


@test
def while_a_fifo_is_opened(directory):
    path = os.path.join(directory, "fifo")
    os.mkfifo(path)
    process = start("read", "-t", "127.0.0.1:1", "-o", path)
    time.sleep(0.3)
    equal(end(process, signal.SIGTERM)[0], -signal.SIGTERM)


@test
def several_targets(directory):
    logs = [os.path.join(directory, name) for name in ("one", "mute", "two")]
    with Fake(*SLOW, "--log", logs[0]) as one, Fake(*SLOW, "--log", logs[2]) as two, \
            Fake("--fault", "silence", "--running", "--log", logs[1]) as mute:
        process = start("dump", "--timeout", "6", "-t", one.target, "-t", mute.target, "-t", two.target,
                        "-t", "127.0.0.1:1")
        for log, packet in zip(logs, ("p10", "", "p10")):
            wait_for_packet(log, packet)
        equal(end(process, signal.SIGHUP)[:2], (-signal.SIGHUP, ""))
        for fake in (one, two):
            equal(fake.stop()["left_halted"], "0")


@test
def spawned_command_ends(directory):
    pid = os.path.join(directory, "pid")
    script = write(os.path.join(directory, "stub"), f"#!/bin/sh\necho $$ > {pid}\nexec sleep 100\n")
    os.chmod(script, 0o755)
    process = start("read", "--timeout", "6", "--", script)
    wait_until(lambda: os.path.exists(pid) and read(pid).strip(), "the command runs")
    status, err, _ = end(process, signal.SIGTERM)
    equal((status, err), (-signal.SIGTERM, ""))
    assert not os.path.exists(f"/proc/{read(pid).strip()}"), "the command is still there"


def is_alive(pid):
    """Returns whether the process is alive. A zombie is not."""
    try:
        return read(f"/proc/{pid}/stat").rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


@test
def spawned_shell_leaves_nothing_behind(directory):
    """The stub is a child of a child, and ignores the end of its input."""
    path = os.path.join(directory, "pid")
    process = start("read", "--timeout", "1", "--", "sh", "-c",
                    f"sh -c 'echo $$ >{path}; exec sleep 100'; true")
    wait_until(lambda: os.path.exists(path) and read(path).strip(), "the command runs")
    pid = read(path).strip()
    assert is_alive(pid)
    equal(finish(process).status, 3)
    wait_until(lambda: not is_alive(pid), "the command ends")


@test
def second_signal_ends_the_command(directory):
    path = os.path.join(directory, "pid")
    process = start("read", "--timeout", "50", "--", "sh", "-c", f"echo $$ >{path}; exec sleep 100")
    wait_until(lambda: os.path.exists(path) and read(path).strip(), "the command runs")
    end(process, signal.SIGINT, signal.SIGINT)
    wait_until(lambda: not is_alive(read(path).strip()), "the command ends")


@test
def shell_sees_128_and_the_number(directory):
    log = os.path.join(directory, "log")
    line = 'log=$1; shift; "$@" >/dev/null & until grep -q " packet p10" "$log"; do sleep 0.1; done; ' \
        'kill -TERM $!; wait $!; echo $?'
    with Fake(*SLOW, "--log", log) as fake:
        done = subprocess.run(["sh", "-c", line, "sh", log, *command("read", "-t", fake.target)],
                              stdout=subprocess.PIPE, text=True, check=False, timeout=DEADLINE_S)
        contains(done.stdout, "143")


@test
def hangup_under_nohup(directory):
    log = os.path.join(directory, "log")
    with Fake(*SILENT, "--log", log) as fake:
        process = subprocess.Popen(["nohup", *command("read", "--timeout", "2", "-t", fake.target)],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        wait_for_packet(log, "p")
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=DEADLINE_S)
        equal(process.returncode, 3, "ignored, and then the stub's silence counts")


if __name__ == "__main__":
    main()
