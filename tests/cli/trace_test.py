#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""trace against a fake stub, whose registers after N steps are known."""

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import time

from clitest import (FAKE, Fake, command, contains, equal, finish, main, number, one_line, read,
                     run, silent_ok, start, test, wait_for_packet, write)

FEATURE = "org.example.fake.core"
PC_XML = """<target><architecture>i386:x86-64</architecture>
<feature name="org.example.fake.core"><reg name="r0" bitsize="64"/><reg name="r1" bitsize="64"/>
<reg name="pc" bitsize="64" type="code_ptr"/><reg name="r3" bitsize="64"/></feature></target>"""


def value(reg, generation, vcpu=0, size=8):
    """Returns the value of a register after so many steps and runs: see tests/fakestub/guest.c."""
    first = vcpu * 31 + reg * 7 + generation
    return bytes((first + 13 * i) & 0xff for i in range(size))


def with_pc(directory, *options):
    """A fake stub whose third register is the program counter. Each step adds 4."""
    write(os.path.join(directory, "target.xml"), PC_XML)
    return Fake("--tdesc", directory, "--pc", 2, *options)


def pc(generation):
    return (0x1000 + 4 * generation).to_bytes(8, "little")


def entry(reg, data):
    found = {"name": f"r{reg}", "feature": FEATURE, "bytes": data.hex(), "value": number(data)}
    if int(number(data), 16) < 1 << 53:
        found["number"] = int(number(data), 16)
    return found


def records(text):
    return [json.loads(line) for line in text.splitlines()]


def steps(fake, *args):
    return records(silent_ok(run("trace", "-f", "jsonl", "-t", fake.target, *args)))


def reasons(found):
    return [(r["step"], r["vcpu"], r["reason"]) for r in found]


@test
def each_step_exactly(_):
    with Fake("--registers", 4, "--changing", "1,3", "--vcpus", 2) as fake:
        found = steps(fake, "-n", "3")
        equal(found[0], {"step": 0, "vcpu": 0, "reason": "start",
                         "changed": [entry(r, value(r, 0)) for r in range(4)]})
        for n in (1, 2, 3):
            equal(found[n], {"step": n, "vcpu": 0, "reason": "step",
                             "changed": [entry(r, value(r, n)) for r in (1, 3)]})
        equal(len(found), 4)


@test
def everything(_):
    with Fake("--registers", 4, "--changing", "1") as fake:
        found = steps(fake, "-n", "2", "--all")
        equal([len(r["changed"]) for r in found], [4, 4, 4])
        equal(found[2]["changed"][0], entry(0, value(0, 0)))
        equal(found[2]["changed"][1], entry(1, value(1, 2)))


@test
def selected(_):
    with Fake("--registers", 6, "--vcpus", 2) as fake:
        found = steps(fake, "-n", "1", "-c", "1", "r[24]", "--exclude", "r4")
        equal(found[1], {"step": 1, "vcpu": 1, "reason": "step",
                         "changed": [entry(2, value(2, 1, vcpu=1))]})
        one_line(run("trace", "-n", "1", "zz", "-t", fake.target), 5, "'zz'")
        one_line(run("trace", "-n", "1", "-c", "2", "-t", fake.target), 5, "no vCPU 2")


@test
def vcpus_take_turns(_):
    with Fake("--registers", 2, "--vcpus", 3) as fake:
        found = steps(fake, "-n", "4", "-c", "2,0")
        equal(reasons(found), [(0, 2, "start"), (0, 0, "start"), (1, 2, "step"), (2, 0, "step"),
                               (3, 2, "step"), (4, 0, "step")])
        equal(found[5]["changed"], [entry(r, value(r, 4)) for r in (0, 1)])


@test
def unavailable(_):
    with Fake("--registers", 3, "--unavailable", "1") as fake:
        found = steps(fake, "-n", "2")
        equal(found[0]["changed"][1], {"name": "r1", "feature": FEATURE, "bytes": None,
                                       "error": "unavailable"})
        equal([e["name"] for e in found[1]["changed"]], ["r0", "r2"])


