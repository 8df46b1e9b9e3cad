#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""write: notations of values, their limits, and the state after a failure."""

import csv
import io
import json
import os
import re
import struct

from clitest import (FAKE, Fake, contains, equal, main, number, one_line, read, register_bytes, run,
                     silent_ok, test, write)

XML = """<target><architecture>%s</architecture>
<feature name="one">
<flags id="status" size="4"><field name="Z" start="0" end="0"/><field name="N" start="1" end="1"/></flags>
<vector id="pair" type="uint32" count="2"/>
<reg name="r0" bitsize="64"/><reg name="r1" bitsize="32"/><reg name="r2" bitsize="8"/>
<reg name="odd" bitsize="9"/><reg name="big" bitsize="128"/>
<reg name="f" bitsize="32" type="ieee_single"/><reg name="d" bitsize="64" type="ieee_double"/>
<reg name="e" bitsize="80" type="i387_ext"/><reg name="h" bitsize="16" type="ieee_half"/>
<reg name="flags" bitsize="32" type="status"/><reg name="v" bitsize="64" type="pair"/>
<reg name="Case" bitsize="8"/><reg name="CASE" bitsize="8"/><reg name="twice" bitsize="8"/>
</feature><feature name="two"><reg name="twice" bitsize="8"/></feature></target>
"""


def machine(directory, arch="i386:x86-64"):
    path = os.path.join(directory, arch.replace(":", "-"))
    os.makedirs(path, exist_ok=True)
    write(os.path.join(path, "target.xml"), XML % arch)
    return "--tdesc", path


def value_of(fake, name, *options):
    """The bytes as a second session reads them."""
    found = json.loads(silent_ok(run("read", "-j", name, "-t", fake.target, *options)))
    return bytes.fromhex(found[0]["bytes"])


def check(fake, register, value, expected):
    silent_ok(run("write", f"{register}={value}", "-t", fake.target))
    equal(value_of(fake, register), expected, f"{register}={value}")


def little(n, size):
    return (n & ((1 << 8 * size) - 1)).to_bytes(size, "little")


@test
def numbers(directory):
    with Fake("--one-guest", *machine(directory)) as fake:
        for value, n in [("0", 0), ("10", 10), ("0x1f", 0x1f), ("0XFf", 0xff), ("0b101", 5),
                         ("0o17", 15), ("017", 15), ("-1", -1), ("-0x10", -16), ("+3", 3),
                         ("18446744073709551615", -1), ("-9223372036854775808", -1 << 63),
                         ("0x00000000000000000000001", 1)]:
            check(fake, "r0", value, little(n, 8))
        check(fake, "r2", "-128", b"\x80")
        check(fake, "r2", "255", b"\xff")
        check(fake, "odd", "511", b"\xff\x01")
        check(fake, "odd", "-256", b"\x00\x01")
        check(fake, "odd", "-1", b"\xff\x01")
        check(fake, "big", "0x0123456789abcdef0011223344556677",
              bytes.fromhex("0123456789abcdef0011223344556677")[::-1])
        check(fake, "big", "340282366920938463463374607431768211455", b"\xff" * 16)
        check(fake, "flags", "3", little(3, 4))
        check(fake, "v", "0x0000000200000001", little(0x200000001, 8))


@test
def raw_bytes(directory):
    with Fake("--one-guest", *machine(directory)) as fake:
        check(fake, "r0", "hex:0102030405060708", bytes(range(1, 9)))
        check(fake, "e", "hex:AABBCCDDEEFF00112233", bytes.fromhex("aabbccddeeff00112233"))
        one_line(run("write", "r0=hex:01", "-t", fake.target), 2, "r0", "1 byte given", "8")


def extended(fraction, exponent, sign=0):
    """An x87 value has a significand of 64 bits with the integer bit, 15 bits of exponent, and a
    sign."""
    return little(fraction, 8) + little(exponent | sign << 15, 2)


