#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Stubs without a description, and no --arch: which of the shipped descriptions would fit."""

import json
import os

import clitest
from clitest import Fake, contains, equal, main, one_line, read, run, silent_ok, test, write

REGISTERS = 4  # of 8 bytes each
COMMANDS = [["read"], ["dump"], ["list"], ["xml"], ["trace", "-n", "1"], ["watch", "-n", "1"],
            ["write", "a=1"]]


def ship(directory, name, *bits):
    """Returns a description with registers of that many bits. Every second one has no name."""
    registers = "".join(f"<reg name='{'' if i % 2 else f'r{i}'}' bitsize='{size}'/>"
                        for i, size in enumerate(bits))
    write(os.path.join(directory, name + ".xml"),
          f"<target><!-- <reg name='x' bitsize='8'/> --><feature name='{name}'>{registers}"
          "</feature></target>")
    return {"GDBREGS_XML_DIR": directory}


def no_description(*options):
    return Fake("--no-xfer", "--registers", REGISTERS, *options)


@test
def one_fits(directory):
    ship(directory, "small", 64, 64, 64)
    ship(directory, "large", 64, 64, 64, 64, 8)
    env = ship(directory, "right", 128, 64, 57)
    with no_description() as fake:
        for command in COMMANDS:
            result = run(*command, "-t", fake.target, env=env)
            one_line(result, 4, fake.target + ": the stub serves no target description",
                     "; --arch right would fit its registers (32 bytes)")
            equal(result.out, "")


@test
def several_fit(directory):
    for name in ["c", "a", "b"]:
        env = ship(directory, name, 256)
    with no_description() as fake:
        one_line(run("read", "-t", fake.target, env=env), 4,
                 "--arch a, --arch b or --arch c would fit")
        os.remove(os.path.join(directory, "b.xml"))
        one_line(run("read", "-t", fake.target, env=env), 4, "--arch a or --arch c would fit")
        result = run("read", "-t", fake.target, "--arch", "c", "-j", env=env)
        equal([reg["name"] for reg in json.loads(silent_ok(result))], ["r0"])


@test
def none_fits(directory):
    env = ship(directory, "other", 8)
    write(os.path.join(directory, "bad.xml"), "<target>")
    with no_description() as fake:
        for place in [env, {"GDBREGS_XML_DIR": "/nowhere"}]:
            one_line(run("read", "-t", fake.target, env=place), 4, "no target description",
                     "no shipped description", "(32 bytes)", "--tdesc")


@test
def no_size(directory):
    """An error of `g` does not hide that there is no description."""
    env = ship(directory, "right", 256)
    for option in ["--no-g", "--fault=error:g", "--fault=drop:g", "--fault=close:g"]:
        with no_description(option) as fake:
            one_line(run("read", "-t", fake.target, "--timeout", "3", env=env), 4,
                     "serves no target description; name one with --arch")


@test
def it_closes_the_connection(directory):
    """BlastEm exits at requests that it does not know."""
    env = ship(directory, "right", 256)
    with no_description("--gdbserver", "--no-xfer", "--fault=close:qRegisterInfo*") as fake:
        one_line(run("read", "-t", fake.target, env=env), 3,
                 "the stub closed the connection when it was asked to describe its registers "
                 "(qRegisterInfo): it serves no target description; name one with --arch or give "
                 "one with --tdesc")


@test
def as_it_was(directory):
    """The guest is left as usual, with a single connection."""
    env = ship(directory, "right", 256)
    for how, left in [("restore", "left halted"), ("resume", "left running")]:
        log = os.path.join(directory, how)
        with no_description("--one-guest", "--log", log) as fake:
            result = run("read", "-v", "-t", fake.target, "--on-exit", how, env=env)
            contains(result.err, left)
            contains(result.err, "--arch right")
            equal(fake.stop()["connections"], "1")


@test
def a_lost_announcement(directory):
    """QEMU 7.2 may abort at a `g` before its description; the fake stub calls it a violation."""
    env = ship(directory, "right", 256)
    with Fake("--registers", REGISTERS, "--fault", "empty:qSupported*") as fake:
        one_line(run("read", "-t", fake.target, env=env), 4, "--arch right would fit")


@test
def described_ones_are_not_asked(directory):
    """A stub with a description is sent no more packets."""
    logs = []
    env = ship(directory, "right", 256)
    for name, options in [("with", {}), ("given", {"arch": "right"})]:
        log = os.path.join(directory, name + ".log")
        with Fake("--log", log) as fake:
            more = ["--arch", options["arch"]] if options else []
            silent_ok(run("read", "-t", fake.target, *more, env=env))
        logs.append([line.split("$")[-1] for line in read(log).splitlines() if "$" in line])
    equal(logs[0], logs[1])


@test
def one_of_several(directory):
    env = ship(directory, "right", 256)
    with no_description() as without, Fake() as described:
        result = run("dump", "-j", "-t", without.target, "-t", described.target, env=env)
        one_line(result, 4, without.target, "--arch right would fit")
        first, second = json.loads(result.out)["targets"]
        contains(first["error"], "--arch right would fit")
        equal(len(second["vcpus"][0]["registers"]), 16)


@test
def spawned(directory):
    env = ship(directory, "right", 256)
    result = run("read", "--", clitest.FAKE, "--stdio", "--no-xfer", "--registers", REGISTERS,
                 env=env)
    equal(result.status, 4, repr(result))
    contains(result.err, "--arch right would fit")


if __name__ == "__main__":
    main()
