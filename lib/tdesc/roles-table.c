/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sources: the procedure call standard (psABI) of each architecture, and GDB's names
 * if it has them (`maint print user-registers`). The frame pointer is the register
 * that the ABI, or otherwise GCC, reserves for it; a function need not use it. FLAGS
 * is GDB's $ps, the processor status; on PowerPC it is the msr.
 *
 * To add an architecture, add a line to gdbregs__families. If its registers have
 * several names, add a list of rows. Names that no description uses do no harm. Names
 * after `<` find the others of their row, but are not found by them. */
#include "tdesc/roles-table.h"

// clang-format off
static const char *const x86[] = {"rflags eflags", NULL};

/* AAPCS32, section 6.1.1, and GDB's `wr` and `tr`. */
static const char *const arm[] = {
	"r0 a1", "r1 a2", "r2 a3", "r3 a4",
	"r4 v1", "r5 v2", "r6 v3", "r7 v4 wr", "r8 v5", "r9 v6 sb tr", "r10 v7 sl", "r11 v8 fp",
	"r12 ip", "r13 sp", "r14 lr", "r15 pc", NULL,
};

/* AAPCS64, section 6.1.1. LLDB also calls the stack pointer x31. A stub with SVE describes
 * z0 to z31 and no v0 to v31, which are their first 16 bytes; GDB computes them. */
static const char *const aarch64[] = {
	"x16 ip0", "x17 ip1", "x29 fp", "x30 lr", "x31 sp", "cpsr pstate",
	"z0 <v0", "z1 <v1", "z2 <v2", "z3 <v3", "z4 <v4", "z5 <v5", "z6 <v6", "z7 <v7",
	"z8 <v8", "z9 <v9", "z10 <v10", "z11 <v11", "z12 <v12", "z13 <v13", "z14 <v14",
	"z15 <v15", "z16 <v16", "z17 <v17", "z18 <v18", "z19 <v19", "z20 <v20", "z21 <v21",
	"z22 <v22", "z23 <v23", "z24 <v24", "z25 <v25", "z26 <v26", "z27 <v27", "z28 <v28",
	"z29 <v29", "z30 <v30", "z31 <v31", NULL,
};

/* RISC-V calling conventions, sections 1.1 and 1.2. */
static const char *const riscv[] = {
	"x0 zero", "x1 ra", "x2 sp", "x3 gp", "x4 tp", "x5 t0", "x6 t1", "x7 t2",
	"x8 s0 fp", "x9 s1", "x10 a0", "x11 a1", "x12 a2", "x13 a3", "x14 a4", "x15 a5",
	"x16 a6", "x17 a7", "x18 s2", "x19 s3", "x20 s4", "x21 s5", "x22 s6", "x23 s7",
	"x24 s8", "x25 s9", "x26 s10", "x27 s11", "x28 t3", "x29 t4", "x30 t5", "x31 t6",
	"f0 ft0", "f1 ft1", "f2 ft2", "f3 ft3", "f4 ft4", "f5 ft5", "f6 ft6", "f7 ft7",
	"f8 fs0", "f9 fs1", "f10 fa0", "f11 fa1", "f12 fa2", "f13 fa3", "f14 fa4", "f15 fa5",
	"f16 fa6", "f17 fa7", "f18 fs2", "f19 fs3", "f20 fs4", "f21 fs5", "f22 fs6", "f23 fs7",
	"f24 fs8", "f25 fs9", "f26 fs10", "f27 fs11", "f28 ft8", "f29 ft9", "f30 ft10",
	"f31 ft11", NULL,
};

/* 64-Bit ELF V2 ABI, section 2.2.1. `nip` is the name of the pc in QEMU and Linux. */
static const char *const ppc[] = {
	"r1 sp", "r2 toc rtoc", "pc nip", NULL,
};

/* s390x ELF ABI, section 1.2.2. The names of the PSW's halves are those of Linux. */
static const char *const s390[] = {"r14 lr", "r15 sp", "pswm psw.mask", "pswa psw.addr", NULL};

/* MIPS ABI supplement, table 3-18, and GDB's names. */
#define MIPS_SAME                                                                          \
	"r0 zero", "r1 at", "r2 v0", "r3 v1", "r4 a0", "r5 a1", "r6 a2", "r7 a3",          \
	"r16 s0", "r17 s1", "r18 s2", "r19 s3", "r20 s4", "r21 s5", "r22 s6", "r23 s7",    \
	"r24 t8", "r25 t9 jp", "r26 k0 kt0", "r27 k1 kt1", "r28 gp", "r29 sp", "r30 s8 fp", \
	"r31 ra", "status sr", "badvaddr bad", "fcsr fsr"
static const char *const mips[] = {
	MIPS_SAME,
	"r8 t0", "r9 t1", "r10 t2", "r11 t3", "r12 t4", "r13 t5", "r14 t6", "r15 t7", NULL,
};
/* The names t0 to t3 have one meaning in the ABIs n32 and n64, and another in o32:
 * they are ambiguous if the guest may use either. */
