#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ended by a signal: guests are released, no file stays behind."""

import os
import signal
import subprocess
import time

from clitest import Fake, command, contains, equal, main, read, start, test, write

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def wait_for_packet(log, packet):
    deadline = time.monotonic() + 20
    while not (os.path.exists(log) and f" packet {packet}" in read(log)):
        assert time.monotonic() < deadline, f"no {packet}"
        time.sleep(0.01)


def end(process, *signals):
    """Send the signals; status and seconds it took."""
    begin = time.monotonic()
    for number in signals:
        process.send_signal(number)
        time.sleep(0.1)
    status = process.wait(timeout=30)
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
        # Slow enough to be met in the middle of the registers.
        with Fake("--registers", 3000, "--running", "--serial", "--delay-ms", 2, "--log", log) as fake:
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
        for i in range(12):
            process = start("read", "-t", fake.target)
            time.sleep(0.02 * i)
            process.send_signal(SIGNALS[i % 3])
            process.wait(timeout=30)
            process.communicate()
            assert process.returncode in (0, -SIGNALS[i % 3]), process.returncode
        equal(fake.stop()["left_halted"], "0")


@test
def while_the_stub_is_silent(_):
    with Fake("--fault", "silence:p*", "--running") as fake:
        process = start("read", "--timeout", "3", "-t", fake.target)
        time.sleep(0.3)
        status, err, took = end(process, signal.SIGTERM)
        equal((status, err), (-signal.SIGTERM, ""))
        assert took < 5, took


@test
def second_signal_ends_at_once(directory):
    out = os.path.join(directory, "out")
    with Fake("--fault", "silence:p*", "--running") as fake:
        process = start("read", "--timeout", "20", "-t", fake.target, "-o", out)
        time.sleep(0.3)
        status, err, took = end(process, signal.SIGTERM, signal.SIGINT)
        assert status in (-signal.SIGTERM, -signal.SIGINT), status
        equal(err, "")
        assert took < 3, took
    equal(os.listdir(directory), [])


@test
def while_waiting(directory):
    out = os.path.join(directory, "out")
    process = start("read", "--wait", "-t", "127.0.0.1:1", "-o", out)
    time.sleep(0.4)
    status, err, took = end(process, signal.SIGINT)
    equal((status, err), (-signal.SIGINT, ""))
    assert took < 1, took
    equal(os.listdir(directory), [])


@test
def while_a_fifo_is_opened(directory):
    path = os.path.join(directory, "fifo")
    os.mkfifo(path)
    process = start("read", "-t", "127.0.0.1:1", "-o", path)
    time.sleep(0.3)
    equal(end(process, signal.SIGTERM)[0], -signal.SIGTERM)


@test
def several_targets(_):
    options = ("--registers", 3000, "--running", "--serial", "--delay-ms", 2)
    with Fake(*options) as one, Fake("--fault", "silence", "--running") as mute, Fake(*options) as two:
        process = start("dump", "--timeout", "2", "-t", one.target, "-t", mute.target, "-t", two.target,
                        "-t", "127.0.0.1:1")
        time.sleep(0.5)
        equal(end(process, signal.SIGHUP)[:2], (-signal.SIGHUP, ""))
        for fake in (one, two):
            equal(fake.stop()["left_halted"], "0")


@test
def spawned_command_ends(directory):
    pid = os.path.join(directory, "pid")
    script = write(os.path.join(directory, "stub"), f"#!/bin/sh\necho $$ > {pid}\nexec sleep 100\n")
    os.chmod(script, 0o755)
    process = start("read", "--timeout", "20", "--", script)
    while not os.path.exists(pid) or not read(pid).strip():
        time.sleep(0.01)
    time.sleep(0.2)
    status, err, _ = end(process, signal.SIGTERM)
    equal((status, err), (-signal.SIGTERM, ""))
    assert not os.path.exists(f"/proc/{read(pid).strip()}"), "the command is still there"


@test
def shell_sees_128_and_the_number(_):
    line = '"$@" & pid=$!; sleep 0.4; kill -TERM $pid; wait $pid; echo $?'
    with Fake("--fault", "silence:p*", "--running") as fake:
        done = subprocess.run(["sh", "-c", line, "sh", *command("read", "-t", fake.target, "--timeout", 1)],
                              stdout=subprocess.PIPE, text=True, check=False, timeout=30)
        contains(done.stdout, "143")


@test
def hangup_under_nohup(_):
    with Fake("--fault", "silence:p*", "--running") as fake:
        process = subprocess.Popen(["nohup", *command("read", "--timeout", "1", "-t", fake.target)],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(0.3)
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=30)
        equal(process.returncode, 3, "ignored, and then the stub's silence counts")


if __name__ == "__main__":
    main()
