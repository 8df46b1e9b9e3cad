#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 300
"""The programs of tests/examples, built as a user builds them, on real QEMUs.

gdb shows which instructions a guest executes after its reset, and QMP whether it runs.
"""
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import libjudge
import libtest
import qemu
from libtest import check, equal, say

EXAMPLES = os.path.join(libtest.ROOT, "tests", "examples")
STEPS = 12


def build(name, directory):
    return libtest.compile_c(directory, os.path.join(EXAMPLES, name + ".c"))


def run(*argv):
    done = subprocess.run(argv, capture_output=True, text=True, timeout=qemu.DEADLINE_S,
                          check=False)
    check(done.returncode == 0, os.path.basename(argv[0]), f"{done.returncode}: {done.stderr}")
    return done.stdout


def gdb_steps(machine):
    """The program counters of the first instructions, as gdb has them."""
    done = libjudge.gdb("set architecture i386:x86-64", f"target remote {machine.gdb_address}",
                        *['printf "pc %#lx\\n", (unsigned long)$rip', "stepi"] * STEPS)
    return [int(word, 16) for word in re.findall(r"^pc (0x[0-9a-f]+)", done.stdout, re.M)]


def execlog(directory):
    program = build("execlog", directory)
    with qemu.Machine(qemu.target("x86_64")) as machine:
        expected = gdb_steps(machine)
    equal(len(expected), STEPS, "gdb's steps")
    with qemu.Machine(qemu.target("x86_64")) as machine:
        lines = run(program, machine.address, str(STEPS), "r*", "eflags").splitlines()
        check(not machine.running(), "execlog", "the guest was halted before, and runs now")
    found = [int.from_bytes(bytes.fromhex(re.match(r"rip=(\w+)", line)[1]), "little")
             for line in lines]
    equal(found, expected, "execlog")
    check(any(" r" in line for line in lines), "execlog", "no register changed")
    say(f"execlog: {STEPS} instructions as gdb has them")
    return expected


def profiler(directory):
    program = build("profiler", directory)
    with qemu.Machine(qemu.target("x86_64"), halted=False) as machine:
        lines = run(program, machine.address, "20", "5").splitlines()
        check(machine.running(), "profiler", "the guest does not run afterwards")
    counted = sum(int(line.split()[0]) for line in lines[:-1])
    equal(counted, 20 * machine.target.vcpus, "samples of the profiler")
    check(re.fullmatch(r"stopped for \d+\.\d % of the time", lines[-1]), "profiler", lines[-1])
    say(f"profiler: {counted} samples, {lines[-1]}")


def guests(directory, address):
    program = build("guests", directory)
    with qemu.Machine(qemu.target("x86_64")) as one, qemu.Machine(qemu.target("x86_64")) as two, \
            qemu.Machine(qemu.target("i386")) as three:
        machines = (one, two, three)
        lines = run(program, hex(address), *[machine.address for machine in machines])
        for machine in machines:
            check(f"{machine.address}: vCPU 0 came to {hex(address)}" in lines, "guests", lines)
    say("guests: three guests on one loop came to the breakpoint")


def fieldcheck(directory):
    """Interrupts are off at the reset, and on when SeaBIOS waits for a key."""
    program = build("fieldcheck", directory)
    cases = [("eflags.IF", "0", "5", 0, "ok eflags.IF: it is 0x0, wanted 0"),
             ("eflags.IF", "1", "0", 1, "not ok eflags.IF: it is 0x0, wanted 1"),
             ("eflags.ZF", "2", "1", 2, ""), ("eflags.XY", "1", "1", 2, ""),
             ("eflags.IF", "1", "20", 0, "ok eflags.IF: it is 0x1, wanted 1")]
    with qemu.Machine(qemu.target("x86_64")) as machine:
        for field, value, seconds, status, says in cases:
            done = subprocess.run([program, machine.address, field, value, seconds],
                                  capture_output=True, text=True, timeout=qemu.DEADLINE_S,
                                  check=False)
            equal((done.returncode, done.stdout.startswith(says), bool(done.stderr)),
                  (status, True, status == 2), f"fieldcheck {field} {value}: {done}")
            check(not machine.running(), "fieldcheck", "the guest runs afterwards")
            text = machine.qmp.execute("human-monitor-command",
                                       **{"command-line": "info registers"})
            bit = int(re.search(r"(?:EFL|RFL)=(\w+)", text)[1], 16) >> 9 & 1
            equal(bit, int(status == 0 and value == "1"), "eflags.IF, QEMU's monitor")
    say("fieldcheck: a field gets its value")


def main():
    with tempfile.TemporaryDirectory(prefix="gdbregs-examples.") as directory:
        addresses = execlog(directory)
        profiler(directory)
        fieldcheck(directory)
        # A breakpoint of QEMU is at a linear address: the jump out of the reset vector
        # leads to segment f000, offset as gdb has it.
        if addresses:
            guests(directory, 0xf0000 + addresses[1] % 0x10000)
    libtest.finish("examples")


main()
