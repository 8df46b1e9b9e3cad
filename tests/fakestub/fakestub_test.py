#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The behaviour of the fake stub and the proxy, checked with raw sockets."""

import contextlib
import functools
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "cli"))

from clitest import (DEADLINE_S, contains, equal, free_port, read, test,  # noqa: E402
                     wait_until)
from testcase import main  # noqa: E402

BUILD = os.environ.get("BUILD", "build")
FAKE = os.path.join(BUILD, "tests", "fakestub", "fakestub")
PROXY = os.path.join(BUILD, "tests", "fakestub", "proxy")


def frame(payload):
    data = payload if isinstance(payload, bytes) else payload.encode("latin-1")
    return b"$" + data + b"#%02x" % (sum(data) & 0xFF)


def value(reg, vcpu=0, generation=0, size=8):
    return bytes((vcpu * 31 + reg * 7 + b * 13 + generation) & 0xFF for b in range(size)).hex()


class Stub:
    def __init__(self, *options, program=FAKE):
        self.process = subprocess.Popen(
            [program, *map(str, options)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.port = int(self.process.stdout.readline().split()[1])

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        out = self.process.stdout.read()
        self.status = self.process.wait(DEADLINE_S)
        self.process.stdout.close()
        return dict(re.findall(r"(\w+)=(\w+)", out))


class Client:
    def __init__(self, port, timeout=DEADLINE_S):
        self.sock = socket.create_connection(("127.0.0.1", port), timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data = b""

    def send(self, data):
        self.sock.sendall(data)

    def fill(self):
        block = self.sock.recv(65536)
        if not block:
            raise EOFError
        self.data += block

    def take(self, count):
        while len(self.data) < count:
            self.fill()
        out, self.data = self.data[:count], self.data[count:]
        return out

    def packet(self):
        """Returns the raw payload of the next packet. Acks before it are dropped."""
        while True:
            match = re.search(rb"[$]([^#]*)#([0-9a-z]{2})", self.data, re.S)
            if match:
                break
            self.fill()
        self.data = self.data[match.end() :]
        assert int(match[2], 16) == sum(match[1]) & 0xFF, match[0]
        return match[1].decode("latin-1")

    def ask(self, payload, ack=b"+"):
        self.send(frame(payload))
        reply = self.packet()
        self.send(ack)
        return reply

    def quiet(self, seconds=0.2):
        """Returns True if no more bytes arrive."""
        self.sock.settimeout(seconds)
        try:
            return not self.data and not self.sock.recv(1, socket.MSG_PEEK)
        except socket.timeout:
            return True
        finally:
            self.sock.settimeout(DEADLINE_S)

    def closed(self):
        try:
            while True:
                self.fill()
        except (EOFError, ConnectionResetError):
            return True

    def close(self):
        self.sock.close()


class Case(contextlib.ExitStack):
    """A fake stub and its clients, which end with the test."""

    def stub(self, *options):
        self.fake = Stub(*options)
        self.callback(self.fake.process.stdout.close)
        self.callback(self.fake.process.wait)
        self.callback(self.fake.process.kill)
        return self.client()

    def client(self):
        client = Client(self.fake.port)
        self.callback(client.close)
        return client

    def end(self, violations=0):
        summary = self.fake.end()
        equal(int(summary["violations"]), violations, summary)
        equal(self.fake.status, 1 if violations else 0)
        return summary

    def open(self, *options):
        """A QEMU that has answered qSupported."""
        c = self.stub(*options)
        contains(c.ask("qSupported:multiprocess+"), "multiprocess+")
        return c

    def fault(self, kind, *options):
        return self.stub("--noack", "--fault", kind, *options)

    def proxy(self, *options, port=None):
        to = "127.0.0.1:%d" % (port or self.fake.port)
        proxy = Stub("--listen", 0, "--to", to, *options, program=PROXY)
        self.callback(proxy.process.stdout.close)
        self.callback(proxy.process.wait)
        self.callback(proxy.process.kill)
        client = Client(proxy.port)
        self.callback(client.close)
        return client


def stub_test(function):
    """Marks a test whose argument is a Case."""
    @functools.wraps(function)
    def run(_):
        with Case() as case:
            function(case)
    return test(run)


# ------------------------------------------------------------------------ QEMU


@stub_test
def opening(case):
    c = case.open()
    equal(c.ask("qqemu.Supported"), "sstepbits;sstep;PhyMemMode")
    equal(c.ask("?"), "T05thread:p01.01;")
    equal(c.ask("vMustReplyEmpty"), "")
    equal(c.ask("D;1"), "OK")
    c.close()
    summary = case.end()
    equal(summary["state"], "running")
    equal(summary["packets"], "5")


@stub_test
def unsolicited_stop_reply_comes_before_the_first_ack(case):
    c = case.stub("--running")
    equal(c.take(len("$T02thread:01;#04")), b"$T02thread:01;#04")
    c.send(frame("?"))
    equal(c.take(1), b"+")


@stub_test
def qemu10_sends_none(case):
    c = case.stub("--qemu10", "--running")
    assert c.quiet()


@stub_test
def threads_come_one_at_a_time(case):
    c = case.open("--vcpus", 3)
    equal(c.ask("qfThreadInfo"), "mp01.01")
    equal(c.ask("qsThreadInfo"), "mp01.02")
    equal(c.ask("qsThreadInfo"), "mp01.03")
    equal(c.ask("qsThreadInfo"), "l")
    name = bytes.fromhex(c.ask("qThreadExtraInfo,p01.02"))
    equal(name, b"CPU#1 [running]")


@stub_test
def unknown_thread_is_never_described(case):
    c = case.open()
    c.send(frame("qThreadExtraInfo,p01.09"))
    equal(c.take(1), b"+")
    assert c.quiet()
    case.end(violations=1)


@stub_test
def clusters(case):
    c = case.open("--cluster", "2,4", "--cluster", "0", "--cluster", "1,6,4,arm")
    equal(c.ask("vAttach;2"), "E22")
    equal(c.ask("vAttach;3"), "T05thread:p03.03;")
    equal(c.ask("Hgp3.3"), "OK")
    contains(c.ask("qXfer:features:read:target.xml:0,fff"), "<architecture>arm<")
    equal(c.ask("p5"), value(5, vcpu=2, size=4))
    equal(c.ask("p6"), "E14")
    equal(c.ask("D;1"), "OK")
    equal(c.ask("?"), "T05thread:p03.03;")
    equal(c.ask("D;3"), "OK")
    c.close()
    equal(case.end()["state"], "running")


@stub_test
def register_after_vattach_wants_hg(case):
    c = case.open("--clusters", 2)
    c.ask("vAttach;2")
    c.ask("qXfer:features:read:target.xml:0,fff")
    c.ask("p0")
    case.end(violations=1)


@stub_test
def p_is_empty_before_the_description(case):
    c = case.open()
    equal(c.ask("p0"), "")
    c.ask("qXfer:features:read:target.xml:0,fff")
    equal(c.ask("p0"), value(0))


@stub_test
def xfer_is_cut_at_2045_bytes(case):
    c = case.open("--registers", 200)
    text, reply = "", "m"
    while reply[0] == "m":
        reply = c.ask("qXfer:features:read:core.xml:%x,ffb" % len(text))
        assert len(reply) <= 2046
        text += reply[1:]
    equal(text.count("<reg "), 200)
    equal(c.ask("qXfer:features:read:none.xml:0,ffb"), "E00")
    equal(c.ask("qXfer:features:read:core.xml:ffffff,ffb"), "E00")


@stub_test
def g_ascends_and_agrees_with_p(case):
    c = case.open("--registers", 5, "--regnum-step", 3, "--annexes", 2, "--vcpus", 2)
    c.ask("qXfer:features:read:target.xml:0,fff")
    c.ask("Hgp1.2")
    equal(c.ask("g"), "".join(value(r, vcpu=1) for r in (0, 3)))
    equal(c.ask("pc"), value(12, vcpu=1))


@stub_test
def bad_values(case):
    c = case.open("--unavailable", "1", "--xx", "2-3", "--size", "4=3")
    c.ask("qXfer:features:read:target.xml:0,fff")
    equal(c.ask("p1"), "E14")
    equal(c.ask("p3"), "x" * 16)
    equal(c.ask("p4"), value(4, size=3))


@stub_test
def writing(case):
    c = case.open("--readonly", "1")
    c.ask("qXfer:features:read:target.xml:0,fff")
    equal(c.ask("P0=0011223344556677"), "OK")
    equal(c.ask("p0"), "0011223344556677")
    equal(c.ask("P1=0011223344556677"), "OK")
    equal(c.ask("p1"), value(1))
    c.ask("P2=00")
    case.end(violations=1)


@stub_test
def pipelining(case):
    c = case.open("--registers", 100)
    c.ask("qXfer:features:read:target.xml:0,fff")
    c.send(b"".join(frame("p%x" % r) for r in range(100)))
    for r in range(100):
        equal(c.packet(), value(r))
    case.end()


@stub_test
def status(case):
    for options, status in ((["--running"], "paused"), ([], "paused (prelaunch)")):
        c = case.stub("--qemu10", *options)
        c.send(frame("qRcmd," + b"info status".hex()))
        text = bytes.fromhex(c.packet()[1:]).decode()
        equal(text, "VM status: %s\r\n" % status)
        equal(c.packet(), "OK")
        c.close()
        equal(case.end()["state"], "halted")


@stub_test
def bad_checksum_is_naked(case):
    c = case.stub()
    c.send(b"$?#00")
    equal(c.take(1), b"-")
    c.send(b"-")  # nothing to send again
    assert c.quiet()
    equal(c.ask("?", ack=b"-"), "T05thread:01;")
    equal(c.packet(), "T05thread:01;")


@stub_test
def oversize_packet_is_dropped(case):
    c = case.stub()
    c.send(frame("q" + "x" * 4095))
    assert c.quiet()
    equal(c.ask("q" + "x" * 4094), "")


@stub_test
def what_kills_qemu(case):
    for packet in ("p80000000", "D;7", "vCont;c:p7.-1", "k", "vKill;1"):
        c = case.open()
        c.send(frame(packet))
        assert c.closed()
        case.end(violations=1)


@stub_test
def bare_detach_is_refused(case):
    c = case.open()
    equal(c.ask("D"), "E22")
    equal(case.end()["state"], "halted")


@stub_test
def second_byte_after_the_last_detach_stops_it(case):
    c = case.open()
    equal(c.ask("D;1"), "OK")
    c.send(b"+")
    c.close()
    equal(case.end(violations=1)["state"], "halted")


@stub_test
def one_guest(case):
    first = case.stub("--one-guest")
    second = case.client()
    first.ask("?")
    second.send(frame("?"))
    assert second.quiet()
    first.ask("D")
    first.close()
    equal(second.packet(), "T02thread:01;")
    equal(second.packet(), "T05thread:01;")


# --------------------------------------------------------------------- running


@stub_test
def step(case):
    c = case.stub("--pc", "0", "--vcpus", 2)
    c.ask("qXfer:features:read:target.xml:0,fff")
    equal(c.ask("p0"), "0010000000000000")
    equal(c.ask("vCont;s:2"), "T05thread:02;")
    equal(c.ask("Hg1"), "OK")
    equal(c.ask("p0"), "0410000000000000")
    equal(c.ask("p1"), value(1, generation=1))
    case.end()


@stub_test
def step_of_a_halted_vcpu_wants_an_interrupt(case):
    c = case.stub("--wfi", "0")
    c.send(frame("vCont;s:1"))
    equal(c.take(1), b"+")
    assert c.quiet()
    c.send(b"\x03")
    equal(c.packet(), "T02thread:01;")


@stub_test
def breakpoint(case):
    c = case.stub("--pc", "0")
    c.ask("qXfer:features:read:target.xml:0,fff")
    equal(c.ask("Z0,1040,1"), "OK")
    equal(c.ask("vCont;c"), "T05thread:01;")
    equal(c.ask("p0"), "4010000000000000")
    equal(c.ask("z0,1040,1"), "OK")


@stub_test
def byte_while_running(case):
    for preset, told in (("--qemu72", True), ("--qemu10", False)):
        c = case.stub(preset)
        c.send(frame("vCont;c"))
        equal(c.take(1), b"+")
        c.send(b"+")
        if told:
            equal(c.packet(), "T02thread:01;")
        else:
            assert c.quiet()
        equal(case.end(violations=1)["state"], "halted")


@stub_test
def stop_after(case):
    c = case.stub("--stop-after-ms", 50)
    equal(c.ask("vCont;c"), "T05thread:01;")


# ----------------------------------------------------------------- other stubs


@stub_test
def no_ack_mode(case):
    c = case.stub("--noack")
    contains(c.ask("qSupported"), "QStartNoAckMode+")
    equal(c.ask("QStartNoAckMode"), "OK")
    c.send(frame("p0") + frame("p1"))
    equal(c.packet(), value(0))
    equal(c.packet(), value(1))
    equal(c.data, b"")
    c.send(b"+")
    case.end(violations=1)


@stub_test
def qemu_user_breaks_when_pipelined(case):
    c = case.stub("--qemu-user")
    equal(c.ask("?"), "T05thread:01;")
    equal(c.ask("qqemu.Supported"), "sstepbits;sstep")
    c.send(frame("qAttached") + b"+" + frame("qAttached"))
    equal(c.packet(), "0")
    assert c.quiet()  # the ack came too early
    c.send(b"+")
    equal(c.packet(), "0")
    c.send(b"$")
    equal(c.packet(), "0")
    case.end(violations=1)


@stub_test
def gdbserver_takes_acks_sent_ahead(case):
    c = case.stub("--gdbserver", "--registers", 40)
    c.ask("?")
    c.send(frame("qAttached") + b"+" + frame("p0"))
    equal(c.packet(), "0")
    equal(c.packet(), "")
    case.end()


@stub_test
def gdbserver_run_lengths(case):
    c = case.stub("--gdbserver", "--xx", "0")
    c.ask("?")
    assert c.ask("g").startswith("x*," + value(1))


@stub_test
def gdbserver_hides_registers(case):
    c = case.stub("--gdbserver")
    c.ask("?")
    assert "include" not in c.ask("qXfer:features:read:target.xml:0,fff")
    c.ask("qSupported:xmlRegisters=i386")
    contains(c.ask("qXfer:features:read:target.xml:0,fff"), "include")


@stub_test
def unix(case):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "s")
        fake = subprocess.Popen([FAKE, "--unix", path], stdout=subprocess.PIPE, text=True)
        equal(fake.stdout.readline(), "PATH %s\n" % path)
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(path)
            sock.sendall(frame("?"))
            equal(sock.recv(1), b"+")
        fake.terminate()
        fake.communicate()


@stub_test
def stdio(case):
    run = subprocess.run(
        [FAKE, "--stdio"], input=frame("?"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    equal(run.stdout, b"+" + frame("T05thread:01;"))
    contains(run.stderr, b"packets=1")


@stub_test
def tdesc(case):
    with tempfile.TemporaryDirectory() as directory:
        with open(os.path.join(directory, "target.xml"), "w") as f:
            f.write('<target><!-- <reg name="no" bitsize="8"/> --><xi:include href="a.xml"/>')
            f.write("<feature name='b'><reg name='b0' bitsize='16'/></feature></target>")
        with open(os.path.join(directory, "a.xml"), "w") as f:
            f.write('<feature name="a"><reg bitsize="12" regnum="7" name="a0"/></feature>')
        c = case.stub("--noack", "--tdesc", directory)
        equal(c.ask("p7"), value(7, size=2))
        equal(c.ask("p8"), value(8, size=2))
        equal(c.ask("p9"), "E14")
        equal(c.ask("g"), value(7, size=2))


@stub_test
def log_and_script(case):
    with tempfile.TemporaryDirectory() as directory:
        script = os.path.join(directory, "script")
        log = os.path.join(directory, "log")
        with open(script, "w") as f:
            f.write("# comment\n--vcpus 2\nqAtt* @2 -> reply x\\x23\n")
            f.write("qX -> raw +$#00$\nqY -> close\nvF* -> console hi\n")
        c = case.stub("--script", script, "--log", log)
        equal(c.ask("qfThreadInfo"), "m01")
        equal(c.ask("qsThreadInfo"), "m02")
        equal(c.ask("qAttached"), "1")
        c.send(frame("qAttached"))
        equal(c.take(7), b"+$x##9b")
        equal(c.ask("vFoo"), "O6869")
        equal(c.packet(), "")
        c.send(frame("qX"))
        equal(c.take(7), b"++$#00$")
        c.send(frame("qY"))
        assert c.closed()
        case.end()
        with open(log) as f:
            lines = f.read().splitlines()
        equal(lines[:2], ["1 open", "1 packet qfThreadInfo"])
        equal(lines[-2], "1 close halted")


@stub_test
def a_thousand_connections(case):
    first = case.stub("--qemu10")
    clients = [first] + [case.client() for _ in range(1000)]
    for c in clients:
        c.send(frame("?"))
    for c in clients:
        equal(c.packet(), "T05thread:01;")
        c.close()
    equal(case.end()["connections"], "1001")


# ---------------------------------------------------------------------- faults


@stub_test
def silence(case):
    c = case.fault("silence@2")
    equal(c.ask("qAttached"), "0")
    c.send(frame("qAttached"))
    equal(c.take(1), b"+")
    c.send(frame("qAttached"))
    assert c.quiet()


@stub_test
def mute(case):
    c = case.fault("mute")
    c.send(frame("p0") + frame("p1"))
    equal(c.take(2), b"++")
    assert c.quiet()


@stub_test
def drop(case):
    c = case.fault("drop:p*")
    c.send(frame("p0") + frame("p1"))
    equal(c.packet(), value(1))


@stub_test
def close(case):
    for kind, size in (("close@2", 20 + 2), ("reset@2", None), ("close-bytes@7", 7)):
        c = case.fault(kind)
        c.send(frame("p0") + frame("p1"))
        assert c.closed()
        if size:
            equal(len(c.data), size)


@stub_test
def checksums(case):
    c = case.fault("badsum")
    c.send(frame("qAttached"))
    equal(c.take(6), b"+$0#31")
    c.send(b"-")
    equal(c.packet(), "0")
    c = case.fault("badhex")
    c.send(frame("qAttached"))
    equal(c.take(6), b"+$0#zz")


@stub_test
def cut(case):
    c = case.fault("cut")
    c.send(frame("p0") + frame("p1"))
    equal(c.take(29), b"+$" + value(0)[:8].encode("ascii") + b"+" + frame(value(1))[:18])


@stub_test
def before(case):
    c = case.fault("junk@*", "--fault", "notify@*", "--fault", "console@*")
    c.send(frame("p0"))
    equal(c.packet(), "O68656c6c6f0a")
    equal(c.packet(), value(0))


@stub_test
def payloads(case):
    for kind, payload in (
        ("odd", value(0)[:-1]),
        ("xx", "x" * 16),
        ("empty", ""),
        ("error", "E01"),
        ("ok", "OK"),
        ("brace", value(0) + "}"),
        ("rle-first", "*!00"),
        ("rle-short", value(0) + "0*\x1c"),
        ("long", value(0) + "0" * (2 << 20)),
        ("rle-bomb", "0" + "*~0" * (1 << 20)),
    ):
        equal(case.fault(kind).ask("p0"), payload, kind)


@stub_test
def endless(case):
    for kind in ("endless", "endless-console", "endless-notify", "endless-junk", "endless-ack"):
        c = case.fault(kind)
        c.send(frame("p0"))
        c.take(1 << 20)


@stub_test
def acks(case):
    for kind, start in (("noack", b"$"), ("doubleack", b"++$"), ("stale", b"$T02")):
        c = case.fault(kind)
        c.send(frame("p0"))
        equal(c.take(len(start)), start)
    c = case.fault("nak")
    c.send(frame("p0"))
    equal(c.take(1), b"-")
    assert c.quiet()
    equal(c.ask("p0"), value(0))


@stub_test
def chunk(case):
    c = case.stub("--chunk", 1, "--chunk-ms", 5)
    start = time.monotonic()
    c.ask("?")
    assert time.monotonic() - start > 0.05


@stub_test
def xfer(case):
    ask = "qXfer:features:read:target.xml:%x,%x"
    equal(case.fault("xfer-empty").ask(ask % (0, 9)), "m")
    equal(case.fault("xfer-endless").ask(ask % (99999, 4))[0], "m")
    c = case.fault("xfer-halve")
    equal(len(c.ask(ask % (0, 8))), 9)
    equal(len(c.ask(ask % (8, 8))), 5)
    c = case.fault("xfer-shrink@2+")
    c.ask(ask % (0, 20))
    equal(c.ask(ask % (20, 20)), "E00")


@stub_test
def threads(case):
    c = case.fault("threads-repeat")
    equal(c.ask("qfThreadInfo"), "m1")
    equal(c.ask("qsThreadInfo"), "m1")
    c = case.fault("threads-endless")
    c.ask("qfThreadInfo")
    assert c.ask("qsThreadInfo") != c.ask("qsThreadInfo")
    equal(case.fault("threads-comma").ask("qfThreadInfo"), "m1,")


@stub_test
def g(case):
    c = case.fault("dup:none", "--g-length-change", "2,-3", "--registers", 2)
    equal(c.ask("g"), value(0) + value(1))
    equal(c.ask("g"), (value(0) + value(1))[:-6])


@stub_test
def first_connections(case):
    c = case.stub("--qemu10", "--drop-connections", 1, "--silent-connections", 2)
    assert c.closed()
    c = case.client()
    c.send(frame("?"))
    assert c.quiet()
    equal(case.client().ask("?"), "T05thread:01;")


# ------------------------------------------------------------------- the proxy


@stub_test
def delay_does_not_limit_throughput(case):
    case.stub("--noack", "--registers", 200)
    c = case.proxy("--delay-ms", 100)
    start = time.monotonic()
    c.send(b"".join(frame("p%x" % r) for r in range(200)))
    for r in range(200):
        equal(c.packet(), value(r))
    took = time.monotonic() - start
    assert took >= 0.2
    assert took < 20  # one after the other they would take 40 s


@stub_test
def round_trips(case):
    case.stub("--noack")
    with tempfile.NamedTemporaryFile("r") as record:
        c = case.proxy("--delay-ms", 20, "--record", record.name)
        for _ in range(3):
            c.send(frame("p0") + frame("p1"))
            c.packet()
            c.packet()
        c.close()
        wait_until(lambda: "\n" in read(record.name), "a record")
        line = record.read()
    contains(line, "round_trips=3 ")
    contains(line, "bytes_up=36 ")
    contains(line, "bytes_down=126")


@stub_test
def damage(case):
    case.stub("--noack")
    c = case.proxy("--flip-bit-down", 3)
    c.send(frame("qAttached"))
    equal(c.take(6), b"+$1#30")
    c = case.proxy("--cut-down", 4, "--chunk", 1)
    c.send(frame("qAttached"))
    assert c.closed()
    equal(c.data, b"+$0#")


@stub_test
def unreachable(case):
    assert case.proxy(port=free_port()).closed()


main(FAKE, PROXY)
