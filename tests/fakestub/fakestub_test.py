#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The behaviour of the fake stub and the proxy, checked with raw sockets."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "cli"))

from clitest import DEADLINE_S, free_port, read, wait_until

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


class Case(unittest.TestCase):
    def stub(self, *options):
        self.fake = Stub(*options)
        self.addCleanup(self.fake.process.stdout.close)
        self.addCleanup(self.fake.process.wait)
        self.addCleanup(self.fake.process.kill)
        return self.client()

    def client(self):
        client = Client(self.fake.port)
        self.addCleanup(client.close)
        return client

    def end(self, violations=0):
        summary = self.fake.end()
        self.assertEqual(int(summary["violations"]), violations, summary)
        self.assertEqual(self.fake.status, 1 if violations else 0)
        return summary


class Qemu(Case):
    def open(self, *options):
        c = self.stub(*options)
        self.assertIn("multiprocess+", c.ask("qSupported:multiprocess+"))
        return c

    def test_opening(self):
        c = self.open()
        self.assertEqual(c.ask("qqemu.Supported"), "sstepbits;sstep;PhyMemMode")
        self.assertEqual(c.ask("?"), "T05thread:p01.01;")
        self.assertEqual(c.ask("vMustReplyEmpty"), "")
        self.assertEqual(c.ask("D;1"), "OK")
        c.close()
        summary = self.end()
        self.assertEqual(summary["state"], "running")
        self.assertEqual(summary["packets"], "5")

    def test_unsolicited_stop_reply_stands_before_the_first_ack(self):
        c = self.stub("--running")
        self.assertEqual(c.take(len("$T02thread:01;#04")), b"$T02thread:01;#04")
        c.send(frame("?"))
        self.assertEqual(c.take(1), b"+")

    def test_qemu10_sends_none(self):
        c = self.stub("--qemu10", "--running")
        self.assertTrue(c.quiet())

    def test_threads_come_one_at_a_time(self):
        c = self.open("--vcpus", 3)
        self.assertEqual(c.ask("qfThreadInfo"), "mp01.01")
        self.assertEqual(c.ask("qsThreadInfo"), "mp01.02")
        self.assertEqual(c.ask("qsThreadInfo"), "mp01.03")
        self.assertEqual(c.ask("qsThreadInfo"), "l")
        name = bytes.fromhex(c.ask("qThreadExtraInfo,p01.02"))
        self.assertEqual(name, b"CPU#1 [running]")

    def test_unknown_thread_is_never_described(self):
        c = self.open()
        c.send(frame("qThreadExtraInfo,p01.09"))
        self.assertEqual(c.take(1), b"+")
        self.assertTrue(c.quiet())
        self.end(violations=1)

    def test_clusters(self):
        c = self.open("--cluster", "2,4", "--cluster", "0", "--cluster", "1,6,4,arm")
        self.assertEqual(c.ask("vAttach;2"), "E22")
        self.assertEqual(c.ask("vAttach;3"), "T05thread:p03.03;")
        self.assertEqual(c.ask("Hgp3.3"), "OK")
        self.assertIn("<architecture>arm<", c.ask("qXfer:features:read:target.xml:0,fff"))
        self.assertEqual(c.ask("p5"), value(5, vcpu=2, size=4))
        self.assertEqual(c.ask("p6"), "E14")
        self.assertEqual(c.ask("D;1"), "OK")
        self.assertEqual(c.ask("?"), "T05thread:p03.03;")
        self.assertEqual(c.ask("D;3"), "OK")
        c.close()
        self.assertEqual(self.end()["state"], "running")

    def test_register_after_vattach_wants_hg(self):
        c = self.open("--clusters", 2)
        c.ask("vAttach;2")
        c.ask("qXfer:features:read:target.xml:0,fff")
        c.ask("p0")
        self.end(violations=1)

    def test_p_is_empty_before_the_description(self):
        c = self.open()
        self.assertEqual(c.ask("p0"), "")
        c.ask("qXfer:features:read:target.xml:0,fff")
        self.assertEqual(c.ask("p0"), value(0))

    def test_xfer_is_cut_at_2045_bytes(self):
        c = self.open("--registers", 200)
        text, reply = "", "m"
        while reply[0] == "m":
            reply = c.ask("qXfer:features:read:core.xml:%x,ffb" % len(text))
            self.assertLessEqual(len(reply), 2046)
            text += reply[1:]
        self.assertEqual(text.count("<reg "), 200)
        self.assertEqual(c.ask("qXfer:features:read:none.xml:0,ffb"), "E00")
        self.assertEqual(c.ask("qXfer:features:read:core.xml:ffffff,ffb"), "E00")

    def test_g_ascends_and_agrees_with_p(self):
        c = self.open("--registers", 5, "--regnum-step", 3, "--annexes", 2, "--vcpus", 2)
        c.ask("qXfer:features:read:target.xml:0,fff")
        c.ask("Hgp1.2")
        self.assertEqual(c.ask("g"), "".join(value(r, vcpu=1) for r in (0, 3)))
        self.assertEqual(c.ask("pc"), value(12, vcpu=1))

    def test_bad_values(self):
        c = self.open("--unavailable", "1", "--xx", "2-3", "--size", "4=3")
        c.ask("qXfer:features:read:target.xml:0,fff")
        self.assertEqual(c.ask("p1"), "E14")
        self.assertEqual(c.ask("p3"), "x" * 16)
        self.assertEqual(c.ask("p4"), value(4, size=3))

    def test_writing(self):
        c = self.open("--readonly", "1")
        c.ask("qXfer:features:read:target.xml:0,fff")
        self.assertEqual(c.ask("P0=0011223344556677"), "OK")
        self.assertEqual(c.ask("p0"), "0011223344556677")
        self.assertEqual(c.ask("P1=0011223344556677"), "OK")
        self.assertEqual(c.ask("p1"), value(1))
        c.ask("P2=00")
        self.end(violations=1)

    def test_pipelining(self):
        c = self.open("--registers", 100)
        c.ask("qXfer:features:read:target.xml:0,fff")
        c.send(b"".join(frame("p%x" % r) for r in range(100)))
        for r in range(100):
            self.assertEqual(c.packet(), value(r))
        self.end()

    def test_status(self):
        for options, status in ((["--running"], "paused"), ([], "paused (prelaunch)")):
            c = self.stub("--qemu10", *options)
            c.send(frame("qRcmd," + b"info status".hex()))
            text = bytes.fromhex(c.packet()[1:]).decode()
            self.assertEqual(text, "VM status: %s\r\n" % status)
            self.assertEqual(c.packet(), "OK")
            c.close()
            self.assertEqual(self.end()["state"], "halted")

    def test_bad_checksum_is_naked(self):
        c = self.stub()
        c.send(b"$?#00")
        self.assertEqual(c.take(1), b"-")
        c.send(b"-")  # nothing to send again
        self.assertTrue(c.quiet())
        self.assertEqual(c.ask("?", ack=b"-"), "T05thread:01;")
        self.assertEqual(c.packet(), "T05thread:01;")

    def test_oversize_packet_is_dropped(self):
        c = self.stub()
        c.send(frame("q" + "x" * 4095))
        self.assertTrue(c.quiet())
        self.assertEqual(c.ask("q" + "x" * 4094), "")

    def test_what_kills_qemu(self):
        for packet in ("p80000000", "D;7", "vCont;c:p7.-1", "k", "vKill;1"):
            c = self.open()
            c.send(frame(packet))
            self.assertTrue(c.closed())
            self.end(violations=1)

    def test_bare_detach_is_refused(self):
        c = self.open()
        self.assertEqual(c.ask("D"), "E22")
        self.assertEqual(self.end()["state"], "halted")

    def test_second_byte_after_the_last_detach_stops_it(self):
        c = self.open()
        self.assertEqual(c.ask("D;1"), "OK")
        c.send(b"+")
        c.close()
        self.assertEqual(self.end(violations=1)["state"], "halted")

    def test_one_guest(self):
        first = self.stub("--one-guest")
        second = self.client()
        first.ask("?")
        second.send(frame("?"))
        self.assertTrue(second.quiet())
        first.ask("D")
        first.close()
        self.assertEqual(second.packet(), "T02thread:01;")
        self.assertEqual(second.packet(), "T05thread:01;")


