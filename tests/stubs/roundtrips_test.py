#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How often a client has to wait for the stub, counted, not timed.

A proxy between gdbregs-cli and QEMU delays each direction by 50 ms and counts round trips.
A round trip begins when bytes of the client arrive after the client has received something
since its last round trip began. Counted are

    connect  the round trips of `vcpus`, which connects, learns all registers of all
             vCPUs and detaches, less one for the detach
    dump     the round trips of `dump`: connect, read all, detach

On a busy machine a stub may write its reply in pieces so far apart that the client goes on in
between, and each piece counts as a round trip. So the result is the fewest round trips of
several runs: only a client that waits can raise it.
"""
# timeout: 240
import collections
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

if os.environ.get("BUILD"):
    os.environ.setdefault("GDBREGS_CLI", os.path.join(os.environ["BUILD"], "gdbregs-cli"))

import libtest
import qemu

DELAY_MS = 50
CONNECT_LIMIT, DUMP_LIMIT = 6, 8
RUNS = 20

Count = collections.namedtuple("Count", "name connect dump")

# The counts of today. A change that needs more has to change them.
KNOWN = {
    "x86_64": Count("x86_64", 4, 6),
    "aarch64 smp 8": Count("aarch64 smp 8", 4, 6),
    "xlnx-zcu102": Count("xlnx-zcu102", 5, 7),
}


def machines():
    """Name and target: one description; many chunks and vCPUs; two clusters."""
    firmware = ("-bios", [qemu.UBOOT + "qemu_arm64/u-boot.bin"])
    return [
        ("x86_64", qemu.target("x86_64")),
        ("aarch64 smp 8", qemu.Target("aarch64", "qemu-system-aarch64",
                                      ["-M", "virt", "-cpu", "max"], vcpus=8, firmware=firmware)),
        ("xlnx-zcu102", qemu.target("xlnx-zcu102")),
    ]


def proxy_program():
    build = os.environ.get("BUILD") or os.path.dirname(libtest.CLI)
    return os.path.join(build, "tests", "fakestub", "proxy")


def round_trips(machine, command):
    """The round trips of one run of a command, from the proxy's record."""
    argv = [proxy_program(), "--listen", "0", "--to", machine.address, "--delay-ms",
            str(DELAY_MS)]
    proxy = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True,
                             preexec_fn=qemu.die_with_parent)
    try:
        address = "127.0.0.1:" + proxy.stdout.readline().split()[1]
        result = subprocess.run([libtest.CLI, command, "-t", address, "-f", "json"],
                                stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                timeout=60, check=False)
        if result.returncode:
            raise RuntimeError(f"{command}: status {result.returncode}: {result.stderr.strip()}")
        record = proxy.stdout.readline()
    finally:
        proxy.terminate()
        proxy.communicate()
    return int(re.match(r"round_trips=(\d+) ", record)[1])


def fewest(machine, command, runs, expected):
    """The fewest round trips of some runs, which end at the first that has as few as expected."""
    best = round_trips(machine, command)
    while best > expected and (runs := runs - 1):
        best = min(best, round_trips(machine, command))
    return best


def count_machine(name, target, runs):
    """Count on a machine that has run and is stopped."""
    known = KNOWN[name]
    with qemu.Machine(target, stub="tcp") as machine:
        machine.run_for(1)
        connect = fewest(machine, "vcpus", runs, known.connect + 1) - 1
        dump = fewest(machine, "dump", runs, known.dump)
    return Count(name, connect, dump)


def count_all(runs):
    return [count_machine(name, target, runs) for name, target in machines()
            if not target.missing()]


def check_count(count):
    known = KNOWN[count.name]
    for what, got, limit, expected in (
            ("connect", count.connect, CONNECT_LIMIT, known.connect),
            ("dump and detach", count.dump, DUMP_LIMIT, known.dump)):
        libtest.say(f"{count.name:14} {what:16} {got} round trips, at most {limit}")
        libtest.check(got <= limit, f"{count.name} {what}", f"{got} round trips, at most {limit}")
        libtest.check(got <= expected, f"{count.name} {what}",
                      f"{got} round trips, where {expected} did")


def main():
    libtest.need(proxy_program())
    counts = count_all(RUNS)
    if not counts:
        libtest.skip("neither qemu-system-x86_64 nor qemu-system-aarch64 is installed")
    for count in counts:
        check_count(count)
    libtest.finish("roundtrips")


if __name__ == "__main__":
    main()
