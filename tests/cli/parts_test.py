#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 120
"""Parts of registers on the command line: read, list, trace, diff, expect, write.

The expected numbers follow from the bytes by GDB's rules: bit 0 is the least significant
bit, and elements and members are in memory order. Python makes the bytes of floats.
"""

import csv
import io
import json
import os
import shutil
import struct
import subprocess

from clitest import Fake, contains, equal, main, one_line, read, run, silent_ok, test, write
from scriptstub import ScriptStub

XML = """<?xml version="1.0"?><target><architecture>%s</architecture><feature name="some.core">
<enum id="mode" size="4"><evalue name="U" value="0"/><evalue name="S" value="1"/><evalue name="M" value="3"/></enum>
<flags id="status_t" size="4"><field name="Z" start="0" end="0"/><field name="N" start="1" end="1"/>
<field name="MPP" start="2" end="3" type="mode"/><field name="LEVEL" start="8" end="15" type="int8"/></flags>
<vector id="floats" type="ieee_single" count="4"/><vector id="halves" type="int16" count="8"/>
<union id="vec"><field name="f" type="floats"/><field name="h" type="halves"/></union>
<reg name="a" bitsize="64" type="int64"/><reg name="pc" bitsize="64" type="code_ptr"/>
<reg name="status" bitsize="32" type="status_t"/><reg name="v" bitsize="128" type="vec"/>
<reg name="e" bitsize="80" type="i387_ext"/><reg name="d" bitsize="64" type="ieee_double"/>
<reg name="u" bitsize="64" type="uint64"/>
</feature></target>
"""
E_1_5 = bytes.fromhex("00000000000000c0ff3f")


class Machine(ScriptStub):
    """Values by register number. `mask`: bits of `status` that can be written."""

    description = XML % "i386:x86-64"
    mask = 0xffffffff
    order = "<"

    def __init__(self, **attributes):
        self.state = [struct.pack("<q", -2), struct.pack("<Q", 0x1234),
                      struct.pack("<I", 0x5a00fe0d | 0xf0),
                      struct.pack("<4f", 1.5, -2.25, 0.1, 3.0), E_1_5,
                      struct.pack("<d", 0.1), struct.pack("<Q", (1 << 53) + 1)]
        super().__init__(**attributes)

    def read(self, number):
        return self.state[int(number, 16)].hex()

    def read_all(self, _):
        return b"".join(self.state).hex()

    def write(self, text):
        number, _, value = text.partition("=")
        number, new = int(number, 16), bytes.fromhex(value)
        if number == 2:
            old, wanted = (int.from_bytes(b, "little") for b in (self.state[2], new))
            new = (old & ~self.mask | wanted & self.mask).to_bytes(4, "little")
        self.state[number] = new
        return "OK"

    def write_all(self, _):
        return ""


def read_json(stub, *words):
    return json.loads(silent_ok(run("read", "-j", "-t", stub.target, *words)))


@test
def diff_with_the_target_s_types(directory):
    """A file has whole registers, and the target's own description has the parts."""
    with Machine() as stub:
        path = os.path.join(directory, "whole.json")
        silent_ok(run("dump", "-j", "-o", path, "-t", stub.target))
        stub.state[2] = struct.pack("<I", 0x5a00fe01 | 0xf0)
        result = run("diff", path, "status.MPP", "v.h[0]", "-j", "-t", stub.target)
        equal(result.status, 1, repr(result))
        equal([(e["name"], e["field"], e["old"], e["new"]) for e in json.loads(result.out)],
              [("status", "MPP", "0x3", "0x0")])
        one_line(run("diff", path, "status.NO", "-t", stub.target), 5, "'status.NO'")


class Riscv(Machine):
    """A union of two floats, as QEMU describes ft0."""

    description = """<?xml version="1.0"?><target><architecture>riscv:rv64</architecture>
<feature name="org.gnu.gdb.riscv.fpu"><union id="riscv_double"><field name="float" type="ieee_single"/>
<field name="double" type="ieee_double"/></union><reg name="ft0" bitsize="64" type="riscv_double"/>
</feature><feature name="org.gnu.gdb.riscv.cpu"><reg name="fp" bitsize="64" type="data_ptr"/>
<reg name="pc" bitsize="64" type="code_ptr"/></feature></target>"""

    def __init__(self):
        super().__init__()
        self.state = [bytes(8), bytes(8), bytes(8)]


@test
def a_union_of_floats_is_its_widest_one(_):
    with Riscv() as stub:
        silent_ok(run("write", "-t", stub.target, "ft0=1.5"))
        equal(stub.state[0], struct.pack("<d", 1.5))
        equal(read_json(stub, "ft0")[0]["float"], 1.5)
        equal(run("expect", "--now", "-t", stub.target, "ft0==1.5").status, 0)
        equal(run("expect", "--now", "-t", stub.target, "ft0>2").status, 1)
        contains(silent_ok(run("write", "-t", stub.target, "s0=1")), "fp (s0)  0x")


