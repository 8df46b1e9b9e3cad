#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hostile descriptions, each from a file and from a stub: each has an error of its own, which
comes soon and with little memory. No number in them is sent to a stub."""
import os

from hostile import (BAD_STUB, DONE, NO_OUTPUT, Repeat, Run, Stub, check, described, equal, main,
                     test)

REG = "<reg name='a' bitsize='8'/>"
# The largest accepted descriptions have 16 MiB, of which a few copies are in memory.
RSS_MOST_MIB = 160


def feature(body):
    return f"<target><feature name='f'>{body}</feature></target>"


def fan_out(levels):
    """Returns documents, each of which includes the next one twice."""
    documents = {"target.xml": "<target><xi:include href='1.xml'/><xi:include href='1.xml'/></target>"}
    for level in range(1, levels):
        more = f"<xi:include href='{level + 1}.xml'/>" * 2
        documents[f"{level}.xml"] = f"<feature name='{level}'>{more}</feature>"
    documents[f"{levels}.xml"] = f"<feature name='last'>{REG}</feature>"
    return documents


def chain(levels):
    documents = {"target.xml": "<target><xi:include href='1.xml'/></target>"}
    for level in range(1, levels):
        documents[f"{level}.xml"] = f"<feature name='f'><xi:include href='{level + 1}.xml'/></feature>"
    documents[f"{levels}.xml"] = REG
    return documents


def bomb():
    entities = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 12))
    return f"<!DOCTYPE t [<!ENTITY e0 'ha'>{entities}]><target>&e11;</target>"


# name: (documents or text of target.xml, part of the message)
BAD = {
    "200 MB of blanks": (lambda: Repeat("<target>", " ", 200_000_000, "</target>"), "max_description_bytes"),
    "a million registers": (lambda: Repeat("<target><feature name='f'>", REG, 1_000_000, "</feature></target>"), "max_description_bytes"),
    "131,073 registers": (lambda: feature(REG * 131_073), "max_registers"),
    "100,000 nested elements": (lambda: "<target>" + "<a>" * 100_000, "max_element_depth"),
    "entity bomb": (bomb, "target.xml:1:"),
    "external entity": (lambda: "<!DOCTYPE t [<!ENTITY x SYSTEM '/etc/passwd'>]><target>&x;</target>",
                        "target.xml:1:"),
    "parameter entity": (lambda: "<!DOCTYPE t [<!ENTITY % x SYSTEM '/etc/passwd'> %x;]><target/>",
                         "target.xml:1:"),
    "include of itself": (lambda: "<target><xi:include href='target.xml'/></target>", "target.xml"),
    "include loop": (lambda: {"target.xml": "<target><xi:include href='a'/></target>",
                              "a": "<f><xi:include href='b'/></f>",
                              "b": "<f><xi:include href='a'/></f>"}, "b:1:"),
    "30 levels of two": (lambda: fan_out(30), "max_includes"),
    "32 levels": (lambda: chain(32), "max_include_depth"),
    "2,000 includes": (lambda: {"target.xml": "<target>" + "<xi:include href='a'/>" * 2000 + "</target>",
                                "a": REG}, "max_includes"),
    "no such annex": (lambda: "<target><xi:include href='nowhere'/></target>", "nowhere"),
    "a register of 2^31 bits": (lambda: feature("<reg name='a' bitsize='2147483648'/>"),
                                "max_register_bits"),
    "2^32 bits": (lambda: feature("<reg name='a' bitsize='4294967296'/>"), "max_register_bits"),
    "2^64 bits": (lambda: feature("<reg name='a' bitsize='18446744073709551616'/>"), "max_register_bits"),
    "no bits": (lambda: feature("<reg name='a' bitsize='0'/>"), "bitsize"),
    "minus eight bits": (lambda: feature("<reg name='a' bitsize='-8'/>"), "bitsize"),
    "register number -1": (lambda: feature("<reg name='a' bitsize='8' regnum='-1'/>"), "regnum"),
    "register number 2^31": (lambda: feature("<reg name='a' bitsize='8' regnum='0x80000000'/>"),
                             "max_register_number"),
    "register number 2^32": (lambda: feature("<reg name='a' bitsize='8' regnum='4294967296'/>"),
                             "max_register_number"),
    "implicit number beyond": (lambda: feature("<reg name='a' bitsize='8' regnum='1048575'/>" + REG),
                               "max_register_number"),
    "a million fields": (lambda: Repeat("<target><feature name='f'><flags id='f' size='8'>",
                                        "<field name='' start='1' end='1'/>", 1_000_000), "max_description_bytes"),
    "not XML": (lambda: "GET / HTTP/1.1\r\n\r\n", "target.xml:1:1"),
    "empty": (lambda: "", "target.xml"),
    "cut": (lambda: feature(REG)[:60], "target.xml:1:"),
    "NUL bytes": (lambda: feature("\0" * 100), "target.xml:1:"),
}


def documents_of(text):
    documents = text if isinstance(text, dict) else {"target.xml": text}
    return {name: text if isinstance(text, Repeat) else text.encode()
            for name, text in documents.items()}


def store(directory, documents):
    os.makedirs(directory, exist_ok=True)
    for name, text in documents.items():
        with open(os.path.join(directory, name), "wb") as file:
            file.writelines(text.blocks() if isinstance(text, Repeat) else [text])
    return os.path.join(directory, "target.xml")


@test
def from_a_file(directory):
    for number, (name, (make, says)) in enumerate(BAD.items()):
        path = store(os.path.join(directory, str(number)), documents_of(make()))
        print(f"  {name}", end=": ", flush=True)
        result = Run("list", "--tdesc", path)
        check(result, (BAD_STUB, NO_OUTPUT), says, rss_mib=RSS_MOST_MIB)
        print(result.err.decode().strip()[:150], f"[{result.seconds:.1f} s, {result.rss_mib:.0f} MiB]")
        os.unlink(path)


@test
def from_a_stub(_):
    for name, (make, says) in BAD.items():
        with Stub(documents=documents_of(make())) as stub:
            result = Run("dump", "--timeout", 30, "-t", stub.target)
            check(result, BAD_STUB, says, rss_mib=RSS_MOST_MIB)
            # The tool detached and read nothing: no number of the description was sent.
            assert not [r for r in stub.heard() if r[:1] == "p"], stub.requests
            assert [r for r in stub.heard() if r[:1] == "D"], name


@test
def large_and_good(directory):
    """Descriptions within the limits are accepted, in time proportional to their size."""
    path = store(directory, documents_of(feature("".join(
        f"<reg name='r{n}' bitsize='8'/>" for n in range(131_072)))))
    result = check(Run("list", "-f", "csv", "--tdesc", path), DONE, rss_mib=RSS_MOST_MIB)
    equal(result.out.count(b"\n"), 131_073)


@test
def numbers_that_kill(_):
    """No p has a number larger than a stub's int, whatever the description says."""
    for number in ("0x7fffffff", "0xffffffff", "-2147483648", "1048575", "99999999999999999999"):
        with described(f"<reg name='a' bitsize='64' regnum='{number}'/>") as stub:
            Run("dump", "--timeout", 30, "-t", stub.target)
            sent = [int(r[1:], 16) for r in stub.heard() if r[:1] == "p"]
            assert all(n <= 1048575 for n in sent), stub.requests


