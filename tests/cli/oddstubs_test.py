#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 300
"""Stubs that differ from QEMU, one difference at a time.

Each difference is from a report or was seen on a stub. gdb 13.1 can read all of them.
"""

import json
import sys
import time

sys.dont_write_bytecode = True

import clitest
from clitest import contains, equal, one_line, run, silent_ok, test
from scriptstub import CLOSE, TARGET, ScriptStub, frame, register_text


def dump(stub, *args):
    """Returns the values of each vCPU from a dump, which must print nothing on stderr."""
    out = silent_ok(run("dump", "-t", stub.target, "-f", "json", *args))
    vcpus = json.loads(out)["targets"][0]["vcpus"]
    return {vcpu["thread"]: [reg["bytes"] for reg in vcpu["registers"]] for vcpu in vcpus}


def as_served(stub):
    return {thread: [value.hex() for value in values] for thread, values in stub.values.items()}


def same(stub, *args):
    equal(dump(stub, *args), as_served(stub))


# -------------------------------------------------------------------- byte order ---

@test
def the_byte_order_of_a_program(directory):
    """The first entry of the auxiliary vector begins with a small number: AT_PHDR is 3,
    AT_SYSINFO_EHDR is 33. gdb assumes little-endian for every arm."""
    text = ScriptStub.description.replace("riscv:rv32", "arm")
    known = ScriptStub.supported + ";qXfer:auxv:read+"
    for entry, order, source in [("l\x03\0\0\0\x34\0\x10\0", "little", "architecture"),
                                 ("m\x21\0\0\0\0\0\0\0", "little", "architecture"),
                                 ("m\0\0\0\x03\0\x10\0\x34", "big", "architecture"),
                                 ("m\0\0\0\0\0\0\0\x21", "big", "architecture"),
                                 ("m\0\0\0\x03", "little", "assumed"),
                                 ("l\0\0\0\0\0\0\0\0", "little", "assumed"),
                                 ("l", "little", "assumed"), ("", "little", "assumed"),
                                 ("E01", "little", "assumed"), (None, "little", "assumed")]:
        with ScriptStub({"qXfer:auxv*": entry}, description=text, supported=known) as stub:
            (vcpu,) = json.loads(silent_ok(run("dump", "-t", stub.target, "-f", "json")
                                           ))["targets"][0]["vcpus"]
            equal((vcpu["byte_order"], vcpu["byte_order_from"]), (order, source))
            equal(stub.log.count("qXfer:auxv:read::0,8"), 1)
    # A byte order that is known is not requested.
    with ScriptStub(supported=known) as stub:
        same(stub)
        assert not any("auxv" in p for p in stub.log), stub.log
    with ScriptStub(description=text, supported=known) as stub:
        same(stub, "--endian", "big")
        assert not any("auxv" in p for p in stub.log), stub.log


# ------------------------------------------------------------------- thread ids ---

@test
def thread_ids_are_the_stubs_own(directory):
    """Ids like those of kgdb's shadow CPUs and of an RTOS's tasks, and 0, are sent back unchanged."""
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
    """QEMU keeps an id in an int, so larger ids are not sent to it."""
    for thread in ("80000000", "p1.80000000", "0"):
        with ScriptStub({"qqemu.Supported": "sstepbits;sstep;PhyMemMode",
                         "qfThreadInfo": "m" + thread}, stop="S05",
                        supported=ScriptStub.supported + ";vContSupported+") as stub:
            one_line(run("dump", "-t", stub.target), 4, thread, "thread list")
            assert not any(p.startswith("Hg") and thread in p for p in stub.log), stub.log


@test
def a_list_that_is_none(directory):
    """mspdebug answers qfThreadInfo with an XML document."""
    for reply in ('<?xml version="1.0"?><threads></threads>', "1,2", "M1", "OK", "E01"):
        with ScriptStub({"qfThreadInfo": reply}, threads=(), stop="S05") as stub:
            vcpus = json.loads(silent_ok(run("dump", "-t", stub.target, "-f", "json")))
            (vcpu,) = vcpus["targets"][0]["vcpus"]
            equal([reg["bytes"] for reg in vcpu["registers"]],
                  [value.hex() for value in stub.values[None]])
    # An id for all threads: gdb uses the thread that has stopped.
    for stop, selected in (("T05thread:2;", "2"), ("S05", None)):
        with ScriptStub({"qfThreadInfo": "m-1"}, threads=("1", "2"), stop=stop) as stub:
            values = dump(stub)
            equal(list(values.values()), [as_served(stub)[selected or "1"]])
            equal([p for p in stub.log if p[:2] == "Hg"], ["Hg2"] if selected else [])


