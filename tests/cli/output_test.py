#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Output that cannot be written, and files that are written atomically."""

import fcntl
import json
import os
import pty
import re
import signal
import stat
import struct
import subprocess
import termios
import threading

from clitest import (Fake, command, contains, drain, equal, finish, main, one_line, read, run, silent_ok,
                     start, test, write)


@test
def full_device(_):
    with Fake("--running") as fake, open("/dev/full", "w", encoding="utf-8") as full:
        for form in ("text", "json", "jsonl", "csv"):
            for name in ("read", "dump", "list", "vcpus"):
                args = (name, "-f", form, "-t", fake.target)
                one_line(run(*args, stdout=full), 6, "standard output", "No space left")
                one_line(run(*args, "-o", "/dev/full"), 6, "/dev/full", "No space left")
        one_line(run("xml", "-t", fake.target, stdout=full), 6)
        one_line(run("packet", "qC", "-t", fake.target, stdout=full), 6)
        equal(fake.stop()["left_halted"], "0")


@test
def no_such_place(directory):
    file = write(os.path.join(directory, "file"), "")
    with Fake() as fake:
        for path in ("/nowhere/at/all", directory, file + "/below"):
            one_line(run("read", "-t", fake.target, "-o", path), 6, path)
        equal(fake.stop()["connections"], "0", "found out before a guest is stopped")


@test
def closed_stdout(_):
    with Fake() as fake:
        result = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *command("read", "-t", fake.target)],
                                stderr=subprocess.PIPE, text=True, check=False)
        equal(result.returncode, 6)
        contains(result.stderr, "standard output")
        # If stderr is closed, no message may be written to the session's socket.
        result = subprocess.run(["sh", "-c", 'exec "$@" 2>&- <&-', "sh",
                                 *command("read", "-v", "--log-packets", "-j", "-t", fake.target)],
                                stdout=subprocess.PIPE, text=True, check=False)
        equal(result.returncode, 0)
        equal(len(json.loads(result.stdout)), 16)


def timeless(snapshot):
    return re.sub(r'"time":"[^"]*"', "", snapshot)


@test
def written_whole(directory):
    out = os.path.join(directory, "out.json")
    with Fake() as fake:
        plain = timeless(silent_ok(run("dump", "-j", "-t", fake.target)))
        equal(silent_ok(run("dump", "-j", "-t", fake.target, "-o", out, umask=0o077)), "")
        equal(timeless(read(out)), plain)
        equal(stat.S_IMODE(os.stat(out).st_mode), 0o600)
        equal(os.listdir(directory), ["out.json"])
        equal(timeless(silent_ok(run("dump", "-j", "-t", fake.target, "-o", "-"))), plain)
        equal(timeless(silent_ok(run("dump", "-j", "-t", fake.target, "-o", "/dev/stdout"))), plain)


@test
def replaced_only_by_success(directory):
    out = write(os.path.join(directory, "out"), "before")
    os.chmod(out, 0o604)
    with Fake("--unavailable", 1) as fake:
        one_line(run("read", "zz", "-t", fake.target, "-o", out), 5)
        one_line(run("dump", "-t", "127.0.0.1:1", "-o", out), 3)
        equal(read(out), "before")
        one_line(run("read", "--strict", "-t", fake.target, "-o", out), 5)
        contains(read(out), "<unavailable>")
        equal(stat.S_IMODE(os.stat(out).st_mode), 0o604)
    equal(os.listdir(directory), ["out"])


@test
def link_stays(directory):
    real, link = os.path.join(directory, "real"), os.path.join(directory, "link")
    write(real, "before")
    os.symlink("real", link)
    with Fake() as fake:
        silent_ok(run("read", "-t", fake.target, "-o", link))
    assert os.path.islink(link)
    contains(read(real), "r0")


@test
def fifo(directory):
    path = os.path.join(directory, "fifo")
    os.mkfifo(path)
    got = []
    reader = threading.Thread(target=lambda: got.append(read(path)))
    reader.start()
    with Fake() as fake:
        silent_ok(run("read", "-j", "-t", fake.target, "-o", path))
    reader.join()
    equal(len(json.loads(got[0])), 16)
    assert stat.S_ISFIFO(os.stat(path).st_mode)


