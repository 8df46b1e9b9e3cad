#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 120
"""Stubs that are slow on purpose: each byte comes just before a deadline, and each reply is as
small as possible. Connecting has a deadline, and so has each command with --within."""
import time

from hostile import DIFFERENT, NO_CONNECTION, SECONDS_MOST, Stub, Run, check, equal, main, packet, test

# A reply may take TIMEOUT_S. Each takes PAUSE_S, and waiting for all replies would take minutes.
TIMEOUT_S, PAUSE_S = 2, 0.2
XML = b"<target><feature name='f'>" + b"".join(
    b"<reg name='r%d' bitsize='8'/>" % n for n in range(1000)) + b"</feature></target>"
DOCUMENTS = {"target.xml": XML}
# There is no pipelining, so that each register takes a round trip.
SERIAL = {"qSupported": "PacketSize=1000;qXfer:features:read+", "qqemu": "", "vCont?": "vCont;c;s;C;S",
          "vCont": "T05thread:1;", "qfThreadInfo": "m1", "?": "T05thread:1;", "P": "OK"}


class Slow(Stub):
    """Begins each reply to such a request after PAUSE_S. `before` is sent first, ten times as
    often."""

    remembers = False

    def __init__(self, requests, answers, before=b""):
        self.slow, self.before = requests, before
        super().__init__(answers, DOCUMENTS)

    def reply(self, sock, request):
        if request.startswith(self.slow):
            for _ in range(10):
                time.sleep(PAUSE_S / 10)
                sock.sendall(self.before)
        super().reply(sock, request)


def byte_by_byte(request):
    """Sends the description in packets of one byte."""
    off = int(request.split(":")[-1].split(",")[0], 16)
    return b"m" + XML[off:off + 1]


def took(result, least_s):
    """The command takes at least that time, and ends for its own reason. check() has the maximum."""
    assert least_s <= result.seconds < SECONDS_MOST, f"not between {least_s} and {SECONDS_MOST} s: {result}"


def run(stub, *args):
    return Run(*args, "--timeout", TIMEOUT_S, "-t", stub.target, limit_s=60)


@test
def connecting_has_a_deadline(_):
    notification = b"%" + packet("Stop:T05thread:1;")[1:]
    for before in (b"", notification, packet("O41"), b"+"):
        with Slow("qXfer", {**SERIAL, "qXfer": byte_by_byte}, before) as stub:
            result = check(run(stub, "list", "--connect-deadline", 1.5), NO_CONNECTION, "raise --connect-deadline")
        took(result, 1.5)


@test
def waiting_does_not_count(_):
    """The deadline counts from the first answer of the stub; the time of --wait comes before it."""
    class Late(Stub):
        def talk(self, sock):
            time.sleep(1)
            super().talk(sock)
    with Late({}, DOCUMENTS) as stub:
        equal(run(stub, "list", "--connect-deadline", 0.5, "--wait=20").status, 0)


@test
def each_command_ends_in_time(_):
    for command in ("read", "dump -j", "write r0=1 r1=1 r2=1 r3=1 r4=1 r5=1 r6=1 r7=1"):
        with Slow(("p", "P"), SERIAL) as stub:
            result = run(stub, *command.split(), "--within", 1)
        check(result, NO_CONNECTION, "--within")
        took(result, 1)
    with Slow("qC", {**SERIAL, "qC": "QC1"}) as stub:
        result = run(stub, "packet", "--within", 0.5, *["qC"] * 10)
    check(result, NO_CONNECTION, "--within")
    took(result, 0.5)


@test
def commands_that_let_the_guest_run_end_in_time(_):
    """After --within they read the guest once more. That has a deadline, too."""
    for command in ("trace -n 1000", "expect r0==77 -i 0.1"):
        with Slow("p", SERIAL) as stub:
            result = run(stub, *command.split(), "--within", 1)
        equal(result.status, NO_CONNECTION, repr(result))
        assert b"--within" in result.err, result
        took(result, 1)
    # A fast stub gives a result.
    with Stub(SERIAL, DOCUMENTS) as stub:
        result = run(stub, "trace", "--until", "r0==77", "--within", 0.5)
    equal(result.status, DIFFERENT, repr(result))


if __name__ == "__main__":
    main()
