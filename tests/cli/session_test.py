#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every command and format against a fake stub."""

import csv
import io
import json
import os
import re
import resource
import struct

from clitest import (FAKE, Fake, contains, equal, main, number, one_line, read, register_bytes, run,
                     silent_ok, test, write)

FEATURE = "org.example.fake.core"
HEADER = "target,vcpu,feature,name,bits,type,bytes,value,error"
LITTLE = "i386:x86-64"


def expected_register(vcpu, index, order="little"):
    data = register_bytes(vcpu, index)
    return {"name": f"r{index}", "feature": FEATURE, "bits": 64, "type": "int", "bytes": data.hex(),
            "value": number(data, order)}


def unavailable(index):
    return {"name": f"r{index}", "feature": FEATURE, "bits": 64, "type": "int", "bytes": None,
            "error": "unavailable"}


@test
def vcpus(_):
    with Fake("--vcpus", 2, "--registers", 5, "--running") as fake:
        found = json.loads(silent_ok(run("vcpus", "-j", "-t", fake.target)))
        equal(found, [{"vcpu": v, "thread": f"p01.0{v + 1}", "name": f"CPU#{v} [running]",
                       "architecture": LITTLE, "registers": 5} for v in range(2)])
        text = silent_ok(run("vcpus", "-t", fake.target))
        contains(text, "p01.02")
        contains(text, "CPU#1 [running]")
        lines = silent_ok(run("vcpus", "-f", "jsonl", "-t", fake.target)).splitlines()
        equal([json.loads(line) for line in lines], found)
        rows = silent_ok(run("vcpus", "-f", "csv", "-t", fake.target)).splitlines()
        equal(rows, ["target,vcpu,thread,name,architecture,registers,error",
                     f"{fake.target},0,p01.01,CPU#0 [running],{LITTLE},5,",
                     f"{fake.target},1,p01.02,CPU#1 [running],{LITTLE},5,"])
        equal(int(fake.stop()["left_running"]), 4)


@test
def vcpus_of_several(_):
    with Fake("--vcpus", 2) as one, Fake("--registers", 3) as two:
        result = run("vcpus", "-j", "-t", one.target, "-t", "127.0.0.1:1", "-t", two.target)
        equal(result.status, 3)
        found = json.loads(result.out)
        equal([e["target"] for e in found],
              [one.target, one.target, "127.0.0.1:1", two.target])
        equal(sorted(found[2]), ["error", "target"])
        equal(found[3]["registers"], 3)


@test
def listing_reads_nothing(directory):
    log = os.path.join(directory, "log")
    with Fake("--vcpus", 2, "--registers", 3, "--log", log) as fake:
        found = json.loads(silent_ok(run("list", "-j", "-t", fake.target)))
        equal([entry["vcpu"] for entry in found], [0, 1])
        equal(found[1]["registers"][2], {"name": "r2", "feature": FEATURE, "bits": 64, "type": "int",
                                         "group": "general"})
        found = json.loads(silent_ok(run("list", "-j", "-c", "1", "R2", "-t", fake.target)))
        equal([(e["vcpu"], len(e["registers"])) for e in found], [(1, 1)])
        text = silent_ok(run("list", "-t", fake.target))
        contains(text, "vCPU 0, 1: " + LITTLE)
        equal(text.count("r2"), 1, "vCPUs of one description are listed once")
    packets = [line.split()[2] for line in read(log).splitlines() if " packet " in line]
    assert packets and not [p for p in packets if p == "g" or p[0] == "p"], packets


def descriptors_limited_to(count):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


@test
def few_descriptors(_):
    """libuv aborts if its first loop finds none. The system's own loader needs some to start."""
    with Fake() as fake:
        for count in range(4, 24):
            result = run("where", "-t", fake.target, preexec_fn=descriptors_limited_to(count))
            if result.status:
                one_line(result, result.status, "oo many open files")
                assert "/proc" not in result.err, result
            assert result.status in (0, 3, 6), result
        equal(result.status, 0)


