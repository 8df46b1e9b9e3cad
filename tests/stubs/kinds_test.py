#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 300
"""The default kinds of breakpoints are those that gdb sends to the same machine."""
import re
import sys

sys.dont_write_bytecode = True

import libjudge
import libtest
import qemu
from libtest import check, equal, run, say

# Architectures as gdb calls them, where it cannot tell from QEMU's description.
BIG = ("ppc", "ppc64", "s390x", "m68k", "sparc", "sparc64", "hppa")


def machines():
    """(machine, gdb's architecture, our options, address)"""
    def t(name, binary, *args, **more):
        return qemu.Target(name, binary, list(args), **more)
    riscv = t("riscv64", "qemu-system-riscv64", "-M", "virt")
    arm = t("arm", "qemu-system-arm", "-M", "virt", "-cpu", "cortex-a15")
    return [
        (t("x86_64", "qemu-system-x86_64"), "i386:x86-64", (), 0x7C00),
        (t("i386", "qemu-system-i386"), "i386", (), 0x7C00),
        (t("aarch64", "qemu-system-aarch64", "-M", "virt", "-cpu", "max"), "aarch64", (), 0x1000),
        (arm, "arm", (), 0x40000000),
        (arm, "arm", (), 0x40000001),
        (t("arm, M profile", "qemu-system-arm", "-M", "lm3s6965evb"), "arm", (), 0x20000000),
        (riscv, "riscv:rv64", (), 0x1000),
        (riscv, "riscv:rv64", (), 0x1002),
        (riscv, "riscv:rv64", (), 0x80800000),
        (riscv, "riscv:rv64", (), 0x50),
        (t("ppc", "qemu-system-ppc", "-M", "g3beige"), "powerpc:common", (), 0x1000),
        (t("ppc64", "qemu-system-ppc64", "-M", "pseries"), "powerpc:common64", (), 0x1000),
        (t("s390x", "qemu-system-s390x"), "s390:64-bit", (), 0x1000),
        (qemu.target("m68k"), "m68k", (), 0x40001000),
        (t("sparc", "qemu-system-sparc"), "sparc", ("--arch", "sparc"), 0x1000),
        (t("sparc64", "qemu-system-sparc64"), "sparc:v9", ("--arch", "sparc64"), 0x1000),
        (t("alpha", "qemu-system-alpha"), "alpha", ("--arch", "alpha"), 0x1000),
        (t("hppa", "qemu-system-hppa"), "hppa1.0", ("--arch", "hppa"), 0x1000),
    ]


def sent(text):
    """The kinds of software breakpoints in a log of packets."""
    return sorted(set(re.findall(r"\$Z0,[0-9a-f]+,([0-9a-f]+)#", text)))


def gdb_kinds(machine, architecture, address):
    commands = [f"set architecture {architecture}",
                f"set endian {'big' if machine.target.name in BIG else 'little'}",
                f"target remote {machine.gdb_address}", "set breakpoint always-inserted on",
                "set debug remote 1", f"break *{address:#x}", "set debug remote 0"]
    done = libjudge.gdb(*commands)
    return sent(done.stdout + done.stderr)


def our_kinds(machine, options, address):
    done = run("trace", "-t", machine.address, *options, "--break", hex(address), "--within", "0.05",
               "--on-exit", "halt", "--log-packets", "pc")
    return sent(done.err)


def main():
    libtest.need(libjudge.GDB or "gdb-multiarch")
    compared = 0
    for target, architecture, options, address in machines():
        place = f"{target.name} at {address:#x}"
        if libtest.absent(target):
            continue
        with qemu.Machine(target) as machine:
            expected = gdb_kinds(machine, architecture, address)
        with qemu.Machine(target) as machine:
            found = our_kinds(machine, options, address)
        check(len(expected) == 1, place, f"gdb sends {expected}")
        equal(found, expected, place)
        compared += 1
        say(f"{place}: kind {' '.join(expected)}")
    check(compared > 5, "kinds", "hardly any machine could be started")
    libtest.finish("kinds")


main()
