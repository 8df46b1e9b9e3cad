/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rsp/reply.h"

#include "util/error.h"
#include "util/hex.h"

#include <string.h>

static bool is_digit(uint8_t character)
{
	return gdbregs__hex_digit(character) < 16;
}

/* `Exx;text` is what lldb-server writes once a client enabled error strings,
 * which another client of the same process may have done. */
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

/* Why a reply is not register data of a size that fits. */
static int register_failure(const uint8_t *payload, size_t size, size_t capacity)
{
	if (size == 0 || is_error(payload, size))
		return GDBREGS_ERR_UNAVAILABLE;
	if (size % 2 == 0 && (size / 2 > capacity || size / 2 > INT32_MAX))
		return GDBREGS_ERR_LIMIT;
	return GDBREGS_ERR_PROTOCOL;
}

/* Nothing that is an error has an even number of digits and nothing else, so
 * data, the common case, is tried first. */
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

/* Append `from` with its escapes undone. 0, NOMEM, or PROTOCOL for an escape
 * with nothing behind it. */
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
