#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What values mean, in text and JSON; descriptions by --arch."""

import json
import os

from clitest import ROOT, Fake, contains, equal, main, one_line, run, silent_ok, test, write

XML = """<target><architecture>i386:x86-64</architecture><feature name="one">
<flags id="status" size="4"><field name="Z" start="0" end="0"/><field name="N" start="1" end="1"/>
<field name="MODE" start="4" end="5"/></flags>
<vector id="pair" type="uint32" count="2"/>
<union id="both"><field name="p" type="pair"/><field name="q" type="uint64"/></union>
<reg name="flags" bitsize="32" type="status"/><reg name="pair" bitsize="64" type="pair"/>
<reg name="both" bitsize="64" type="both"/><reg name="f" bitsize="32" type="ieee_single"/>
<reg name="n" bitsize="32"/></feature></target>"""


def machine(directory, *options):
    write(os.path.join(directory, "target.xml"), XML)
    return Fake("--tdesc", directory, "--one-guest", *options)


def prepare(fake):
    silent_ok(run("write", "flags=0x13", "pair=0x200000001", "both=0x400000003", "f=1.5",
                  "-t", fake.target))


def lines(text):
    return {line.split()[0]: line for line in text.splitlines() if line.startswith("  ")}


@test
def long_ones_are_shown_on_demand(directory):
    with machine(directory) as fake:
        prepare(fake)
        t = ("-t", fake.target)
        for args in (("dump",), ("read",), ("read", "*"), ("read", "p*", "b*", "f*")):
            found = lines(silent_ok(run(*args, *t)))
            contains(found["flags"], "[ Z N MODE=1 ]")
            contains(found["f"], "  1.5")
            assert "{" not in found["pair"] + found["both"], found
        for args in (("read", "pair", "both"), ("read", "-v"), ("dump", "-v"), ("read", "ONE:pair", "Both")):
            found = lines(run(*args, *t).out)
            contains(found["pair"], "{0x1, 0x2}")
            contains(found["both"], "p = {0x3, 0x4}")
        found = lines(silent_ok(run("read", "*", "pair", *t)))
        contains(found["pair"], "{")
        assert "{" not in found["both"], found


@test
def names_in_snapshots(directory):
    with machine(directory) as fake:
        prepare(fake)
        found = json.loads(silent_ok(run("read", "-j", "-t", fake.target)))
        equal({r["name"]: r.get("text") for r in found},
              {"flags": "[ Z N MODE=1 ]", "pair": None, "both": None, "f": None, "n": None})
        file = os.path.join(directory, "before")
        silent_ok(run("dump", "-j", "-o", file, "-t", fake.target))
        silent_ok(run("write", "flags=0x21", "-t", fake.target))
        result = run("diff", file, "-t", fake.target)
        equal(result.status, 1)
        contains(result.out, "-> 0x00000021 -N -MODE=1 +MODE=2")


@test
def shipped_description(directory):
    """A stub that serves none; the description comes from the data directory."""
    write(os.path.join(directory, "toy.xml"),
          "<target><architecture>i386:x86-64</architecture><feature name='toy'>"
          "<reg name='a' bitsize='64'/><reg name='b' bitsize='64'/></feature></target>")
    env = {"GDBREGS_XML_DIR": directory}
    with Fake("--no-xfer", "--registers", 2) as fake:
        t = ("-t", fake.target)
        found = json.loads(silent_ok(run("list", "-j", "--arch", "toy", *t, env=env)))
        equal([r["name"] for r in found[0]["registers"]], ["a", "b"])
        found = json.loads(silent_ok(run("read", "-j", "--arch", "toy", *t, env=env)))
        equal([(r["name"], r["feature"]) for r in found], [("a", "toy"), ("b", "toy")])
        one_line(run("read", "--arch", "tay", *t, env=env), 2, "'tay'", "toy")


@test
def shipped_byte_order(_):
    """The stub serves a description that does not settle it: --arch does."""
    for architecture, name, order in (("powerpc:common", "mips", "big"), ("mips", "mipsel", "little"),
                                      ("mips", "alpha", None), ("i386", "mips", "little")):
        with Fake("--arch", architecture, "--registers", 2) as fake:
            found = json.loads(silent_ok(run("dump", "-j", "-t", fake.target, "--arch", name,
                                             env={"GDBREGS_XML_DIR": os.path.join(ROOT, "xml")})))
            vcpu = found["targets"][0]["vcpus"][0]
            equal([vcpu["architecture"], vcpu["byte_order"]], [architecture, order])


if __name__ == "__main__":
    main()