@test
def until_an_address(directory):
    with with_pc(directory) as fake:
        found = steps(fake, "--until", "0x1010")
        equal(reasons(found)[-1], (4, 0, "until"))
        equal(len(found), 5)
        # The program counter does not have to be selected, and -n does not have to be reached.
        found = steps(fake, "--until", "4116", "-n", "100", "r0")
        equal(reasons(found)[-1], (5, 0, "until"))
        equal([e["name"] for e in found[-1]["changed"]], ["r0"])
        result = run("trace", "-f", "jsonl", "-t", fake.target, "--until", "0x2000", "-n", "3")
        one_line(result, 1, "--until was not reached", "vCPU 0 is at 0x100c")
        equal(len(records(result.out)), 4)
        # The condition is true at the start.
        equal(reasons(steps(fake, "--until", "0x1000")), [(0, 0, "until")])
    # A leading 0 means octal, as in a condition and for write.
    for address in ("010024", "0o10024", "0b1000000010100", "pc=010024"):
        with with_pc(directory) as fake:
            equal(reasons(steps(fake, "--until", address))[-1], (5, 0, "until"), address)
    with Fake("--registers", 4, "--arch", "powerpc:common") as fake:
        one_line(run("trace", "--until", "0", "-t", fake.target), 5, "program counter")


@test
def breakpoints(directory):
    log = os.path.join(directory, "log")
    with with_pc(directory, "--log", log) as fake:
        found = steps(fake, "--break", "0x1010", "--break", "0x1020", "--break", "0x1014", "-n", "3")
        equal(reasons(found), [(0, 0, "start")] + [(n, 0, "breakpoint") for n in (1, 2, 3)])
        equal([r["changed"][2]["bytes"] for r in found[1:]],
              [pc(g).hex() for g in (4, 5, 8)])
        equal(found[2]["changed"],
              [dict(entry(r, pc(5)), name="pc") if r == 2 else entry(r, value(r, 5)) for r in range(4)])
    # All breakpoints were removed.
    points = set()
    for line in read(log).splitlines():
        word = line.split()[2] if " packet " in line else ""
        if word[:2] == "Z0":
            points.add(word[1:])
        elif word[:2] == "z0":
            points.discard(word[1:])
    equal(points, set())


@test
def breakpoints_until(directory):
    log = os.path.join(directory, "log")
    with with_pc(directory, "--log", log) as fake:
        found = steps(fake, "--break", "0x1008", "--until", "0x1010", "pc")
        equal(reasons(found), [(0, 0, "start"), (1, 0, "breakpoint"), (2, 0, "until")])
        # The guest begins at a breakpoint, and steps over it.
        found = steps(fake, "--break", "0x1000", "--break", "0x1008", "-n", "1", "pc")
        equal([e["bytes"] for e in found[1]["changed"]], [pc(2).hex()])
    packets = [line.split()[2] for line in read(log).splitlines() if " packet " in line]
    packets = packets[packets.index("?", packets.index("?") + 1) if packets.count("?") > 1 else 0:]
    moves = [word[:7] for word in packets if word.startswith(("vCont;", "Z0", "z0"))]
    equal(moves[:6], ["Z0,1000", "Z0,1008", "z0,1000", "vCont;s", "Z0,1000", "vCont;c"])


@test
def what_changed_since_the_last_record(directory):
    # The changes between a hit and the step past it are in the record of the next hit.
    with with_pc(directory, "--changing", "2") as fake:
        found = steps(fake, "--break", "0x1008", "--break", "0x1010", "-n", "2")
        equal([[e["name"] for e in r["changed"]] for r in found[1:]], [["pc"], ["pc"]])
    with with_pc(directory) as fake:
        text = silent_ok(run("trace", "--break", "0x1008", "--break", "0x1010", "-n", "2", "pc",
                             "-t", fake.target))
        equal([line.split()[1:] for line in text.splitlines() if " -> " in line],
              [["0x0000000000001000", "->", "0x0000000000001008"],
               ["0x0000000000001008", "->", "0x0000000000001010"]])


