#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 1200
"""Stubs that use up every default limit. Each command uses at most 256 MiB."""
import itertools
import os
import shutil

from hostile import BAD_STUB, Measured, Run, Stub, check, main, packet, test

MOST_MIB = 256
FLOOD_MIB = 40

COMMANDS = (
    "vcpus", "list", "list -f csv", "list -j", "read", "read -c all -j", "dump", "dump -j", "dump -f jsonl",
    "dump -f csv", "diff SNAPSHOT", "diff SNAPSHOT -f csv", "xml", "xml --raw RAW", "where", "where -c all",
    "watch -n 2", "watch -n 2 -f jsonl", "watch -n 2 -f csv", "trace -n 2", "trace -n 2 --all",
    "trace -n 2 -f jsonl", "trace -n 2 -f csv", "trace -n 2 -f vcd", "expect r1==99 --now --endian little",
    "write r1=hex:01", "monitor help", "packet g", "packet g g g g")


def try_commands(directory, commands, answers, documents):
    """Print the memory of each command, and the largest."""
    most = 0
    snapshot, raw = os.path.join(directory, "snapshot"), os.path.join(directory, "raw")
    with open(snapshot, "w", encoding="ascii") as file:
        file.write('{"target":"t","vcpu":0,"name":"r1","feature":"f","bytes":"55"}\n')
    for command in commands:
        shutil.rmtree(raw, ignore_errors=True)
        words = command.replace("SNAPSHOT", snapshot).replace("RAW", raw).split()
        with Stub(answers, documents) as stub:
            result = Measured(*words, "--timeout", 60, "-t", stub.target, limit_s=300)
        print(f"  {command:40} status {result.status}, {result.cpu_seconds:5.1f} s, {result.rss_mib:4.0f} MiB")
        assert result.status >= 0, result
        assert result.rss_mib < MOST_MIB, result
        most = max(most, result.rss_mib)
    print(f"  at most {most:.0f} MiB", flush=True)


@test
def long_names(directory):
    """The maximum number of registers, in a feature with the longest name."""
    registers = "".join(f"<reg name='r{n}' bitsize='8'/>" for n in range(131_072))
    text = f"<target><feature name='{'f' * 1024}'>{registers}</feature></target>"
    try_commands(directory, COMMANDS, {"p": "E01", "vCont": "T05thread:p01.01;"}, {"target.xml": text.encode()})


# The stub, which answers a million requests, takes most of the time: the others take no more
# ("read -c all", "dump", "dump -f csv": 53 MiB).
SOME = ("vcpus", "list -j", "dump -j", "watch -c all -n 1 -f jsonl", "trace -n 1 -f vcd -c 0-255", "where",
        "diff SNAPSHOT")


def vcpus(count):
    """Returns the replies of a stub with so many vCPUs, 50 in each reply."""
    lists = [",".join(f"p1.{n + 1:x}" for n in range(first, min(first + 50, count)))
             for first in range(0, count, 50)]
    left = iter(lists[1:])
    return {"qfThreadInfo": "m" + lists[0], "Hg": "OK", "?": "T05thread:p1.1;", "vCont": "T05thread:p1.1;",
            "qsThreadInfo": lambda _: "m" + rest if (rest := next(left, "")) else "l"}


def feature_of(count, bits=8):
    registers = "".join(f"<reg name='r{n}' bitsize='{bits}'/>" for n in range(count))
    return {"target.xml": f"<target><feature name='{'f' * 1024}'>{registers}</feature></target>".encode()}


@test
def registers_of_many_vcpus(directory):
    """The maximum number of registers of all vCPUs together, without values; and one more."""
    for command in SOME:
        try_commands(directory, [command], {**vcpus(256), "p": "E01"}, feature_of(4096))
    with Stub({**vcpus(1500), "p": "E01"}, feature_of(131_072)) as stub:
        result = Run("dump", "--timeout", 60, "-t", stub.target)
    check(result, BAD_STUB, "max_session_registers", rss_mib=MOST_MIB)


@test
def long_values(directory):
    """Registers of 8 bits whose values have 64 KiB."""
    for answer in ({"p": "00" * 65536}, {"p": "", "g": "00" * 500_000}):
        try_commands(directory, ("read", "dump -j", "dump -f csv", "watch -n 1 -f jsonl", "trace -n 1 -f vcd",
                                  "diff SNAPSHOT"), {**answer, "vCont": "T05thread:p01.01;"}, feature_of(4096, 8))


