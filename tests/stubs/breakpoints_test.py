#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 300
"""Runs from breakpoint to breakpoint with the library, on real stubs.

Each guest counts its passes of the breakpoint in a register. At each stop of a vCPU the
counter must be one more than at its stop before: then no hit was lost or reported twice.
"""
import collections
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import libprogram
import libtest
import qemu
from libtest import check, equal, say
from stubs import FOR_PROGRAMS

HERE = os.path.dirname(os.path.abspath(__file__))
SOFTWARE, HARDWARE = "0", "1"
TRAP = 5
Stop = collections.namedtuple("Stop", "vcpu signal pc counter")


def hits(program, address, kind, place, counter, actions, name):
    """Run the program. Returns the stops, and whether the guest has ended."""
    done = subprocess.run([program, address, kind, place, counter, actions], capture_output=True,
                          text=True, timeout=qemu.DEADLINE_S, check=False)
    check(done.returncode == 0, name, f"{done.returncode}: {done.stdout[-300:]}{done.stderr}")
    lines = [line.split() for line in done.stdout.splitlines()]
    states = [[int(word) for word in line[1:]] for line in lines if line[0] == "states"]
    if states:
        return states
    ended = bool(lines) and lines[-1][0] == "ended"
    return [Stop(int(v), int(s), int(p, 16), int(c, 16)) for v, s, p, c in
            (lines[:-1] if ended else lines)], ended


def each_hit_once(stops, pc, name, repeats=0):
    """Check that every stop is at the place, and that each hit of a vCPU is reported once.

    `repeats` is how often the stub itself may report a hit again."""
    last = {}
    for at, stop in enumerate(stops):
        equal((stop.signal, hex(stop.pc)), (TRAP, hex(pc)), f"{name}: stop {at}")
        if repeats and stop.counter == last.get(stop.vcpu):
            say(f"{name}: stop {at}: reported again by the stub")
            repeats -= 1
        elif stop.vcpu in last:
            equal(stop.counter, last[stop.vcpu] + 1, f"{name}: stop {at}, vCPU {stop.vcpu}")
        last[stop.vcpu] = stop.counter
    return last


# --------------------------------------------------------------------- machines

def x86_program(path, segment=0):
    """A boot sector. It starts the other vCPUs at 0x8000, and all run a loop at 0x7d00."""
    source, elf = path + ".s", path + ".o"
    with open(source, "w") as file:
        file.write(f"""
        .code16
        .globl _start
_start: cli
        xorw %ax, %ax
        movw %ax, %ds
        movb $0xea, 0x8000              # ljmp $segment, $loop
        movw $(0x7d00 - {segment} * 16), 0x8001
        movw ${segment}, 0x8003
        lgdtl 0x7c00 + gdt - _start     # ds gets a limit of 4 GiB, for the APIC
        movl %cr0, %eax
        orb $1, %al
        movl %eax, %cr0
        movw $8, %bx
        movw %bx, %ds
        andb $0xfe, %al
        movl %eax, %cr0
        movl $0xfee00300, %esi
        movl $0xc4500, (%esi)           # INIT to the others
        movl $0x100000, %ecx
1:      decl %ecx
        jnz 1b
        movl $0xc4608, (%esi)           # SIPI: start at 0x8000
        ljmp ${segment}, $(0x7d00 - {segment} * 16)
gdt:    .word 15
        .long 0x7c00 + entries - _start
entries: .quad 0, 0x00cf92000000ffff
        .org 0x100
        xorl %ecx, %ecx
loop:   incl %ecx
        nop                             # 0x7d05
        jmp loop
        .org 0x1fe
        .word 0xaa55
""")
    subprocess.run(["as", "--32", "-o", elf, source], check=True)
    subprocess.run(["objcopy", "-O", "binary", "-j", ".text", elf, path], check=True)
    return ["-drive", f"if=floppy,format=raw,file={path}"]


def riscv_program(path):
    """1: addi s0,s0,1; nop; j 1b"""
    qemu.write_bytes(path, b"".join(word.to_bytes(4, "little") for word in
                                    (0x00140413, 0x00000013, 0xFF9FF06F)))
    return ["-bios", path]


