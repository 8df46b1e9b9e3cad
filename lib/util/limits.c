/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/limits.h"

#include "util/error.h"

#include <string.h>

/* Every limit: its member, the name of its option, and its default. */
#define LIMIT_MAP(X)                                                                               \
	X(packet_bytes, 1u << 20)                                                                  \
	X(description_bytes, 16u << 20)                                                            \
	X(registers, 131072)                                                                       \
	X(register_bits, 524288)                                                                   \
	X(register_number, 1048575)                                                                \
	X(includes, 1024)                                                                          \
	X(include_depth, 31)                                                                       \
	X(element_depth, 64)                                                                       \
	X(types, 1048576)                                                                          \
	X(vcpus, 4096)                                                                             \
	X(name_bytes, 1024)                                                                        \
	X(context_bytes, 32u << 20)                                                                \
	X(session_registers, 1048576)                                                              \
	X(value_bytes, 32u << 20)

/* No option can raise these limits further. QEMU truncates a register number to int and crashes
 * on a negative one, and results of the API count a register's bytes in an int. */
#define REGISTER_CEILING 0x7fffffff

/* QEMU's answer to `info status` must fit, as console output in hexadecimal. Without it a halted
 * machine would be resumed. */
#define PACKET_BYTES_FLOOR 512

struct gdbregs__limits gdbregs__limits_from(const struct gdbregs_options *o)
{
	struct gdbregs__limits limits = {0};
	size_t *const clamped[] = {&limits.registers, &limits.register_bits,
				   &limits.register_number};

#define LIMIT_SET(member, standard)                                                                \
	limits.member = o && o->max_##member ? o->max_##member : (standard);
	LIMIT_MAP(LIMIT_SET)
#undef LIMIT_SET
	for (size_t i = 0; i < sizeof(clamped) / sizeof(clamped[0]); i++)
		if (*clamped[i] > REGISTER_CEILING)
			*clamped[i] = REGISTER_CEILING;
	if (limits.packet_bytes < PACKET_BYTES_FLOOR)
		limits.packet_bytes = PACKET_BYTES_FLOOR;
	return limits;
}

bool gdbregs__limits_lower(struct gdbregs__limits *to, const struct gdbregs__limits *by)
{
	const struct gdbregs__limits before = *to;
	bool lowered = false;

#define LIMIT_LOWER(member, standard)                                                              \
	to->member = by->member < to->member ? by->member : to->member;                            \
	lowered |= to->member < before.member;
	LIMIT_MAP(LIMIT_LOWER)
#undef LIMIT_LOWER
	return lowered;
}

static struct gdbregs_options defaults(void)
{
	struct gdbregs_options o = GDBREGS_OPTIONS_INIT;

	o.connect_timeout_ms = 5000;
	o.reply_timeout_ms = 5000;
	o.connect_deadline_ms = 120000;
#define LIMIT_DEFAULT(member, standard) o.max_##member = (standard);
	LIMIT_MAP(LIMIT_DEFAULT)
#undef LIMIT_DEFAULT
	return o;
}

void gdbregs_options_init_size(struct gdbregs_options *o, size_t size)
{
	struct gdbregs_options standard = defaults();

	if (size < sizeof(o->size))
		return;
	memset(o, 0, size);
	memcpy(o, &standard, size < sizeof(standard) ? size : sizeof(standard));
	o->size = size;
}

/* The size of the struct in version 0.1. Programs compiled with that version's header
 * call this function; so do programs that use a foreign function interface. */
#define OPTIONS_0_1 (offsetof(struct gdbregs_options, max_vcpus) + sizeof(size_t))

void(gdbregs_options_init)(struct gdbregs_options *o)
{
	gdbregs_options_init_size(o, OPTIONS_0_1);
}

/* A size above this was not set by gdbregs_options_init(): it is uninitialised
 * memory. */
#define OPTIONS_MOST  65536
#define OPTIONS_LEAST offsetof(struct gdbregs_options, max_packet_bytes)

/* Check that the program sets no member that a later version has added. */
static bool is_known(const struct gdbregs_options *o)
{
	const uint8_t *bytes = (const uint8_t *)o;

	for (size_t i = sizeof(*o); i < o->size; i++) {
		if (bytes[i])
			return false;
	}
	return true;
}

static const char *fault_of_size(const struct gdbregs_options *o)
{
	if (o->size < OPTIONS_LEAST || o->size > OPTIONS_MOST)
		return "the member size is not that of the struct";
	return is_known(o) ? NULL
			   : "they set members that version " GDBREGS_VERSION " does not have";
}

static const char *fault_of_values(const struct gdbregs_options *o)
{
	if (o->access > GDBREGS_RW_REGS)
		return "access is not a value of enum gdbregs_access";
	if (o->on_close > GDBREGS_ON_CLOSE_HALT)
		return "on_close is not a value of enum gdbregs_on_close";
	if (o->pipeline > GDBREGS_PIPELINE_OFF)
		return "pipeline is not a value of enum gdbregs_pipeline";
	if (o->byte_order > GDBREGS_BYTE_ORDER_BIG)
		return "byte_order is not a value of enum gdbregs_byte_order";
	return NULL;
}

const char *gdbregs__options_take(struct gdbregs_options *to, const struct gdbregs_options *from)
{
	const struct gdbregs_options standard = defaults();
	const char *fault = from ? fault_of_size(from) : NULL;

	*to = standard;
	if (!from || fault)
		return fault;
	memcpy(to, from, from->size < sizeof(*to) ? from->size : sizeof(*to));
	to->size = sizeof(*to);
	if (!to->connect_timeout_ms)
		to->connect_timeout_ms = standard.connect_timeout_ms;
	if (!to->reply_timeout_ms)
		to->reply_timeout_ms = standard.reply_timeout_ms;
	if (!to->connect_deadline_ms)
		to->connect_deadline_ms = standard.connect_deadline_ms;
	return fault_of_values(to);
}

int gdbregs__options_fail(const struct gdbregs_options *o, struct gdbregs_error *err)
{
	struct gdbregs_options taken;
	const char *fault = gdbregs__options_take(&taken, o);

	return gdbregs__fail(err, GDBREGS_ERR_INVAL,
			     "invalid options: %s; initialise them with GDBREGS_OPTIONS_INIT",
			     fault ? fault : "");
}
