#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 600
"""However gdbregs-cli ends, the guest is left as it was found.

QMP, which has nothing to do with the gdbstub, reports how it was left. Most checks use one
SeaBIOS guest, which must be running again after every command.
"""
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import libcompare
import libtest
import qemu
from libtest import (BAD_STUB, CLI, DEADLINE_S, DONE, NO_CONNECTION, NO_OUTPUT, NO_REGISTER, USAGE,
                     check, equal, run, runs_again, say, started)
from rsp import Rsp
from tool import finish, poll

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
BROKEN_XML = "<target><feature name='f'><reg name='r' bitsize='64'></target>"


def expect(machine, status, *args, stdout=subprocess.PIPE):
    """Run a command on the running guest: check its status and message, and that the guest runs."""
    text = " ".join(args)
    result = run(*args, "-t", machine.address, stdout=stdout)
    check(result.status == status, "exit status", f"{text}: {result}, expected {status}")
    if status != DONE:
        libtest.one_message(result, text)
    runs_again(machine, text)
    return result


def check_success(machine):
    for args in (("vcpus",), ("list",), ("read", "rip"), ("dump",), ("dump", "-f", "json"),
                 ("dump", "-f", "csv"), ("dump", "-f", "jsonl"), ("packet", "qC")):
        expect(machine, DONE, *args)
    say("running again after each kind of success")


def check_errors(machine, directory):
    broken = os.path.join(directory, "broken.xml")
    with open(broken, "w") as file:
        file.write(BROKEN_XML)
    missing = os.path.join(directory, "no", "such", "file")
    expect(machine, NO_REGISTER, "read", "no_such_register")
    expect(machine, NO_REGISTER, "read", "-c", "99", "rip")
    expect(machine, NO_REGISTER, "dump", "--feature", "no.such.feature", "no_such")
    expect(machine, BAD_STUB, "dump", "--tdesc", broken)
    expect(machine, NO_OUTPUT, "dump", "--tdesc", missing)
    expect(machine, NO_OUTPUT, "dump", "-o", missing)
    expect(machine, USAGE, "dump", "--no-such-option")
    expect(machine, USAGE, "no_such_command")
    with open("/dev/full", "w") as full:
        expect(machine, NO_OUTPUT, "dump", stdout=full)
    say("running again after each kind of error")


def check_unavailable():
    """A register that cannot be read is an error with --strict only. The harts of sifive_u
    have such registers: pmpcfg1 in QEMU 7.2, time in 10.0."""
    target = qemu.target("sifive_u")
    if libtest.absent(target):
        return
    with qemu.Machine(target, halted=False) as machine:
        vcpu = libcompare.survey(machine)[0]
        machine.cont()
        name = next(reg.name for reg in vcpu.registers if vcpu.values[reg.number] is None)
        expect(machine, DONE, "read", "pc", name)
        expect(machine, NO_REGISTER, "read", "--strict", "pc", name)
        expect(machine, DONE, "dump")
        expect(machine, NO_REGISTER, "dump", "--strict")
    say(f"running again after unavailable registers ({name}), with --strict and without")


def signalled(machine, args, number, delay_s):
    """Signal a command at work. Returns whether the signal ended it."""
    process = started(machine, *args, stdout=subprocess.DEVNULL)
    time.sleep(delay_s)
    process.send_signal(number)
    place = f"{args[0]} with {number.name} after {delay_s * 1000:.1f} ms"
    result = finish(process)
    # It was ended by the signal, or has ended before.
    check(result.status in (0, -number, 128 + number), "status on a signal", f"{place}: {result}")
    runs_again(machine, place)
    return result.status != 0


def check_signals_while_busy(machine):
    """Commands that would go on for ever are ended by each signal."""
    commands = [("watch", "-i", "0.05", "rip"), ("trace", "-n", "1000000000", "rip")]
    tried = []
    for args in commands:
        if run(args[0], "--help").status != DONE:
            continue
        tried.append(args[0])
        for number in SIGNALS:
            check(signalled(machine, args, number, 0.4), "ended by a signal", args[0])
    say(f"running again after signals to {', '.join(tried) or 'nothing that goes on'}")