def x86(vcpus, segment=0):
    return qemu.Target("x86_64", "qemu-system-x86_64", [], vcpus=vcpus,
                       program=lambda path: x86_program(path, segment))


def riscv(vcpus):
    return qemu.Target("riscv64", "qemu-system-riscv64", ["-M", "virt"], vcpus=vcpus,
                       program=riscv_program)


M68K = qemu.Target("m68k", "qemu-system-m68k", ["-M", "mcf5208evb"], program=qemu.m68k_program)


def booted(machine):
    machine.run_for(2)


def x86_hits(program, vcpus, kind, count):
    name = f"x86_64, {vcpus} vCPUs, {'hardware' if kind == HARDWARE else 'software'}"
    with qemu.Machine(x86(vcpus)) as machine:
        booted(machine)
        stops, _ = hits(program, machine.address, kind, "0x7d05", "rcx", "c" * count, name)
        # QEMU 7.2 reports one hit of 10,000 again. It does so for any client that removes the
        # breakpoint, steps, inserts it, and continues, as GDB does.
        last = each_hit_once(stops, 0x7d05, name, repeats=1)
        equal((len(stops), sorted(last)), (count, list(range(vcpus))), name)
    say(f"{name}: {count} stops, each one iteration after the vCPU's last")


def x86_segment(program, count=20):
    """The loop runs at 0x700:0xd00: the pc is not the address of the breakpoint."""
    with qemu.Machine(x86(1, 0x700)) as machine:
        booted(machine)
        stops, _ = hits(program, machine.address, SOFTWARE, "0x7d05", "rcx", "c" * count, "segment")
        each_hit_once(stops, 0xd05, "segment")
    say(f"x86_64 in real mode, segment 0x700: {count} stops")


def riscv_hits(program, vcpus, count):
    name = f"riscv64, {vcpus} vCPUs"
    with qemu.Machine(riscv(vcpus)) as machine:
        stops, _ = hits(program, machine.address, SOFTWARE, "0x80000004", "s0", "c" * count, name)
        last = each_hit_once(stops, 0x80000004, name)
        equal((len(stops), sorted(last)), (count, list(range(vcpus))), name)
    say(f"{name}: {count} stops, each one iteration after the vCPU's last")


def all_stand_there(program):
    """A breakpoint at the reset vector, where all vCPUs are: they step over it."""
    with qemu.Machine(riscv(4)) as machine:
        stops, _ = hits(program, machine.address, SOFTWARE, "+0,0x80000004", "s0", "c" * 60, "reset")
        each_hit_once(stops, 0x80000004, "reset")
        equal(len({stop.vcpu for stop in stops}), 4, "reset")
    say("riscv64: 4 vCPUs step over the breakpoint where they were halted")


RUNNING, HALTED = 1, 2


def states(program):
    """At reset, only the first vCPU is started. Each question has a new answer."""
    with qemu.Machine(x86(4)) as machine:
        found = hits(program, machine.address, SOFTWARE, "0x7d05", "rcx", "q", "states")
        equal(found, [[RUNNING] + 3 * [HALTED]], "states at reset")
        for _ in range(20):
            booted(machine)
            found = hits(program, machine.address, SOFTWARE, "0x7d05", "rcx", "q", "states")
            if found == [4 * [RUNNING]]:
                break
        equal(found, [4 * [RUNNING]], "states of vCPUs that run")
    say("x86_64, 4 vCPUs: running and halted")


def m68k_hits(program, count=20):
    with qemu.Machine(M68K) as machine:
        stops, _ = hits(program, machine.address, SOFTWARE, "+4", "d0", "c" * count, "m68k")
        equal(len(stops), count, "m68k")
        each_hit_once(stops, stops[0].pc, "m68k")
    say(f"m68k, big endian: {count} stops")