@test
def a_list_that_cannot_be_read(directory):
    """gdb reads 0 for 0x2, the low 64 bits of a longer id, or a list without these threads. An
    error is better."""
    for reply in ("m1,x", "m0x1,0x2", "m1,-1", "m10000000000000002,1"):
        with ScriptStub({"qfThreadInfo": reply}) as stub:
            one_line(run("dump", "-t", stub.target), 4, "thread list", reply[-2:])
            assert not any(p[:2] == "Hg" and p != "Hg1" for p in stub.log), stub.log


# -------------------------------------------------------------------- stray bytes ---

@test
def stray_bytes(directory):
    """Stray bytes after a list, a stop reply or a description."""
    for change in ({"qfThreadInfo": "m1,2l"}, {"qfThreadInfo": "m1,2,"},
                   {"qfThreadInfo": "m1,2\0"}, {"qfThreadInfo": "m 1, 2"},
                   {"qfThreadInfo": "m1,,2:3"}, {"?": "S05;"}, {"?": "S05thread:1;"},
                   {"?": "T0501;thread:2;"}, {"?": "T05thread:;"}):
        with ScriptStub(change, threads=("1", "2")) as stub:
            same(stub)
    xml = ScriptStub.description
    for text in (xml + "\0", xml + "\n\0\0", xml + "\0what lay in a buffer",
                 xml.replace("<target>", '<!DOCTYPE target SYSTEM "gdb-target.dtd" []><target>')):
        with ScriptStub(description=text) as stub:
            same(stub)


@test
def messages_name_the_target_once(directory):
    """A message begins with the target, and does not repeat it."""
    with ScriptStub({"?": "W00"}) as stub:
        one_line(run("read", "-t", stub.target), 5,
                 f"{stub.target}: the program has ended, or was not started")
    many = "".join(f"<reg name='r{n}' bitsize='32'/>" for n in range(1000))
    threads = ",".join(f"{n:x}" for n in range(1, 1101))
    with ScriptStub({"qfThreadInfo": "m" + threads}, description=TARGET.format(many)) as stub:
        one_line(run("read", "-t", stub.target), 4,
                 f"{stub.target}: the vCPUs have more than")


@test
def declarations_are_refused(directory):
    text = ScriptStub.description.replace(
        "<target>", '<!DOCTYPE target [<!ENTITY x "y">]><target>')
    with ScriptStub(description=text) as stub:
        one_line(run("dump", "-t", stub.target), 4, "a DTD inside the document is refused")


@test
def a_single_thread_need_not_be_selected(directory):
    """A stub with a single thread may refuse Hg. With two threads that is an error."""
    for reply in ("E01", "E.none", ""):
        with ScriptStub({"Hg*": reply}) as stub:
            same(stub)
    with ScriptStub({"Hg2": "E01"}, threads=("1", "2")) as stub:
        result = run("dump", "-t", stub.target, "-f", "json")
        registers = json.loads(result.out)["targets"][0]["vcpus"][1]["registers"]
        equal([reg["bytes"] for reg in registers], [None] * len(registers))


# ------------------------------------------------------------------------- the wire ---