@test
def a_role_that_the_architecture_lacks(_):
    with Riscv() as stub:
        for command in (["read", "flags"], ["read", "ps"], ["read", "flags.ZF"], ["write", "flags=1"],
                        ["expect", "--now", "flags.ZF=1"], ["dump", "--exclude", "flags"]):
            one_line(run(*command, "-t", stub.target), 5, "riscv:rv64 has no flags register")
        one_line(run("read", "flag", "-t", stub.target), 5, "'gdbregs-cli list'")
    with Machine() as stub:
        one_line(run("read", "lr", "-t", stub.target), 5, "i386:x86-64 has no return address register")
        result = run("read", "status.ps", "-t", stub.target)
        assert "has no" not in result.err, result
    with Machine(description=XML % "") as stub:
        one_line(run("read", "lr", "-t", stub.target), 5, "the target has no return address register")


@test
def read_parts(_):
    with Machine() as stub:
        found = read_json(stub, "status.Z", "status.N", "status.MPP", "status.LEVEL", "v.f[1]", "v.h[0]")
        equal([(r["name"], r["field"], r["bits"]) for r in found],
              [("status", "Z", 1), ("status", "N", 1), ("status", "MPP", 2), ("status", "LEVEL", 8),
               ("v", "f[1]", 32), ("v", "h[0]", 16)])
        equal([r["value"] for r in found], ["0x1", "0x0", "0x3", "0xfe", "0xc0100000", "0x0"])
        equal([r["number"] for r in found], [1, 0, 3, 0xfe, 0xc0100000, 0])
        equal(found[2]["text"], "M")
        equal(found[4]["float"], -2.25)
        equal((found[4]["bytes"], found[5]["bytes"]), (struct.pack("<f", -2.25).hex(), "0000"))
        assert "bytes" not in found[0] and "field" not in read_json(stub, "a")[0]


@test
def each_register_is_read_once(_):
    with Machine() as stub:
        words = ("status.N", "v.f[0]", "status", "v.f[1]", "status.Z", "status.N")
        found = read_json(stub, *words)
        equal([(r["name"], r.get("field")) for r in found],
              [("status", None), ("status", "N"), ("status", "Z"), ("v", "f[0]"), ("v", "f[1]")])
        reads = [p for p in stub.log if p[:1] == "p"]
        equal(len(reads), len(set(reads)), str(reads))
        text = silent_ok(run("read", "-t", stub.target, *words))
        for part in ("status.N 0x0", "status.Z 0x1", "v.f[0] 0x3fc00000  1.5", "v.f[1] 0xc0100000  -2.25"):
            contains(text, part)


@test
def order_of_meanings(directory):
    # A name is tried exactly, then as a part, then as a glob: `r1[0]` never means r10.
    path = os.path.join(directory, "t.xml")
    names = ["r1", "r10", "r11", "r1.x", "q[0]", "q"]
    write(path, "<target><feature name='f'>" + "".join(f"<reg name='{n}' bitsize='32'/>" for n in names) +
          "</feature></target>")

    def listed(word):
        return [r["name"] for r in json.loads(silent_ok(run("list", "-j", "--tdesc", path, word)))[0]["registers"]]
    equal(listed("r1[0-1]"), ["r10", "r11"])
    equal(listed("r1.x"), ["r1.x"])
    equal(listed("q[0]"), ["q[0]"])
    equal(listed("r?.x"), ["r1.x"])
    one_line(run("list", "--tdesc", path, "r1[0]"), 5, 'no part "[0]" in r1 (it has no parts)')


@test
def errors(_):
    with Machine() as stub:
        for word, *parts in [
                ("status.XX", 'no part "XX" in status (its parts: ', "Z, N, MPP, LEVEL"),
                ("status.LEVL", "did you mean 'LEVEL'?"), ("status.z", "did you mean 'Z'?"),
                ("v.f[4]", 'no part "[4]" in v.f (its parts: [0] to [3])'),
                ("v.g[0]", 'no part "g[0]" in v (its parts: f, h)'),
                ("pc.x", "it has no parts"), ("nosuch.Z", "no register matches 'nosuch.Z'")]:
            one_line(run("read", "-t", stub.target, word), 5, *parts)
        one_line(run("read", "-t", stub.target, "status.Z", "--feature", "nosuch"), 5, "nosuch")


@test
def other_formats(_):
    with Machine() as stub:
        rows = list(csv.DictReader(io.StringIO(silent_ok(
            run("read", "-f", "csv", "-t", stub.target, "status.MPP", "v.f[0]")))))
        equal([(r["name"], r["bits"], r["bytes"], r["value"]) for r in rows],
              [("status.MPP", "2", "", "0x3"), ("v.f[0]", "32", "0000c03f", "0x3fc00000")])
        lines = [json.loads(line) for line in silent_ok(
            run("dump", "-f", "jsonl", "-t", stub.target, "status.Z", "a")).splitlines()]
        equal([(r["name"], r.get("field")) for r in lines], [("a", None), ("status", "Z")])
        listed = json.loads(silent_ok(run("list", "-j", "-t", stub.target, "status.MPP")))[0]["registers"]
        equal([(r["name"], r["field"], r["bits"], r["type"]) for r in listed], [("status", "MPP", 2, "mode")])


