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
import tempfile

import libtest
import qemu

HERE = os.path.dirname(os.path.abspath(__file__))
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


def gdb(*commands, script=None, timeout=qemu.DEADLINE_S, **environment):
    """Run gdb on commands, then on a file of Python. Returns the finished process."""
    words = [word for command in commands for word in ("-ex", command)]
    return subprocess.run(
        [GDB, "-nx", "-batch", *words, *(["-x", script] if script else [])],
        env=dict(os.environ, LC_ALL="C", HOME="/nonexistent", **environment),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
        timeout=timeout, preexec_fn=qemu.die_with_parent)


def connect(address, order, architecture=None, description=None, extended=False):
    """The commands that connect gdb to a stub, and what it has to know before."""
    return ["set pagination off", "set confirm off", "set width 0", "set auto-load off",
            "set sysroot /nowhere", "set remotetimeout 20", "set endian " + order,
            *([f"set architecture {architecture}"] if architecture else []),
            *([f"set tdesc filename {description}"] if description else []),
            f"target {'extended-remote' if extended else 'remote'} {address}"]


def stand_in(before="", after=""):
    """A description that gdb accepts although the guest is something else: features, and
    registers of riscv, of which only the sizes count. gdb reads `pc` when it connects: it
    comes first, where `g` has it.
    """
    names = ["pc", "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "fp", "s1",
             *(f"a{i}" for i in range(8)), *(f"s{i}" for i in range(2, 12)),
             *(f"t{i}" for i in range(3, 7))]
    registers = "".join(f'<reg name="{name}" bitsize="32"/>' for name in names)
    return ('<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target>'
            f'<architecture>riscv:rv32</architecture>{before}'
            f'<feature name="org.gnu.gdb.riscv.cpu">{registers}</feature>{after}</target>')


def pads(count):
    """A feature with so many registers of one byte."""
    return ('<feature name="pad">'
            + "".join(f'<reg name="pad{i}" bitsize="8"/>' for i in range(count)) + "</feature>")


def put(stub, timeout, **question):
    """Ask gdb through libgdb.py about a stub, given as the arguments of connect(). Returns
    its answer, or None, and what gdb has printed."""
    question.update(connect=connect(**stub), order=stub["order"])
    with tempfile.TemporaryDirectory(prefix="gdbregs-judge.") as directory:
        paths = {key: os.path.join(directory, key) for key in ("question", "answer")}
        with open(paths["question"], "w") as file:
            json.dump(question, file)
        result = gdb(script=os.path.join(HERE, "libgdb.py"), timeout=timeout, JUDGE_PATH=HERE,
                     JUDGE_QUESTION=paths["question"], JUDGE_ANSWER=paths["answer"])
        printed = result.stdout + result.stderr
        if result.returncode or not os.path.exists(paths["answer"]):
            return None, printed
        with open(paths["answer"]) as file:
            return json.load(file), printed


def ask(machine, *, clusters=1, numbers=(), method=None, steps=0):
    """Every thread's registers as gdb read them; the guest is resumed only for the steps
    that are asked for."""
    manner = MANNERS[machine.target.name]
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as description:
        if manner.stand_in:
            description.write(stand_in(pads(manner.stand_in)))
            description.flush()
        stub = {"address": machine.gdb_address, "order": manner.order,
                "architecture": manner.architecture, "extended": clusters > 1,
                "description": description.name if manner.stand_in else None}
        answer, printed = put(stub, 120 + steps, clusters=clusters, numbers=list(numbers),
                              method=method or manner.method, steps=steps, pc_only=False)
    if not answer:
        libtest.give_up(f"{machine.target.name}: gdb, the judge, failed: {printed}")
    return answer
