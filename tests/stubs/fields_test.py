#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 400
"""The fields of registers, one by one as gdb has them.

Bytes that tell each lane from the others are written to the vector and float registers.
Then every field is found by its path and read as a number, by the library and by gdb.
Then fields are set through the library, one of each register at a time: gdb has to read the
number that was set, and the old numbers in all fields that do not share bits with it.
Names of targets as arguments run only these.
"""
import os
import random
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import libjudge
import libtest
import libxml
import libxstate
import qemu
import stubs
from clitest import Fake
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
	if (kind == GDBREGS_TYPE_FLOAT && size == 12) /* the same number on m68k */
		memcpy(bytes, "\x40\0\0\0\xc9\x0f\xda\xa2\x21\x68\0\0", 12);
	result = gdbregs_write_register(s, 0, h, bytes, size);
	(void)result;
}

/* Set a field of a register and leave its other bits. The number is a float's if it has a
 * point. */
static int set(struct gdbregs_session *s, const char *name, const char *number)
{
	const struct gdbregs_register *h;
	struct gdbregs_field f;
	int result = gdbregs_find_field(s, 0, NULL, name, &f);

	if (result < 0)
		return result;
	h = gdbregs_field_register(&f);
	result = gdbregs_read_register(s, 0, h, &value);
	if (result < 0)
		return result;
	if (strchr(number, '.'))
		result = gdbregs_field_put_double(&f, order, value.data, value.size,
						  strtod(number, NULL));
	else
		result = gdbregs_field_put_u64(&f, order, value.data, value.size,
					       strtoull(number, NULL, 10));
	return result < 0 ? result : gdbregs_write_register(s, 0, h, value.data, value.size);
}

static void set_all(struct gdbregs_session *s, FILE *lines)
{
	char name[200], number[60];

	while (fscanf(lines, "%199s %59s", name, number) == 2)
		printf("set %s %s\n", name, gdbregs_error_name(set(s, name, number)));
}

