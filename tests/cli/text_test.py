#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The meaning of values in text and JSON; descriptions by --arch."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios

from clitest import (ROOT, Fake, command, contains, drain, equal, main, one_line, register_bytes,
                     run, silent_ok, test, write)

XML = """<target><architecture>i386:x86-64</architecture><feature name="one">
<flags id="status" size="4"><field name="Z" start="0" end="0"/><field name="N" start="1" end="1"/>
<field name="MODE" start="4" end="5"/></flags>
<vector id="pair" type="uint32" count="2"/>
<union id="both"><field name="p" type="pair"/><field name="q" type="uint64"/></union>
<reg name="flags" bitsize="32" type="status"/><reg name="pair" bitsize="64" type="pair"/>
<reg name="both" bitsize="64" type="both"/><reg name="f" bitsize="32" type="ieee_single"/>
<reg name="n" bitsize="32"/></feature></target>"""


def machine(directory, *options):
    write(os.path.join(directory, "target.xml"), XML)
    return Fake("--tdesc", directory, "--one-guest", *options)


def prepare(fake):
    silent_ok(run("write", "flags=0x13", "pair=0x200000001", "both=0x400000003", "f=1.5",
                  "-t", fake.target))


def lines(text):
    """Returns the line of each register, by its name."""
    return {name: line for line in text.splitlines() if line.startswith("  ")
            for name in re.findall(r"(\S+) +0x", line)}


@test
def long_ones_are_shown_on_demand(directory):
    with machine(directory) as fake:
        prepare(fake)
        t = ("-t", fake.target)
        for args in (("dump",), ("read",), ("read", "*"), ("read", "p*", "b*", "f*")):
            found = lines(silent_ok(run(*args, *t)))
            contains(found["flags"], "[ Z N MODE=1 ]")
            contains(found["f"], "  1.5")
            assert "{" not in found["pair"] + found["both"], found
        for args in (("read", "pair", "both"), ("read", "-v"), ("dump", "-v"), ("read", "ONE:pair", "Both")):
            found = lines(run(*args, *t).out)
            contains(found["pair"], "{0x1, 0x2}")
            contains(found["both"], "p = {0x3, 0x4}")
            assert found["pair"] != found["both"], "each in a row of its own"
        found = lines(silent_ok(run("read", "*", "pair", *t)))
        contains(found["pair"], "{")
        assert "{" not in found["both"], found


MIXED = """<target><architecture>i386:x86-64</architecture><feature name="two">
<flags id="status" size="4"><field name="Z" start="0" end="0"/></flags>
<vector id="four" type="uint32" count="4"/>
<reg name="v0" bitsize="128" type="four"/><reg name="f0" bitsize="32" type="ieee_single"/>
<reg name="a" bitsize="64"/><reg name="flags" bitsize="32" type="status"/>
<reg name="s" bitsize="16"/><reg name="b" bitsize="64"/>
<reg name="v1" bitsize="128" type="four"/><reg name="f1" bitsize="32" type="ieee_single"/>
</feature></target>"""


def mixed(directory, *options):
    write(os.path.join(directory, "target.xml"), MIXED)
    return Fake("--tdesc", directory, "--one-guest", *options)