@test
def one_resume_and_one_round_trip_a_step(directory):
    log = os.path.join(directory, "log")
    with Fake("--registers", 3, "--log", log) as fake:
        silent_ok(run("trace", "-n", "50", "r0", "r1", "-t", fake.target))
    packets = [line.split()[2] for line in read(log).splitlines() if " packet " in line]
    first = packets.index("vCont;s:p1.1")
    equal(packets[first:first + 200], ["vCont;s:p1.1", "Hgp1.1", "p0", "p1"] * 50)
    with Fake("--registers", 40) as fake:
        result = run("trace", "-n", "5", "--log-packets", "-t", fake.target)
        sent = [line[3:] for line in result.err.splitlines() if line.startswith("-> $")]
        sent = sent[sent.index("$vCont;s:p1.1#f2", sent.index("$vCont;s:p1.1#f2") + 1):]
        equal([s for s in sent if not s.startswith("$D")][:3], ["$vCont;s:p1.1#f2", "$Hgp1.1#af", "$g#67"])


@test
def as_text(_):
    with Fake("--registers", 2, "--changing", "1") as fake:
        equal(silent_ok(run("trace", "-n", "1", "-t", fake.target)),
              "step 0, vCPU 0: start\n"
              f"  r0  0x{value(0, 0)[::-1].hex()}\n  r1  0x{value(1, 0)[::-1].hex()}\n"
              "step 1, vCPU 0\n"
              f"  r1  0x{value(1, 0)[::-1].hex()} -> 0x{value(1, 1)[::-1].hex()}\n")


@test
def as_json_and_csv(_):
    with Fake("--registers", 3, "--unavailable", "2") as fake:
        t = ("-n", "2", "-t", fake.target)
        expected = records(silent_ok(run("trace", "-f", "jsonl", *t)))
    with Fake("--registers", 3, "--unavailable", "2") as fake:
        t = ("-n", "2", "-t", fake.target)
        equal(json.loads(silent_ok(run("trace", "-j", *t))), expected)
    with Fake("--registers", 3, "--unavailable", "2") as fake:
        t = ("-n", "2", "-t", fake.target)
        rows = list(csv.reader(io.StringIO(silent_ok(run("trace", "-f", "csv", *t)))))
        equal(",".join(rows[0]), "step,vcpu,reason,feature,name,bits,type,bytes,value,error")
        first = value(0, 0)
        equal(rows[1], ["0", "0", "start", FEATURE, "r0", "64", "int", first.hex(), number(first), ""])
        equal(rows[3][-3:], ["", "", "unavailable"])
        equal([row[0] for row in rows[1:]], ["0", "0", "0", "1", "1", "2", "2"])


# ------------------------------------------------------------------------ vcd

VCD_XML = """<target><architecture>i386:x86-64</architecture>
<feature name="org.gnu.gdb core"><reg name="pc" bitsize="64"/><reg name="lr" bitsize="32"/>
<reg name="lr" bitsize="32"/><reg name="lr_2" bitsize="8"/><reg name="0 odd[7]" bitsize="9"/>
<reg name="bit" bitsize="1"/><reg name="wide" bitsize="512"/><reg name="lr" bitsize="8"/></feature>
<feature name="org.gnu.gdb.core"><reg name="lr" bitsize="8"/><reg name="gone" bitsize="8"/></feature>
</target>"""


def parse_vcd(text):
    """Parse VCD by the standard. Returns {"scope.name": (width, [(time, bits)])}."""
    wires, names, scopes, now = {}, {}, [], None
    words = iter(text.split())
    for word in words:
        if word == "$scope":
            next(words)
            scopes.append(next(words))
        elif word == "$upscope":
            scopes.pop()
        elif word == "$var":
            _, width, ident, name = (next(words) for _ in range(4))
            while next(words) != "$end":
                pass
            full = ".".join(scopes + [name])
            assert full not in names.values(), f"{full} twice"
            names[ident] = full
            wires[full] = (int(width), [])
        elif word in ("$version", "$comment", "$timescale", "$date", "$attrbegin"):
            while next(words) != "$end":
                pass
        elif word[0] == "#":
            assert now is None or int(word[1:]) > now, word
            now = int(word[1:])
        elif word[0] in "bB":
            wires[names[next(words)]][1].append((now, word[1:]))
        elif word[0] in "01xX" and word[1:] in names:
            wires[names[word[1:]]][1].append((now, word[0]))
        else:
            assert word in ("$end", "$enddefinitions", "$dumpvars"), word
    return wires