def check_pipe(machine):
    """The reader of the output ends early: the guest runs after SIGPIPE or EPIPE."""
    for args in ("dump", "dump -f jsonl", "list -f csv"):
        line = f"'{CLI}' {args} -t {machine.address} | head -n 1 >/dev/null"
        subprocess.run(["sh", "-c", line], check=True, timeout=DEADLINE_S, stderr=subprocess.DEVNULL)
        runs_again(machine, f"{args} | head -1")
    say("running again after | head -1")


def check_killed(machine):
    """SIGKILL cannot be caught: the guest may stay stopped. The next command resumes it."""
    process = started(machine, "dump")
    time.sleep(0.004)
    process.kill()
    finish(process)
    expect(machine, DONE, "dump", "--on-exit", "resume")
    say("resumed by the next command after SIGKILL")


def check_halted(stub):
    """A guest started with -S stays halted, unless --on-exit says otherwise."""
    with qemu.Machine(qemu.target("x86_64"), halted=True, stub=stub) as machine:
        for args in (("dump",), ("dump", "--on-exit", "restore"), ("dump", "--on-exit", "halt"),
                     ("read", "no_such_register"), ("read", "--strict", "rip"), ("vcpus",)):
            run(*args, "-t", machine.address)
            equal(machine.status(), "prelaunch", f"-S, after {' '.join(args)}")
        for _ in range(3):
            signalled_while_halted(machine)
        equal(run("dump", "-t", machine.address, "--on-exit", "resume").status, DONE, "-S, resume")
        check(poll(machine.running, DEADLINE_S), "-S, --on-exit resume", machine.status())
        equal(run("dump", "-t", machine.address, "--on-exit", "halt").status, DONE, "running, halt")
        time.sleep(0.1)
        check(not machine.running(), "running, --on-exit halt", machine.status())
    say(f"started with -S ({stub}): stays halted, also after errors and signals; resume and halt "
        "as told")


def check_must_not_run():
    """A machine that waits for a migration, or has migrated, must not run: the guest would be
    lost, or run twice."""
    for words, wanted in ((("-incoming", "defer"), "inmigrate"), ((), "postmigrate")):
        with qemu.Machine(qemu.target("x86_64"), halted=False, extra=words) as machine:
            if wanted == "postmigrate":
                machine.qmp.execute("migrate", uri="exec:cat >/dev/null")
            check(poll(lambda m=machine, w=wanted: m.status() == w, DEADLINE_S), wanted,
                  machine.status())
            for args in (("dump",), ("read", "no_such_register"), ("vcpus",),
                         ("dump", "--on-exit", "resume")):
                run(*args, "-t", machine.address)
                equal(machine.status(), wanted, f"{wanted}, after {' '.join(args)}")
            for args in (("watch", "-i", "0.1", "rip"), ("trace", "-n", "3", "rip"),
                         ("trace", "--break", "0x7c00", "rip")):
                result = run(*args, "-t", machine.address)
                equal(result.status, BAD_STUB, f"{wanted} {' '.join(args)}")
                libtest.one_message(result, args[0])
                check(f"paused ({wanted})" in result.err, "it is said why", result.err)
                equal(machine.status(), wanted, f"{wanted}, after {' '.join(args)}")
    say("machines that wait for a migration, or are done with one, do not run")


def check_stopped_by_others():
    """A guest that its monitor stops while the tool lets it run stays stopped."""
    for args in (("watch", "-i", "60", "rip"), ("trace", "--break", "0x1", "rip")):
        for stop, wanted, leave in (("stop", "paused", "restore"),
                                    ("migrate", "postmigrate", "restore"),
                                    ("migrate", "postmigrate", "resume")):
            place = f"{stop} during {args[0]}, {leave}"
            with qemu.Machine(qemu.target("x86_64"), halted=True) as machine:
                machine.cont()
                process = started(machine, *args, "--on-exit", leave)
                process.stdout.readline()
                check(poll(machine.running, DEADLINE_S), place, "it does not run")
                machine.qmp.execute(stop, **({} if stop == "stop" else
                                             {"uri": "exec:cat >/dev/null"}))
                # trace waited for something that has not come.
                equal(finish(process).status, args[0] == "trace", place)
                check(poll(lambda m=machine, w=wanted: m.status() == w, DEADLINE_S), place,
                      machine.status())
    say("a guest that somebody else stops while we let it run stays so")