static const char *const mips64[] = {
	MIPS_SAME,
	"r8 t0 a4", "r9 t1 a5", "r10 t2 a6", "r11 t3 a7",
	"r12 t4 t0", "r13 t5 t1", "r14 t6 t2", "r15 t7 t3", NULL,
};

/* SPARC ABI supplement, section 3: register windows. */
static const char *const sparc[] = {
	"r0 g0", "r1 g1", "r2 g2", "r3 g3", "r4 g4", "r5 g5", "r6 g6", "r7 g7",
	"r8 o0", "r9 o1", "r10 o2", "r11 o3", "r12 o4", "r13 o5", "r14 o6 sp", "r15 o7",
	"r16 l0", "r17 l1", "r18 l2", "r19 l3", "r20 l4", "r21 l5", "r22 l6", "r23 l7",
	"r24 i0", "r25 i1", "r26 i2", "r27 i3", "r28 i4", "r29 i5", "r30 i6 fp", "r31 i7", NULL,
};

/* Calling Standard for Alpha Systems, table 2-1. */
static const char *const alpha[] = {
	"r0 v0", "r1 t0", "r2 t1", "r3 t2", "r4 t3", "r5 t4", "r6 t5", "r7 t6", "r8 t7",
	"r9 s0", "r10 s1", "r11 s2", "r12 s3", "r13 s4", "r14 s5", "r15 fp s6",
	"r16 a0", "r17 a1", "r18 a2", "r19 a3", "r20 a4", "r21 a5", "r22 t8", "r23 t9",
	"r24 t10", "r25 t11 ai", "r26 ra", "r27 t12 pv", "r28 at", "r29 gp", "r30 sp",
	"r31 zero", NULL,
};

/* PA-RISC runtime architecture, section 3.1. */
static const char *const hppa[] = {
	"r2 rp", "r19 t4", "r20 t3", "r21 t2", "r22 t1", "r23 arg3", "r24 arg2", "r25 arg1",
	"r26 arg0", "r27 dp gp", "r28 ret0", "r29 ret1", "r30 sp", "sar cr11", "iaoq pcoqh", NULL,
};

static const char *const sh[] = {"r14 fp", "r15 sp", NULL};
static const char *const m68k[] = {"a6 fp", "a7 sp", "ps sr", NULL};
static const char *const microblaze[] = {"r1 sp", "rpc pc", "rmsr msr", "rear ear", "resr esr", NULL};
static const char *const nios2[] = {
	"r0 zero", "r1 at", "r24 et", "r25 bt", "r26 gp", "r27 sp", "r28 fp", "r29 ea", "r30 ba",
	"r31 ra", NULL,
};
static const char *const or1k[] = {"r1 sp", "r2 fp", "r9 lr", "r11 rv", "npc pc", NULL};
static const char *const tricore[] = {"a10 sp", "a11 ra", NULL};
static const char *const cris[] = {"r8 fp", "r14 sp", "r15 acr", NULL};
static const char *const rx[] = {"r0 sp", "r6 fp", NULL};

/* LoongArch ELF psABI, tables 1 and 2. */
static const char *const loongarch[] = {
	"r0 zero", "r1 ra", "r2 tp", "r3 sp", "r4 a0", "r5 a1", "r6 a2", "r7 a3", "r8 a4",
	"r9 a5", "r10 a6", "r11 a7", "r12 t0", "r13 t1", "r14 t2", "r15 t3", "r16 t4", "r17 t5",
	"r18 t6", "r19 t7", "r20 t8", "r22 fp s9", "r23 s0", "r24 s1", "r25 s2", "r26 s3",
	"r27 s4", "r28 s5", "r29 s6", "r30 s7", "r31 s8",
	"f0 fa0", "f1 fa1", "f2 fa2", "f3 fa3", "f4 fa4", "f5 fa5", "f6 fa6", "f7 fa7",
	"f8 ft0", "f9 ft1", "f10 ft2", "f11 ft3", "f12 ft4", "f13 ft5", "f14 ft6", "f15 ft7",
	"f16 ft8", "f17 ft9", "f18 ft10", "f19 ft11", "f20 ft12", "f21 ft13", "f22 ft14",
	"f23 ft15", "f24 fs0", "f25 fs1", "f26 fs2", "f27 fs3", "f28 fs4", "f29 fs5",
	"f30 fs6", "f31 fs7", NULL,
};

static const char *const hexagon[] = {"r29 sp", "r30 fp", "r31 lr", NULL};

#define ROLES(pc, sp, fp, flags, ra)                                                              \
	{                                                                                         \
		[GDBREGS_ROLE_PC] = pc, [GDBREGS_ROLE_SP] = sp, [GDBREGS_ROLE_FP] = fp,           \
		[GDBREGS_ROLE_FLAGS] = flags, [GDBREGS_ROLE_RETURN_ADDRESS] = ra,                 \
	}

