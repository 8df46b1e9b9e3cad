#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""diff: files, standard input, live targets, and messages about bad snapshot files."""

import copy
import csv
import io
import json
import os
import subprocess
from xml.etree import ElementTree

from clitest import FAKE, Fake, contains, equal, main, one_line, read, run, silent_ok, test, write
from terminal import Terminal

F1, F2 = "org.example.one", "org.example.two"


def reg(name, data, feature=F1, **more):
    entry = {"name": name, "feature": feature, "bits": 4 * len(data or "00000000"), "type": "int",
             "bytes": data}
    if data is None:
        entry["error"] = "unavailable"
    else:
        entry["value"] = hex(int.from_bytes(bytes.fromhex(data), "little"))
    return {**entry, **more}


def flags(name, data, text):
    return reg(name, data, type="some_flags", text=text)


def vcpu(number, *registers, order="little"):
    return {"vcpu": number, "thread": f"p1.{number + 1}", "name": "CPU", "byte_order": order,
            "architecture": "i386", "registers": list(registers)}


def target(name, *vcpus):
    return {"target": name, "vcpus": list(vcpus)}


def snapshot(*targets):
    return {"format": "gdbregs-snapshot", "version": 1, "targets": list(targets)}


def lines(data):
    """Returns the same snapshot as JSON lines."""
    out = ""
    for t in data["targets"]:
        for v in t.get("vcpus", []):
            for r in v["registers"]:
                out += json.dumps({"target": t["target"], "vcpu": v["vcpu"], **r}) + "\n"
    return out


BEFORE = snapshot(target("a:1", vcpu(0, reg("pc", "00100000"), reg("sp", "00200000"),
                                     flags("eflags", "02000000", "[ PF IOPL=0 ]"),
                                     reg("gone", "01"), reg("lost", "02"), reg("found", None),
                                     reg("pc", "07", F2), reg("never", None)),
                                  vcpu(1, reg("pc", "00100000"))))
AFTER = snapshot(target("a:1", vcpu(0, reg("pc", "04100000"), reg("sp", "00200000"),
                                    flags("eflags", "46000000", "[ ZF IOPL=3 ]"),
                                    reg("lost", None), reg("found", "03"), reg("new", "09"),
                                    reg("pc", "07", F2), reg("never", None)),
                                 vcpu(1, reg("pc", "00100000"))))
# name -> change, old, new
EXPECTED = {"pc": ("changed", "0x1000", "0x1004"), "eflags": ("changed", "0x2", "0x46"),
            "gone": ("vanished", "0x1", None), "lost": ("unavailable", "0x2", None),
            "found": ("available", None, "0x3"), "new": ("appeared", None, "0x9")}


def save(directory, name, data):
    return write(os.path.join(directory, name), data if isinstance(data, str) else json.dumps(data))


def pair(directory, before=BEFORE, after=AFTER):
    return save(directory, "before", before), save(directory, "after", after)


def differences(result):
    equal(result.status, 1, repr(result))
    equal(result.err, "")
    return json.loads(result.out)


@test
def every_kind_of_change(directory):
    found = differences(run("diff", *pair(directory), "-j", "--all"))
    equal({e["name"]: (e["change"], e["old"], e["new"]) for e in found}, EXPECTED)
    equal({(e["target"], e["vcpu"], e["feature"]) for e in found}, {("a:1", 0, F1)})
    (eflags,) = [e for e in found if e["name"] == "eflags"]
    equal((eflags["set"], eflags["cleared"]), (["ZF", "IOPL=3"], ["PF", "IOPL=0"]))
    (pc,) = [e for e in found if e["name"] == "pc"]
    equal((pc["old_bytes"], pc["new_bytes"]), ("00100000", "04100000"))