class TwoWrites(ScriptStub):
    """Dolphin and mGBA send `+` and the reply in two writes.

    Because of Nagle's algorithm, the second one waits until our kernel acknowledges the first,
    which it delays by 40 ms.
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
    """The limit for a packet is half of the delay of a late acknowledgement."""
    with TwoWrites() as stub:
        start = time.monotonic()
        values = dump(stub)
        took = time.monotonic() - start
        equal(values, {"1": [f"{n:08x}" for n in range(40)]})
        packets = len(stub.log)
    print(f"     {packets} packets in {1000 * took:.0f} ms")
    assert not sys.platform.startswith("linux") or took < packets * 0.020, took


class NoAckStub(ScriptStub):
    supported = ScriptStub.supported + ";QStartNoAckMode+"

    def session(self):
        self.acks = True
        super().session()

    def usual(self, packet):
        return "OK" if packet == "QStartNoAckMode" else super().usual(packet)

    def packet(self, packet):
        taken = super().packet(packet)
        self.acks = self.acks and packet != "QStartNoAckMode"
        return taken


class Deaf(NoAckStub):
    """winedbg does not answer the first packets until another one comes, and then answers all.
    It does the same when two packets come together later."""

    left = 1
    together = True  # all acks first, then all replies; otherwise each reply follows its ack

    def packet(self, packet):
        if len(self.log) < self.left:
            self.log.append(packet)
            return True
        if len(self.log) == self.left:
            self.log.append(packet)
            copies, reply = len(self.log), frame(self.answer(packet))
            self.client.sendall(b"+" * copies + reply * copies if self.together
                                else (b"+" + reply) * copies)
            return True
        # It aborts if two packets come together.
        return not self.data and super().packet(packet)


@test
def the_first_packet_is_sent_again(directory):
    """A packet is sent again after two seconds, as in GDB, and replies to copies are dropped."""
    for together in (True, False):
        with Deaf(together=together) as stub:
            same(stub)
            equal(stub.log[0], stub.log[1])
            equal(sum(p.startswith("qSupported") for p in stub.log), 2)


@test
def no_ack_mode_proves_nothing(directory):
    """A stub that is not known gets one packet at a time, whatever mode it has. The mode begins
    after the last query that may stay without a reply."""
    with Deaf(left=-1) as stub:
        same(stub)
        equal(stub.log.count("QStartNoAckMode"), 1)
        assert stub.log.index("QStartNoAckMode") > max(stub.log.index(p) for p in
                                                       ("qThreadExtraInfo,1", "Hg1", "p0")), stub.log


@test
def pipelining_can_be_forbidden(directory):
    """A stub that looks like gdbserver and does not support two packets at a time."""
    names = ";QStartNoAckMode+;QPassSignals+;QProgramSignals+"
    with Deaf(left=-1, supported=ScriptStub.supported + names) as stub:
        same(stub, "--no-pipeline")
        equal(stub.log[1], "QStartNoAckMode")
    with Deaf(left=-1, supported=ScriptStub.supported + names) as stub:
        assert run("dump", "-t", stub.target).status in (3, 4)


@test
def nothing_that_gdb_does_not_ask(directory):
    """BlastEm ends at an unknown query. Other stubs never answer it."""
    known = ("qSupported", "?", "qfThreadInfo", "qsThreadInfo", "qXfer", "Hg", "p", "g", "D",
             "qThreadExtraInfo")

    for reply in (CLOSE, None):
        for supported in ("", "PacketSize=400", ScriptStub.supported):
            with ScriptStub({"qqemu*": reply, "qHostInfo": reply, "vCont?": reply},
                            supported=supported) as stub:
                tdesc = clitest.write(f"{directory}/t.xml", stub.description)
                same(stub, "--tdesc", tdesc)
                assert all(p.startswith(known) for p in stub.log), stub.log


@test
def a_silent_stub_is_not_waited_for(directory):
    """It acknowledges unknown packets and does not answer them."""
    supported = ScriptStub.supported + ";vContSupported+"
    silent = {"qqemu*": None, "qThreadExtraInfo*": None}
    with ScriptStub(silent, threads=("1", "2", "3"), supported=supported) as stub:
        start = time.monotonic()
        same(stub)
        took = time.monotonic() - start
        equal(sum(p.startswith("qThreadExtraInfo") for p in stub.log), 1)
    print(f"     {took:.1f} s")
    assert took < 3, took


@test
def silence_to_one_query(directory):
    """gdb 13 goes on after six seconds. It does not need p, because g has all registers. Here it
    is two seconds or half of --timeout, also in no-ack mode."""
    xml = clitest.write(f"{directory}/t.xml", ScriptStub.description)
    for stub_type in (ScriptStub, NoAckStub):
        for silent, *more in [("qSupported*", "--tdesc", xml), ("p*",), ("Hg*",),
                              ("qThreadExtraInfo*",)]:
            for timeout, most in (("5", 4), ("1", 2.5)):
                with stub_type({silent: None}) as stub:
                    start = time.monotonic()
                    same(stub, "--timeout", timeout, *more)
                    took = time.monotonic() - start
                    assert took < most, (silent, timeout, took)
                    equal(stub.acks, stub_type is ScriptStub or silent == "qSupported*")
                    assert sum(p.startswith("Hg") for p in stub.log) <= 1, stub.log


@test
def silence_to_hg_with_two_threads(directory):
    """gdb shows the registers of the first thread for both threads."""
    with ScriptStub({"Hg*": None}, threads=("1", "2")) as stub:
        one_line(run("dump", "--timeout", "1", "-t", stub.target), 3, "has not answered")


@test
def a_late_reply_is_dropped(directory):
    """The reply arrives late: it counts as missing, and the next packet is not acknowledged yet."""
    for stub_type in (ScriptStub, NoAckStub):
        for packet, late in [("qThreadExtraInfo*", "41424344"), ("qThreadExtraInfo*", "OK"),
                             ("Hg*", "OK"), ("p*", "01020304")]:
            def delayed(_, late=late):
                time.sleep(1.2)
                return late
            with stub_type({packet: delayed}) as stub:
                same(stub, "--timeout", "2")


# ----------------------------------------------------------------- how it was left ---

OPENOCD = ("PacketSize=4000;qXfer:memory-map:read-;qXfer:features:read+;qXfer:threads:read+;"
           "QStartNoAckMode+;vContSupported+")


@test
def left_as_seen(directory):
    """-v reports only what the stub's replies prove. The last packet is the one that resumes."""
    unknown = "it is not known how the guest was left"
    for answers, supported, says, last in [
            ({"D": "OK"}, "", "detached; it is not known whether the guest runs", "D"),
            ({"D": "", "c": None}, "", "left running", "c"),  # DeSmuME, Dolphin, mGBA
            ({"D": "", "c": "OK"}, "", "left running", "c"),  # rp2040js
            ({"D": "E01", "c": "E01"}, "", "left halted", "c"),
            ({"D": "", "c": "T05thread:1;"}, "", "left halted", "c"),
            ({"D": CLOSE}, "", unknown, "D"),
            ({"D": None}, "", unknown, "D"),
            ({"D": "OK", "c": None}, OPENOCD, "left running", "c"),
            ({"D": "OK", "c": "E01"}, OPENOCD, "left halted", "c")]:
        with ScriptStub(answers, supported=supported or ScriptStub.supported) as stub:
            result = run("dump", "-v", "--timeout", "1", "-t", stub.target)
            equal(result.status, 0)
            equal(result.err.splitlines()[-1], f"gdbregs-cli: {stub.target}: {says}")
            equal(stub.log[-1], last)
    with ScriptStub({"D": "", "c": None}) as stub:
        result = run("dump", "-v", "--on-exit", "halt", "-t", stub.target)
        equal(result.err.splitlines()[-1], f"gdbregs-cli: {stub.target}: left halted")
        assert not {"c", "D"} & set(stub.log), stub.log


