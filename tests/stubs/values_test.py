#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 600
"""Every register of eleven QEMU targets, byte for byte as gdb reads it.

Each is compared at reset, and stopped by QMP after some seconds of firmware.
Names of targets as arguments run only these.
"""
import sys

sys.dont_write_bytecode = True

import libcompare
import libjudge
import libtest
import qemu
from libtest import check, equal, say

# Architectural facts of the reset state, and what the guest programs of qemu.py
# load: (register, bytes in target order).
AT_RESET = {
    "x86_64": [("rip", "f0ff000000000000"), ("cs", "00f00000"), ("eflags", "02000000")],
    "i386": [("eip", "f0ff0000"), ("cs", "00f00000"), ("eflags", "02000000")],
    "aarch64": [("pc", "0000000000000000")],
    "arm": [("pc", "00000000")],
    "ppc": [("pc", "fff00100")],
    "m68k": [("pc", "40000000")],
    "loongarch64": [("pc", "0000001c00000000")],
}
AFTER_RUN = {
    "m68k": [("d1", "00000011")],
    "avr": [("r16", "5a")],
    "loongarch64": [("r13", "a505000000000000")],
}
# Replies that are not what the description says, as QEMU was seen to send them.
SIZES_BYTES = {"avr": {"sp": 2, "pc": 4}}


def check_description(target, vcpus):
    for vcpu in vcpus:
        check(vcpu.registers, f"{target.name} description", "it has no registers")


def check_facts(target, entries, facts):
    """Check values of the first vCPU that are known without asking a stub."""
    registers = {reg["name"]: reg for reg in entries[0]["registers"]}
    for name, value in facts.get(target.name, []):
        equal(registers[name]["bytes"], value, f"{target.name} {name}")
    for name, size in SIZES_BYTES.get(target.name, {}).items():
        equal(len(registers[name]["bytes"]) // 2, size, f"{target.name} size of {name}")
    lacking = [name for name, reg in registers.items() if reg["bytes"] is None]
    check(len(lacking) <= len(registers) // 10, f"{target.name} unavailable", lacking)


def compare(machine, state, facts):
    target = machine.target
    before = machine.status()
    vcpus = libcompare.survey(machine)
    equal(len(vcpus), target.vcpus, f"{target.name} vCPUs")
    check_description(target, vcpus)
    libcompare.compare_list(machine, vcpus)
    libcompare.compare_vcpus(machine, vcpus)
    line, entries = libcompare.compare_dump(machine, vcpus)
    if entries:
        check_facts(target, entries, facts)
    equal(machine.status(), before, f"{target.name} left as it was")
    say(f"{target.name:12} {state:15} {len(vcpus[0].registers):3} registers, {line}")
    return vcpus[0].values


def run_target(target):
    if libtest.absent(target):
        return
    with qemu.Machine(target) as machine:
        reset = compare(machine, "halted at reset", AT_RESET)
        machine.run_for(target.seconds)
        later = compare(machine, f"after {target.seconds} s", AFTER_RUN)
        check(later != reset, f"{target.name}: the guest did run")
        check(not machine.dead(), f"{target.name}: QEMU lives")


def main():
    libtest.need(libjudge.GDB or "gdb-multiarch")
    names = libtest.selected([target.name for target in qemu.TARGETS])
    if all(qemu.target(name).missing() for name in names):
        libtest.skip("no QEMU is installed")
    for name in names:
        run_target(qemu.target(name))
    libtest.finish("values")


main()
