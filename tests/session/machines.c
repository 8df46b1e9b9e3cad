/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machines that the scripted stub serves. They are small, so that tests can try every split of
 * a conversation. */
#include "script.h"

#define TARGET(body) "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\">" body

static const struct script_document small_documents[] = {
	{"target.xml", TARGET("<target><architecture>i386:x86-64</architecture>"
			      "<xi:include href=\"core.xml\"/><xi:include href=\"more.xml\"/>"
			      "</target>")},
	{"core.xml", "<feature name=\"c}o\"><reg name=\"a\" bitsize=\"64\"/>"
		     "<reg name=\"b\" bitsize=\"64\"/><reg name=\"c\" bitsize=\"32\"/></feature>"},
	/* Numbers continue after those of core.xml, with a gap. */
	{"more.xml", "<feature name=\"more\"><reg name=\"x\" bitsize=\"8\" regnum=\"9\"/>"
		     "<reg name=\"y\" bitsize=\"128\"/><reg name=\"a\" bitsize=\"16\"/></feature>"},
	{0},
};

static const struct script_register small_registers[] = {{0, 8},   {1, 8},  {2, 4}, {9, 1},
							 {10, 16}, {11, 2}, {0}};

const struct script_process script_small[1] = {
	{1, 1, 2, small_documents, small_registers, 4},
};

static const struct script_document other_documents[] = {
	{"target.xml", TARGET("<target><architecture>arm</architecture>"
			      "<xi:include href=\"core.xml\"/></target>")},
	/* An annex with the name that the other cluster uses, and with different content. */
	{"core.xml", "<feature name=\"r5\"><reg name=\"r0\" bitsize=\"32\"/>"
		     "<reg name=\"r1\" bitsize=\"32\"/></feature>"},
	{0},
};

static const struct script_register other_registers[] = {{0, 4}, {1, 4}, {0}};

const struct script_process script_clusters[2] = {
	{1, 1, 2, small_documents, small_registers, 4},
	{2, 3, 1, other_documents, other_registers, 2},
};

#define REG(n)	"<reg name=\"r" n "\" bitsize=\"32\"/>"
#define REGS(t) REG(t "0") REG(t "1") REG(t "2") REG(t "3") REG(t "4")

static const struct script_document wide_documents[] = {
	{"target.xml", "<target><feature name=\"wide\">" REGS("a") REGS("b") REGS("c")
			       REGS("d") "</feature></target>"},
	{0},
};

static const struct script_register wide_registers[] = {
	{0, 4},	 {1, 4},  {2, 4},  {3, 4},  {4, 4},  {5, 4},  {6, 4},
	{7, 4},	 {8, 4},  {9, 4},  {10, 4}, {11, 4}, {12, 4}, {13, 4},
	{14, 4}, {15, 4}, {16, 4}, {17, 4}, {18, 4}, {19, 4}, {0},
};

const struct script_process script_wide[1] = {
	{1, 1, 2, wide_documents, wide_registers, 16},
};

#define CORE(architecture, feature)                                                                \
	"<target><architecture>" architecture "</architecture><feature name=\"" feature "\">"      \
	"<reg name=\"r0\" bitsize=\"32\"/><reg name=\"r1\" bitsize=\"32\"/>"                       \
	"<reg name=\"pc\" bitsize=\"64\" type=\"code_ptr\"/><reg name=\"big\" bitsize=\"128\"/>"   \
	"<reg name=\"odd\" bitsize=\"32\"/>"

static const struct script_document core_documents[] = {
	{"target.xml", CORE("i386:x86-64", "core") "</feature></target>"},
	{0},
};

static const struct script_register core_registers[] = {{0, 4},	 {1, 4}, {2, 8},
							{3, 16}, {4, 4}, {0}};

const struct script_process script_core[1] = {
	{1, 1, 2, core_documents, core_registers, 5},
};

static const struct script_document power_documents[] = {
	{"target.xml",
	 CORE("powerpc:common64", "org.gnu.gdb.power.core") "<reg name=\"msr\" bitsize=\"64\" "
							    "regnum=\"65\"/></feature></target>"},
	{0},
};

static const struct script_register power_registers[] = {{0, 4}, {1, 4},  {2, 8}, {3, 16},
							 {4, 4}, {65, 8}, {0}};

const struct script_process script_power[1] = {
	{1, 1, 2, power_documents, power_registers, 5},
};

void script_core_values(struct script_stub *stub)
{
	static const char *const digits[] = {"11223344", "00000000", "f0ff000000000000",
					     "00112233445566778899aabbccddeeff", ""};

	for (unsigned tid = 1; tid <= 2; tid++)
		for (uint32_t regnum = 0; regnum < 5; regnum++)
			script_set(stub, tid, regnum, digits[regnum]);
}

void script_power_values(struct script_stub *stub)
{
	script_core_values(stub);
	script_set(stub, 1, 65, "8000000000000000");
	script_set(stub, 2, 65, "0100000000000080");
}