const struct gdbregs__family gdbregs__families[] = {
	{"i386:x86-64* i386:x64* x86-64* x86_64*", "",
	 ROLES("rip", "rsp", "rbp", "rflags eflags", NULL), x86, NULL},
	{"i386* i486 i586 i686 i8086", "org.gnu.gdb.i386.core",
	 ROLES("eip rip", "esp rsp", "ebp rbp", "eflags rflags", NULL), x86, NULL},
	{"aarch64*", "org.gnu.gdb.aarch64.core",
	 ROLES("pc", "sp x31", "x29 fp", "cpsr", "x30 lr"), aarch64, "types-aarch64"},
	{"arm* iwmmxt* xscale ep9312 thumb*", "org.gnu.gdb.arm.core org.gnu.gdb.arm.m-profile",
	 ROLES("pc r15", "sp r13", "r11 fp", "cpsr xpsr", "lr r14"), arm, "types-arm"},
	{"riscv*", "org.gnu.gdb.riscv.cpu",
	 ROLES("pc", "sp x2", "fp s0 x8", NULL, "ra x1"), riscv, "types-riscv"},
	{"powerpc* rs6000* ppc*", "org.gnu.gdb.power.core",
	 ROLES("pc nip", "r1 sp", "r31", "msr", "lr"), ppc, "types-ppc"},
	{"s390*", "org.gnu.gdb.s390.core",
	 ROLES("pswa", "r15", "r11", "pswm", "r14"), s390, "types-s390"},
	{"mips:isa64* mips:octeon* mips:loongson* mips:gs* mips:sb1 mips:xlr mips64*", "",
	 ROLES("pc", "r29 sp", "r30 s8 fp", "status sr", "r31 ra"), mips64, "types-mips"},
	{"mips*", "org.gnu.gdb.mips.cpu org.gnu.gdb.mips.cp0",
	 ROLES("pc", "r29 sp", "r30 s8 fp", "status sr", "r31 ra"), mips, "types-mips"},
	{"sparc*", "org.gnu.gdb.sparc.cpu org.gnu.gdb.sparc.cp0",
	 ROLES("pc", "sp o6 r14", "fp i6 r30", "psr state ccr", "o7 r15"), sparc, NULL},
	{"alpha*", "org.gnu.gdb.alpha.core",
	 ROLES("pc", "sp r30", "fp r15", NULL, "ra r26"), alpha, NULL},
	{"hppa*", "gdbregs.hppa.core",
	 ROLES("pcoqh iaoq", "sp r30", "r3", "flags psw", "rp r2"), hppa, NULL},
	{"sh sh1* sh2* sh3* sh4* sh5*", "org.gnu.gdb.sh.core gdbregs.sh.core",
	 ROLES("pc", "r15 sp", "r14 fp", "sr", "pr"), sh, NULL},
	{"m68k*", "org.gnu.gdb.m68k.core org.gnu.gdb.coldfire.core org.gnu.gdb.fido.core",
	 ROLES("pc", "sp a7", "fp a6", "ps sr", NULL), m68k, "types-m68k"},
	{"microblaze* MicroBlaze*", "org.gnu.gdb.microblaze.core",
	 ROLES("rpc pc", "r1 sp", "r19", "rmsr msr", "r15"), microblaze, NULL},
	{"nios2*", "org.gnu.gdb.nios2.cpu",
	 ROLES("pc", "sp r27", "fp r28", "status", "ra r31"), nios2, NULL},
	{"or1k* openrisc*", "org.gnu.gdb.or1k.group0",
	 ROLES("npc pc", "r1 sp", "r2 fp", "sr", "r9 lr"), or1k, NULL},
	/* The frame pointer depends on the ABI: a7 or a15. */
	{"xtensa*", "gdbregs.xtensa.core gdbregs.xtensa.window",
	 ROLES("pc", "a1 sp", NULL, "ps", "a0"), NULL, NULL},
	{"tricore* TriCore*", "gdbregs.tricore.core",
	 ROLES("pc", "a10 sp", NULL, "psw", "a11 ra"), tricore, NULL},
	{"cris*", "gdbregs.cris.core",
	 ROLES("pc", "sp r14", "r8 fp", "ccs dccr ccr", "srp"), cris, NULL},
	{"rx*", "org.gnu.gdb.rx.core",
	 ROLES("pc", "r0 sp", "r6 fp", "psw", NULL), rx, NULL},
	{"loongarch* Loongarch*", "org.gnu.gdb.loongarch.base",
	 ROLES("pc", "r3 sp", "r22 fp", NULL, "r1 ra"), loongarch, "types-loongarch"},
	{"hexagon*", "org.gnu.gdb.hexagon.core",
	 ROLES("pc", "r29 sp", "r30 fp", NULL, "r31 lr"), hexagon, NULL},
	{"avr*", "", ROLES("pc", "sp", NULL, "sreg", NULL), NULL, NULL},
	/* Any other architecture, and roles that the families above lack. */
	{"", "", ROLES("pc", "sp", "fp", "ps flags psw sr sreg", "lr ra"), NULL, NULL},
};
// clang-format on

const size_t gdbregs__family_count = sizeof(gdbregs__families) / sizeof(gdbregs__families[0]);
