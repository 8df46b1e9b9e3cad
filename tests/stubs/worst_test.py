#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 600
"""Accidents with a real QEMU: it is frozen, reset or powered off during a command, the
client before died in the middle of a packet, the monitor resumes a guest that the tool has
stopped, vCPUs are plugged in. The tool ends soon, with one line, and the guest runs on.

SIGNALS=200 sends each signal at that many random moments (20 otherwise).
"""
import json
import os
import random
import signal
import socket
import time

import libtest
import qemu
from libtest import (BAD_STUB, DEADLINE_S, DONE, NO_CONNECTION, NO_REGISTER, check, equal,
                     one_message, run, runs_again, say, started)
from tool import finish

SEED = int(os.environ.get("SEED", time.time_ns() % 100000))
rng = random.Random(SEED)


def fails_well(result, place, statuses=(NO_CONNECTION, BAD_STUB)):
    """Check that the command was done before the accident, or has failed with one line."""
    check(result.status in (DONE, *statuses), place, result)
    if result.status not in (DONE, None):
        one_message(result, place)
        errors = [line for line in result.err.splitlines() if not line.startswith("gdbregs-cli: note:")]
        equal(len(errors), 1, place)


def dumps(machine, place):
    equal(run("dump", "-t", machine.address).status, DONE, place)
    runs_again(machine, place)


# ------------------------------------------------------------------------ frozen

def check_frozen(machine):
    """QEMU is stopped by SIGSTOP and does not answer in time. It reads what the tool has written
    when it continues."""
    frozen = 0
    for delay_ms in (0, 2, 4, 6, 8):
        place = f"QEMU frozen after {delay_ms} ms"
        try:
            if delay_ms == 0:
                machine.process.send_signal(signal.SIGSTOP)
            tool = started(machine, "dump", "--timeout", "0.5")
            time.sleep(delay_ms / 1000)
            machine.process.send_signal(signal.SIGSTOP)
            result = finish(tool)
        finally:
            machine.process.send_signal(signal.SIGCONT)
        fails_well(result, place, (NO_CONNECTION,))
        frozen += result.status == NO_CONNECTION
        runs_again(machine, place)
        dumps(machine, f"a dump after: {place}")
    check(frozen > 0, "frozen in time", "every dump was through before")
    say(f"QEMU frozen in the middle of a dump: {frozen} of 5 without an answer, the guest runs on")


def check_second_signal(machine):
    """The first signal asks the tool to detach. With a silent stub, the second one ends it."""
    machine.process.send_signal(signal.SIGSTOP)
    try:
        tool = started(machine, "dump", "--timeout", "50", "--log-packets")
        # It has asked, and its handlers are in place.
        tool.stderr.readline()
        tool.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        begin = time.monotonic()
        tool.send_signal(signal.SIGINT)
        result = finish(tool)
        check(time.monotonic() - begin < 30, "second signal", "it waited for the stub")
        check(result.status in (-signal.SIGTERM, -signal.SIGINT), "second signal", result)
    finally:
        machine.process.send_signal(signal.SIGCONT)
    equal(run("dump", "-t", machine.address, "--on-exit", "resume").status, DONE, "after two signals")
    runs_again(machine, "two signals")
    say("a second signal ends the tool at once although QEMU is frozen")


# ------------------------------------------------------------- clients before us

def packet(payload):
    return b"$" + payload + b"#%02x" % (sum(payload) & 0xff)


