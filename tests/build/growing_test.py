#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 120
"""Programs that were compiled with another version's header run with this library.

The headers of other versions are made from ours: in an older one a structure lacks the last
members, in a newer one it has more of them. The programs are linked with this build's shared
library. Each structure that begins with its size must be in CASES.
"""
import os
import re
import subprocess
import sys
import tempfile

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from testcase import equal, main, test  # noqa: E402
from tool import ROOT  # noqa: E402

BUILD = os.environ.get("BUILD") or os.path.join(ROOT, "build")
CASES = {"gdbregs_options"}

# Memory after the structure must not change. Nothing listens at the address: an error of CONNECT
# means that the options were accepted.
OPTIONS = r"""
#include <gdbregs.h>
#include <stdio.h>
#include <string.h>

static struct box {
	struct gdbregs_options o;
	unsigned char guard[512];
} box;

static const char *outcome(void)
{
	struct gdbregs_session *s;
	struct gdbregs_error error;

	for (size_t i = 0; i < sizeof(box.guard); i++)
		if (box.guard[i] != 0xa5)
			return "the library wrote behind the structure";
	return gdbregs_error_name(gdbregs_connect(NULL, "unix:/nonexistent/stub", &box.o, &s, &error));
}

int main(void)
{
	static const struct gdbregs_options initialised = GDBREGS_OPTIONS_INIT;

	memset(&box, 0xa5, sizeof(box));
	gdbregs_options_init(&box.o);
	printf("%zu %s\n", sizeof(box.o) - box.o.size, outcome());
	printf("%u %zu %s\n", box.o.reply_timeout_ms, box.o.max_vcpus, outcome());
#ifdef GDBREGS_OPTIONS_INIT_LATER
	box.o = initialised;
	printf("%s\n", outcome());
	box.o.later_a = 1;
	printf("%s\n", outcome());
	box.o = initialised;
	box.o.later_b = 1;
	printf("%s\n", outcome());
#else
	(void)initialised;
#endif
	return 0;
}
"""

def header():
    with open(os.path.join(ROOT, "include", "gdbregs.h"), encoding="utf-8") as file:
        return file.read()


def body(text, name):
    """Returns where the members of a structure begin and end."""
    start = text.index("{\n", text.index(f"struct {name} {{")) + 2
    return start, text.index("\n};", start) + 1


def members(text, name):
    begin, end = body(text, name)
    return [line for line in text[begin:end].splitlines()
            if re.match(r"\t[\w *]+[ *]\w+(\[\d+\])?;", line)]


def member_name(line):
    return re.search(r"(\w+)(?:\[\d+\])?;", line)[1]


def newer(name):
    """Returns a header whose structure has two more members."""
    text = header()
    _, end = body(text, name)
    return (text[:end] + "\tunsigned later_a;\n\tsize_t later_b;\n" + text[end:]
            + f"\n#define {name.upper()}_INIT_LATER\n")


def older(name, last):
    """Returns a header whose structure lacks the members after `last`, and their initialisers."""
    text = header()
    begin, end = body(text, name)
    names = [member_name(line) for line in members(text, name)]
    gone = names[names.index(last) + 1:]
    kept = "\n".join(line for line in text[begin:end].splitlines()
                     if not re.match(r"\t[\w *]+[ *](" + "|".join(gone) + r")(\[\d+\])?;", line))
    text = text[:begin] + kept + "\n" + text[end:]
    for member in gone:
        text = re.sub(r", \." + member + r" = [\w ]+", "", text)
    return text


def version_0_1():
    """In that version, the initialising function wrote a structure of fixed size."""
    text = re.sub(r"^#define gdbregs_options_init\(.*\n", "", older("gdbregs_options", "max_vcpus"),
                  flags=re.M)
    return text


def run(source, text, *arguments):
    """Returns the lines that a program prints which was compiled with this header."""
    with tempfile.TemporaryDirectory(prefix="gdbregs-growing.") as directory:
        with open(os.path.join(directory, "gdbregs.h"), "w", encoding="utf-8") as file:
            file.write(text)
        program = os.path.join(directory, "program")
        with open(program + ".c", "w", encoding="utf-8") as file:
            file.write(source)
        done = subprocess.run([*os.environ.get("CC", "cc").split(), "-std=c11", "-Wall", "-Werror",
                               "-I", directory, "-o", program, program + ".c",
                               os.path.join(BUILD, "libgdbregs.so.0"), "-Wl,-rpath," + BUILD],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(done.stderr)
        done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60,
                              check=False)
        if done.returncode:
            raise AssertionError(f"status {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout.splitlines()


ACCEPTED, REFUSED = "GDBREGS_ERR_CONNECT", "GDBREGS_ERR_INVAL"
OLDER = ["0 " + ACCEPTED, "5000 4096 " + ACCEPTED]


@test
def all_structures_are_here(_):
    found = set(re.findall(r"^struct (\w+) \{\n\tsize_t size;", header(), re.M))
    equal(found, CASES)


@test
def no_padding_at_the_end(_):
    """A later member could be in that padding, and an older program does not clear it."""
    checks = "\n".join(
        f'_Static_assert(sizeof(struct {name}) == offsetof(struct {name}, {last}) + '
        f'sizeof(((struct {name} *)0)->{last}), "{name}");'
        for name in sorted(CASES) for last in [member_name(members(header(), name)[-1])])
    run(f"#include <gdbregs.h>\n#include <stddef.h>\n{checks}\nint main(void) {{ return 0; }}",
        header())


@test
def this_version(_):
    equal(run(OPTIONS, header()), OLDER)


@test
def older_options(_):
    names = [member_name(line) for line in members(header(), "gdbregs_options")]
    for last in names[names.index("max_vcpus"):-1]:
        equal(run(OPTIONS, older("gdbregs_options", last)), OLDER, last)


@test
def options_of_0_1(_):
    equal(run(OPTIONS, version_0_1()), OLDER)


@test
def newer_options(_):
    equal(run(OPTIONS, newer("gdbregs_options")), OLDER + [ACCEPTED, REFUSED, REFUSED])


main(os.path.join(BUILD, "libgdbregs.so.0"))
