#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Addresses at which there is a stub, and addresses at which there is none.

Stubs: TCP by name, IPv4, IPv6, port alone; unix socket; the standard streams of a
command that the tool starts. No stub: nothing listens, a server is silent, a server
speaks HTTP, the stub dies in the middle.
"""
import contextlib
import http.server
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True

import libtest
import qemu
from libtest import (BAD_STUB, CLI, DONE, NO_CONNECTION, NO_OUTPUT, check, equal, one_message, run,
                     say, started)
from tool import finish, poll

NO_END_S = 60


# ----------------------------------------------------------------- good ways

def dump_of(result, place):
    """The one vCPU list of a dump, or an empty one after a counted failure."""
    if not check(result.status == DONE, place, result):
        return []
    target = json.loads(result.out)["targets"][0]
    return target.get("vcpus", [])


def check_reset_state(vcpus, place):
    """x86 at reset: rip, wherever it was read through."""
    if check(vcpus, place, "no vCPUs"):
        rip = next(reg for reg in vcpus[0]["registers"] if reg["name"] == "rip")
        equal((rip["bytes"], rip["value"]), ("f0ff000000000000", "0xfff0"), f"{place}: rip")
        equal(len(vcpus[0]["registers"]), 66, f"{place}: registers")


def check_addresses():
    target = qemu.target("x86_64")
    for stub in ("tcp", "tcp6", "unix"):
        if stub == "tcp6" and not has_ipv6():
            say("IPv6: this machine has none, not tried")
            continue
        with qemu.Machine(target, stub=stub) as machine:
            for address in addresses(machine, stub):
                result = run("dump", "-f", "json", "-t", address)
                check_reset_state(dump_of(result, address), address)
                equal(machine.status(), "prelaunch", f"{address}: left halted")
                say(f"address {address.replace(machine.dir, '…')}")


def addresses(machine, stub):
    if stub == "unix":
        return [machine.address]
    if stub == "tcp6":
        return [f"[::1]:{machine.port}", f"tcp:[::1]:{machine.port}"]
    return [f"127.0.0.1:{machine.port}", f"localhost:{machine.port}", f":{machine.port}",
            f"tcp:localhost:{machine.port}"]


def has_ipv6():
    try:
        qemu.free_port("::1")
        return True
    except OSError:
        return False


def check_default_address():
    """Without an address the tool connects to localhost:1234. Needs that port to be free."""
    with socket.socket() as probe:
        try:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", 1234))
        except OSError:
            say("default address: port 1234 is taken, not tried")
            return
    argv = ["qemu-system-x86_64", "-S", "-gdb", "tcp:127.0.0.1:1234", "-display", "none",
            "-monitor", "none", "-serial", "null", "-nic", "none"]
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               preexec_fn=qemu.die_with_parent)
    try:
        result = run("dump", "-f", "json", "--wait=50")
        if process.poll() is not None:
            say("default address: port 1234 was taken in between, not tried")
            return
        check_reset_state(dump_of(result, "default address"), "default address")
    finally:
        process.kill()
        process.wait()
    say("default address: localhost:1234")


def qemu_processes(mark):
    """Process ids of commands that carry this mark."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as file:
            if mark.encode() in file.read() and int(pid) != os.getpid():
                found.append(pid)
    return found


def check_spawn():
    """The stub is a child on a pipe, and is gone afterwards."""
    mark = f"gdbregs-spawn-{os.getpid()}"
    stub = ["--", "qemu-system-x86_64", "-name", mark, "-S", "-gdb", "stdio", "-display", "none",
            "-monitor", "none", "-serial", "null", "-nic", "none"]
    # QEMU's own start is part of the first reply's time.
    result = run("dump", "-f", "json", "--timeout", "50", *stub)
    check_reset_state(dump_of(result, "spawn"), "spawn")
    equal(qemu_processes(mark), [], "spawned QEMU has ended")
    result = run("read", "no_such_register", "--timeout", "50", *stub)
    equal(result.status, libtest.NO_REGISTER, "spawn, no such register")
    equal(qemu_processes(mark), [], "spawned QEMU has ended after an error")
    check_spawn_signal(mark, stub)
    for command in (["/no/such/command"], ["false"], ["true"], ["cat"]):
        result = run("dump", "--timeout", "1", "--", *command, timeout=NO_END_S)
        check(result.status in (NO_CONNECTION, BAD_STUB), f"spawn {command[0]}", result)
        one_message(result, f"spawn {command[0]}")
        say(f"spawn {command[0]}: {result.err.strip()}")


