#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 180
"""Every description that is available here loads, and every field of it is found by its path.

Debian's gdb does not ship the XML files of its features directory. QEMU, gdbserver and
lldb-server serve copies of them. The shipped descriptions and the test data are tried too.
"""
import glob
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import libtest
import qemu
import stubs
from libtest import check, run, say

# Of each description: how many registers, and fields that were found.
PROGRAM = r"""
#include <gdbregs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long found, lost;

static bool is_found(const struct gdbregs_field *f, const char *path)
{
	struct gdbregs_field other;

	if (gdbregs_field_find(gdbregs_field_register(f), path, &other) < 0)
		return false;
	/* Of two bits of one name, the path finds the first. */
	return memcmp(&other, f, sizeof(other)) == 0 ||
	       (gdbregs_field_name(&other) == gdbregs_field_name(f) &&
		gdbregs_field_index(&other) < gdbregs_field_index(f));
}

static void walk(const struct gdbregs_field *f, struct gdbregs_buffer *path)
{
	size_t before = path->size, count = gdbregs_field_count(f);

	/* Of long vectors, the first and the last elements. */
	for (size_t i = 0; i < count; i += count > 64 && i == 15 ? count - 31 : 1) {
		struct gdbregs_field child;

		if (gdbregs_field_child(f, i, &child) < 0)
			exit(2);
		if (gdbregs_field_name(&child) && !*gdbregs_field_name(&child))
			continue; /* padding */
		if (gdbregs_field_append_path(&child, path) < 0)
			exit(2);
		if (is_found(&child, (char *)path->data)) {
			found++;
		} else {
			printf("lost %s %s\n", gdbregs_register_name(gdbregs_field_register(f)),
			       (char *)path->data);
			lost++;
		}
		walk(&child, path);
		path->size = before;
		path->data[before] = 0;
	}
}

int main(int argc, char **argv)
{
	struct gdbregs_context *ctx;

	if (gdbregs_context_new(&ctx) < 0)
		return 2;
	for (int i = 1; i < argc; i++) {
		const struct gdbregs_description *d;
		struct gdbregs_reg_descriptor *regs;
		struct gdbregs_error err;
		size_t count;

		found = lost = 0;
		if (gdbregs_description_load(ctx, argv[i], NULL, &d, &err) < 0) {
			printf("refused %s %s\n", argv[i], err.text);
			continue;
		}
		if (gdbregs_description_registers(d, &regs, &count) < 0)
			return 2;
		for (size_t r = 0; r < count; r++) {
			struct gdbregs_buffer path = {0};
			struct gdbregs_field f;

			if (gdbregs_register_field(regs[r].handle, &f) == 0)
				walk(&f, &path);
			gdbregs_buffer_fini(&path);
		}
		printf("loaded %s %zu %lu %lu\n", argv[i], count, found, lost);
		gdbregs_free(regs);
	}
	gdbregs_context_unref(ctx);
	return 0;
}
"""

# Machines beside those of qemu.py, for other features: m-profile, vfp, altivec, m68k's
# floats, riscv's vectors, rx, and those that newer QEMUs describe.
MACHINES = [
    ("arm", ["-M", "mps2-an385"]), ("arm", ["-M", "versatilepb"]), ("arm", ["-M", "virt", "-cpu", "max"]),
    ("aarch64", ["-M", "virt", "-cpu", "cortex-a57"]), ("aarch64", ["-M", "virt", "-cpu", "a64fx"]),
    ("riscv32", ["-M", "virt"]), ("riscv64", ["-M", "virt", "-cpu", "rv64,v=true"]),
    ("ppc", ["-M", "mac99"]), ("ppc", ["-M", "virtex-ml507"]),
    ("ppc64", ["-M", "pseries"]), ("m68k", ["-M", "virt"]), ("rx", ["-M", "gdbsim-r5f562n7"]),
    ("microblaze", []), ("alpha", []), ("or1k", []), ("sparc", []), ("sparc64", []), ("hppa", []),
]
WITHOUT_FIRMWARE = ("riscv32", "rx")
LEAST_FIELDS = 20000


def save(directory, name, *words):
    """Save the documents that a stub serves. Returns the path of target.xml, or None."""
    place = os.path.join(directory, name.replace("/", "_").replace(" ", "_"))
    result = run("xml", "--raw", place, *words)
    path = os.path.join(place, "target.xml")
    if result.status == libtest.BAD_STUB and "no target description" in result.err:
        say(f"{name:28} serves none")
        return None
    check(result.status == libtest.DONE, name, result)
    served = glob.glob(os.path.join(place, "**", "target.xml"), recursive=True)
    return path if os.path.exists(path) else next(iter(served), None)


def from_machines(directory):
    zeros = os.path.join(directory, "zeros")
    with open(zeros, "wb") as file:
        file.write(bytes(65536))
    argvs = [(f"qemu {target.name}", target.command(directory))
             for target in qemu.TARGETS + qemu.CLUSTERS if not target.missing()]
    argvs += [("qemu " + " ".join([name, *args]),
               ["qemu-system-" + name, *args, *(["-bios", zeros] if name in WITHOUT_FIRMWARE
                                                else [])])
              for name, args in MACHINES]
    for name, argv in argvs:
        if not libtest.shutil.which(argv[0]):
            say(f"{name:28} is not installed")
            continue
        yield name, save(directory, name, "--", *argv, "-S", "-gdb", "stdio", "-display", "none",
                         "-monitor", "none", "-serial", "none", "-nic", "none")


def from_servers(directory):
    for stub in (stubs.GDBSERVER, stubs.LLDB_SERVER):
        if libtest.absent(stub):
            continue
        with stub.start() as server:
            yield stub.name, save(directory, stub.name, "-t", server.address)


def from_tree():
    for path in sorted(glob.glob(os.path.join(libtest.ROOT, "xml", "*.xml"))):
        if not os.path.basename(path).startswith("types-"):
            yield os.path.relpath(path, libtest.ROOT), path
    for path in sorted(glob.glob(os.path.join(libtest.ROOT, "tests/data/tdesc/*/target.xml"))):
        with open(os.path.join(os.path.dirname(path), "expected"), errors="replace") as file:
            if not file.read(20).startswith("GDBREGS_ERR_"):
                yield os.path.relpath(path, libtest.ROOT), path


def look(program, name, path):
    """Look at every field of a description. Returns their number."""
    out = subprocess.run([program, path], capture_output=True, text=True, timeout=60, check=False)
    last = (out.stdout.splitlines() or [""])[-1].split(" ")
    if not check(out.returncode == 0 and last[0] == "loaded", name,
                 f"status {out.returncode}: {out.stdout[-300:]}"):
        return 0
    registers, found, lost = map(int, last[2:])
    check(lost == 0, f"{name}: fields that are not found", out.stdout[:300])
    say(f"{name:28} {registers} registers, {found} fields")
    return found


def main():
    libtest.need()
    os.environ["GDBREGS_XML_DIR"] = os.path.join(libtest.ROOT, "xml")
    with tempfile.TemporaryDirectory(prefix="gdbregs-every.") as directory:
        program = libtest.compile_c(directory, PROGRAM)
        total = 0
        for source in (from_machines(directory), from_servers(directory), from_tree()):
            for name, path in source:
                total += look(program, name, path) if path else 0
    check(total >= LEAST_FIELDS, "all fields", total)
    libtest.finish(f"{total} fields")


main()