class Running(Case):
    def test_step(self):
        c = self.stub("--pc", "0", "--vcpus", 2)
        c.ask("qXfer:features:read:target.xml:0,fff")
        self.assertEqual(c.ask("p0"), "0010000000000000")
        self.assertEqual(c.ask("vCont;s:2"), "T05thread:02;")
        self.assertEqual(c.ask("Hg1"), "OK")
        self.assertEqual(c.ask("p0"), "0410000000000000")
        self.assertEqual(c.ask("p1"), value(1, generation=1))
        self.end()

    def test_step_of_a_halted_vcpu_wants_an_interrupt(self):
        c = self.stub("--wfi", "0")
        c.send(frame("vCont;s:1"))
        self.assertEqual(c.take(1), b"+")
        self.assertTrue(c.quiet())
        c.send(b"\x03")
        self.assertEqual(c.packet(), "T02thread:01;")

    def test_breakpoint(self):
        c = self.stub("--pc", "0")
        c.ask("qXfer:features:read:target.xml:0,fff")
        self.assertEqual(c.ask("Z0,1040,1"), "OK")
        self.assertEqual(c.ask("vCont;c"), "T05thread:01;")
        self.assertEqual(c.ask("p0"), "4010000000000000")
        self.assertEqual(c.ask("z0,1040,1"), "OK")

    def test_byte_while_running(self):
        for preset, told in (("--qemu72", True), ("--qemu10", False)):
            c = self.stub(preset)
            c.send(frame("vCont;c"))
            self.assertEqual(c.take(1), b"+")
            c.send(b"+")
            if told:
                self.assertEqual(c.packet(), "T02thread:01;")
            else:
                self.assertTrue(c.quiet())
            self.assertEqual(self.end(violations=1)["state"], "halted")

    def test_stop_after(self):
        c = self.stub("--stop-after-ms", 50)
        self.assertEqual(c.ask("vCont;c"), "T05thread:01;")


