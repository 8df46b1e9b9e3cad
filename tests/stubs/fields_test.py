#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 400
"""The fields of QEMU's registers, one by one as gdb has them.

Bytes that tell each lane from the others are written to the vector and float registers.
Then every field is found by its path and read as a number, by the library and by gdb.
Names of targets as arguments run only these.
"""
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import libjudge
import libtest
import libxml
import qemu
from libtest import check, equal, say
from rsp import Rsp

# Prints `register path kind number` for each field without parts; floats as printf's %a.
PROGRAM = r"""
#include <gdbregs.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct gdbregs_buffer value;
static enum gdbregs_byte_order order;

static void show(const struct gdbregs_field *f, const char *path)
{
	const char *name = gdbregs_register_name(gdbregs_field_register(f));
	struct gdbregs_field found;
	uint64_t number;
	double real;

	if (gdbregs_field_find(gdbregs_field_register(f), path, &found) < 0 ||
	    memcmp(&found, f, sizeof(found)) != 0)
		printf("lost %s %s\n", name, path);
	if (gdbregs_field_kind(f) == GDBREGS_TYPE_FLOAT) {
		if (gdbregs_field_double(f, order, value.data, value.size, &real) == 0)
			printf("float %s %s %a\n", name, path, real);
	} else if (gdbregs_field_u64(f, order, value.data, value.size, &number) == 0) {
		printf("%s %s %s %" PRIu64 "\n", gdbregs_field_position(f) ||
		       gdbregs_field_bits(f) % 8 ? "bits" : "int", name, path, number);
	}
}

static void walk(const struct gdbregs_field *f, struct gdbregs_buffer *path)
{
	size_t before = path->size, count = gdbregs_field_count(f);

	for (size_t i = 0; i < count; i += count > 32 && i == 3 ? count - 6 : 1) {
		struct gdbregs_field child;

		if (gdbregs_field_child(f, i, &child) < 0 ||
		    (gdbregs_field_name(&child) && !*gdbregs_field_name(&child)))
			continue;
		if (gdbregs_field_append_path(&child, path) < 0)
			exit(1);
		if (gdbregs_field_count(&child))
			walk(&child, path);
		else
			show(&child, (char *)path->data);
		path->size = before;
	}
}

/* Each byte is another, and no lane is a NaN. */
static void fill(struct gdbregs_session *s, const struct gdbregs_register *h, unsigned seed)
{
	static uint8_t bytes[65536]; /* za of QEMU 11 */
	enum gdbregs_type_kind kind = gdbregs_register_kind(h);
	size_t size = (gdbregs_register_bits(h) + 7) / 8;
	int result;

	if (size > sizeof(bytes))
		return;

	if (kind != GDBREGS_TYPE_UNION && kind != GDBREGS_TYPE_VECTOR && kind != GDBREGS_TYPE_FLOAT)
		return;
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(((seed * 5 + i * 11) & 0x3f) + 0x20);
	if (kind == GDBREGS_TYPE_FLOAT && size == 10)
		memcpy(bytes, "\0\0\x68\x21\xa2\xda\x0f\xc9\0\x40", 10);
	result = gdbregs_write_register(s, 0, h, bytes, size);
	(void)result;
}

int main(int argc, char **argv)
{
	struct gdbregs_options o = GDBREGS_OPTIONS_INIT;
	struct gdbregs_reg_descriptor *regs;
	struct gdbregs_session *s;
	struct gdbregs_error err;
	size_t count;

	o.access = GDBREGS_RW_REGS;
	if (argc != 3 || gdbregs_connect(NULL, argv[1], &o, &s, &err) < 0 ||
	    gdbregs_get_registers(s, 0, &regs, &count) < 0)
		return 1;
	for (size_t i = 0; i < count; i++)
		fill(s, regs[i].handle, (unsigned)i);
	order = gdbregs_vcpu_byte_order(s, 0);
	if (order == GDBREGS_BYTE_ORDER_UNKNOWN)
		order = strcmp(argv[2], "big") ? GDBREGS_BYTE_ORDER_LITTLE : GDBREGS_BYTE_ORDER_BIG;
	for (size_t i = 0; i < count; i++) {
		struct gdbregs_buffer path = {0};
		struct gdbregs_field f;

		if (gdbregs_read_register(s, 0, regs[i].handle, &value) < 0 ||
		    gdbregs_register_field(regs[i].handle, &f) < 0)
			continue;
		if (gdbregs_field_count(&f))
			walk(&f, &path);
		else
			show(&f, "");
		gdbregs_buffer_fini(&path);
	}
	gdbregs_free(regs);
	gdbregs_buffer_fini(&value);
	gdbregs_close(s);
	return 0;
}
"""

# For gdb: a line for each line of the file, the number or "-" where it has none. Flags
# have no members there, but a text, in which a flag that is 0 is missing.
SCRIPT = r"""
import gdb, os
for command in ("set pagination off", "set confirm off", "set endian " + os.environ["ORDER"]):
    gdb.execute(command, to_string=True)
if os.environ["ARCHITECTURE"]:
    gdb.execute("set architecture " + os.environ["ARCHITECTURE"], to_string=True)
gdb.execute("target remote " + os.environ["ADDRESS"], to_string=True)

def flag(parent, name):
    value = gdb.parse_and_eval("$" + parent)
    if value.type.code != gdb.TYPE_CODE_FLAGS:
        raise gdb.error("no flags")
    for word in str(value).strip("[] ").split():
        shown, equals, number = word.partition("=")
        if shown == name:
            return str(int(number)) if equals else "1"
    return "0"

def number(kind, text):
    parent, dot, name = text.rpartition(".")
    if kind == "bits" and dot:
        try:
            return flag(parent, name)
        except gdb.error:
            pass
    value = gdb.parse_and_eval("$" + text)
    if kind == "float":
        return float(value).hex() if value.type.code == gdb.TYPE_CODE_FLT else "-"
    return str(int(value) % (1 << 8 * value.type.sizeof))

with open(os.environ["PATHS"]) as file:
    for line in file:
        kind, text = line.rstrip("\n").split(" ")
        try:
            print("is", number(kind, text))
        except (gdb.error, OverflowError, ValueError):
            print("is -")
os._exit(0)
"""

