# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shared by the benchmarks: programs, fake stubs, proxies, the table."""
import collections
import os
import re
import signal
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "stubs"))

import qemu  # noqa: E402
from rsp import Rsp  # noqa: E402
import libxml  # noqa: E402

BUILD = os.environ.get("BUILD") or os.path.join(ROOT, "build")
CLI = os.path.join(BUILD, "gdbregs-cli")

Figures = collections.namedtuple("Figures", "median_ns min_ns fields")


def program(name):
    return os.path.join(BUILD, "tests", "bench", name)


def fields(text):
    """Returns the NAME=VALUE words of a program's output. Numbers are numbers."""
    return {name: int(value) for name, value in re.findall(r"(\w+)=(-?\d+)\b", text)}


def run(argv, stdin="", env=None, timeout=600):
    """Run a program. Returns its fields, and fails if it fails."""
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, timeout=timeout,
                          env=dict(os.environ, **(env or {})), check=False,
                          preexec_fn=qemu.die_with_parent)
    if done.returncode:
        raise RuntimeError(f"{argv[0]}: status {done.returncode}: {done.stderr.strip()[-300:]}")
    return fields(done.stdout)


def interleaved(repeats, *runs, before=None):
    """Run these functions in turn, A B A B ... Returns the figures of each.

    The median is that of the medians of all turns, and the minimum is the smallest of all.
    """
    results = [[] for _ in runs]
    for _ in range(repeats):
        for function, result in zip(runs, results):
            if before:
                before()
            result.append(function())
    return [Figures(statistics.median(r["median_ns"] for r in result),
                    min(r["min_ns"] for r in result), result[-1]) for result in results]


def measured(*argv, status=0):
    """Measure a command from start to end."""
    result = run([program("measure"), *argv])
    if result["status"] != status:
        raise RuntimeError(f"{' '.join(argv)}: status {result['status']}")
    return dict(result, median_ns=result["ns"], min_ns=result["ns"])


# ------------------------------------------------------------- stubs, proxies

class Helper:
    """A fake stub or a proxy. `address` is where it listens."""

    def __init__(self, name, *options):
        argv = [os.path.join(BUILD, "tests", "fakestub", name), *map(str, options)]
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        word, where = self.process.stdout.readline().split()
        self.address = f"127.0.0.1:{where}" if word == "PORT" else f"unix:{where}"

    def end(self):
        """End the program. Returns what it has printed."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        out, _ = self.process.communicate(timeout=60)
        return out

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.end()


def fakestub(*options):
    return Helper("fakestub", *options)


def proxy(address, delay_ms):
    return Helper("proxy", "--listen", 0, "--to", address, "--delay-ms", delay_ms)


# ------------------------------------------------------------- real machines

def x86_64(vcpus=1):
    return qemu.Target("x86_64", "qemu-system-x86_64", [], vcpus=vcpus)


def aarch64(vcpus=1):
    return qemu.Target("aarch64", "qemu-system-aarch64", ["-M", "virt", "-cpu", "max"],
                       vcpus=vcpus, firmware=("-bios", [qemu.UBOOT + "qemu_arm64/u-boot.bin"]))


def booted(target, seconds=2.0, stub="tcp"):
    """A machine that has run for a while, and is stopped."""
    machine = qemu.Machine(target, stub=stub)
    machine.run_for(seconds)
    return machine


class Packets:
    """Returns the payloads for rawloop, which a simple client has determined."""

    def __init__(self, machine):
        with Rsp(machine.socket_address) as rsp:
            rsp.hello()
            self.threads = rsp.threads()
            rsp.select(self.threads[0])
            registers = libxml.read(rsp).registers
            self.numbers = [reg.number for reg in registers]
            self.by_name = {reg.name: reg.number for reg in registers}

    def setup(self):
        return ["qSupported:multiprocess+", "qXfer:features:read:target.xml:0,7fb",
                f"Hg{self.threads[0]}"]

    def everything(self):
        return [payload for thread in self.threads
                for payload in (f"Hg{thread}", *(f"p{number:x}" for number in self.numbers))]


def rawloop(address, packets, payloads, rounds, how="pipelined"):
    return run([program("rawloop"), address, how, str(rounds), *packets.setup()],
               "\n".join(payloads) + "\n")


def ours(address, workload, rounds):
    return run([program("ours"), address, workload, str(rounds)])


# ---------------------------------------------------------------------- table

def duration(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if ns >= size:
            return f"{ns / size:.3g} {unit}" if ns < 100 * size else f"{ns / size:.0f} {unit}"
    return f"{ns:.0f} ns"


class Table:
    WIDTHS = (52, 12, 12, 8, 8, 10, 0)

    def __init__(self):
        self.missed = []
        self.row("measure", "ours", "other", "ratio", "of min", "target", "")

    def row(self, *cells):
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(cells, self.WIDTHS)).rstrip(),
              flush=True)

    def verdict(self, name, met):
        if not met:
            self.missed.append(name)
        return "met" if met else "MISSED"

    def compare(self, name, our, other, at_most=None, times_faster=None):
        """A line with two figures, and their ratio ours/other, or, with x, how many times faster we
        are."""
        ratio, of_min = our.median_ns / other.median_ns, our.min_ns / other.min_ns
        if times_faster:
            ratio, of_min, unit = 1 / ratio, 1 / of_min, " x"
            target, met = f">= {times_faster} x", ratio >= times_faster
        else:
            unit = ""
            target, met = f"<= {at_most}", at_most is None or ratio <= at_most
        self.row(name, duration(our.median_ns), duration(other.median_ns), f"{ratio:.2f}{unit}",
                 f"{of_min:.2f}{unit}", *(("", "") if at_most is None and not times_faster
                                    else (target, self.verdict(name, met))))

    def value(self, name, text, target="", met=None):
        self.row(name, text, "", "", "", target,
                 "" if met is None else self.verdict(name, met))

    def note(self, text):
        print(text, flush=True)