# ------------------------------------------------------- which of p and g is believed ---

def unfit(stub, *args):
    """read prints registers without values, and the reason once."""
    result = run("read", "-t", stub.target, "-f", "json", *args)
    equal([reg["bytes"] for reg in json.loads(result.out)], [None] * 4)
    return result


@test
def a_g_that_does_not_fit_is_said(directory):
    """gdb: "Remote 'g' packet reply is too long (expected 16 bytes, got 20 bytes)"."""
    for reply, got in (("00" * 20, 20), ("00" * 15, 15)):
        with ScriptStub({"p*": "", "g": reply}) as stub:
            result = unfit(stub)
            equal(result.status, 0)
            line = result.err.strip()
            assert "\n" not in line and f"{got} bytes" in line and "(16 bytes)" in line, line
            equal(unfit(stub, "--strict").status, 5)
            equal(unfit(stub, "-q").err, "")


@test
def a_type_larger_than_its_register(directory):
    """In gdb, the register has the size of its type in g."""
    text = TARGET.format('<vector id="wide" type="uint8" count="100"/>' +
                         register_text("a") + register_text("padding", 32, ' type="wide"') +
                         register_text("b"))
    reply = "01020304" + "77" * 100 + "05060708"
    with ScriptStub({"p*": "", "g": reply}, description=text) as stub:
        equal(dump(stub)["1"], ["01020304", "77" * 100, "05060708"])


class RtosStub(ScriptStub):
    """p and P refer to the first thread, whichever is selected."""
    threads = ("1", "2", "3")
    which = "p"

    def read(self, number):
        return self.values["1"][int(number, 16)].hex() if self.which == "p" else super().read(number)

    def write(self, text):
        if self.which == "p":
            self.selected = "1"
        return super().write(text)

    def read_all(self, text):
        return b"".join(self.values["1"]).hex() if self.which == "g" else super().read_all(text)


