#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 600
"""Every stub of stubs.py, and everything that is done with a stub.

The expected values come from gdb on another stub that is started alike, from the known
instructions of the programs, and from what was written. A table at the end shows what was
tried, and why something was not. Names of stubs as arguments run only these.
"""
import json
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True

import libjudge
import libtest
import qemu
import stubs
from libtest import (BAD_STUB, CLI, DONE, NO_CONNECTION, check, equal, json_lines, one_message, run,
                     say)
from rsp import Rsp

LONG_S = 30
NO_VCPU = 5
STARTS = 3


class TooEarly(Exception):
    """A stub that listens was not ready."""


def by_gdb(server, steps=0):
    """Returns what gdb reads: {name: bytes}, and the pc after each step; None if it fails."""
    stub = {"address": server.gdb_address(), "order": server.stub.order,
            "architecture": server.stub.architecture}
    answer, printed = libjudge.put(stub, 120, clusters=1, method="registers", steps=steps,
                                   pc_only=True)
    if not answer:
        return {"error": printed.strip().splitlines()[-1:]}
    (thread, values), *_ = answer["threads"].items()
    return {"registers": {name: values[number] for number, name in
                          answer["names"][thread].items() if number in values},
            "steps": answer["steps"]}


def tool(server, *args, status=DONE):
    """Run gdbregs-cli on the stub. Returns its result; another status is a failure."""
    command, *rest = args
    result = run(command, *server.stub.options(server), "-q", *rest)
    if result.status == BAD_STUB and server.stub.early and server.stub.early in result.err:
        raise TooEarly(result.err.strip())
    check(result.status == status, f"{server.stub.name} {command}", result)
    return result


def number(stub, register):
    value = register["bytes"] and int.from_bytes(bytes.fromhex(register["bytes"]), stub.order)
    # The lowest bits of hppa's are the privilege, which QEMU 10 shows from the start.
    return value & ~3 if value and register["name"] == "pcoqh" else value


# ------------------------------------------------------------------------ behaviours
# Each takes a row of STUBS and returns a text to print, or None.

def try_list(stub):
    with stub.start() as server:
        listed = json.loads(tool(server, "list", "-f", "json").out or "[]")
        names = [reg["name"] for vcpu in listed for reg in vcpu["registers"]]
        check(stub.pc in names, f"{stub.name} list", names)
        return f"{len(names)} registers"


def try_read(stub):
    with stub.start() as server:
        found = json.loads(tool(server, "read", stub.pc, "-f", "json").out or "[]")
        if stub.places and found:
            equal(number(stub, found[0]), stub.places[0], f"{stub.name} read {stub.pc}")


def check_odd(stub, odd, judged):
    """Check registers whose values differ from gdb's. At most two may differ again at a third
    start, like the stack pointer of qemu-user 10: they prove nothing. Returns their number."""
    if not odd:
        return 0
    with stub.start() as server:
        again = {reg["name"]: reg["bytes"] for reg in json.loads(tool(
            server, "dump", "-f", "json").out)["targets"][0]["vcpus"][0]["registers"]}
    moving = [reg for reg in odd if again[reg["name"]] != reg["bytes"]]
    for reg in odd:
        if reg not in moving or len(moving) > 2:
            equal(reg["bytes"], judged[reg["name"]], f"{stub.name} {reg['name']} as gdb has it")
    return len(moving)


def is_as_judged(reg, judged):
    """Returns whether gdb has the value of this register. If the stub sends another size than
    its description says, gdb cuts the value, or fills it with what is in its memory. (QEMU
    11.1's qemu-ppc64 counts registers wrong, so that vr31 is sent as vrsave.)"""
    if reg["bytes"] and 4 * len(reg["bytes"]) != reg["bits"]:
        common = min(len(reg["bytes"]), len(judged or ""))
        return common > 0 and reg["bytes"][:common] == judged[:common]
    return reg["bytes"] == judged


def try_dump(stub):
    """Each value that gdb has under the same name, on a stub started alike."""
    with stub.start() as server:
        judged = by_gdb(server)
    with stub.start() as server:
        vcpus = json.loads(tool(server, "dump", "-f", "json").out or "{}")
    if not vcpus:
        return None
    registers = vcpus["targets"][0]["vcpus"][0]["registers"]
    if "registers" not in judged:
        return f"{len(registers)} values, gdb reads none: {str(judged['error'])[2:80]}"
    compared = 0
    names = [reg["name"] for reg in registers]
    odd = []
    for reg in registers:
        if (reg["name"] in judged["registers"] and names.count(reg["name"]) == 1
                and not re.fullmatch(stub.moving, reg["name"])):
            compared += 1
            if not is_as_judged(reg, judged["registers"][reg["name"]]):
                odd.append(reg)
    compared -= check_odd(stub, odd, judged["registers"])
    check(compared >= stub.least, f"{stub.name} dump", f"only {compared} values compared")
    return f"{compared} values as gdb has them"


def try_write(stub):
    """`write` reads the register back."""
    if not stub.write:
        return "-"
    name, value = stub.write
    with stub.start() as server:
        tool(server, "write", f"{name}={value:#x}", "--on-exit", "halt")
    return None


