#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 180
"""Stubs with every kind of fault, at every point of a session.

Each fault of the fake stub is tried with each kind of request, on a stub with pipelining, one
without acks and one that takes one request at a time. The tool ends soon, uses little memory
and prints one line for an error. If it succeeds, every value is right.
"""
import concurrent.futures
import csv
import html
import io
import json
import os
import pty
import subprocess
import unicodedata

from hostile import (BAD_STUB, DIFFERENT, DONE, NO_CONNECTION, NO_REGISTER, Fake, Run, Stub, check, equal,
                     is_control, main, packet, register_bytes, test)

REGISTERS, VCPUS = 12, 2
POINTS = ("qSupported*", "?", "qXfer*", "qfThreadInfo", "Hg*", "p*")
STUBS = ("--qemu10", "--qemu72", "--noack", "--serial")
TIMEOUT_S = 0.3
# A short time-out, for stubs that do not answer.
LONG_TIMEOUT_S = 30
# Replies to p that are not values.
WITHOUT_VALUE = ("xx", "empty", "error", "error-text")

# The statuses and messages with which a session with that fault may end.
SILENT = {NO_CONNECTION: ("has not answered",)}
CLOSED = {NO_CONNECTION: ("closed", "broke"), BAD_STUB: ("closed", "broke")}
LARGE = {BAD_STUB: ("max_packet_bytes",)}
DAMAGED = {DONE: (), BAD_STUB: ("damaged",), NO_CONNECTION: ("has not answered",)}
ODD_REPLY = {DONE: (), BAD_STUB: (), NO_CONNECTION: ("has not answered",), NO_REGISTER: ("has no program",)}
FAULTS = {
    **dict.fromkeys(("silence", "mute", "stall", "endless-notify", "endless-junk", "endless-ack"),
                    SILENT),
    # On a fast machine, a million acknowledgements are due before the reply is late.
    "endless-console": {**SILENT, BAD_STUB: ("max_packet_bytes",)},
    **dict.fromkeys(("close", "reset"), CLOSED),
    **dict.fromkeys(("long", "rle-bomb", "endless"), LARGE),
    **dict.fromkeys(("badsum", "badhex", "cut", "rle-first", "rle-short"), DAMAGED),
    **dict.fromkeys(("junk", "notify", "console", "doubleack"), {DONE: ()}),
    # Without acks, a stop reply that was not requested looks like a reply.
    "stale": {DONE: (), BAD_STUB: ()},
    **dict.fromkeys(("drop", "ignore", "noack", "nak", "dup", *WITHOUT_VALUE, "odd", "ok",
                     "garbage", "binary", "brace"), ODD_REPLY),
}
# Faults that change what the stub is.
CHANGED = {
    "xfer-endless": {BAD_STUB: ("max_description_bytes",)},
    "xfer-empty": {BAD_STUB: ("sends none",)},
    "xfer-halve": {DONE: ()},
    "xfer-shrink": {BAD_STUB: ("xml:1:",)},
    # The fake stub does not answer if it is asked for the name of an id that it made up.
    "threads-endless": {BAD_STUB: ("max_vcpus",), NO_CONNECTION: ("has not answered",)},
    "threads-repeat": {BAD_STUB: ("endless",)},
    "threads-comma": {DONE: ()},
}


def require_values(result, fault, holes):
    """Require that all registers of all vCPUs are right, or say that they have no value."""
    vcpus = json.loads(result.out)["targets"][0]["vcpus"]
    for vcpu in vcpus:
        equal(len(vcpu["registers"]), REGISTERS, repr(result))
        for number, register in enumerate(vcpu["registers"]):
            right = register_bytes(vcpu["vcpu"], number).hex()
            if holes and register["bytes"] is None:
                equal(register["error"], "unavailable")
            else:
                equal(register["bytes"], right, f"{fault}: {register}: {result}")


def try_fault(stub, fault, expected, holes=False):
    options = (stub, "--fault", fault, "--registers", REGISTERS, "--vcpus", VCPUS)
    # If a time-out would be an error, allow for a busy machine.
    timeout = TIMEOUT_S if "has not answered" in expected.get(NO_CONNECTION, ()) else LONG_TIMEOUT_S
    fake = Fake(*options, stderr=subprocess.DEVNULL)
    try:
        result = Run("dump", "-j", "--timeout", timeout, "-t", fake.target)
        text = f"{stub} {fault}: {result}"
        assert result.status in expected, text
        check(result, tuple(expected))
        says = expected[result.status]
        assert not says or any(part.encode() in result.err for part in says), text
        if result.status == DONE:
            require_values(result, fault, holes)
    finally:
        # A session that has failed detaches blindly.
        seen = fake.stop()
    if result.status == DONE:
        equal(seen["violations"], "0", f"a violation (--log says which): {text}")
    # The guest is never left halted, unless the stub closes the connection.
    return result.status


