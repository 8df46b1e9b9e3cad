#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""expect, and the conditions of trace."""

import json
import os
import signal
import subprocess
import time
import xml.etree.ElementTree

from clitest import (Fake, command, contains, equal, main, number, one_line, read, register_bytes, run,
                     silent_ok, test, wait_until, write)

R1 = int(number(register_bytes(0, 1)), 16)


@test
def conditions_that_hold(_):
    with Fake("--running") as fake:
        for condition in (f"r1=={R1}", f"r1={R1:#x}", f"r1 != {R1 - 1}", f"R1>={R1}", f"r1<={R1}",
                          f"r1>{R1 - 1}", f"r1<{R1 + 1}", f"r1&{R1}", f"r1>1,r1<{R1 + 1}"):
            out = silent_ok(run("expect", "--now", condition, "-t", fake.target))
            assert all(line.startswith("ok ") for line in out.splitlines()), out


@test
def conditions_that_do_not(_):
    with Fake("--running") as fake:
        for condition in (f"r1=={R1 + 1}", f"r1!={R1}", f"r1<{R1}", f"r1>{R1}", "r1&0",
                          f"r1<={R1 - 1}", f"r1>={R1 + 1}", f"r1=={R1},r1==0"):
            result = run("expect", "--now", condition, "-t", fake.target)
            one_line(result, 1, "not all conditions hold")
            contains(result.out, f"FAIL  r1")
            contains(result.out, f"but it is {R1:#018x}")


@test
def time_passes(_):
    with Fake("--running") as fake:
        began = time.monotonic()
        one_line(run("expect", "r1==0", "--within", "0.5", "-t", fake.target), 1, "after 0.5")
        took = time.monotonic() - began
        assert took >= 0.5, took


PC_XML = """<target><architecture>i386:x86-64</architecture>
<feature name="org.example.fake.core"><reg name="r0" bitsize="64"/>
<reg name="pc" bitsize="64" type="code_ptr"/></feature></target>"""


@test
def where_the_guest_is_instead(directory):
    write(os.path.join(directory, "target.xml"), PC_XML)
    path = os.path.join(directory, "junit.xml")
    with Fake("--tdesc", directory, "--vcpus", 2, "--pc", 1) as fake:
        def at(vcpu):
            found = json.loads(silent_ok(run("read", "-j", "-c", vcpu, "pc", "-t", fake.target)))
            return f"vCPU {vcpu} is at {int(found[0]['value'], 16):#x}"
        result = run("expect", "--now", "pc=5", "--junit", path, "-t", fake.target)
        one_line(result, 1, "not all conditions hold: " + at(0))
        assert "after" not in result.err, result.err
        case = xml.etree.ElementTree.parse(path).getroot().find("testcase/failure")
        contains(case.get("message"), at(0))
        assert "after" not in case.get("message")
        one_line(run("expect", "--now", "r0=5", "-c", "all", "-t", fake.target), 1,
                 f": {at(0)}, {at(1)}")
        result = run("expect", "pc=5", "--within", "0.2", "-t", fake.target)
        one_line(result, 1, "hold after 0.2", " s: vCPU 0 is at 0x")


@test
def unavailable_fulfils_nothing(_):
    with Fake("--unavailable", 1) as fake:
        for condition in ("r1==0", "r1!=0"):
            result = run("expect", "--now", condition, "-t", fake.target)
            equal(result.status, 1)
            contains(result.out, "<unavailable>")


@test
def syntax(_):
    for condition in ("", "r1", "r1=", "=1", "r1=0xg", "r1==1,", "r1=1.5x", "r1=1 2"):
        one_line(run("expect", condition), 2, "is not a condition")
    one_line(run("expect"), 2, "expect needs")
    with Fake() as fake:
        one_line(run("expect", "nosuch=1", "-t", fake.target), 5, "nosuch")
        one_line(run("expect", "r1=x", "-t", fake.target), 2, "'x' is not a number")
        one_line(run("expect", "r1.x=1", "-t", fake.target), 5, 'no part "x" in r1')
        one_line(run("expect", "r1=0x10000000000000000", "-t", fake.target), 2, "64 bits")
        for command in ("expect", "trace"):
            option = ("--until",) if command == "trace" else ()
            one_line(run(command, *option, "rr1=5", "-t", fake.target), 5,
                     "no register 'rr1'; did you mean 'r1'?")