@test
def the_one_that_distinguishes_threads(directory):
    for which in "pg":
        with RtosStub(which=which) as stub:
            same(stub)
        # Without -v, nothing is reported if all registers have values.
        with RtosStub(which=which) as stub:
            result = run("dump", "-t", stub.target, "-v", "-f", "json")
            assert f"replies to {which} without regard to the selected thread" in result.err
            before = as_served(stub)
            silent_ok(run("write", "-t", stub.target, "-c", "1", "sp=0x01020304"))
            before["2"][2] = "04030201"
            equal(as_served(stub), before)


@test
def what_only_p_has_is_not_another_threads(directory):
    text = ScriptStub.description.replace("</feature>",
                                          register_text("primask") + "</feature>")
    with RtosStub(description=text) as stub:
        result = run("dump", "-t", stub.target, "-f", "json")
        equal(result.status, 0)
        assert "without regard to the selected thread" in result.err and \
            result.err.count("\n") == 1, result.err
        for vcpu in json.loads(result.out)["targets"][0]["vcpus"]:
            equal([reg["bytes"] for reg in vcpu["registers"]],
                  as_served(stub)[vcpu["thread"]] + [None])


@test
def one_g_is_one_snapshot(directory):
    """mGBA's p adds the length of the pipeline to the pc. rp2040js runs between two p."""
    with ScriptStub({"p2": "ffffffff", "p3": "eeeeeeee"}) as stub:
        same(stub)
        equal([p for p in stub.log if p == "g"], ["g", "g"])
        del stub.log[:]
        silent_ok(run("read", "-t", stub.target, "sp"))
        equal(stub.log[-3:], ["p0", "g", "g", "D"][-3:])


@test
def a_write_by_the_other_way(directory):
    """DeSmuME ignores G, others have a P without effect, and most stubs have no G."""
    for answers in ({"G*": "OK"}, {"G*": ""}, {"P*": "OK"}, {"P*": ""}, {}):
        with ScriptStub(answers) as stub:
            silent_ok(run("write", "-t", stub.target, "sp=0x01020304"))
            equal(stub.values["1"][2].hex(), "04030201")
    for answers in ({"P*": "OK", "G*": "OK"}, {"P*": "OK", "G*": ""}):
        with ScriptStub(answers) as stub:
            result = run("write", "-t", stub.target, "sp=0x01020304")
            assert result.status and "sp" in result.err, result
            equal([p[0] for p in stub.log if p[0] in "PG"], ["P", "G"])


# -------------------------------------------------------------- qRegisterInfo alone ---

INFOS = ("name:r0;bitsize:32;offset:0;encoding:uint;format:hex;set:General;",
         "name:pc;alt-name:r15;bitsize:32;offset:4;encoding:uint;format:hex;set:General;generic:pc;",
         "name:d0;bitsize:64;offset:8;encoding:ieee754;format:float;set:Floating;")


def described_by_infos(infos, end, **attributes):
    answers = {f"qRegisterInfo{n:x}": info for n, info in enumerate(infos)}
    return ScriptStub({**answers, "qRegisterInfo*": end, "g": "00112233" "44556677" "0000000000000840"},
                      supported="PacketSize=1000;qXfer:libraries:read+", description="",
                      **attributes)


@test
def registers_by_qregisterinfo(directory):
    for end in ("E45", "", None):
        with described_by_infos(INFOS, end) as stub:
            out = silent_ok(run("dump", "-t", stub.target, "-f", "json", "--endian", "little"))
            registers = json.loads(out)["targets"][0]["vcpus"][0]["registers"]
            equal([(reg["name"], reg["bytes"], reg["value"]) for reg in registers],
                  [("r0", "00112233", "0x33221100"), ("pc", "44556677", "0x77665544"),
                   ("d0", "0000000000000840", "0x4008000000000000")])
            assert "qXfer:features:read:target.xml:0,7fd" not in stub.log
            equal(json.loads(silent_ok(run("read", "-t", stub.target, "r15", "-f", "json")))[0]["name"],
                  "pc")


@test
def qregisterinfo_is_not_asked_in_vain(directory):
    """qRegisterInfo is not sent if there is a description, if one is named, or to QEMU."""
    with ScriptStub() as stub:
        same(stub)
        assert not any(p.startswith("qRegisterInfo") for p in stub.log), stub.log
    with described_by_infos(INFOS, "E45") as stub:
        silent_ok(run("list", "-t", stub.target, "--arch", "arm"))
        silent_ok(run("vcpus", "-t", stub.target))
        assert not any(p.startswith("qRegisterInfo") for p in stub.log), stub.log


