#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The shipped descriptions (xml/) against the stubs that they are for.

QEMU serves no description for these targets, and no `p`: all values come from `g`. They are
compared with gdb's own layout of `g`, if gdb knows the architecture, and with what QEMU's
monitor prints. Each description is tried at reset, or after its firmware has run, and again
with another value in each register, written by `G`. Names of descriptions as arguments run
only these.
"""
import hashlib
import os
import re
import sys
import xml.etree.ElementTree as ElementTree

sys.dont_write_bytecode = True

import libcompare
import libjudge
import layouts_test
import libtest
import libxml
import qemu
import versions
from libtest import check, equal, run, run_json, say
from rsp import Rsp

XML = os.path.join(libtest.ROOT, "xml")
THREAD = "p1.1"


class Shipped:
    """A description and the machine that it is for.

    g_bytes   the size of QEMU's `g`, as measured: the same in 7.2 and in 10.0
    gdb       the architecture's name for gdb; None where Debian's gdb lacks it
    monitor   registers that the monitor prints and that have to be found there; None if
              versions.py has their number
    seconds   to let the guest run before the first comparison
    keep      registers that are not written: they say how others are read
    """

    def __init__(self, name, order, g_bytes, monitor, *, gdb=None, args=(), binary=None,
                 program=None, seconds=0, keep=()):
        self.name = name
        self.order = order
        self.g_bytes = g_bytes
        self.monitor = monitor
        self.gdb = gdb
        self.seconds = seconds
        self.keep = set(keep)
        self.target = qemu.Target(name, "qemu-system-" + (binary or name), list(args),
                                  program=program)

    def missing(self):
        """Why it cannot be compared here, or None."""
        name = self.target.binary.removeprefix("qemu-system-")
        return versions.expected("gone", name, versions.installed(), self.target.missing())


def cris_program(path):
    """Machines of cris want a kernel; this one is never run."""
    qemu.write_bytes(path, bytes(64))
    return ["-kernel", path]


def tricore_program(path):
    """movh.a aN,0x1110 + N for all address registers; 1: j 1b

    QEMU 7.2 mistakes address registers that `G` writes for data registers.
    """
    words = (0x91 | (0x1110 + n) << 12 | n << 28 for n in range(16))
    qemu.write_bytes(path, b"".join(word.to_bytes(4, "little") for word in words) +
                     b"\x3c\x00")
    return ["-device", f"loader,file={path},addr=0x80000000,force-raw=on,cpu-num=0"]


WINDOW = ("windowbase", "windowstart")
SHIPPED = [
    Shipped("mips", "big", 292, 37, gdb="mips"),
    Shipped("mipsel", "little", 292, 37, gdb="mips"),
    Shipped("mips64", "big", 584, 37, gdb="mips:isa64"),
    Shipped("mips64el", "little", 584, 37, gdb="mips:isa64"),
    Shipped("sparc", "big", 288, 70, gdb="sparc", seconds=1),
    Shipped("sparc64", "big", 560, 86, gdb="sparc:v9", seconds=1),
    Shipped("alpha", "little", 536, 64, gdb="alpha", seconds=1),
    Shipped("sh4", "little", 236, 41, gdb="sh4", args=["-M", "r2d"]),
    Shipped("sh4eb", "big", 236, 41, gdb="sh4", args=["-M", "r2d"]),
    # With nothing to boot from its firmware ends in a power-off.
    Shipped("hppa", "big", 512, None, gdb="hppa1.0", seconds=1,
            args=["-no-shutdown"]),
    Shipped("microblaze", "big", 236, 41),
    Shipped("microblazeel", "little", 236, 41),
    Shipped("nios2", "little", 196, 44),
    Shipped("or1k", "big", 140, 33),
    Shipped("xtensa", "little", 480, 120, keep=WINDOW),
    Shipped("tricore", "little", 176, 38, args=["-M", "tricore_testboard"],
            program=tricore_program, seconds=0.2),
    Shipped("cris", "little", 185, 49, binary="cris", args=["-cpu", "crisv32"],
            program=cris_program),
    Shipped("crisv10", "little", 106, 29, binary="cris", args=["-cpu", "crisv10"],
            program=cris_program),
]

for one in SHIPPED:
    libjudge.MANNERS[one.name] = libjudge.Manner(one.order, architecture=one.gdb)


# ---------------------------------------------------------------- descriptions

def places(name):
    """Returns (number, name, type, bytes) of each register in `g`, also of unnamed ones."""
    found, number = [], 0
    for reg in ElementTree.parse(path_of(name)).iter("reg"):
        number = int(reg.get("regnum", number))
        found.append((number, reg.get("name"), reg.get("type", "int"),
                      (int(reg.get("bitsize")) + 7) // 8))
        number += 1
    return sorted(found)


def path_of(name):
    return os.path.join(XML, name + ".xml")


def slices(g, layout):
    """Every named register's bytes in hex, by number and name."""
    values, at = {}, 0
    for number, name, _, size in layout:
        if name:
            values[number, name] = g[2 * at:2 * (at + size)]
        at += size
    return values