class Others(Case):
    def test_no_ack_mode(self):
        c = self.stub("--noack")
        self.assertIn("QStartNoAckMode+", c.ask("qSupported"))
        self.assertEqual(c.ask("QStartNoAckMode"), "OK")
        c.send(frame("p0") + frame("p1"))
        self.assertEqual(c.packet(), value(0))
        self.assertEqual(c.packet(), value(1))
        self.assertEqual(c.data, b"")
        c.send(b"+")
        self.end(violations=1)

    def test_qemu_user_breaks_when_pipelined(self):
        c = self.stub("--qemu-user")
        self.assertEqual(c.ask("?"), "T05thread:01;")
        self.assertEqual(c.ask("qqemu.Supported"), "sstepbits;sstep")
        c.send(frame("qAttached") + b"+" + frame("qAttached"))
        self.assertEqual(c.packet(), "0")
        self.assertTrue(c.quiet())  # the ack came too early
        c.send(b"+")
        self.assertEqual(c.packet(), "0")
        c.send(b"$")
        self.assertEqual(c.packet(), "0")
        self.end(violations=1)

    def test_gdbserver_takes_acks_sent_ahead(self):
        c = self.stub("--gdbserver", "--registers", 40)
        c.ask("?")
        c.send(frame("qAttached") + b"+" + frame("p0"))
        self.assertEqual(c.packet(), "0")
        self.assertEqual(c.packet(), "")
        self.end()

    def test_gdbserver_run_lengths(self):
        c = self.stub("--gdbserver", "--xx", "0")
        c.ask("?")
        self.assertTrue(c.ask("g").startswith("x*," + value(1)))

    def test_gdbserver_hides_registers(self):
        c = self.stub("--gdbserver")
        c.ask("?")
        self.assertNotIn("include", c.ask("qXfer:features:read:target.xml:0,fff"))
        c.ask("qSupported:xmlRegisters=i386")
        self.assertIn("include", c.ask("qXfer:features:read:target.xml:0,fff"))

    def test_unix(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "s")
            fake = subprocess.Popen([FAKE, "--unix", path], stdout=subprocess.PIPE, text=True)
            self.assertEqual(fake.stdout.readline(), "PATH %s\n" % path)
            with socket.socket(socket.AF_UNIX) as sock:
                sock.connect(path)
                sock.sendall(frame("?"))
                self.assertEqual(sock.recv(1), b"+")
            fake.terminate()
            fake.communicate()

    def test_stdio(self):
        run = subprocess.run(
            [FAKE, "--stdio"], input=frame("?"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.assertEqual(run.stdout, b"+" + frame("T05thread:01;"))
        self.assertIn(b"packets=1", run.stderr)

    def test_tdesc(self):
        with tempfile.TemporaryDirectory() as directory:
            with open(os.path.join(directory, "target.xml"), "w") as f:
                f.write('<target><!-- <reg name="no" bitsize="8"/> --><xi:include href="a.xml"/>')
                f.write("<feature name='b'><reg name='b0' bitsize='16'/></feature></target>")
            with open(os.path.join(directory, "a.xml"), "w") as f:
                f.write('<feature name="a"><reg bitsize="12" regnum="7" name="a0"/></feature>')
            c = self.stub("--noack", "--tdesc", directory)
            self.assertEqual(c.ask("p7"), value(7, size=2))
            self.assertEqual(c.ask("p8"), value(8, size=2))
            self.assertEqual(c.ask("p9"), "E14")
            self.assertEqual(c.ask("g"), value(7, size=2))

    def test_log_and_script(self):
        with tempfile.TemporaryDirectory() as directory:
            script = os.path.join(directory, "script")
            log = os.path.join(directory, "log")
            with open(script, "w") as f:
                f.write("# comment\n--vcpus 2\nqAtt* @2 -> reply x\\x23\n")
                f.write("qX -> raw +$#00$\nqY -> close\nvF* -> console hi\n")
            c = self.stub("--script", script, "--log", log)
            self.assertEqual(c.ask("qfThreadInfo"), "m01")
            self.assertEqual(c.ask("qsThreadInfo"), "m02")
            self.assertEqual(c.ask("qAttached"), "1")
            c.send(frame("qAttached"))
            self.assertEqual(c.take(7), b"+$x##9b")
            self.assertEqual(c.ask("vFoo"), "O6869")
            self.assertEqual(c.packet(), "")
            c.send(frame("qX"))
            self.assertEqual(c.take(7), b"++$#00$")
            c.send(frame("qY"))
            self.assertTrue(c.closed())
            self.end()
            with open(log) as f:
                lines = f.read().splitlines()
            self.assertEqual(lines[:2], ["1 open", "1 packet qfThreadInfo"])
            self.assertEqual(lines[-2], "1 close halted")

    def test_a_thousand_connections(self):
        first = self.stub("--qemu10")
        clients = [first] + [self.client() for _ in range(1000)]
        for c in clients:
            c.send(frame("?"))
        for c in clients:
            self.assertEqual(c.packet(), "T05thread:01;")
            c.close()
        self.assertEqual(self.end()["connections"], "1001")


class Faults(Case):
    def fault(self, kind, *options):
        return self.stub("--noack", "--fault", kind, *options)

    def test_silence(self):
        c = self.fault("silence@2")
        self.assertEqual(c.ask("qAttached"), "0")
        c.send(frame("qAttached"))
        self.assertEqual(c.take(1), b"+")
        c.send(frame("qAttached"))
        self.assertTrue(c.quiet())

    def test_mute(self):
        c = self.fault("mute")
        c.send(frame("p0") + frame("p1"))
        self.assertEqual(c.take(2), b"++")
        self.assertTrue(c.quiet())

    def test_drop(self):
        c = self.fault("drop:p*")
        c.send(frame("p0") + frame("p1"))
        self.assertEqual(c.packet(), value(1))

    def test_close(self):
        for kind, size in (("close@2", 20 + 2), ("reset@2", None), ("close-bytes@7", 7)):
            c = self.fault(kind)
            c.send(frame("p0") + frame("p1"))
            self.assertTrue(c.closed())
            if size:
                self.assertEqual(len(c.data), size)

    def test_checksums(self):
        c = self.fault("badsum")
        c.send(frame("qAttached"))
        self.assertEqual(c.take(6), b"+$0#31")
        c.send(b"-")
        self.assertEqual(c.packet(), "0")
        c = self.fault("badhex")
        c.send(frame("qAttached"))
        self.assertEqual(c.take(6), b"+$0#zz")

    def test_cut(self):
        c = self.fault("cut")
        c.send(frame("p0") + frame("p1"))
        self.assertEqual(c.take(29), b"+$" + value(0)[:8].encode("ascii") + b"+" + frame(value(1))[:18])

    def test_before(self):
        c = self.fault("junk@*", "--fault", "notify@*", "--fault", "console@*")
        c.send(frame("p0"))
        self.assertEqual(c.packet(), "O68656c6c6f0a")
        self.assertEqual(c.packet(), value(0))

    def test_payloads(self):
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
            self.assertEqual(self.fault(kind).ask("p0"), payload, kind)

    def test_endless(self):
        for kind in ("endless", "endless-console", "endless-notify", "endless-junk", "endless-ack"):
            c = self.fault(kind)
            c.send(frame("p0"))
            c.take(1 << 20)

    def test_acks(self):
        for kind, start in (("noack", b"$"), ("doubleack", b"++$"), ("stale", b"$T02")):
            c = self.fault(kind)
            c.send(frame("p0"))
            self.assertEqual(c.take(len(start)), start)
        c = self.fault("nak")
        c.send(frame("p0"))
        self.assertEqual(c.take(1), b"-")
        self.assertTrue(c.quiet())
        self.assertEqual(c.ask("p0"), value(0))

    def test_chunk(self):
        c = self.stub("--chunk", 1, "--chunk-ms", 5)
        start = time.monotonic()
        c.ask("?")
        self.assertGreater(time.monotonic() - start, 0.05)

    def test_xfer(self):
        ask = "qXfer:features:read:target.xml:%x,%x"
        self.assertEqual(self.fault("xfer-empty").ask(ask % (0, 9)), "m")
        self.assertEqual(self.fault("xfer-endless").ask(ask % (99999, 4))[0], "m")
        c = self.fault("xfer-halve")
        self.assertEqual(len(c.ask(ask % (0, 8))), 9)
        self.assertEqual(len(c.ask(ask % (8, 8))), 5)
        c = self.fault("xfer-shrink@2+")
        c.ask(ask % (0, 20))
        self.assertEqual(c.ask(ask % (20, 20)), "E00")

    def test_threads(self):
        c = self.fault("threads-repeat")
        self.assertEqual(c.ask("qfThreadInfo"), "m1")
        self.assertEqual(c.ask("qsThreadInfo"), "m1")
        c = self.fault("threads-endless")
        c.ask("qfThreadInfo")
        self.assertNotEqual(c.ask("qsThreadInfo"), c.ask("qsThreadInfo"))
        self.assertEqual(self.fault("threads-comma").ask("qfThreadInfo"), "m1,")

    def test_g(self):
        c = self.fault("dup:none", "--g-length-change", "2,-3", "--registers", 2)
        self.assertEqual(c.ask("g"), value(0) + value(1))
        self.assertEqual(c.ask("g"), (value(0) + value(1))[:-6])

    def test_first_connections(self):
        c = self.stub("--qemu10", "--drop-connections", 1, "--silent-connections", 2)
        self.assertTrue(c.closed())
        c = self.client()
        c.send(frame("?"))
        self.assertTrue(c.quiet())
        self.assertEqual(self.client().ask("?"), "T05thread:01;")


class Proxied(Case):
    def proxy(self, *options, port=None):
        to = "127.0.0.1:%d" % (port or self.fake.port)
        proxy = Stub("--listen", 0, "--to", to, *options, program=PROXY)
        self.addCleanup(proxy.process.stdout.close)
        self.addCleanup(proxy.process.wait)
        self.addCleanup(proxy.process.kill)
        client = Client(proxy.port)
        self.addCleanup(client.close)
        return client

    def test_delay_does_not_limit_throughput(self):
        self.stub("--noack", "--registers", 200)
        c = self.proxy("--delay-ms", 100)
        start = time.monotonic()
        c.send(b"".join(frame("p%x" % r) for r in range(200)))
        for r in range(200):
            self.assertEqual(c.packet(), value(r))
        took = time.monotonic() - start
        self.assertGreaterEqual(took, 0.2)
        self.assertLess(took, 20)  # one after the other they would take 40 s

    def test_round_trips(self):
        self.stub("--noack")
        with tempfile.NamedTemporaryFile("r") as record:
            c = self.proxy("--delay-ms", 20, "--record", record.name)
            for _ in range(3):
                c.send(frame("p0") + frame("p1"))
                c.packet()
                c.packet()
            c.close()
            wait_until(lambda: "\n" in read(record.name), "a record")
            line = record.read()
        self.assertIn("round_trips=3 ", line)
        self.assertIn("bytes_up=36 ", line)
        self.assertIn("bytes_down=126", line)

    def test_damage(self):
        self.stub("--noack")
        c = self.proxy("--flip-bit-down", 3)
        c.send(frame("qAttached"))
        self.assertEqual(c.take(6), b"+$1#30")
        c = self.proxy("--cut-down", 4, "--chunk", 1)
        c.send(frame("qAttached"))
        self.assertTrue(c.closed())
        self.assertEqual(c.data, b"+$0#")

    def test_unreachable(self):
        self.assertTrue(self.proxy(port=free_port()).closed())


if __name__ == "__main__":
    if not (os.path.exists(FAKE) and os.path.exists(PROXY)):
        sys.exit("build first: make build-tests")
    unittest.main()