@test
def list_fields(_):
    with Machine() as stub:
        listed = json.loads(silent_ok(run("list", "--fields", "-j", "-t", stub.target, "status", "v", "pc")))
        found = {(r["name"], r.get("field")): r for r in listed[0]["registers"]}
        equal(list(found), [("pc", None), ("status", None), ("status", "Z"), ("status", "N"), ("status", "MPP"),
                            ("status", "LEVEL"), ("v", None), ("v", "f"), ("v", "f[0]"), ("v", "h"), ("v", "h[0]")])
        level, mode, lane = found["status", "LEVEL"], found["status", "MPP"], found["v", "h[0]"]
        equal((level["bits"], level["type"], level["position"]), (8, "int8", 8))
        equal((mode["bits"], mode["position"], mode["enum"]), (2, 2, {"U": 0, "S": 1, "M": 3}))
        equal((lane["count"], lane["bits"], lane["offset"], lane["type"]), (8, 16, 0, "int16"))
        assert "count" not in level and "position" not in found["pc", None]
        text = silent_ok(run("list", "--fields", "-t", stub.target, "status", "v"))
        lines = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.startswith("  ")}
        equal(lines["status.MPP"], ["2", "mode", "bits", "2-3", "U=0", "S=1", "M=3"])
        equal(lines["v.f[0-3]"], ["32", "ieee_single", "byte", "0"])
        rows = list(csv.DictReader(io.StringIO(
            silent_ok(run("list", "--fields", "-f", "csv", "-t", stub.target, "status.MPP", "v.h")))))
        equal([(r["name"], r["count"], r["enum"]) for r in rows],
              [("status.MPP", "", "U=0 S=1 M=3"), ("v.h", "", ""), ("v.h[0]", "8", "")])


@test
def list_fields_fits_a_line(directory):
    """If names of values do not fit a line, they continue in their own column."""
    path = os.path.join(directory, "t.xml")
    values = "".join(f'<evalue name="mode{n}" value="{n}"/>' for n in range(16))
    wide = XML.replace('<evalue name="U" value="0"/>', values).replace('start="2" end="3"', 'start="2" end="5"')
    write(path, wide % "i386:x86-64")
    lines = silent_ok(run("list", "--fields", "--tdesc", path, "status", "a")).splitlines()
    assert max(map(len, lines)) <= 80, lines
    mode = next(i for i, line in enumerate(lines) if "status.MPP" in line)
    column = lines[mode].index("mode0=0")
    assert lines[mode + 1].startswith(" " * column + "mode") and len(lines[mode + 1].split()) > 1, lines
    contains(" ".join(lines), "mode15=15")


@test
def a_hostile_type_is_listed_in_part(directory):
    # Each level has sixteen members, each of which is a union of sixteen: 16^8 parts.
    types = "".join(f"<union id='u{i}'>" + "".join(f"<field name='m{j}' type='u{i - 1}'/>" for j in range(16)) +
                    "</union>" for i in range(1, 9))
    path = os.path.join(directory, "t.xml")
    write(path, "<target><feature name='f'><union id='u0'><field name='x' type='int8'/></union>" + types +
          "<reg name='r' bitsize='8' type='u8'/><reg name='s' bitsize='8'/></feature></target>")
    listed = json.loads(silent_ok(run("list", "--fields", "-j", "--tdesc", path)))[0]["registers"]
    equal(len(listed), 2 + 4096)
    equal(listed[-1]["name"], "s")


@test
def excluding_parts(directory):
    """A part can be excluded if it is shown by itself, and a register by any of its names."""
    with Machine(answers={"vCont?": "vCont;c;s", "vCont;*": "T05thread:1;", "s*": "T05thread:1;"}) as stub:
        def names(*args):
            return [(r["name"], r.get("field")) for r in read_json(stub, *args)]
        equal(names("status.Z", "status.N", "--exclude", "status.Z"), [("status", "N")])
        equal(names("v.f", "v.f[1]", "v.h[0]", "--exclude", "v.f"), [("v", "h[0]")])
        equal(names("a", "pc", "--exclude", "PC"), [("a", None)])
        recorded = silent_ok(run("trace", "-n", "1", "--fields", "status", "--exclude", "status.Z",
                                 "-t", stub.target))
        assert "status.N" in recorded and "status.Z" not in recorded, recorded
        one_line(run("read", "--exclude", "status.Z", "-t", stub.target), 5, "cannot exclude 'status.Z'", "whole")
        one_line(run("read", "--exclude", "status.Q", "-t", stub.target), 5, 'no part "Q"', "MPP")
        path = os.path.join(directory, "a.json")
        write(path, silent_ok(run("dump", "-j", "-t", stub.target)))
        one_line(run("diff", path, path, "--exclude", "status.Z"), 5, "status.Z")