def check_offline(one, layout):
    """`list --arch` without any target: the file's registers, in order."""
    listed = run_json("list", "--arch", one.name)
    with open(path_of(one.name)) as file:
        expected = libxml.Description(libxml.expand({"target.xml": file.read()}, None))
    if listed is not None:
        equal([(reg["name"], reg["feature"], reg["bits"], reg["type"], reg["group"])
               for reg in listed[0]["registers"]],
              [(reg.name, reg.feature, reg.bits, reg.type, reg.group)
               for reg in expected.registers], f"{one.name} list --arch")
    equal(expected.duplicates(), set(), f"{one.name} duplicates")
    equal(sum(size for *_, size in layout), one.g_bytes, f"{one.name} total size")


# ------------------------------------------------------------- QEMU's monitor

MIPS_NAMES = ("r0 at v0 v1 a0 a1 a2 a3 t0 t1 t2 t3 t4 t5 t6 t7 "
              "s0 s1 s2 s3 s4 s5 s6 s7 t8 t9 k0 k1 gp sp s8 ra").split()
# `label=value`, or a label and eight digits or more.
PAIR = re.compile(r"([\w-]+)(?:=(?:0x)?([0-9a-f]+)\b|(?::? +|=)(?:0x)?([0-9a-f]{8,16})\b)")
# `%o0-7: value …` of sparc, `GPR A04: value …` of tricore.
ROW = re.compile(r"^(?:%|GPR )(\w)0?(\d+)(?:-\d)?: +((?:[0-9a-f]{8,16} *)+)$", re.M)


def monitor_pairs(text):
    return {label: int(one or other, 16) for label, one, other in PAIR.findall(text)}


def monitor_rows(text):
    """Rows with several values after the name of the first register, without sparc's floats."""
    found = {}
    for letter, first, values in ROW.findall(text):
        for index, value in enumerate(values.split() if letter != "f" else ()):
            found[f"{letter.lower()}{int(first) + index}"] = int(value, 16)
    return found


def float_pairs(text, singles):
    """sparc's rows of %fNN: 64-bit values, each of two registers below f32."""
    found = {}
    for letter, first, values in ROW.findall(text):
        for index, value in enumerate(values.split() if letter == "f" else ()):
            number, bits = int(first) + 2 * index, int(value, 16)
            if number < singles:
                found[f"f{number}"] = bits >> 32
                found[f"f{number + 1}"] = bits & 0xFFFFFFFF
            else:
                found[f"f{number}"] = bits
    return found


def by_mips(text, registers):
    pairs = monitor_pairs(text)
    found = {f"r{i}": pairs[name] for i, name in enumerate(MIPS_NAMES)}
    found.update(hi=pairs["HI"], lo=pairs["LO"], pc=pairs["pc"], status=pairs["Status"],
                 cause=pairs["Cause"])
    return found


