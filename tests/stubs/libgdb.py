# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs inside gdb-multiarch, started by libjudge.py: reads every register of every
thread and writes them down as JSON.

Question (file named by JUDGE_QUESTION): {"connect": [commands], "order", "clusters":
number of gdb processes, "method", "numbers": [stub's register numbers] for the
method "packets", "steps": how many instructions the first thread executes,
"pc_only": whether only the pc is read after each}.
Answer (file named by JUDGE_ANSWER): {"threads": {"p1.1": {"16": "f0ff…"}},
"names": {"p1.1": {"16": "rip"}}, "steps": [registers or pc after each step]}; the
bytes are in target byte order, null where gdb could not read the register.
"""
import json
import os
import re
import sys

import gdb

sys.dont_write_bytecode = True
sys.path.insert(0, os.environ["JUDGE_PATH"])

import liblisting


def quiet(command):
    return gdb.execute(command, to_string=True)


def target_bytes(text, order):
    """gdb writes raw values as numbers, the most significant digit first."""
    if text is None:
        return None
    raw = bytes.fromhex(text[2:])
    return (raw[::-1] if order == "little" else raw).hex()


def read_at_once(order):
    """All raw registers by gdb's number: the listing fetches what gdb lacks."""
    return {nr: target_bytes(value, order)
            for _, nr, value in liblisting.read(liblisting.raw_row,
                                                quiet("maint print raw-registers"))}


def read_one_by_one(thread, listing):
    """The same for a stub where an error of one register ends the listing.

    A frame has the registers in the listing's order, with pseudo registers
    among them and without those that gdb hides by giving them no name.
    """
    values = {}
    path = os.environ["JUDGE_ANSWER"] + ".value"
    registers = iter(gdb.newest_frame().architecture().registers())
    for name, nr, remote in listing:
        if name == "''":
            values[nr] = by_packets(thread, [int(remote)])[0][remote]
            continue
        register = next(r for r in registers if r.name == name)
        try:
            gdb.set_convenience_variable("judged", gdb.newest_frame().read_register(register))
            quiet(f"dump binary value {path} $judged")
        except gdb.error:
            values[nr] = None
            continue
        with open(path, "rb") as file:
            values[nr] = file.read().hex()
    return values


def by_registers(thread, order):
    """Method "registers": what gdb read its own way, per stub's register number.

    Zero-sized rows are places that gdb keeps free; pseudo registers have no
    number at the stub.
    """
    listing = liblisting.read(liblisting.remote_row, quiet("maint print remote-registers"))
    try:
        values = read_at_once(order)
    except gdb.error:
        values = read_one_by_one(thread, listing)
    answer = {remote: values[nr] for _, nr, remote in listing if nr in values}
    return answer, {remote: name for name, nr, remote in listing}


def packet(payload):
    reply = quiet("maint packet " + payload)
    return re.search(r'^received: "(.*)"$', reply, re.M | re.S).group(1)


def by_packets(thread, numbers):
    """Method "packets": make gdb send `p` itself, because it rejects the description."""
    if packet("Hg" + thread) != "OK":
        raise gdb.GdbError("Hg refused")
    # QEMU 7.2 answers `p` only once the client has asked for a description,
    # which gdb does not do when it is given one.
    packet("qXfer:features:read:target.xml:0,10")
    values = {}
    for number in numbers:
        reply = packet(f"p{number:x}")
        values[str(number)] = None if not reply or re.fullmatch("E..", reply) else reply
    return values, {}


def attach_clusters(count):
    """QEMU lists the first cluster only; the others are processes to attach to."""
    for pid in range(2, count + 1):
        quiet("add-inferior")
        quiet(f"inferior {pid}")
        quiet(f"attach {pid}")


def read_thread(name, question):
    if question["method"] == "registers":
        return by_registers(name, question["order"])
    return by_packets(name, question["numbers"])


def step(thread, question):
    """Step so many times. Returns what the question wants to know after each step."""
    states = []
    for _ in range(question["steps"]):
        quiet("stepi")
        states.append(int(gdb.parse_and_eval("(unsigned long long)$pc"))
                      if question["pc_only"] else read_thread(thread, question)[0])
    return states


def all_threads():
    for inferior in gdb.inferiors():
        for thread in sorted(inferior.threads(), key=lambda t: t.num):
            yield thread


def main():
    with open(os.environ["JUDGE_QUESTION"]) as file:
        question = json.load(file)
    for command in question["connect"]:
        quiet(command)
    attach_clusters(question["clusters"])
    answer = {"threads": {}, "names": {}}
    for thread in all_threads():
        name = f"p{thread.ptid[0]:x}.{thread.ptid[1]:x}"
        thread.switch()
        values, names = read_thread(name, question)
        answer["threads"][name] = values
        answer["names"][name] = names
    answer["steps"] = step(next(iter(answer["threads"])), question)
    with open(os.environ["JUDGE_ANSWER"], "w") as file:
        json.dump(answer, file)


try:
    main()
    status = 0
except Exception as error:  # the test prints it
    print("judge:", error, flush=True)
    status = 1
# No detaching: that would resume the guest. QEMU leaves the machine as it was
# when a connection just ends.
os._exit(status)