@test
def excluding_other_names(directory):
    """`flags` is another name of eflags, not a register."""
    write(os.path.join(directory, "target.xml"), """<target><architecture>i386</architecture>
<feature name="org.gnu.gdb.i386.core"><flags id="i386_eflags" size="4"><field name="ZF" start="6" end="6"/></flags>
<reg name="eax" bitsize="32"/><reg name="eip" bitsize="32" type="code_ptr"/>
<reg name="eflags" bitsize="32" type="i386_eflags"/></feature></target>""")
    path = os.path.join(directory, "a.json")
    with Fake("--tdesc", directory) as fake:
        for command in "read", "dump":
            text = silent_ok(run(command, "--exclude", "pc", "--exclude", "flags", "-t", fake.target))
            assert "eax" in text and "eip" not in text and "eflags" not in text, text
        write(path, silent_ok(run("dump", "-j", "-t", fake.target)))
        contains(silent_ok(run("diff", path, "--exclude", "pc", "-t", fake.target)), "0 of 2 registers")


@test
def as_forms(_):
    expected = {"dec": ["-2", "4660", "3", "254", "-2.25"], "hex": ["0xfffffffffffffffe", "0x0000000000001234"],
                "oct": ["0o1777777777777777777776", "0o0000000000000000011064", "0o3", "0o376"],
                "bin": ["0b" + "1" * 63 + "0", "0b" + format(0x1234, "064b"), "0b11"],
                "raw": ["feffffffffffffff", "3412000000000000"]}
    with Machine() as stub:
        words = ("a", "pc", "status.MPP")
        for form, shown in expected.items():
            found = read_json(stub, "--as", form, *words)
            equal([r["shown"] for r in found][:len(shown)], shown[:3], form)
            equal([r["value"] for r in found], ["0xfffffffffffffffe", "0x1234", "0x3"])
            contains(silent_ok(run("read", "--as", form, "a", "-t", stub.target)), f"a {shown[0]}\n")
        equal(read_json(stub, "--as", "dec", "status.LEVEL")[0]["shown"], "-2")
        equal([r["shown"] for r in read_json(stub, "--as", "float", "d", "v.f[1]", "v.f[2]")],
              ["-2.25", "0.1", "0.1"])
        stub.state[6] = struct.pack("<d", 0.1)
        equal(read_json(stub, "--as", "float", "u")[0]["shown"], "0.1")
        stub.state[3] = (10 ** 38 + 7).to_bytes(16, "little")
        equal(read_json(stub, "--as", "dec", "v")[0]["shown"], str(10 ** 38 + 7))
        one_line(run("read", "--as", "dec", "-f", "csv", "-t", stub.target), 2, "--as")
        one_line(run("read", "--as", "rot13", "-t", stub.target), 2, "--as")


@test
def as_forms_of_wide_registers(directory):
    """Each notation of --as, for registers of any width, fits a line."""
    value = int.from_bytes(bytes(range(1, 33)), "little")
    path = os.path.join(directory, "target.xml")
    write(path, XML.replace('<reg name="u"', '<reg name="wide" bitsize="256" type="big"/><reg name="u"').replace(
        '<vector id="halves"', '<vector id="big" type="uint64" count="4"/><vector id="halves"') % "i386:x86-64")
    bits = [format(value >> 64 * lane & (1 << 64) - 1, "064b") for lane in range(4)]
    with Fake("--tdesc", directory, "--one-guest") as fake:
        silent_ok(run("write", f"wide={value:#x}", "-t", fake.target))

        def shown(form):
            text = silent_ok(run("read", "--as", form, "wide", "-t", fake.target))
            lines = text.splitlines()[1:]
            assert all(len(line) <= 80 and line == line.rstrip() for line in lines), text
            return " ".join(lines).split("{")[0].split()[1:]
        equal(shown("bin"), [word for lane in range(4) for word in (f"[{lane}]", "0b" + bits[lane])])
        equal("".join(shown("dec")), str(value))
        equal("".join(shown("oct")), "0o" + format(value, "086o"))
        equal(shown("hex"), [f"0x{value:064x}"])
        equal(shown("raw"), [bytes(range(1, 33)).hex()])
        equal(shown("float"), [f"0x{value:064x}"])
        silent_ok(run("write", "wide=0", "-t", fake.target))
        equal(shown("bin"), ["[0-3]", "each", "0b" + "0" * 64])


@test
def flags_have_no_blanks_behind_them(_):
    with Machine() as stub:
        for form in "oct", "bin", "dec":
            text = silent_ok(run("read", "--as", form, "status", "d", "v", "-t", stub.target))
            assert all(line == line.rstrip() for line in text.splitlines()), text


@test
def trace_fields(_):
    with Machine(answers={"vCont?": "vCont;c;s", "vCont;*": "T05thread:1;", "s*": "T05thread:1;"}) as stub:
        lines = silent_ok(run("trace", "-n", "1", "--fields", "-f", "jsonl", "-t", stub.target, "status", "v.f",
                              "v.h[1]")).splitlines()
        found = [(r["name"], r.get("field")) for r in json.loads(lines[0])["changed"]]
        equal(sorted(map(str, found)), sorted(map(str, [
            ("status", None), ("status", "Z"), ("status", "N"), ("status", "MPP"), ("status", "LEVEL"),
            ("v", "f"), ("v", "h[1]"), *[("v", f"f[{i}]") for i in range(4)]])))


