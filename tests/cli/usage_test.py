#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command line: errors, their messages, and the help."""

import os
import re
import shutil
import subprocess
import sys

from clitest import (CLI, DEADLINE_S, ROOT, contains, equal, main, one_line, read, run, silent_ok,
                     test, write)

sys.path.append(os.path.join(ROOT, "tests", "stubs"))
import qemu  # noqa: E402

# Arguments, and a part of the message.
REFUSED = [
    ([], ["no command", "--help"]),
    (["bogus"], ["'bogus'", "--help"]),
    (["lst"], ["'lst'", "'list'"]),
    (["dmup"], ["'dump'"]),
    ([""], ["unknown command"]),
    (["--tmeout", "3", "list"], ["'--tmeout'", "'--timeout'"]),
    (["dump", "--formt=json"], ["'--format'"]),
    (["--e", "read"], ["'--e'", "ambiguous"]),
    (["-z", "read"], ["'-z'"]),
    (["read", "-qz"], ["'-z'"]),
    (["--timeout"], ["--timeout", "SECONDS"]),
    (["read", "-t"], ["--target", "ADDR"]),
    (["read", "-t", ""], ["--target", "empty"]),
    (["read", "--strict=1"], ["--strict", "no argument"]),
    (["read", "--wait", "5", "pc"], ["--wait=5"]),
    (["--wait", "0.5", "read"], ["--wait=0.5"]),
    (["read", "-f", "yaml"], ["--format", "'yaml'", "text, json, jsonl, csv"]),
    (["read", "--format="], ["--format"]),
    (["read", "--on-exit", "hal"], ["--on-exit", "'hal'", "restore, resume, halt"]),
    (["read", "--endian", "middle"], ["--endian", "'middle'"]),
    (["read", "-o", ""], ["--output"]),
    (["xml", "--strict"], ["--strict", "'xml'"]),
    (["--strict", "xml"], ["--strict", "'xml'"]),
    (["packet", "-c", "0", "qC"], ["--vcpu", "'packet'"]),
    (["vcpus", "--group", "general"], ["--group", "'vcpus'"]),
    (["list", "--raw", "d"], ["--raw", "'list'"]),
    (["vcpus", "foo"], ["'vcpus'", "'foo'"]),
    (["xml", "foo"], ["'xml'", "'foo'"]),
    (["packet"], ["payload"]),
    (["dump", "--"], ["'--'"]),
    (["dump", "-t", ":1", "--", "true"], ["--target", "'--'"]),
    (["read", "-t", ":1", "-t", ":2"], ["'read'", "one --target"]),
    (["list", "-t", ":1", "-t", ":2"], ["'list'"]),
    (["xml", "-t", ":1", "-t", ":2"], ["'xml'"]),
    (["packet", "-t", ":1", "-t", ":2", "qC"], ["'packet'"]),
    (["xml", "-c", "all"], ["--vcpu"]),
    (["xml", "-c", "0,1"], ["--vcpu"]),
    (["list", "--tdesc", "x.xml", "-c", "0"], ["--vcpu", "target"]),
    (["read", "-t", "nowhere"], ["nowhere", "HOST:PORT"]),
    (["read", "-t", "localhost:0"], ["localhost:0"]),
    (["read", "-t", "localhost:65536"], ["localhost:65536"]),
    (["read", "-t", "localhost:12x"], ["localhost:12x"]),
    (["read", "-t", "localhost:+12"], ["localhost:+12", "not a number"]),
    (["read", "-t", "localhost: 12"], ["localhost: 12", "not a number"]),
    (["read", "-t", "localhost:123456"], ["localhost:123456", "between 1 and 65535"]),
    (["read", "-t", f"localhost:{2**64 + 80}"], ["between 1 and 65535"]),
]

NO_SECONDS = ["", "0", "0.0", "-1", "+1", "abc", "1s", "1e3", "0x10", "inf", "nan", " 1", "1 ", ".5",
              "1.", "1,5", "86401", "86400.00001", "99999999999999999999999999", f"{2**64 + 1}"]
NO_VCPUS = ["", ",", "0,", ",0", "0,,1", "-1", "0-", "3-1", "0-3-5", "x", "0x1", "1.5", "99999999999", "All", "all,0",
            " 0", "+0", f"{2**32}", f"{2**64}"]


@test
def refused_with_one_line(_):
    for args, parts in REFUSED:
        result = run(*args)
        one_line(result, 2, *parts)
        equal(result.out, "", repr(args))


@test
def only_formats_of_the_command_are_offered(_):
    for command in ("read", "watch", "diff"):
        result = run(command, "-f", "jsn")
        one_line(result, 2, "'jsn' is not one of text, json, jsonl, csv")
        assert "vcd" not in result.err, result
    one_line(run("trace", "-f", "jsn"), 2, "csv, vcd")
    one_line(run("-f", "jsn", "trace"), 2, "csv, vcd")


