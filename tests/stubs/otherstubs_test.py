#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 300
"""Stubs of programs with threads: gdbserver, lldb-server, valgrind's, qemu-user.

The expected values come from the program itself (libprogram.py), from the kernel, which has
its threads and their states, and from gdb attached to the program without a stub. Names of
parts as arguments run only these.
"""
import glob
import json
import os
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True

import libjudge
import libprogram
import libtest
import libxstate
import qemu
from libprogram import SPIN_BYTES, facts, goes_on, states, threads
from libtest import (DONE, NO_CONNECTION, check, equal, json_lines, one_message, run, run_json,
                     say)
from rsp import Rsp
from stubs import FOR_PROGRAMS
from tool import poll

LONG_S = 30
# On a busy machine, a stub beside a program that spins may be slow.
PATIENT = ("--timeout", str(LONG_S))
# Those of a worker that change from one stop to the next.
MOVING = {"rip", "eflags", "rflags", "r14", "r14d", "r14w", "r14l"}


class Session:
    """Runs the tool on a program that runs already. Each command has a new stub."""

    def __init__(self, stub, program):
        self.stub = stub
        self.program = program

    def server(self):
        return self.stub.on(self.stub.attached, self.program.pid)

    def run(self, *args, status=DONE):
        """Run a command. Afterwards the program goes on, and the stub has ended."""
        place = f"{self.stub.name} {' '.join(args)}"
        with self.server() as server:
            result = run(*args, *PATIENT, "-t", server.address)
            check(result.status == status, place, result)
            check(server.ends(), place, "the stub does not end")
        check(poll(lambda: goes_on(self.program.pid), LONG_S), f"{place}: it goes on",
              f"states {states(self.program.pid)}")
        return result

    def json(self, *args):
        return json.loads(self.run(*args, "-f", "json").out or "null") or []

    def lines(self, *args):
        return json_lines(self.run(*args, "-f", "jsonl"))


def numbers(registers):
    """{name: value} of a snapshot's registers; None where there is none."""
    return {reg["name"]: None if reg["bytes"] is None
            else int.from_bytes(bytes.fromhex(reg["bytes"]), "little") for reg in registers}


def changed(record):
    return numbers(record["changed"])


# ---------------------------------------------------- a program that runs already

def check_threads(session):
    """The vCPUs are the threads that the kernel has; their indexes by thread id."""
    place = f"{session.stub.name} vcpus"
    vcpus = session.json("vcpus")
    tids = {int(vcpu["thread"].rpartition(".")[2].lstrip("p"), 16): vcpu["vcpu"] for vcpu in vcpus}
    equal(sorted(tids), threads(session.program.pid), place)
    return tids


def with_parts(raw):
    """lldb-server serves parts of registers too, and wholes of what gdb has in parts."""
    found = {"rflags": raw["eflags"], **raw}
    names = {f"r{i}": (f"r{i}d", f"r{i}w", f"r{i}l") for i in range(8, 16)}
    names.update({f"r{x}x": (f"e{x}x", f"{x}x", f"{x}l") for x in "abcd"})
    names.update({f"r{x}": (f"e{x}", x, f"{x}l") for x in ("si", "di", "bp", "sp")})
    for whole, parts in names.items():
        found.update({part: raw[whole] & (1 << bits) - 1 for part, bits in zip(parts, (32, 16, 8))})
    found.update({f"{x}h": raw[f"r{x}x"] >> 8 & 255 for x in "abcd"})
    found.update({f"mm{i}": raw[f"st{i}"] & (1 << 64) - 1 for i in range(8)})
    found.update({f"ymm{i}": raw[f"ymm{i}h"] << 128 | raw[f"xmm{i}"] for i in range(16)
                  if f"ymm{i}h" in raw})
    return found


def not_the_threads(stub, program):
    """Returns a function of a register's name: whether the stub's value of it belongs to no
    thread."""
    if stub.name != "gdbserver":
        return lambda name: False
    return libxstate.leftovers(stub.programs[0], program.pid)