class Wide(Machine):
    """Adds a register of 512 bits. Its third lane changes with each reading."""

    description = (XML % "i386:x86-64").replace(
        '<reg name="u"', '<reg name="wide" bitsize="512" type="big" regnum="9"/><reg name="u" regnum="6"').replace(
        '<vector id="halves"', '<vector id="big" type="uint64" count="8"/><vector id="halves"')
    readings = 0

    def lanes(self, reading):
        return (1, 2, reading, 4, 5, 6, 6, 6)

    def read(self, number):
        if number != "9":
            return super().read(number)
        self.readings += 1
        return struct.pack("<8Q", *self.lanes(self.readings)).hex()


@test
def traces_of_wide_registers(_):
    """The first sample has lanes, as in dump. Later ones have the lanes that have changed."""
    with Wide(answers=STEPPING) as stub:
        def lines(*args):
            text = silent_ok(run("trace", "-n", "1", "w*", "-t", stub.target, *args))
            assert all(len(line) <= 80 and line == line.rstrip() for line in text.splitlines()), text
            return text.splitlines()
        equal(lines(), ["step 0, vCPU 0: start",
                        f"  wide  [0] 0x{1:016x} 0x{2:016x} 0x{1:016x}",
                        f"        [3] 0x{4:016x} 0x{5:016x} 0x{6:016x}",
                        f"        [6] 0x{6:016x} 0x{6:016x}", "step 1, vCPU 0",
                        f"  wide  [2] 0x{1:016x} -> 0x{2:016x}"])
        found = lines("--as", "bin")
        equal(found[1:3], [f"  wide  [0] 0b{1:064b}", f"        [1] 0b{2:064b}"])
        equal(" ".join(found[-2:]).split(), ["wide", "[2]", f"0b{3:064b}", "->", f"0b{4:064b}"])
        found = "".join(lines("--as", "dec")).replace(" ", "").split("wide")[1:]
        old, new = (int.from_bytes(struct.pack("<8Q", *stub.lanes(n)), "little") for n in (5, 6))
        equal(found, [f"{old}step1,vCPU0", f"{old}->{new}"])


STEPPING = {"vCont?": "vCont;c;s", "vCont;*": "T05thread:1;", "s*": "T05thread:1;"}


class Counting(Machine):
    """Every step adds 1 to `status` and 1.25 to the first lane of `v`."""

    def answer(self, packet):
        if packet[:1] == "s" or packet.startswith("vCont;s"):
            self.state[2] = struct.pack("<I", (status_of(self) + 1) & 0xffffffff)
            self.state[3] = struct.pack("<f", struct.unpack("<f", self.state[3][:4])[0] + 1.25) + self.state[3][4:]
        return super().answer(packet)


def read_vcd(path):
    """Parse VCD by the standard. Returns ({"scope.name": (kind, width)}, {"scope.name": {step:
    text}})."""
    wires, names, values, scopes, now = {}, {}, {}, [], None
    with open(path) as file:
        for line in file:
            words = line.split() or ["$comment"]
            if words[0] == "$scope":
                scopes.append(words[2])
            elif words[0] == "$upscope":
                scopes.pop()
            elif words[0] == "$var":
                names[words[3]] = name = ".".join([*scopes, words[4]])
                assert name not in wires, f"{name} twice"
                wires[name], values[name] = (words[1], int(words[2])), {}
            elif words[0] == "$timescale":
                text = line if "$end" in words else line + next(file)
                equal("".join(text.split())[:12], "$timescale1s")
            elif words[0][0] == "#":
                now = int(words[0][1:])
            elif words[0][0] in "br":
                values[names[words[1]]][now] = words[0][1:]
            elif words[0][0] in "01x":
                values[names[words[0][1:]]][now] = words[0][0]
    return wires, values


def trace_vcd(directory, *words):
    path, save = os.path.join(directory, "t.vcd"), os.path.join(directory, "t.gtkw")
    with Counting(answers=STEPPING) as stub:
        stub.state[2] = bytes(4)
        silent_ok(run("trace", "-n", "5", "-f", "vcd", "-o", path, "--gtkw", save, "-t", stub.target, *words))
    return path, save


@test
def vcd_of_parts(directory):
    path, _ = trace_vcd(directory, "--fields", "status", "v")
    wires, values = read_vcd(path)
    core = "vcpu0.some_core."
    equal({name: wires[core + name] for name in ("status", "status.Z", "status.MPP", "status.LEVEL", "v", "v.f_0",
                                                 "v.f_3", "v.h_7")},
          {"status": ("wire", 32), "status.Z": ("wire", 1), "status.MPP": ("wire", 2), "status.LEVEL": ("wire", 8),
           "v": ("wire", 128), "v.f_0": ("real", 64), "v.f_3": ("real", 64), "v.h_7": ("wire", 16)})
    equal(len(wires), 2 + 4 + 4 + 8)
    equal(values[core + "status.Z"], {0: "0", 1: "1", 2: "0", 3: "1", 4: "0", 5: "1"})
    equal(values[core + "status.N"], {0: "0", 2: "1", 4: "0"})
    equal(values[core + "status.MPP"], {0: "0", 4: "1"})
    equal({step: float(text) for step, text in values[core + "v.f_0"].items()},
          {step: 1.5 + 1.25 * step for step in range(6)})
    equal({step: float(text) for step, text in values[core + "v.f_2"].items()}, {0: struct.unpack(
        "<f", struct.pack("<f", 0.1))[0]})


