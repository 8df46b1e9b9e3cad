/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rsp/reply.h"

#include <string.h>

#define PACKET_BYTES_ABSENT 400
#define PACKET_BYTES_MIN    64
#define PACKET_BYTES_MAX    65536

/* To know another feature: a member in struct gdbregs__supported, a line here. */
static const struct {
	const char *name;
	size_t offset;
} features[] = {
	// clang-format off
	{"qXfer:features:read", offsetof(struct gdbregs__supported, xfer_features)},
	{"multiprocess",        offsetof(struct gdbregs__supported, multiprocess)},
	{"QStartNoAckMode",     offsetof(struct gdbregs__supported, no_ack)},
	{"vContSupported",      offsetof(struct gdbregs__supported, vcont)},
	{"error-message",       offsetof(struct gdbregs__supported, error_message)},
	// clang-format on
};

static bool equals(const uint8_t *text, size_t size, const char *word)
{
	return size == strlen(word) && memcmp(text, word, size) == 0;
}

/* lldb-server 14 writes the size in decimal; read as hexadecimal that is larger,
 * never smaller, and clamping makes it harmless. */
static void take_packet_size(const uint8_t *digits, size_t size,
			     struct gdbregs__supported *supported)
{
	size_t at = 0;
	uint64_t bytes;

	if (!gdbregs__hex_parse(digits, size, &at, &bytes) || at != size)
		return;
	if (bytes < PACKET_BYTES_MIN)
		bytes = PACKET_BYTES_MIN;
	supported->packet_bytes = bytes > PACKET_BYTES_MAX ? PACKET_BYTES_MAX : (size_t)bytes;
}

/* name+ name- name?: only + says yes. */
static void take_feature(const uint8_t *item, size_t size, struct gdbregs__supported *supported)
{
	bool yes = item[size - 1] == '+';

	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		if (equals(item, size - 1, features[i].name))
			*(bool *)((char *)supported + features[i].offset) = yes;
}

static void take_item(const uint8_t *item, size_t size, struct gdbregs__supported *supported)
{
	const uint8_t *equal_sign = size ? memchr(item, '=', size) : NULL;

	if (equal_sign) {
		size_t name_size = (size_t)(equal_sign - item);

		if (equals(item, name_size, "PacketSize"))
			take_packet_size(equal_sign + 1, size - name_size - 1, supported);
	} else if (size) {
		take_feature(item, size, supported);
	}
}

void gdbregs__reply_supported(const uint8_t *payload, size_t size,
			      struct gdbregs__supported *supported)
{
	*supported = (struct gdbregs__supported){.packet_bytes = PACKET_BYTES_ABSENT};
	if (gdbregs__reply_classify(payload, size) != GDBREGS__REPLY_DATA)
		return;
	for (size_t at = 0; at < size; at++) {
		const uint8_t *item = payload + at;
		const uint8_t *semicolon = memchr(item, ';', size - at);
		size_t item_size = semicolon ? (size_t)(semicolon - item) : size - at;

		take_item(item, item_size, supported);
		at += item_size;
	}
}
