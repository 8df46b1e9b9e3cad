/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which register is the pc, and the names by which registers are found. The names are those of the
 * ABIs; roles_test.py compares them with gdb. */
#include "tdesc/roles.h"

#include "util/buffer.h"

#include "suite.h"
#include "documents.h"

/* Makes a description with registers of 32 bits, one for each word. `:` begins a feature. */
static struct gdbregs_description *described(const char *architecture, const char *registers)
{
	struct gdbregs_buffer xml = {0};
	char words[1024], *save = NULL;
	bool open = false;

	ck_assert_uint_lt(strlen(registers), sizeof(words));
	strcpy(words, registers);
	int bad = gdbregs__buffer_printf(&xml, "<target><architecture>%s</architecture>",
					 architecture);
	for (char *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (*word == ':')
			bad |= gdbregs__buffer_printf(&xml, "%s<feature name=\"%s\">",
						      open ? "</feature>" : "", word + 1);
		else
			bad |= gdbregs__buffer_printf(&xml, "<reg name=\"%s\" bitsize=\"32\"/>",
						      word);
		open = true;
	}
	bad |= gdbregs__buffer_printf(&xml, "</feature></target>");
	ck_assert_int_eq(bad, 0);
	ck_assert_int_eq(gdbregs__buffer_terminate(&xml), 0);
	struct gdbregs_description *d = good_text((const char *)xml.data);
	gdbregs_buffer_fini(&xml);
	return d;
}

static const char *role_of(const struct gdbregs_description *d, enum gdbregs_role role)
{
	const struct gdbregs_register *reg = gdbregs__roles_get(d, role);

	return reg ? reg->name : "-";
}

/* Returns the name of the register that `name` finds, or the error. */
static const char *found(const struct gdbregs_description *d, const char *name)
{
	const struct gdbregs_register *reg = NULL;
	int result = gdbregs__roles_find(d, NULL, name, &reg);

	if (result == GDBREGS_ERR_AMBIGUOUS)
		return "several";
	return result == 0 ? reg->name : "none";
}

#define ARM_R "r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11 r12 "

