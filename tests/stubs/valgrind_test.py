#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 600
"""valgrind finds nothing in dumps of a running machine and of one that the tool starts."""
import subprocess
import sys

sys.dont_write_bytecode = True
import libtest
import qemu
from libtest import CLI

# valgrind 3.27 also looks for leaks where a forked child runs another program.
VALGRIND = ["valgrind", "-q", "--child-silent-after-fork=yes", "--leak-check=full",
            "--show-leak-kinds=all", "--errors-for-leak-kinds=all", "--error-exitcode=99"]


def check(name, *argv):
    done = subprocess.run([*VALGRIND, CLI, "dump", "--timeout", "60", *argv], capture_output=True,
                          text=True, timeout=250, check=False)
    found = [line for line in done.stderr.splitlines() if line.startswith("==")]
    registers = done.stdout.count('"bytes"')
    print(f"{name}: {registers} registers, status {done.returncode}, {len(found)} lines of valgrind")
    if done.returncode or found or not registers:
        print(done.stderr)
        return 1
    return 0


def main():
    libtest.need("valgrind")
    failed = check("spawned x86_64", "-j", "--", "qemu-system-x86_64", "-S", "-gdb", "stdio",
                   "-display", "none", "-monitor", "none", "-serial", "null")
    with qemu.Machine(qemu.target("aarch64"), stub="tcp", halted=False) as machine:
        failed += check("running aarch64", "-j", "-t", machine.address)
    return 1 if failed else 0


sys.exit(main())
