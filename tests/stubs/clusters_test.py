#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Machines with several clusters, each a gdb process with its own description.

All vCPUs of all clusters are found, each with its own registers. Afterwards the machine
runs again, as QMP shows. It does so only when every cluster has been detached.
"""
import sys

sys.dont_write_bytecode = True

import libcompare
import libjudge
import libtest
import qemu
from libtest import DEADLINE_S, NO_REGISTER, check, equal, run, run_json, runs_again, say
from rsp import canonical
from tool import poll

# Processes and vCPUs, hexadecimal as on the wire
THREADS = {"xlnx-zcu102": ["p1.1", "p1.2", "p1.3", "p1.4", "p2.5", "p2.6"],
           "sifive_u": ["p1.1", "p2.2", "p2.3", "p2.4", "p2.5"]}
ARCHITECTURES = {"xlnx-zcu102": ["aarch64"] * 4 + ["arm"] * 2, "sifive_u": ["riscv:rv64"] * 5}


def compare(machine, state):
    target = machine.target
    before = machine.status()
    vcpus = libcompare.survey(machine, clusters=True)
    equal([vcpu.thread for vcpu in vcpus], THREADS[target.name], f"{target.name} vCPUs")
    first, last = ({reg.name for reg in vcpus[at].registers} for at in (0, -1))
    check(first and last and first != last, f"{target.name}: the clusters' registers differ")
    libcompare.compare_list(machine, vcpus)
    libcompare.compare_vcpus(machine, vcpus)
    line, entries = libcompare.compare_dump(machine, vcpus, clusters=2)
    if entries:
        equal([entry["architecture"] for entry in entries], ARCHITECTURES[target.name],
              f"{target.name} architectures")
        check_own(target, entries)
    equal(machine.status(), before, f"{target.name} left as it was")
    say(f"{target.name:12} {state:15} {line}")


def check_own(target, entries):
    """A register that holds the number of its vCPU shows that no vCPU has another's values."""
    if target.name == "sifive_u":
        own = [value_of(entry, "mhartid") for entry in entries]
        equal(own, ["0x0", "0x1", "0x2", "0x3", "0x4"], "sifive_u mhartid")


def value_of(entry, name):
    return next(reg["value"] for reg in entry["registers"] if reg["name"] == name)


def check_runs_again(machine):
    """A running machine runs again after every command, also after one that fails."""
    name = machine.target.name
    machine.cont()
    commands = [("vcpus",), ("list",), ("dump",), ("read", "pc"), ("read", "-c", "all", "pc"),
                ("read", "no_such_register")]
    for command in commands:
        result = run(*command, "-t", machine.address)
        expected = NO_REGISTER if command[-1] == "no_such_register" else libtest.DONE
        equal(result.status, expected, f"{name} {' '.join(command)} ({result.err.strip()})")
        runs_again(machine, f"{name} {' '.join(command)}")
    say(f"{name:12} running again after each of {len(commands)} commands")


def check_other_type(machine):
    """A register of one cluster is an error on a vCPU of the other."""
    if machine.target.name != "xlnx-zcu102":
        return
    for vcpu, register, status in ((0, "x0", 0), (5, "x0", NO_REGISTER), (5, "r0", 0),
                                   (0, "r0", NO_REGISTER)):
        result = run("read", "-t", machine.address, "-c", str(vcpu), register)
        equal(result.status, status, f"zcu102 vCPU {vcpu} {register} ({result.err.strip()})")


def check_halted_stays_halted(target):
    """A halted machine stays halted by default. With --on-exit resume all clusters run."""
    with qemu.Machine(target, halted=True) as machine:
        run_json("dump", "-t", machine.address)
        equal(machine.status(), "prelaunch", f"{target.name} stays halted")
        run_json("dump", "-t", machine.address, "--on-exit", "resume")
        check(poll(machine.running, DEADLINE_S), f"{target.name} resumed", machine.status())
    say(f"{target.name:12} halted stays halted, resumes when told")


def check_empty_cluster():
    """With 4 vCPUs, zcu102's second cluster is empty: the other vCPUs are read."""
    target = qemu.target("xlnx-zcu102")
    with qemu.Machine(target, halted=False, extra=("-smp", "4")) as machine:
        vcpus = run_json("vcpus", "-t", machine.address)
        if vcpus is not None:
            equal([canonical(vcpu["thread"]) for vcpu in vcpus], ["p1.1", "p1.2", "p1.3", "p1.4"],
                  "zcu102 with 4 vCPUs")
        check(poll(machine.running, DEADLINE_S), "zcu102 with 4 vCPUs runs again")
    say("xlnx-zcu102  with an empty cluster: 4 vCPUs")


def main():
    libtest.need(libjudge.GDB or "gdb-multiarch")
    targets = [target for target in qemu.CLUSTERS if not target.missing()]
    if not targets:
        libtest.skip("neither qemu-system-aarch64 nor qemu-system-riscv64 is installed")
    for target in targets:
        with qemu.Machine(target) as machine:
            compare(machine, "halted at reset")
            machine.run_for(1)
            compare(machine, "after 1 s")
            check_runs_again(machine)
            check_other_type(machine)
        check_halted_stays_halted(target)
    if qemu.target("xlnx-zcu102") in targets:
        check_empty_cluster()
    libtest.finish("clusters")


main()