@test
def edited_bytes_decide(directory):
    """The number and the text of a register in a file may be older than its bytes."""
    for order, new in (("little", "0x80000300"), ("big", "0x30080"), ("unknown", "0x2")):
        order = None if order == "unknown" else order
        before = snapshot(target("a:1", vcpu(0, flags("eflags", "02000000", "[ PF ]"), reg("zero", "01"),
                                             order=order)))
        after = json.loads(json.dumps(before))
        eflags, zero = after["targets"][0]["vcpus"][0]["registers"]
        eflags["bytes"], zero["bytes"] = "00030080", "00"
        found = {e["name"]: e for e in differences(run("diff", *pair(directory, before, after), "-j"))}
        equal((found["eflags"]["new"], found["zero"]["new"]), (new, "0x0" if order else "0x1"))
        equal(found["eflags"].get("new_text"), None if order else "[ PF ]")
        equal(found["eflags"].get("set"), None if order else [])


TEXT = f"""vCPU 0
------
{F1}
  pc     0x00001000    -> 0x00001004
  eflags 0x00000002    -> 0x00000046  -PF -IOPL=0 +ZF +IOPL=3
  lost   0x02          -> <unavailable>
  found  <unavailable> -> 0x03

4 of 8 registers differ; 2 are on one side only (see --all)
"""


@test
def as_text(directory):
    result = run("diff", *pair(directory))
    equal((result.status, result.err), (1, ""))
    equal(result.out, TEXT)
    # JSON lines have no byte order, and the digits are the same.
    for before in (BEFORE, lines(BEFORE)):
        for after in (AFTER, lines(AFTER)):
            equal(run("diff", *pair(directory, before, after)).out, TEXT)
    result = run("diff", "-q", *pair(directory))
    equal((result.status, result.out, result.err), (1, "", ""))


@test
def one_side_only(directory):
    """A register that one side lacks is a difference. It is counted, and listed with --all."""
    more = snapshot(target("a:1", vcpu(0, reg("pc", "01"), reg("new", "02"), reg("x", "03", F2)),
                           vcpu(1, reg("pc", "05"))))
    less = snapshot(target("a:1", vcpu(0, reg("pc", "01"))))
    files = pair(directory, less, more)
    result = run("diff", *files)
    equal((result.status, result.out, result.err),
          (1, "0 of 1 register differs; 3 are on one side only (see --all)\n", ""))
    equal(differences(run("diff", *files, "-j")), [])
    equal(run("diff", *files, "-q").status, 1)
    # Both sides have the selected registers.
    for args in (("pc", "-c", "0"), ("--exclude", "new", "--exclude", "x", "-c", "0")):
        equal(silent_ok(run("diff", *files, *args)), "0 of 1 register differs\n")
    result = run("diff", "--all", *files)
    equal((result.status, result.out), (1, f"""vCPU 0
------
{F1}
  new <none> -> 0x02

{F2}
  x <none> -> 0x03

vCPU 1
------
{F1}
  pc <none> -> 0x05

0 of 1 register differs; 3 are on one side only
"""))
    result = run("diff", "--all", *reversed(files))
    contains(result.out, "  new 0x02 -> <none>\n")
    one_line(run("diff", *pair(directory, less, snapshot(target("a:1", vcpu(1, reg("pc", "05")))))),
             1, "no register in common", "--all")
    one_line(run("diff", *pair(directory, less, more), "new"), 1, "before", "no register that is selected")


@test
def wide_values(directory):
    """The lanes of 64 bits that differ; lane 0 has the first bytes in memory."""
    before = "11" * 8 + "22" * 8 + "00" * 240
    after = "11" * 8 + "2233" * 4 + "00" * 232 + "0000000000000001"
    for order, shown in (("little", ["0x2222222222222222 -> 0x3322332233223322",
                                     "0x0000000000000000 -> 0x0100000000000000"]),
                         ("big", ["0x2222222222222222 -> 0x2233223322332233",
                                  "0x0000000000000000 -> 0x0000000000000001"])):
        files = pair(directory, *(snapshot(target("a", vcpu(0, reg("z0", data), order=order)))
                                  for data in (before, after)))
        equal(run("diff", *files).out.splitlines()[3:5],
              [f"  z0 [{lane}] {line}" for lane, line in zip((1, 31), shown)])
    files = pair(directory, *(snapshot(target("a", vcpu(0, reg("z0", data)))) for data in (before, "01")))
    for line in run("diff", *files).out.splitlines():
        assert len(line) <= 80, line