@test
def a_mistyped_command_may_be_a_program(directory):
    """ed(1) is also installed as red."""
    for name in ("red", "other"):
        write(os.path.join(directory, name), "#!/bin/sh\n")
        os.chmod(os.path.join(directory, name), 0o755)
    path = directory + ":" + os.environ["PATH"]
    one_line(run("red", "rip", env={"PATH": path}), 2, "'red'", "did you mean 'read'")
    one_line(run("other", "rip", env={"PATH": path}), 2, "'--'", "dump -- other")


@test
def seconds_are_strict(_):
    for value in NO_SECONDS:
        for option in ("--timeout", "--wait"):
            one_line(run("read", f"{option}={value}"), 2, option, f"'{value}'", "seconds")
    for value in ["1", "0.25", "86400", "0.0001", "007"]:
        one_line(run("read", "-t", "127.0.0.1:1", f"--timeout={value}"), 3)


@test
def vcpus_are_strict(_):
    for value in NO_VCPUS:
        one_line(run("read", f"--vcpu={value}"), 2, "--vcpu", f"'{value}'", "all")


@test
def counts_and_addresses_are_strict(_):
    for value in ["", "-1", "+1", " 1", "1x", "0x", "18446744073709551616", "0x10000000000000000"]:
        one_line(run("trace", f"--count={value}"), 2, "--count", f"'{value}'", "2^64")
        if value != "":
            one_line(run("trace", f"--until={value}"), 2, "--until", f"'{value}'", "64 bits")
        one_line(run("trace", f"--break={value}"), 2, "--break", f"'{value}'", "64 bits")
    one_line(run("trace", "--count=0"), 2, "from 1")
    for value in ["1", "18446744073709551615", "0xFFFFFFFFFFFFFFFF"]:
        one_line(run("trace", "-t", "127.0.0.1:1", f"--count={value}", f"--until={value}"), 3)


@test
def harmful_packets_are_refused(_):
    monitor = ["quit", "q", "system_reset", "cont", "c", "gdbserver none", "shutdown", "migrate tcp:a:1",
               # as QEMU's monitor reads them, which skips isspace() and ends a name at a slash
               " system_reset", "\tquit", "\nquit", "\v\f\r quit\t", "quit\n", "quit/x", "q\0x", " \n c",
               # abbreviations, and Tcl
               "v.ki", "v.kill all", "qui", "sys", "rese", "Quit", "halt; shutdown", "[shutdown]", "halt\nexit",
               "if 1 {resume}", "catch shutdown", "time eval reset", "poweroff", "after 1 shutdown", "if 1 exit",
               "shut\\down", "\\x73hutdown", "[set x exit]", "$x", 'eval "$x"', "{*}shutdown", "uplevel #0 reset",
               "rename shutdown s", "echo [shutdown]", "foreach x {a} {exit}"]
    packets = ["k", "vKill;1", "R00", "r", "!", "D", "D;1", "vAttach;2", "vRun;a", "c", "c1000", "C05",
               "s", "S05", "vCont;c", "vCont;s:p1.1", "vCont;c:p9.-1", "vCont", "bc", "bs", "QNonStop:1",
               "QStartNoAckMode", "Qqemu.sstep=7", "p80000000", "pffffffff", "P80000000=00", "p100000000",
               ""]
    packets += ["qRcmd," + text.encode().hex() for text in monitor]
    # QEMU reads a character that is not a digit as 0: here the 0 of 'p', and 0x20
    packets += ["qRcmd," + b"quit".hex().upper(), "qRcmd,2x7175697420", "qRcmd," + b"quit".hex() + "7"]
    for packet in packets:
        one_line(run("packet", "-t", "127.0.0.1:1", "qC", packet), 2, "is not sent")
    for packet in ["qC", "?", "g", "p7fffffff", "p00000000000", "vCont?", "Hg0", "qSupported", "m0,4",
                   *("qRcmd," + text.hex() for text in (b"info status", b"help quit", b"info registers -a", b"stop",
                                                        b"set c", b"v.info all_errors", b"time info", b"halt", b"x/4x 0", b"", b"x/2i $pc",
                                                        b"print $eax", b"mdw 0 [expr 1]", b"echo {a b}"))]:
        one_line(run("packet", "-t", "127.0.0.1:1", packet), 3)


@test
def help_is_on_stdout(_):
    overview = silent_ok(run("--help"))
    for word in ["vcpus", "list", "read", "dump", "xml", "packet", "--target", "--wait[=SECONDS]",
                 "Exit status"]:
        contains(overview, word)
    equal(silent_ok(run("-h")), overview)
    assert overview.index("gdbregs-cli dump") < overview.index("Options"), "examples come first"
    fits_a_terminal(overview)


COMMANDS = ["vcpus", "where", "list", "read", "dump", "diff", "write", "trace", "watch", "expect",
            "xml", "monitor", "packet"]


VALUES = {"as": "dec", "format": "json", "on-exit": "halt", "endian": "little"}