static const struct {
	const char *architecture, *registers;
	const char *roles[GDBREGS_ROLE_RETURN_ADDRESS]; /* pc, sp, fp, flags, return address */
} cases[] = {
	{"i386:x86-64", ":c rax rbp rsp rip eflags", {"rip", "rsp", "rbp", "eflags", "-"}},
	{"i386:x64-32", ":c rax rbp rsp rip eflags", {"rip", "rsp", "rbp", "eflags", "-"}},
	{"x86_64", ":c rax rbp rsp rip rflags eip", {"rip", "rsp", "rbp", "rflags", "-"}},
	{"i386", ":c eax ebp esp eip eflags", {"eip", "esp", "ebp", "eflags", "-"}},
	{"arm", ":c " ARM_R "sp lr pc cpsr", {"pc", "sp", "r11", "cpsr", "lr"}},
	{"armv7e-m", ":c " ARM_R "sp lr pc xpsr", {"pc", "sp", "r11", "xpsr", "lr"}},
	{"aarch64", ":c x0 x29 x30 sp pc cpsr", {"pc", "sp", "x29", "cpsr", "x30"}},
	{"riscv:rv64", ":c zero ra sp fp pc", {"pc", "sp", "fp", "-", "ra"}},
	{"riscv", ":c x0 x1 x2 x8 pc", {"pc", "x2", "x8", "-", "x1"}},
	{"powerpc:common64", ":c r0 r1 r31 pc msr cr lr", {"pc", "r1", "r31", "msr", "lr"}},
	{"s390:64-bit", ":c pswm pswa r11 r14 r15", {"pswa", "r15", "r11", "pswm", "r14"}},
	{"mips:isa32r2", ":c r29 r30 r31 status pc", {"pc", "r29", "r30", "status", "r31"}},
	{"mips:isa64", ":c r29 r30 r31 status pc", {"pc", "r29", "r30", "status", "r31"}},
	{"sparc:v9", ":c sp o7 fp i7 pc npc state", {"pc", "sp", "fp", "state", "o7"}},
	{"alpha", ":c v0 fp ra sp pc", {"pc", "sp", "fp", "-", "ra"}},
	{"hppa1.0", ":c flags rp r3 sp pcoqh", {"pcoqh", "sp", "r3", "flags", "rp"}},
	{"sh4", ":c r14 r15 pc pr sr", {"pc", "r15", "r14", "sr", "pr"}},
	{"m68k", ":c d0 a5 fp sp ps pc", {"pc", "sp", "fp", "ps", "-"}},
	{"MicroBlaze", ":c r1 r15 r19 rpc rmsr", {"rpc", "r1", "r19", "rmsr", "r15"}},
	{"nios2", ":c sp fp ra pc status", {"pc", "sp", "fp", "status", "ra"}},
	{"or1k", ":c r1 r2 r9 ppc npc sr", {"npc", "r1", "r2", "sr", "r9"}},
	{"xtensa", ":c pc ps a0 a1", {"pc", "a1", "-", "ps", "a0"}},
	{"tricore", ":c a10 a11 psw pc", {"pc", "a10", "-", "psw", "a11"}},
	{"crisv32", ":c r8 sp srp ccs pc", {"pc", "sp", "r8", "ccs", "srp"}},
	{"loongarch64", ":c r0 r1 r3 r22 pc", {"pc", "r3", "r22", "-", "r1"}},
	{"hexagon", ":c r29 r30 r31 pc", {"pc", "r29", "r30", "-", "r31"}},
	{"avr", ":c r0 sreg sp pc", {"pc", "sp", "-", "sreg", "-"}},
	{"", ":org.gnu.gdb.rx.core r0 r6 usp psw pc", {"pc", "r0", "r6", "psw", "-"}},
	{"", ":org.gnu.gdb.coldfire.core fp sp ps pc", {"pc", "sp", "fp", "ps", "-"}},
	{"unheard-of", ":c a sp pc flags lr", {"pc", "sp", "-", "flags", "lr"}},
	{"unheard-of", ":c a b", {"-", "-", "-", "-", "-"}},
};

LOOP_TEST(roles_by_architecture, COUNT(cases))
{
	struct gdbregs_description *d = described(cases[_i].architecture, cases[_i].registers);

	for (unsigned role = 0; role < GDBREGS_ROLE_RETURN_ADDRESS; role++)
		ck_assert_msg(strcmp(role_of(d, role + 1), cases[_i].roles[role]) == 0,
			      "%s: role %u is %s, expected %s", cases[_i].architecture, role + 1,
			      role_of(d, role + 1), cases[_i].roles[role]);
	ck_assert_ptr_null(gdbregs__roles_get(d, GDBREGS_ROLE_NONE));
	ck_assert_ptr_null(gdbregs__roles_get(d, GDBREGS_ROLE_RETURN_ADDRESS + 1));
	gdbregs__description_free(d);
}

TEST(what_the_description_marks_comes_first)
{
	struct gdbregs_description *d =
		good_text("<target><architecture>x86_64</architecture><feature>"
			  "<reg name='rip' bitsize='64'/>"
			  "<reg name='r1' altname='first' generic='pc' bitsize='64'/>"
			  "<reg name='r2' generic='pc' bitsize='64'/>"
			  "<reg name='r3' generic='ra' bitsize='64'/>"
			  "<reg name='r4' generic='arg1' bitsize='64'/>"
			  "</feature></target>");

	ck_assert_str_eq(role_of(d, GDBREGS_ROLE_PC), "r1");
	ck_assert_str_eq(role_of(d, GDBREGS_ROLE_RETURN_ADDRESS), "r3");
	ck_assert_str_eq(role_of(d, GDBREGS_ROLE_SP), "-");
	ck_assert_str_eq(found(d, "pc"), "r1");
	ck_assert_str_eq(found(d, "lr"), "r3");
	ck_assert_str_eq(found(d, "first"), "r1");
	gdbregs__description_free(d);
}