def check_dump(session):
    """The dump has the registers that `list` has, the values that libprogram.py puts into
    them, and gdb's values in all registers that do not move."""
    name = session.stub.name
    listed = session.json("list", "-c", "all")
    vcpus = session.json("dump")["targets"][0]["vcpus"]
    judged = libprogram.by_gdb(session.program.pid)
    nobodys = not_the_threads(session.stub, session.program)
    compared, unavailable, left, foreign = 0, 0, set(), 0
    for vcpu, names in zip(vcpus, listed):
        place = f"{name} vCPU {vcpu['vcpu']}"
        equal([reg["name"] for reg in vcpu["registers"]],
              [reg["name"] for reg in names["registers"]], f"{place} list")
        tid = int(vcpu["thread"].rpartition(".")[2].lstrip("p"), 16)
        got = numbers(vcpu["registers"])
        n = 1 + threads(session.program.pid).index(tid)
        for register, value in facts(n).items() if n > 1 else ():
            equal(got.get(register), value, f"{place} {register}")
        expected = with_parts(judged[tid])
        for register, value in got.items():
            unavailable += value is None
            if nobodys(register):
                foreign += 1
            elif register in expected and not (n > 1 and register in MOVING):
                compared += 1
                equal(value, expected[register], f"{place} {register} as gdb has it")
            elif register not in MOVING:
                left.add(register)
    check(compared >= 3 * 60, f"{name} dump", f"only {compared} values could be compared")
    say(f"{name:11} {sum(len(v['registers']) for v in vcpus)} registers of {len(vcpus)} threads, "
        f"{compared} as gdb has them without a stub, {unavailable} unavailable"
        + (f"; {foreign} are the stub's leftovers" if foreign else "")
        + (f"; gdb has no {' '.join(sorted(left))}" if left else ""))


def check_steps(session, vcpu, address):
    """Step through a worker's loop."""
    place = f"{session.stub.name} steps"
    records = session.lines("trace", "-n", "9", "--all", "-c", str(vcpu), "rip", "r14")
    places = [address + sum(SPIN_BYTES[:i]) for i in range(len(SPIN_BYTES))]
    at, count = None, None
    for record in records:
        values = changed(record)
        if at is None:
            at = places.index(values["rip"]) if values["rip"] in places else -1
            if not check(at >= 0, place, f"it is at {values['rip']:#x}"):
                return
            count = values["r14"]
        else:
            count += at == 0
            at = (at + 1) % len(places)
        equal((values["rip"], values["r14"]), (places[at], count), f"{place}: {record['step']}")
    equal(len(records), 10, place)


def check_hits(session, workers, places):
    """Each hit is reported for the worker whose loop has the breakpoint."""
    place = f"{session.stub.name} {len(places)} breakpoints"
    breaks = [word for address in places for word in ("--break", f"{address:#x}")]
    records = session.lines("trace", *breaks, "-n", "6", "rip", "rbx")
    equal([record["reason"] for record in records], ["start"] * 3 + ["breakpoint"] * 6, place)
    state = {}
    for record in records:
        now = state.setdefault(record["vcpu"], {})
        now.update(changed(record))
        if record["reason"] == "breakpoint":
            n = next((n for n, vcpu in workers.items() if vcpu == record["vcpu"]), None)
            equal(now, {"rip": places[n - 2] if n else None, "rbx": n}, f"{place}: where it stops")


def check_breakpoints(session, workers, binary):
    """Breakpoints in the workers' loops.

    lldb-server 14 has only one: if two threads come to breakpoints at once, it may leave the
    program stopped by SIGSTOP when a client detaches, also for lldb.
    """
    addresses = [binary.address["spin2"], binary.address["spin3"]]
    check_hits(session, workers, addresses[:1])
    if session.stub.name != "lldb-server":
        check_hits(session, workers, addresses)
    (*_, last) = session.lines("trace", "--until", f"{addresses[0]:#x}", "-n", "20", "-c",
                               str(workers[2]), "rip")
    equal((last["reason"], changed(last).get("rip")), ("until", addresses[0]),
          f"{session.stub.name}: until")


