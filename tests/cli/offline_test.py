#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""list and xml without a stub."""

import csv
import io
import json
import os
import resource
import shutil
import signal
import stat
import subprocess
import xml.etree.ElementTree

import clitest
from clitest import contains, equal, main, one_line, read, run, silent_ok, test, write

TARGET = """<?xml version="1.0"?>
<!DOCTYPE target SYSTEM "gdb-target.dtd">
<target>
  <architecture>riscv:rv64</architecture>
  <feature name="org.test.core">
    <reg name="zero" bitsize="64" type="int" regnum="0"/>
    <reg name="pc" bitsize="64" type="code_ptr"/>
    <reg name="SP" bitsize="64" type="data_ptr" group="stack"/>
    <!-- <reg name="ghost" bitsize="64"/> -->
  </feature>
  <xi:include href="extra.xml"/>
</target>
"""
EXTRA = """<feature name="org.test.extra">
  <vector id="v4" type="uint32" count="4"/>
  <union id="vec"><field name="w" type="v4"/></union>
  <reg name="f0" bitsize="64" type="ieee_double"/>
  <reg name="v0" bitsize="128" type="v4"/>
  <reg name="u0" bitsize="128" type="vec"/>
  <reg name="pc" bitsize="32"/>
  <reg name="odd,&quot;one" bitsize="7" type="mystery"/>
</feature>
"""
CORE = "org.test.core"
MORE = "org.test.extra"
NAMES = ["zero", "pc", "SP", "f0", "v0", "u0", "pc", 'odd,"one']


def fixture(directory):
    write(os.path.join(directory, "extra.xml"), EXTRA)
    return write(os.path.join(directory, "target.xml"), TARGET)


def listed(*args):
    (entry,) = json.loads(silent_ok(run("list", "-j", *args)))
    assert entry["vcpu"] is None
    return entry["registers"]


def names(*args):
    return [register["name"] for register in listed(*args)]


@test
def list_json(directory):
    registers = listed("--tdesc", fixture(directory))
    equal([r["name"] for r in registers], NAMES)
    equal(registers[0], {"name": "zero", "feature": CORE, "bits": 64, "type": "int", "group": "general"})
    equal(registers[2], {"name": "SP", "feature": CORE, "bits": 64, "type": "data_ptr",
                         "group": "stack"})
    equal(list(registers[7].values()), ['odd,"one', MORE, 7, "mystery", "general"])


@test
def list_lines(directory):
    lines = silent_ok(run("list", "-f", "jsonl", "--tdesc", fixture(directory))).splitlines()
    equal([json.loads(line)["name"] for line in lines], NAMES)
    equal(list(json.loads(lines[0])), ["vcpu", "name", "feature", "bits", "type", "group"])


@test
def list_csv(directory):
    text = silent_ok(run("list", "-f", "csv", "--tdesc", fixture(directory)))
    rows = list(csv.reader(io.StringIO(text)))
    equal(rows[0], ["vcpu", "feature", "name", "bits", "type", "group"])
    equal([row[2] for row in rows[1:]], NAMES)
    contains(text, '"odd,""one"')


@test
def list_text(directory):
    text = silent_ok(run("list", "--tdesc", fixture(directory)))
    assert text.index(CORE) < text.index("zero") < text.index(MORE) < text.index("f0")
    assert "\033" not in text


@test
def selection(directory):
    file = fixture(directory)
    for args, expected in [
            (["PC"], ["pc", "pc"]),
            (["org.test.core:pc"], ["pc"]),
            (["*.EXTRA:*"], NAMES[3:]),
            (["u0", "zero"], ["zero", "u0"]),
            (["[fv]0"], ["f0", "v0"]),
            (["?[[:digit:]]"], ["f0", "v0", "u0"]),
            (["--feature", "*core"], NAMES[:3]),
            (["--feature", "*core", "--feature", "*extra"], NAMES),
            (["--group", "STACK"], ["SP"]),
            (["--group", "float"], ["f0"]),
            (["--group", "vector"], ["v0", "u0"]),
            (["--group", "general"], ["zero", "pc", "pc", 'odd,"one']),
            (["--exclude", "*0", "--exclude", "org.test.core:*"], ["pc", 'odd,"one']),
            (["pc", "--feature", "*extra"], ["pc"]),
    ]:
        equal(names(*args, "--tdesc", file), expected, repr(args))


