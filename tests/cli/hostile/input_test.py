#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad input from users: invalid values of every option of every command, addresses, files that
cannot be read or have another format, a full disk. The tool prints a single line and ends with
the right exit status; it does not crash or hang."""
import concurrent.futures
import json
import os
import re
import subprocess

from hostile import (BAD_STUB, CLI, DIFFERENT, DONE, NO_CONNECTION, NO_OUTPUT, NO_REGISTER, USAGE, Fake, Run, Stub,
                     check, equal, main, test)

COMMANDS = ("vcpus", "list", "read", "dump", "diff", "write", "trace", "watch", "xml", "packet")
# Nothing listens there: valid arguments soon end with status 3.
NOWHERE = "127.0.0.1:1"
HUGE = "9" * 100_000
VALUES = ("", " ", "-1", "-", "--", "0", "18446744073709551616", "-9223372036854775809", HUGE, "1e999",
          "nan", "0x", "%s%n%d", "\x1b[31m\x07", "\n", "\u202e\u00e9", "a" * 5000, "*" * 2000 + "x",
          "[", "[!", "\\", "../../etc/passwd", "/dev/null", "/", "'; true", "=", ":", ",,,,", "1,2,3,")
OPERANDS = {"write": ("rip=1",), "packet": ("qC",), "diff": ("/dev/null", "/dev/null")}
REFUSED = (USAGE, NO_CONNECTION, BAD_STUB, NO_REGISTER, NO_OUTPUT)


def options():
    """Returns the names of each option, and whether it has a value, from the help."""
    found = []
    for line in Run("--help").out.decode().splitlines():
        match = re.match(r"\s+(?:(-\w), )?(--[a-z-]+)(\[=| )?([A-Z]*)", line)
        if match and line.startswith("  "):
            found.append((match[1], match[2], bool(match[4])))
    assert len(found) >= 20, found
    return found


def reports(args):
    return args[-1].startswith("--junit=")


def try_all(cases):
    """Run each (arguments, statuses). Each ends soon, with a single line."""
    def one(case):
        args, statuses = case
        result = Run(*args)
        if result.status == DONE and DONE in statuses:
            return result.status
        if reports(args) and len(lines := result.err.splitlines()) == 2:
            # A report that cannot be written has a status of its own.
            assert lines[1].startswith(b"gdbregs-cli: cannot write "), result
            result.err = lines[0]
        check(result, statuses)
        return result.status
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(one, cases))
    print(len(cases), "runs, by exit status:", {s: statuses.count(s) for s in sorted(set(statuses))})


@test
def every_option_with_every_value(directory):
    """Each option is tried with one command, in turn: options mean the same in all commands."""
    os.chdir(directory)
    cases = []
    for number, (short, name, takes) in enumerate(options()):
        for at, value in enumerate(VALUES if takes else ("", "1")):
            command = COMMANDS[(number + at) % len(COMMANDS)]
            args = [command, *OPERANDS.get(command, ())]
            if name != "--target":
                args += ["-t", NOWHERE]
            if short and takes and at % 2:
                args += [short, value]
            else:
                args += [f"{name}={value}"]
            if name in ("--help", "--version"):
                cases.append((args, (USAGE,)))
            else:
                cases.append((args, REFUSED))
        if takes and name != "--wait":
            cases.append((["read", name], (USAGE,)))
    try_all([case for case in cases if "--wait=" not in case[0][-1] or len(case[0][-1]) < 9])
    written = {f for f in os.listdir(".") if os.path.isfile(f)}
    equal(written - {args[-1].partition("=")[2] for args, _ in cases if reports(args)}, set(), "files left behind")


@test
def every_command_with_every_word(_):
    cases = []
    for at, value in enumerate(VALUES):
        cases.append(([value], (USAGE,)))
        for command in (COMMANDS[at % len(COMMANDS)], COMMANDS[(at + 3) % len(COMMANDS)]):
            cases.append(([command, "-t", NOWHERE, value], REFUSED))
    # After `--` comes a command to start. These commands are not stubs.
    cases.append((["dump", "--timeout", "1", "--", "true"], (NO_CONNECTION, BAD_STUB)))
    cases.append((["dump", "--timeout", "1", "--", "/"], (NO_CONNECTION,)))
    cases.append((["dump", "--timeout", "1", "--", ""], (NO_CONNECTION, USAGE)))
    try_all(cases)


@test
def addresses(_):
    wrong = ["", " ", ":", "::", ":::", "[", "]", "[]", "[]:1", "[::1]", "[::1]:", "[::1", "::1:1", "[::1]1",
             "host", "host:", "host:x", "host:-1", "host:0", "host:65536", "host:99999999999999999999",
             "host:1:2", "host: 1", "host:1 ", "host:+1", "host:0x10", "host:1e3", "tcp:", "tcp::",
             "tcp:host", "tcp:tcp:1", "unix:", "udp:host:1", "http://host:1", "a" * 5000 + ":1",
             "unix:" + "x" * 5000, "unix:/nonexistent/socket", "unix:/dev/null", "unix:/", "\n:1",
             "\x1b[31m:1", "[g::]:1", "[::1%lo]:1x", "host.invalid:1", "-", "--:1", "*:1", "%:1", "\u00e9:1"]
    try_all([(["dump", "-t", address, "--timeout", "1"], (USAGE, NO_CONNECTION)) for address in wrong])


# ------------------------------------------------------------------------ files

def put(directory, name, content):
    path = os.path.join(directory, name)
    with open(path, "wb") as file:
        file.write(content)
    return path


def bad_files(directory):
    """Files that are neither descriptions nor snapshots."""
    closed, folder = (os.path.join(directory, name) for name in ("closed", "folder"))
    os.mkdir(folder)
    put(directory, "closed", b"<target/>")
    os.chmod(closed, 0)
    loop = os.path.join(directory, "loop")
    os.symlink(loop, loop)
    return [os.path.join(directory, "missing"), folder, loop, "/dev/null", "/proc/self/mem", "",
            "\x1b[31m", "x" * 300, "a\nb",
            *([closed] if os.geteuid() else []),
            put(directory, "empty", b""), put(directory, "nul", b"\0" * 1000),
            put(directory, "binary", bytes(range(256)) * 100),
            put(directory, "png", b"\x89PNG\r\n\x1a\n" + bytes(64)),
            put(directory, "text", b"hello\n"), put(directory, "utf32", "<target/>".encode("utf-32")),
            put(directory, "other.json", b'{"a": [1, 2, {"b": null}]}'),
            put(directory, "deep.json", b"[" * 100_000), put(directory, "list.json", b"[]"),
            put(directory, "cut.json", b'{"format":"gdbregs-snapshot","version":1,"targets":[{"tar'),
            put(directory, "half.xml", b"<target><feature name='f'><reg name='a' bits"),
            put(directory, "twice.xml", b"<target/><target/>"),
            put(directory, "control.xml", b"<target>\x1b[31m</target>")]


@test
def description_files(directory):
    paths = bad_files(directory)
    statuses = (USAGE, BAD_STUB, NO_OUTPUT)
    cases = [(["list", "--tdesc", path], statuses) for path in paths]
    cases += [(["dump", "-t", NOWHERE, "--tdesc", path], (*statuses, NO_CONNECTION)) for path in paths[:6]]
    cases += [(["list", "--arch", name], statuses) for name in ("", ".", "..", "../xml/x", "/etc/passwd",
                                                               "nosuch", "a" * 5000, "\x1b[31m")]
    try_all(cases)


@test
def endless_files(_):
    """Endless files are read up to the limit only."""
    for args in (("list", "--tdesc", "/dev/zero"), ("diff", "/dev/zero", "/dev/null")):
        check(Run(*args), (BAD_STUB, NO_OUTPUT), rss_mib=400)


def snapshot(directory):
    with Fake("--registers", 4) as fake:
        result = check(Run("dump", "-j", "-t", fake.target), DONE)
    return put(directory, "good.json", result.out)


@test
def snapshot_files(directory):
    good = snapshot(directory)
    check(Run("diff", good, good), DONE)
    cases = []
    for path in bad_files(directory):
        cases += [(["diff", good, path], (USAGE, NO_OUTPUT)), (["diff", path, good], (USAGE, NO_OUTPUT))]
    try_all(cases)


@test
def snapshots_cut_anywhere(directory):
    with open(snapshot(directory), "rb") as file:
        whole = file.read().rstrip()
    cases = [(["diff", put(directory, f"cut{size}", whole[:size]), "/dev/null"], (NO_OUTPUT,))
             for size in range(0, len(whole), max(len(whole) // 60, 1))]
    try_all(cases)


@test
def snapshots_with_other_members(directory):
    """Each member in turn has another type, or is missing."""
    with open(snapshot(directory), encoding="utf-8") as file:
        whole = json.load(file)
    places = [(), ("targets", 0), ("targets", 0, "vcpus", 0), ("targets", 0, "vcpus", 0, "registers", 0)]
    cases = []
    for place in places:
        node = whole
        for step in place:
            node = node[step]
        for member in list(node):
            kept = node.pop(member)
            for other in (None, 1, -1, 1.5, "", "x", "\x1b[31m", [], {}, True, [None], HUGE[:400]):
                node[member] = other
                text = json.dumps(whole).encode()
                path = put(directory, f"{len(cases)}.json", text)
                cases.append((["diff", path, path], (DONE, NO_OUTPUT)))
            node[member] = kept
    try_all(cases)


def file_of(directory, name, targets, registers):
    vcpu = {"vcpu": 0, "registers": registers}
    return put(directory, name, json.dumps({"format": "gdbregs-snapshot", "version": 1, "targets": [
        {"target": target, "vcpus": [vcpu]} for target in targets]}).encode())


@test
def many_words_and_long_names(directory):
    """Inputs that would take long if all pairs were compared: 50,000 flags of one register, and
    names of targets that differ in their last letter, for 20,000 registers."""
    words = [" ".join(f"F{n + first}" for n in range(50_000)) for first in (0, 25_000)]
    flags = [file_of(directory, f"flags{n}", ["a"], [{"name": "f", "bytes": f"0{n}", "text": f"[ {text} ]"}])
             for n, text in enumerate(words)]
    registers = [{"name": f"r{n}", "bytes": "00"} for n in range(20_000)]
    long = [file_of(directory, f"long{n}", ["x" * 1_000_000 + last for last in letters], registers)
            for n, letters in enumerate(("ab", "ac"))]
    for form in ("text", "jsonl"):
        result = Run("diff", "-f", form, *flags)
        equal(result.status, DIFFERENT, repr(result))
        assert result.cpu_seconds < 5, result
        equal(result.out.count(b"F"), 50_000 if form == "text" else result.out.count(b"F"))
    with open("/dev/null", "wb") as nowhere:
        result = Run("diff", "-f", "csv", *long, "r1", stdout=nowhere)
    equal(result.status, DIFFERENT, repr(result))
    assert result.cpu_seconds < 5, result


# ------------------------------------------------------------------- a full disk

@test
def a_full_disk(_):
    with Fake("--registers", 200, "--vcpus", 2, "--running") as fake, open("/dev/full", "wb") as full:
        for args in (("dump",), ("dump", "-j"), ("dump", "-f", "csv"), ("read",), ("list",), ("vcpus",),
                     ("xml",), ("packet", "qC"), ("trace", "-n", "3"), ("watch", "-n", "1", "-i", "0.01")):
            check(Run(*args, "-t", fake.target, stdout=full), NO_OUTPUT)
            check(Run(*args, "-t", fake.target, "-o", "/dev/full"), NO_OUTPUT)
        equal(int(fake.stop()["left_halted"]), 0, "guests left stopped")
    with open("/dev/full", "wb") as full:
        for args in (("--help",), ("--version",), ("read", "--help")):
            check(Run(*args, stdout=full), NO_OUTPUT)


@test
def places_that_take_no_file(directory):
    with Fake("--registers", 4, "--running") as fake:
        for path in ("/", directory, os.path.join(directory, "no", "such"), "/proc/x", "x" * 300,
                     os.path.join(directory, "a" * 300)):
            check(Run("dump", "-o", path, "-t", fake.target), NO_OUTPUT)
        for path in ("/dev/null", "/proc/x/y", "/dev/full"):
            check(Run("xml", "--raw", path, "-t", fake.target), NO_OUTPUT)
        equal(int(fake.stop()["left_halted"]), 0, "guests left stopped")
    equal(os.listdir(directory), [], "files left behind")


@test
def closed_streams(_):
    """stdin, stdout and stderr are closed."""
    with Stub(documents={"target.xml": b"<target><feature name='f'/></target>"}) as stub:
        for closing in ("0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"):
            line = f'"$0" "$@" {closing}'
            done = subprocess.run(["sh", "-c", line, CLI, "dump", "-t", stub.target], check=False,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
            assert done.returncode in (DONE, NO_OUTPUT), f"{closing}: {done.returncode}"


if __name__ == "__main__":
    main()