def check_watch(session, vcpu):
    """The program runs between samples: its counter grows."""
    place = f"{session.stub.name} watch"
    counts = []
    for _ in range(20):
        records = session.lines("watch", "-n", "5", "-i", "0.05", "-c", str(vcpu), "r14")
        equal(len(records), 5, place)
        counts += [value for record in records for value in changed(record).values()]
        if counts and counts[-1] > counts[0]:
            break
    check(counts == sorted(counts) and counts[-1] > counts[0], place, counts)


def check_write(session, workers):
    """gdb reads the values that were written. A value in r13 ends a worker."""
    name, pid = session.stub.name, session.program.pid
    vcpu, tid = workers[3], threads(pid)[2]
    wanted = {"rbp": 0x1020304050607080, "xmm5": 0xffeeddccbbaa99887766554433221100}
    session.run("write", "-c", str(vcpu), *(f"{reg}={value:#x}" if value < 1 << 64 else
                                            f"{reg}=hex:{value.to_bytes(16, 'little').hex()}"
                                            for reg, value in wanted.items()))
    judged = libprogram.by_gdb(pid)[tid]
    equal({reg: judged[reg] for reg in wanted}, wanted, f"{name} write")
    session.run("write", "-c", str(vcpu), "r13=40")
    check(poll(lambda: len(threads(pid)) == 2, LONG_S), f"{name} write", "no thread ended")
    left = check_threads(session)
    with session.server() as server:
        result = run("write", "-c", str(left[threads(pid)[-1]]), "r13=2", "-t", server.address)
        check(result.status == DONE, f"{name} the last write", result)
    equal(session.program.process.wait(LONG_S), 42, f"{name} write: the program's status")


def check_running(stub, binary):
    """All commands, one after the other, on a program that goes on."""
    with libprogram.Program(binary) as program:
        session = Session(stub, program)
        tids = check_threads(session)
        workers = {n: tids[tid] for n, tid in enumerate(threads(program.pid), 1) if n > 1}
        check_dump(session)
        check_steps(session, workers[2], binary.address["spin2"])
        check_breakpoints(session, workers, binary)
        check_watch(session, workers[2])
        check_write(session, workers)
    say(f"{stub.name:11} attached to a program: steps, breakpoints, watching, writing, its own end")


# ----------------------------------------------- a program that the stub has started

def check_started(stub, binary):
    """Run from the first instruction to a breakpoint. Then the program goes on by itself.

    Before that, a new thread comes to another breakpoint. It is not mistaken for the
    first thread, and goes on.
    """
    name = f"{stub.name} started"
    if os.path.exists(binary.ready):
        os.unlink(binary.ready)
    with stub.on(stub.started, [binary.path]) as server:
        # qemu-user (7.2) stops only the thread that comes to a breakpoint. While the tool
        # steps that thread with the breakpoints removed, the first thread may run past the
        # gate, and the trace would wait for ever.
        places = ("gate",) if stub.name == "qemu-user" else ("begin2", "gate")
        breaks = [word for place in places
                  for word in ("--break", f"{binary.address[place]:#x}")]
        result = run("trace", *breaks, "-n", "1", "--all", "-f", "jsonl", "-t", server.address)
        check(result.status == DONE, name, result)
        if "begin2" in places:
            check("started during the trace" in result.err, name, result)
        start, *hits = json_lines(result)
        equal(changed(start)["rip"], binary.address["_start"], f"{name}: where it begins")
        equal([(hit["vcpu"], hit["reason"]) for hit in hits], [(0, "breakpoint")], name)
        expected = {**facts(1), "rip": binary.address["gate"]}
        for hit in hits:
            equal({reg: changed(hit)[reg] for reg in expected}, expected, f"{name}: at the gate")
        check(poll(lambda: os.path.exists(binary.ready), LONG_S), f"{name}: it goes on",
              server.text())
        end_left_over(binary)
    say(f"{stub.name:11} from the start to a breakpoint, {len(changed(start))} registers; it goes "
        "on")