def by_sparc(text, registers):
    pairs, found = monitor_pairs(text), monitor_rows(text)
    found.update(float_pairs(text, 32))
    found.update(sp=found.pop("o6"), fp=found.pop("i6"))
    found.update({name: pairs[name] for name in ("pc", "npc", "fsr", "y", "wim", "psr", "fprs")
                  if name in pairs})
    state = re.search(r"pstate: (\w+) ccr: (\w+) .* asi: (\w+)", text)
    if state:
        pstate, ccr, asi = (int(value, 16) for value in state.groups())
        cwp = int(re.search(r" cwp: (\d+)", text).group(1))
        found["state"] = ccr << 32 | asi << 24 | pstate << 8 | cwp
    return found


def by_sh4(text, registers):
    """r0 to r7 of the monitor are bank 0, r16 to r23 bank 1; sr says which is active."""
    found = {label: value for label, value in monitor_pairs(text).items() if label in registers}
    banks = [{i: monitor_pairs(text)[f"r{i + 16 * bank}"] for i in range(8)} for bank in (0, 1)]
    active = banks[found["sr"] >> 29 & found["sr"] >> 30 & 1]
    for i in range(8):
        found.update({f"r{i}": active[i], f"r{i}b0": banks[0][i], f"r{i}b1": banks[1][i]})
    return found


HPPA_CONTROL = {"RC": "cr0", "PID1": "cr8", "PID2": "cr9", "CCR": "ccr", "SAR": "sar",
                "PID3": "cr12", "PID4": "cr13", "EIEM": "eiem", "ISR": "isr", "IOR": "ior",
                "IPSW": "ipsw", "TR0": "cr24", "TR1": "cr25", "TR2": "cr26", "TR3": "mpsfu_high",
                "TR4": "mpsfu_low", "TR5": "mpsfu_ovflo", "TR6": "pad", "FPSR": "fpsr"}


def by_hppa(text, registers):
    # QEMU 10 has space and offset, then the address that they make; more control
    # registers; and floats.
    spaces = dict(re.findall(r"IA_([FB]) (\w+):", text))
    pairs = monitor_pairs(re.sub(r"(IA_[FB]) \w+:", r"\1 ", text))
    general = {"r1": 1, "rp": 2, "dp": 27, "ret0": 28, "ret1": 29, "sp": 30, "r31": 31}
    general.update({f"r{i}": i for i in range(3, 27)})
    found = {name: pairs[f"GR{number:02}"] for name, number in general.items()}
    found.update({f"sr{i}": pairs[f"SR{i:02}"] for i in range(8)})
    # Space and offset in one number
    found.update(pcoqh=pairs["IA_F"] & 0xFFFFFFFF, pcoqt=pairs["IA_B"] & 0xFFFFFFFF,
                 iir=pairs["IIR"], flags=pairs["PSW"] | pairs["CB"])
    if spaces:
        found.update(pcsqh=int(spaces["F"], 16), pcsqt=int(spaces["B"], 16))
        found.update({name: pairs[label] for label, name in HPPA_CONTROL.items()})
        for number in range(4, 32):
            bits = pairs[f"FR{number:02}"]
            found.update({f"fr{number}": bits >> 32, f"fr{number}R": bits & 0xFFFFFFFF})
    return found


def by_label(text, registers, renamed=()):
    """Labels that are names; `renamed` has the others."""
    renamed = dict(renamed)
    found = {renamed.get(label, label.lower()): value
             for label, value in monitor_pairs(text).items()}
    return {name: value for name, value in found.items() if name in registers}


def by_microblaze(text, registers):
    names = {name[1:]: name for name in registers if name[1:2].isalpha()}
    names.update({f"r{i:02}": f"r{i}" for i in range(10)})
    return by_label(text, registers, names)


def by_nios2(text, registers):
    return by_label(text.split("mmu write")[0], registers, {"ba": "sstatus"})


def by_or1k(text, registers):
    return by_label(text, registers,
                    {"PC": "npc", **{f"R{i:02}": f"r{i}" for i in range(10)}})


def by_xtensa(text, registers):
    names = {"176": "sr176", "208": "sr208", **{f"{kind.upper()}{i:02}": f"{kind}{i}"
                                               for kind in ("a", "ar") for i in range(10)}}
    found = by_label(text, registers, names)
    found["intset"] = found["interrupt"]
    return found