@test
def floats(directory):
    with Fake("--one-guest", *machine(directory)) as fake:
        for value, n in [("1", 1.0), ("-2.5", -2.5), ("0.1", 0.1), ("1e10", 1e10), ("inf", float("inf")),
                         ("-inf", float("-inf")), ("4e-324", 5e-324), ("010", 10.0), ("-0.0", -0.0)]:
            check(fake, "d", value, struct.pack("<d", n))
        # 1 + 2^-24 + 2^-60 is rounded once: it is above the middle, but as a double it would be the
        # middle.
        check(fake, "f", "1.0000000596046447762", struct.pack("<I", 0x3f800001))
        check(fake, "f", "0.1", struct.pack("<f", 0.1))
        check(fake, "f", "0x3f800000", struct.pack("<f", 1.0))
        check(fake, "e", "1.5", extended(0xc000000000000000, 16383))
        check(fake, "e", "-2", extended(0x8000000000000000, 16384, 1))
        check(fake, "e", "0.1", extended(0xcccccccccccccccd, 16379))
        check(fake, "h", "0x3c00", b"\x00\x3c")
        for word, part in [("f=1e39", "beyond"), ("d=1e309", "beyond"), ("e=1e5000", "beyond"),
                           ("r0=1.5", "not a float"), ("r0=08", "octal"), ("f=0x1ffffffff", "32 bits")]:
            one_line(run("write", word, "-t", fake.target), 2, word, part)


@test
def what_does_not_fit(directory):
    log = os.path.join(directory, "log")
    with Fake("--one-guest", *machine(directory), "--log", log) as fake:
        for word in ["r0=18446744073709551616", "r0=-9223372036854775809", "r2=256", "r2=-129",
                     "r1=0x100000000", "odd=512", "odd=-257", f"big={1 << 128}"]:
            one_line(run("write", "CASE=1", word, "-t", fake.target), 2, word, "fit")
        for word, status in [("zz=1", 5), ("r9=1", 5), ("case=1", 5), ("twice=1", 5), ("r?=1", 5)]:
            one_line(run("write", "r0=1", word, "-t", fake.target), status, word.split("=")[0])
        one_line(run("write", "r0=1", "R0=2", "-t", fake.target), 2, "'R0'", "twice")
        one_line(run("write", "r0=1", "-c", "4", "-t", fake.target), 5, "no vCPU 4")
        equal(value_of(fake, "r0"), register_bytes(0, 0), "nothing was written")
    assert not [line for line in read(log).splitlines() if " packet P" in line or " packet G" in line]


@test
def names(directory):
    with Fake("--one-guest", *machine(directory)) as fake:
        check(fake, "one:twice", "3", b"\3")
        check(fake, "two:twice", "4", b"\4")
        equal(value_of(fake, "one:twice"), b"\3")
        silent_ok(run("write", "Case=1", "CASE=2", "R0=7", "-t", fake.target))
        found = json.loads(silent_ok(run("read", "-j", "case", "-t", fake.target)))
        equal([r["value"] for r in found], ["0x1", "0x2"])
        equal(value_of(fake, "r0"), little(7, 8))


@test
def notation_is_checked_before_connecting(_):
    for word in ["r0", "=1", "r0=", "r0=0x", "r0=0b2", "r0=1 ", "r0= 1", "r0=--1",
                 "r0=hex:", "r0=hex:1", "r0=hex:0g", "r0=1.5.5"]:
        one_line(run("write", word, "-t", "127.0.0.1:1"), 2, word.split("=")[0] or "=1")
    one_line(run("write", "-t", "127.0.0.1:1"), 2, "REG=VALUE")


@test
def old_and_new(directory):
    with Fake("--one-guest", *machine(directory)) as fake:
        old = register_bytes(0, 0)
        text = silent_ok(run("write", "r0=0x10", "flags=2", "-t", fake.target))
        first, second = text.splitlines()
        equal(first, "r0     0x%016x -> 0x0000000000000010" % int.from_bytes(old, "little"))
        contains(second, "-> 0x00000002")
        text = silent_ok(run("write", "flags=1", "-t", fake.target))
        equal(text, "flags  0x00000002 -> 0x00000001 -N +Z\n")
        text = silent_ok(run("write", "d=1.5", "-t", fake.target))
        contains(text, "1.5)")
        found = json.loads(silent_ok(run("write", "-j", "r0=0x11", "v=5", "-t", fake.target)))
        equal(found[0], {"vcpu": 0, "feature": "one", "name": "r0", "old": "0x10", "new": "0x11"})
        equal(found[1]["new"], "0500000000000000")
        rows = list(csv.reader(io.StringIO(silent_ok(
            run("write", "-f", "csv", "r0=0x12", "-t", fake.target)))))
        equal(rows, [["vcpu", "feature", "name", "old", "new"], ["0", "one", "r0", "0x11", "0x12"]])