int main(int argc, char **argv)
{
	struct gdbregs_options o = GDBREGS_OPTIONS_INIT;
	struct gdbregs_reg_descriptor *regs;
	struct gdbregs_session *s;
	struct gdbregs_error err;
	size_t count;

	o.access = GDBREGS_RW_REGS;
	o.on_close = GDBREGS_ON_CLOSE_HALT;
	if (argc < 3 || gdbregs_connect(NULL, argv[1], &o, &s, &err) < 0 ||
	    gdbregs_get_registers(s, 0, &regs, &count) < 0)
		return 1;
	order = gdbregs_vcpu_byte_order(s, 0);
	if (order != (strcmp(argv[2], "big") ? GDBREGS_BYTE_ORDER_LITTLE : GDBREGS_BYTE_ORDER_BIG))
		return 2;
	if (argc > 3)
		set_all(s, fopen(argv[3], "r"));
	else
		for (size_t i = 0; i < count; i++)
			fill(s, regs[i].handle, (unsigned)i);
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

# For gdb: a line for each line of the file: the number, or "-" where it has none, and
# where it is: the first byte, the number of bytes, and of a bit field the first bit and
# the number of bits. Flags have no members there, but a text, in which a flag that is 0 is
# missing; their first bit is -1.
SCRIPT = r"""
import gdb, os, re
if os.environ["DESCRIPTION"]:
    # QEMU 7.2 answers no `p` before it was asked for its description.
    for command in ("maint packet qXfer:features:read:target.xml:0,10",
                    "set remote fetch-register-packet on", "maint flush register-cache"):
        gdb.execute(command, to_string=True)

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

def member(of, name):
    return next(field for field in of.fields() if field.name == name)

def place(text):
    register, *steps = re.findall(r"[^.[\]]+", text)
    of = gdb.parse_and_eval("$" + register).type
    at, bits = 0, (0, 0)
    for step in steps:
        of = of.strip_typedefs()
        if of.code == gdb.TYPE_CODE_ARRAY:
            of = of.target()
            at += int(step) * of.sizeof
            continue
        if of.code == gdb.TYPE_CODE_FLAGS:
            bits = -1, 1
            break
        field = member(of, step)
        if field.bitsize:
            bits = field.bitpos, field.bitsize
            break
        at += field.bitpos // 8
        of = field.type
    return "%d %d %d %d" % (at, of.sizeof, *bits)

with open(os.environ["PATHS"]) as file:
    for line in file:
        kind, text = line.rstrip("\n").split(" ")
        try:
            print("is", number(kind, text), place(text))
        except (gdb.error, OverflowError, ValueError, StopIteration):
            print("is - 0 0 0 0")
os._exit(0)
"""

# The target, how many numbers have to be compared, some that must be among them, the
# registers whose fields are set, and some that must be among these. Registers that
# control the processor are left alone.
CASES = [
    ("x86_64", 600, ["xmm0.v4_float[2]", "xmm15.v16_int8[15]", "mxcsr.IM", "eflags.ZF", "cr0.ET",
                     "st0"], r"eflags|mxcsr|xmm\d+|st\d", ["eflags.ZF", "xmm3.v4_float[2]",
                                                         "mxcsr.IM", "xmm15.v16_int8[15]"]),
    ("i386", 300, ["xmm7.v4_float[3]", "eflags.ZF"], r"eflags|mxcsr|xmm\d", ["eflags.ZF"]),
    ("aarch64", 4000, ["z0.d.f[1]", "z31.b.u[2]", "p0[31]", "ffr[0]"],
     r"[zp]\d+|ffr", ["z31.b.u[2]", "p15[2]"]),
    ("arm", 1000, [], r"d\d+", ["d3.u8[5]"]),
    ("riscv64:v", 1100, ["v0.l[1]", "v31.b[15]", "vcsr"], r"v\d+", ["v7.w[3]"]),
    ("riscv64", 90, ["ft0.float", "ft0.double"], r"f[ts]\d+", ["ft0.float", "fs1.double"]),
    ("ppc", 60, [], r"cr|f\d+|vr\d+", []),
    ("ppc64", 400, [], r"f\d+|vr\d+|vs\d+h", ["vr3.v4_int32[1]"]),
    ("ppc64:le", 400, ["vr3.v4_float[1]", "vr31.v16_int8[0]"], r"f\d+|vr\d+|vs\d+h",
     ["vr3.v4_int32[1]"]),
    ("s390x", 500, [], r"v\d+l?|f\d+", ["v17.v4_int32[1]", "v30.v16_int8[7]"]),
    ("m68k", 16, [], r"[da]\d", ["d3"]),
    ("m68k:virt", 24, ["fp0", "fp7"], r"fp\d", ["fp0", "fp7"]),
    ("loongarch64", 64, ["f0.f", "f31.d"], r"f\d+", ["f0.f", "f1.d"]),
    ("avx512:fake", 1500, ["zmm31h[3]", "zmm0h[0]", "ymm16h.v8_int16[7]", "xmm31.v4_float[3]",
                           "ymm15h.v2_double[1]", "k7", "k0", "mxcsr.IM"],
     r"[xyz]mm\d+h?|k\d", ["k1", "xmm17.v4_float[1]", "zmm20h[2]"]),
    ("avx512", 600, ["xmm15.v8_int16[7]", "k1"], r"xmm\d+|k\d", ["xmm2.v4_float[1]", "k1"]),
]
# Machines beside those of qemu.py: this one has floats.
MACHINES = {
    "ppc64:le": qemu.Target("ppc64:le", "qemu-system-ppc64", ["-M", "pseries"]),
    "m68k:virt": qemu.Target("m68k:virt", "qemu-system-m68k", ["-M", "virt"]),
    "riscv64:v": qemu.Target("riscv64:v", "qemu-system-riscv64",
                             ["-M", "virt", "-cpu", "rv64,v=true"],
                             volatile=qemu.RISCV_VOLATILE),
}
# Fields of types that we ship, of which gdb knows nothing: the bits of the register that a
# set has to turn.
SHIPPED = {
    "aarch64": ("cpsr", {"Z": 1 << 30, "D": 1 << 9}),
    "arm": ("cpsr", {"C": 1 << 29, "Q": 1 << 27}),
    "riscv64": ("mstatus", {"MPIE": 1 << 7, "MPP": 3 << 11}),
    "ppc": ("msr", {"EE": 1 << 15, "RI": 1 << 1}),
    "ppc64": ("msr", {"EE": 1 << 15, "RI": 1 << 1}),
    "s390x": ("pswm", {"CC": 3 << 44, "IO": 1 << 57}),
    "m68k": ("ps", {"Z": 1 << 2, "N": 1 << 3}),
}
# Parts of registers that gdb computes, and that have other names here.
OTHER_NAMES = {
    "aarch64": [f"v{n}.{view}[{i}]" for n in (0, 7, 31) for view, count in
                (("d.f", 2), ("d.s", 2), ("s.f", 4), ("s.u", 4), ("h.f", 8), ("h.u", 8),
                 ("b.u", 16)) for i in range(count)],
}
# Of each register, so many fields are set.
ROUNDS = 3


class Bench:
    """A target, and how the library and gdb connect to it."""

    def __init__(self, name, address, gdb_address, order, *, architecture="", description="",
                 volatile=()):
        self.name = name
        self.address = address
        self.gdb_address = gdb_address
        self.order = order
        self.architecture = architecture
        self.description = description
        self.volatile = volatile


def padded(description, feature):
    """Write a description for a gdb that does not know loongarch64: libjudge.stand_in(), as
    long as the 280 bytes of `g`, and this feature. gdb reads unknown features as described.
    """
    if "regnum" not in feature.partition("<reg ")[2].partition(">")[0]:
        feature = feature.replace("<reg ", '<reg regnum="35" ', 1)
    with open(description, "w") as file:
        file.write(libjudge.stand_in(
            after='<feature name="pad"><vector id="wide" type="uint8" count="74"/>'
                  '<reg name="pad0" bitsize="592" type="wide"/>'
                  '<reg name="pad1" bitsize="592" type="wide"/></feature>'
                  + feature[feature.index("<feature"):]))
    return description


def loongarch_feature(machine):
    """The feature of the floats, as QEMU serves it."""
    with Rsp(machine.socket_address) as rsp:
        rsp.hello()
        rsp.select(rsp.threads()[0])
        target = rsp.document("target.xml").decode()
        annex = re.search(r'href="([^"]*fpu[^"]*)"', target).group(1)
        return rsp.document(annex).decode()


def ours(program, bench, *sets):
    """{(kind, register and path): number as text}, and the result of each set."""
    numbers, twice, outcomes = {}, set(), {}
    out = subprocess.check_output([program, bench.address, bench.order, *sets], text=True)
    for line in out.splitlines():
        kind, register, path, *number = line.split(" ")
        dot = "" if not path or path.startswith("[") else "."
        if kind == "set":
            outcomes[register] = path
            continue
        if kind == "lost":
            # QEMU 10 calls two bits of i386's cr4 PKE: the path finds the first.
            check(register + dot + path in (name for _, name in numbers),
                  f"{bench.name} {register} {path}", "not found by its path")
            continue
        key = kind, register + dot + path
        if key in numbers:
            twice.add(key)  # QEMU 7.2 calls two registers of ARM q10
        if register not in bench.volatile:
            numbers[key] = number[0]
    return {key: number for key, number in numbers.items() if key not in twice}, outcomes


def by_gdb(bench, keys, directory):
    """gdb's number of each key, and gdb's place of it."""
    script, paths = (os.path.join(directory, name) for name in ("judge.py", "paths"))
    with open(script, "w") as file:
        file.write(SCRIPT)
    with open(paths, "w") as file:
        file.writelines(f"{kind} {text}\n" for kind, text in keys)
    result = libjudge.gdb(*libjudge.connect(bench.gdb_address, bench.order, bench.architecture,
                                            bench.description),
                          script=script, timeout=120, DESCRIPTION=bench.description, PATHS=paths)
    lines = [line.split(" ")[1:] for line in result.stdout.splitlines()
             if line.startswith("is ")]
    equal(len(lines), len(keys), f"{bench.name}: gdb's lines {result.stderr[-300:]}")
    return ({key: line[0] for key, line in zip(keys, lines)},
            {key: tuple(map(int, line[1:])) for key, line in zip(keys, lines)})


def same(kind, a, b):
    if kind == "float":
        a, b = float.fromhex(a), float.fromhex(b)
    return a == b or (a != a and b != b)


def register_of(key):
    return re.split(r"[.\[]", key[1])[0]


def overlap(a, b):
    """Whether two places share bits. Two flags do not."""
    if a[2] < 0 and b[2] < 0:
        return False
    if a[0] + a[1] <= b[0] or b[0] + b[1] <= a[0]:
        return False
    if a[:2] == b[:2] and a[3] and b[3]:
        return a[2] < b[2] + b[3] and b[2] < a[2] + a[3]
    return True


def another(key, number, place):
    """A number that differs from the field's in every bit."""
    if key[0] == "float":
        return "1.5" if float.fromhex(number) != 1.5 else "-2.5"
    if place[2] < 0:
        return str(int(number == "0"))
    bits = place[3] or 8 * place[1]
    return str(int(number) ^ ((1 << bits) - 1)) if bits <= 64 else None


def choose(keys, wanted, first):
    """Choose a field of each register, in the first round those that are wanted."""
    chosen = {}
    for key in keys:
        chosen.setdefault(register_of(key), []).append(key)
    return [next((key for key in fields if key[1] in wanted), fields[0]) if first
            else random.choice(fields) for fields in chosen.values()]


def set_round(program, bench, keys, state, wanted, first, directory):
    """Set fields; returns the names of those that were set, and what gdb reads now."""
    numbers, places = state
    sets = {}
    for key in choose(keys, wanted, first):
        number = another(key, numbers[key], places[key])
        if number:
            sets[key] = number
    path = os.path.join(directory, "sets")
    with open(path, "w") as file:
        file.writelines(f"{key[1]} {number}\n" for key, number in sets.items())
    ours_now, outcomes = ours(program, bench, path)
    after, _ = by_gdb(bench, list(numbers), directory)
    done = {key for key in sets if outcomes.get(key[1]) == "GDBREGS_OK"}
    refused = sorted({outcomes.get(key[1], "?") for key in sets} - {"GDBREGS_OK"})
    check(set(refused) <= {"GDBREGS_ERR_NOT_TAKEN", "GDBREGS_ERR_REMOTE"},
          f"{bench.name}: sets", refused)
    by_register = {register_of(key): key for key in done}
    for key in numbers:
        place = f"{bench.name} {key[1]}"
        if after[key] != "-" and key in ours_now:
            check(same(key[0], ours_now[key], after[key]), place, "ours is not gdb's after a set")
        changed = by_register.get(register_of(key))
        if key == changed:
            now = float.fromhex(after[key]) if key[0] == "float" else int(after[key])
            equal(now, type(now)(sets[key]), f"{place} set to {sets[key]}")
        elif changed and numbers[key] != "-" and not overlap(places[key], places[changed]):
            check(same(key[0], numbers[key], after[key]), place,
                  f"changed by a set of {changed[1]}")
    return {key[1] for key in done}, (after, places)


def set_fields(case, program, bench, state, misread, directory):
    name, _, _, registers, wanted = case
    keys = [key for key, number in state[0].items()
            if number != "-" and re.fullmatch(registers, register_of(key))]
    done = set()
    for i in range(ROUNDS):
        names, state = set_round(program, bench, keys, state, wanted, i == 0, directory)
        done |= names
    for text in wanted:
        check(text in done or register_of(("", text)) in misread, f"{name}: {text}", "not set")
    return len(done)


def set_shipped(program, bench, directory):
    """gdb reads the whole register. QEMU 11 describes some of these fields itself."""
    if bench.name not in SHIPPED:
        return
    register, fields = SHIPPED[bench.name]
    key = ("int", register)
    path = os.path.join(directory, "sets")
    for field, mask in fields.items():
        before = int(by_gdb(bench, [key], directory)[0][key])
        most = mask // (mask & -mask)
        number = most - (before & mask) // (mask & -mask)
        with open(path, "w") as file:
            file.write(f"{register}.{field} {number}\n")
        outcome = ours(program, bench, path)[1]
        after = int(by_gdb(bench, [key], directory)[0][key])
        equal((outcome, hex(after)), ({f"{register}.{field}": "GDBREGS_OK"}, hex(before ^ mask)),
              f"{bench.name} {register}.{field}")


def compare_other_names(bench, directory):
    names = OTHER_NAMES.get(bench.name, [])
    if not names:
        return
    parts = libtest.run_json("read", "-t", bench.address, "--on-exit", "halt", *names) or []
    equal(len(parts), len(names), f"{bench.name}: parts by other names")
    keys = [("float" if ".f[" in name else "int", name) for name in names]
    judged, _ = by_gdb(bench, keys, directory)
    for key, part in zip(keys, parts):
        number = part["float"].hex() if key[0] == "float" else str(int(part["value"], 16))
        check(same(key[0], number, judged[key]), f"{bench.name} {key[1]}",
              f"{number}, gdb has {judged[key]}")


def misread_by_gdb(machine):
    """Registers of powerpc that gdb reads by QEMU 11.1's wrong numbers; see libxml.py."""
    with Rsp(machine.socket_address) as rsp:
        rsp.hello()
        rsp.select(rsp.threads()[0])
        description = libxml.read(rsp)
    right = ("org.gnu.gdb.power.core", "org.gnu.gdb.power.fpu", "org.qemu.power.spr")
    return {reg.name for reg in description.registers
            if description.renumbered and reg.feature not in right}


def judge(case, program, bench, misread, directory):
    name, least, must = case[:3]
    numbers, _ = ours(program, bench)
    judged, places = by_gdb(bench, list(numbers), directory)
    compared = {key for key in numbers if judged.get(key, "-") != "-"
                and register_of(key) not in misread}
    for key in sorted(compared):
        check(same(key[0], numbers[key], judged[key]), f"{name} {key[1]}",
              f"{numbers[key]}, gdb has {judged[key]}")
    check(len(compared) >= (min(least, 60) if misread else least), f"{name}: numbers",
          f"{len(compared)} of {len(numbers)}")
    for text in must:
        if register_of((None, text)) in misread:
            say(f"{name}: {text} not compared: gdb reads another register of QEMU 11.1's")
        else:
            check(any(text == other for _, other in compared), f"{name}: {text}", "not compared")
    state = {key: judged[key] for key in compared}, places
    compare_other_names(bench, directory)
    count = set_fields(case, program, bench, state, misread, directory)
    set_shipped(program, bench, directory)
    say(f"{name:12} {len(compared)} of {len(numbers)} numbers are gdb's; {count} fields were set")


def run_machine(case, program, directory):
    target = MACHINES.get(case[0]) or qemu.target(case[0])
    if libtest.absent(target):
        return
    manner = libjudge.MANNERS[target.name.partition(":")[0]]
    with qemu.Machine(target) as machine:
        bench = Bench(target.name, machine.address, machine.gdb_address, manner.order,
                      architecture=manner.architecture or "", volatile=target.volatile)
        if target.name == "ppc64:le":
            bench.order = "little"
            done = libtest.run("write", "-t", machine.address, "--on-exit", "halt", "msr.LE=1")
            equal(done.status, libtest.DONE, f"{target.name}: msr.LE {done.err}")
        if target.name == "loongarch64":
            bench.description = padded(os.path.join(directory, "padded.xml"),
                                       loongarch_feature(machine))
        misread = {"pc"} if bench.description else misread_by_gdb(machine)
        judge(case, program, bench, misread, directory)


def registers_of(names, bits, kind):
    return "".join(f'<reg name="{name}" bitsize="{bits}" type="{kind}"/>' for name in names)


def avx512_description():
    """The registers of GDB's features for x86-64 with AVX-512. The order is that of its manual."""
    def many(pattern, first, last):
        return [pattern.format(n) for n in range(first, last)]

    union = "".join(f'<vector id="{name}" type="{kind}" count="{count}"/>' for name, kind, count in
                    (("v4f", "ieee_single", 4), ("v2d", "ieee_double", 2), ("v16i8", "int8", 16),
                     ("v8i16", "int16", 8), ("v4i32", "int32", 4), ("v2i64", "int64", 2)))
    union += ('<union id="vec128"><field name="v4_float" type="v4f"/>'
              '<field name="v2_double" type="v2d"/><field name="v16_int8" type="v16i8"/>'
              '<field name="v8_int16" type="v8i16"/><field name="v4_int32" type="v4i32"/>'
              '<field name="v2_int64" type="v2i64"/></union>')
    general = "rax rbx rcx rdx rsi rdi rbp rsp".split() + many("r{}", 8, 16)
    core = (registers_of(general + ["rip"], 64, "int64")
            + registers_of("eflags cs ss ds es fs gs".split(), 32, "int32")
            + registers_of(many("st{}", 0, 8), 80, "i387_ext")
            + registers_of("fctrl fstat ftag fiseg fioff foseg fooff fop".split(), 32, "int"))
    sse = (union + registers_of(many("xmm{}", 0, 16), 128, "vec128")
           + '<flags id="mx" size="4"><field name="IE" start="0" end="0"/>'
           '<field name="IM" start="7" end="7"/></flags>' + registers_of(["mxcsr"], 32, "mx"))
    avx512 = (union + '<vector id="v4u64" type="uint64" count="4"/>'
              + registers_of(many("xmm{}", 16, 32), 128, "vec128")
              + registers_of(many("ymm{}h", 16, 32), 128, "vec128")
              + registers_of(many("k{}", 0, 8), 64, "uint64")
              + registers_of(many("zmm{}h", 0, 32), 256, "v4u64"))
    features = (("core", core), ("sse", sse),
                ("avx", union + registers_of(many("ymm{}h", 0, 16), 128, "vec128")),
                ("avx512", avx512))
    return ("<target><architecture>i386:x86-64</architecture>"
            + "".join(f'<feature name="org.gnu.gdb.i386.{name}">{text}</feature>'
                      for name, text in features) + "</target>")


def run_fake(case, program, directory):
    """The fake stub serves AVX-512, which no QEMU has, and few processors."""
    with open(os.path.join(directory, "target.xml"), "w") as file:
        file.write(avx512_description())
    address = os.path.join(directory, "socket")
    stub = Fake("--gdbserver", "--one-guest", "--unix", address, "--tdesc", directory, "--g-all")
    try:
        judge(case, program, Bench(case[0], stub.target, address, "little"), set(), directory)
    finally:
        stub.stop()


def run_gdbserver(case, program, directory):
    """gdbserver has AVX-512 if the processor has it."""
    # Without --once, it serves another client after one that left without detaching.
    stub = stubs.Command("gdbserver", "setarch -R gdbserver 127.0.0.1:{port} {program}")
    with open("/proc/cpuinfo") as file:
        if stub.missing() or "avx512f" not in file.read():
            say(f"{case[0]:12} not compared: {stub.missing() or 'the processor has none'}")
            return
    with stub.start() as server:
        # gdbserver traces its own program: another process has an area of the same size.
        with subprocess.Popen(["sleep", "60"]) as other:
            leftover = libxstate.leftovers(stub.programs[0], other.pid)
            other.kill()
        bench = Bench(case[0], server.address, server.gdb_address(), "little")
        # Values that gdbserver takes from memory of its own do not stay.
        misread = {name for n in range(32) for name in (f"xmm{n}", f"ymm{n}h", f"zmm{n}h", f"k{n}")
                   if leftover(name)}
        judge(case, program, bench, misread, directory)


RUNS = {"avx512": run_gdbserver, "avx512:fake": run_fake}


def main():
    libtest.need(libjudge.GDB or "gdb-multiarch")
    random.seed(1)
    os.environ["GDBREGS_XML_DIR"] = os.path.join(libtest.ROOT, "xml")
    names = libtest.selected([case[0] for case in CASES])
    with tempfile.TemporaryDirectory(prefix="gdbregs-fields.") as directory:
        program = libtest.compile_c(directory, PROGRAM)
        for case in CASES:
            if case[0] in names:
                RUNS.get(case[0], run_machine)(case, program, directory)
    libtest.finish("fields")


main()
