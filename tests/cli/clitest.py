# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shared by the tests of the command line tool: running it, fake stubs, comparing."""

import difflib
import os
import signal
import socket
import subprocess
import sys

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import testcase  # noqa: E402
from testcase import contains, equal, read, test, write  # noqa: E402,F401
from tool import (CLI, DEADLINE_S, FAKE, ROOT, WRAPPER, Result, command,  # noqa: E402,F401
                  finish, poll, run, skip, start)

held_ports = []


def drain(terminal):
    """Returns all that is shown on a terminal until its other end is closed. Closes it."""
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(terminal)
    return shown.decode()


def golden(name, text):
    """Require that the text is that of the file tests/data/cli/NAME, which `make update-expected`
    writes."""
    path = os.path.join(ROOT, "tests", "data", "cli", name)
    if "UPDATE_EXPECTED" in os.environ:
        write(path, text)
    elif text != read(path):
        shown = difflib.unified_diff(read(path).splitlines(), text.splitlines(), "expected",
                                     "found", lineterm="")
        raise AssertionError(f"{path}\n" + "\n".join(shown))


def one_line(result, status, *parts):
    """Require this exit status, and a single line on stderr that contains these parts."""
    equal(result.status, status, repr(result))
    lines = result.err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("gdbregs-cli: "), repr(result)
    for part in parts:
        contains(lines[0], part)


def silent_ok(result):
    equal(result.status, 0, repr(result))
    equal(result.err, "", repr(result))
    return result.out


def register_bytes(vcpu, number, size=8):
    """Returns the value that the fake stub gives a register (tests/fakestub/guest.c)."""
    return bytes((vcpu * 31 + number * 7 + i * 13) & 0xff for i in range(size))


def number(data, order="little"):
    return hex(int.from_bytes(data, order))


class Fake:
    """A fake stub. Leaving its context ends it, and requires that it has seen no violation."""

    def __init__(self, *options, violations=0, stderr=None):
        if not os.access(FAKE, os.X_OK):
            skip(f"needs the fake stub, {os.path.basename(FAKE)}: make check builds it")
        self.expected = violations
        self.summary = None
        self.process = subprocess.Popen([FAKE] + [str(o) for o in options],
                                        stdout=subprocess.PIPE, stderr=stderr, text=True)
        word, self.where = self.process.stdout.readline().split(maxsplit=1)
        self.where = self.where.strip()
        self.target = f"unix:{self.where}" if word == "PATH" else f"127.0.0.1:{self.where}"

    def stop(self):
        if self.summary is None:
            self.process.send_signal(signal.SIGTERM)
            out, _ = self.process.communicate(timeout=DEADLINE_S)
            words = out.split()[1:]
            self.summary = dict(word.split("=", 1) for word in words)
        return self.summary

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        summary = self.stop()
        if kind is None:
            equal(int(summary["violations"]), self.expected, f"violations: {summary}")


def free_port(host="127.0.0.1"):
    """A port where nothing listens, for a server that starts later.

    We bind the port and do not listen, so that no other process gets it. A server that sets
    SO_REUSEADDR can use it nevertheless.
    """
    holder = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind((host, 0))
    held_ports.append(holder)
    return holder.getsockname()[1]


def wait_until(condition, what):
    """Wait until the condition is true. A fixed sleep would be too short on a busy machine."""
    assert poll(condition, DEADLINE_S), f"not after {DEADLINE_S} s: {what}"


def wait_for_packet(log, packet, count=1):
    """Wait until the fake stub with this log has seen that many packets that begin like this."""
    wait_until(lambda: os.path.exists(log) and read(log).count(f" packet {packet}") >= count,
               f"{count} packets {packet}")


def main():
    testcase.main(CLI)
