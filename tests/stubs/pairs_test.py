#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 120
"""Every pair of requests, one made directly after the other, on the scripted stub and on
a real QEMU: what is accepted, what is refused, and which callback comes first."""
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import libtest
import qemu
from clitest import Fake
from libtest import equal, say

HERE = os.path.dirname(os.path.abspath(__file__))
# These need a stopped target.
PLAIN = ["reads", "writes", "state", "read", "write", "packet", "insert", "remove"]
REQUESTS = PLAIN + ["step", "continue", "wait", "interrupt"]


def results(first, second):
    """The results of the two calls."""
    a = "INVAL" if first == "wait" else "ok"
    b = "ok"
    if first == "continue" and second in PLAIN + ["step", "continue"]:
        b = "RUNNING"
    elif second == "wait" and first not in ("step", "continue"):
        b = "INVAL"
    elif first == second and first in ("insert", "remove"):
        b = "INVAL"
    return a, b


def callbacks(first, second):
    """The callbacks of requests that were accepted, in the order of the requests. Requests that
    wait for the same stop are called back in any order."""
    a, b = results(first, second)
    made = [n for n, (name, result) in enumerate([(first, a), (second, b)], 1)
            if result == "ok" and name != "interrupt"]
    return [f"{n}:ok" for n in made]


def expected():
    return {(a, b): (*results(a, b), callbacks(a, b)) for a in REQUESTS for b in REQUESTS}


def found(program, address, place, register, name):
    done = subprocess.run([program, address, hex(place), register], capture_output=True, text=True,
                          timeout=qemu.DEADLINE_S, check=False)
    equal(done.returncode, 0, f"{name}: {done.stdout[-300:]}{done.stderr}")
    lines = [line.split() for line in done.stdout.splitlines()]
    table = {}
    for a, b, first, second, *called in lines:
        same_stop = b == "wait" and a in ("step", "continue")
        table[a, b] = (first, second, sorted(called) if same_stop else called)
    return table


def compare(table, name):
    for pair, wanted in expected().items():
        equal(table.get(pair), wanted, f"{name}: {' '.join(pair)}")
    say(f"{name}: {len(table)} pairs of requests")


def main():
    libtest.need("qemu-system-riscv64")
    with tempfile.TemporaryDirectory(prefix="gdbregs-pairs.") as directory:
        program = libtest.compile_c(directory, os.path.join(HERE, "pairs.c"))
        with Fake("--registers", 4) as fake:
            compare(found(program, fake.target, 0x1000, "r1", "scripted"), "scripted stub")
        path = os.path.join(directory, "loop")
        # 1: addi s0,s0,1; j 1b
        qemu.write_bytes(path, bytes.fromhex("13041400" "6ff0dfff"))
        target = qemu.Target("riscv64", "qemu-system-riscv64", ["-M", "virt", "-bios", path])
        with qemu.Machine(target) as machine:
            compare(found(program, machine.address, 0x90000000, "s1", "qemu"),
                    f"QEMU {machine.release()}")
    libtest.finish("pairs")


main()
