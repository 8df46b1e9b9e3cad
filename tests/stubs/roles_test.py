#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 300
"""The registers that have a role are gdb's.

The fake stub serves each description, QEMU's own or a shipped one, with another value in
each register. gdb's $pc, $sp, $fp and $ps have to be the values of the registers that the
library finds for these names. Names of targets as arguments run only these.
"""
import ctypes
import os
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True

import libjudge
import libtest
import libxml
import qemu
from clitest import FAKE, Fake
from libtest import check, equal, say

# For gdb: prints `name value`, or nothing if it has no such register. Where gdb computes $fp
# from the frame, `fp` is not asked.
SCRIPT = """
import gdb, os
for name in os.environ["NAMES"].split():
    try:
        value = gdb.parse_and_eval("$" + name)
        if value.type.code != gdb.TYPE_CODE_VOID:
            print("is", name, value.format_string(format="x"))
    except gdb.error:
        pass
os._exit(0)
"""


class Case:
    """names: gdb's names whose values are the values of a register."""

    def __init__(self, name, order, names, *, args=None, shipped=False, gdb=None,
                 program=None):
        self.name = name
        self.order = order
        self.names = names
        self.args = args
        self.shipped = shipped
        self.gdb = gdb
        self.program = program  # writes a guest's program, and returns QEMU's options


QEMU = [
    Case("x86_64", "little", "pc sp ps", args=[]),
    Case("i386", "little", "pc sp ps", args=[]),
    Case("aarch64", "little", "pc sp fp lr ip0 ip1", args=["-M", "virt", "-cpu", "max"]),
    Case("arm", "little", "pc sp r12 r13 r14 r15 a1 a4 v1 v8 sb sl ip lr",
         args=["-M", "virt", "-cpu", "cortex-a15"]),
    Case("arm:m", "little", "pc sp r13 r14 r15 a1 v1 ip", args=["-M", "mps2-an385"]),
    Case("riscv64", "little", "pc sp fp s0 " + " ".join(f"x{i}" for i in range(1, 32)),
         args=["-M", "virt"]),
    Case("ppc", "big", "pc sp ps", args=["-M", "g3beige"]),
    Case("ppc64", "big", "pc sp ps", args=["-M", "pseries"]),
    Case("s390x", "big", "pc sp", args=["-M", "s390-ccw-virtio"]),
    Case("m68k", "big", "pc sp fp ps", gdb="m68k",
         args=["-M", "mcf5208evb"], program=qemu.m68k_program),
]
MIPS_NAMES = "pc sp ps ra gp at v0 v1 a0 a3 s0 s7 t8 t9 k0 k1"
SHIPPED = [
    Case("mips", "big", MIPS_NAMES + " t0 t7", shipped=True, gdb="mips"),
    Case("mips64", "big", MIPS_NAMES + " t4 t7", shipped=True, gdb="mips:isa64"),
    Case("sparc", "big", "pc sp ps", shipped=True, gdb="sparc"),
    Case("sparc64", "big", "pc sp ps", shipped=True, gdb="sparc:v9"),
    Case("alpha", "little", "pc sp", shipped=True, gdb="alpha"),
    Case("sh4", "little", "pc sp", shipped=True, gdb="sh4"),
    # gdb's $pc is not a register's value where the ipsw says "nullified".
    Case("hppa", "big", "sp", shipped=True, gdb="hppa1.0"),
]


def description_of(case, path):
    """Write the description to `path`. Returns None, or why there is none."""
    if case.shipped:
        shutil.copy(os.path.join(libtest.ROOT, "xml", case.name + ".xml"), path)
        return None
    binary = "qemu-system-" + case.name.partition(":")[0]
    if not shutil.which(binary):
        return f"{binary} is not installed"
    program = case.program(path + ".bin") if case.program else []
    result = libtest.run("xml", "-q", "--", binary, *case.args, *program, "-S", "-gdb", "stdio",
                         "-display", "none", "-monitor", "none", "-serial", "none")
    equal(result.status, libtest.DONE, f"{case.name}: xml")
    with open(path, "w") as file:
        file.write(result.out)
    return None


def ours(case, path):
    """The register's name for each of the case's names."""
    library = ctypes.CDLL(os.path.join(os.path.dirname(libtest.CLI), "libgdbregs.so.0"))
    library.gdbregs_register_name.restype = ctypes.c_char_p
    context, description, register = (ctypes.c_void_p() for _ in range(3))
    equal((library.gdbregs_context_new(ctypes.byref(context)),
           library.gdbregs_description_load(context, path.encode(), None,
                                            ctypes.byref(description), None)), (0, 0), path)
    found = {}
    for name in case.names.split():
        if library.gdbregs_description_find_register(description, None, name.encode(),
                                                     ctypes.byref(register)) == 0:
            found[name] = library.gdbregs_register_name(register).decode()
    library.gdbregs_context_unref(context)
    return found


def by_gdb(case, directory):
    """The value for each of the case's names."""
    address = os.path.join(directory, "socket")
    stub = Fake("--gdbserver", "--unix", address, "--tdesc", directory,
                *(["--no-xfer", "--g-all"] if case.shipped else []))
    try:
        script = os.path.join(directory, "ask.py")
        with open(script, "w") as file:
            file.write(SCRIPT)
        result = libjudge.gdb(*libjudge.connect(address, case.order, case.gdb), script=script,
                              NAMES=case.names)
    finally:
        stub.stop()
    found = {name: int(value, 16)
             for name, value in re.findall(r"^is (\S+) (0x[0-9a-f]+)", result.stdout, re.M)}
    check(found, f"{case.name}: gdb", result.stdout + result.stderr)
    return found


def value_of(reg, order):
    """The value that the fake stub sends; see tests/fakestub/guest.c."""
    data = bytes((reg.number * 7 + b * 13) & 0xFF for b in range((reg.bits + 7) // 8))
    return int.from_bytes(data, order)


def run_case(case):
    with tempfile.TemporaryDirectory(prefix="gdbregs-roles.") as directory:
        path = os.path.join(directory, "target.xml")
        reason = description_of(case, path)
        if reason:
            say(f"{case.name:8} not compared: {reason}")
            return
        found = ours(case, path)
        with open(path) as file:
            registers = {reg.name: reg for reg in libxml.Description(file.read()).registers}
        judged = by_gdb(case, directory)
    for name in case.names.split():
        if name not in judged:
            continue
        if check(name in found, f"{case.name} {name}", "is not found"):
            expected = value_of(registers[found[name]], case.order)
            # gdb shows half of each register: without a program the ABI is o32.
            if case.name == "mips64":
                expected &= 0xFFFFFFFF
            check(judged[name] == expected, f"{case.name} {name}",
                  f"{found[name]} is {expected:#x}, gdb has {judged[name]:#x}")
    say(f"{case.name:8} as gdb: " + " ".join(
        f"{name}={found.get(name)}" for name in case.names.split() if name in judged))


def main():
    libtest.need(libjudge.GDB or "gdb-multiarch", FAKE)
    cases = {case.name: case for case in QEMU + SHIPPED}
    for name in libtest.selected(list(cases)):
        run_case(cases[name])
    libtest.finish("roles")


main()