@test
def reader_gone(_):
    with Fake("--registers", 20000, "--running") as fake:
        for form in ("text", "json", "jsonl", "csv"):
            process = start("dump", "-f", form, "-t", fake.target)
            assert process.stdout.read(1)
            process.stdout.close()
            err = process.stderr.read()
            equal((process.wait(timeout=30), err), (-signal.SIGPIPE, ""))
        equal(fake.stop()["left_halted"], "0")


@test
def reader_slow(_):
    """A pipe that is not read stops the printing, not the guest. A signal still ends the tool."""
    with Fake("--registers", 20000, "--running") as fake:
        process = start("dump", "-t", fake.target)
        assert process.stdout.read(1)
        process.send_signal(signal.SIGTERM)
        equal(process.wait(timeout=60), -signal.SIGTERM)
        process.stdout.close()
        process.stderr.close()
        equal(fake.stop()["left_halted"], "0")


def on_terminal(*args, **env):
    """Standard output on a terminal."""
    parent, child = pty.openpty()
    process = subprocess.Popen(command(*args), stdout=child, stderr=subprocess.DEVNULL,
                               env={**os.environ, "TERM": "xterm", **env})
    os.close(child)
    shown = drain(parent)
    equal(process.wait(timeout=30), 0)
    return shown


@test
def colour(directory):
    os.environ.pop("NO_COLOR", None)
    with Fake("--unavailable", 1) as fake:
        args = ("dump", "-t", fake.target)
        contains(on_terminal(*args), "\033[1mvCPU 0")
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            assert "\033" not in on_terminal(*args, **env), env
        contains(on_terminal(*args, NO_COLOR=""), "\033[1m")
        assert "\033" not in on_terminal(*args, "-j")
        out = os.path.join(directory, "out")
        on_terminal(*args, "-o", out)
        assert "\033" not in read(out)


@test
def terminal_gets_printable_text(directory):
    file = os.path.join(directory, "evil.xml")
    write(file, '<target><architecture>x\x9b31m</architecture><feature name="f\u009b2J&#10;g">'
                '<reg name="r\u009b1m\u00e9" bitsize="8" type="t\x7f" group="\u202eg"/>'
                '</feature></target>')
    for args in (["list"], ["list", "-j"], ["list", "-f", "csv"], ["list", "-f", "jsonl"], ["xml"]):
        text = on_terminal(*args, "--tdesc", file, NO_COLOR="1")
        bad = [c for c in text.replace("\r\n", "\n") if not 0x20 <= ord(c) <= 0x7e and c not in "\n\t\x7f"]
        equal(bad, [], repr(text))
    (entry,) = json.loads(silent_ok(run("list", "-j", "--tdesc", file)))
    equal(entry["registers"][0]["name"], "r\u009b1m\u00e9")
    text = silent_ok(run("list", "--tdesc", file))
    contains(text, "r\\xc2\\x9b1m\\xc3\\xa9")
    one_line(run("list", "--tdesc", file, "\033[1m"), 5, "\\x1b[1m")


def progress_of(columns, *args):
    """Returns the first progress line on a terminal of that width. The tool is then ended."""
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(command(*args), stdout=subprocess.DEVNULL, stderr=child,
                               env={**os.environ, "TERM": "xterm"})
    os.close(child)
    shown = os.read(parent, 4096)
    process.send_signal(signal.SIGTERM)
    shown += drain(parent).encode()
    equal(process.wait(timeout=30), -signal.SIGTERM)
    parts = shown.decode().split("\r\x1b[K")
    equal((parts[0], parts[-1]), ("", ""), "nothing is left of it")
    return parts[1]


@test
def progress(_):
    one, two = ["--wait", "-t", "127.0.0.1:1"], ["-t", "127.0.0.1:2"]
    equal(progress_of(80, "dump", *one), "gdbregs-cli: waiting for the target")
    equal(progress_of(80, "dump", *one, *two), "gdbregs-cli: 0 of 2 targets done")
    equal(progress_of(20, "dump", *one), "gdbregs-cli: waitin")


@test
def progress_leaves_no_trace(_):
    """Without a terminal there is no progress line, however long it takes."""
    with Fake("--fault", "silence") as fake:
        process = start("dump", "--timeout", "1.5", "-t", fake.target)
        result = finish(process)
        one_line(result, 3, fake.target)


if __name__ == "__main__":
    main()