ENUM_XML = """<target><feature name="a"><enum id="mode" size="4"><evalue name="USER" value="1"/>
<evalue name="KERNEL" value="2"/></enum><flags id="state" size="4">
<field name="M" start="0" end="3" type="mode"/></flags>
<reg name="cpsr" bitsize="32" type="state"/></feature></target>"""


@test
def names_of_values_are_listed(directory):
    write(os.path.join(directory, "target.xml"), ENUM_XML)
    with Fake("--tdesc", directory) as fake:
        one_line(run("expect", "cpsr.M=FOO", "--endian", "little", "-t", fake.target), 2,
                 "'FOO' is not a number", "USER, KERNEL")


@test
def json_of_each_vcpu(_):
    with Fake("--vcpus", 2) as fake:
        result = run("expect", "--now", "-c", "all", "-j", f"r1=={R1:#x}", "-t", fake.target)
        equal(result.status, 1)
        other = number(register_bytes(1, 1))
        equal(json.loads(result.out),
              [{"vcpu": 0, "condition": f"r1 == {R1:#x}", "name": "r1", "wanted": hex(R1),
                "is": hex(R1), "holds": True},
               {"vcpu": 1, "condition": f"r1 == {R1:#x}", "name": "r1", "wanted": hex(R1),
                "is": other, "holds": False}])


@test
def junit(directory):
    path = os.path.join(directory, "junit.xml")
    with Fake() as fake:
        run("expect", "--now", "r1>0", "r1<1", "--junit", path, "-t", fake.target)
        suite = xml.etree.ElementTree.parse(path).getroot()
        equal((suite.tag, suite.get("tests"), suite.get("failures")), ("testsuite", "2", "1"))
        cases = suite.findall("testcase")
        equal([c.get("name") for c in cases], ["vCPU 0: r1 > 0", "vCPU 0: r1 < 1"])
        equal([len(c.findall("failure")) for c in cases], [0, 1])
        equal(cases[0].get("classname"), fake.target)
        one_line(run("expect", "--now", "r1>0", "--junit", os.path.join(directory, "no", "x"),
                     "-t", fake.target), 6, "no/x")


def stale(path):
    write(path, '<?xml version="1.0"?><testsuite name="old" tests="1" failures="0"/>')


def junit_errors(path):
    suite = xml.etree.ElementTree.parse(path).getroot()
    return [error.get("message") for error in suite.iter("error")]


@test
def no_report_of_an_older_run_is_left(directory):
    """An older report must not be left, whatever is wrong with the command line: a CI job would
    read it."""
    path = os.path.join(directory, "junit.xml")
    for args, status, part in (
            (("expect", "--junit", path), 2, "needs a condition"),
            (("expct", "pc=1", f"--junit={path}"), 2, "did you mean"),
            (("expect", "pc=1", "--nosuch", "--junit", path), 2, "--nosuch"),
            (("expect", "pc=1", "--jun", path, "--within"), 2, "--within"),
            (("expect", "pc=zzz(", "--junit", path, "-t", "127.0.0.1:1"), 3, "refused"),
            (("expect", "pc=1", "--junit", path, "--arch", "nosuch"), 2, "nosuch"),
            (("dump", "--junit", path), 2, "does not apply"),
            (("expect", "pc=1", "-o", "/nowhere/x", "--junit", path), 6, "/nowhere/x"),
            (("expect", "pc=1", "--junit", path, "--", "/nowhere/x"), 3, "cannot start")):
        stale(path)
        equal(run(*args).status, status)
        (error,) = junit_errors(path)
        contains(error, part)
    stale(path)
    silent_ok(run("expect", "--help", "--junit", path))
    equal(junit_errors(path), [])
    assert "old" in read(path)
    # A snapshot that was mistaken for the report is not overwritten.
    write(path, '{"format":"gdbregs-snapshot"}')
    equal(run("diff", "--junit", path, "b.json").status, 2)
    equal(read(path), '{"format":"gdbregs-snapshot"}')
    one_line(run("expect", "pc=1", "--junit", "/nowhere/x", "-t", "127.0.0.1:1"), 6, "/nowhere/x")
    # --j may also mean --json, so the word after it is not the name of a report.
    word = os.path.join(directory, "pc")
    one_line(run("read", "--j", word), 2, "ambiguous")
    assert not os.path.exists(word)


