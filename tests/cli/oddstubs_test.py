#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 300
"""Stubs that people have and that are unlike QEMU, one habit at a time.

Each habit was seen in a report or on a stub; gdb 13.1 reads all of these.
"""

import json
import sys
import time

sys.dont_write_bytecode = True

import clitest
from clitest import equal, one_line, run, silent_ok, test
from scriptstub import TARGET, ScriptStub, register_text


def dump(stub, *args):
    """The values of each vCPU, after a dump that said nothing on stderr."""
    out = silent_ok(run("dump", "-t", stub.target, "-f", "json", *args))
    vcpus = json.loads(out)["targets"][0]["vcpus"]
    return {vcpu["thread"]: [reg["bytes"] for reg in vcpu["registers"]] for vcpu in vcpus}


def as_served(stub):
    return {thread: [value.hex() for value in values] for thread, values in stub.values.items()}


def same(stub, *args):
    equal(dump(stub, *args), as_served(stub))


# ------------------------------------------------------------------- thread ids ---

@test
def thread_ids_are_the_stubs_own(directory):
    """kgdb's shadow CPUs, addresses of an RTOS's tasks, 0: sent back as they came."""
    for threads in (("80000000",), ("fffffffe", "fffffffd", "1"), ("0",),
                    ("80001234", "ffff888003a50000", "ffffffffffffffff"), ("0", "1")):
        stops = [f"T05thread:{threads[0].rjust(16, '0')};", "S05", "T05thread:1;"]
        for stop in stops:
            with ScriptStub(threads=threads, stop=stop) as stub:
                same(stub)
                selected = [p[2:] for p in stub.log if p.startswith("Hg")]
                assert set(selected) <= {*threads, "1"}, selected


@test
def thread_ids_of_qemu_are_sane(directory):
    """They would be sent to it, and it keeps them in an int."""
    for thread in ("80000000", "p1.80000000", "0"):
        with ScriptStub({"qqemu.Supported": "sstepbits;sstep;PhyMemMode",
                         "qfThreadInfo": "m" + thread}, stop="S05") as stub:
            one_line(run("dump", "-t", stub.target), 4, thread, "list of threads")
            assert not any(p.startswith("Hg") and thread in p for p in stub.log), stub.log


@test
def a_list_that_is_none(directory):
    """mspdebug answers qfThreadInfo with a document of XML."""
    for reply in ('<?xml version="1.0"?><threads></threads>', "1,2", "M1", "OK", "E01"):
        with ScriptStub({"qfThreadInfo": reply}, threads=(), stop="S05") as stub:
            vcpus = json.loads(silent_ok(run("dump", "-t", stub.target, "-f", "json")))
            (vcpu,) = vcpus["targets"][0]["vcpus"]
            equal([reg["bytes"] for reg in vcpu["registers"]],
                  [value.hex() for value in stub.values[None]])
    with ScriptStub({"qfThreadInfo": "m1,x"}) as stub:
        one_line(run("dump", "-t", stub.target), 4, "list of threads", "m1,x")


# -------------------------------------------------------------------- stray bytes ---

@test
def stray_bytes(directory):
    """Behind a list, a stop reply, a description."""
    for change in ({"qfThreadInfo": "m1,2l"}, {"qfThreadInfo": "m1,2,"},
                   {"qfThreadInfo": "m1,2\0"}, {"?": "S05;"}, {"?": "S05thread:1;"}):
        with ScriptStub(change, threads=("1", "2")) as stub:
            same(stub)
    xml = ScriptStub.description
    for text in (xml + "\0", xml + "\n\0\0",
                 xml.replace("<target>", '<!DOCTYPE target SYSTEM "gdb-target.dtd" []><target>')):
        with ScriptStub(description=text) as stub:
            same(stub)


@test
def declarations_are_refused(directory):
    text = ScriptStub.description.replace(
        "<target>", '<!DOCTYPE target [<!ENTITY x "y">]><target>')
    with ScriptStub(description=text) as stub:
        one_line(run("dump", "-t", stub.target), 4, "a DTD inside the document is refused")


# ------------------------------------------------------------------------- the wire ---

class TwoWrites(ScriptStub):
    """Dolphin and mGBA: `+` and the reply in two writes, Nagle's algorithm between them.

    The kernel keeps the second back until the first is acknowledged, which ours puts
    off for 40 ms.
    """

    description = TARGET.format("".join(register_text(f"r{n}") for n in range(40)))

    def nodelay(self):
        return 0

    def send(self, ack, reply):
        self.client.sendall(ack)
        self.client.sendall(reply)

    def read(self, number):
        return number.rjust(8, "0")

    def read_all(self, _):
        return ""


@test
def acknowledged_at_once(directory):
    """Half of the time that a late acknowledgement costs is a long time for a packet."""
    with TwoWrites() as stub:
        start = time.monotonic()
        values = dump(stub)
        took = time.monotonic() - start
        equal(values, {"1": [f"{n:08x}" for n in range(40)]})
        packets = len(stub.log)
    print(f"     {packets} packets in {1000 * took:.0f} ms")
    assert not sys.platform.startswith("linux") or took < packets * 0.020, took


clitest.main()