@test
def vcd_of_some_parts(directory):
    path, _ = trace_vcd(directory, "status.Z", "a")
    equal(list(read_vcd(path)[0]), ["vcpu0.some_core.a", "vcpu0.some_core.status.Z"])


@test
def vcd_through_gtkwave(directory):
    """Read the file with GTKWave's converter, and with GTKWave if there is a display."""
    path, save = trace_vcd(directory, "--fields", "status", "v", "pc")
    wires = read_vcd(path)[0]
    text = read(save)
    for name, (kind, width) in wires.items():
        contains(text, "\n" + name + (f"[{width - 1}:0]" if kind == "wire" and width > 1 else "") + "\n")
    contains(text, f'[dumpfile] "{path}"')
    if not shutil.which("vcd2fst") or not shutil.which("fst2vcd"):
        print("     vcd2fst and fst2vcd are not there: not tried")
        return
    there, back = os.path.join(directory, "t.fst"), os.path.join(directory, "back.vcd")
    done = subprocess.run(["vcd2fst", path, there], capture_output=True, text=True, check=True)
    equal(done.stderr, "")
    subprocess.run(["fst2vcd", "-f", there, "-o", back], check=True)
    equal(set(read_vcd(back)[0]), set(wires))
    open_in_gtkwave(directory, save, len(wires))


def open_in_gtkwave(directory, save, wires):
    if not shutil.which("Xvfb") or not shutil.which("gtkwave"):
        print("     Xvfb or gtkwave is not there: not tried")
        return
    script = os.path.join(directory, "s.tcl")
    write(script, 'puts "shown [llength [gtkwave::getDisplayedSignals]] to [gtkwave::getMaxTime]"\n'
          "gtkwave::/File/Quit\nexit 0\n")
    ours, theirs = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(theirs), "-screen", "0", "800x600x24"],
                              pass_fds=[theirs], stderr=subprocess.DEVNULL)
    try:
        os.close(theirs)
        display = os.read(ours, 20).decode().strip()
        done = subprocess.run(["gtkwave", "-S", script, save], capture_output=True, text=True, check=False,
                              timeout=60, env=dict(os.environ, DISPLAY=":" + display, HOME=directory))
    finally:
        os.close(ours)
        server.terminate()
        server.wait()
    contains(done.stdout, f"shown {wires} to 5\n")
    said = [line for line in (done.stdout + done.stderr).splitlines() if " | " in line]
    equal([line for line in said if "Executing Tcl" not in line], [], "warnings of GTKWave")


@test
def gtkw_errors(directory):
    path = os.path.join(directory, "x")
    for words in (["--gtkw", path], ["--gtkw", path, "-f", "vcd"], ["--gtkw", path, "-o", path + "2"]):
        one_line(run("trace", "-n", "1", *words), 2, "--gtkw needs")
    with Counting(answers=STEPPING) as stub:
        one_line(run("trace", "-n", "1", "-f", "vcd", "-o", path, "--gtkw", os.path.join(directory, "no", "x"), "-t",
                     stub.target, "status"), 6, "no/x")


@test
def diff_parts(directory):
    a, b = (os.path.join(directory, name) for name in "ab")
    words = ("status.Z", "status.N", "v.f[1]", "status.LEVEL")
    with Machine() as stub:
        silent_ok(run("dump", "-j", "-o", a, "-t", stub.target, *words))
        stub.state[2] = struct.pack("<I", 0x5a00fe0e)
        stub.state[3] = struct.pack("<4f", 1.5, 7, 0.1, 3.0)
        silent_ok(run("dump", "-j", "-o", b, "-t", stub.target, *words))
        result = run("diff", a, b)
        equal(result.status, 1)
        for part in ("status.Z", "status.N", "v.f[1]", "0xc0100000", "0x40e00000"):
            contains(result.out, part)
        assert "LEVEL" not in result.out, result.out
        found = json.loads(run("diff", a, b, "-j").out)
        equal([(c["name"], c["field"], c["old"], c["new"]) for c in found],
              [("status", "Z", "0x1", "0x0"), ("status", "N", "0x0", "0x1"),
               ("v", "f[1]", "0xc0100000", "0x40e00000")])
        equal(len(json.loads(run("diff", a, b, "-j", "v.f[1]").out)), 1)
        equal(len(json.loads(run("diff", a, b, "-j", "status").out)), 2)
        rows = list(csv.DictReader(io.StringIO(run("diff", a, b, "-f", "csv").out)))
        equal(rows[0]["name"], "status.Z")
        # The same with the current values of the target.
        live = json.loads(run("diff", a, "-t", stub.target, "-j").out)
        for change in found + live:
            change.pop("target")
        equal([c for c in live if c["change"] == "changed"], found)
        result = run("diff", a, "-t", stub.target, "status.LEVEL")
        equal((result.status, result.out), (0, "0 of 1 register differs\n"))
        equal(len(json.loads(run("diff", a, "-t", stub.target, "-j", "status.Z").out)), 1)