def machine(architecture, order, feature, *registers):
    """Returns a snapshot. `registers`: names and numbers of 64 bits."""
    entries = [{"name": name, "feature": feature, "bits": 64, "type": "uint64", "value": hex(value),
                "bytes": value.to_bytes(8, order).hex()} for name, value in registers]
    return snapshot(target("a:1", {**vcpu(0, *entries, order=order), "architecture": architecture}))


@test
def other_names_of_architectures_without_a_shipped_description(directory):
    """They come from the registers of the snapshot: no target, --arch or file is needed.

    The stack pointers are those of the psABIs: r15 of s390x, r3 of LoongArch. The condition code
    is bits 18 and 19 of the PSW, counted from the left (z/Architecture, SA22-7832, chapter 4)."""
    core = "org.gnu.gdb.s390.core"
    s390 = [machine("s390:64-bit", "big", core, ("pswm", mask), ("pswa", address), ("r15", 0x100))
            for mask, address in ((1 << 44, 0x1000), (2 << 44, 0x1004))]
    base = "org.gnu.gdb.loongarch.base"
    loongarch = [machine("loongarch64", "little", base, ("pc", pc), ("r3", 0x100), ("r22", fp))
                 for pc, fp in ((0x1000, 1), (0x1004, 2))]
    def found(files, *words):
        result = run("diff", *files, "-j", *words)
        return [(c["name"], c.get("field"), c["old"], c["new"]) for c in json.loads(result.out)]
    for before, after in (s390, [*map(lines, s390)], [s390[0], lines(s390[1])], [lines(s390[0]), s390[1]]):
        files = pair(directory, before, after)
        equal(found(files, "pc", "sp"), [("pswa", None, "0x1000", "0x1004")])
        equal(found(files, "pswm.CC", "pswm.AS"), [("pswm", "CC", "0x1", "0x2")])
        equal(found(files, "flags", "--exclude", "pc"),
              [("pswm", None, "0x100000000000", "0x200000000000")])
    files = pair(directory, *loongarch)
    equal(found(files, "pc", "sp", "fp"), [("pc", None, "0x1000", "0x1004"), ("r22", None, "0x1", "0x2")])
    one_line(run("diff", *files, "pswa"), 5, "pswa")
    # Nothing in a file is trusted: neither names that XML does not permit, nor impossible sizes.
    strange = machine("<&\"", "little", "\x01]]>", ("a&<b>\"", 1), ("pc", 2))
    strange["targets"][0]["vcpus"][0]["registers"][0]["bits"] = 1 << 40
    files = pair(directory, strange, strange)
    equal(found(files, "a&<b>\""), [])
    one_line(run("diff", *files, "sp"), 5, "sp")


@test
def a_misspelt_name_has_a_suggestion(directory):
    files = pair(directory)
    one_line(run("diff", *files, "eflag"), 5, "'eflag'", "did you mean 'eflags'?")
    one_line(run("diff", *files, "sp", "--exclude", "lots"), 5, "'lots'", "did you mean 'lost'?")


@test
def iopl_of_eflags_is_known_offline(directory):
    """IOPL is bits 12 and 13 (Intel SDM, volume 1, 3.4.3), as in QEMU's description."""
    core = "org.gnu.gdb.i386.core"
    for architecture in "i386", "i386:x86-64":
        files = []
        for value in 0x0002, 0x3002:
            entry = {"name": "eflags", "feature": core, "bits": 32, "type": "i386_eflags",
                     "bytes": value.to_bytes(4, "little").hex(), "value": hex(value)}
            files.append(snapshot(target("a:1", {**vcpu(0, entry), "architecture": architecture})))
        (change,) = json.loads(run("diff", *pair(directory, *files), "-j", "eflags.IOPL").out)
        equal((change["field"], change["old"], change["new"]), ("IOPL", "0x0", "0x3"))