def try_steps(stub):
    with stub.start() as server:
        result = tool(server, "trace", "-n", str(stubs.STEPS), "--all", "-f", "jsonl", stub.pc,
                      *stub.facts)
    states = [{reg["name"]: number(stub, reg) for reg in record["changed"]}
              for record in json_lines(result)]
    found = [state.get(stub.pc) for state in states]
    for name, value in stub.facts.items():
        equal(states and states[-1].get(name), value, f"{stub.name} {name} after the steps")
    expected = stub.places
    if not expected:
        with stub.start() as server:
            judged = by_gdb(server, stubs.STEPS)
        if not judged.get("steps"):
            return f"{len(found) - 1} steps, gdb makes none: {judged.get('error')}"
        expected, found = judged["steps"], found[1:]
    equal(found, expected, f"{stub.name} steps")
    return f"{stubs.STEPS} steps"


def try_watch(stub):
    with stub.start() as server:
        result = tool(server, "watch", "-n", "4", "-i", "0.05", "-f", "jsonl", stub.pc)
        equal(len(json_lines(result)), 4, f"{stub.name} watch")


def try_second(stub):
    """The stub serves another client: a message says so, and that client is not disturbed."""
    with stub.start() as server:
        first = Rsp(server.connection())
        first.hello()
        result = run("vcpus", *stub.options(server), "-q", "--timeout", "1")
        place = f"{stub.name} second client"
        equal(result.status, NO_CONNECTION, place)
        one_message(result, place)
        check(first.text("?")[:1] in "TS", place, "the first client is not served any more")
        first.sock.close()
        return result.err.strip().partition(": ")[2]


def watching(server):
    """A process that has shown its first sample."""
    process = subprocess.Popen(
        [CLI, "watch", *server.stub.options(server), "-q", "-i", "0.05", "-f", "jsonl",
         server.stub.pc], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, preexec_fn=qemu.die_with_parent)
    first = process.stdout.readline()
    check(first, f"{server.stub.name} watch", "no sample")
    return process


def try_killed(stub):
    """The tool is killed during a session: the next session is served."""
    with stub.start() as server:
        process = watching(server)
        time.sleep(0.1)
        process.kill()
        process.communicate()
        tool(server, "read", stub.pc, "-f", "json", "--wait=20")


def try_gone(stub):
    """The stub is killed during a session: a message says so soon."""
    with stub.start() as server:
        process = watching(server)
        server.kill()
        try:
            _, err = process.communicate(timeout=LONG_S)
        except subprocess.TimeoutExpired:
            process.kill()
            check(False, f"{stub.name} gone", "we go on without it")
            return None
        place = f"{stub.name} gone"
        check(process.returncode in (NO_CONNECTION, BAD_STUB), place, process.returncode)
        one_message(libtest.Result(process.returncode, "", err), place)
        return err.strip().partition(": ")[2]


BEHAVIOURS = {"list": try_list, "read": try_read, "dump": try_dump, "write": try_write,
              "steps": try_steps, "watch": try_watch, "second": try_second,
              "killed": try_killed, "gone": try_gone}


# --------------------------------------------------------------------------- main

def try_no_program(stub):
    """Every command says that nothing is being debugged."""
    for command in (["dump"], ["watch", "-n", "2"], ["write", stub.pc + "=1"]):
        with stub.start() as server:
            result = run(*command, "-t", server.address)
            one_message(result, f"{stub.name} {command[0]}")
            check(result.status == NO_VCPU and "nothing is being debugged" in result.err,
                  f"{stub.name} {command[0]}", result)


def try_one(stub, behaviour, function):
    """A stub that was not ready is started again."""
    for _ in range(STARTS):
        try:
            return function(stub)
        except TooEarly as early:
            say(f"    {stub.name} {behaviour}: started again: {early}")
            reason = str(early)
    check(False, f"{stub.name} {behaviour}: not ready at any of {STARTS} starts", reason)
    return None


def try_all(stub):
    """Run all checks on a stub. Returns its row of the table."""
    marks = []
    if not stub.has_program:
        before = libtest.failures
        try_no_program(stub)
        return ["ok: it says that it has no program" if libtest.failures == before else "FAILED"]
    for behaviour, function in BEHAVIOURS.items():
        if behaviour in stub.cannot or (behaviour == "gone" and "watch" in stub.cannot):
            marks.append("-")
            continue
        before = libtest.failures
        said = try_one(stub, behaviour, function)
        marks.append("-" if said == "-" else "ok" if libtest.failures == before else "FAILED")
        if said and said != "-":
            say(f"    {stub.name} {behaviour}: {said}")
    return marks


def main():
    libtest.need(libjudge.GDB or "gdb-multiarch")
    rows, reasons = [("", list(BEHAVIOURS))], []
    chosen = sys.argv[1:] or [stub.name for stub in stubs.STUBS]
    for stub in (stub for stub in stubs.STUBS if stub.name in chosen):
        reason = stub.missing()
        if reason:
            reasons.append(f"{stub.name}: not tried: {reason}")
            continue
        rows.append((stub.name, try_all(stub)))
        group = "qemu-user" if isinstance(stub, stubs.QemuUser) else stub.name
        reasons += [f"{group}: no {behaviour}: {why}" for behaviour, why in stub.cannot.items()]
    for name, marks in rows:
        say(f"{name:20}" + " ".join(f"{mark:6}" for mark in marks))
    for reason in dict.fromkeys(reasons):
        say(reason)
    libtest.finish("stubs")


main()