@test
def conditions(_):
    big, fraction = (1 << 53) + 1, "0.1000000000000000055511151231257827"
    true = ["status.Z=1", "status.MPP==M", "status.MPP!=S", "status.MPP=3", "status.MPP>=S", "status.LEVEL=-2",
            "status.LEVEL<0", "status.LEVEL<=-2", "status.LEVEL&2", "status.LEVEL==0xfe", "status.LEVEL>0x80",
            "a<0", "a==-2", "a<5", "a>-3", "a==0xfffffffffffffffe", "a>=0xffff800000000000",
            f"u=={big}", f"u>{big - 1}", f"u<{big + 1}", "pc==0x1234", "pc>0x1233",
            "v.f[0]==1.5", "v.f[1]<-2", "v.f[1]>-2.5", "v.f[2]==0.1", "v.f[3]>=3", "d==0.1", "d>0.0999999999999",
            f"d=={fraction}", "e==1.5", "e>1.4999999999999999998", "e<1.5000000000000000002", "e!=-1.5",
            "v.h[1]==0x3fc0", "v.f[0]!=nan"]
    false = ["status.Z=0", "status.MPP==U", "a>0", "a>=0x10", "status.LEVEL>0", f"u=={big - 1}", f"u=={big + 1}",
             "v.f[0]>1.5", "v.f[0]<1.5", "d==0.10000000000000002", "e==1.5000000000000000002", "v.f[0]==nan",
             "v.f[0]<nan", "v.f[0]>=nan", "status.MPP&0"]
    with Machine() as stub:
        result = run("expect", "--now", "-j", "-t", stub.target, *true, *false)
        assert result.out, repr(result)
        found = json.loads(result.out)
        equal([c["condition"] for c in found if not c["holds"]],
              [c["condition"] for c in found][len(true):])
        result = run("expect", "--now", "-t", stub.target, "status.MPP=S", "v.f[1]>0")
        contains(result.out, "FAIL  status.MPP == S, but it is 0x3 (M)")
        contains(result.out, "FAIL  v.f[1] > 0, but it is -2.25")
        for condition, part in [("status.MPP=X", "nor one of its names: U, S, M"), ("status.Z=2", "its 1 bit"),
                                ("status.LEVEL=256", "8 bits"), ("v.f=1", "name one of its parts"),
                                ("status.Q=1", 'no part "Q" in status'), ("pc=1.5", "not a number"),
                                ("pc=09", "octal"), ("status.MPP=08", "octal")]:
            one_line(run("expect", "--now", condition, "-t", stub.target), 5 if "Q" in condition else 2, part)


@test
def big_endian(_):
    """On a big-endian target, bit 0 is also the least significant bit, and elements are in memory
    order."""
    with Machine(description=XML % "s390:64-bit") as stub:
        stub.state[2] = struct.pack(">I", 0x5a00fe0d)
        stub.state[3] = struct.pack(">4f", 1.5, -2.25, 0.1, 3.0)
        stub.state[5] = struct.pack(">d", 0.1)
        found = read_json(stub, "status.Z", "status.MPP", "status.LEVEL", "v.f[1]", "v.h[0]", "d")
        equal([r["value"] for r in found], ["0x1", "0x3", "0xfe", "0xc0100000", "0x3fc0", "0x3fb999999999999a"])
        equal([r.get("float") for r in found], [None, None, None, -2.25, None, 0.1])
        silent_ok(run("expect", "--now", "-t", stub.target, "status.MPP=M", "v.f[1]<-2", "status.LEVEL=-2",
                      "status==0x5a00fe0d", "v.h[0]==0x3fc0", "v==0x3fc00000c01000003dcccccd40400000"))
        silent_ok(run("write", "-t", stub.target, "status.LEVEL=1", "status.Z=0", "v.f[3]=0.1", "v.h[0]=2", "pc=9"))
        equal(stub.state[2], struct.pack(">I", 0x5a00010c))
        equal(stub.state[3], struct.pack(">H", 2) + struct.pack(">4f", 1.5, -2.25, 0.1, 0.1)[2:])
        equal(stub.state[1], struct.pack(">Q", 9))
        equal(read_json(stub, "--as", "dec", "pc", "status.LEVEL")[0]["shown"], "9")


@test
def an_unknown_byte_order(_):
    with Machine(description=(XML % "x").replace("<architecture>x</architecture>", "")) as stub:
        text = silent_ok(run("read", "-q", "status.Z", "v.f[1]", "-t", stub.target))
        contains(text, "status.Z <byte order unknown>")
        contains(text, "v.f[1] 000010c0")
        equal(read_json(stub, "-q", "status.Z")[0].get("error"), "byte order unknown")
        for word in (["expect", "--now", "status.Z=1"], ["write", "status.Z=1"]):
            result = run(*word, "-t", stub.target)
            contains(result.err, "--endian")
        equal(read_json(stub, "--endian", "little", "status.Z")[0]["value"], "0x1")