@test
def junit(directory):
    """There is a case for each register, and a failure for each difference."""
    file = os.path.join(directory, "junit.xml")
    equal(run("diff", *pair(directory), "--junit", file, "-q").out, "")
    suite = ElementTree.parse(file).getroot()
    equal((suite.tag, suite.get("tests"), suite.get("failures")), ("testsuite", "10", "6"))
    failed = {case.get("name"): case[0].get("message") for case in suite if len(case)}
    equal(failed, {f"vCPU 0: {F1}:pc": "0x00001000 -> 0x00001004",
                   f"vCPU 0: {F1}:eflags": "0x00000002 -> 0x00000046  -PF -IOPL=0 +ZF +IOPL=3",
                   f"vCPU 0: {F1}:gone": "0x01 -> <none>",
                   f"vCPU 0: {F1}:lost": "0x02 -> <unavailable>",
                   f"vCPU 0: {F1}:found": "<unavailable> -> 0x03",
                   f"vCPU 0: {F1}:new": "<none> -> 0x09"})
    passed = [case.get("name") for case in suite if not len(case)]
    equal(passed, [f"vCPU 0: {F1}:sp", f"vCPU 0: {F2}:pc", f"vCPU 0: {F1}:never", f"vCPU 1: {F1}:pc"])
    equal({case.get("classname") for case in suite}, {"a:1"})
    silent_ok(run("diff", *[pair(directory)[0]] * 2, "--junit", file))
    equal(ElementTree.parse(file).getroot().get("failures"), "0")
    one_line(run("diff", "-q", *pair(directory), "--junit", "/nowhere/x"), 6, "/nowhere/x")
    # If a target cannot be read, the status is 1 even if no register differs.
    same = snapshot(target("a:1", vcpu(0, reg("pc", "01"))), {"target": "b:1", "error": "no answer"})
    equal(run("diff", *pair(directory, same, same), "--junit", file, "-q").status, 1)
    suite = ElementTree.parse(file).getroot()
    equal([suite.get(name) for name in ("tests", "failures", "errors")], ["3", "0", "2"])
    equal([(case.get("classname"), case[0].get("message")) for case in suite if len(case)],
          [("b:1", "no answer")] * 2)
    one = snapshot(target("a:1", vcpu(0, reg("pc", "01"))))
    equal(run("diff", *pair(directory, one, snapshot(target("a:1", vcpu(0, reg("sp", "01"))))),
              "--junit", file).status, 1)
    contains(ElementTree.parse(file).getroot().find("testcase/error").get("message"), "no register in common")


@test
def coloured(directory):
    with Terminal("diff", *pair(directory)) as t:
        t.end(1)
        equal(t.screen.styled("31")[0], "0x00001000")
        equal(t.screen.styled("32")[0], "0x00001004")
        equal(t.screen.styled("1"), ["vCPU 0"])
    with Terminal("diff", *pair(directory), env={"NO_COLOR": "1"}) as t:
        t.end(1)
        assert "\x1b" not in t.shown, t.shown


@test
def other_formats(directory):
    files = [*pair(directory), "--all"]
    expected = differences(run("diff", *files, "-j"))
    result = run("diff", *files, "-f", "jsonl")
    equal([json.loads(line) for line in result.out.splitlines()], expected)
    rows = list(csv.reader(io.StringIO(run("diff", *files, "-f", "csv").out)))
    equal(rows[0], ["target", "vcpu", "feature", "name", "change", "old", "new"])
    equal(rows[1], ["a:1", "0", F1, "pc", "changed", "0x1000", "0x1004"])
    equal(len(rows), 7)
    out = os.path.join(directory, "out")
    result = run("diff", *files, "-j", "-o", out)
    equal((result.status, result.out), (1, ""))
    equal(json.loads(read(out)), expected)


@test
def same(directory):
    first, _ = pair(directory)
    second = save(directory, "lines", lines(BEFORE))
    for args in ((first, first), (first, second), (second, first), (second, second)):
        equal(silent_ok(run("diff", *args)), "0 of 9 registers differ\n")
        equal(silent_ok(run("diff", "-q", *args)), "")
    equal(json.loads(silent_ok(run("diff", first, second, "-j"))), [])
    # The names and states of vCPUs are not compared.
    other = copy.deepcopy(BEFORE)
    other["targets"][0]["vcpus"][0].update(name="CPU#0 [halted ]", thread="p01.01", more=[1, {}])
    other["comment"] = "unknown members are ignored"
    equal(silent_ok(run("diff", first, save(directory, "other", other))), "0 of 9 registers differ\n")