def end_left_over(binary):
    """End a program that a stub has started and left."""
    for path in glob.glob("/proc/[0-9]*/exe"):
        try:
            if os.readlink(path) == binary.path:
                os.kill(int(path.split("/")[2]), 9)
        except OSError:
            pass


def check_end(stub, binary):
    """A program that ends before the next hit: the trace is whole and says how it ended."""
    name = f"{stub.name} end"
    with stub.on(stub.started, [binary.path, "quick"]) as server:
        result = run("trace", "--break", f"{binary.address['gate']:#x}", "-n", "5", "rip", "-f",
                     "jsonl", "-t", server.address)
        # The program ended before the fifth hit.
        check(result.status == libtest.DIFFERENT, name, result)
        records = json_lines(result)
        equal([record["reason"] for record in records], ["start", "breakpoint", "exited 7"], name)
        check("exited 7" in result.err, name, result.err)
    say(f"{stub.name:11} a program that ends: {result.err.strip().rpartition(': ')[2]}")


# ----------------------------------------------------------- what only some can do

def check_halt(binary):
    """gdbserver waits for the next client, and the program with it, as --on-exit has it.
    gdb is the next."""
    stub = FOR_PROGRAMS["gdbserver"]
    with libprogram.Program(binary) as program:
        nobodys = not_the_threads(stub, program)
        with Session(stub, program).server() as server:
            address = ("-t", server.address, "--on-exit")
            for command in ("vcpus", "dump"):
                got = run_json(command, *address, "halt")
                equal(states(program.pid), {"t"}, f"halt, after {command}")
            judged = libjudge.ask(ForJudge(server))
            compared = 0
            for vcpu in got["targets"][0]["vcpus"] if got else ():
                thread = "p" + ".".join(f"{int(part, 16):x}"
                                        for part in vcpu["thread"].lstrip("p").split("."))
                names = judged["names"][thread]
                theirs = {names[number]: value
                          for number, value in judged["threads"][thread].items()}
                for reg in vcpu["registers"]:
                    if nobodys(reg["name"]):
                        continue
                    compared += 1
                    equal(reg["bytes"], theirs.get(reg["name"]), f"halt {thread} {reg['name']}")
            check(compared >= 3 * 60, "halt", f"{compared} values compared")
            equal(states(program.pid), {"t"}, "halt, after gdb")
            equal(run("vcpus", *address, "resume").status, DONE, "resume")
            check(poll(lambda: goes_on(program.pid), LONG_S), "resume", states(program.pid))
    say(f"gdbserver   halted for the next client; {compared} values as gdb has them by the same "
        "stub")


class Valgrind:
    """valgrind's stub, that vgdb brings on a pipe."""

    name = "valgrind"
    # Its registers are exact at the end of a block only, unless it is told.
    under = ("valgrind", "-q", "--tool=none", "--vgdb=yes",
             "--vex-iropt-register-updates=allregs-at-each-insn")


class Piped(Session):
    def run(self, *args, status=DONE):
        result = run(*args, *PATIENT, "--", "vgdb", f"--pid={self.program.pid}")
        check(result.status == status, f"valgrind {' '.join(args)}", result)
        return result


