#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""where and monitor, names of roles, lists of vCPUs, and GDBREGS_TARGET."""

import json
import os
import re

from clitest import (Fake, contains, equal, main, number, one_line, register_bytes, run, silent_ok,
                     test, write)

RISCV = """<target><architecture>riscv:rv64</architecture>
<feature name="org.gnu.gdb.riscv.cpu">
  <reg name="zero" bitsize="64" type="int" regnum="0"/>
  <reg name="ra" bitsize="64" type="code_ptr"/>
  <reg name="sp" bitsize="64" type="data_ptr"/>
  <reg name="fp" bitsize="64" type="data_ptr"/>
  <reg name="pc" bitsize="64" type="code_ptr"/>
</feature></target>"""


def riscv(directory):
    write(os.path.join(directory, "target.xml"), RISCV)
    return directory


def value(vcpu, index):
    return number(register_bytes(vcpu, index))


@test
def where(directory):
    with Fake("--vcpus", 2, "--tdesc", riscv(directory), "--halted") as fake:
        lines = silent_ok(run("where", "-t", fake.target)).splitlines()
        equal(lines[0].split(), ["VCPU", "GUEST", "STATE", "PC", "SP", "FP"])
        equal([line.split()[:2] for line in lines[1:]], [["0", "halted"], ["1", "halted"]])
        equal([int(v, 16) for v in lines[2].split()[3:6]],
              [int(value(1, i), 16) for i in (4, 2, 3)])
        equal(len(lines[2].split()), 6, "no register has flags")
        ends = [[found.end() for found in re.finditer(r"0x\S+", line)] for line in lines[1:]]
        equal(ends[0], ends[1], "numbers are aligned")
        found = json.loads(silent_ok(run("where", "-j", "-c", "1", "-t", fake.target)))
        equal([(v["vcpu"], v["pc"], v["sp"], v["fp"], v["flags"]) for v in found],
              [(1, value(1, 4), value(1, 2), value(1, 3), None)])
        equal(found[0]["guest"], "halted")


X86 = """<target><architecture>i386:x86-64</architecture>
<feature name="org.gnu.gdb.i386.core"><flags id="i386_eflags" size="4">
<field name="ZF" start="6" end="6"/></flags>
<reg name="rbp" bitsize="64" type="data_ptr"/><reg name="rsp" bitsize="64" type="data_ptr"/>
<reg name="rip" bitsize="64" type="code_ptr"/><reg name="eflags" bitsize="32" type="i386_eflags"/>
</feature></target>"""


@test
def where_breaks_flags_on_a_word(directory):
    flags = "".join(f'<field name="FLAG{n}" start="{n}" end="{n}"/>' for n in range(12))
    write(os.path.join(directory, "target.xml"), X86.replace('<field name="ZF" start="6" end="6"/>', flags))
    with Fake("--tdesc", directory, "--halted", "--one-guest") as fake:
        silent_ok(run("write", "rip=0xffff800000081b7c", "rsp=0xffff80000a000000", "rbp=0", "eflags=0xfff",
                      "-t", fake.target))
        lines = silent_ok(run("where", "-t", fake.target)).splitlines()
        assert max(map(len, lines)) <= 80, lines
        equal(" ".join(lines[1:]).split()[-14:], ["[", *(f"FLAG{n}" for n in range(12)), "]"])


@test
def where_has_no_narrow_column_of_flags(directory):
    """Flags that would be broken into many short lines are below their vCPU."""
    write(os.path.join(directory, "target.xml"), X86.replace(
        "</flags>", '<field name="IOPL" start="12" end="13"/><field name="NT" start="14" end="14"/></flags>'))
    with Fake("--tdesc", directory, "--halted", "--one-guest") as fake:
        silent_ok(run("write", "rip=0x12345678", "rsp=0x123456789a", "rbp=0x123456789a", "eflags=0x7040",
                      "-t", fake.target))
        lines = run("where", "-t", fake.target, "-t", "127.0.0.1:1").out.splitlines()
        equal(len(lines), 3)
        equal(lines[2], "      [ ZF IOPL=3 NT ]")


@test
def where_of_wide_addresses_fits(directory):
    """Three addresses of a kernel are wider than a line. A value that does not fit is below, with
    its name."""
    write(os.path.join(directory, "target.xml"), X86)
    with Fake("--tdesc", directory, "--halted", "--one-guest", "--vcpus", 2) as fake:
        silent_ok(run("write", "rip=0xffff800000081b7c", "rsp=0xffff80000a000000",
                      "rbp=0xffff80000a000010", "eflags=0x40", "-t", fake.target))
        for args in (), ("-t", "127.0.0.1:1"):
            lines = run("where", "-t", fake.target, *args).out.splitlines()
            assert max(map(len, lines)) <= 80, lines
            assert all(line == line.rstrip() for line in lines), lines
            assert lines[2].startswith("      "), lines
            words = " ".join(lines[1:3]).split()
            equal([word for word in words if word.startswith("0xffff")],
                  ["0xffff800000081b7c", "0xffff80000a000000", "0xffff80000a000010"])
            equal(words[-3:], ["[", "ZF", "]"])
        contains(lines[2], "FP 0xffff80000a000010  [ ZF ]")
        assert "FP" not in lines[0].split() and "FLAGS" not in lines[0], lines