@test
def lines_and_json_alike(directory):
    files = pair(directory)
    expected = differences(run("diff", *files, "-j", "--all"))
    asl = save(directory, "b.jsonl", lines(BEFORE)), save(directory, "a.jsonl", lines(AFTER))
    equal(differences(run("diff", *asl, "-j", "--all")), expected)
    equal(differences(run("diff", files[0], asl[1], "-j", "--all")), expected)


@test
def standard_input(directory):
    files = pair(directory)
    expected = differences(run("diff", *files, "-j"))
    with open(files[1], encoding="utf-8") as file:
        equal(differences(run("diff", files[0], "-", "-j", stdin=file)), expected)
    with open(files[0], encoding="utf-8") as file:
        equal(differences(run("diff", "-", files[1], "-j", stdin=file)), expected)
    one_line(run("diff", "-", "-"), 2, "standard input")
    one_line(run("diff", "-", files[0]), 6, "standard input", "empty")


@test
def selection(directory):
    files = pair(directory)

    def names(*args):
        return [e["name"] for e in json.loads(run("diff", *files, "-j", "--all", *args).out)]

    equal(names("--exclude", "P?", "--exclude", "*s"), ["gone", "lost", "found", "new"])
    equal(names("pc", "NEW"), ["pc", "new"])
    equal(names(f"{F1}:pc"), ["pc"])
    equal(names("--feature", "*one", "l*"), ["lost"])
    equal(names("-c", "0", "pc"), ["pc"])
    equal(silent_ok(run("diff", *files, "-c", "1")), "0 of 1 register differs\n")
    equal(silent_ok(run("diff", *files, "--feature", "*two")), "0 of 1 register differs\n")
    one_line(run("diff", *files, "zz*"), 5, "'zz*'")
    one_line(run("diff", *files, "--feature", "zz"), 5, "'zz'")


CORE = "org.gnu.gdb.i386.core"


def x86(number, rip, eflags):
    """The registers have QEMU's names."""
    return dict(vcpu(number, reg("rip", rip, CORE), reg("rsp", "00" * 8, CORE),
                     reg("eflags", eflags, CORE)), architecture="i386:x86-64")


@test
def names_by_meaning(directory):
    """Roles and parts can be selected although snapshots do not contain them. The numbers of the
    flags are Intel's."""
    before = snapshot(target("a:1", x86(0, "f0ff" + "00" * 6, "02000000"), x86(1, "00" * 8, "46300000")))
    after = snapshot(target("a:1", x86(0, "f1ff" + "00" * 6, "42000000"), x86(1, "00" * 8, "46300000")))
    # JSON lines do not contain the architecture.
    for files in (pair(directory, before, after), pair(directory, lines(before), lines(after))):
        result = run("diff", *files, "pc")
        equal((result.status, result.out.splitlines()[2:]),
              (1, [CORE, "  rip (pc) 0x000000000000fff0 -> 0x000000000000fff1", "", "1 of 2 registers differs"]))
        equal(silent_ok(run("diff", *files, "sp")), "0 of 2 registers differ\n")
        names = [e["name"] for e in differences(run("diff", *files, "-j", "--exclude", "pc"))]
        equal(names, ["eflags"])
        one_line(run("diff", *files, "zz"), 5, "'zz'")
        one_line(run("diff", *files, "eflags.ZZ"), 5, "'eflags.ZZ'")
    files = pair(directory, before, after)
    for args in (("eflags.ZF",), ("flags.ZF",), ("flags.ZF", "EFLAGS.ZF"), (f"{CORE}:eflags.ZF",)):
        result = run("diff", *files, *args)
        contains(result.out, f"{CORE}\n  eflags.ZF 0x0 -> 0x1\n\n1 of ")
        equal(result.status, 1)
    equal(run("diff", *files, "eflags.SF", "-c", "1").out, "0 of 1 register differs\n")
    (sign,) = differences(run("diff", files[0], save(directory, "x", snapshot(target(
        "a:1", x86(0, "00" * 8, "82000000")))), "-j", "-c", "0", "eflags.SF"))
    equal((sign["name"], sign["field"], sign["old"], sign["new"]), ("eflags", "SF", "0x0", "0x1"))
    # Fewer bytes than the register has: the part is unavailable.
    short = save(directory, "short", snapshot(target("a:1", x86(0, "00", "02"))))
    equal(run("diff", files[0], short, "eflags.ZF", "-c", "0").status, 1)


