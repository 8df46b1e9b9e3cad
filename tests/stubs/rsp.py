# SPDX-License-Identifier: LGPL-2.1-or-later
"""A small, slow client of the GDB remote protocol, to compare with.

It sends one request at a time and acknowledges every packet.
"""
import re
import socket


class RspError(Exception):
    pass


class Rsp:
    """A connection. It is closed without detaching unless detach() is called."""

    def __init__(self, address, timeout_s=60):
        """address: a unix socket's path, or (host, port)."""
        if isinstance(address, str):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(timeout_s)
            self.sock.connect(address)
        else:
            self.sock = socket.create_connection(address, timeout_s)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data = b""
        self.features = {}

    def byte(self):
        if not self.data:
            self.data = self.sock.recv(65536)
            if not self.data:
                raise RspError("the stub closed the connection")
        first, self.data = self.data[:1], self.data[1:]
        return first

    def packet_body(self):
        """The rest of a packet whose `$` has been read; checksum verified."""
        body = b""
        while (c := self.byte()) != b"#":
            body += c
        if int(self.byte() + self.byte(), 16) != sum(body) & 0xFF:
            raise RspError(f"bad checksum: {body!r}")
        return expand(body)

    def ask(self, payload):
        """Send one packet, return the reply's payload as bytes."""
        raw = payload if isinstance(payload, bytes) else payload.encode()
        wire = b"$" + raw + b"#%02x" % (sum(raw) & 0xFF)
        self.sock.sendall(wire)
        acked = False
        while True:
            c = self.byte()
            if c == b"+":
                acked = True
            elif c == b"-":
                # QEMU: the client before us died in the middle of a packet.
                self.sock.sendall(wire)
            elif c == b"$":
                body = self.packet_body()
                # QEMU 7.2 pushes a stop reply on connecting, before any '+'.
                self.sock.sendall(b"+")
                if acked:
                    return body

    def text(self, payload):
        return self.ask(payload).decode("latin-1")

    def hello(self):
        reply = self.text("qSupported:multiprocess+;swbreak+;hwbreak+;xmlRegisters=i386")
        for item in reply.split(";"):
            name, equals, value = item.partition("=")
            self.features[name if equals else item[:-1]] = value if equals else item[-1:]
        self.text("?")

    def threads(self):
        ids, reply = [], self.text("qfThreadInfo")
        while reply.startswith("m"):
            ids += [tid for tid in reply[1:].split(",") if tid]
            reply = self.text("qsThreadInfo")
        return [canonical(tid) for tid in ids]

    def attach_clusters(self, attempts=8):
        """vAttach process ids 2, 3, …; one without vCPUs answers as a missing one."""
        for pid in range(2, 2 + attempts):
            self.ask(f"vAttach;{pid:x}")

    def select(self, thread):
        if self.text(f"Hg{thread}") != "OK":
            raise RspError(f"Hg{thread} refused")

    def document(self, annex):
        text = b""
        while True:
            reply = self.ask(f"qXfer:features:read:{annex}:{len(text):x},7fb")
            if reply[:1] not in (b"m", b"l"):
                raise RspError(f"{annex}: {reply!r}")
            text += unescape(reply[1:])
            if reply[:1] == b"l":
                return text

    def register(self, regnum):
        """Its bytes in hex, or None if the stub refuses."""
        reply = self.text(f"p{regnum:x}")
        if not reply or (reply[0] == "E" and len(reply) == 3):
            return None
        return reply

    def detach(self, *pids):
        for pid in pids:
            self.ask(f"D;{pid:x}")
        self.close()

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def canonical(tid):
    """Thread ids compare as numbers: `p01.02` -> `p1.2`."""
    if tid.startswith("p"):
        pid, thread = tid[1:].split(".")
        return f"p{int(pid, 16):x}.{int(thread, 16):x}"
    return f"{int(tid, 16):x}"


def expand(body):
    """Undo run-length encoding: `X*c` is X and c-29 more of it."""
    return re.sub(rb"(.)((?:\*.)+)", lambda run: run[1] * (1 + sum(c - 29 for c in run[2][1::2])),
                  body, flags=re.DOTALL)


def unescape(data):
    return re.sub(rb"}(.)", lambda pair: bytes([pair[1][0] ^ 0x20]), data, flags=re.DOTALL)