def try_all(cases):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        done = [pool.submit(try_fault, *case) for case in cases]
        statuses = [future.result() for future in done]
    return {status: statuses.count(status) for status in set(statuses)}


@test
def each_fault_at_each_point(_):
    cases = []
    for at, (kind, expected) in enumerate(FAULTS.items()):
        for number, point in enumerate(POINTS):
            # All stubs, for faults that depend on the stub. Slow faults have one stub each.
            chosen = [STUBS[(at + number) % 4]] if expected in (SILENT, LARGE) else STUBS[::1 + number % 2]
            holes = kind in WITHOUT_VALUE
            cases += [(stub, f"{kind}:{point}", expected, holes) for stub in chosen]
    print(len(cases), "sessions, by exit status:", try_all(cases))


@test
def each_changed_stub(_):
    cases = [(stub, kind, expected) for kind, expected in CHANGED.items() for stub in STUBS]
    print(len(cases), "sessions, by exit status:", try_all(cases))


@test
def a_reply_split_at_every_byte(_):
    for stub in STUBS:
        with Fake(stub, "--chunk", 1, "--registers", REGISTERS, "--vcpus", VCPUS) as fake:
            result = check(Run("dump", "-j", "-t", fake.target), DONE)
            require_values(result, "chunk", False)


@test
def the_connection_ends_at_every_byte(_):
    """The fake stub closes after N bytes. A session has some 2,000."""
    cases = [("--qemu10", f"close-bytes@{n}", {**CLOSED, DONE: ()}) for n in range(1, 2000, 23)]
    cases += [("--serial", f"close-bytes@{n}", {**CLOSED, DONE: ()}) for n in range(1, 1500, 41)]
    print(len(cases), "sessions, by exit status:", try_all(cases))


@test
def silence_at_every_reply(_):
    cases = [("--qemu10", f"silence@{n}", {**SILENT, DONE: ()}) for n in range(1, 50, 2)]
    print(len(cases), "sessions, by exit status:", try_all(cases))


# ------------------------------------------------------------------- by our own stub

@test
def answers_nobody_asked_for(_):
    """The stub sends a stop reply, a thread list and values before any request."""
    def greet(sock):
        sock.sendall(packet("T05thread:p01.01;") + packet("m1,2,3") + packet("00" * 8) * 50)
        sock.recv(65536)
        sock.sendall(packet("l") * 1000)
        while sock.recv(65536):
            pass
    with Stub(raw=greet) as stub:
        check(Run("dump", "--timeout", TIMEOUT_S, "-t", stub.target), NO_CONNECTION)


@test
def threads_with_absurd_ids(_):
    lists = ["m-1", "m0", "mp-1.-1", "mp0.0", "mpffffffff.1", "m" + "f" * 400, "m,,,", "mp1", "mxyz",
             "mp1.1p1.2", "m1.2", "mp1.80000000", "m" + "1," * 30000]
    for answer in lists:
        with Stub({"qfThreadInfo": answer}, {"target.xml": b"<target/>"}) as stub:
            result = Run("vcpus", "--timeout", LONG_TIMEOUT_S, "-t", stub.target)
            check(result, (DONE, BAD_STUB))
            assert not [r for r in stub.heard() if "ffffffff" in r], stub.requests


@test
def processes_without_end(_):
    """Every vAttach succeeds."""
    def attach(request):
        pid = int(request.split(";")[1], 16)
        return f"T05thread:p{pid:x}.{pid + 1:x};"
    with Stub({"vAttach": attach}, {"target.xml": b"<target/>"}) as stub:
        result = Run("vcpus", "--timeout", LONG_TIMEOUT_S, "-t", stub.target)
        check(result, (DONE, BAD_STUB))
        detached = [int(r[2:], 16) for r in stub.heard() if r.startswith("D;")]
        attached = [int(r[8:], 16) for r in stub.heard() if r.startswith("vAttach;")]
        assert set(detached) <= {1, *attached}, stub.requests
        assert max(attached) < 4096, attached


def on_terminal(*args):
    """Returns what the tool writes on a terminal without echo."""
    ours, its = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        result = Run(*args, stdout=its, env={**os.environ, "NO_COLOR": "1", "TERM": "xterm"})
        os.close(its)
        shown = b""
        try:
            while part := terminal.read(65536):
                shown += part
        except OSError:
            pass  # on Linux this means that the other end is closed
    equal(result.status, DONE, repr(result))
    return shown.replace(b"\r\n", b"\n")


EVIL = b"\x1b]0;owned\x07\x1b[31m\r\n\x9b31m\xff\xc3"
# XML does not permit the escape character, but permits C1 controls, line ends and others.
EVIL_XML = ("<target><architecture>i386\u202e\u009b31m</architecture><feature name='f&#x9b;1m&#10;'>"
            "<reg name='r&#10;x' bitsize='64' type='t&#13;\u0085'/><reg name='\u2028n' bitsize='64' "
            "group='g&#9;'/></feature></target>").encode()