@test
def reading(_):
    with Fake("--vcpus", 2, "--registers", 5, "--unavailable", 3) as fake:
        t = ("-t", fake.target)
        found = json.loads(silent_ok(run("read", "-j", *t)))
        equal(found, [expected_register(0, i) for i in range(3)] + [unavailable(3),
                                                                   expected_register(0, 4)])
        equal(json.loads(silent_ok(run("read", "-j", "-c", "1", "r1", *t))), [expected_register(1, 1)])
        both = [{"vcpu": v, "registers": [expected_register(v, 1)]} for v in (0, 1)]
        equal(json.loads(silent_ok(run("read", "-j", "-c", "all", "r1", *t))), both)
        equal(json.loads(silent_ok(run("read", "-j", "-c", "1,0", "r1", *t))), both[::-1])
        equal(json.loads(silent_ok(run("read", "-j", "-c", "0,0", "r1", *t))), both[:1])
        text = silent_ok(run("read", *t))
        contains(text, FEATURE + "\n")
        contains(text, "  r0 0x%016x  r2 0x" % int.from_bytes(register_bytes(0, 0), "little"))
        contains(text, "  r3 <unavailable>\n")


@test
def options_on_either_side(_):
    with Fake() as fake:
        before = silent_ok(run("-j", "-t", fake.target, "-c", "0", "read", "r1"))
        equal(silent_ok(run("read", "r1", "-j", "-t", fake.target, "-c", "0")), before)
        equal(silent_ok(run("-j", "read", "--target=" + fake.target, "r1", "--vcpu=0")), before)


@test
def dump_json(_):
    with Fake("--vcpus", 2, "--registers", 4, "--unavailable", 3, "--running") as fake:
        found = json.loads(silent_ok(run("dump", "-j", "-t", fake.target)))
        registers = [[expected_register(v, i) for i in range(3)] + [unavailable(3)] for v in (0, 1)]
        time = found.pop("time")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time), time
        equal(found, {"format": "gdbregs-snapshot", "version": 1, "targets": [
            {"target": fake.target, "vcpus": [
                {"vcpu": v, "thread": f"p01.0{v + 1}", "name": f"CPU#{v} [running]",
                 "architecture": LITTLE, "byte_order": "little",
                 "byte_order_from": "architecture", "registers": registers[v]}
                for v in (0, 1)]}]})
        one = json.loads(silent_ok(run("dump", "-j", "-c", "1", "r2", "-t", fake.target)))
        (vcpu,) = one["targets"][0]["vcpus"]
        equal((vcpu["vcpu"], vcpu["registers"]), (1, [expected_register(1, 2)]))


@test
def dump_lines_and_csv(_):
    with Fake("--registers", 2, "--unavailable", 1) as fake:
        lines = silent_ok(run("dump", "-f", "jsonl", "-t", fake.target)).splitlines()
        where = {"target": fake.target, "vcpu": 0}
        equal([json.loads(x) for x in lines], [where | expected_register(0, 0), where | unavailable(1)])
        text = silent_ok(run("dump", "-f", "csv", "-t", fake.target))
        rows = list(csv.reader(io.StringIO(text)))
        equal(",".join(rows[0]), HEADER)
        e = expected_register(0, 0)
        equal(rows[1], [fake.target, "0", FEATURE, "r0", "64", "int", e["bytes"], e["value"], ""])
        equal(rows[2], [fake.target, "0", FEATURE, "r1", "64", "int", "", "", "unavailable"])


@test
def dump_text(_):
    with Fake("--vcpus", 2, "--registers", 2) as fake:
        text = silent_ok(run("dump", "-t", fake.target))
        contains(text, "vCPU 0  p01.01  CPU#0")
        contains(text, "little endian")
        assert text.index("vCPU 0") < text.index("vCPU 1"), text


