# SPDX-License-Identifier: LGPL-2.1-or-later
"""The judge: gdb-multiarch reads the registers, we compare.

Two methods. "registers": gdb parses the description, fetches every register its
own way (`g`, then `p`) and prints what it has; see libgdb.py. "packets": gdb is
made to send `p` for every register number of the description. The second serves
where gdb cannot use the first:

    avr, loongarch64   Debian's gdb 13 is built without both. It does not even
                       connect, because `g` does not fit any layout it knows.
                       It is given a stand-in description that fits.

m68k's description names no architecture; gdb takes it once it is told.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

import libtest
import qemu

GDB = shutil.which("gdb-multiarch")


class Manner:
    """How gdb judges a target: byte order, method, architecture to set first.

    gdb learns the byte order from an ELF file only, so it is always set.
    stand_in: number of registers of one byte before x0 … pc of four, so that
    the stub's `g` ends where a register of gdb's riscv layout does.
    """

    def __init__(self, order, method="registers", architecture=None, stand_in=None):
        self.order = order
        self.method = method
        self.architecture = architecture
        self.stand_in = stand_in


MANNERS = {
    "x86_64": Manner("little"),
    "i386": Manner("little"),
    "aarch64": Manner("little"),
    "arm": Manner("little"),
    "riscv64": Manner("little"),
    "ppc": Manner("big"),
    "ppc64": Manner("big"),
    "s390x": Manner("big"),
    "m68k": Manner("big", architecture="m68k"),
    "avr": Manner("little", "packets", stand_in=3),  # g is 39 bytes: 3 + 9 * 4
    "loongarch64": Manner("little", "packets", stand_in=148),  # 280 bytes: 148 + 33 * 4
    "xlnx-zcu102": Manner("little"),
    "sifive_u": Manner("little"),
}


def stand_in(padding):
    """A description that gdb accepts although the guest is something else.

    Only the sizes of its registers mean anything. gdb reads `pc` on connecting:
    it comes first, where `g` has it.
    """
    names = ["pc", "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "fp", "s1",
             *(f"a{i}" for i in range(8)), *(f"s{i}" for i in range(2, 12)),
             *(f"t{i}" for i in range(3, 7))]
    pads = "".join(f'<reg name="pad{i}" bitsize="8"/>' for i in range(padding))
    registers = "".join(f'<reg name="{name}" bitsize="32"/>' for name in names)
    return ('<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target>'
            '<architecture>riscv:rv32</architecture>'
            f'<feature name="pad">{pads}</feature>'
            f'<feature name="org.gnu.gdb.riscv.cpu">{registers}</feature></target>')


def ask(machine, *, clusters=1, numbers=(), method=None, steps=0):
    """Every thread's registers as gdb read them; the guest is not resumed but for
    the steps that are asked for."""
    manner = MANNERS[machine.target.name]
    question = {"address": machine.gdb_address, "order": manner.order,
                "architecture": manner.architecture, "clusters": clusters,
                "method": method or manner.method, "numbers": list(numbers), "steps": steps}
    question["description"] = None
    here = os.path.dirname(os.path.abspath(__file__))
    with tempfile.TemporaryDirectory(prefix="gdbregs-judge.") as directory:
        paths = {key: os.path.join(directory, key) for key in ("question", "answer")}
        if manner.stand_in:
            question["description"] = os.path.join(directory, "stand-in.xml")
            with open(question["description"], "w") as file:
                file.write(stand_in(manner.stand_in))
        with open(paths["question"], "w") as file:
            json.dump(question, file)
        environment = dict(os.environ, JUDGE_QUESTION=paths["question"],
                           JUDGE_ANSWER=paths["answer"], JUDGE_PATH=here, LC_ALL="C", HOME=directory)
        result = subprocess.run(
            [GDB, "-nx", "-batch", "-x", os.path.join(here, "libgdb.py")],
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=120 + steps, preexec_fn=qemu.die_with_parent)
        if result.returncode or not os.path.exists(paths["answer"]):
            libtest.give_up(f"{machine.target.name}: gdb, the judge, failed: "
                            f"{result.stdout}{result.stderr}")
        with open(paths["answer"]) as file:
            return json.load(file)