@test
def names_for_a_terminal(_):
    """Names from all sources contain escape sequences, line breaks and bytes that are not UTF-8."""
    with Stub({"qThreadExtraInfo": EVIL.hex()}, {"target.xml": EVIL_XML}) as stub:
        for command in ("vcpus", "list", "read", "dump"):
            for form in ("text", "json", "jsonl", "csv"):
                args = (command, "-f", form, "--timeout", LONG_TIMEOUT_S, "-t", stub.target)
                shown = on_terminal(*args)
                assert shown and not any(map(is_control, shown)), f"{args}: {shown}"
    for answers in ({"?": b"\x1b[2J\r\x07"}, {"qXfer": b"l<a href='\x1b[2J'"},
                    {"p": b"\x1b[2J"}, {"?": b"E.\x1b[2J\x9b"}):
        with Stub(answers, {"target.xml": EVIL_XML}) as stub:
            check(Run("dump", "-t", stub.target), (BAD_STUB, NO_REGISTER))


# Texts that a spreadsheet would read as formulas, and numbers.
FORMULAS = ("=1+1", "+cmd|' /C calc'!A0", "-1+x", "@SUM(A1)", "=", "-")
NUMBERS = ("-1", "+1.5e3", "-inf", "-0x10")


@test
def tables_for_a_spreadsheet(directory):
    """A CSV file has no control characters and no formulas. Signs of numbers are kept."""
    names = [*FORMULAS, *NUMBERS, "a,=b", "\u00fc\u20ac\U0001f600", "\x9b1m", "\u0085"]
    xml = "<target><feature name='=f'>" + "".join(
        f"<reg name='{html.escape(name)}' bitsize='8' type='&#10;t'/>" for name in names) + "</feature></target>"
    shown = ["'" + name for name in FORMULAS] + [*NUMBERS, "a,=b", names[-3], "\\xc2\\x9b1m", "\\xc2\\x85"]
    with Stub({"p": "01"}, {"target.xml": xml.encode()}) as stub:
        out = check_lines(Run("list", "-f", "csv", "-t", stub.target), DONE)
    rows = list(csv.DictReader(io.StringIO(out)))
    equal([row["name"] for row in rows], shown)
    equal({(row["feature"], row["type"]) for row in rows}, {("'=f", "\\x0at")})
    for number, value in enumerate(("01", "02")):
        with Stub({"p": value}, {"target.xml": xml.encode()}) as stub:
            equal(Run("dump", "-j", "-o", os.path.join(directory, str(number)), "-t", stub.target).status, DONE)
    out = check_lines(Run("diff", "-f", "csv", *(os.path.join(directory, name) for name in "01")), DIFFERENT)
    equal([row["name"] for row in csv.DictReader(io.StringIO(out))], shown)


def check_lines(result, status):
    """Returns its output, in which only line ends are control characters."""
    equal(result.status, status, repr(result))
    text = result.out.decode()
    assert not any(unicodedata.category(c) == "Cc" for c in text if c != "\n"), text
    return text


@test
def register_of_another_size(_):
    """A value of a megabyte, and one of a byte, for a register of eight bytes."""
    xml = {"target.xml": b"<target><feature name='f'><reg name='r' bitsize='64'/></feature></target>"}
    with Stub({"p": "00" * 400000}, xml) as stub:
        result = Run("dump", "-j", "-t", stub.target)
        check(result, DONE)
        assert json.loads(result.out)["targets"][0]["vcpus"][0]["registers"][0]["bytes"] is None
    with Stub({"p": "ab"}, xml) as stub:
        result = check(Run("dump", "-j", "-t", stub.target), DONE)
        assert json.loads(result.out)["targets"][0]["vcpus"][0]["registers"][0]["bytes"] == "ab"


@test
def many_registers_to_follow(_):
    """The largest accepted description: it is not searched for each register."""
    text = "".join(f"<reg name='r{n}' bitsize='8'/>" for n in range(131_072))
    xml = {"target.xml": f"<target><feature name='f'>{text}</feature></target>".encode()}
    answers = {"?": "T05thread:p01.01;", "p": "E01", "vCont": "T05thread:p01.01;"}
    with Stub(answers, xml) as stub, open("/dev/null", "wb") as nowhere:
        result = Run("watch", "-n", "1", "--timeout", LONG_TIMEOUT_S, "-t", stub.target, stdout=nowhere)
    equal((result.status, result.err), (DONE, b""), repr(result))
    assert result.cpu_seconds < 4, result


@test
def a_target_without_vcpus(_):
    for answer in ("W00", "X09;process:1", "N", "w00;p1.1"):
        with Stub({"?": answer}, {"target.xml": b"<target/>"}) as stub:
            check(Run("dump", "--timeout", LONG_TIMEOUT_S, "-t", stub.target),
                  (DONE, BAD_STUB, NO_REGISTER))


if __name__ == "__main__":
    main()
