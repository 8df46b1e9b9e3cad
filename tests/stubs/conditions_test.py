#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 300
"""Conditions on parts of registers while real firmware boots, and parts that are written.

The expected values come from QEMU's monitor and from gdb. Names of functions as arguments run
only these.
"""
import json
import re
import shlex
import sys

sys.dont_write_bytecode = True

import libjudge
import libtest
import qemu
from libtest import check, equal, json_lines, run, say

PE, IF, ZF, CF = 1 << 0, 1 << 9, 1 << 6, 1 << 0
HALT = ("--on-exit", "halt")


def seen(machine, name):
    """A register as QEMU's monitor shows it: `CR0=00000011`, `EFL=...`, `PSTATE=...`."""
    return int(re.search(rf"\b{name}\s*[= ]\s*([0-9a-f]+)", machine.monitor())[1], 16)


def gdb(machine, *commands):
    """Returns the line that gdb prints for each command."""
    done = libjudge.gdb(f"target remote {machine.gdb_address}", *commands)
    return [line.partition(" = ")[2] for line in done.stdout.splitlines() if " = " in line]


def expect(machine, *conditions, status=libtest.DONE, within="60"):
    result = run("expect", "-t", machine.address, *HALT, "--within", within, "-i", "0.01", *conditions)
    check(result.status == status, " ".join(conditions), result)
    return result


def now(machine, condition):
    result = run("expect", "--now", "-t", machine.address, *HALT, condition)
    return {libtest.DONE: True, libtest.DIFFERENT: False}.get(result.status, result)


def seabios():
    """SeaBIOS goes from real to protected mode, and then waits with interrupts enabled."""
    with qemu.Machine(qemu.target("x86_64")) as machine:
        equal(seen(machine, "CR0") & PE, 0, "SeaBIOS: real mode at reset")
        equal(now(machine, "cr0.PE=0"), True, "cr0.PE=0")
        equal(now(machine, "cr0.PE=1"), False, "cr0.PE=1")
        equal(now(machine, "eflags.IF!=0"), False, "eflags.IF!=0")
        expect(machine, "cr0.PE=1")
        equal(seen(machine, "CR0") & PE, PE, "SeaBIOS: cr0.PE as QEMU's monitor has it")
        expect(machine, "eflags.IF=1")
        equal(bool(seen(machine, "EFL") & IF), True, "SeaBIOS: eflags.IF as QEMU's monitor has it")
        expect(machine, "cr0.PE=0,cr0.PE=1", status=libtest.DIFFERENT, within="0.3")
    say("x86_64   cr0.PE and eflags.IF while SeaBIOS boots")


def stepped():
    """`trace --until` stops at the step at which the values of a plain trace have the flag set."""
    where = "trace --until eflags.ZF=1"
    with qemu.Machine(qemu.target("x86_64")) as machine:
        result = run("trace", "-t", machine.address, *HALT, "--until", "eflags.ZF=1", "-n", "1000",
                     "-f", "jsonl", "--all", "eflags", "eflags.ZF")
        check(result.status == libtest.DONE, where, result)
        records = json_lines(result)
        values = [[int(r["value"], 16) for r in record["changed"]] for record in records]
        equal([part for _, part in values], [int(whole & ZF > 0) for whole, _ in values], where)
        equal([part for _, part in values], [0] * (len(values) - 1) + [1], where)
        check(seen(machine, "EFL") & ZF, where, "QEMU's monitor has it clear")
        address = json.loads(run("read", "-t", machine.address, *HALT, "-j", "rip").out)[0]["value"]
        result = run("trace", "-t", machine.address, *HALT, "--until", "eflags.ZF=0,rip!=" + address,
                     "-n", "1000", "-f", "jsonl", "rip")
        check(result.status == libtest.DONE, where, result)
        equal(seen(machine, "EFL") & ZF, 0, where)
    say("x86_64   stepped until a flag is set, and clear again")


