#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 120
"""qRegisterInfo as the only description: lldb-server, through a filter that hides its
target.xml. Judge: lldb-server's target.xml, which describes the same registers, and the
values read by it from a program that starts alike."""
import json
import socket
import sys
import threading

sys.dont_write_bytecode = True

import libtest
import stubs
from libtest import DONE, check, equal, run

DESCRIPTION = b"qXfer:features:read+;"


class Filter:
    """Relays one connection, and takes DESCRIPTION out of the stub's first packet."""

    def __init__(self, server):
        self.stub = socket.create_connection(server.connection())
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.asked = b""
        self.client = None
        threading.Thread(target=self.relay, daemon=True).start()

    def relay(self):
        self.client, _ = self.listener.accept()
        for end in (self.client, self.stub):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=self.relay_requests, daemon=True).start()
        try:
            self.client.sendall(self.first_packet())
            while piece := self.stub.recv(65536):
                self.client.sendall(piece)
        except OSError:
            pass
        self.client.close()

    def relay_requests(self):
        try:
            while piece := self.client.recv(65536):
                self.asked += piece
                self.stub.sendall(piece)
        except OSError:
            pass
        self.stub.close()

    def first_packet(self):
        data = b""
        while b"#" not in data[:-2]:
            data += self.stub.recv(65536)
        start, end = data.index(b"$") + 1, data.index(b"#")
        payload = data[start:end]
        check(DESCRIPTION in payload, "lldb-server announces its description", payload)
        payload = payload.replace(DESCRIPTION, b"")
        return data[:start] + payload + b"#%02x" % (sum(payload) & 0xff) + data[end + 3:]

    def close(self):
        self.listener.close()


def described(address):
    """The sizes and groups of registers as target.xml or qRegisterInfo describe them."""
    listed = run("list", "-t", address, "-f", "json")
    check(listed.status == DONE, "list", listed)
    return {reg["name"]: (reg["bits"], reg["group"]) for reg in
            json.loads(listed.out)[0]["registers"]}


def values(address):
    dumped = run("dump", "-t", address, "-f", "json")
    check(dumped.status == DONE and not dumped.err, "dump", dumped)
    vcpu = json.loads(dumped.out)["targets"][0]["vcpus"][0]
    return vcpu, {reg["name"]: reg["bytes"] for reg in vcpu["registers"]}


def through_filter(stub, function):
    with stub.start() as server:
        hidden = Filter(server)
        found = function(hidden.address)
        hidden.close()
        return found, hidden.asked


def main():
    stub = stubs.LLDB_SERVER
    if stub.missing():
        libtest.skip(stub.missing())
    with stub.start() as server:
        own = described(server.address)
    found, asked = through_filter(stub, described)
    check(b"qRegisterInfo0" in asked and b"qXfer:features" not in asked, "what was asked", asked)
    equal(list(found), list(own), "names and their order")
    equal({name: bits for name, (bits, _) in found.items()},
          {name: bits for name, (bits, _) in own.items()}, "sizes")
    with stub.start() as server:
        _, right = values(server.address)
    (vcpu, read), asked = through_filter(stub, values)
    moving = {"fs_base", "gs_base"}
    equal({name: read.get(name) for name in right if name not in moving},
          {name: right[name] for name in right if name not in moving}, "values")
    equal(vcpu["byte_order"], "little", "byte order, from qHostInfo")
    check(len(right) > 50, "registers", right)
    pc, _ = through_filter(stub, lambda address: run("read", "-t", address, "pc", "-f", "json"))
    equal([reg["name"] for reg in json.loads(pc.out)], ["rip"], "generic role pc")
    libtest.finish("register_info")


main()
