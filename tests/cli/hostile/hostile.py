# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shared by the hostile tests: running the tool with limits of time and memory, and a stub in
Python for behaviour that the fake stub does not have."""
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from clitest import CLI, DEADLINE_S, FAKE, Fake, equal, main, register_bytes, skip, test  # noqa: E402
from tool import (BAD_STUB, DIFFERENT, DONE, NO_CONNECTION, NO_OUTPUT, NO_REGISTER,  # noqa: E402,F401
                  USAGE)

# Limits of CPU time, and of time on the clock, because the machine is shared.
CPU_SECONDS_MOST = 10
SECONDS_MOST = DEADLINE_S
# Limit of the memory of a run. A plain dump uses some 6 MiB.
RSS_MOST_MIB = 64
OUTPUT_MOST = 1 << 24


# A small program that runs the tool, because the peak memory of a child includes that of its parent
# when it was started. Writes status, KiB, seconds.
LAUNCH = """import os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
line = f"{os.waitstatus_to_exitcode(status)} {usage.ru_maxrss} {usage.ru_utime + usage.ru_stime}"
os.write(int(sys.argv[1]), line.encode())
"""


class Measured:
    """A run of the tool, and its own memory. Its output goes to `stdout`, or nowhere."""

    def __init__(self, *args, stdout=subprocess.DEVNULL, limit_s=200):
        self.args = [str(a) for a in args]
        ours, its = os.pipe()
        process = subprocess.Popen([sys.executable, "-ISc", LAUNCH, str(its), CLI, *self.args],
                                   stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE,
                                   pass_fds=[its], start_new_session=True)
        os.close(its)
        killer = threading.Timer(limit_s, os.killpg, (process.pid, signal.SIGKILL))
        killer.start()
        _, self.err = process.communicate()
        killer.cancel()
        with open(ours, "rb") as file:
            words = file.read().split()
        assert len(words) == 3, f"not done in {limit_s} s: {self.args}: {self.err}"
        self.status, self.rss_mib, self.cpu_seconds = int(words[0]), int(words[1]) / 1024, float(words[2])

    def __repr__(self):
        return (f"{' '.join(self.args)}: status {self.status}, {self.cpu_seconds:.2f} s of the processor, "
                f"{self.rss_mib:.0f} MiB\nstderr {self.err[:600]!r}")


class Run:
    """Run the tool. Returns its status, output, seconds and peak memory."""

    def __init__(self, *args, stdin=subprocess.DEVNULL, stdout=None, limit_s=2 * DEADLINE_S, env=None):
        self.args = [str(a) for a in args]
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            forget_peak()
            begin = time.monotonic()
            process = subprocess.Popen([CLI, *self.args], stdin=stdin, stdout=stdout or out,
                                       stderr=err, env=env)
            killer = threading.Timer(limit_s, process.kill)
            killer.start()
            _, status, usage = os.wait4(process.pid, 0)
            killer.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
            self.seconds = time.monotonic() - begin
            self.status = process.returncode
            self.cpu_seconds = usage.ru_utime + usage.ru_stime
            self.rss_mib = usage.ru_maxrss / 1024
            self.out, self.err = self.text(out), self.text(err)

    @staticmethod
    def text(file):
        file.seek(0)
        return file.read(OUTPUT_MOST)

    def __repr__(self):
        return (f"{' '.join(self.args)}: status {self.status}, {self.seconds:.2f} s, "
                f"{self.cpu_seconds:.2f} s of the processor, {self.rss_mib:.0f} MiB\n"
                f"stdout {self.out[:300]!r}\nstderr {self.err[:600]!r}")


def forget_peak():
    """Until a child runs another program, the kernel counts our own peak as its peak. Reset it, so
    that only our present memory counts."""
    try:
        with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
            file.write("5")
    except OSError:
        pass


class Repeat:
    """A long text that is not in memory: `unit` so many times, between two other texts. It has a
    length, slices and blocks."""

    def __init__(self, before, unit, count, after=""):
        self.before, self.unit, self.after = before.encode(), unit.encode(), after.encode()
        self.middle = len(self.unit) * count

    def __len__(self):
        return len(self.before) + self.middle + len(self.after)

    def __getitem__(self, place):
        start, stop, _ = place.indices(len(self))
        off = start - len(self.before)
        first = max(off, 0) // len(self.unit)
        last = max(min(stop - len(self.before), self.middle), 0) // len(self.unit) + 1
        body = (self.unit * (last - first))[:max(self.middle - first * len(self.unit), 0)]
        text = (self.before if off < 0 else b"") + body + self.after
        skip = start if off < 0 else off - first * len(self.unit)
        if off > self.middle:
            text, skip = self.after, off - self.middle
        return text[skip:skip + stop - start]

    def blocks(self):
        for at in range(0, len(self), 1 << 16):
            yield self[at:at + (1 << 16)]


def is_control(byte):
    return byte < 0x20 and byte != 0x0a or byte >= 0x7f


def check(result, statuses, *says, rss_mib=RSS_MOST_MIB):
    """Require one of these statuses, a single printable line for a failure, and the limits."""
    statuses = statuses if isinstance(statuses, tuple) else (statuses,)
    assert result.status in statuses, f"expected status {statuses}: {result}"
    assert result.seconds < SECONDS_MOST, f"more than {SECONDS_MOST} s: {result}"
    assert result.cpu_seconds < CPU_SECONDS_MOST, f"more than {CPU_SECONDS_MOST} s: {result}"
    assert result.rss_mib < rss_mib, f"more than {rss_mib} MiB: {result}"
    assert not any(map(is_control, result.out)), f"control characters on stdout: {result}"
    assert not any(map(is_control, result.err)), f"control characters on stderr: {result}"
    lines = result.err.splitlines()
    if result.status != DONE:
        assert len(lines) == 1 and lines[0].startswith(b"gdbregs-cli: "), f"not one line: {result}"
    for part in says:
        assert part.encode() in result.err, f"{part!r} is not said: {result}"
    return result


def fake_dump(options, *args, command="dump", timeout=1):
    """Run the tool with a fake stub that has these options."""
    with Fake(*options) as fake:
        return Run(command, "--timeout", timeout, "-t", fake.target, *args)


# ----------------------------------------------------------------- a stub of our own

# A complete packet of the client. It needs no escapes.
PACKET = re.compile(rb"\$([^#]*)#..", re.S)
SENT_AT_ONCE = 1 << 20


def packet(payload):
    payload = payload if isinstance(payload, bytes) else payload.encode()
    return b"$" + payload + b"#%02x" % (sum(payload) & 0xff)


def escape(data):
    for byte in b"}#$*":
        data = data.replace(bytes([byte]), b"}" + bytes([byte ^ 0x20]))
    return data


class Stub:
    """By default, a QEMU 10 with one vCPU, on TCP. `answers` maps a prefix of a request to a
    payload, or to a function of the request, which returns a payload, a tuple of raw bytes,
    or None for no reply."""

    # Not where a subclass does something at each request.
    remembers = True

    USUAL = {
        "qSupported": "PacketSize=1000;qXfer:features:read+;vContSupported+;multiprocess+",
        "qqemu.Supported": "sstepbits;sstep;PhyMemMode",
        "?": "T05thread:p01.01;",
        "vAttach": "E22",
        "qfThreadInfo": "mp01.01",
        "qsThreadInfo": "l",
        "qThreadExtraInfo": b"CPU#0 [halted ]".hex(),
        "Hg": "OK",
        "p": "0011223344556677",
        "D": "OK",
    }

    def __init__(self, answers=None, documents=None, raw=None):
        self.answers = {**self.USUAL, **(answers or {})}
        self.documents = documents or {}
        self.raw = raw
        self.requests = []
        # The longest prefix of the request decides.
        longest_first = sorted(self.answers, key=len, reverse=True)
        self.beginnings = re.compile("|".join(map(re.escape, longest_first)).encode())
        self.wires = self.known_replies()
        self.ended = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.target = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        # Wakes the thread if it waits in accept().
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def serve(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            with sock:
                try:
                    self.talk(sock)
                except OSError:
                    pass
            self.ended.set()

    def heard(self):
        """Returns all requests of a client that has disconnected."""
        assert self.ended.wait(DEADLINE_S), "the client is still there"
        return [request.decode("latin-1") for request in self.requests]

    def talk(self, sock):
        if self.raw:
            self.raw(sock)
            return
        left = b""
        while more := sock.recv(1 << 18):
            data = left + more
            end = data.rfind(b"#", 0, -2) + 3
            if end < 3:
                left = data
                continue
            left = data[end:]
            requests = PACKET.findall(data[:end])
            self.requests += requests
            self.reply_all(sock, requests)

    def reply_all(self, sock, requests):
        """Known replies are sent together, because a test may request millions."""
        ready, size = [], 0
        for request in requests:
            begin = self.beginnings.match(request)
            wire = self.wires.get(begin.group()) if begin else None
            if wire:
                ready.append(wire)
                size += len(wire)
            if ready and (size > SENT_AT_ONCE or not wire):
                sock.sendall(b"".join(ready))
                ready, size = [], 0
            if not wire:
                self.reply(sock, request.decode("latin-1"))
        sock.sendall(b"".join(ready))

    def reply(self, sock, request):
        answer = self.answer(request)
        if answer is None:
            return
        if isinstance(answer, tuple):
            for part in answer:
                sock.sendall(part)
        else:
            sock.sendall(b"+" + packet(answer))

    def known_replies(self):
        """Returns the replies that are always the same, as raw bytes."""
        return {begin.encode(): b"+" + packet(answer) for begin, answer in self.answers.items()
                if self.remembers and isinstance(answer, (str, bytes))}

    def answer(self, request):
        found = self.beginnings.match(request.encode("latin-1"))
        begin = found and found.group().decode()
        if request.startswith("qXfer:features:read:") and begin is None:
            return self.document(request)
        if request.startswith("qRcmd"):
            return (b"+" + packet("O" + b"VM status: paused\r\n".hex()) + packet("OK"),)
        answer = self.answers.get(begin, "")
        return answer(request) if callable(answer) else answer

    def document(self, request):
        name, place = request.split(":")[3:5]
        off, size = (int(n, 16) for n in place.split(","))
        text = self.documents.get(name)
        if text is None:
            return "E00"
        size = min(size, 2045)
        whole = off + size >= len(text)
        return (b"l" if whole else b"m") + escape(text[off:off + size])


def described(registers, **more):
    """Returns a stub with these <reg/> elements in one feature."""
    if isinstance(registers, str):
        registers = registers.encode()
    return Stub(documents={"target.xml": b"<target><architecture>i386:x86-64</architecture>"
                           b"<feature name='f'>" + registers + b"</feature></target>"}, **more)