def steps(program):
    """A step also steps over the breakpoint, which stays in place."""
    with qemu.Machine(riscv(1)) as machine:
        stops, _ = hits(program, machine.address, SOFTWARE, "0x80000004", "s0", "cssscsccdic",
                        "steps")
    at = [stop.pc - 0x80000000 for stop in stops]
    equal(at, [4, 8, 0, 4, 4, 8, 4, 4, 4], "steps: places")
    equal([stop.counter for stop in stops], [1, 1, 1, 2, 3, 3, 4, 5, 6],
          "steps: iterations")
    say("riscv64: steps and continues from a breakpoint in turn")


# --------------------------------------------------------------------- programs

PROGRAM = r"""
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Count to ROUNDS in r12. */
static void *count(void *unused)
{
	__asm__ volatile("xorl %%r12d, %%r12d\n"
			 "1: incq %%r12\n"
			 ".globl hit\n"
			 "hit: nop\n"
			 "cmpq $ROUNDS, %%r12\n"
			 "jb 1b\n" ::: "r12", "cc");
	return unused;
}

static atomic_bool done;

static void *idle(void *unused)
{
	while (!done)
		;
	return unused;
}

/* With a third argument, the main thread counts, and the others only run. */
int main(int argc, char **argv)
{
	int threads = argc > 1 ? atoi(argv[1]) : 0;
	pthread_t thread[8];

	for (int i = 0; i < threads; i++)
		if (pthread_create(&thread[i], NULL, argc > 2 ? idle : count, NULL) != 0)
			return 9;
	if (!threads || argc > 2)
		count(NULL);
	done = 1;
	for (int i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	return 7;
}
"""
ROUNDS = 40


def program_hits(program, stub, arguments, counting, name):
    """Run the program to its end: each thread that counts stops in all rounds."""
    with tempfile.TemporaryDirectory(prefix="gdbregs-hits.") as directory:
        guest, symbols = libprogram.compile_static(directory,
                                                   PROGRAM.replace("ROUNDS", str(ROUNDS)))
        place = symbols["hit"]
        rounds = ROUNDS * counting
        stub = FOR_PROGRAMS[stub]
        with stub.on(stub.started, [guest, *arguments]) as server:
            stops, ended = hits(program, server.address, SOFTWARE, hex(place), "r12",
                                "c" * (rounds + 1), name)
    check(ended, name, f"the program has not ended after {len(stops)} stops")
    last = each_hit_once(stops, place, name)
    equal((len(stops), len(last)), (rounds, counting), name)
    say(f"{name}: {rounds} stops in {counting} threads")


PARTS = {
    "x86": lambda program: x86_hits(program, 1, SOFTWARE, 50),
    "x86-hardware": lambda program: x86_hits(program, 1, HARDWARE, 50),
    "x86-smp": lambda program: x86_hits(program, 4, SOFTWARE, 300),
    "x86-smp-hardware": lambda program: x86_hits(program, 4, HARDWARE, 300),
    "x86-segment": x86_segment,
    "riscv": lambda program: riscv_hits(program, 1, 50),
    "riscv-smp": lambda program: riscv_hits(program, 4, 300),
    "m68k": m68k_hits,
    "states": states,
    "reset": all_stand_there,
    "steps": steps,
    "gdbserver": lambda program: program_hits(program, "gdbserver", (), 1, "gdbserver"),
    "gdbserver-threads": lambda program: program_hits(program, "gdbserver", "3", 3,
                                                      "gdbserver, 3 threads"),
    "qemu-user": lambda program: program_hits(program, "qemu-user", (), 1, "qemu-user"),
    # QEMU 7.2 and 10.0 mix up the stop replies of two threads that stop at the same time. gdb
    # fails there, too. So the breakpoint is in one thread, and the others run beside it.
    "qemu-user-threads": lambda program: program_hits(program, "qemu-user", ("3", "idle"), 1,
                                                      "qemu-user, 3 more threads"),
}


def main():
    libtest.need("as", "objcopy", "nm", "cc", "gdbserver", "qemu-x86_64")
    with tempfile.TemporaryDirectory(prefix="gdbregs-hits.") as directory:
        program = libtest.compile_c(directory, os.path.join(HERE, "hits.c"))
        for name in libtest.selected(list(PARTS)):
            PARTS[name](program)
    libtest.finish("breakpoints")


main()
