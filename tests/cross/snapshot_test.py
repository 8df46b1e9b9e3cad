#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A build for another architecture reads the same from a real QEMU as the native build.

    snapshot_test.py        with CROSS, the directory that tests/cross/root has made

The snapshots have the same bytes, and so has the output of `diff` and others for a snapshot.
"""

import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("BUILD", os.path.join(ROOT, "build")))
NATIVE = [os.path.join(BUILD, "gdbregs-cli")]
sys.path.insert(0, os.path.join(ROOT, "tests", "stubs"))

import qemu  # noqa: E402

TARGETS = ["x86_64", "aarch64", "ppc64", "s390x"]
COMMANDS = [["dump", "-j"], ["dump"], ["list", "-j"], ["read", "-j", "*"]]


def output(tool, arguments):
    done = subprocess.run(tool + arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=120, check=False)
    # Remove the time, which is not a property of the machine.
    return done.returncode, re.sub(rb'"time":"[^"]*"', b'"time":""', done.stdout)


def differs(name, command, native, cross):
    if native == cross and native[0] == 0 and len(native[1]) > 100:
        return False
    lines = [pair for pair in zip(native[1].splitlines(), cross[1].splitlines())
             if pair[0] != pair[1]]
    print(f"{name}: {' '.join(command)}: exit statuses {native[0]} and {cross[0]}, "
          f"{len(native[1])} and {len(cross[1])} bytes, first difference {lines[:1]}")
    return True


def check_target(name, cross_tool):
    failures = 0
    with qemu.Machine(qemu.target(name)) as machine, tempfile.TemporaryDirectory() as directory:
        for command in COMMANDS:
            words = [*command, "-t", machine.address]
            failures += differs(name, command, output(NATIVE, words), output(cross_tool, words))
        for number, tool in enumerate([NATIVE, cross_tool]):
            output(tool, ["dump", "-t", machine.address, "-j", "-o", f"{directory}/{number}.json"])
        for number, tool in enumerate([NATIVE, cross_tool]):
            if output(tool, ["diff", f"{directory}/{number}.json",
                             f"{directory}/{1 - number}.json"])[0] != 0:
                print(f"{name}: the snapshots of both tools are not equal for {tool[-1]}")
                failures += 1
    return failures


def main():
    cross = os.environ.get("CROSS")
    if not cross:
        print("CROSS is not set: make check-cross does that")
        return 77
    cross_tool = [os.path.join(cross, "run"), os.path.join(cross, "build", "gdbregs-cli")]
    names = [name for name in TARGETS if not qemu.target(name).missing()]
    failures = sum(check_target(name, cross_tool) for name in names)
    print(f"snapshot: {len(names)} machines, {failures} differences")
    return 1 if failures or not names else 0


if __name__ == "__main__":
    sys.exit(main())