@test
def a_signal_leaves_a_report_that_says_so(directory):
    path = os.path.join(directory, "junit.xml")
    stale(path)
    with Fake("--running") as fake:
        child = subprocess.Popen(command("expect", "r1=0x123", "--within", "60", "--junit", path, "-t", fake.target),
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: "old" not in read(path), "the report of the older run is gone")
        child.send_signal(signal.SIGINT)
        equal(child.wait(10), -signal.SIGINT)
    equal(junit_errors(path), ["the run did not finish"])


@test
def a_run_that_fails_is_an_error_in_junit_and_json(directory):
    """No older result is left in the report, and each condition has its error."""
    path = os.path.join(directory, "junit.xml")
    register = ("r1>0", "nosuch=1")
    for options, conditions, status, part in (
            (None, ("r1>0", "r1<1"), 3, "refused"),
            (("--fault", "close@2:g*"), ("r1>0", "r1<1"), 4, "closed"),
            ((), register, 5, "nosuch")):
        with Fake(*(options or ())) as fake:
            target = "127.0.0.1:1" if options is None else fake.target
            silent_ok(run("expect", "--now", "r1>0", "--junit", path, "-t", fake.target))
            result = run("expect", *conditions, "-j", "--junit", path, "-t", target)
            equal(result.status, status)
            contains(result.err, part)
            suite = xml.etree.ElementTree.parse(path).getroot()
            equal([suite.get(name) for name in ("tests", "failures", "errors")], ["2", "0", "2"])
            cases = suite.findall("testcase")
            texts = [c.replace(">", " > ").replace("<", " < ").replace("=", " == ") for c in conditions]
            equal([c.get("name") for c in cases], [f"vCPU 0: {text}" for text in texts])
            for case in cases:
                contains(case.find("error").get("message"), part)
            found = json.loads(result.out)
            equal([(c["vcpu"], c["condition"], c["is"], c["holds"]) for c in found],
                  [(0, text, None, None) for text in texts])
            assert all(part in c["error"] for c in found), found
    equal(run("expect", "r1>0", "-t", "127.0.0.1:1").out, "")
    write(os.path.join(directory, "bad.xml"), "<target>")
    equal(run("expect", "r1>0", "--junit", path, "--tdesc", os.path.join(directory, "bad.xml"), "-t",
              "127.0.0.1:1").status, 4)
    contains(xml.etree.ElementTree.parse(path).getroot().find("testcase/error").get("message"), "bad.xml")
    (only,) = json.loads(run("expect", "r1>0", "-j", "-c", "all", "-t", "127.0.0.1:1").out)
    equal(only["vcpu"], None)


@test
def trace_until_a_condition(_):
    # Each step increases the lowest byte of r0 by one (tests/fakestub/guest.c).
    with Fake("--registers", 4) as fake:
        found = [json.loads(line) for line in
                 silent_ok(run("trace", "-f", "jsonl", "--until", "r0&4", "r1", "-t",
                               fake.target)).splitlines()]
        equal((found[-1]["step"], found[-1]["reason"]), (4, "until"))
        equal([r["name"] for r in found[-1]["changed"]], ["r1"])
        result = run("trace", "--until", "r0==5", "-n", "2", "r1", "-t", fake.target)
        equal(result.status, 1)
        contains(result.err, "--until was not reached")
        one_line(run("trace", "--until", "nosuch==1", "-t", fake.target), 5, "nosuch")
        one_line(run("trace", "--if", "r1==1", "-n", "1"), 2, "--break")


@test
def trace_gives_up(_):
    with Fake("--registers", 4) as fake:
        result = run("trace", "--until", "r0==5", "--within", "0.3", "r1", "-t", fake.target)
        equal(result.status, 1)
        contains(result.err, "in time")
        silent_ok(run("trace", "--within", "0.2", "r1", "-t", fake.target))


main()