@test
def json_numbers_and_floats(directory):
    write(os.path.join(directory, "target.xml"), """<target>
<architecture>i386:x86-64</architecture><feature name="f">
<reg name="a" bitsize="32" type="int"/><reg name="b" bitsize="64" type="int"/>
<reg name="c" bitsize="32" type="ieee_single"/></feature></target>""")
    with Fake("--tdesc", directory) as fake:
        a, b, c = json.loads(silent_ok(run("read", "-j", "-t", fake.target)))
        equal(a["number"], int(number(register_bytes(0, 0, 4)), 16))
        assert "number" not in b, b
        equal(c["float"], struct.unpack("<f", register_bytes(0, 2, 4))[0])
        assert "float" not in a, a


@test
def strict(_):
    with Fake("--registers", 5, "--unavailable", "1,3") as fake:
        for command in ("read", "dump"):
            result = run(command, "--strict", "-t", fake.target)
            one_line(result, 5, fake.target, "2 of 5", "r1")
            contains(result.out, "r4 0x")
            silent_ok(run(command, "--strict", "r0", "r4", "-t", fake.target))


@test
def strict_of_several(_):
    """A target that has failed does not hide unavailable registers. The status is that of the first
    failure."""
    dead = "127.0.0.1:1"
    with Fake("--registers", 5, "--unavailable", "1,3") as fake, Fake("--registers", 1) as good:
        for targets, status in [([fake.target, dead, good.target], 5),
                                ([dead, good.target, fake.target], 3)]:
            words = [word for target in targets for word in ("-t", target)]
            result = run("dump", "--strict", *words)
            equal(result.status, status, repr(result))
            equal([line.split(": ")[1] for line in result.err.splitlines()],
                  [t for t in targets if t != good.target])
            contains(result.err, f"{fake.target}: 2 of 5 registers unavailable: r1, ...")


@test
def byte_order(_):
    with Fake("--arch", "powerpc:common", "--registers", 2) as fake:
        for option, order in ((None, None), ("little", "little"), ("big", "big")):
            args = ["--endian", option] if option else []
            found = json.loads(silent_ok(run("dump", "-j", "-t", fake.target, *args)))
            vcpu = found["targets"][0]["vcpus"][0]
            equal((vcpu["byte_order"], vcpu["byte_order_from"]),
                  (order, "user" if option else None))
            expected = expected_register(0, 0, order or "little")
            if order is None:
                del expected["value"]
            vcpu["registers"][0].pop("number", None)
        equal(vcpu["registers"][0], expected)
        result = run("read", "-t", fake.target)
        equal(result.status, 0)
        contains(result.out, "  r0 " + register_bytes(0, 0).hex() + "  r1 ")
        equal(result.err.count("\n"), 1, "one note")
        contains(result.err, "--endian")
        silent_ok(run("read", "-q", "-t", fake.target))


@test
def byte_order_from(_):
    """The fake stub is not QEMU: GDB assumes little-endian for arm, too."""
    for architecture, order, source in (("aarch64", "little", "assumed"),
                                        ("armv7e-m", "little", "assumed"),
                                        ("aarch64_be", "big", "architecture"),
                                        (LITTLE, "little", "architecture")):
        with Fake("--gdbserver", "--arch", architecture) as fake:
            for option in ("little", "big", None):
                args = ["--endian", option] if option else []
                found = json.loads(silent_ok(run("dump", "-j", "-t", fake.target, *args)))
                vcpu = found["targets"][0]["vcpus"][0]
                equal((vcpu["byte_order"], vcpu["byte_order_from"]),
                      (option, "user") if option else (order, source))