/* QEMU's ppc has lr in two features. */
TEST(the_core_feature_has_the_role)
{
	struct gdbregs_description *d = described(
		"powerpc:common", ":org.qemu.power.spr lr pc :org.gnu.gdb.power.core r1 pc lr");
	const struct gdbregs_register *reg = gdbregs__roles_get(d, GDBREGS_ROLE_RETURN_ADDRESS);

	ck_assert_ptr_nonnull(reg);
	ck_assert_str_eq(reg->feature, "org.gnu.gdb.power.core");
	/* The name is ambiguous, because an exact name takes precedence. */
	ck_assert_str_eq(found(d, "lr"), "several");
	ck_assert_str_eq(found(d, "ra"), "lr");
	ck_assert_str_eq(found(d, "sp"), "r1");
	gdbregs__description_free(d);
}

static const struct {
	const char *architecture, *registers, *name, *found;
} names[] = {
	{"riscv:rv64", ":c zero ra sp gp tp t0 fp pc", "x5", "t0"},
	{"riscv:rv64", ":c zero ra sp gp tp t0 fp pc", "x8", "fp"},
	{"riscv:rv64", ":c zero ra sp gp tp t0 fp pc", "s0", "fp"},
	{"riscv:rv64", ":c zero ra sp gp tp t0 fp pc", "x31", "none"},
	{"riscv:rv64", ":c x5 x8 x31 f10", "t6", "x31"},
	{"riscv:rv64", ":c x5 x8 x31 f10", "fa0", "f10"},
	{"arm", ":c " ARM_R "sp lr pc cpsr", "r13", "sp"},
	{"arm", ":c " ARM_R "sp lr pc cpsr", "r14", "lr"},
	{"arm", ":c " ARM_R "sp lr pc cpsr", "r15", "pc"},
	{"arm", ":c " ARM_R "sp lr pc cpsr", "ip", "r12"},
	{"arm", ":c " ARM_R "sp lr pc cpsr", "a1", "r0"},
	{"arm", ":c " ARM_R "sp lr pc cpsr", "ps", "cpsr"},
	{"arm", ":c " ARM_R "sp lr pc cpsr", "SP", "none"},
	{"aarch64", ":c x16 x29 x30 sp pc cpsr", "lr", "x30"},
	{"aarch64", ":c x16 x29 x30 sp pc cpsr", "fp", "x29"},
	{"aarch64", ":c x16 x29 x30 sp pc cpsr", "ip0", "x16"},
	{"aarch64", ":c x16 fp lr sp pc cpsr", "x30", "lr"},
	{"aarch64", ":c x16 z0 z1 z2", "v1", "z1"},
	{"aarch64", ":c x16 z0 v0", "v0", "v0"},
	/* Without SVE, z1 does not exist. */
	{"aarch64", ":c x16 v0 v1 v2", "z1", "none"},
	{"aarch64", ":c x16 z0 z1", "<v1", "none"},
	{"powerpc:common", ":c r0 r1 pc lr", "sp", "r1"},
	{"s390:64-bit", ":c pswm pswa r15", "pc", "pswa"},
	{"mips", ":c r8 r12 r29", "t0", "r8"},
	{"mips", ":c r8 r12 r29", "a4", "none"},
	{"mips:isa64", ":c r8 r12 r29", "a4", "r8"},
	{"mips:isa64", ":c r8 r12 r29", "t4", "r12"},
	/* The name is r8 in o32 and r12 in n64. */
	{"mips:isa64", ":c r8 r12 r29", "t0", "several"},
	/* An exact name takes precedence over its other meanings. */
	{"riscv:rv64", ":c x5 t0", "t0", "t0"},
	{"m68k", ":c a6 fp", "fp", "fp"},
	{"unheard-of", ":c r1 counter", "pc", "none"},
	{"i386:x86-64", ":c rip", "", "none"},
};

