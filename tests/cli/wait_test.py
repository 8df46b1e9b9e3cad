#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""--wait, for stubs that are not running yet, or are busy."""

import json
import os
import socket
import threading
import time

from clitest import (Fake, equal, finish, free_port, main, one_line, run, silent_ok, start, test)


@test
def until_it_listens(_):
    port = free_port()
    process = start("read", "-j", "--wait", "-t", f"127.0.0.1:{port}")
    time.sleep(0.5)
    with Fake("--port", port) as fake:
        out = silent_ok(finish(process))
        equal(len(json.loads(out)), 16)
        equal(fake.stop()["connections"], "1")


@test
def until_the_socket_is_there(directory):
    path = os.path.join(directory, "stub")
    process = start("read", "-j", "--wait=20", "-t", f"unix:{path}")
    time.sleep(0.3)
    with Fake("--unix", path):
        equal(len(json.loads(silent_ok(finish(process)))), 16)


@test
def until_the_forwarder_has_a_stub_behind_it(_):
    """A stub that accepts and closes without an answer is tried again."""
    with Fake("--drop-connections", 3) as fake:
        equal(len(json.loads(silent_ok(run("read", "-j", "--wait", "-t", fake.target)))), 16)
        equal(fake.stop()["connections"], "4")
    with Fake("--drop-connections", 3) as fake:
        one_line(run("read", "-t", fake.target), 3, fake.target)


@test
def until_the_other_client_leaves(_):
    """A busy stub accepts and does not answer: one connection waits, for longer than --timeout."""
    with Fake("--one-guest") as fake:
        host, port = fake.target.split(":")
        first = socket.create_connection((host, int(port)))
        process = start("read", "-j", "--wait=50", "--timeout", "2", "-t", fake.target)
        time.sleep(2.5)
        equal(process.poll(), None, "still waiting")
        first.close()
        equal(len(json.loads(silent_ok(finish(process)))), 16)
        equal(fake.stop()["connections"], "2")


@test
def until_the_queue_of_a_socket_has_room(directory):
    """A unix socket refuses clients at once if too many wait, as for QEMU behind a debugger."""
    path = os.path.join(directory, "stub")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen(0)
        waiting = [socket.socket(socket.AF_UNIX) for _ in range(8)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(path)
        one_line(run("read", "-t", f"unix:{path}"), 3, path, "is another debugger connected?")
        process = start("read", "-j", "--wait=50", "-t", f"unix:{path}")
        time.sleep(0.3)
        equal(process.poll(), None, "still waiting")
        os.unlink(path)
    with Fake("--unix", path):
        equal(len(json.loads(silent_ok(finish(process)))), 16)
    for client in waiting:
        client.close()


@test
def no_longer_than_said(_):
    begin = time.monotonic()
    one_line(run("read", "--wait=0.5", "-t", "127.0.0.1:1"), 3, "127.0.0.1:1")
    assert 0.3 < time.monotonic() - begin < 20, "neither at once nor the default, 30 s"
    with Fake("--fault", "silence") as fake:
        begin = time.monotonic()
        one_line(run("read", "--wait=0.5", "--timeout", "50", "-t", fake.target), 3, fake.target)
        assert 0.4 < time.monotonic() - begin < 20, "neither at once nor the time of a reply"
        equal(fake.stop()["connections"], "1")


@test
def not_for_a_stub_that_answers_badly(_):
    with Fake("--no-xfer") as fake:
        begin = time.monotonic()
        one_line(run("read", "--wait=50", "-t", fake.target), 4)
        assert time.monotonic() - begin < 30
        equal(fake.stop()["connections"], "1")


@test
def not_for_something_else(_):
    """A web server answers, but does not speak the protocol."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        client, _ = server.accept()
        client.recv(4096)
        client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        client.close()
        server.close()

    thread = threading.Thread(target=serve)
    thread.start()
    target = "127.0.0.1:%d" % server.getsockname()[1]
    result = run("read", "-t", target)
    one_line(result, result.status, target)
    assert result.status in (3, 4), result
    thread.join()


@test
def not_for_an_echo(_):
    """An error page that quotes the request contains what looks like a packet."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            client, _ = server.accept()
            with client:
                client.sendall(b"HTTP/1.1 400 Bad request syntax ('" + client.recv(4096) + b"')\r\n")
                while client.recv(4096):
                    pass

        thread = threading.Thread(target=serve)
        thread.start()
        result = run("read", "-t", "127.0.0.1:%d" % server.getsockname()[1])
        one_line(result, 4, "is not a gdbstub", "check the address")
        thread.join()


@test
def several_at_once(_):
    port = free_port()
    with Fake() as there:
        process = start("dump", "-j", "--wait", "-t", f"127.0.0.1:{port}", "-t", there.target)
        time.sleep(0.5)
        with Fake("--port", port):
            found = json.loads(silent_ok(finish(process)))
            equal([len(t["vcpus"]) for t in found["targets"]], [1, 1])


if __name__ == "__main__":
    main()