@test
def size_other_than_described(_):
    with Fake("--registers", 3, "--size", "1=2") as fake:
        (found,) = json.loads(silent_ok(run("read", "-j", "r1", "-t", fake.target)))
        equal((found["bits"], found["bytes"]), (64, register_bytes(0, 1, 2).hex()))
        contains(silent_ok(run("read", "r1", "-t", fake.target)), "(16 bits; the description says 64)")
        contains(run("read", "-v", "r1", "-t", fake.target).err, "16 bits")


@test
def xml_of_target(directory):
    raw = os.path.join(directory, "raw")
    with Fake("--registers", 40, "--annexes", 3) as fake:
        text = silent_ok(run("xml", "-t", fake.target))
        file = write(os.path.join(directory, "all.xml"), text)
        here = json.loads(silent_ok(run("list", "-j", "--tdesc", file)))[0]["registers"]
        there = json.loads(silent_ok(run("list", "-j", "-t", fake.target)))[0]["registers"]
        equal(here, there)
        silent_ok(run("xml", "--raw", raw, "-t", fake.target))
        equal(len(os.listdir(raw)), 4)
        again = os.path.join(raw, "target.xml")
        equal(json.loads(silent_ok(run("list", "-j", "--tdesc", again)))[0]["registers"], there)
        one_line(run("xml", "-c", "3", "-t", fake.target), 5, "no vCPU 3")


@test
def raw_stays_in_its_directory(directory):
    raw = os.path.join(directory, "raw")
    script = write(os.path.join(directory, "script"),
                   "qXfer:features:read:target.xml:0,* -> reply "
                   "l<target><xi:include href=\"../evil.xml\"/></target>\n"
                   "qXfer:features:read:../evil.xml:0,* -> reply l<feature name='x'/>\n")
    with Fake("--script", script) as fake:
        result = run("xml", "--raw", raw, "-t", fake.target)
        one_line(result, 4, "../evil.xml")
        assert not os.path.exists(raw)
        assert not os.path.exists(os.path.join(directory, "evil.xml"))


@test
def packets(directory):
    script = write(os.path.join(directory, "script"), "qTest -> reply a\\x01b\\xffc,\"d\"\n")
    with Fake("--script", script) as fake:
        t = ("-t", fake.target)
        equal(silent_ok(run("packet", "qTest", "qNothing", *t)), 'a\\x01b\\xffc,"d"\n\n')
        equal(json.loads(silent_ok(run("packet", "-j", "qTest", "qNothing", *t))),
              [{"packet": "qTest", "reply": "a\x01b\u00ffc,\"d\""}, {"packet": "qNothing", "reply": ""}])
        lines = silent_ok(run("packet", "-f", "jsonl", "qNothing", *t)).splitlines()
        equal([json.loads(x) for x in lines], [{"packet": "qNothing", "reply": ""}])
        rows = list(csv.reader(io.StringIO(silent_ok(run("packet", "-f", "csv", "qTest", *t)))))
        equal(rows, [["packet", "reply"], ["qTest", 'a\\x01b\\xffc,"d"']])


@test
def packet_without_reply(directory):
    script = write(os.path.join(directory, "script"), "qMute -> ack\n")
    out = os.path.join(directory, "out")
    with Fake("--script", script, violations=0) as fake:
        args = ("packet", "-t", fake.target, "--timeout", "2", "qNothing", "qMute", "qNothing")
        result = run(*args)
        one_line(result, 3, fake.target)
        equal(result.out, "\n", "the reply that came")
        one_line(run(*args, "-o", out), 3)
        equal(os.listdir(directory), ["script"])


@test
def log_packets(_):
    with Fake() as fake:
        result = run("read", "r0", "--log-packets", "-t", fake.target)
        equal(result.status, 0)
        lines = result.err.splitlines()
        assert all(line.startswith(("-> ", "<- ")) for line in lines), result.err
        assert any(line.startswith("-> $qSupported:") for line in lines), result.err
        assert any(register_bytes(0, 0).hex() in line for line in lines), result.err