@test
def annexes_that_are_no_names(_):
    """Names with `:` or `,` cannot be requested from a stub. The name of a file may contain any
    path."""
    for href in ("../../etc/passwd", "a:0,1", "/etc/passwd", "a,b", "", "x" * 300, "a\tb", "a#b", "\u00e9"):
        text = f"<target><xi:include href='{href}'/></target>"
        with Stub(documents=documents_of(text)) as stub:
            check(Run("list", "--timeout", 30, "-t", stub.target), BAD_STUB)
            asked = {r.split(":")[3] for r in stub.heard() if r.startswith("qXfer")}
            assert asked <= {"target.xml", href}, asked
            assert not any(c in name for name in asked for c in ":,#\t"), asked


@test
def raw_documents_stay_in_their_directory(directory):
    """`xml --raw DIR` writes the stub's documents under their names."""
    inside, outside = os.path.join(directory, "in"), os.path.join(directory, "evil")
    for href in ("../evil", outside, "sub/../../evil", ".", ".."):
        documents = {"target.xml": f"<target><xi:include href='{href}'/></target>", href: "<f/>"}
        with Stub(documents=documents_of(documents)) as stub:
            result = Run("xml", "--raw", inside, "--timeout", 30, "-t", stub.target)
            assert result.status in (DONE, BAD_STUB, NO_OUTPUT), result
            assert not os.path.exists(outside), result
            equal(sorted(set(os.listdir(directory)) - {"in"}), [], repr(result))


@test
def raw_documents_are_new_files(directory):
    """The stub chooses the names. Existing files and links with these names are not written to."""
    inside, outside = os.path.join(directory, "in"), os.path.join(directory, "outside")
    os.mkdir(inside)
    script = os.path.join(inside, "build.sh")
    with open(script, "w", encoding="ascii") as file:
        file.write("#!/bin/sh\n")
    os.chmod(script, 0o755)
    for name, target in (("link", outside), ("loop", "loop"), ("up", "..")):
        os.symlink(target, os.path.join(inside, name))
    before = {name: os.lstat(os.path.join(inside, name)) for name in os.listdir(inside)}
    for name in before:
        documents = {"target.xml": f"<target><xi:include href='{name}'/></target>", name: "<f/>"}
        with Stub(documents=documents_of(documents)) as stub:
            check(Run("xml", "--raw", inside, "-t", stub.target), NO_OUTPUT, name, inside)
        equal({name: os.lstat(os.path.join(inside, name)) for name in os.listdir(inside)}, before)
        assert not os.path.exists(outside), name


@test
def raw_documents_have_plain_modes(directory):
    documents = {"target.xml": "<target><xi:include href='run.sh'/></target>", "run.sh": "<f/>"}
    inside = os.path.join(directory, "in")
    with Stub(documents=documents_of(documents)) as stub:
        check(Run("xml", "--raw", inside, "-t", stub.target), DONE)
    equal({name: os.stat(os.path.join(inside, name)).st_mode & 0o7133 for name in os.listdir(inside)},
          {"target.xml": 0, "run.sh": 0})


if __name__ == "__main__":
    main()