@test
def selection_of_nothing(directory):
    file = fixture(directory)
    for args, parts in [
            (["zreo"], ["'zreo'", "'zero'"]),
            (["pc", "nothing-like-it"], ["'nothing-like-it'", "gdbregs-cli list"]),
            (["org.other:pc"], ["'org.other:pc'"]),
            (["--feature", "org.test.cor"], ["feature", "'org.test.core'"]),
            (["--group", "vectr"], ["group", "'vector'"]),
            (["pc", "--exclude", "*"], ["selection"]),
            (["zero", "--group", "vector"], ["selection"]),
    ]:
        result = run("list", "--tdesc", file, *args)
        one_line(result, 5, *parts)
        equal(result.out, "")


@test
def swapped_letters_come_first(directory):
    file = write(os.path.join(directory, "t.xml"), "<target><feature name='f'>"
                 "<reg name='rsi' bitsize='8'/><reg name='rip' bitsize='8'/></feature></target>")
    one_line(run("list", "--tdesc", file, "rpi"), 5, "did you mean 'rip'?")
    one_line(run("list", "--tdesc", file, "rsp"), 5, "did you mean 'rsi'?")
    assert "did you mean" not in run("list", "--tdesc", file, "xyz").err


@test
def xml_resolved(directory):
    text = silent_ok(run("xml", "--tdesc", fixture(directory)))
    assert text.endswith("</target>\n") and "include" not in text and "ghost" not in text
    root = xml.etree.ElementTree.fromstring(text)
    equal(root.findtext("architecture").strip(), "riscv:rv64")
    equal([reg.get("name") for reg in root.iter("reg")], NAMES)
    again = write(os.path.join(directory, "again.xml"), text)
    equal(names("--tdesc", again), NAMES)
    equal(silent_ok(run("xml", "--tdesc", again)), text, "resolving again changes nothing")


@test
def xml_raw(directory):
    file, raw = fixture(directory), os.path.join(directory, "raw")
    equal(silent_ok(run("xml", "--raw", raw, "--tdesc", file)), "")
    equal(sorted(os.listdir(raw)), ["extra.xml", "target.xml"])
    equal(read(os.path.join(raw, "target.xml")), TARGET)
    equal(read(os.path.join(raw, "extra.xml")), EXTRA)
    one_line(run("xml", "--raw", raw, "--tdesc", file), 6, "target.xml", raw)
    shutil.rmtree(raw)
    both = os.path.join(directory, "both.xml")
    silent_ok(run("xml", "--raw", raw, "-o", both, "--tdesc", file))
    contains(read(both), 'name="u0"')


@test
def xml_raw_to_no_directory(directory):
    file = fixture(directory)
    one_line(run("xml", "--raw", file, "--tdesc", file), 6, file)
    one_line(run("xml", "--raw", "/nowhere/at/all", "--tdesc", file), 6, "/nowhere/at/all")


@test
def xml_raw_leaves_nothing(directory):
    """The directory is made when there is something to write, and not before."""
    raw = os.path.join(directory, "raw")
    one_line(run("xml", "--raw", raw, "-t", "127.0.0.1:1"), 3)
    one_line(run("xml", "--raw", raw, "--tdesc", "/nowhere"), 6)
    file = write(os.path.join(directory, "target.xml"), "<target><xi:include href='sub/x.xml'/></target>")
    os.mkdir(os.path.join(directory, "sub"))
    write(os.path.join(directory, "sub", "x.xml"), EXTRA)
    assert run("xml", "--raw", raw, "--tdesc", file).status in (4, 6)
    assert not os.path.exists(raw)
    write(file, "<target>" + "<xi:include href='more.xml'/>" * 2 + "</target>")
    write(os.path.join(directory, "more.xml"), "<feature name='x'>" + " " * 9000 + "</feature>")
    result = run("xml", "--raw", raw, "--tdesc", file, preexec_fn=at_most_4_kib)
    one_line(result, 6, "more.xml")
    assert not os.path.exists(raw), os.listdir(raw)
    os.mkdir(raw)
    write(os.path.join(raw, "mine"), "kept")
    equal(run("xml", "--raw", raw, "--tdesc", file, preexec_fn=at_most_4_kib).status, 6)
    equal(sorted(os.listdir(raw)), ["mine"])


