# SPDX-License-Identifier: LGPL-2.1-or-later
"""A small program to be debugged. The values in its registers show which thread it is; its
status and its output show what was done to it.

    main        starts two workers, waits until both hold theirs, comes to `gate`
                with registers of its own, prints "ready", makes a file PROGRAM.ready and
                waits for the workers; with an argument it starts nobody, comes to
                `gate` and returns 7
    workers     number 2 and 3; number n comes to `begin<n>` and spins at `spin<n>`
                until its r13 is not 0; the sum of both is the program's status

It is static, at fixed addresses, and ends by itself after some minutes.
"""
import glob
import os
import re
import shutil
import subprocess

import libjudge
import liblisting
import libtest
import qemu

SOURCE = r"""
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#define LOAD \
	"mov %[n], %%rbx\n" \
	"movabs $0x1122334455667700, %%r12\n" \
	"add %%rbx, %%r12\n" \
	"movq %%r12, %%xmm5\n" \
	"movabs $0x99aabbccddeeff00, %%r15\n" \
	"sub %%rbx, %%r15\n" \
	"xor %%r13d, %%r13d\n" \
	"xor %%r14d, %%r14d\n"
#define USED "rbx", "r12", "r13", "r14", "r15", "xmm5", "cc", "memory"

volatile int ready;

/* Each has a loop of its own. */
#define WORKER(NAME, BEGIN, SPIN) \
	static void *NAME(void *n) \
	{ \
		long out; \
		__asm__ volatile(LOAD \
			".globl " BEGIN "\n" \
			BEGIN ": lock incl ready\n" \
			".globl " SPIN "\n" \
			SPIN ": inc %%r14\n" \
			"test %%r13, %%r13\n" \
			"jz " SPIN "\n" \
			"mov %%r13, %[out]\n" : [out] "=r"(out) : [n] "r"(n) : USED); \
		return (void *)out; \
	}
WORKER(worker2, "begin2", "spin2")
WORKER(worker3, "begin3", "spin3")

static void pass_gate(void)
{
	__asm__ volatile(LOAD
		".globl gate\n"
		"gate: nop\n" : : [n] "r"(1L) : USED);
}

int main(int argc, char **argv)
{
	pthread_t threads[2];
	char ready_path[4096];
	long sum = 0;

	snprintf(ready_path, sizeof(ready_path), "%s.ready", argv[0]);
	setvbuf(stdout, NULL, _IONBF, 0);
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
	alarm(300);
	for (long i = 0; argc < 2 && i < 2; i++)
		pthread_create(&threads[i], NULL, i ? worker3 : worker2, (void *)(i + 2));
	while (argc < 2 && ready < 2)
		usleep(1000);
	pass_gate();
	if (argc > 1)
		return 7;
	puts("ready");
	close(creat(ready_path, 0600));
	for (int i = 0; i < 2; i++) {
		void *out;

		pthread_join(threads[i], &out);
		sum += (long)out;
	}
	return (int)sum;
}
"""
# The sizes in bytes of the instructions of `spin2` and `spin3`.
SPIN_BYTES = (3, 3, 2)


def facts(n):
    """The registers of main (1) and the workers (2 and 3), as numbers."""
    own = 0x1122334455667700 + n
    return {"rbx": n, "r12": own, "r13": 0, "r15": 0x99aabbccddeeff00 - n, "xmm5": own}


def compile_static(directory, source):
    """The program, and the addresses of its functions and labels."""
    path = os.path.join(directory, "program")
    with open(path + ".c", "w") as file:
        file.write(source)
    subprocess.run([compiler(), "-O1", "-static", "-no-pie", "-pthread", "-o", path, path + ".c"],
                   check=True)
    listing = subprocess.check_output(["nm", path], text=True)
    return path, {name: int(value, 16)
                  for value, name in re.findall(r"^([0-9a-f]+) [Tt] (\S+)$", listing, re.M)}


class Binary:
    """The compiled program, its symbols, its entry."""

    def __init__(self, directory):
        self.path, self.address = compile_static(directory, SOURCE)
        self.ready = self.path + ".ready"


def compiler():
    return shutil.which("cc") or shutil.which("gcc")


def lead_group():
    """gdbserver (13) interrupts the process group that has the program's number."""
    qemu.die_with_parent()
    os.setpgid(0, 0)


class Program:
    """The program at work. Its workers hold their registers."""

    def __init__(self, binary, under=()):
        self.process = subprocess.Popen([*under, binary.path], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, text=True,
                                        preexec_fn=lead_group)
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError("the program did not start")
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.process.kill()
        self.process.communicate()


def threads(pid):
    """Thread ids, as the kernel has them."""
    return sorted(int(tid) for tid in os.listdir(f"/proc/{pid}/task"))


def states(pid):
    """The letters of the threads' states: t where a debugger holds them."""
    found = set()
    for path in glob.glob(f"/proc/{pid}/task/*/stat"):
        try:
            with open(path) as file:
                found.add(file.read().rpartition(")")[2].split()[0])
        except OSError:
            pass
    return found


def goes_on(pid):
    return bool(states(pid)) and not states(pid) & {"t", "T"}


def by_gdb(pid):
    """Every thread's raw registers as numbers, by gdb and no stub: it attaches,
    reads and leaves. {tid: {name: value}}"""
    result = libjudge.gdb("set width 0", f"attach {pid}",
                          "thread apply all maint print raw-registers", timeout=120)
    found, current = {}, None
    for line in result.stdout.splitlines():
        header = re.match(r"Thread \d+ \(.*LWP (\d+)", line)
        row = liblisting.raw_row(line)
        if header:
            current = found[int(header[1])] = {}
        elif row and row[2] and current is not None:
            current[row[0]] = int(row[2], 16)
    if not found or not all(found.values()):
        libtest.give_up(f"gdb, the judge, has no registers: {result.stdout[-2000:]}{result.stderr}")
    return found
