#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 120
"""The byte order of QEMU's PowerPC, which swaps its replies while MSR.LE is set.

A guest program switches from big-endian to little-endian mode while it is traced, and msr is
written through the stub. The values have to be those of QEMU's monitor, and of gdb in that
byte order. Other targets report how their byte order is known.
"""
import json
import os
import re
import sys

sys.dont_write_bytecode = True

import libjudge
import libtest
import qemu
import stubs
from libtest import equal, run, run_json, say
from rsp import Rsp

# r3 = 0x1234, then on at 0x140 in little-endian mode.
BIG = [0x38601234,  # li r3,0x1234
       0x7CA000A6,  # mfmsr r5
       0x60A50001,  # ori r5,r5,1
       0x7CBB03A6,  # mtsrr1 r5
       0x38C00140,  # li r6,0x140
       0x7CDA03A6]  # mtsrr0 r6
RETURN = {"ppc": 0x4C000064, "ppc64": 0x4C000024}  # rfi, rfid
LITTLE = [0x38630001,  # 0x140: addi r3,r3,1
          0x4BFFFFFC]  # b 0x140
START = 0x100
SWITCH = len(BIG) + 1  # this step returns to little-endian mode


def code(name):
    words = BIG + [RETURN[name]]
    program = b"".join(word.to_bytes(4, "big") for word in words)
    return program.ljust(0x40, b"\0") + b"".join(w.to_bytes(4, "little") for w in LITTLE)


def monitor(machine, vcpu=0):
    """GPR03 and MSR as QEMU's monitor has them."""
    text = machine.monitor(**{"cpu-index": vcpu})
    gpr = re.search(r"^GPR00 +(?:\w+ +){3}(\w+)", text, re.M).group(1)
    return int(gpr, 16), int(re.search(r"MSR (\w+)", text).group(1), 16)


def by_gdb(machine, order):
    """r3 and msr as gdb reads them in this byte order."""
    out = libjudge.gdb("set endian " + order, "target remote " + machine.gdb_address,
                       "printf \"is %#lx %#lx\\n\", $r3, $msr",
                       # Without detaching: that would resume the guest.
                       "python import os; os.kill(os.getpid(), 9)").stdout
    found = re.search(r"^is (\S+) (\S+)$", out, re.M)
    return [int(number, 16) for number in found.groups()] if found else out


def numbers(registers):
    return {register["name"]: int(register["value"], 16) for register in registers}


def read_order(machine, vcpu, order, source, *options):
    data = run_json("dump", "r3", "msr", "-t", machine.address, "--on-exit", "halt", *options)
    found = data["targets"][0]["vcpus"][vcpu]
    place = f"{machine.target.name} vCPU {vcpu}"
    equal((found["byte_order"], found["byte_order_from"]), (order, source), place)
    return numbers(found["registers"])


def agrees(machine, order):
    """vCPU 0, by the monitor and by gdb."""
    place = f"{machine.target.name}, {order}-endian"
    ours = read_order(machine, 0, order, "msr")
    equal((ours["r3"], ours["msr"]), monitor(machine), f"{place}: QEMU's monitor")
    equal([ours["r3"], ours["msr"]], by_gdb(machine, order), f"{place}: gdb")
    return ours


def write(machine, *words):
    result = run("write", *words, "-t", machine.address, "--on-exit", "halt")
    equal(result.status, libtest.DONE, f"{machine.target.name} write {' '.join(words)}: {result}")


def trace_into_little(machine):
    """A trace over the switch to little-endian mode shows the same numbers before and after."""
    place = f"{machine.target.name} trace"
    result = run("trace", "-n", str(SWITCH + 2), "r3", "msr", "pc", "-f", "jsonl",
                 "-t", machine.address, "--on-exit", "halt")
    if not equal(result.status, libtest.DONE, f"{place}: {result}"):
        return
    steps = [numbers(json.loads(line)["changed"]) for line in result.out.splitlines()]
    equal([step["pc"] for step in steps],
          [START + 4 * i for i in range(SWITCH)] + [0x140, 0x144, 0x140], f"{place}: pc")
    equal(steps[1].get("r3"), 0x1234, f"{place}: li")
    equal((set(steps[SWITCH]), steps[SWITCH]["msr"] & 1), ({"pc", "msr"}, 1), f"{place}: rfi")
    equal(steps[SWITCH + 1], {"pc": 0x144, "r3": 0x1235}, f"{place}: addi")


