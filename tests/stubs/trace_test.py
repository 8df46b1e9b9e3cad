#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 600
"""Registers over time on real firmware: traces, breakpoints, vCPUs one at a time, watching,
writing, and the example that compares the registers of a program.

The tool steps one machine from its reset, and gdb another of the same kind. Names of parts
as arguments run only these.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import libcompare
import libjudge
import libtest
import qemu
from libtest import check, equal, json_lines, run, runs_again, say

# gdb reads one register after the other: with many of them it steps less.
STEPS = 320
VALUES = 40000

FIRMWARE = [
    qemu.Target("x86_64", "qemu-system-x86_64", []),
    qemu.Target("aarch64", "qemu-system-aarch64", ["-M", "virt", "-cpu", "max"],
                firmware=("-bios", [qemu.UBOOT + "qemu_arm64/u-boot.bin"])),
    qemu.Target("riscv64", "qemu-system-riscv64", ["-M", "virt"],
                firmware=("-bios", [qemu.UBOOT + "qemu-riscv64/u-boot.bin"]),
                volatile=qemu.RISCV_VOLATILE),
]
PC = {"x86_64": "rip", "aarch64": "pc", "riscv64": "pc"}


def target(name, vcpus=1):
    found = next(t for t in FIRMWARE if t.name == name)
    return qemu.Target(found.name, found.binary, found.args, firmware=found.firmware,
                       vcpus=vcpus, volatile=found.volatile)


def trace(machine, *args, status=0, place="trace"):
    """The records of a trace; the guest is left halted."""
    result = run("trace", "-t", machine.address, "--on-exit", "halt", "-f", "jsonl", *args)
    if not check(result.status == status, place, result):
        return []
    return json_lines(result)


def states(records):
    """All registers after each step, from what changed."""
    state, out = {}, []
    for record in records:
        state = dict(state)
        for entry in record["changed"]:
            state[entry["feature"], entry["name"]] = entry["bytes"]
        out.append(state)
    return out


# ------------------------------------------------------------- step for step

def as_gdb_says(state, registers):
    """The state without the bytes that gdb adds to registers of QEMU 7.2."""
    state = dict(state)
    for register in registers:
        number = str(register.number)
        if register.name in libcompare.OVERSIZED_IN_GDB and state.get(number):
            state[number] = state[number][:2 * ((register.bits + 7) // 8)]
    return state


def expected_changes(before, after, names):
    return {names[number] for number in after
            if number in names and after[number] != before[number]}


def compare_steps(place, records, judged, registers, volatile):
    """Compare every register after every step. Each step lists the registers that changed."""
    names = {str(r.number): (r.feature, r.name) for r in registers if r.name not in volatile}
    ours = states(records)
    theirs = [as_gdb_says(state, registers)
              for state in [judged["threads"]["p1.1"]] + judged["steps"]]
    equal(len(ours), len(theirs), f"{place}: number of steps")
    compared, changed = 0, 0
    for n, (got, expected) in enumerate(zip(ours, theirs)):
        for number, name in names.items():
            compared += 1
            check(got[name] == expected.get(number), place,
                  f"step {n}, {name[1]}: {got[name]}, gdb has {expected.get(number)}")
        if n == 0:
            continue
        found = {(e["feature"], e["name"]) for e in records[n]["changed"]
                 if e["name"] not in volatile}
        wanted = expected_changes(theirs[n - 1], expected, names)
        check(found == wanted, f"{place}: changes", f"step {n}: {found}, gdb has {wanted}")
        changed += len(found)
    return compared, changed


def judge(machine, registers, count):
    """Ask gdb. If the stub has no value for some registers, gdb reads the others so slowly that
    it sends packets instead."""
    numbers = sorted({r.number for r in registers})
    method = "packets" if machine.target.name == "riscv64" else None
    return libjudge.ask(machine, steps=count, numbers=numbers, method=method)


def steps(name):
    one = target(name)
    with qemu.Machine(one) as machine:
        (vcpu,) = libcompare.survey(machine)
        count = min(STEPS, VALUES // len(vcpu.registers))
        records = trace(machine, "-n", str(count), place=f"{name} steps")
        check(not machine.running(), f"{name}: left halted")
    with qemu.Machine(one) as machine:
        judged = judge(machine, vcpu.registers, count)
    compared, changed = compare_steps(f"{name} steps", records, judged, vcpu.registers,
                                      one.volatile)
    say(f"{name:8} {count} steps, {compared} values and {changed} changes as gdb has them")


# ----------------------------------------------------------------- breakpoints

def memory(machine, address):
    return machine.monitor(f"xp /16bx {address:#x}")


def address_of(record, name):
    return int(next(e["value"] for e in record["changed"] if e["name"] == PC[name]), 16)


def far_step(records, name):
    """A step well into the trace whose address was not executed before."""
    addresses = [address_of(r, name) if any(e["name"] == PC[name] for e in r["changed"]) else None
                 for r in records]
    for n in range(len(records) - 1, 20, -1):
        if addresses[n] is not None and addresses[n] not in addresses[:n]:
            return n, addresses[n]
    raise RuntimeError("no address that is new")


def breakpoint(name):
    place = f"{name} breakpoint"
    one = target(name)
    with qemu.Machine(one) as machine:
        records = trace(machine, "-n", "200")
    n, address = far_step(records, name)
    with qemu.Machine(one) as machine:
        before = memory(machine, address)
        hit = trace(machine, "--break", f"{address:#x}", "-n", "1", place=place)
        equal([r["reason"] for r in hit], ["start", "breakpoint"], place)
        equal(memory(machine, address), before, f"{place}: memory as before")
        got, expected = states(hit)[-1], states(records)[n]
        for register, value in expected.items():
            if register[1] not in one.volatile:
                equal(got[register], value, f"{place}: {register[1]}")
        # A breakpoint that is left would stop the guest the next time.
        point_is_gone(machine, place)
        until = trace(machine, "--until", "1", "-n", "3", status=libtest.DIFFERENT)
        equal(len(until), 4, f"{place}: the trace goes on")
    say(f"{name:8} breakpoint at {address:#x}, hit as step {n} had it, removed")


def point_is_gone(machine, place):
    machine.qmp.execute("system_reset")
    machine.cont()
    time.sleep(0.5)
    equal(machine.status(), "running", f"{place}: no stop where it was")
    machine.stop()


def hits_again_and_again(name="riscv64"):
    """In a loop, the guest comes to the same breakpoint again and again."""
    place = f"{name} loop"
    with qemu.Machine(target(name)) as machine:
        records = trace(machine, "-n", "4000", "pc")
        addresses = [address_of(r, name) for r in records if r["changed"]]
        often = max(set(addresses), key=addresses.count)
        times = min(addresses.count(often), 20)
    with qemu.Machine(target(name)) as machine:
        hits = trace(machine, "--break", f"{often:#x}", "-n", str(times), "pc", place=place)
        equal([r["step"] for r in hits], list(range(times + 1)), place)
        equal({r["reason"] for r in hits[1:]}, {"breakpoint"}, place)
    say(f"{name:8} breakpoint in a loop at {often:#x}, hit {times} times")


def each_vcpu_hits(name, machine, count):
    """All harts execute the reset vector's fifth instruction. Each stop names a hart whose pc
    is there."""
    place = f"{name} breakpoint for {count} vCPUs"
    with qemu.Machine(machine) as running:
        hits = trace(running, "-c", "all", "--break", "0x1010", "-n", str(count), "pc",
                     place=place)[count:]
        equal(sorted(r["vcpu"] for r in hits), list(range(count)), place)
        equal([(r["reason"], [e["value"] for e in r["changed"]]) for r in hits],
              [("breakpoint", ["0x1010"])] * count, place)
        release = running.release()
    say(f"{name:8} QEMU {release}: a breakpoint hit by each of {count} vCPUs once")


# ----------------------------------------------------------------------- vCPUs

def vcpu_values(machine):
    return [vcpu.values for vcpu in libcompare.survey(machine)]


def one_vcpu_at_a_time(name="riscv64"):
    """A step of one hart does not change the other one."""
    place = f"{name} vCPUs"
    one = target(name, vcpus=2)
    with qemu.Machine(one) as machine:
        registers = libcompare.survey(machine)[0].registers
        still = {r.number for r in registers if r.name not in one.volatile}
        for vcpu in (0, 1):
            before = vcpu_values(machine)
            records = trace(machine, "-c", str(vcpu), "-n", "10", place=place)
            equal({r["vcpu"] for r in records}, {vcpu}, place)
            after = vcpu_values(machine)
            other = 1 - vcpu
            equal({n: after[other][n] for n in still}, {n: before[other][n] for n in still},
                  f"{place}: vCPU {other} stands still")
            check(after[vcpu] != before[vcpu], place, "it has not moved")
        records = trace(machine, "-c", "all", "-n", "8", place=place)
        equal([r["vcpu"] for r in records], [0, 1] + [0, 1] * 4, f"{place}: in turn")
    say(f"{name:8} two vCPUs stepped one at a time")


def halted_vcpu():
    """The second vCPU of SeaBIOS is not started, and never ends its step."""
    with qemu.Machine(qemu.Target("x86_64", "qemu-system-x86_64", [], vcpus=2),
                      halted=False) as machine:
        time.sleep(1)
        result = run("trace", "-t", machine.address, "-c", "1", "-n", "1", "--timeout", "4",
                     "-f", "jsonl")
        equal(result.status, libtest.NO_CONNECTION, "halted vCPU: status")
        libtest.one_message(result, "halted vCPU")
        equal(len(result.out.splitlines()), 1, "halted vCPU: what was recorded before")
        runs_again(machine, "a halted vCPU ended the trace")
    say("x86_64   a halted vCPU ends the trace, and the guest runs on")


# ------------------------------------------------------------- watch and write

def watch():
    with qemu.Machine(target("x86_64"), halted=False) as machine:
        result = run("watch", "-t", machine.address, "-n", "4", "-i", "0.3", "-f", "jsonl")
        equal(result.status, libtest.DONE, "watch")
        records = json_lines(result)
        equal([r["sample"] for r in records], [1, 2, 3, 4], "watch: samples")
        check(any(r["changed"] for r in records[1:]), "watch", "the guest has not moved")
        runs_again(machine, "watch")
    say("x86_64   watched, running in between and afterwards")


def write():
    with qemu.Machine(target("aarch64")) as machine:
        address = ("-t", machine.address)
        wanted = {"x1": "0x1122334455667788", "sp": "-16", "v3": "hex:" + "0123456789abcdef" * 2}
        args = [f"{name}={value}" for name, value in wanted.items()
                if name != "v3" or has_register(machine, "v3")]
        result = run("write", *address, *args)
        equal(result.status, libtest.DONE, f"write {result}")
        (vcpu, *_) = libcompare.survey(machine)
        got = {r.name: vcpu.values[r.number] for r in vcpu.registers}
        equal(got["x1"], "8877665544332211", "write x1")
        equal(got["sp"], "f0" + "ff" * 7, "write sp")
        if "v3" in got:
            equal(got["v3"], "0123456789abcdef" * 2, "write v3")
    say("aarch64  registers written, as another client reads them")


def has_register(machine, name):
    return any(r.name == name for r in libcompare.survey(machine)[0].registers)


# ------------------------------------------------------------------ the example

def example():
    """tests/stubs/example-register-diff on a program that this test makes."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler or not shutil.which("qemu-x86_64"):
        say("example  not run: needs cc and qemu-x86_64")
        return
    here = os.path.dirname(os.path.abspath(__file__))
    with tempfile.TemporaryDirectory(prefix="gdbregs-example.") as directory:
        source = os.path.join(directory, "program.c")
        with open(source, "w") as file:
            file.write("int main(void) { volatile int n = 0;"
                       " for (int i = 0; i < 100; i++) n += i; return n == 4950 ? 7 : 1; }\n")
        program, temporary = (os.path.join(directory, name) for name in ("program", "tmp"))
        os.mkdir(temporary)
        subprocess.run([compiler, "-static", "-O1", "-o", program, source], check=True)
        done = subprocess.run([os.path.join(here, "example-register-diff"), program],
                              capture_output=True, text=True, timeout=60, check=False,
                              stdin=subprocess.DEVNULL,
                              env=dict(os.environ, GDBREGS_CLI=libtest.CLI, TMPDIR=temporary))
        equal(done.returncode, 0, f"example: {done.stdout}{done.stderr}")
        changes = {line.split()[0]: line.split() for line in done.stdout.splitlines()}
        check({"rip", "rsp"} <= set(changes), "example", done.stdout)
        # The status, argument of _exit().
        equal(changes.get("rdi", [])[1:], ["0x" + "0" * 16, "->", "0x" + "0" * 15 + "7"], "example")
        equal(os.listdir(temporary), [], "example: leaves nothing behind")
    say(f"example  {len(changes)} registers differ between a program's start and its end")


PARTS = {
    "steps-x86_64": lambda: steps("x86_64"),
    "steps-aarch64": lambda: steps("aarch64"),
    "steps-riscv64": lambda: steps("riscv64"),
    "break-aarch64": lambda: breakpoint("aarch64"),
    "break-riscv64": lambda: breakpoint("riscv64"),
    "loop": hits_again_and_again,
    "break-vcpus": lambda: each_vcpu_hits("riscv64", target("riscv64", vcpus=3), 3),
    "break-clusters": lambda: each_vcpu_hits("sifive_u", qemu.target("sifive_u"), 5),
    "vcpus": one_vcpu_at_a_time,
    "halted": halted_vcpu,
    "watch": watch,
    "write": write,
    "example": example,
}


def main():
    libtest.need(libjudge.GDB or "gdb-multiarch")
    for one in FIRMWARE:
        if one.missing():
            libtest.skip(one.missing())
    for name in libtest.selected(list(PARTS)):
        PARTS[name]()
    libtest.finish("trace")


main()