@test
def numbers_of_traces(_):
    with Machine(answers=STEPPING) as stub:
        stub.state[0] = struct.pack("<q", (1 << 53) - 1)
        line = silent_ok(run("trace", "-n", "1", "-f", "jsonl", "-t", stub.target, "a", "u", "d", "e", "v.f[1]",
                             "status.MPP")).splitlines()[0]
        found = {r["name"]: r for r in json.loads(line)["changed"]}
        equal({name: r.get("number") for name, r in found.items()},
              {"a": (1 << 53) - 1, "u": None, "d": None, "e": None, "v": 0xc0100000, "status": 3})
        equal({name: r.get("float") for name, r in found.items()},
              {"a": None, "u": None, "d": 0.1, "e": 1.5, "v": -2.25, "status": None})
        equal([r.get("number") for r in read_json(stub, "a", "u")], [(1 << 53) - 1, None])


def status_of(stub):
    return int.from_bytes(stub.state[2], "little")


@test
def write_parts(_):
    with Machine() as stub:
        old = status_of(stub)
        text = silent_ok(run("write", "-t", stub.target, "status.Z=0", "status.N=1", "status.MPP=S", "pc=7"))
        lines = text.splitlines()
        equal(lines[:2] + lines[3:], ["status.Z    0x1 -> 0x0", "status.N    0x0 -> 0x1",
                                      "pc          0x0000000000001234 -> 0x0000000000000007"])
        contains(lines[2], "status.MPP  0x3 -> 0x1")
        equal(status_of(stub), old & ~0xf | 0b0110)
        equal([p for p in stub.log if p[:1] == "P"],
              ["P2=" + struct.pack("<I", old & ~0xf | 0b0110).hex(), "P1=0700000000000000"])
        silent_ok(run("write", "-t", stub.target, "v.f[2]=0.1", "v.f[0]=-0.0", "v.h[2]=-1", "e=0.1"))
        equal(stub.state[3], struct.pack("<f", -0.0) + b"\xff\xff" + struct.pack("<f", -2.25)[2:] +
              struct.pack("<2f", 0.1, 3.0))
        equal(stub.state[4].hex(), "cdccccccccccccccfb3f")  # 0.1 rounded to 64 bits of precision
        found = json.loads(silent_ok(run("write", "-j", "-t", stub.target, "status.LEVEL=5")))
        equal(found, [{"vcpu": 0, "feature": "some.core", "name": "status", "field": "LEVEL", "old": "0xfe",
                       "new": "0x5"}])


@test
def write_aligns_its_lines(_):
    with Machine() as stub:
        lines = silent_ok(run("write", "a=1", "status.MPP=M", "pc=2", "-t", stub.target)).splitlines()
        equal({line.index("  0x") for line in lines}, {len("status.MPP")})


@test
def floats_with_a_prefix_or_a_zero_in_front(_):
    """A leading zero does not mean octal for a float. With a prefix, the number is the bits."""
    with Machine() as stub:
        for text, value in (("010", 10.0), ("09", 9.0), ("-09", -9.0), ("09.5", 9.5), ("0x3", struct.unpack("<d", struct.pack("<Q", 3))[0]),
                            ("0b11", struct.unpack("<d", struct.pack("<Q", 3))[0]), ("3", 3.0)):
            silent_ok(run("write", f"d={text}", "-t", stub.target))
            equal(struct.unpack("<d", stub.state[5])[0], value, text)
            silent_ok(run("expect", "--now", f"d=={text}", "-t", stub.target))


@test
def write_reads_back_the_part(_):
    # Bit 1 is read-only: other parts can be written, bit 1 cannot.
    with Machine(mask=~2 & 0xff) as stub:
        silent_ok(run("write", "-t", stub.target, "status.Z=0"))
        equal(status_of(stub) & 3, 0)
        result = run("write", "-t", stub.target, "status.N=1")
        one_line(result, 5, "status.N of vCPU 0 did not take 0x1: it read 0x0 before and reads 0x0 now")
        result = run("write", "-t", stub.target, "status.Z=1", "status.N=1")
        one_line(result, 5, "status.N")


@test
def write_refuses(_):
    with Machine() as stub:
        for words, status, part in [
                (["status.Z=2"], 2, "its 1 bit"), (["status.MPP=X"], 2, "U, S, M"), (["status.Q=1"], 5, 'no part "Q"'),
                (["status.Z=1", "status.Z=0"], 2, "twice"), (["status.Z=1", "status=0"], 2, "twice"),
                (["v.f[0]=1", "v.h[1]=5"], 2, "overlaps"), (["status.Z=hex:01"], 2, "no bytes of its own"),
                (["v.f[0]=hex:01"], 2, "the part has 4"), (["v.f[0]=1e39"], 2, "beyond"), (["a=yes"], 2, "a=yes: give a whole number"), (["a=1.5"], 2, "not a float"),
                (["status.Z=09"], 2, "octal"), (["v.f=1"], 2, "no number")]:
            one_line(run("write", "-t", stub.target, *words), status, part)
        assert not [p for p in stub.log if p[:1] == "P"], stub.log


@test
def numbers_do_not_depend_on_the_locale(_):
    with Machine() as stub:
        for locale in ("C", "de_DE.UTF-8"):
            silent_ok(run("write", "-t", stub.target, "d=2.5", env={"LC_ALL": locale}))
            equal(stub.state[5], struct.pack("<d", 2.5))


main()