@test
def how_the_guest_is_left(_):
    for state, option, left in [("--running", None, "running"), ("--halted", None, "halted"),
                                ("--running", "halt", "halted"), ("--halted", "resume", "running"),
                                ("--running", "resume", "running")]:
        args = ["--on-exit", option] if option else []
        with Fake(state) as fake:
            silent_ok(run("read", "r0", "-t", fake.target, *args))
            one_line(run("read", "zz", "-t", fake.target, *args), 5)
            result = run("read", "r0", "-v", "-t", fake.target, *args)
            contains(result.err, "left " + left)
            equal(int(fake.stop()["left_" + left]), 3, f"{state} {option}")


@test
def several_targets(directory):
    out = os.path.join(directory, "out")
    with Fake("--registers", 2) as one, Fake("--fault", "silence:p*", "--running") as mute, \
            Fake("--registers", 3) as two:
        targets = [one.target, "127.0.0.1:1", mute.target, two.target]
        args = [word for target in targets for word in ("-t", target)]
        # The other targets have to answer in that time.
        args += ["--timeout", "2"]
        result = run("dump", "-j", *args)
        equal(result.status, 3)
        found = json.loads(result.out)["targets"]
        equal([t["target"] for t in found], targets)
        equal([sorted(set(t) - {"target"}) for t in found], [["vcpus"], ["error"], ["error"], ["vcpus"]])
        equal(len(found[3]["vcpus"][0]["registers"]), 3)
        lines = result.err.splitlines()
        equal([line.split(": ")[:2] for line in lines],
              [["gdbregs-cli", t] for t in ("127.0.0.1:1", mute.target)])
        assert all(t["error"] in result.err for t in found if "error" in t)

        result = run("dump", "-f", "csv", "-o", out, *args)
        equal(result.status, 3)
        rows = list(csv.reader(io.StringIO(read(out))))
        equal([row[0] for row in rows[1:] if row[8]], ["127.0.0.1:1", mute.target])
        result = run("dump", "-f", "jsonl", *args)
        equal([x for x in map(json.loads, result.out.splitlines()) if "error" in x][0]["target"],
              "127.0.0.1:1")
        result = run("dump", *args)
        assert "error" not in result.out and "127.0.0.1:1" not in result.out, result.out
        equal(result.err.count("127.0.0.1:1: "), 1)


@test
def status_of_the_first_failure(_):
    with Fake("--registers", 2) as few, Fake("--registers", 9) as many:
        dead = ("-t", "127.0.0.1:1")
        equal(run("dump", "r8", "-t", few.target, "-t", many.target, *dead).status, 5)
        equal(run("dump", "r8", "-t", many.target, *dead, "-t", few.target).status, 3)


@test
def many_targets(_):
    with Fake("--registers", 4) as fake:
        args = ["-t", fake.target] * 300 + ["--timeout", "60"]
        result = run("dump", "-f", "csv", *args)
        equal(len(silent_ok(result).splitlines()), 1 + 300 * 4)


@test
def failed_target_alone_prints_nothing(directory):
    out = os.path.join(directory, "out")
    for command in (["dump", "-j"], ["vcpus", "-j"], ["read"], ["list"], ["xml"]):
        result = run(*command, "-t", "127.0.0.1:1", "-o", out)
        one_line(result, 3, "127.0.0.1:1")
        equal(run(*command, "-t", "127.0.0.1:1").out, "")
        equal(os.listdir(directory), [])


@test
def statuses_of_stubs(_):
    for options, status in [(["--fault", "silence"], 3), (["--fault", "close"], 3),
                            (["--fault", "close:p*"], 4), (["--fault", "badsum@*"], 4),
                            (["--no-xfer"], 4)]:
        timeout = "0.4" if "silence" in options else "30"
        with Fake(*options) as fake:
            result = run("read", "--timeout", timeout, "-t", fake.target)
            one_line(result, status, fake.target)
            equal(result.out, "")