def by_tricore(text, registers):
    return {**by_label(text, registers), **monitor_rows(text)}


def by_cris(text, registers):
    names = {f"s{i:02}": f"s{i}" for i in range(10)}
    if "p8" in registers:
        names.update(bz="p0", wz="p4", dz="p8")
        text = re.sub(r"\$pc=\w+", "", text)  # not the one that the vCPU runs by
    return by_label(text, registers, names)


MONITOR = {"mips": by_mips, "mipsel": by_mips, "mips64": by_mips, "mips64el": by_mips,
           "sparc": by_sparc, "sparc64": by_sparc, "sh4": by_sh4, "sh4eb": by_sh4,
           "hppa": by_hppa, "microblaze": by_microblaze, "microblazeel": by_microblaze,
           "nios2": by_nios2, "or1k": by_or1k, "xtensa": by_xtensa, "tricore": by_tricore, "cris": by_cris,
           "crisv10": by_cris, "alpha": by_label}


def compare_monitor(one, place, machine, values):
    """Compare with the monitor's text, which may have only the low bits of a register."""
    text = machine.monitor()
    registers = {name: value for (_, name), value in values.items()}
    found = MONITOR[one.name](text.replace("\r", ""), registers)
    for name, number in found.items():
        mask = (1 << 4 * len(registers[name])) - 1
        got = int.from_bytes(bytes.fromhex(registers[name]), one.order)
        # mips64 prints the low half of what it sends sign-extended
        mask = mask & 0xFFFFFFFF if name in ("status", "cause") else mask
        equal(hex(got & mask), hex(number & mask), f"{place} {name} as the monitor has it")
    count = versions.expected("monitor", one.name, machine.version(), one.monitor)
    equal(len(found), count, f"{place}: registers found in the monitor's text")
    return len(found)


# ----------------------------------------------------------------- comparisons

def compare_gdb(one, place, machine, values):
    """Compare with gdb, which knows nothing but the architecture."""
    if not one.gdb:
        return 0
    judged = libjudge.ask(machine)
    for (number, name), value in values.items():
        equal(value, judged["threads"][THREAD].get(str(number)), f"{place} {name} as gdb has it")
        named = judged["names"][THREAD].get(str(number))
        if named not in (None, "''"):  # gdb hides the raw registers of mips
            equal(name, named, f"{place} gdb's name of number {number}")
    return len(values)


def compare_dump(one, place, machine, values):
    dump = run_json("dump", "-t", machine.address, "--arch", one.name, "--on-exit", "halt")
    if dump is None:
        return
    vcpu = dump["targets"][0]["vcpus"][0]
    equal(vcpu["byte_order"], one.order, f"{place} byte order")
    equal([(reg["name"], reg["bytes"]) for reg in vcpu["registers"]],
          [(name, value) for (_, name), value in sorted_as_listed(one, values)],
          f"{place} bytes")
    for reg in vcpu["registers"]:
        if "value" in reg:
            equal(int(reg["value"], 16), int.from_bytes(bytes.fromhex(reg["bytes"]), one.order),
                  f"{place} value of {reg['name']}")


def sorted_as_listed(one, values):
    """The values in the description's order, which may differ from that of the numbers."""
    order = {reg.get("name"): at for at, reg in
             enumerate(ElementTree.parse(path_of(one.name)).iter("reg"))}
    return sorted(values.items(), key=lambda item: order[item[0][1]])