# The target, how many numbers have to be compared, and some that must be among them.
CASES = [
    ("x86_64", 600, ["xmm0.v4_float[2]", "xmm15.v16_int8[15]", "mxcsr.IM", "eflags.ZF", "cr0.ET",
                     "st0"]),
    ("i386", 300, ["xmm7.v4_float[3]", "eflags.ZF"]),
    ("aarch64", 4000, ["z0.d.f[1]", "z31.b.u[2]"]),
    ("arm", 1000, []),
    ("riscv64", 90, ["ft0.float", "ft0.double"]),
    ("ppc", 60, []),
    ("ppc64", 400, []),
    ("s390x", 500, []),
    ("m68k", 16, []),
]


def compile_program(directory):
    source, program = (os.path.join(directory, name) for name in ("fields.c", "fields"))
    with open(source, "w") as file:
        file.write(PROGRAM)
    build = os.path.dirname(libtest.CLI)
    flags = subprocess.check_output(["pkg-config", "--libs", "libuv", "expat"], text=True)
    subprocess.run([*os.environ.get("CC", "cc").split(), "-I",
                    os.path.join(libtest.ROOT, "include"), "-o", program, source,
                    os.path.join(build, "libgdbregs.a"), *flags.split(), "-lpthread"], check=True)
    return program


def ours(program, machine):
    """(kind, register and path) -> the number as text."""
    numbers, twice = {}, set()
    order = libjudge.MANNERS[machine.target.name].order
    out = subprocess.check_output([program, machine.address, order], text=True)
    for line in out.splitlines():
        kind, register, path, *number = line.split(" ")
        dot = "" if not path or path.startswith("[") else "."
        if kind == "lost":
            # QEMU 10 calls two bits of i386's cr4 PKE: the path finds the first.
            check(register + dot + path in (name for _, name in numbers),
                  f"{machine.target.name} {register} {path}", "not found by its path")
            continue
        key = kind, register + dot + path
        if key in numbers:
            twice.add(key)  # QEMU 7.2 calls two registers of ARM q10
        if register not in machine.target.volatile:
            numbers[key] = number[0]
    return {key: number for key, number in numbers.items() if key not in twice}


def by_gdb(machine, keys, directory):
    manner = libjudge.MANNERS[machine.target.name]
    script, paths = (os.path.join(directory, name) for name in ("judge.py", "paths"))
    with open(script, "w") as file:
        file.write(SCRIPT)
    with open(paths, "w") as file:
        file.writelines(f"{kind} {text}\n" for kind, text in keys)
    environment = dict(os.environ, ORDER=manner.order, ARCHITECTURE=manner.architecture or "",
                       ADDRESS=machine.gdb_address, PATHS=paths, LC_ALL="C", HOME=directory)
    result = subprocess.run([libjudge.GDB, "-nx", "-batch", "-x", script], env=environment,
                            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                            preexec_fn=qemu.die_with_parent)
    lines = [line[3:] for line in result.stdout.splitlines() if line.startswith("is ")]
    equal(len(lines), len(keys), f"{machine.target.name}: gdb's lines {result.stderr[-300:]}")
    return dict(zip(keys, lines))


def same(kind, a, b):
    return float.fromhex(a) == float.fromhex(b) if kind == "float" else a == b


def misread_by_gdb(machine):
    """Registers of QEMU 11.1's powerpc that gdb reads by the wrong number (libxml.py)."""
    with Rsp(machine.socket_address) as rsp:
        rsp.hello()
        rsp.select(rsp.threads()[0])
        description = libxml.read(rsp)
    right = ("org.gnu.gdb.power.core", "org.gnu.gdb.power.fpu", "org.qemu.power.spr")
    return {reg.name for reg in description.registers
            if description.renumbered and reg.feature not in right}


def run_case(case, program):
    name, least, must = case
    target = qemu.target(name)
    if target.missing():
        say(f"{name:12} not compared: {target.missing()}")
        return
    with tempfile.TemporaryDirectory(prefix="gdbregs-fields.") as directory, \
            qemu.Machine(target) as machine:
        numbers = ours(program, machine)
        judged = by_gdb(machine, list(numbers), directory)
        misread = misread_by_gdb(machine)
        compared = {key for key in numbers if judged.get(key, "-") != "-"
                    and re.split(r"[.\[]", key[1])[0] not in misread}
        for key in sorted(compared):
            check(same(key[0], numbers[key], judged[key]), f"{name} {key[1]}",
                  f"{numbers[key]}, gdb has {judged[key]}")
        check(len(compared) >= (60 if misread else least), f"{name}: numbers", f"{len(compared)} of {len(numbers)}")
        for text in must:
            check(any(text == other for _, other in compared), f"{name}: {text}", "not compared")
        say(f"{name:12} {len(compared)} of {len(numbers)} numbers are gdb's")


def main():
    libtest.need(libjudge.GDB or "gdb-multiarch")
    names = libtest.selected([case[0] for case in CASES])
    with tempfile.TemporaryDirectory(prefix="gdbregs-fields.") as directory:
        program = compile_program(directory)
        for case in CASES:
            if case[0] in names:
                run_case(case, program)
    libtest.finish("fields")


main()