def extended(width, changes):
    """Values have their full width. A value that has not changed is left out."""
    out = []
    for now, bits in changes:
        bits = bits.lower()
        bits = ("x" if bits[0] == "x" else "0") * (width - len(bits)) + bits
        if not out or out[-1][1] != bits:
            out.append((now, bits))
    return out


def vcd_machine(directory):
    write(os.path.join(directory, "target.xml"), VCD_XML)
    return "--tdesc", directory, "--unavailable", "9", "--vcpus", "2"


def vcd_of(directory, *args):
    with Fake(*vcd_machine(directory)) as fake:
        return silent_ok(run("trace", "-f", "vcd", "-t", fake.target, *args))


VCD_WIRES = {"pc": (0, 64), "lr": (1, 32), "lr_3": (2, 32), "lr_2": (3, 8), "_0_odd_7_": (4, 9),
             "bit": (5, 1), "wide": (6, 512), "lr_4": (7, 8)}


@test
def vcd(directory):
    wires = parse_vcd(vcd_of(directory, "-n", "20"))
    core = {"vcpu0.org_gnu_gdb_core." + name for name in [*VCD_WIRES, "lr_5", "gone"]}
    equal(set(wires), core)
    for name, (reg, width) in VCD_WIRES.items():
        got_width, changes = wires["vcpu0.org_gnu_gdb_core." + name]
        equal(got_width, width, name)
        size = (width + 7) // 8
        expected = [(n, format(int.from_bytes(value(reg, n, size=size), "little")
                               & ((1 << width) - 1), f"0{width}b")) for n in range(21)]
        equal(extended(width, changes), extended(width, expected), name)
    equal(wires["vcpu0.org_gnu_gdb_core.gone"], (8, [(0, "x")]))


@test
def vcd_of_two_vcpus(directory):
    wires = parse_vcd(vcd_of(directory, "-n", "4", "-c", "all", "pc"))
    equal({name: [time for time, _ in changes] for name, (_, changes) in wires.items()},
          {"vcpu0.org_gnu_gdb_core.pc": [0, 1, 3], "vcpu1.org_gnu_gdb_core.pc": [0, 2, 4]})


@test
def vcd_through_gtkwave_and_back(directory):
    if not shutil.which("vcd2fst") or not shutil.which("fst2vcd"):
        print("     vcd2fst and fst2vcd are not there: not tried")
        return
    text = vcd_of(directory, "-n", "200", "-c", "all")
    files = [os.path.join(directory, name) for name in ("a.vcd", "a.fst", "b.vcd")]
    write(files[0], text)
    done = subprocess.run(["vcd2fst", *files[:2]], capture_output=True, text=True, check=False)
    equal(done.returncode, 0, done.stderr)
    subprocess.run(["fst2vcd", "-f", files[1], "-o", files[2]], check=True)
    ours, theirs = parse_vcd(text), parse_vcd(read(files[2]))
    equal(set(theirs), set(ours))
    for name, (width, changes) in ours.items():
        equal(theirs[name][0], width, name)
        equal(extended(width, theirs[name][1]), extended(width, changes), name)


# ------------------------------------------------------------------------ ends

@test
def a_halted_vcpu_ends_it(directory):
    out = os.path.join(directory, "out")
    with Fake("--registers", 2, "--vcpus", 2, "--wfi", "1", "--running") as fake:
        args = ("trace", "-n", "10", "--timeout", "2", "-f", "jsonl", "-t", fake.target)
        result = run(*args, "-c", "0,1")
        one_line(result, 3, "vCPU 1", "halted")
        equal(reasons(records(result.out))[-1], (1, 0, "step"))
        one_line(run(*args, "-c", "1", "-j", "-o", out), 3, "halted")
        equal(len(json.loads(read(out))), 1)
        equal(fake.stop()["left_halted"], "0")