def check_valgrind(binary):
    """Without steps: valgrind (3.19) steps the thread whose turn it is, not the one it
    is asked for."""
    with libprogram.Program(binary, Valgrind.under) as program:
        session = Piped(Valgrind, program)
        tids = check_threads(session)
        workers = {n: tids[tid] for n, tid in enumerate(threads(program.pid), 1) if n > 1}
        vcpus = session.json("dump")["targets"][0]["vcpus"]
        for n, index in workers.items():
            got = numbers(vcpus[index]["registers"])
            equal({name: got.get(name) for name in facts(n)}, facts(n), f"valgrind worker {n}")
        check_hits(session, workers, [binary.address["spin2"]])
        check_watch(session, workers[2])
        for n in (3, 2):
            session.run("write", "-c", str(workers[n]), f"r13={n}")
        equal(program.process.wait(LONG_S), 5, "valgrind write: the program's status")
    say(f"valgrind    {sum(len(v['registers']) for v in vcpus)} registers of {len(vcpus)} threads, "
        "breakpoints, watching, writing, its own end")


class ForJudge:
    """The attributes of a machine that libjudge.py uses."""

    def __init__(self, server):
        self.target = qemu.target("x86_64")
        self.gdb_address = server.gdb_address()


def check_second_client(stub, binary):
    """The stub serves another client: the tool says so, and that client is not disturbed."""
    place = f"{stub.name} second client"
    with libprogram.Program(binary) as program, Session(stub, program).server() as server:
        with Rsp(server.connection()) as first:
            first.hello()
            result = run("vcpus", "-t", server.address, "--timeout", "1")
            equal(result.status, NO_CONNECTION, place)
            one_message(result, place)
            first.text("qC")
            equal(states(program.pid), {"t"}, f"{place}: the first one's program")
            first.ask("D" if stub.name == "lldb-server" else f"D;{program.pid:x}")
        check(poll(lambda: goes_on(program.pid), LONG_S), place, states(program.pid))
    say(f"{stub.name:11} second client: {result.err.strip()}")


# --------------------------------------------------------------------------- main

def parts(binary):
    found = {}
    for stub in FOR_PROGRAMS.values():
        if libtest.absent(stub):
            continue
        found[f"start-{stub.name}"] = lambda stub=stub: check_started(stub, binary)
        found[f"end-{stub.name}"] = lambda stub=stub: check_end(stub, binary)
        if stub.attached:
            found[f"run-{stub.name}"] = lambda stub=stub: check_running(stub, binary)
            found[f"second-{stub.name}"] = lambda stub=stub: check_second_client(stub, binary)
    if shutil.which("vgdb"):
        found["valgrind"] = lambda: check_valgrind(binary)
    else:
        say("valgrind    not tried: it is not installed")
    if not FOR_PROGRAMS["gdbserver"].missing():
        found["halt"] = lambda: check_halt(binary)
        found["quiet"] = lambda: check_quiet(binary)
    return found


def check_quiet(binary):
    """A gdbserver that is started by the tool prints its greeting, and nothing at the end."""
    for command in ("dump", "watch -n 2 -i 0.1"):
        result = run(*command.split(), "--", "gdbserver", "-", binary.path)
        equal(result.status, DONE, f"quiet {command}")
        lines = result.err.splitlines()
        check(len(lines) < 10, f"quiet {command}", f"{len(lines)} lines on stderr, the last {lines[-1:]}")


def main():
    libtest.need(libjudge.GDB or "gdb-multiarch")
    if os.uname().machine != "x86_64":
        libtest.skip("the program is one for x86_64")
    if not libprogram.compiler():
        libtest.skip("no C compiler is installed")
    with tempfile.TemporaryDirectory(prefix="gdbregs-real.") as directory:
        binary = libprogram.Binary(directory)
        found = parts(binary)
        if not found:
            libtest.skip("neither gdbserver nor lldb-server nor qemu-x86_64 is installed")
        for name in libtest.selected(list(found)):
            before = libtest.checks
            found[name]()
            say(f"    {name}: {libtest.checks - before} checks")
        end_left_over(binary)
    libtest.finish("otherstubs")


main()
