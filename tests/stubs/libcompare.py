# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares a machine's registers as three clients read them: gdbregs-cli, gdb, and the serial
client of rsp.py with Python's XML parser."""
import libjudge
import libxml
from libtest import check, equal, run_json
from rsp import Rsp, canonical

# gdb takes a register's size from its type, and QEMU 7.2 gives the SVE
# predicates a type of eight times their bitsize: what gdb shows beyond the
# reply is memory of its own. Only the bytes of the reply are compared.
OVERSIZED_IN_GDB = {f"p{i}" for i in range(16)} | {"ffr"}

# Types whose value is one number; "value" is expected there.
SCALARS = {"int", "bool", "code_ptr", "data_ptr", *(f"{sign}int{bits}" for sign in ("", "u")
                                                    for bits in (8, 16, 32, 64, 128))}


class Vcpu:
    """A vCPU as the serial client reads it: the description and every register's bytes."""

    def __init__(self, thread, description, values):
        self.thread = thread
        self.description = description
        self.registers = description.registers
        self.values = values


def survey(machine, clusters=False):
    """Read every vCPU, one request at a time. The guest is left as it was."""
    vcpus = []
    with Rsp(machine.socket_address) as rsp:
        rsp.hello()
        if clusters:
            rsp.attach_clusters()
        for thread in rsp.threads():
            rsp.select(thread)
            description = libxml.read(rsp)
            values = {reg.number: rsp.register(reg.number) for reg in description.registers}
            vcpus.append(Vcpu(thread, description, values))
    return vcpus


def compare_list(machine, vcpus):
    """Names, features, sizes, types, groups and order are the description's."""
    place = f"{machine.target.name} list"
    listed = run_json("list", "-t", machine.address, "-c", "all", "--on-exit", "halt")
    if listed is None or not equal([entry["vcpu"] for entry in listed],
                                   list(range(len(vcpus))), place):
        return
    for entry, vcpu in zip(listed, vcpus):
        got = [(reg["name"], reg["feature"], reg["bits"], reg["type"], reg["group"])
               for reg in entry["registers"]]
        expected = [(reg.name, reg.feature, reg.bits, reg.type, reg.group)
                    for reg in vcpu.registers]
        equal(len(got), len(expected), f"{place}: number of registers of vCPU {entry['vcpu']}")
        for one, other in zip(got, expected):
            equal(one, other, f"{place} vCPU {entry['vcpu']}")


def compare_vcpus(machine, vcpus):
    place = f"{machine.target.name} vcpus"
    got = run_json("vcpus", "-t", machine.address, "--on-exit", "halt")
    if got is None:
        return
    equal([(entry["vcpu"], canonical(entry["thread"]), entry["architecture"], entry["registers"])
           for entry in got],
          [(index, vcpu.thread, vcpu.description.architecture, len(vcpu.registers))
           for index, vcpu in enumerate(vcpus)], place)


def same_as_gdb(got, judged):
    """gdb takes a register's size from the description. Beyond the end of the reply it
    shows its own memory, and it cuts a longer reply: both have as much in common."""
    if not got or not judged:
        return got == judged
    return judged.startswith(got) or got.startswith(judged)


def compare_value(place, register, entry, order):
    """Check that the number of a value consists of its bytes."""
    if entry["bytes"] is None:
        check(entry.get("error"), place, f"{register.name} has neither bytes nor error")
        return
    value = entry.get("value")
    if value is None:
        check(order is None or register.type not in SCALARS, place,
              f"{register.name} lacks a value")
        return
    if check(order, place, f"{register.name} has a value, but no byte order is given"):
        equal(int(value, 0), int.from_bytes(bytes.fromhex(entry["bytes"]), order),
              f"{place} value of {register.name}")


def compare_registers(place, got, vcpu, judged, volatile, order):
    """The registers of a vCPU in a snapshot; returns (compared, unavailable, presence only)."""
    equal([(entry["name"], entry["feature"], entry["bits"], entry["type"]) for entry in got],
          [(reg.name, reg.feature, reg.bits, reg.type) for reg in vcpu.registers],
          f"{place} registers")
    known = sum(str(reg.number) in judged for reg in vcpu.registers)
    if not check(known, f"{place} gdb", f"it has none of the {len(vcpu.registers)} registers"):
        return 0, 0, 0
    # gdb does not have the number of a register that no number reads.
    unknown = None if vcpu.description.renumbered else "gdb does not know it"
    compared, unavailable, present = 0, 0, 0
    for register, entry in zip(vcpu.registers, got):
        gdb_says = judged.get(str(register.number), unknown)
        compare_value(place, register, entry, order)
        if register.name in volatile:
            present += 1
            equal([bool(entry["bytes"]), bool(gdb_says)], [bool(vcpu.values[register.number])] * 2,
                  f"{place} {register.name}: there for us and for gdb")
            continue
        check(same_as_gdb(entry["bytes"], gdb_says), f"{place} gdb",
              f"{register.name}: {entry['bytes']}, gdb has {gdb_says}")
        equal(entry["bytes"], vcpu.values[register.number], f"{place} {register.name} serial")
        compared += 1
        unavailable += entry["bytes"] is None
    return compared, unavailable, present


def compare_names_of_gdb(place, vcpu, names):
    """gdb's own reading of the description: numbers and names agree with ours.

    It writes '' where it hides a register, as it does with halves of vectors. It believes
    in numbers that are wrong.
    """
    if vcpu.description.renumbered:
        return
    for register in vcpu.registers:
        name = names.get(str(register.number))
        if name not in (None, "''"):
            equal(name, register.name, f"{place} gdb's name of number {register.number}")


def compare_dump(machine, vcpus, clusters=1):
    """Every byte of every register of every vCPU; returns a line about it, and the dump."""
    target = machine.target
    manner = libjudge.MANNERS[target.name]
    numbers = sorted({reg.number for vcpu in vcpus for reg in vcpu.registers})
    judged = libjudge.ask(machine, clusters=clusters, numbers=numbers)
    dump = run_json("dump", "-t", machine.address, "--on-exit", "halt")
    if dump is None:
        return "no dump", None
    equal((dump["format"], dump["version"]), ("gdbregs-snapshot", 1), f"{target.name} format")
    entries = dump["targets"][0]["vcpus"]
    equal([canonical(entry["thread"]) for entry in entries], [vcpu.thread for vcpu in vcpus],
          f"{target.name} threads")
    total = [0, 0, 0]
    for entry, vcpu in zip(entries, vcpus):
        place = f"{target.name} vCPU {entry['vcpu']}"
        order = byte_order(place, target, manner, entry)
        if manner.method == "registers":
            compare_names_of_gdb(place, vcpu, judged["names"][vcpu.thread])
        counts = compare_registers(place, entry["registers"], vcpu,
                                   judged["threads"][vcpu.thread], target.volatile, order)
        total = [a + b for a, b in zip(total, counts)]
    return (f"{len(entries)} vCPUs, {total[0]} values as gdb ({manner.method}) and the serial "
            f"client read them, {total[1]} of them unavailable; {total[2]} volatile"), entries


def byte_order(place, target, manner, entry):
    """Check the snapshot's byte order. Returns it for int.from_bytes(), or None."""
    order = entry.get("byte_order")
    if order in (None, "unknown"):
        # avr's description does not name an architecture.
        check(target.name == "avr", place, "byte order unknown")
        return None
    equal(order, manner.order, f"{place} byte order")
    return order
