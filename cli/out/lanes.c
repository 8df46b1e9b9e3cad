/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/lanes.h"

#include "base/number.h"

#include <string.h>

enum { LANE_BYTES = 8, LANE_DIGITS = 16, LANE_BITS = 64 };

/* Returns how many lanes are equal to lane `first`, counted from there on. A last lane that is
 * shorter does not count. */
static size_t equal_lanes(const struct value *v, size_t first)
{
	const uint8_t *lane = v->bytes + first * LANE_BYTES;
	size_t most = v->size_bytes / LANE_BYTES - first, count = 1;
	while (count < most && memcmp(lane + count * LANE_BYTES, lane, LANE_BYTES) == 0)
		count++;
	return count;
}

/* Digits of other bases than 2 and 16 do not fall into lanes. */
bool lanes_are(const struct value *v)
{
	return !v->is_bit_field && (v->order == GDBREGS_BYTE_ORDER_UNKNOWN ||
				    (v->vcpu->as != DIGITS_DEC && v->vcpu->as != DIGITS_OCT));
}

bool lanes_are_equal(const struct value *v)
{
	return lanes_are(v) && v->size_bytes > LANE_BYTES && v->size_bytes % LANE_BYTES == 0 &&
	       equal_lanes(v, 0) == v->size_bytes / LANE_BYTES;
}

void lanes_add(struct text *text, const struct value *v, size_t lane)
{
	size_t at = lane * LANE_BYTES, rest = v->size_bytes - at;
	size_t size = rest < LANE_BYTES ? rest : LANE_BYTES;
	const struct digits d = {.bytes = v->bytes + at,
				 .size = size,
				 .bits = 8 * size,
				 .is_big = v->order == GDBREGS_BYTE_ORDER_BIG};
	if (v->order == GDBREGS_BYTE_ORDER_UNKNOWN)
		text_add_bytes(text, d.bytes, size);
	else
		digits_add(text, &d,
			   v->vcpu->as == DIGITS_RAW || v->vcpu->as == DIGITS_BIN ? v->vcpu->as
										  : DIGITS_HEX);
}

size_t lanes_count(const struct value *v)
{
	return (v->size_bytes + LANE_BYTES - 1) / LANE_BYTES;
}

/* The same value in another byte order has reversed bytes: no lane is comparable. */
bool lanes_differ(const struct value *a, const struct value *b, size_t lane)
{
	size_t at = lane * LANE_BYTES, rest = a->size_bytes - at;
	return a->order != b->order ||
	       memcmp(a->bytes + at, b->bytes + at, rest < LANE_BYTES ? rest : LANE_BYTES) != 0;
}

static int digits_of(size_t number)
{
	return snprintf(NULL, 0, "%zu", number);
}

size_t lanes_width(const struct value *v)
{
	if (v->order == GDBREGS_BYTE_ORDER_UNKNOWN || v->vcpu->as == DIGITS_RAW)
		return LANE_DIGITS;
	return strlen("0x") + (v->vcpu->as == DIGITS_BIN ? LANE_BITS : LANE_DIGITS);
}

/* The place where lanes are shown, and how many of them fit on a line. */
struct lanes {
	size_t indent, room, most;
};

static struct lanes lay_out(const struct value *v, size_t indent, size_t line, size_t count)
{
	size_t room = line > indent ? line - indent : 0;
	size_t label = 2 + (size_t)digits_of(count - 1);
	size_t most = room > label ? (room - label) / (1 + lanes_width(v)) : 0;
	return (struct lanes){indent, room, most > 1 ? most : 1};
}

/* Make a line of lanes that begins with the number of the first one, `[4]  `. Returns the lane
 * after them. */
static size_t show_lanes(struct text *text, const struct value *v, size_t first,
			 const struct lanes *lanes)
{
	size_t count = lanes_count(v), equal = 0;
	if (first < v->size_bytes / LANE_BYTES)
		equal = equal_lanes(v, first);
	bool rest = first + equal == count && equal > lanes->most;
	size_t next = rest ? count : first + lanes->most < count ? first + lanes->most : count;
	text_clear(text);
	if (rest)
		text_addf(text, "[%zu-%zu] each", first, count - 1);
	else if (count > 1)
		text_addf(text, "[%zu]%*s", first, digits_of(count - 1) - digits_of(first), "");
	if (rest && text->size + 1 + lanes_width(v) > lanes->room)
		text_addf(text, "\n%*s", (int)lanes->indent, "");
	else if (count > 1)
		text_adds(text, " ");
	for (size_t i = first; i < (rest ? first + 1 : next); i++) {
		text_adds(text, i > first ? " " : "");
		lanes_add(text, v, i);
	}
	return next;
}

bool lanes_put(FILE *stream, struct text *scratch, const struct value *v, size_t indent,
	       size_t line)
{
	size_t count = lanes_count(v);
	struct lanes lanes = lay_out(v, indent, line, count);
	for (size_t lane = 0; lane < count;) {
		fprintf(stream, "%*s", lane > 0 ? (int)indent : 0, "");
		lane = show_lanes(scratch, v, lane, &lanes);
		if (scratch->failed)
			return false;
		fprintf(stream, "%s%s", scratch->data ? scratch->data : "",
			lane < count ? "\n" : "");
	}
	return true;
}