def say_and_die(machine, *parts):
    """Connect, write these bytes, and reset the connection."""
    with socket.create_connection(machine.socket_address, DEADLINE_S) as sock:
        for part in parts:
            sock.sendall(part)
            time.sleep(0.02)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def check_died(machine):
    hello = (b"+" + packet(b"qSupported:multiprocess+"), b"+" + packet(b"?"))
    words = {
        "nothing said": (), "$": (b"$",), "half a packet": (b"+$qSuppor",),
        "a packet without its checksum": (b"+$?#",), "half a checksum": (b"+$?#3",),
        "an escape": (b"+$X}",), "half of vCont;c": (*hello, b"+$vCon"),
        "vCont;c under way": (*hello, b"+" + packet(b"vCont;c")),
        "vCont;c and an interrupt": (*hello, b"+" + packet(b"vCont;c"), b"\3"),
        "a step": (*hello, b"+" + packet(b"vCont;s:p1.1")),
        "a flood of p": (*hello, packet(b"Hgp1.1") + packet(b"p0") * 3000 + b"$p"),
        "a wrong checksum": (b"$?#00",), "damaged digits": (b"$?#zz",),
    }
    for place, parts in words.items():
        say_and_die(machine, *parts)
        result = run("dump", "-j", "-t", machine.address, "--on-exit", "resume")
        if check(result.status == DONE, f"after a client that died: {place}", result):
            vcpus = json.loads(result.out)["targets"][0]["vcpus"]
            check(all(r["bytes"] for v in vcpus for r in v["registers"]), place, "values are missing")
        runs_again(machine, f"a client that died: {place}")
    say(f"{len(words)} clients died in the middle of a word, the next one is served")


# ---------------------------------------------------------------- under our feet

def check_monitor(machine):
    """QMP resumes and stops the machine while it is being dumped."""
    statuses = []
    for _ in range(25):
        tool = started(machine, "dump", "--timeout", "1")
        begin = time.monotonic()
        while tool.poll() is None and time.monotonic() - begin < 5:
            machine.qmp.execute(rng.choice(("cont", "stop", "cont")))
            time.sleep(rng.uniform(0, 0.003))
        result = finish(tool)
        fails_well(result, "the monitor interferes")
        statuses.append(result.status)
        machine.cont()
    dumps(machine, "the monitor interfered")
    say(f"the monitor resumed and stopped the machine in 25 dumps: "
        f"{statuses.count(DONE)} were taken, the others refused")


def check_monitor_watch(machine):
    tool = started(machine, "watch", "-n", "15", "-i", "0.03", "--timeout", "1", "rip")
    begin = time.monotonic()
    while tool.poll() is None and time.monotonic() - begin < 20:
        machine.qmp.execute(rng.choice(("stop", "cont", "cont")))
        time.sleep(rng.uniform(0, 0.05))
    fails_well(finish(tool), "the monitor interferes with watch")
    machine.cont()
    dumps(machine, "the monitor interfered with watch")
    say("the monitor resumed and stopped the machine during a watch")


def bios(path, code):
    """Write a BIOS that waits some tenths of a second and runs this code, again and again."""
    image = bytearray(b"\xf4" * 65536)
    wait = b"\x66\xb9" + (80_000_000).to_bytes(4, "little") + b"\x66\x49\x75\xfc"
    body = wait + code
    image[0:len(body) + 2] = body + b"\xeb" + bytes([(-(len(body) + 2)) & 0xff])
    image[0xfff0:0xfff5] = b"\xea\x00\x00\x00\xf0"
    qemu.write_bytes(path, bytes(image))
    return ["-bios", path]


def out_byte(port, value):
    return b"\xba" + port.to_bytes(2, "little") + b"\xb0" + bytes([value]) + b"\xee"


# The last action of the guest, QEMU's options for it, and the event if a guest remains.
ENDINGS = {
    "resets": (out_byte(0x64, 0xfe), [], "RESET"),
    "powers off": (out_byte(0x501, 1), ["-device", "isa-debug-exit,iobase=0x501"], None),
    "panics": (out_byte(0x505, 1), ["-device", "pvpanic", "-action", "panic=pause"],
               "GUEST_PANICKED"),
    "ends in a shutdown": (out_byte(0x505, 1), ["-device", "pvpanic", "-action", "panic=shutdown",
                                                "-no-shutdown"], "GUEST_PANICKED"),
}


def has_happened(machine, event):
    """Returns true if QMP has reported the event, or if QEMU has ended.

    A QEMU that will end is not asked: QEMU 10.0 hangs in monitor_cleanup() if a command arrives
    while it ends.
    """
    if event is None or machine.dead():
        return machine.dead()
    try:
        machine.status()
    except (RuntimeError, OSError):
        machine.process.wait(DEADLINE_S)
    return event in machine.qmp.events