def exception_level():
    """u-boot runs at EL2 if there is one, else at EL1."""
    for extra, level in ((["-M", "virt"], 1), (["-M", "virt,virtualization=on"], 2)):
        one = qemu.Target("aarch64", "qemu-system-aarch64", [*extra, "-cpu", "cortex-a57"],
                          firmware=("-bios", [qemu.UBOOT + "qemu_arm64/u-boot.bin"]))
        with qemu.Machine(one) as machine:
            expect(machine, f"cpsr.EL={level}", "pc>0x1000")
            pstate = seen(machine, "PSTATE")
            equal(pstate >> 2 & 3, level, "u-boot: cpsr.EL as QEMU's monitor has it")
            (cpsr,) = gdb(machine, "printf \"cpsr = \"", "info registers cpsr")
            equal(int(re.search("0x([0-9a-f]+)", cpsr)[1], 16) >> 2 & 3, level,
                  "u-boot: cpsr.EL as gdb has it")
        with qemu.Machine(one) as machine:
            equal(now(machine, f"cpsr.EL!={level}"), False, f"cpsr.EL!={level}")
            equal(now(machine, f"cpsr.EL>={level}"), True, f"cpsr.EL>={level}")
            equal(now(machine, "cpsr.EL==3"), False, "cpsr.EL==3")
    say("aarch64  cpsr.EL while u-boot boots")


def enums():
    """OpenSBI returns to u-boot in supervisor mode, which mstatus.MPP shows by name."""
    with qemu.Machine(qemu.Target("riscv64", "qemu-system-riscv64", ["-M", "virt"])) as machine:
        for name, number in (("U", 0), ("S", 1), ("M", 3)):
            result = run("write", "-t", machine.address, *HALT, f"mstatus.MPP={name}")
            check(result.status == libtest.DONE, f"mstatus.MPP={name}", result)
            equal(seen(machine, "mstatus") >> 11 & 3, number, "mstatus.MPP as QEMU's monitor has it")
            equal(now(machine, f"mstatus.MPP={name}"), True, f"mstatus.MPP={name}")
            equal(now(machine, f"mstatus.MPP={number}"), True, f"mstatus.MPP={number}")
            equal(now(machine, f"mstatus.MPP!={name}"), False, f"mstatus.MPP!={name}")
    say("riscv64  mstatus.MPP by name")


def written():
    """gdb reads the parts that were written. All other bits are as before."""
    with qemu.Machine(qemu.target("x86_64")) as machine:
        before = seen(machine, "EFL")
        result = run("write", "-t", machine.address, *HALT, "eflags.ZF=1", "eflags.CF=1", "eflags.IOPL=2",
                     "xmm3.v4_float[1]=0.1", "xmm3.v2_double[1]=-1e300", "st2=0.1", "pc=0x7c00",
                     "mxcsr.PM=0")
        check(result.status == libtest.DONE, "write of parts", result)
        equal(seen(machine, "EFL"), before & ~(3 << 12) | ZF | CF | 2 << 12, "eflags")
        equal(seen(machine, "MXCSR"), 0x1f80 & ~(1 << 12), "mxcsr")
        equal(now(machine, "eflags.IOPL=2"), True, "eflags.IOPL=2")
        equal(now(machine, "st2==0.1"), True, "st2==0.1")
        equal(now(machine, "st2>0.1"), False, "st2>0.1")
        equal(now(machine, "xmm3.v2_double[1]<-9e299"), True, "xmm3.v2_double[1]")
        equal(gdb(machine, "print $xmm3.v4_float[1] == (float)0.1", "print $xmm3.v4_float[0]",
                  "print $xmm3.v2_double[1]", "print $st2 == 0.1L || $st2 == 0.1", "print/x $pc"),
              ["1", "0", "-1.0000000000000001e+300", "1", "0x7c00"], "as gdb has them")
    say("x86_64   parts written, as gdb and QEMU's monitor have them")


def examples():
    """The examples of `write --help`, on a machine at reset."""
    lines = re.findall(r"^Example: gdbregs-cli write (.*)$", run("write", "--help").out, re.M)
    check(lines, "write --help", "no examples")
    with qemu.Machine(qemu.target("x86_64")) as machine:
        for line in lines:
            result = run("write", "-t", machine.address, *HALT, *shlex.split(line))
            check(result.status == libtest.DONE, f"write {line}", result)
        equal(seen(machine, "[ER]AX"), 0x1234, "rax as QEMU's monitor has it")
    say("x86_64   the examples of write --help")


def main():
    libtest.need("gdb-multiarch")
    parts = {part.__name__: part for part in (seabios, stepped, exception_level, enums, written,
                                                  examples)}
    for name in libtest.selected(list(parts)):
        parts[name]()
    libtest.finish("conditions")


main()