@test
def bad_qregisterinfo(directory):
    broken = "bitsize:32;"
    with described_by_infos(INFOS[:1] + (broken,), "E45") as stub:
        one_line(run("list", "-t", stub.target), 4, "qRegisterInfo1", broken)
    for first in (broken, "OK", ""):
        with described_by_infos((first,), "E45") as stub:
            one_line(run("list", "-t", stub.target), 4, "serves no target description")
            equal([p for p in stub.log if p.startswith("qReg")], ["qRegisterInfo0"])
    # The stub describes an endless number of registers.
    with described_by_infos((), INFOS[0]) as stub:
        one_line(run("list", "-t", stub.target), 4, "max_registers")
    with described_by_infos((CLOSE,), "E45") as stub:
        one_line(run("list", "-t", stub.target), 3, "qRegisterInfo", "name one with --arch")


@test
def a_stub_that_names_nothing_is_asked_for_nothing(directory):
    """BlastEm ends at an unknown packet. The architectures that fit are listed nevertheless: its g
    has the size of m68k's, and of no other."""
    g = "00" * 72
    for supported in ("PacketSize=4000", "PacketSize=4000;"):
        for command in ("list", "dump"):
            with ScriptStub({"g": g, "Hg*": "OK", "qfThreadInfo": "m1", "qsThreadInfo": "l", "?": "S05",
                             "qThreadExtraInfo*": "", "D": "OK", "qSupported*": supported,
                             "*": CLOSE}) as stub:
                one_line(run(command, "-t", stub.target), 4, "--arch m68k would fit", "72 bytes")
    # A stub that does not identify itself replies "unsupported" to unknown packets.
    with described_by_infos(INFOS, "E45") as stub:
        stub.supported = ""
        equal(len(json.loads(silent_ok(run("list", "-t", stub.target, "-f", "json")))[0]["registers"]),
              3)


# ------------------------------------------------------------------ messages alone ---

@test
def no_g_for_a_message(directory):
    """g kills qemu-hexagon 7.2. list and xml read no values, so they do not send it."""
    for command in ("list", "xml"):
        with ScriptStub({"qqemu.Supported": "sstepbits;sstep"}, description="",
                        threads=("p1.1",), stop="T05thread:p1.1;",
                        supported="PacketSize=1000;vContSupported+;multiprocess+") as stub:
            one_line(run(command, "-t", stub.target), 4, "serves no target description; name one")
            assert "g" not in stub.log and "qqemu.Supported" in stub.log, stub.log


class Uninterruptible(ScriptStub):
    """qemu-user notices 0x03 only when its program stops by itself."""

    threads = ("p1.1",)
    stop = "T05thread:p1.1;"
    supported = ScriptStub.supported + ";vContSupported+;multiprocess+"

    def interrupted(self):
        self.log.append("^C")


@test
def why_it_does_not_stop(directory):
    """Every command that interrupts the guest has the same message, and only if the stub is
    qemu-user."""
    answers = {"vCont?": "vCont;c;C;s;S", "vCont;c*": None, "Z0*": "OK"}
    for identity, words in (("sstepbits;sstep", "QEMU's user emulation cannot be interrupted"),
                            ("", "has not stopped for 1.0 s\n")):
        for command in (["watch", "-n", "2", "-i", "0.1"], ["expect", "--within", "0.1", "sp=1"],
                        ["trace", "--break", "4", "--within", "0.1", "sp"]):
            with Uninterruptible({"qqemu.Supported": identity, **answers}) as stub:
                start = time.monotonic()
                result = run(*command, "-q", "-t", stub.target, "--timeout", "1")
                took = time.monotonic() - start
                equal(result.status, 3)
                contains(result.err, words)
                # Closing does not wait for it a second time.
                assert took < 2, took


@test
def a_stub_without_a_program(directory):
    """lldb-server 14 answers E02, others nothing. gdb: "The target is not running"."""
    for stop in ("E02", "E44;6e6f", ""):
        with ScriptStub(stop=stop) as stub:
            one_line(run("dump", "-t", stub.target), 5, "nothing is being debugged")
            assert not {"D", "c"} & set(stub.log), stub.log


clitest.main()