def check_spawn_signal(mark, stub):
    process = subprocess.Popen([CLI, "dump", *stub], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    time.sleep(0.05)
    process.terminate()
    process.wait(timeout=NO_END_S)
    check(poll(lambda: not qemu_processes(mark), NO_END_S), "spawned QEMU ends with us on SIGTERM")
    say("spawned QEMU: read, and gone after success, error and signal")


# ------------------------------------------------------------------ bad ends

def expect_failure(name, status, *args):
    """Check that the tool ends in time, with this status, one message and no output."""
    start = time.monotonic()
    result = run(*args, timeout=NO_END_S)
    took = time.monotonic() - start
    check(result.status in status, name, f"{result}, expected {status}")
    equal(result.out, "", f"{name}: output")
    one_message(result, name)
    say(f"{name}: {result.err.strip()} ({took:.1f} s)")


def check_nothing_there(directory):
    expect_failure("nothing listens", [NO_CONNECTION], "dump", "-t", f":{qemu.free_port()}")
    expect_failure("no such host", [NO_CONNECTION], "dump", "--timeout", "2", "-t",
                   "no-such-host.invalid:1")
    expect_failure("no such socket", [NO_CONNECTION], "dump", "-t",
                   "unix:" + os.path.join(directory, "none"))
    expect_failure("--wait", [NO_CONNECTION], "dump", "--wait=1", "-t",
                   f":{qemu.free_port()}")
    expect_failure("no address", [libtest.USAGE, NO_CONNECTION], "dump", "-t", "127.0.0.1:0x1:zz")
    expect_failure("no file", [NO_OUTPUT], "dump", "-t", f":{qemu.free_port()}", "--tdesc",
                   os.path.join(directory, "none.xml"))


@contextlib.contextmanager
def listener(serve):
    """A server on loopback that does serve(connection) for every client."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        kept = []

        def loop():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    kept.append(connection)
                    serve(connection)

        threading.Thread(target=loop, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        for connection in kept:
            connection.close()


def babble(connection):
    with contextlib.suppress(OSError):
        for _ in range(200):
            connection.sendall(bytes(range(256)) * 256)


def close_at_once(connection):
    connection.close()


def check_bad_servers():
    for name, serve in (("silent server", lambda connection: None),
                        ("server that hangs up", close_at_once),
                        ("server that babbles", babble)):
        with listener(serve) as port:
            expect_failure(name, [NO_CONNECTION, BAD_STUB], "dump", "--timeout", "1", "-t",
                           f":{port}")


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def check_http():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), QuietHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    expect_failure("HTTP server", [NO_CONNECTION, BAD_STUB], "dump", "--timeout", "2", "-t",
                   f"127.0.0.1:{server.server_address[1]}")
    server.shutdown()
    server.server_close()


def check_killed_stub():
    """QEMU dies during a dump: the tool ends in time, and writes no half output."""
    outcomes = {}
    for delay_ms in (0, 1, 2, 3, 4, 6, 8, 12):
        with qemu.Machine(qemu.target("aarch64"), halted=False, stub="tcp") as machine:
            process = started(machine, "dump", "-f", "json", "--timeout", "2")
            time.sleep(delay_ms / 1000)
            machine.process.kill()
            result = finish(process)
            outcomes[result.status] = outcomes.get(result.status, 0) + 1
            check(result.status in (DONE, NO_CONNECTION, BAD_STUB), "stub killed", result)
            if result.status == DONE:
                json.loads(result.out)
            else:
                equal("bytes" in result.out, False, "stub killed: no half output")
                one_message(result, "stub killed: message")
    say(f"stub killed half-way: exit statuses {outcomes}")


def main():
    libtest.need("qemu-system-x86_64")
    check_addresses()
    check_default_address()
    check_spawn()
    with tempfile.TemporaryDirectory(prefix="gdbregs-real.") as directory:
        check_nothing_there(directory)
    check_bad_servers()
    check_http()
    if not qemu.target("aarch64").missing():
        check_killed_stub()
    libtest.finish("transport")


main()