def check_endings():
    for what, (code, options, event) in ENDINGS.items():
        target = qemu.Target(what, "qemu-system-x86_64", options,
                             program=lambda path, code=code: bios(path, code))
        for args in (("watch", "-n", "12", "-i", "0.05", "rip"), ("dump",)):
            with qemu.Machine(target, halted=False, stub="tcp") as machine:
                place = f"{args[0]} while the guest {what}"
                begin, after = time.monotonic(), 0
                # The guest runs only between commands. After the event, two more commands.
                while after < 3 and time.monotonic() - begin < 2 * DEADLINE_S:
                    result = finish(started(machine, *args, "--timeout", "1"))
                    fails_well(result, place, (NO_CONNECTION, BAD_STUB, NO_REGISTER))
                    after += has_happened(machine, event)
                check(after, place, "it does not")
                equal(machine.dead(), event is None, f"{place}: QEMU is dead")
    say(f"the guest {', '.join(ENDINGS)} under watch and under dumps: no hang, one line")


# ---------------------------------------------------------------------- hot-plug

def vcpu_count(machine):
    return len(libtest.run_json("vcpus", "-t", machine.address) or ())


def check_hotplug():
    target = qemu.Target("hot-plug", "qemu-system-x86_64", ["-M", "q35"], vcpus="1,maxcpus=3")
    with qemu.Machine(target, halted=False, stub="tcp") as machine:
        equal(vcpu_count(machine), 1, "vCPUs before hot-plug")
        for expected in (2, 3):
            slots = machine.qmp.execute("query-hotpluggable-cpus")
            free = next(s for s in slots if "qom-path" not in s)
            machine.qmp.execute("device_add", driver=free["type"], id=f"cpu{expected}", **free["props"])
            equal(vcpu_count(machine), expected, "vCPUs after hot-plug")
            dumped = libtest.run_json("dump", "-t", machine.address)
            counts = [len(v["registers"]) for v in dumped["targets"][0]["vcpus"]]
            equal(counts, [66] * expected, "registers of hot-plugged vCPUs")
            runs_again(machine, "hot-plug")
        tool = started(machine, "watch", "-n", "10", "-i", "0.05", "rip")
        fails_well(finish(tool), "watch after hot-plug")
    say("vCPUs plugged in between two dumps are there in the next")


# ------------------------------------------------------------ again and again

def check_drift(machine):
    for _ in range(100):
        equal(run("dump", "-t", machine.address).status, DONE, "100 dumps in a row")
        runs_again(machine, "one of 100 dumps")
    with qemu.Machine(machine.target, halted=True, stub="tcp") as halted:
        seen = {run("dump", "-t", halted.address).out for _ in range(20)}
        equal(len(seen), 1, "different dumps of a machine that does not run")
        equal(halted.status(), "prelaunch", "after 20 dumps of a machine that does not run")
    say("100 dumps in a row: running after each; 20 of a halted machine are the same")


def check_signals(machine):
    rounds = int(os.environ.get("SIGNALS", 20))
    ended = 0
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        for _ in range(rounds):
            delay_s = rng.uniform(0, 0.012)
            place = f"{number.name} after {delay_s * 1000:.1f} ms"
            tool = started(machine, "dump", "--timeout", "2")
            time.sleep(delay_s)
            tool.send_signal(number)
            result = finish(tool)
            check(result.status in (DONE, -number, NO_CONNECTION, BAD_STUB), place, result)
            ended += result.status == -number
            runs_again(machine, place)
    say(f"{4 * rounds} signals to dumps, {ended} of them before the end: it runs after each "
        f"(SEED={SEED})")


def main():
    target = qemu.target("x86_64")
    libtest.need(target.binary)
    with qemu.Machine(target, halted=False, stub="tcp") as machine:
        check_frozen(machine)
        check_second_signal(machine)
        check_died(machine)
        check_monitor(machine)
        check_monitor_watch(machine)
        check_drift(machine)
        check_signals(machine)
        check(not machine.dead(), "QEMU lives")
    check_endings()
    check_hotplug()
    libtest.finish("worst")


main()