@test
def of_several_vcpus(_):
    with Fake("--one-guest", "--vcpus", 3, "--registers", 3) as fake:
        text = silent_ok(run("write", "-c", "2,0", "r1=9", "r2=8", "-t", fake.target))
        equal([line.split()[:3] for line in text.splitlines()],
              [["vCPU", v, r] for v in "20" for r in ("r1", "r2")])
        found = json.loads(silent_ok(run("read", "-j", "-c", "all", "r1", "-t", fake.target)))
        equal([v["registers"][0]["value"] for v in found],
              ["0x9", number(register_bytes(1, 1)), "0x9"])


@test
def byte_order(directory):
    with Fake("--one-guest", *machine(directory, "powerpc:common")) as fake:
        one_line(run("write", "r0=1", "-t", fake.target), 2, "byte order", "--endian", "hex:")
        silent_ok(run("write", "r0=1", "--endian", "big", "-t", fake.target))
        equal(value_of(fake, "r0"), bytes(7) + b"\1")
        silent_ok(run("write", "r0=hex:0807060504030201", "-t", fake.target))
        equal(value_of(fake, "r0"), bytes(range(8, 0, -1)))
        silent_ok(run("write", "r2=5", "-t", fake.target))
    with Fake("--one-guest", *machine(directory, "s390:64-bit")) as fake:
        check(fake, "r0", "1", bytes(7) + b"\1")
        check(fake, "d", "1", struct.pack(">d", 1.0))


@test
def a_register_that_does_not_take_it(directory):
    out = os.path.join(directory, "out")
    with Fake("--one-guest", "--registers", 5, "--readonly", "2") as fake:
        args = ("write", "r1=1", "r2=2", "r3=3", "-t", fake.target)
        result = run(*args)
        one_line(result, 5, "r2 of vCPU 0 did not take 0x0000000000000002", "2 of 3")
        equal([line.split()[0] for line in result.out.splitlines()], ["r1", "r3"])
        equal(value_of(fake, "r2"), register_bytes(0, 2))
        equal(value_of(fake, "r3"), little(3, 8))
        run(*args, "-j", "-o", out)
        equal([e["name"] for e in json.loads(read(out))], ["r1", "r3"])
        result = run("write", "r2=2", "-j", "-t", fake.target)
        one_line(result, 5, "0 of 1")
        equal(result.out, "")


@test
def a_register_that_the_stub_refuses(directory):
    script = os.path.join(directory, "script")
    write(script, "P2=* -> reply E0e\n")
    with Fake("--registers", 5, "--script", script) as fake:
        result = run("write", "r1=1", "r2=2", "r3=3", "-t", fake.target)
        one_line(result, 4, "r2 of vCPU 0: the stub refused to write register r2: ", "E0e", "2 of 3")
        equal([line.split()[0] for line in result.out.splitlines()], ["r1", "r3"])


@test
def many_registers_take_three_round_trips(_):
    """Those that are sent together are lines without a reply between them."""
    with Fake("--qemu10", "--registers", 60) as fake:
        result = run("write", "--log-packets", *(f"r{i}={i}" for i in range(50)), "-t", fake.target)
        equal(result.status, 0)
        letters = "".join(m[1] if (m := re.match(r"-> \+*\$(.)", line)) else "."
                          for line in result.err.splitlines())
        equal([part for part in re.findall("[pP]+", letters)], ["p" * 50, "P" * 50, "p" * 50])


@test
def leaves_the_guest_as_promised(_):
    for state, left in (("--running", "running"), ("--halted", "halted")):
        with Fake(state) as fake:
            silent_ok(run("write", "r0=1", "-t", fake.target))
            one_line(run("write", "r0=1", "zz=1", "-t", fake.target), 5)
            equal(int(fake.stop()["left_" + left]), 2)
    result = run("write", "r1=5", "--", FAKE, "--stdio", "--registers", "3")
    equal(result.status, 0)


if __name__ == "__main__":
    main()
