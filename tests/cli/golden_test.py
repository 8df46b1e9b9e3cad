#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The output of each command in each format, as files: tests/data/cli/COMMAND.FORMAT.

The tests of each command check what the values mean. `make update-expected` rewrites the
files, and its diff shows how a change affects all formats.
"""

import os
import re

from clitest import Fake, contains, equal, golden, main, run, test, write

XML = """<target><architecture>i386:x86-64</architecture><feature name="org.example.core">
<flags id="status" size="4"><field name="Z" start="0" end="0"/><field name="N" start="1" end="1"/>
<field name="MODE" start="4" end="5"/></flags>
<vector id="four" type="uint32" count="4"/>
<union id="both"><field name="v" type="four"/><field name="q" type="uint128"/></union>
<reg name="rax" bitsize="64" type="int64"/><reg name="rsp" bitsize="64" type="data_ptr"/>
<reg name="rip" bitsize="64" type="code_ptr"/><reg name="eflags" bitsize="32" type="status"/>
<reg name="cs" bitsize="16"/></feature><feature name="org.example.fp">
<reg name="f0" bitsize="32" type="ieee_single"/><reg name="f1" bitsize="64" type="ieee_double"/>
<reg name="v0" bitsize="128" type="both"/><reg name="v1" bitsize="128" type="both"/>
<reg name="gone" bitsize="32"/></feature></target>"""
VALUES = ("rax=-2", "rsp=0x7ffe0010", "rip=0xfff0", "eflags=0x13", "cs=8", "f0=1.5", "f1=-0.1",
          "v0=0x00000004000000030000000200000001", "v1=0")
FORMATS = ("text", "json", "jsonl", "csv")


def machine(directory, *options):
    write(os.path.join(directory, "target.xml"), XML)
    return Fake("--tdesc", directory, "--one-guest", "--vcpus", 2, "--unavailable", 9, *options)


def check(name, fake, status, *args):
    """Replace the address, the time and the version of the tool, which differ from run to run."""
    result = run(*args, "-t", fake.target, env={"NO_COLOR": "1"})
    equal(result.status, status, repr(result))
    text = re.sub(r'"time":"[^"]*"', '"time":"TIME"', result.out.replace(fake.target, "TARGET"))
    # jansson before 2.15 writes 17 digits of a double.
    text = re.sub(r'("float":)(-?\d+\.\d+)', lambda found: found[1] + repr(float(found[2])), text)
    golden(name, re.sub(r"gdbregs-cli \d\S*", "gdbregs-cli VERSION", text))


def in_each_format(name, fake, status, *args, formats=FORMATS):
    for form in formats:
        check(f"{name}.{form}", fake, status, *args, "-f", form)


def prepare(fake):
    for vcpu in ("0", "1"):
        equal(run("write", "-c", vcpu, *VALUES, "-t", fake.target).status, 0)


@test
def what_is_there(directory):
    with machine(directory) as fake:
        in_each_format("vcpus", fake, 0, "vcpus")
        in_each_format("list", fake, 0, "list")
        in_each_format("list-fields", fake, 0, "list", "--fields", "eflags", "v0")


@test
def values(directory):
    with machine(directory) as fake:
        prepare(fake)
        in_each_format("dump", fake, 0, "dump")
        in_each_format("read", fake, 0, "read", "r*", "v0", "gone")
        in_each_format("read-vcpus", fake, 0, "read", "-c", "all", "rip", "eflags")
        in_each_format("where", fake, 0, "where")


@test
def changes(directory):
    before = os.path.join(directory, "before.json")
    with machine(directory) as fake:
        prepare(fake)
        equal(run("dump", "-j", "-o", before, "-t", fake.target).status, 0)
        in_each_format("write", fake, 0, "write", "rax=7", "eflags=0x22", "f0=-1")
        equal(run("write", "v0=0x11", "-t", fake.target).status, 0)
        in_each_format("diff", fake, 1, "diff", before)


@test
def recorded(directory):
    with machine(directory) as fake:
        in_each_format("trace", fake, 0, "trace", "-n", "3", "rip", "eflags", "rax",
                       formats=("text", "json", "jsonl", "csv", "vcd"))


@test
def a_float_in_a_record(directory):
    """It has the same form as in a snapshot."""
    with machine(directory) as fake:
        equal(run("write", "f1=2", "-t", fake.target).status, 0)
        for command in (["read"], ["trace", "-n", "1"]):
            contains(run(*command, "f1", "-f", "jsonl", "-t", fake.target).out, '"float":2.0}')


if __name__ == "__main__":
    main()