@test
def several_targets(directory):
    before = snapshot(target("a:1", vcpu(0, reg("pc", "01"))), target("b:1", vcpu(0, reg("pc", "02"))))
    after = snapshot(target("b:1", vcpu(0, reg("pc", "02"))), target("a:1", vcpu(0, reg("pc", "03"))))
    (only,) = differences(run("diff", *pair(directory, before, after), "-j"))
    equal((only["target"], only["old"], only["new"]), ("a:1", "0x1", "0x3"))
    # If each side has one target, they are compared, whatever their addresses are.
    moved = snapshot(target("c:9", vcpu(0, reg("pc", "01"))))
    one = snapshot(target("a:1", vcpu(0, reg("pc", "01"))))
    equal(silent_ok(run("diff", *pair(directory, one, moved))), "0 of 1 register differs\n")
    # A target that could not be read has no registers.
    failed = snapshot({"target": "a:1", "error": "could not connect"}, before["targets"][1])
    result = run("diff", *pair(directory, before, failed), "-j", "--all")
    contains(result.err, "could not connect")
    equal([(e["target"], e["change"]) for e in json.loads(result.out)], [("a:1", "vanished")])
    result = run("diff", *pair(directory, before, failed))
    equal((result.status, result.out), (1, "0 of 1 register differs; 1 is on one side only (see --all)\n"))
    contains(result.err, "could not connect")
    # If a side has several targets, targets with the same name are compared.
    result = run("diff", *pair(directory, before, snapshot(target("b:1", vcpu(0, reg("pc", "07"))))))
    equal(result.out.splitlines()[:2], ["b:1", "==="])
    contains(result.out, "0x02 -> 0x07")
    one_line(run("diff", *pair(directory, before, moved)), 1, "no register in common")


@test
def names_given_twice(directory):
    before = snapshot(target("a", vcpu(0, reg("lr", "01"), reg("x", "05"), reg("lr", "02"))))
    after = snapshot(target("a", vcpu(0, reg("lr", "01"), reg("x", "05"), reg("lr", "03"))))
    (only,) = differences(run("diff", *pair(directory, before, after), "-j"))
    equal((only["old"], only["new"]), ("0x2", "0x3"))
    shorter = snapshot(target("a", vcpu(0, reg("lr", "01"), reg("x", "05"))))
    (only,) = differences(run("diff", *pair(directory, before, shorter), "-j", "--all"))
    equal((only["change"], only["old"]), ("vanished", "0x2"))


@test
def big_endian_and_unknown(directory):
    def one(data, order, **more):
        return snapshot(target("a", vcpu(0, dict({"name": "v", "feature": None, "bits": 32,
                                                  "type": "vec", "bytes": data}, **more),
                                         order=order)))

    for order, options, shown in (("big", [], "0x01020304 -> 0x01020305"),
                                  ("little", [], "0x04030201 -> 0x05030201"),
                                  (None, [], "01020304 -> 01020305"),
                                  (None, ["--endian", "little"], "0x04030201 -> 0x05030201")):
        files = pair(directory, one("01020304", order), one("01020305", order))
        equal(run("diff", *files, *options).out.splitlines()[2:4], ["(no feature)", f"  v {shown}"])
    (entry,) = differences(run("diff", *files, "-j"))
    equal((entry["feature"], entry["old"], entry["new"]), (None, "01020304", "01020305"))
    # PowerPC in its two modes: numbers are compared.
    files = pair(directory, one("01020304", "big"), one("04030201", "little"))
    equal(silent_ok(run("diff", *files)), "0 of 1 register differs\n")
    files = pair(directory, one("01020304", "big"), one("05030201", "little"))
    equal(run("diff", *files).out.splitlines()[3], "  v 0x01020304 -> 0x01020305")
    long = pair(directory, one("01" * 40, "big"), one("02" + "01" * 39, "little"))
    contains("".join(run("diff", *long).out.split()), f"v0x{'01' * 40}->0x{'01' * 39}02")
    # Another size is a change. Upper case is not.
    equal(run("diff", *pair(directory, one("01", "big"), one("0100", "big"))).status, 1)
    equal(run("diff", *pair(directory, one("ab", "big"), one("AB", "big"))).status, 0)


