# SPDX-License-Identifier: LGPL-2.1-or-later
"""A stub as a Python object, for what real stubs and the fake stub do not do on request.

It listens on a free port and serves one client at a time. Make a subclass, or pass
`answers`: {packet, or prefix of packets followed by `*`: reply}. A reply is the payload as
text, None to acknowledge the packet without a reply, or a function of the packet that
returns one of these. usual() replies to all other packets.
"""

import socket
import struct
import threading

CLOSE = object()  # as a reply: close the connection

TARGET = ('<?xml version="1.0"?><target><architecture>riscv:rv32</architecture>'
          '<feature name="org.gnu.gdb.riscv.cpu">{}</feature></target>')
NAMES = ("zero", "ra", "sp", "gp")


def register_text(name, bits=32, more=""):
    return f'<reg name="{name}" bitsize="{bits}"{more}/>'


def frame(payload):
    raw = payload.encode("latin-1")
    return b"$" + raw + b"#%02x" % (sum(raw) & 0xFF)


class ScriptStub:
    """A stub with four 32-bit registers. Register n of thread number t is 0xTT0000NN."""

    acks = True  # the stub acknowledges packets; no stub has no-ack mode unless it offers it
    supported = "PacketSize=1000;qXfer:features:read+"
    description = TARGET.format("".join(register_text(name) for name in NAMES))
    threads = ("1",)
    stop = "T05thread:1;"

    def __init__(self, answers=None, **attributes):
        self.answers = answers or {}
        for name, value in attributes.items():
            setattr(self, name, value)
        self.log = []  # the packets received
        self.selected = self.threads[0] if self.threads else None
        self.values = {thread: [struct.pack("<I", t << 24 | n) for n in range(len(NAMES))]
                       for t, thread in enumerate(self.threads or (None,))}
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.target = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.client = None
        self.stopping = False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    # ------------------------------------------------------------------- the wire ---

    def serve(self):
        while not self.stopping:
            try:
                self.client, _ = self.listener.accept()
            except OSError:
                return
            self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, self.nodelay())
            try:
                self.session()
            except OSError:
                pass
            self.client.close()

    def nodelay(self):
        return 1

    def session(self):
        self.data = b""  # received, not yet processed
        while piece := self.client.recv(65536):
            self.data += piece
            while True:
                self.data = self.data.lstrip(b"+-")
                if self.data[:1] == b"\x03":
                    self.interrupted()
                    self.data = self.data[1:]
                    continue
                end = self.data.find(b"#")
                if end < 0 or len(self.data) < end + 3:
                    break
                packet = self.data[1:end].decode("latin-1")
                self.data = self.data[end + 3:]
                if not self.packet(packet):
                    return

    def packet(self, packet):
        """Receive one packet. Returns false to close the connection."""
        self.log.append(packet)
        reply = self.answer(packet)
        if reply is CLOSE:
            return False
        self.send(b"+" if self.acks else b"", b"" if reply is None else frame(reply))
        return True

    def send(self, ack, reply):
        self.client.sendall(ack + reply)

    def interrupted(self):
        self.log.append("^C")
        self.send(b"", frame("T02thread:1;"))

    # -------------------------------------------------------------------- answers ---

    def answer(self, packet):
        for request, reply in self.answers.items():
            if packet == request or (request.endswith("*") and packet.startswith(request[:-1])):
                return reply(packet) if callable(reply) else reply
        return self.usual(packet)

    def usual(self, packet):
        if packet.startswith("qSupported"):
            return self.supported
        if packet == "?":
            return self.stop
        if packet == "qfThreadInfo":
            return "m" + ",".join(self.threads) if self.threads else ""
        if packet == "qsThreadInfo":
            return "l" if self.threads else ""
        if packet.startswith("Hg"):
            return self.select(packet[2:])
        if packet.startswith("qXfer:features:read:target.xml:"):
            return self.document(self.description, packet)
        if packet[:1] in "pPgG":
            return getattr(self, {"p": "read", "P": "write", "g": "read_all",
                                  "G": "write_all"}[packet[0]])(packet[1:])
        return "OK" if packet == "D" else ""

    def document(self, text, packet):
        offset, size = (int(n, 16) for n in packet.rpartition(":")[2].split(","))
        rest = text[offset:]
        return ("m" if len(rest) > size else "l") + rest[:size]

    def select(self, thread):
        if thread not in self.values:
            return "E01"
        self.selected = thread
        return "OK"

    def register(self, n):
        return self.values[self.selected][n]

    def read(self, number):
        n = int(number, 16)
        return self.register(n).hex() if n < len(NAMES) else "E01"

    def read_all(self, _):
        return b"".join(self.values[self.selected]).hex()

    def write(self, text):
        number, _, value = text.partition("=")
        self.values[self.selected][int(number, 16)] = bytes.fromhex(value)
        return "OK"

    def write_all(self, text):
        raw = bytes.fromhex(text)
        self.values[self.selected] = [raw[i:i + 4] for i in range(0, len(raw), 4)]
        return "OK"

    # ----------------------------------------------------------------------- life ---

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stopping = True
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        if self.client:
            try:
                self.client.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.thread.join(30)