def expect_in_little(machine):
    """A condition holds in either mode."""
    result = run("expect", "r3==0x1236", "--now", "-t", machine.address, "--on-exit", "halt")
    equal(result.status, 1, f"{machine.target.name} expect r3 too high: {result}")
    result = run("expect", "r3==0x1235", "--now", "-t", machine.address, "--on-exit", "halt")
    equal(result.status, 0, f"{machine.target.name} expect r3: {result}")


def write_msr(machine):
    """A command switches the mode and writes a number in the new byte order."""
    before = agrees(machine, "little")
    write(machine, f"msr={before['msr'] & ~1:#x}", "r3=0x11223344")
    equal(agrees(machine, "big"), {"msr": before["msr"] & ~1, "r3": 0x11223344},
          f"{machine.target.name} written")
    write(machine, f"msr={before['msr'] | 1:#x}", "r3=0x55667788")
    equal(agrees(machine, "little"), {"msr": before["msr"] | 1, "r3": 0x55667788},
          f"{machine.target.name} written")


def by_user(machine):
    ours = read_order(machine, 0, "big", "user", "--endian", "big")
    swapped = ours["r3"].to_bytes(8 if machine.target.name == "ppc64" else 4, "big")
    equal(int.from_bytes(swapped, "little"), 0x55667788, f"{machine.target.name} --endian")


def run_power(name):
    target = qemu.target(name)
    if libtest.absent(target):
        return
    with qemu.Machine(target) as machine:
        with Rsp(machine.socket_address) as client:
            program = code(name)
            equal(client.ask(f"M{START:x},{len(program):x}:{program.hex()}"), b"OK", "program")
        write(machine, f"pc={START:#x}")
        agrees(machine, "big")
        trace_into_little(machine)
        expect_in_little(machine)
        write_msr(machine)
        by_user(machine)
        if target.vcpus > 1:
            read_order(machine, 1, "big", "msr")
    say(f"{name:8} as QEMU's monitor and gdb, in both modes")


def run_other(name, order, source):
    target = qemu.target(name)
    if libtest.absent(target):
        return
    with qemu.Machine(target) as machine:
        data = run_json("dump", "pc", "-t", machine.address, "--on-exit", "halt")
        vcpu = data["targets"][0]["vcpus"][0]
        equal((vcpu["byte_order"], vcpu["byte_order_from"]), (order, source), name)


def run_user(name, order, source):
    """qemu-user has the byte order of the program, which its auxiliary vector shows."""
    stub = next(stub for stub in stubs.QEMU_USER if stub.name == "qemu-" + name)
    if libtest.absent(stub):
        return
    with stub.start() as server:
        data = run_json("dump", "pc", "-t", server.address)
        vcpu = data["targets"][0]["vcpus"][0]
        equal((vcpu["byte_order"], vcpu["byte_order_from"]), (order, source), stub.name)
        equal(int(vcpu["registers"][0]["value"], 16), stubs.ENTRY, f"{stub.name} pc")


def main():
    libtest.need("gdb-multiarch")
    for name in libtest.selected(["ppc", "ppc64"]):
        run_power(name)
    if not sys.argv[1:]:
        for name, order in (("arm", "little"), ("aarch64", "little"), ("s390x", "big")):
            run_other(name, order, "architecture")
        for name, order, source in (("arm", "little", "architecture"),
                                    ("armeb", "big", "architecture"),
                                    ("aarch64", "little", "architecture"),
                                    ("aarch64_be", "big", "architecture"), ("ppc", "big", "msr"),
                                    ("ppc64", "big", "msr"), ("ppc64le", "little", "msr")):
            run_user(name, order, source)
    libtest.finish(os.path.basename(__file__))


main()