@test
def long_thread_ids(_):
    """A megabyte of zeros, in run lengths of a few bytes each."""
    long = b"m" + b"0*~" * 10_000 + b"1"
    wire = b"+$" + long + b"#%02x" % (sum(long) & 0xff)
    with Stub({"qfThreadInfo": (wire,), "qsThreadInfo": (wire,)}, feature_of(4)) as stub:
        result = Run("vcpus", "-t", stub.target)
    check(result, BAD_STUB, "max_name_bytes", rss_mib=MOST_MIB)


@test
def description_of_each_process(_):
    """256 processes, each with its own description of 15 MB."""
    text = b"<target>" + b" " * 15_000_000 + b"</target>"
    lists = "m" + ",".join(f"p{n + 1:x}.1" for n in range(200))
    with Stub({"qfThreadInfo": lists, "?": "T05thread:p1.1;"}, {"target.xml": text}) as stub:
        result = Run("list", "--timeout", 60, "-t", stub.target)
    check(result, BAD_STUB, "max_description_bytes", rss_mib=MOST_MIB)


@test
def wires_of_many_vcpus(directory):
    """Neither the names of all wires nor the digits of all changed values are kept in memory."""
    names = "".join(f"<reg name='{f'r{n}_'.ljust(1000, 'x')}' bitsize='8'/>" for n in range(4096))
    xml = {"target.xml": f"<target><feature name='f'>{names}</feature></target>".encode()}
    command = "trace -n 1 -f vcd -c 0-63"
    for more in ("", f" -o {directory}/vcd --gtkw {directory}/gtkw"):
        try_commands(directory, [command + more], {**vcpus(64), "p": "E01"}, xml)
    assert os.path.getsize(f"{directory}/gtkw") < 10 << 20
    values = itertools.cycle(["ff" * 8192] * 4095 + ["ee" * 8192])
    try_commands(directory, ["trace -n 2 --all -f vcd"], {"p": lambda _: next(values), "vCont": "T05thread:p01.01;"},
                 feature_of(4096, 65536))


@test
def long_replies(_):
    """Replies are kept until all have arrived."""
    for form in ("text", "csv", "jsonl"):
        with Stub({"qC": b"\x01" * 1_000_000}, feature_of(4)) as stub:
            result = Measured("packet", "-f", form, *["qC"] * 100, "-t", stub.target)
        print(f"  packet -f {form}: {result.rss_mib:.0f} MiB")
        assert result.status == BAD_STUB and b"together" in result.err, result
        assert result.rss_mib < MOST_MIB, result


class Flood(Stub):
    """The stub replies to such a request with endless console output, and does not read any more."""

    remembers = False

    def __init__(self, at, answers, documents):
        self.at = at
        super().__init__(answers, documents)

    def reply(self, sock, request):
        if not request.startswith(self.at):
            super().reply(sock, request)
            return
        sock.sendall(b"+")
        while True:
            sock.sendall(packet("O41") * 10_000)


@test
def console_output_without_end(_):
    """The number of acknowledgements that wait to be written has a limit."""
    answers = {"qSupported": "PacketSize=1000;qXfer:features:read+", "qqemu": "", "p": "00",
               "vCont": "T05thread:p01.01;", "vCont?": "vCont;c;s;C;S"}
    for at in ("qSupported", "?", "qXfer", "p", "vCont;", "qfThreadInfo"):
        with Flood(at, answers, feature_of(4)) as stub:
            result = Measured("trace", "-n", 3, "--timeout", 30, "-t", stub.target)
        assert result.status == BAD_STUB and b"does not read" in result.err, result
        assert result.rss_mib < FLOOD_MIB, result
    # To QEMU, acknowledgements are not sent alone, and its console output is collected.
    with Flood("qRcmd," + b"help".hex(), {}, feature_of(4)) as stub:
        result = Measured("monitor", "help", "--timeout", 30, "-t", stub.target)
    assert result.status == BAD_STUB and b"max_packet_bytes" in result.err, result
    assert result.rss_mib < FLOOD_MIB, result


if __name__ == "__main__":
    main()
