/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rsp/reply.h"

#include "rsp/span.h"
#include "util/error.h"
#include "util/hex.h"

#include <string.h>

#define PACKET_BYTES_ABSENT 400
#define PACKET_BYTES_MIN    64
#define PACKET_BYTES_MAX    65536

static bool is_digit(uint8_t character)
{
	return gdbregs__hex_digit(character) < 16;
}

/* Returns true for an error. lldb-server sends `Exx;text` once a client has enabled error strings;
 * that may have been another client of the same process. */
static bool is_error(const uint8_t *payload, size_t size)
{
	if (size < 2 || payload[0] != 'E')
		return false;
	if (payload[1] == '.')
		return true;
	if (size < 3 || !is_digit(payload[1]) || !is_digit(payload[2]))
		return false;
	return size == 3 || payload[3] == ';';
}

enum gdbregs__reply_kind gdbregs__reply_classify(const uint8_t *payload, size_t size)
{
	if (size == 0)
		return GDBREGS__REPLY_EMPTY;
	if (size == 2 && payload[0] == 'O' && payload[1] == 'K')
		return GDBREGS__REPLY_OK;
	return is_error(payload, size) ? GDBREGS__REPLY_ERROR : GDBREGS__REPLY_DATA;
}

const char *gdbregs__reply_error_text(char *text, size_t capacity, const uint8_t *payload,
				      size_t size)
{
	uint8_t decoded[512];

	if (!is_error(payload, size))
		return gdbregs__printable(text, capacity, payload, size);
	if (payload[1] == '.' && size > 2)
		return gdbregs__printable(text, capacity, payload + 2, size - 2);
	if (size > 4 && size - 4 <= 2 * sizeof(decoded) &&
	    gdbregs__hex_decode(decoded, payload + 4, size - 4) == GDBREGS__HEX_OK)
		return gdbregs__printable(text, capacity, decoded, (size - 4) / 2);
	return gdbregs__printable(text, capacity, payload, size);
}

static bool is_console(const uint8_t *payload, size_t size)
{
	if (size % 2 == 0 || payload[0] != 'O')
		return false;
	for (size_t i = 1; i < size; i++)
		if (!is_digit(payload[i]))
			return false;
	return true;
}

bool gdbregs__reply_console(const uint8_t *payload, size_t size, struct gdbregs_buffer *text,
			    bool *nomem)
{
	if (nomem)
		*nomem = false;
	if (!is_console(payload, size))
		return false;
	if (!text)
		return true;
	if (gdbregs__buffer_reserve(text, size / 2) == 0) {
		if (size > 1)
			gdbregs__hex_decode(text->data + text->size, payload + 1, size - 1);
		text->size += size / 2;
	} else if (nomem) {
		*nomem = true;
	}
	return true;
}

/* Returns the reason why a reply is not register data of a size that fits. */
static int register_failure(const uint8_t *payload, size_t size, size_t capacity)
{
	if (size == 0 || is_error(payload, size))
		return GDBREGS_ERR_UNAVAILABLE;
	if (size % 2 == 0 && (size / 2 > capacity || size / 2 > INT32_MAX))
		return GDBREGS_ERR_LIMIT;
	return GDBREGS_ERR_PROTOCOL;
}

/* No error consists of an even number of hex digits, so try data first: it is the
 * common case. */
int gdbregs__reply_register(const uint8_t *payload, size_t size, uint8_t *out, size_t capacity)
{
	if (size == 0 || size / 2 > capacity || size / 2 > INT32_MAX)
		return register_failure(payload, size, capacity);
	switch (gdbregs__hex_decode(out, payload, size)) {
	case GDBREGS__HEX_OK:
		return (int)(size / 2);
	case GDBREGS__HEX_UNAVAILABLE:
		return GDBREGS_ERR_UNAVAILABLE;
	default:
		return register_failure(payload, size, capacity);
	}
}

/* Append `from` with its escapes decoded. Returns 0, GDBREGS_ERR_NOMEM, or
 * GDBREGS_ERR_PROTOCOL if the last byte is an escape character. */
static int append_unescaped(struct gdbregs_buffer *data, const uint8_t *from, size_t size)
{
	if (gdbregs__buffer_reserve(data, size) < 0)
		return GDBREGS_ERR_NOMEM;

	uint8_t *to = data->data + data->size;
	const uint8_t *end = from + size, *escape;
	while (from < end && (escape = memchr(from, '}', (size_t)(end - from)))) {
		if (end - escape < 2)
			return GDBREGS_ERR_PROTOCOL;
		memcpy(to, from, (size_t)(escape - from));
		to += escape - from;
		*to++ = escape[1] ^ 0x20;
		from = escape + 2;
	}
	if (from < end)
		memcpy(to, from, (size_t)(end - from));
	data->size = (size_t)(to + (end - from) - data->data);
	return 0;
}

enum gdbregs__xfer gdbregs__reply_xfer(const uint8_t *payload, size_t size,
				       struct gdbregs_buffer *data, size_t *added)
{
	size_t before = data->size;

	*added = 0;
	if (size == 0)
		return GDBREGS__XFER_EMPTY;
	if (payload[0] != 'm' && payload[0] != 'l')
		return is_error(payload, size) ? GDBREGS__XFER_ERROR : GDBREGS__XFER_BROKEN;

	int result = size > 1 ? append_unescaped(data, payload + 1, size - 1) : 0;
	if (result < 0)
		return result == GDBREGS_ERR_NOMEM ? GDBREGS__XFER_NOMEM : GDBREGS__XFER_BROKEN;
	*added = data->size - before;
	return payload[0] == 'm' ? GDBREGS__XFER_MORE : GDBREGS__XFER_LAST;
}