@test
def a_stub_that_dies(directory):
    out = os.path.join(directory, "out")
    with Fake("--registers", 2, "--fault", "close@5:vCont*") as fake:
        one_line(run("trace", "-n", "10", "-j", "-o", out, "-t", fake.target), 4)
    equal([r["step"] for r in json.loads(read(out))], [0, 1, 2, 3, 4])
    one_line(run("trace", "-n", "1", "-o", out, "-t", "127.0.0.1:1"), 3)
    equal(len(json.loads(read(out))), 5, "what was there before stays")


def run_until(log, packet, count, *args):
    """Interrupt the tool when the stub has seen so many packets of that kind."""
    process = start(*args)
    wait_for_packet(log, packet, count)
    process.send_signal(signal.SIGINT)
    return finish(process)


@test
def interrupted_it_is_complete(directory):
    log, out = os.path.join(directory, "log"), os.path.join(directory, "out")
    for form in ("jsonl", "json", "csv", "text", "vcd"):
        with Fake("--registers", 3, "--running", "--log", log) as fake:
            result = run_until(log, "vCont;s", 1000, "trace", "-n", "100000000", "-f", form, "-o", out,
                               "-t", fake.target)
            equal((result.status, result.err), (-signal.SIGINT, ""), form)
            equal(fake.stop()["left_halted"], "0", form)
        text = read(out)
        assert text.endswith("\n"), form
        os.unlink(log)
        equal(os.listdir(directory), ["out"])
        if form == "jsonl":
            equal([r["step"] for r in records(text)], list(range(len(text.splitlines()))))
        elif form == "json":
            assert len(json.loads(text)) > 900
        elif form == "vcd":
            parse_vcd(text)
    with Fake("--registers", 3, "--log", log) as fake:
        result = run_until(log, "vCont;s", 20, "trace", "-n", "100000000", "-j", "-t", fake.target)
        assert len(json.loads(result.out)) > 10


@test
def interrupted_while_the_guest_runs(directory):
    log = os.path.join(directory, "log")
    with with_pc(directory, "--running", "--log", log) as fake:
        result = run_until(log, "vCont;c", 1, "trace", "--break", "0x800", "-f", "jsonl", "-t",
                           fake.target)
        equal((result.status, result.err), (-signal.SIGINT, ""))
        equal(reasons(records(result.out)), [(0, 0, "start")])
        equal(fake.stop()["left_halted"], "0")


@test
def a_timeout_is_not_a_stop_of_the_guest(directory):
    with with_pc(directory, "--running") as fake:
        result = run("trace", "--break", "0x800", "--within", "0.3", "-f", "jsonl", "pc", "-t",
                     fake.target)
        one_line(result, 1, "--break was not reached in time: vCPU 0 is at 0x")
        equal([r[2] for r in reasons(records(result.out))], ["start", "timeout"])
        equal(fake.stop()["left_halted"], "0")


@test
def a_reader_that_leaves(_):
    with Fake("--registers", 3, "--running") as fake:
        line = '"$@" | head -n 2; echo "${PIPESTATUS[0]}"'
        done = subprocess.run(["bash", "-c", line, "bash", *command("trace", "-n", 100000000, "-f", "jsonl",
                                                                    "-t", fake.target)],
                              capture_output=True, text=True, timeout=60, check=False)
        equal((done.stderr, done.stdout.splitlines()[2]), ("", str(128 + signal.SIGPIPE)))
        equal(fake.stop()["left_halted"], "0")


@test
def a_pipe_gets_records_soon(_):
    with Fake("--registers", 3) as fake:
        process = start("trace", "-n", "100000000", "-f", "jsonl", "-t", fake.target)
        begin = time.monotonic()
        equal(json.loads(process.stdout.readline())["step"], 0)
        assert time.monotonic() - begin < 20
        process.send_signal(signal.SIGINT)
        finish(process)