@test
def live(directory):
    file = os.path.join(directory, "a.json")
    with Fake("--registers", 4, "--vcpus", 2, "--running") as fake:
        silent_ok(run("dump", "-j", "-o", file, "-t", fake.target))
        equal(silent_ok(run("diff", file, "-t", fake.target)), "0 of 8 registers differ\n")
        equal(silent_ok(run("diff", file, "r1", "-c", "1", "-t", fake.target)), "0 of 1 register differs\n")
        equal(int(fake.stop()["left_running"]), 3)
    with Fake("--registers", 5, "--vcpus", 2, "--unavailable", "2") as fake:
        found = differences(run("diff", file, "-t", fake.target, "-j", "--all"))
        equal([(e["vcpu"], e["name"], e["change"]) for e in found],
              [(0, "r2", "unavailable"), (0, "r4", "appeared"), (1, "r2", "unavailable"),
               (1, "r4", "appeared")])
        equal([e["name"] for e in differences(
            run("diff", file, "r2", "-c", "0", "-t", fake.target, "-j"))], ["r2"])
        one_line(run("diff", file, "-c", "7", "-t", fake.target), 5, "no vCPU 7")
    result = run("diff", file, "--", FAKE, "--stdio", "--registers", "4", "--vcpus", "2")
    equal((result.status, result.out), (0, "0 of 8 registers differ\n"))
    one_line(run("diff", file, "-t", "127.0.0.1:1"), 3, "127.0.0.1:1")
    # A guest is not stopped if the file is bad.
    with Fake() as fake:
        one_line(run("diff", "/nowhere", "-t", fake.target), 6, "/nowhere")
        equal(int(fake.stop()["connections"]), 0)


def bad(data, **changes):
    """Returns the snapshot with another member in its first register, vCPU or target."""
    data = copy.deepcopy(data)
    where = data
    for key in changes.pop("at"):
        where = where[key]
    where.update(changes)
    for key in [key for key, value in changes.items() if value is ...]:
        del where[key]
    return data