LOOP_TEST(other_names, COUNT(names))
{
	struct gdbregs_description *d = described(names[_i].architecture, names[_i].registers);

	ck_assert_msg(strcmp(found(d, names[_i].name), names[_i].found) == 0,
		      "%s: %s is %s, expected %s", names[_i].architecture, names[_i].name,
		      found(d, names[_i].name), names[_i].found);
	gdbregs__description_free(d);
}

TEST(altnames)
{
	struct gdbregs_description *d = good_text(
		"<target><architecture>aarch64</architecture><feature name='f'>"
		"<reg name='fp' altname='x29' bitsize='64'/><reg name='a' altname='both' "
		"bitsize='64'/>"
		"<reg name='b' altname='both' bitsize='64'/><reg name='c' altname='a' "
		"bitsize='64'/>"
		"<reg name='d' altname='sp' bitsize='64'/><reg name='x31' bitsize='64'/>"
		"</feature><feature name='g'><reg name='e' altname='both' bitsize='64'/></feature>"
		"</target>");
	const struct gdbregs_register *reg = NULL;

	ck_assert_str_eq(found(d, "x29"), "fp");
	ck_assert_str_eq(found(d, "both"), "several");
	ck_assert_str_eq(found(d, "a"), "a");
	/* It takes precedence over roles and names of the ABI. */
	ck_assert_str_eq(found(d, "sp"), "d");
	ck_assert_int_eq(gdbregs__roles_find(d, "g", "both", &reg), 0);
	ck_assert_str_eq(reg->name, "e");
	ck_assert_int_eq(gdbregs__roles_find(d, "g", "x29", &reg), GDBREGS_ERR_NO_REGISTER);
	ck_assert_str_eq(gdbregs_register_alias(reg), "both");
	ck_assert_ptr_null(gdbregs_register_alias(NULL));
	gdbregs__description_free(d);
}

TEST(in_one_feature)
{
	struct gdbregs_description *d = described("i386:x86-64", ":f rip eflags :g rsp");
	const struct gdbregs_register *reg = NULL;

	ck_assert_int_eq(gdbregs__roles_find(d, "f", "pc", &reg), 0);
	ck_assert_str_eq(reg->name, "rip");
	ck_assert_int_eq(gdbregs_register_role(reg), GDBREGS_ROLE_PC);
	ck_assert_int_eq(gdbregs__roles_find(d, "g", "pc", &reg), GDBREGS_ERR_NO_REGISTER);
	ck_assert_int_eq(gdbregs__roles_find(d, "f", "rflags", &reg), 0);
	ck_assert_int_eq(gdbregs__roles_find(d, "g", "rflags", &reg), GDBREGS_ERR_NO_REGISTER);
	gdbregs__description_free(d);
}

TEST(of_a_description)
{
	struct gdbregs_description *d = described("i386:x86-64", ":f rax rip");
	const struct gdbregs_register *reg = NULL;

	ck_assert_int_eq(gdbregs_description_find_register(d, NULL, "pc", &reg), 0);
	ck_assert_str_eq(gdbregs_register_name(reg), "rip");
	ck_assert_int_eq(gdbregs_description_find_role(d, GDBREGS_ROLE_PC, &reg), 0);
	ck_assert_int_eq(gdbregs_register_role(&d->registers[0]), GDBREGS_ROLE_NONE);
	ck_assert_int_eq(gdbregs_register_role(NULL), GDBREGS_ROLE_NONE);
	ck_assert_int_eq(gdbregs_description_find_role(d, GDBREGS_ROLE_SP, &reg),
			 GDBREGS_ERR_NO_REGISTER);
	ck_assert_int_eq(gdbregs_description_find_role(d, GDBREGS_ROLE_NONE, &reg),
			 GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_description_find_role(d, 99, &reg), GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_description_find_role(NULL, GDBREGS_ROLE_PC, &reg),
			 GDBREGS_ERR_INVAL);
	ck_assert_int_eq(gdbregs_description_find_register(d, NULL, NULL, &reg), GDBREGS_ERR_INVAL);
	ck_assert_str_eq(gdbregs_register_name(reg), "rip");
	gdbregs__description_free(d);
}