def peak_kib(count, target):
    process = start("trace", "-n", count, "-f", "jsonl", "-o", "/dev/null", "-t", target)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    process.stdout.close()
    process.stderr.close()
    equal(status, 0)
    return usage.ru_maxrss


@test
def memory_is_constant(_):
    with Fake("--registers", 40) as fake:
        few, many = peak_kib(200, fake.target), peak_kib(20000, fake.target)
        assert many < few + 512, f"{few} KiB for 200 steps, {many} KiB for 20000"


@test
def spawned(_):
    result = run("trace", "-n", "2", "-f", "jsonl", "r1", "--", FAKE, "--stdio", "--registers", "3")
    equal(result.status, 0)
    equal([r["step"] for r in records(result.out)], [0, 1, 2])


@test
def irq(directory):
    for options, expected in (((), False), (("--irq",), True)):
        log = os.path.join(directory, "log" + "".join(options))
        with Fake("--registers", 2, "--log", log) as fake:
            silent_ok(run("trace", "-n", "1", "-t", fake.target, *options))
        equal(" packet qqemu.sstepbits" in read(log), expected)


@test
def usage(_):
    for args, part in (([], "-n STEPS"), (["-n", "0"], "--count"), (["-n", "x"], "'x'"),
                       (["-n", "-1"], "--count"), (["--until", "start"], "--until"),
                       (["--until", "08"], "octal"), (["--break", "08"], "octal"), (["-n", "08"], "octal"),
                       (["--until", "1", "--until", "2"], "--until is given twice; give one"),
                       (["--break", "0x"], "--break"), (["--break", ""], "--break"),
                       (["--until", "0x10000000000000000"], "--until"),
                       (["-n", "1", "-t", ":1", "-t", ":2"], "one --target"), (["-i", "1"], "--interval")):
        one_line(run("trace", *args), 2, part)
    for other in ("read", "dump", "watch", "list"):
        one_line(run(other, "-f", "vcd"), 2, "vcd", "trace")


@test
def failing_output(directory):
    with Fake("--registers", 3, "--running") as fake:
        one_line(run("trace", "-n", "100000000", "-o", "/dev/full", "-t", fake.target), 6, "/dev/full")
        one_line(run("trace", "-n", "1", "-o", os.path.join(directory, "no", "o"), "-t", fake.target), 6)
        equal(fake.stop()["left_halted"], "0")


@test
def no_step_before_output_is_open(directory):
    with Fake("--registers", 3) as fake:
        one_line(run("trace", "-n", "1", "-o", os.path.join(directory, "no", "o"), "-t", fake.target), 6)
        equal(fake.stop()["connections"], "0")


if __name__ == "__main__":
    X86 = """<target><architecture>i386:x86-64</architecture><feature name="org.gnu.gdb.i386.core">
<reg name="rip" bitsize="64" type="code_ptr"/><reg name="cs" bitsize="32"/><reg name="cr0" bitsize="64"/>
</feature></target>"""


@test
def a_breakpoint_in_real_mode_is_linear(directory):
    """QEMU compares breakpoints with cs.base + ip, and so must the user. The message of a missed
    one says so."""
    write(os.path.join(directory, "target.xml"), X86)
    for cr0, cs, address, part in ((0, 0xf000, "0xe05b", "0xf000:0xe05b is 0xfe05b"),
                                   (0x10, 0x7c0, "0x10", "0x7c0:0x10 is 0x7c10"),
                                   (0, 0, "0xe05b", None), (1, 0xf000, "0xe05b", None),
                                   (0, 0xf000, "0xfe05b", None)):
        with Fake("--tdesc", directory, "--halted", "--one-guest") as fake:
            silent_ok(run("write", "rip=0xfff0", f"cs={cs}", f"cr0={cr0}", "-t", fake.target))
            args = ("trace", "rip", "--break", address, "-t", fake.target)
            result = run(*args, "--within", "0.2")
            equal(result.status, 1)
            equal("linear" in result.err, part is not None, result.err)
            contains(result.err, part or "not reached")


main()