def on_terminal(columns, *args):
    """Returns the output on a terminal with so many columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    with subprocess.Popen(command(*args), stdout=slave, env=dict(environment, TERM="xterm")) as process:
        os.close(slave)
        shown = drain(master).replace("\r\n", "\n")
    equal(process.returncode, 0)
    return shown


def plain(text):
    return re.sub("\033\\[[0-9;]*m", "", text)


@test
def registers_in_columns(directory):
    """Values are in order of size: numbers, then flags, floats and vectors. Flags have rows of
    their own."""
    with mixed(directory) as fake:
        silent_ok(run("write", "f0=1.5", "f1=-2", "flags=1", "-t", fake.target))
        rows = silent_ok(run("dump", "-t", fake.target)).splitlines()
        equal([re.findall(r"(\S+) 0x", row) for row in rows[3:]],
              [["a", "b"], ["s"], ["flags"], ["f0", "f1"], ["v0", "v1"]])
        equal(rows[5], "  flags 0x00000001  [ Z ]")
        equal(rows[6], "  f0 0x3fc00000  1.5  f1 0xc0000000  -2 ".rstrip())
        narrow = plain(on_terminal(77, "dump", "-t", fake.target)).splitlines()
        equal([re.findall(r"(\S+) 0x", row) for row in narrow[-2:]], [["v0"], ["v1"]])


@test
def as_many_columns_as_fit(_):
    """Values are ordered in columns, and no line is longer than the terminal."""
    with Fake("--registers", 64) as fake:
        for columns, count in ((40, 1), (50, 2), (80, 3), (102, 4), (30, 1)):
            shown = plain(on_terminal(columns, "dump", "-t", fake.target))
            rows = [re.findall(r"r(\d+) +0x", row) for row in shown.splitlines() if " 0x" in row]
            equal(max(len(row) for row in rows), count, columns)
            down = [int(row[i]) for i in range(count) for row in rows if i < len(row)]
            equal(down, list(range(64)))
            assert max(map(len, shown.splitlines())) <= max(columns, 40), shown
        rows = silent_ok(run("dump", "-t", fake.target)).splitlines()
        equal(max(len(re.findall(" 0x", row)) for row in rows), 3)


@test
def few_long_names_leave_the_columns(directory):
    names = [f"r{i}" for i in range(30)] + ["A_LONG_NAME_OF_A_SYSTEM_REGISTER", "r30"]
    write(os.path.join(directory, "target.xml"), "<target><feature name='x'>" + "".join(
        f"<reg name='{name}' bitsize='64'/>" for name in names) + "</feature></target>")
    with Fake("--tdesc", directory) as fake:
        rows = silent_ok(run("dump", "-q", "--endian", "little", "-t", fake.target)).splitlines()[3:]
        equal(len(rows), 12)
        contains(rows[-1], "A_LONG_NAME")


@test
def wide_values_in_lanes(_):
    """Each line has at most 80 characters. Lane 0 has the first bytes in memory."""
    with Fake("--registers", 2, "--reg-bytes", 256) as fake:
        for order in ("little", "big"):
            out = silent_ok(run("read", "r1", "--endian", order, "-t", fake.target))
            assert max(len(line) for line in out.splitlines()) <= 80, out
            lanes = [int(lane, 16) for lane in re.findall(r" 0x([0-9a-f]{16})\b", out)]
            data = register_bytes(0, 1, 256)
            equal(lanes, [int.from_bytes(data[i:i + 8], order) for i in range(0, 256, 8)])
            numbers = [int(n) for n in re.findall(r"\[(\d+)\]", out)]
            equal(numbers, list(range(0, 32, 3)))


@test
def equal_lanes_are_said_once(_):
    with Fake("--registers", 4, "--reg-bytes", 64, "--one-guest") as fake:
        t = ("-t", fake.target)
        value = "11" * 8 + "22" * 8 + "00" * 48
        silent_ok(run("write", "r1=hex:" + "07" * 64, "r2=hex:" + "00" * 64, "r3=hex:" + value, *t))
        rows = silent_ok(run("read", "r[1-3]", *t)).splitlines()[1:]
        equal(rows, ["  r1 8 x 0x0707070707070707  r2 8 x 0x0000000000000000",
                     "  r3 [0] 0x1111111111111111 0x2222222222222222 0x0000000000000000",
                     "     [3-7] each 0x0000000000000000"])


@test
def wide_values_that_are_written(_):
    with Fake("--registers", 2, "--reg-bytes", 256, "--one-guest") as fake:
        out = silent_ok(run("write", "r1=hex:" + "01" * 256, "-t", fake.target))
        assert max(map(len, out.splitlines())) <= 80, out
        old, new = "".join(out.split()).split("->")
        equal(old, "r1" + "0x" + register_bytes(0, 1, 256)[::-1].hex())
        equal(new, "0x" + "01" * 256)


@test
def without_zeros(directory):
    with mixed(directory) as fake:
        t = ("-t", fake.target)
        zero = [f"{name}=0" for name in ("a", "s", "flags", "f0", "f1", "v0", "v1")]
        silent_ok(run("write", *zero, "b=1", *t))
        equal(silent_ok(run("read", "--nonzero", *t)), "two\n  b 0x0000000000000001\n")
        silent_ok(run("write", "b=0", *t))
        equal(silent_ok(run("read", "--nonzero", *t)), "")


@test
def vcpus_stand_out(directory):
    """Headings are bold on a terminal and underlined elsewhere. Features are neither."""
    with mixed(directory, "--vcpus", "2") as fake, mixed(directory) as other:
        shown = on_terminal(80, "dump", "-t", fake.target)
        equal(len(re.findall("\033\\[1mvCPU [01]  .*\033\\[0m\ntwo\n", shown)), 2)
        equal(shown.count("\033[1m"), 2)
        lines_of = silent_ok(run("dump", "-t", fake.target, "-t", other.target)).splitlines()
        for i, line in enumerate(lines_of):
            rule = "-" if line.startswith("vCPU") else "=" if line in (fake.target, other.target) else None
            if rule:
                equal(lines_of[i + 1], rule * len(line))
        equal(sum(set(line) == {"-"} for line in lines_of), 3)
        equal(sum(set(line) == {"="} for line in lines_of), 2)


@test
def registers_of_several_vcpus_are_a_table(_):
    with Fake("--vcpus", 3, "--registers", 12) as fake:
        out = silent_ok(run("read", "-c", "all", "r1", "r2", "-t", fake.target)).splitlines()
        equal(out[0].split(), ["VCPU", "r1", "r2"])
        for vcpu in range(3):
            values = [int.from_bytes(register_bytes(vcpu, i), "little") for i in (1, 2)]
            equal(out[1 + vcpu].split(), [str(vcpu)] + ["0x%016x" % value for value in values])
        out = silent_ok(run("read", "-c", "2", "r1", "-t", fake.target))
        assert "VCPU" not in out, "a single number asks for the registers alone"
        out = silent_ok(run("read", "-c", "all", "-t", fake.target))
        equal(out.count("vCPU "), 3, "too wide for a table")
        for line in out.splitlines():
            assert len(line) <= 80, line


@test
def names_in_snapshots(directory):
    with machine(directory) as fake:
        prepare(fake)
        found = json.loads(silent_ok(run("read", "-j", "-t", fake.target)))
        equal({r["name"]: r.get("text") for r in found},
              {"flags": "[ Z N MODE=1 ]", "pair": None, "both": None, "f": None, "n": None})
        file = os.path.join(directory, "before")
        silent_ok(run("dump", "-j", "-o", file, "-t", fake.target))
        silent_ok(run("write", "flags=0x21", "-t", fake.target))
        result = run("diff", file, "-t", fake.target)
        equal(result.status, 1)
        contains(result.out, "-> 0x00000021  -N -MODE=1 +MODE=2")


@test
def shipped_description(directory):
    """The stub serves no description. It comes from the data directory."""
    write(os.path.join(directory, "toy.xml"),
          "<target><architecture>i386:x86-64</architecture><feature name='toy'>"
          "<reg name='a' bitsize='64'/><reg name='b' bitsize='64'/></feature></target>")
    env = {"GDBREGS_XML_DIR": directory}
    with Fake("--no-xfer", "--registers", 2) as fake:
        t = ("-t", fake.target)
        found = json.loads(silent_ok(run("list", "-j", "--arch", "toy", *t, env=env)))
        equal([r["name"] for r in found[0]["registers"]], ["a", "b"])
        found = json.loads(silent_ok(run("read", "-j", "--arch", "toy", *t, env=env)))
        equal([(r["name"], r["feature"]) for r in found], [("a", "toy"), ("b", "toy")])
        one_line(run("read", "--arch", "tay", *t, env=env), 2, "'tay'", "toy")


@test
def shipped_byte_order(_):
    """The stub serves a description that does not determine the architecture: --arch does."""
    for architecture, name, order in (("powerpc:common", "mips", "big"), ("mips", "mipsel", "little"),
                                      ("mips", "alpha", None), ("i386", "mips", "little")):
        with Fake("--arch", architecture, "--registers", 2) as fake:
            found = json.loads(silent_ok(run("dump", "-j", "-t", fake.target, "--arch", name,
                                             env={"GDBREGS_XML_DIR": os.path.join(ROOT, "xml")})))
            vcpu = found["targets"][0]["vcpus"][0]
            equal([vcpu["architecture"], vcpu["byte_order"]], [architecture, order])


if __name__ == "__main__":
    main()