def at_most_4_kib():
    """Larger files cannot be written: EFBIG."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


@test
def shipped(directory):
    fixture(directory)
    os.rename(os.path.join(directory, "target.xml"), os.path.join(directory, "machine.xml"))
    env = {"GDBREGS_XML_DIR": directory}
    result = run("list", "-j", "--arch", "machine", env=env)
    equal(len(json.loads(silent_ok(result))[0]["registers"]), len(NAMES))
    silent_ok(run("xml", "--arch", "machine", env=env))
    for name in ["machin", "../target", ".", "machine.xml", "a/b"]:
        one_line(run("list", "--arch", name, env=env), 2, "--arch", f"'{name}'", "extra, machine")
    one_line(run("read", "-t", "127.0.0.1:1", "--arch", "machin", env=env), 2, "extra, machine")
    one_line(run("list", "--arch", "x", env={"GDBREGS_XML_DIR": "/nowhere"}), 2, "/nowhere")


def run_copy(place, *args):
    """If the tool was moved, it finds descriptions relative to itself."""
    os.makedirs(place)
    copy = shutil.copy(clitest.CLI, place)
    environment = {name: value for name, value in os.environ.items() if name != "GDBREGS_XML_DIR"}
    done = subprocess.run(clitest.WRAPPER + [copy, *args], capture_output=True, text=True,
                          env=environment, timeout=60, check=False)
    return clitest.Result(done.returncode, done.stdout, done.stderr)


@test
def shipped_beside(directory):
    """A build finds the descriptions of its source, an installation that was moved finds its own."""
    for place, descriptions in [("source/build", "source/xml"), ("usr/bin", "usr/share/gdbregs")]:
        descriptions = os.path.join(directory, descriptions)
        os.makedirs(descriptions)
        fixture(descriptions)
        result = run_copy(os.path.join(directory, place), "list", "--arch", "target", "-j")
        equal(len(json.loads(silent_ok(result))[0]["registers"]), len(NAMES))


@test
def nobody_elses_beside(directory):
    """A tool in /tmp/build does not use /tmp/xml, which anybody may have made."""
    shared = os.path.join(directory, "shared")
    for descriptions in ["xml", "share/gdbregs"]:
        os.makedirs(os.path.join(shared, descriptions))
        fixture(os.path.join(shared, descriptions))
    for mode, status in [(0o1777, 2), (0o755, 0)]:
        os.chmod(shared, mode)
        place = os.path.join(shared, f"build-{status}")
        equal(run_copy(place, "list", "--arch", "target").status, status)


@test
def two_descriptions(directory):
    file = fixture(directory)
    for command in ["list", "read", "dump", "xml", "vcpus", "trace"]:
        one_line(run(command, "--tdesc", file, "--arch", "extra", "-t", "127.0.0.1:1",
                     env={"GDBREGS_XML_DIR": directory}), 2, "--arch", "--tdesc")


@test
def unreadable(directory):
    missing = os.path.join(directory, "missing.xml")
    one_line(run("list", "--tdesc", missing), 6, missing)
    one_line(run("read", "-t", "127.0.0.1:1", "--tdesc", missing), 6, missing)
    one_line(run("list", "--tdesc", directory), 6, directory)
    if os.getuid() != 0:
        secret = write(missing, TARGET)
        os.chmod(secret, 0)
        one_line(run("list", "--tdesc", secret), 6, secret)


@test
def bad_descriptions(directory):
    file = write(os.path.join(directory, "bad.xml"), "<target>\n  <feature name='x'>\n</target>\n")
    one_line(run("list", "--tdesc", file), 4, "bad.xml", "3")
    write(file, "<target><xi:include href='gone.xml'/></target>")
    one_line(run("xml", "--tdesc", file), 4, "gone.xml")
    write(file, "")
    one_line(run("xml", "--tdesc", file), 4, "bad.xml")
    one_line(run("dump", "-t", "127.0.0.1:1", "--tdesc", file), 4, "bad.xml")


@test
def no_registers(directory):
    file = write(os.path.join(directory, "empty.xml"), "<target/>")
    equal(listed("--tdesc", file), [])
    equal(silent_ok(run("list", "--tdesc", file)), "")
    one_line(run("list", "--tdesc", file, "pc"), 5)


@test
def output_mode(directory):
    file, out = fixture(directory), os.path.join(directory, "out")
    silent_ok(run("list", "--tdesc", file, "-o", out, umask=0o027))
    equal(stat.S_IMODE(os.stat(out).st_mode), 0o640)
    for mode in (0o7755, 0o4711, 0o2600, 0o604):
        os.chmod(out, mode)
        silent_ok(run("list", "--tdesc", file, "-o", out, umask=0o027))
        equal(stat.S_IMODE(os.stat(out).st_mode), mode & 0o777)


if __name__ == "__main__":
    main()