/* ----------------------------------------------------------------- qSupported --- */

/* To support another feature, add a member to struct gdbregs__supported and a line
 * here. */
static const struct {
	const char *name;
	size_t offset;
} features[] = {
	// clang-format off
	{"qXfer:features:read",     offsetof(struct gdbregs__supported, xfer_features)},
	{"qXfer:auxv:read",         offsetof(struct gdbregs__supported, xfer_auxv)},
	{"multiprocess",            offsetof(struct gdbregs__supported, multiprocess)},
	{"QStartNoAckMode",         offsetof(struct gdbregs__supported, no_ack)},
	{"vContSupported",          offsetof(struct gdbregs__supported, vcont)},
	{"QProgramSignals",         offsetof(struct gdbregs__supported, program_signals)},
	{"QPassSignals",            offsetof(struct gdbregs__supported, pass_signals)},
	{"QCatchSyscalls",          offsetof(struct gdbregs__supported, catch_syscalls)},
	{"QThreadSuffixSupported",  offsetof(struct gdbregs__supported, thread_suffix)},
	{"QListThreadsInStopReply", offsetof(struct gdbregs__supported, threads_in_stop)},
	{"qEcho",                   offsetof(struct gdbregs__supported, echo)},
	// clang-format on
};

/* lldb-server 14 writes the size in decimal. Read as hexadecimal it is larger, never
 * smaller, and clamping makes that harmless. */
static void take_packet_size(const uint8_t *digits, size_t size,
			     struct gdbregs__supported *supported)
{
	uint64_t bytes;

	if (!gdbregs__hex_parse_all(digits, size, &bytes))
		return;
	if (bytes < PACKET_BYTES_MIN)
		bytes = PACKET_BYTES_MIN;
	supported->packet_bytes = bytes > PACKET_BYTES_MAX ? PACKET_BYTES_MAX : (size_t)bytes;
}

/* Take an item: `name=value`, `name+`, `name-` or `name?`. Only + means that the feature is
 * supported. */
static void take_item(struct gdbregs__span item, struct gdbregs__supported *supported)
{
	struct gdbregs__span value = item, name = gdbregs__span_cut(&value, '=');

	if (name.size < item.size && gdbregs__span_equals(name, "PacketSize")) {
		take_packet_size(value.text, value.size, supported);
		return;
	}
	supported->size_only &= !item.size;
	if (name.size && name.size == item.size) {
		bool yes = name.text[--name.size] == '+';

		for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
			if (gdbregs__span_equals(name, features[i].name))
				*(bool *)((char *)supported + features[i].offset) = yes;
	}
}

void gdbregs__reply_supported(const uint8_t *payload, size_t size,
			      struct gdbregs__supported *supported)
{
	struct gdbregs__span rest = {payload, size};

	*supported = (struct gdbregs__supported){.packet_bytes = PACKET_BYTES_ABSENT};
	if (gdbregs__reply_classify(payload, size) != GDBREGS__REPLY_DATA)
		return;
	supported->size_only = true;
	while (rest.size)
		take_item(gdbregs__span_cut(&rest, ';'), supported);
}

/* --------------------------------------------------------------- thread lists --- */

/* Returns true if the byte can be part of an id, also of one that is malformed. `l` ends a
 * list. */
static bool in_id(uint8_t byte)
{
	bool letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';

	return (letter && byte != 'l') || is_digit(byte) || byte == '-' || byte == '.';
}

/* Advance *at to the next id of a list, past commas and blanks. Returns false at the end
 * of the list: as in GDB, that is the first other byte after an id. */
static bool find_id(const uint8_t *list, size_t size, size_t *at)
{
	bool comma = *at == 1;

	for (; *at < size && memchr(", \r\n", list[*at], 4); ++*at)
		comma = comma || list[*at] == ',';
	return comma && *at < size && in_id(list[*at]);
}

/* Visit the ids after the m; `found` may be NULL. GDB reads 0x2 as 0, and an id of more
 * than 64 bits as its low digits, which are the id of another thread. At an id that it
 * cannot read GDB ends the list, and threads are missing. Such lists are malformed here. */
static enum gdbregs__thread_list visit_ids(const uint8_t *payload, size_t size,
					   gdbregs__thread_found found, void *arg)
{
	size_t at = 1;

	while (find_id(payload, size, &at)) {
		struct gdbregs__thread_id id;
		size_t start = at;

		if (!gdbregs__thread_id_parse(payload, size, &at, &id) ||
		    (at < size && in_id(payload[at])))
			return GDBREGS__THREADS_BROKEN;
		if (found && found(arg, &id, (const char *)payload + start, at - start) != 0)
			return GDBREGS__THREADS_STOPPED;
	}
	return at < size && payload[at] == 'l' ? GDBREGS__THREADS_END : GDBREGS__THREADS_MORE;
}

enum gdbregs__thread_list gdbregs__reply_threads(const uint8_t *payload, size_t size,
						 gdbregs__thread_found found, void *arg)
{
	if (size && payload[0] == 'l')
		return GDBREGS__THREADS_END;
	/* LLDB's stubs without threads send an error or OK, mspdebug sends an XML
	 * document. */
	if (size == 0 || payload[0] != 'm')
		return GDBREGS__THREADS_NONE;
	/* GDB finds no id in this list and works with the current thread. */
	if (size == 3 && memcmp(payload, "m-1", 3) == 0)
		return GDBREGS__THREADS_NONE;
	/* Check the whole list before reporting any id: a malformed list reports
	 * none. */
	if (visit_ids(payload, size, NULL, NULL) == GDBREGS__THREADS_BROKEN)
		return GDBREGS__THREADS_BROKEN;
	return visit_ids(payload, size, found, arg);
}