def compare(one, state, machine, layout):
    place = f"{one.name} {state}"
    with Rsp(machine.socket_address) as rsp:
        rsp.hello()
        g = rsp.text("g")
    if not equal(len(g) // 2, one.g_bytes, f"{place} size of g"):
        return
    values = slices(g, layout)
    compare_dump(one, place, machine, values)
    by_gdb = compare_gdb(one, place, machine, values)
    by_monitor = compare_monitor(one, place, machine, values)
    say(f"  {place}: {len(values)} registers, {by_gdb} as gdb has them, {by_monitor} as "
        f"the monitor has them, {len(set(values.values()))} different values")


# ---------------------------------------------------------------------- states

def pattern(name, size):
    """A value for a register: an aligned address that no other register has."""
    digits = hashlib.sha256(name.encode()).hexdigest()
    return int(digits[:2 * size], 16) & ~0xF


def fill(one, machine, layout):
    """Write registers by `G`, without those that change the meaning of others."""
    with Rsp(machine.socket_address) as rsp:
        rsp.hello()
        old = slices(rsp.text("g"), layout)
        new = ""
        for number, name, kind, size in layout:
            if not name or kind.endswith("_flags") or name in one.keep:
                new += old.get((number, name), "00" * size)
            else:
                new += pattern(name, size).to_bytes(size, one.order).hex()
        equal(rsp.text("G" + new), "OK", f"{one.name} G")
        taken = slices(rsp.text("g"), layout)
    differ = len(set(taken.values()))
    check(differ > len(taken) // 2, f"{one.name} filled",
          f"only {differ} different values in {len(taken)} registers")


def check_undescribed(one, machine):
    """Without --arch, the message names the shipped description."""
    result = run("dump", "-t", machine.address, "--on-exit", "halt")
    place = f"{one.name} without --arch"
    equal(result.status, libtest.BAD_STUB, place)
    equal(result.out, "", place)
    libtest.one_message(result, place)
    check("serves no target description" in result.err, place, result)
    fitting = re.findall(r"--arch (\w+)", result.err)
    equal(fitting, sorted(other.name for other in SHIPPED if other.g_bytes == one.g_bytes), place)
    check(f"({one.g_bytes} bytes)" in result.err, place, result)


def check_described(one, machine, layout):
    """A QEMU that serves one: with --arch the shipped one holds just as well.

    10.0's microblaze: `g` lacks the last two registers, they come from `p`.
    """
    def compare_here(state):
        place = f"{one.name}, described, {state}"
        (vcpu,) = libcompare.survey(machine)
        values = {(number, name): vcpu.values.get(number) for number, name, *_ in layout if name}
        compare_dump(one, place, machine, values)
        found = compare_monitor(one, place, machine, values)
        say(f"  {place} by QEMU {machine.release()}: {len(values)} registers, {found} as the "
            f"monitor has them, {len(set(values.values()))} different values")

    compare_here("at reset")
    with Rsp(machine.socket_address) as rsp:
        rsp.hello()
        rsp.document("target.xml")
        for number, name, kind, size in layout:
            if name and not kind.endswith("_flags"):
                value = pattern(name, size).to_bytes(size, one.order).hex()
                equal(rsp.text(f"P{number:x}={value}"), "OK", f"{one.name} P of {name}")
    compare_here("filled")


def serves_description(machine):
    with Rsp(machine.socket_address) as rsp:
        rsp.hello()
        return "qXfer:features:read" in rsp.features


def check_one(one):
    layout = places(one.name)
    check_offline(one, layout)
    if libtest.absent(one):
        return
    with qemu.Machine(one.target) as machine:
        if serves_description(machine):
            check_described(one, machine, layout)
            return
        check_undescribed(one, machine)
        if one.seconds:
            machine.run_for(one.seconds)
            compare(one, "after running", machine, layout)
        else:
            compare(one, "at reset", machine, layout)
        fill(one, machine, layout)
        compare(one, "filled", machine, layout)
        equal(machine.running(), False, f"{one.name} left halted")


def check_all_are_known():
    names = sorted(name[:-len(".xml")] for name in os.listdir(XML) if name.endswith(".xml"))
    # tests/stubs/layouts_test.py has the layouts that GDB has by default, and
    # shipped_types_test.py the types.
    layouts = [name for name, *_ in layouts_test.LAYOUTS]
    equal([name for name in names if not name.startswith("types-")],
          sorted([one.name for one in SHIPPED] + layouts), "shipped descriptions with a test")


def main():
    libtest.need(libjudge.GDB or "gdb-multiarch")
    os.environ["GDBREGS_XML_DIR"] = XML
    check_all_are_known()
    names = libtest.selected([one.name for one in SHIPPED])
    for one in SHIPPED:
        if one.name in names:
            check_one(one)
    libtest.finish("shipped")


main()