@test
def where_of_several(directory):
    """There is a line for each vCPU of all targets, with its state, and it fits a terminal."""
    write(os.path.join(directory, "target.xml"), X86)
    options = ("--tdesc", directory, "--vcpus", "2", "--one-guest")
    with Fake(*options, "--wfi", "1", "--running") as one, Fake(*options, "--halted") as two:
        for fake in (one, two):
            silent_ok(run("write", "rip=0x7c00", "rsp=0x6f94", "rbp=0", "eflags=0x46", "-c", "all",
                          "-t", fake.target))
        lines = silent_ok(run("where", "-t", one.target, "-t", two.target)).splitlines()
        equal(lines[0].split(), ["TARGET", "VCPU", "GUEST", "STATE", "PC", "SP", "FP", "FLAGS"])
        rest = ["0x7c00", "0x6f94", "0x0", "[", "ZF", "]"]
        equal([line.split() for line in lines[1:]],
              [[one.target, "0", "running", "running", *rest], [one.target, "1", "running", "halted", *rest],
               [two.target, "0", "halted", "-", *rest], [two.target, "1", "halted", "-", *rest]])
        assert max(map(len, lines)) <= 80, lines


@test
def where_of_a_running_guest_that_is_released(directory):
    with Fake("--running", "--tdesc", riscv(directory)) as fake:
        found = json.loads(silent_ok(run("where", "-j", "-t", fake.target)))
        equal((found[0]["guest"], found[0]["state"]), ("running", "running"))
        found = json.loads(silent_ok(run("where", "-j", "--on-exit", "halt", "-t", fake.target)))
        equal((found[0]["guest"], found[0]["state"]), (None, None))


@test
def a_halted_guest_has_no_vcpu_that_runs(directory):
    """The stub's name of a thread says "running" because our connection has stopped it."""
    with Fake("--halted", "--one-guest", "--tdesc", riscv(directory)) as fake:
        line = silent_ok(run("where", "-t", fake.target)).splitlines()[1].split()
        equal(line[:3], ["0", "halted", "-"])
        found = json.loads(silent_ok(run("where", "-j", "-t", fake.target)))
        equal((found[0]["guest"], found[0]["state"]), ("halted", None))
        # A guest that a debugger has paused looks like a running one, and runs afterwards.
        equal(run("expect", "ra=0", "--within", "0.1", "-t", fake.target).status, 1)
        found = json.loads(silent_ok(run("where", "-j", "-t", fake.target)))
        equal(found[0]["guest"], "running")
        equal(fake.stop()["state"], "running")


@test
def where_of_several_says_a_failure_once(directory):
    with Fake("--tdesc", riscv(directory)) as fake:
        result = run("where", "-t", fake.target, "-t", "127.0.0.1:1")
        equal(result.status, 3)
        assert "127.0.0.1:1" not in result.out.replace(fake.target, ""), result
        contains(result.err, "127.0.0.1:1")


@test
def names_by_role_and_abi(directory):
    with Fake("--tdesc", riscv(directory)) as fake:
        found = json.loads(silent_ok(run("read", "-j", "x1", "s0", "-t", fake.target)))
        equal([r["name"] for r in found], ["ra", "fp"])
        contains(silent_ok(run("read", "s0", "-t", fake.target)), "fp (s0)")
        contains(silent_ok(run("write", "x2=5", "-t", fake.target)), "sp")
        one_line(run("read", "x99", "-t", fake.target), 5, "x99")


@test
def vcpus_in_ranges(_):
    with Fake("--vcpus", 5) as fake:
        def numbers(*args):
            found = json.loads(silent_ok(run("read", "r1", "-j", "-t", fake.target, *args)))
            return [v["vcpu"] for v in found]
        equal(numbers("-c", "0-2,4"), [0, 1, 2, 4])
        equal(numbers("-c", "1", "-c", "3-4"), [1, 3, 4])
        equal(numbers("-c", "1", "-c", "all"), [0, 1, 2, 3, 4])
        one_line(run("read", "-c", "0-9", "-t", fake.target), 5, "no vCPU 5")


@test
def target_of_the_environment(_):
    with Fake() as fake:
        env = {"GDBREGS_TARGET": fake.target}
        contains(silent_ok(run("read", "r1", env=env)), "r1")
        one_line(run("read", "r1", "-t", "127.0.0.1:1", env=env), 3, "127.0.0.1:1")
        one_line(run("diff", "/dev/null", "r1", env=env), 6, "r1", "-t")


@test
def label(_):
    with Fake() as fake:
        found = json.loads(silent_ok(run("dump", "-j", "--label", 'a "b"', "-t", fake.target)))
        equal(found["label"], 'a "b"')
        one_line(run("read", "--label", "x", "-t", fake.target), 2, "--label")


@test
def excluding_nothing_is_an_error(_):
    with Fake() as fake:
        one_line(run("read", "--exclude", "r1,r2", "-t", fake.target), 5, "r1,r2", "commas")
        one_line(run("read", "--exclude", "nothing", "-t", fake.target), 5, "nothing")
        silent_ok(run("read", "--exclude", "r[12]", "-t", fake.target))


@test
def forgotten_dashes(_):
    one_line(run("dump", "sh", "-S"), 2, "'-S'", "-- sh")
    one_line(run("sh", "-c", "true"), 2, "no command given", "dump -- sh")


@test
def monitor(_):
    with Fake("--running") as fake:
        contains(silent_ok(run("monitor", "info", "status", "-t", fake.target)), "VM status")
        one_line(run("monitor", "quit", "-t", fake.target), 2, "quit")
        one_line(run("monitor", "-t", fake.target), 2, "monitor needs")
        one_line(run("monitor", "", " ", "-t", fake.target), 2, "monitor needs")


main()