@test
def own_description(directory):
    file = write(os.path.join(directory, "own.xml"),
                 "<target><architecture>i386:x86-64</architecture>"
                 "<feature name='mine'><reg name='pc' bitsize='64' regnum='2'/></feature></target>")
    with Fake() as fake:
        (found,) = json.loads(silent_ok(run("read", "-j", "--tdesc", file, "-t", fake.target)))
        equal((found["name"], found["feature"], found["bytes"]),
              ("pc", "mine", register_bytes(0, 2).hex()))


@test
def spawned_quietly(_):
    """With -q, only the message of the command's own end is dropped."""
    script = f"echo begins >&2; {FAKE} --stdio --registers 3; echo ended >&2"
    loud = run("read", "r1", "--", "sh", "-c", script)
    quiet = run("read", "-q", "r1", "--", "sh", "-c", script)
    equal((loud.status, quiet.status), (0, 0), repr((loud, quiet)))
    equal(quiet.out, loud.out)
    equal(quiet.err, "begins\n")
    contains(loud.err, "begins\n")
    result = run("read", "-q", "r9", "--", "sh", "-c", script)
    equal(result.err.splitlines()[0], "begins")
    equal(len(result.err.splitlines()), 2, repr(result))
    result = run("read", "-q", "--", "sh", "-c", "echo no such machine >&2; exit 3")
    equal(result.status, 3)
    contains(result.err, "no such machine\n")


@test
def spawned(_):
    result = run("dump", "-j", "r1", "--", FAKE, "--stdio", "--registers", "3")
    equal(result.status, 0)
    contains(result.err, "summary connections=1")  # the child ended normally
    (target,) = json.loads(result.out)["targets"]
    equal(target["target"], f"{FAKE} --stdio --registers 3")
    equal(target["vcpus"][0]["registers"], [expected_register(0, 1)])
    one_line(run("read", "--", "/nowhere/at/all", "-x"), 3, "/nowhere/at/all")
    one_line(run("read", "--", "true"), 3, "true: the command exited with status 0 before it answered")
    one_line(run("read", "--timeout", "0.3", "--", "sleep", "100"), 3, "sleep 100",
             "the command runs, but has not answered for 0.3 s; it must serve GDB on its standard "
             "input and output; if it is slow, raise --timeout")


def named_once(result, name, *others):
    """The message begins with the target's name, and does not repeat it."""
    (line,) = result.err.splitlines()
    assert line.startswith(f"gdbregs-cli: {name}: "), repr(result)
    rest = line.split(name, 1)[1]
    for other in (name, *others):
        assert other not in rest, f"{other!r} again: {line}"


@test
def a_target_is_named_once(directory):
    for name, *others in [
            ["127.0.0.1:1"], ["tcp:127.0.0.1:1", "127.0.0.1:1"], [":1", "localhost:1"],
            ["[::1]:1"], ["unix:" + os.path.join(directory, "none")], ["x:99999"], ["tcp:x"]]:
        named_once(run("read", "-t", name), name, *others)
    result = run("read", "-t", "unix:/nowhere/\u00e4")
    one_line(result, 3)
    equal(result.err.count("nowhere"), 1, repr(result))
    named_once(run("read", "--", "/nowhere/at/all", "-x"), "/nowhere/at/all -x", "/nowhere")
    named_once(run("read", "--", "false", "-x"), "false -x", "false")
    for fault in ["silence@*:*", "close:p*", "garbage:p*", "reset:p*"]:
        with Fake("--fault", fault) as fake:
            result = run("read", "-t", fake.target, "--timeout", "0.3")
            equal(result.status in (3, 4), True, repr(result))
            named_once(result, fake.target)


@test
def on_a_unix_socket(directory):
    path = os.path.join(directory, "stub")
    with Fake("--unix", path) as fake:
        equal(len(json.loads(silent_ok(run("read", "-j", "-t", fake.target)))), 16)


if __name__ == "__main__":
    main()
