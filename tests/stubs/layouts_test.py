#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The shipped default layouts are gdb's: names, numbers, sizes, places in `g`, kinds of types.

A stub that names its architecture and no register, or serves no description, is read by
them, with the values that gdb reads from the same stub.
"""
import os
import re
import sys
import xml.etree.ElementTree as ElementTree

sys.dont_write_bytecode = True

import libjudge
import libtest
import liblisting
from libtest import check, equal, run_json, say

sys.path.append(os.path.join(libtest.ROOT, "tests", "cli"))
import scriptstub

# The shipped file, gdb's name of the architecture, byte order.
LAYOUTS = [
    ("x86-64", "i386:x86-64", "little"),
    ("i386", "i386", "little"),
    ("arm", "arm", "little"),
    ("aarch64", "aarch64", "little"),
    ("riscv32", "riscv:rv32", "little"),
    ("riscv64", "riscv:rv64", "little"),
    ("m68k", "m68k", "big"),
    ("ppc", "powerpc:common", "big"),
    ("ppc64", "powerpc:common64", "big"),
]
ROW = re.compile(r" ?(?P<name>\S+) +\d+ +-?\d+ +\d+ +(?P<size>\d+) +(?P<type>.*?\S) +"
                 r"(?P<number>\d+) +(?P<offset>\d+)(?: +yes)?\s*")
KINDS = [  # of gdb's types, by their names
    (r"\*1", "pointer"),
    (r".*_ext|.*ieee_double", "float"),
    (r".*eflags|.*mxcsr|.*_flags|.*_ps", "flags"),
    (r"vec128|aarch64v", "union"),
    (r"u?int\d+_t|int|long|long long", "integer"),
]
OURS = {"code_ptr": "pointer", "data_ptr": "pointer", "i387_ext": "float",
        "arm_fpa_ext": "float", "ieee_double": "float", "float": "float", "vec128": "union",
        "aarch64v": "union", "i386_eflags": "flags", "i386_mxcsr": "flags",
        "cpsr_flags": "flags", "fpsr_flags": "flags", "fpcr_flags": "flags",
        "m68k_ps": "flags", "int": "integer", "int32": "integer", "int64": "integer",
        "uint32": "integer", "uint64": "integer"}


def gdb(*commands):
    result = libjudge.gdb("set osabi none", *commands)
    return result.stdout, result.stderr


def by_gdb(architecture):
    """number: (name, bits, place in g, kind)"""
    out, _ = gdb("set architecture " + architecture, "maint print remote-registers")
    found = {}
    for row in filter(None, map(ROW.fullmatch, out.splitlines())):
        kind = next((kind for type, kind in KINDS if re.fullmatch(type, row["type"])),
                    row["type"])
        found[int(row["number"])] = (row["name"], 8 * int(row["size"]), int(row["offset"]), kind)
    return found


def by_file(name):
    found, number, offset = {}, 0, 0
    regs = ElementTree.parse(os.path.join(libtest.ROOT, "xml", name + ".xml")).iter("reg")
    numbered = []
    for reg in regs:
        number = int(reg.get("regnum", number))
        numbered.append((number, reg))
        number += 1
    for number, reg in sorted(numbered, key=lambda pair: pair[0]):
        bits = int(reg.get("bitsize"))
        found[number] = (reg.get("name"), bits, offset, OURS[reg.get("type", "int")])
        offset += bits // 8
    return found


class Bare(scriptstub.ScriptStub):
    """It says its architecture, or nothing, and answers `g` with bytes that tell the
    register: byte b is 7 + 13 * b, so that no two neighbours are equal."""

    threads = ()
    stop = "S05"

    def __init__(self, layout, **attributes):
        self.g = bytes((7 + 13 * b) & 0xFF for b in range(sum(r[1] for r in layout.values()) // 8))
        super().__init__(**attributes)

    def read_all(self, _):
        return self.g.hex()

    def read(self, _):
        return ""


def values(target, layout, *args):
    data = run_json("dump", "-t", target, *args)
    if data is None:
        return None
    vcpu = data["targets"][0]["vcpus"][0]
    names = {name: number for number, (name, *_) in layout.items()}
    return {names[reg["name"]]: reg["bytes"] for reg in vcpu["registers"]}


def expected(stub, layout):
    return {number: stub.g[at:at + bits // 8].hex()
            for number, (_, bits, at, _) in layout.items()}


def gdb_reads(stub, layout, architecture, order):
    """gdb's raw registers of the same stub: the judge of how `g` is cut."""
    out, err = gdb("set architecture " + architecture, "set endian " + order,
                   "set tcp connect-timeout 10", "target remote " + stub.target,
                   "maint print raw-registers")
    rows = {name: value for name, _, value in
            filter(None, map(liblisting.raw_row, out.splitlines()))}
    if not check(rows, "gdb", out + err):
        return {}
    found = {}
    for number, (name, bits, _, _) in layout.items():
        value = rows.get(name)
        raw = bytes.fromhex(value[2:].zfill(bits // 4)) if value else None
        found[number] = raw and (raw[::-1] if order == "little" else raw).hex()
    return found


def run_layout(name, architecture, order):
    layout, judged = by_file(name), by_gdb(architecture)
    equal(layout, judged, f"{name} layout")
    description = f"<target><architecture>{architecture}</architecture></target>"
    with Bare(layout, description=description) as stub:
        equal(values(stub.target, layout), expected(stub, layout), f"{name} by <architecture>")
    with Bare(layout, supported="PacketSize=1000") as stub:
        for arch in (name, architecture):
            equal(values(stub.target, layout, "--arch", arch), expected(stub, layout),
                  f"{name} by --arch {arch}")
        equal(gdb_reads(stub, layout, architecture, order), expected(stub, layout),
              f"{name} by gdb")
    # The architecture that the user names counts.
    with Bare(by_file("riscv32"), description=description) as stub:
        equal(values(stub.target, by_file("riscv32"), "--arch", "riscv32"),
              expected(stub, by_file("riscv32")), f"{name}, --arch riscv32")
    size = sum(bits for _, bits, *_ in layout.values()) // 8
    say(f"{name:8} {len(layout):3} registers, {size:4} bytes of g, as gdb has them")


def main():
    libtest.need(libjudge.GDB or "gdb-multiarch")
    names = libtest.selected([name for name, *_ in LAYOUTS])
    for layout in LAYOUTS:
        if layout[0] in names:
            run_layout(*layout)
    with Bare(by_file("riscv32"), description="<target><architecture>z80</architecture></target>"
              ) as stub:
        equal(values(stub.target, {}), {}, "an architecture without a layout")
    libtest.finish("layouts")


if __name__ == "__main__":
    main()
