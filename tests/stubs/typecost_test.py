#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 120
"""The cost of types with countless parts, in instructions that callgrind counts.

Each level is a union whose members are vectors of the level below: a register of 16 bytes
has WIDTH to the power of DEPTH parts. Twice the depth must cost the same where the answer
is the same, and at most twice as much where the answer (a path, the description) is twice
as long. The tool lists, reads and dumps such registers.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import libtest
from clitest import FAKE
from libtest import check, equal, say

WIDTH, DEPTH = 8, 24
SAME, LINEAR = 1.1, 2.3

PROGRAM = r"""
#include <gdbregs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct gdbregs_register *reg;
static struct gdbregs_buffer path, text;
static uint8_t bytes[16];
static int result;

/* --toggle-collect counts from here on. */
static __attribute__((noinline)) void measured_find(const char *steps)
{
	struct gdbregs_field f;

	result = gdbregs_field_find(reg, steps, &f);
}

static __attribute__((noinline)) void measured_children(void)
{
	struct gdbregs_field f, child;

	result = gdbregs_register_field(reg, &f);
	for (size_t i = 0; result == 0 && i < gdbregs_field_count(&f); i++)
		result = gdbregs_field_child(&f, i, &child);
}

static __attribute__((noinline)) void measured_format(void)
{
	result = gdbregs_register_format(reg, GDBREGS_BYTE_ORDER_LITTLE, bytes, 16, &text);
}

static __attribute__((noinline)) void measured_put(const struct gdbregs_field *f)
{
	result = gdbregs_field_put_u64(f, GDBREGS_BYTE_ORDER_LITTLE, bytes, 16, 5);
}

static __attribute__((noinline)) void measured_missing(void)
{
	struct gdbregs_field f;

	result = gdbregs_field_find(reg, "m1[0].m2[0].none", &f) == GDBREGS_ERR_NO_FIELD ? 0 : -1;
}

/* m1[0].m1[0] and so on, down to a byte. */
static void make_path(int depth)
{
	static char steps[100000];

	for (int i = 0; i < depth; i++)
		strcat(steps, i ? ".m1[0]" : "m1[0]");
	strcat(steps, "[5]");
	path.data = (uint8_t *)steps;
}

int main(int argc, char **argv)
{
	const struct gdbregs_description *d;
	struct gdbregs_context *ctx;
	struct gdbregs_field f;

	if (argc != 4 || gdbregs_context_new(&ctx) < 0 ||
	    gdbregs_description_load(ctx, argv[1], NULL, &d, NULL) < 0 ||
	    gdbregs_description_find_register(d, NULL, "r", &reg) < 0)
		return 2;
	make_path(atoi(argv[2]));
	if (strcmp(argv[3], "near") == 0)
		measured_find("m3[0]");
	else if (strcmp(argv[3], "far") == 0)
		measured_find((char *)path.data);
	else if (strcmp(argv[3], "missing") == 0)
		measured_missing();
	else if (strcmp(argv[3], "children") == 0)
		measured_children();
	else if (strcmp(argv[3], "format") == 0)
		measured_format();
	else if (gdbregs_field_find(reg, (char *)path.data, &f) == 0)
		measured_put(&f);
	printf("%d %zu\n", result, text.size);
	gdbregs_buffer_fini(&text);
	gdbregs_context_unref(ctx);
	return result < 0;
}
"""
# The call, and what twice the depth may cost.
CALLS = {"near": SAME, "far": LINEAR, "missing": SAME, "children": SAME, "format": SAME, "put": SAME}
# Of the tool, which has to read the description.
COMMANDS = {"list": LINEAR, "list --fields": LINEAR, "read r": LINEAR, "read r -v": LINEAR, "dump": LINEAR, "dump -j": LINEAR,
            "read r.m1[0].m2[0] -j": LINEAR}


def description(directory, depth):
    levels = "".join(
        f'<vector id="v{n}" type="u{n - 1}" count="1"/><union id="u{n}">'
        + "".join(f'<field name="m{m}" type="v{n}"/>' for m in range(WIDTH)) + "</union>"
        for n in range(1, depth + 1))
    os.mkdir(os.path.join(directory, f"deep{depth}"))
    path = os.path.join(directory, f"deep{depth}", "target.xml")
    with open(path, "w") as file:
        file.write('<target><architecture>i386:x86-64</architecture><feature name="f">'
                   f'<vector id="u0" type="uint8" count="16"/>{levels}'
                   f'<reg name="r" bitsize="128" type="u{depth}"/></feature></target>')
    return path


def instructions(argv, *toggle):
    """How many instructions it executes; its output."""
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                           *toggle, *argv], capture_output=True, text=True, timeout=60, check=False)
    place = " ".join(argv[-3:])
    check(done.returncode == 0, place, done.stderr[-300:])
    found = re.search(r"Collected : (\d+)", done.stderr)
    return int(found[1]) if found else 0, done.stdout


def compare(place, most, costs):
    small, large = costs
    check(0 < small and large <= most * small, place, f"{small} and {large} instructions")
    say(f"{place:28} {small:9} {large:9} instructions")


def library(directory, paths):
    program = libtest.compile_c(directory, PROGRAM, "-O1")
    for call, most in CALLS.items():
        costs = [instructions([program, path, str(depth), call], "--toggle-collect=measured_*")
                 for depth, path in paths.items()]
        compare("library " + call, most, [cost for cost, _ in costs])
        if call == "format":
            equal(costs[0][1], costs[1][1], "the size of the text")


def tool(paths):
    for command, most in COMMANDS.items():
        costs = []
        for path in paths.values():
            stub = ["--", FAKE, "--stdio", "--tdesc", os.path.dirname(path)]
            costs.append(instructions([libtest.CLI, *command.split(), *stub])[0])
        compare("gdbregs-cli " + command, most, costs)


def main():
    libtest.need(FAKE)
    if not shutil.which("valgrind"):
        libtest.skip("valgrind is not installed")
    with tempfile.TemporaryDirectory(prefix="gdbregs-cost.") as directory:
        paths = {depth: description(directory, depth) for depth in (DEPTH, 2 * DEPTH)}
        library(directory, paths)
        tool(paths)
    libtest.finish("costs")


main()