def fits_a_terminal(text):
    equal([line for line in text.splitlines() if len(line) > 80], [])


def options_of(text):
    """Returns the long names of the options in a help text, or their letters."""
    pairs = re.findall(r"^ +(?:-(\w), )?--([\w-]+)", text, re.M)
    listed = re.findall(r" --?([\w-]+)", "\n".join(re.findall(r"^(?:[A-Z]\w+ +| {12}) -.*", text, re.M)))
    return {name for pair in pairs for name in pair if name} | set(listed)


@test
def help_groups_its_options(_):
    titles = re.findall(r"^(\w[\w, ]+):$", silent_ok(run("--help")), re.M)
    equal(titles, ["Commands", "Options, before or after the command", "Target", "Output", "Selection",
                   "Contents", "Running, comparing"])


@test
def each_command_has_help(directory):
    """The help of a command fits a screen. It has every option of the command and no other."""
    overview = silent_ok(run("--help"))
    equal(re.findall(r"^  (\w+) +\w+", overview[overview.index("Commands:"):overview.index("Options,")], re.M),
          COMMANDS)
    flags = dict(re.findall(r"^ +(?:-\w, )?--([\w-]+)(\S* ?[A-Z|]*)", overview, re.M))
    letters = dict(re.findall(r"^  -(\w), --([\w-]+)", overview, re.M))
    for name in COMMANDS:
        text = silent_ok(run(name, "--help"))
        fits_a_terminal(text)
        assert len(text.splitlines()) <= 24, text
        contains(text, f"Usage: gdbregs-cli {name}")
        equal(text.count("Example: gdbregs-cli " + name), 1)
        equal(silent_ok(run("--help", name)), text)
        shown = {letters.get(option, option) for option in options_of(text)}
        for option in options_of(overview) - set(letters):
            words = [f"--{option}"] if not flags[option].strip() else [f"--{option}={VALUES.get(option, 1)}"]
            said = run(name, *words, "-t", "127.0.0.1:1", cwd=directory).err
            equal(option in shown, "does not apply" not in said, f"{name} --{option}: {said}")


@test
def each_example_works(directory):
    """Run on the machine that README.md starts. write comes last, because it changes the guest."""
    target = qemu.target("x86_64")
    if target.missing():
        print(f"not tried: {target.missing()}")
        return
    with qemu.Machine(target, halted=False) as machine:
        tool = os.path.join(directory, "gdbregs-cli")
        os.symlink(os.path.abspath(CLI), tool)
        env = dict(os.environ, PATH=directory + ":" + os.environ["PATH"], GDBREGS_TARGET=machine.address,
                   GDBREGS_XML_DIR=os.path.join(ROOT, "xml"))
        for name in sorted(COMMANDS, key=lambda name: name == "write"):
            line = re.search("^Example: (.*)", silent_ok(run(name, "--help")), re.M)[1]
            line = line.replace("localhost:1234", machine.address)
            done = subprocess.run(line, shell=True, cwd=directory, env=env, text=True, timeout=DEADLINE_S,
                                  stdin=subprocess.DEVNULL, capture_output=True, check=False)
            assert done.returncode in ((0, 1) if name == "diff" else (0,)), (line, done)
            equal(done.stderr, "", line)
            assert done.stdout or " -o " in line, line
            assert machine.running(), f"{line} left it {machine.status()}"


@test
def examples_of_the_manual_can_be_pasted(_):
    """Each example is a line of at most 80 columns, or several lines with backslashes."""
    if not shutil.which("mandoc"):
        print("not tried: needs mandoc")
        return
    for page in ("gdbregs-cli.1", "gdbregs-snapshot.5"):
        path = os.path.join(ROOT, "man", page)
        shown = subprocess.run(["mandoc", "-Tascii", "-Owidth=80", path], text=True, check=True,
                               capture_output=True).stdout
        shown = [line.strip() for line in re.sub(".\b", "", shown).splitlines()]
        commands = re.findall(r"^(?:\.Dl )?(\$ .*)", read(path), re.M)
        assert commands, page
        for line in commands:
            line = line.replace("\\e", "\\").replace("\\(dq", '"').replace("\\(aq", "'")
            assert len(line) <= 70, line
            assert line in shown, f"{page} breaks or changes: {line}"


@test
def version(_):
    equal(silent_ok(run("-V")), "gdbregs-cli 0.2.0\n")
    equal(silent_ok(run("--version")), "gdbregs-cli 0.2.0\n")


@test
def help_to_a_full_device(_):
    with open("/dev/full", "w", encoding="utf-8") as full:
        one_line(run("--help", stdout=full), 6, "standard output")


@test
def refused_connection(_):
    one_line(run("read", "-t", "127.0.0.1:1"), 3, "127.0.0.1:1")
    one_line(run("-t", "unix:/nowhere/at/all", "read"), 3, "/nowhere/at/all")


if __name__ == "__main__":
    main()