def signalled_while_halted(machine):
    process = started(machine, "dump")
    time.sleep(random.uniform(0, 0.02))
    process.terminate()
    check(finish(process).status is not None, "-S, SIGTERM", "no end")
    equal(machine.status(), "prelaunch", "-S, after SIGTERM")


def check_second_client(machine):
    """The stub serves another client: the tool says so, and the other client finds the guest
    as before. When that client has left, QEMU accepts the tool's abandoned connection, which
    stops the guest: the bytes that the tool left there must make it run again."""
    with Rsp(machine.socket_address) as first:
        first.hello()
        first.select("p1.1")
        before = [first.register(number) for number in range(24)]
        result = run("dump", "-t", machine.address, "--timeout", "1")
        equal(result.status, NO_CONNECTION, "second client's status")
        libtest.one_message(result, "second client")
        check(any(word in result.err.lower() for word in ("another", "other client", "busy")),
              "second client's message", result.err)
        equal([first.register(number) for number in range(24)], before, "first client's registers")
        check(not machine.running(), "first client's machine stays stopped")
        first.detach(1)
    time.sleep(0.3)
    runs_again(machine, "the first client detached")
    expect(machine, DONE, "dump")
    say(f"second client: {result.err.strip()}")


def check_second_client_interrupted(machine):
    """The tool is interrupted while it waits to be served: the guest runs afterwards."""
    for number in SIGNALS:
        for args in (("dump",), ("dump", "--wait=20")):
            place = f"{' '.join(args)} with {number.name} while another client is served"
            with Rsp(machine.socket_address) as first:
                first.hello()
                process = started(machine, *args)
                time.sleep(0.3)
                process.send_signal(number)
                check(finish(process).status in (-number, 128 + number), "interrupted", place)
                first.detach(1)
            time.sleep(0.2)
            runs_again(machine, place)
    say("running again after a client interrupted while it waited for its turn")


def check_second_client_halting(machine):
    """With --on-exit halt, the abandoned connection does not resume the guest."""
    with Rsp(machine.socket_address) as first:
        first.hello()
        result = run("dump", "-t", machine.address, "--timeout", "1", "--on-exit", "halt")
        equal(result.status, NO_CONNECTION, "halting second client's status")
    time.sleep(0.3)
    check(not machine.running(), "halting second client", machine.status())
    machine.cont()
    expect(machine, DONE, "dump")


def check_waiting_client(machine):
    """With --wait, the tool is served when the first client has left."""
    with Rsp(machine.socket_address) as first:
        first.hello()
        process = started(machine, "dump", "--wait=50")
        time.sleep(1)
        check(process.poll() is None, "--wait waits")
        first.detach(1)
    result = finish(process)
    check(result.status == DONE, "--wait is served", result)
    runs_again(machine, "--wait")
    say("--wait: served after the first client has left")


def main():
    target = qemu.target("x86_64")
    libtest.need(target.binary)
    with qemu.Machine(target, halted=False, stub="tcp") as machine, \
            tempfile.TemporaryDirectory(prefix="gdbregs-real.") as directory:
        check_success(machine)
        check_errors(machine, directory)
        check_signals_while_busy(machine)
        check_pipe(machine)
        check_killed(machine)
        check_second_client(machine)
        check_second_client_interrupted(machine)
        check_second_client_halting(machine)
        check_waiting_client(machine)
        check(not machine.dead(), "QEMU lives")
    check_unavailable()
    for stub in ("tcp", "unix"):
        check_halted(stub)
    check_must_not_run()
    check_stopped_by_others()
    libtest.finish("harmless")


main()