REGISTER = ("targets", 0, "vcpus", 1, "registers", 0)
BAD = [
    ({"format": "other"}, ["format"]), ([], ["not a snapshot"]), ({}, ["not a snapshot"]),
    ([{"name": "pc"}], ["not a snapshot"]), ("", ["empty"]), (" \n", ["empty"]), ("{", ["line 1"]),
    ("nonsense", ["line 1, column"]), ('{"format":"gdbregs-snapshot",\n"version":1,\n]}', ["line 3"]),
    ('{"target":"a","target":"b"}', ["duplicate"]), ("[" * 100000, ["line 1"]),
    (json.dumps(BEFORE) + "x", ["after the snapshot"]), (b"\xff\xfe{}".decode("latin-1"), ["line 1"]),
    (bad(BEFORE, at=(), version=2), ["version"]), (bad(BEFORE, at=(), version="1"), ["version"]),
    (bad(BEFORE, at=(), targets=...), ["targets", "missing"]),
    (bad(BEFORE, at=(), targets={}), ["targets", "not an array"]),
    (bad(BEFORE, at=(), targets=[7]), ["targets[0]", "not an object"]),
    (bad(BEFORE, at=("targets", 0), target=...), ["targets[0].target", "missing"]),
    (bad(BEFORE, at=("targets", 0), vcpus=...), ["targets[0].vcpus", "missing"]),
    (bad(BEFORE, at=("targets", 0), vcpus=7), ["targets[0].vcpus", "not an array"]),
    (bad(BEFORE, at=("targets", 0), error=7), ["targets[0].error", "not a string"]),
    (bad(BEFORE, at=REGISTER[:4], vcpu=-1), ["targets[0].vcpus[1].vcpu"]),
    (bad(BEFORE, at=REGISTER[:4], vcpu=1 << 40), ["targets[0].vcpus[1].vcpu"]),
    (bad(BEFORE, at=REGISTER[:4], vcpu=None), ["targets[0].vcpus[1].vcpu"]),
    (bad(BEFORE, at=REGISTER[:4], byte_order="middle"), ["byte_order"]),
    (bad(BEFORE, at=REGISTER[:4], registers=...), ["registers", "missing"]),
    (bad(BEFORE, at=REGISTER, name=...), ["targets[0].vcpus[1].registers[0].name", "missing"]),
    (bad(BEFORE, at=REGISTER, name=5), ["registers[0].name", "not a string"]),
    (bad(BEFORE, at=REGISTER, name="a\0b"), ["line 1"]),
    (bad(BEFORE, at=REGISTER, feature=[]), ["registers[0].feature"]),
    (bad(BEFORE, at=REGISTER, bytes="0"), ["registers[0].bytes", "pairs"]),
    (bad(BEFORE, at=REGISTER, bytes="0g"), ["registers[0].bytes"]),
    (bad(BEFORE, at=REGISTER, bytes=5), ["registers[0].bytes"]),
    (bad(BEFORE, at=REGISTER, value="16"), ["registers[0].value"]),
    (bad(BEFORE, at=REGISTER, value="0x"), ["registers[0].value"]),
    (lines(BEFORE) + "{}\n", ["line 10.target", "missing"]),
    (lines(BEFORE) + "\n{\n", ["line 11"]), (lines(BEFORE) + "[]", ["line 10", "not an object"]),
    ('{"target":"a"}', ["line 1.vcpu", "missing"]),
    ('{"target":"a","vcpu":0,"name":"x","bytes":"zz"}', ["line 1.bytes"]),
]


@test
def bad_snapshots(directory):
    good = save(directory, "good", BEFORE)
    for data, parts in BAD:
        file = save(directory, "bad", data)
        one_line(run("diff", good, file), 6, file, *parts)
    one_line(run("diff", file, good), 6, file)
    one_line(run("diff", good, directory), 6, directory)
    one_line(run("diff", good, os.path.join(directory, "none")), 6, "none")


@test
def every_prefix_of_a_snapshot(directory):
    good = save(directory, "good", BEFORE)
    text = json.dumps(snapshot(target("a:1", vcpu(0, reg("pc", "01")))))
    file = os.path.join(directory, "cut")
    for size in range(0, len(text), 7):
        one_line(run("diff", good, write(file, text[:size])), 6, file)


@test
def large_files(directory):
    many = snapshot(target("a", *(vcpu(v, *(reg(f"r{i}", "%02x" % (i & 255)) for i in range(1000)))
                                  for v in range(40))))
    other = copy.deepcopy(many)
    other["targets"][0]["vcpus"][39]["registers"][999]["bytes"] = "00"
    result = run("diff", *pair(directory, many, other), "-j")
    (only,) = json.loads(result.out)
    equal((only["vcpu"], only["name"]), (39, "r999"))
    file = os.path.join(directory, "huge")
    with open(file, "wb") as out:
        out.truncate(65 << 20)
    one_line(run("diff", file, file), 6, "MiB")


@test
def usage(directory):
    file = save(directory, "a", BEFORE)
    for args, part in (([], "two snapshots"), ([file], "compare"), ([file, "--group", "x"], "--group"),
                       ([file, file, "-f", "vcd"], "vcd"), ([file, file, "-n", "3"], "--count")):
        one_line(run("diff", *args), 2, part)


@test
def output_that_fails(directory):
    files = pair(directory)
    one_line(run("diff", *files, "-o", "/dev/full"), 6, "/dev/full")
    done = subprocess.run(["sh", "-c", '"$@" | true', "sh", run.__globals__["CLI"], "diff", *files],
                          stderr=subprocess.PIPE, check=False)
    equal(done.stderr, b"")


if __name__ == "__main__":
    main()
