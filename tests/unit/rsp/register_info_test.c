/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replies to qRegisterInfo: those of lldb-server 14, and malformed ones. */
#include "rsp/register-info.h"

#include "../guarded.h"
#include "suite.h"

#include <stdio.h>

static const char *describe(const char *payload)
{
	static const char *const encodings[] = {"-", "uint", "sint", "ieee754", "vector"};
	static char text[600];
	struct gdbregs__register_info info;
	size_t size = strlen(payload);
	int length;

	switch (gdbregs__register_info_parse(guarded(payload, size), size, &info)) {
	case GDBREGS__REGISTER_INFO_END:
		return "end";
	case GDBREGS__REGISTER_INFO_BROKEN:
		return "broken";
	default:
		break;
	}
	length = snprintf(text, sizeof(text), "%s/%s %u %s %s [%s] %s", info.name, info.altname,
			  (unsigned)info.bits, encodings[info.encoding], info.format, info.set,
			  info.generic);
	if (info.has_offset)
		length += snprintf(text + length, sizeof(text) - (size_t)length, " @%u",
				   (unsigned)info.off_bytes);
	if (info.derived)
		snprintf(text + length, sizeof(text) - (size_t)length, " in %u",
			 (unsigned)info.container);
	return text;
}

static const struct {
	const char *payload, *expected;
} replies[] = {
	// clang-format off
	{"name:rax;bitsize:64;offset:80;encoding:uint;format:hex;set:General Purpose Registers;"
	 "ehframe:0;dwarf:0;",
	 "rax/ 64 uint hex [General Purpose Registers]  @80"},
	{"name:rip;bitsize:64;offset:128;encoding:uint;format:hex;set:General Purpose Registers;"
	 "ehframe:16;dwarf:16;generic:pc;",
	 "rip/ 64 uint hex [General Purpose Registers] pc @128"},
	{"name:ebx;bitsize:32;offset:40;encoding:uint;format:hex;set:General Purpose Registers;"
	 "container-regs:1d;invalidate-regs:1,19,29,39,3d;",
	 "ebx/ 32 uint hex [General Purpose Registers]  @40 in 29"},
	{"name:xmm6;bitsize:128;offset:480;encoding:vector;format:vector-uint8;"
	 "set:Floating Point Registers;ehframe:23;dwarf:23;",
	 "xmm6/ 128 vector vector-uint8 [Floating Point Registers]  @480"},
	/* debugserver */
	{"name:r13;alt-name:sp;bitsize:32;offset:52;encoding:uint;format:hex;set:GP;gcc:13;generic:sp;",
	 "r13/sp 32 uint hex [GP] sp @52"},
	{"name:d0;bitsize:64;encoding:ieee754;format:float", "d0/ 64 ieee754 float [] "},
	{"name:s;bitsize:8;encoding:sint;format:decimal;offset:18446744073709551615;",
	 "s/ 8 sint decimal [] "},
	{"bitsize:16;later:x;name:a", "a/ 16 -  [] "},
	{"name:a;bitsize:16;encoding:other;no colon;;set:;container-regs:;", "a/ 16 -  [] "},
	{"name:a;bitsize:16;set:\x01;alt-name:"
	 "01234567890123456789012345678901234567890123456789012345678901234567890123456789",
	 "a/ 16 -  [] "},
	{"",        "end"},
	{"E45",     "end"},
	{"E.none",  "end"},
	{"OK",      "end"},
	{"name:rax;",                    "broken"},
	{"bitsize:64;",                  "broken"},
	{"name:;bitsize:64;",            "broken"},
	{"name:rax;bitsize:0;",          "broken"},
	{"name:rax;bitsize:;",           "broken"},
	{"name:rax;bitsize:4x;",         "broken"},
	{"name:rax;bitsize:-1;",         "broken"},
	{"name:rax;bitsize:4294967297;", "broken"},
	{"name:r\nx;bitsize:8",          "broken"},
	{"T05thread:1;",                 "broken"},
	{"0011223344556677",             "broken"},
	// clang-format on
};

TEST(parse)
{
	for (size_t i = 0; i < COUNT(replies); i++) {
		const char *got = describe(replies[i].payload);

		ck_assert_msg(strcmp(got, replies[i].expected) == 0, "%s: %s", replies[i].payload,
			      got);
	}
}

TEST(random_input)
{
	static const char alphabet[] = "name:bitsze;set1E0OK";
	uint32_t state = 0x51c0ffee;

	for (int i = 0; i < 50000; i++) {
		struct gdbregs__register_info info;
		uint8_t text[40];
		size_t size = random_text(&state, text, sizeof(text), alphabet, sizeof(alphabet));

		if (gdbregs__register_info_parse(guarded(text, size), size, &info) ==
		    GDBREGS__REGISTER_INFO_ONE)
			MUST(info.name[0] && info.bits > 0 && info.bits <= INT32_MAX);
	}
}
