/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rsp/packet.h"

#include "rsp/packet-scan.h"
#include "util/hex.h"

#define ENDING_BYTES 3 /* # and two digits */

enum {
	IDLE = GDBREGS__FRAME_IDLE, /* between packets */
	PAYLOAD, /* after $ or % */
	RUN, /* after *: the next byte is a count, whatever its value */
	CHECK_HIGH, /* after # */
	CHECK_LOW,
};

/* The input that is not consumed yet. */
struct input {
	const uint8_t *at, *end;
};

/* Begin a packet. */
static void begin(struct gdbregs__frame_decoder *d, bool notification)
{
	d->state = PAYLOAD;
	d->notification = notification;
	d->sum = 0;
	d->bad = false;
	d->skip = false;
	d->payload.size = 0;
}

static void skip_junk(struct gdbregs__frame_decoder *d, uint8_t byte)
{
	if (d->junk_count < sizeof(d->junk))
		d->junk[d->junk_count] = byte;
	d->junk_count++;
}

static void take_idle(struct gdbregs__frame_decoder *d, struct input *in,
		      struct gdbregs__frame *frame)
{
	uint8_t byte = *in->at++;

	if (byte == '+')
		frame->kind = GDBREGS__FRAME_ACK;
	else if (byte == '-')
		frame->kind = GDBREGS__FRAME_NAK;
	else if (byte == '$' || byte == '%')
		begin(d, byte == '%');
	else
		skip_junk(d, byte);
	if (byte == '#')
		frame->kind = GDBREGS__FRAME_HEADLESS;
}

/* Make room for `more` bytes of payload. If the payload would exceed its limit, the
 * packet is TOO_LARGE and the rest of it is skipped. */
static int make_room(struct gdbregs__frame_decoder *d, size_t more, struct gdbregs__frame *frame)
{
	if (more <= d->max_bytes - d->payload.size)
		return gdbregs__buffer_reserve(&d->payload, more);
	frame->kind = GDBREGS__FRAME_TOO_LARGE;
	d->skip = true;
	d->payload.size = 0;
	return 0;
}

static int keep_text(struct gdbregs__frame_decoder *d, const uint8_t *text, size_t size,
		     struct gdbregs__frame *frame)
{
	if (d->skip || size == 0)
		return 0;
	if (make_room(d, size, frame) < 0)
		return GDBREGS_ERR_NOMEM;
	if (!d->skip) {
		memcpy(d->payload.data + d->payload.size, text, size);
		d->payload.size += size;
	}
	return 0;
}

static void take_end_of_text(struct gdbregs__frame_decoder *d, uint8_t byte,
			     struct gdbregs__frame *frame)
{
	if (byte == '#') {
		d->state = CHECK_HIGH;
	} else if (byte == '*') {
		d->sum += byte;
		d->state = RUN;
	} else {
		/* The old packet is incomplete. A packet that is too large was
		 * reported before. */
		if (!d->skip)
			frame->kind = GDBREGS__FRAME_TRUNCATED;
		begin(d, false);
	}
}

static int take_payload(struct gdbregs__frame_decoder *d, struct input *in,
			struct gdbregs__frame *frame)
{
	unsigned sum = d->sum;
	const uint8_t *stop = gdbregs__scan(in->at, in->end, &sum);

	if (keep_text(d, in->at, (size_t)(stop - in->at), frame) < 0)
		return GDBREGS_ERR_NOMEM;
	d->sum = (uint8_t)sum;
	in->at = stop;
	if (stop < in->end && frame->kind == GDBREGS__FRAME_NONE)
		take_end_of_text(d, *in->at++, frame);
	return 0;
}

static int repeat_last(struct gdbregs__frame_decoder *d, size_t times, struct gdbregs__frame *frame)
{
	if (make_room(d, times, frame) < 0)
		return GDBREGS_ERR_NOMEM;
	if (!d->skip) {
		uint8_t *next = d->payload.data + d->payload.size;

		memset(next, next[-1], times);
		d->payload.size += times;
	}
	return 0;
}

/* Take the count of a run. The protocol allows 32 to 126 (a repeat of 3 to 97); GDB
 * accepts up to 255. */
static int take_run(struct gdbregs__frame_decoder *d, struct input *in,
		    struct gdbregs__frame *frame)
{
	uint8_t count = *in->at;

	if (!d->skip) {
		if (count < 30 || d->payload.size == 0)
			d->bad = true;
		else if (repeat_last(d, count - 29u, frame) < 0)
			return GDBREGS_ERR_NOMEM;
	}
	d->sum += count;
	d->state = PAYLOAD;
	in->at++;
	return 0;
}

static void take_check_low(struct gdbregs__frame_decoder *d, struct input *in,
			   struct gdbregs__frame *frame)
{
	unsigned low = gdbregs__hex_digit(*in->at++);
	bool good = d->check < 16 && low < 16 && ((unsigned)d->check << 4 | low) == d->sum;

	d->state = IDLE;
	if (d->skip)
		return;
	if (!good || d->bad) {
		frame->kind = GDBREGS__FRAME_BAD;
		return;
	}
	frame->kind = d->notification ? GDBREGS__FRAME_NOTIFICATION : GDBREGS__FRAME_PACKET;
	frame->payload = d->payload.data ? d->payload.data : (const uint8_t *)"";
	frame->size = d->payload.size;
}

static int take_step(struct gdbregs__frame_decoder *d, struct input *in,
		     struct gdbregs__frame *frame)
{
	switch (d->state) {
	case PAYLOAD:
		return take_payload(d, in, frame);
	case RUN:
		return take_run(d, in, frame);
	case CHECK_HIGH:
		d->check = (uint8_t)gdbregs__hex_digit(*in->at++);
		d->state = CHECK_LOW;
		return 0;
	case CHECK_LOW:
		take_check_low(d, in, frame);
		return 0;
	default:
		take_idle(d, in, frame);
		return 0;
	}
}

/* Run the state machine up to the next event or the end of the input. This is not
 * inlined because that would slow down the fast path of its caller. */
static __attribute__((noinline)) int take_steps(struct gdbregs__frame_decoder *d, const uint8_t *in,
						size_t size, size_t *used,
						struct gdbregs__frame *frame)
{
	struct input input = {in + *used, in + size};
	int result = 0;

	while (result == 0 && frame->kind == GDBREGS__FRAME_NONE && input.at < input.end)
		result = take_step(d, &input, frame);
	*used = (size_t)(input.at - in);
	return result;
}

/* ----------------------------------------------------------- complete packets --- */

/* Take a packet from its $ to its checksum if nothing in it has to be decoded.
 * Returns its size on the wire, or 0 if there is no such packet. */
static inline size_t take_whole(const uint8_t *at, const uint8_t *end, size_t max_bytes,
				struct gdbregs__span *text)
{
	unsigned sum = 0;
	const uint8_t *payload = at + 1, *stop = gdbregs__scan(payload, end, &sum);
	size_t size = (size_t)(stop - payload);

	if (end - stop < ENDING_BYTES || *stop != '#' || size > max_bytes ||
	    memcmp(stop + 1, gdbregs__hex_pairs[sum & 0xff], 2) != 0)
		return 0;
	*text = (struct gdbregs__span){payload, size};
	return 1 + size + ENDING_BYTES;
}

size_t gdbregs__frame_whole(const struct gdbregs__frame_decoder *d, const uint8_t *in, size_t size,
			    struct gdbregs__span *text)
{
	return take_whole(in, in + size, d->max_bytes, text);
}

/* Returns true if the payload begins like register data, and not like an error, console output or
 * a stop reply. */
static inline bool begins_data(const struct gdbregs__span *text)
{
	return text->size && gdbregs__hex_digit(text->text[0]) < 16 && text->text[0] != 'E';
}

size_t gdbregs__frame_take_data(const struct gdbregs__frame_decoder *d, const uint8_t *in,
				size_t size, size_t *used, bool acked, struct gdbregs__span *texts,
				size_t most)
{
	const uint8_t *at = in + *used, *end = in + size;
	size_t count = 0;

	if (!gdbregs__frame_idle(d))
		return 0;
	while (count < most && end - at > 1 + acked) {
		if ((acked && *at != '+') || at[acked] != '$')
			break;
		size_t whole = take_whole(at + acked, end, d->max_bytes, &texts[count]);
		if (!whole || !begins_data(&texts[count]))
			break;
		at += acked + whole;
		count++;
	}
	*used = (size_t)(at - in);
	return count;
}

/* Fast path: acknowledgements and complete packets bypass the state machine. */
int gdbregs__frame_next(struct gdbregs__frame_decoder *d, const uint8_t *in, size_t size,
			size_t *used, struct gdbregs__frame *frame)
{
	size_t at = *used, whole = 0;
	struct gdbregs__span text;

	frame->kind = GDBREGS__FRAME_NONE;
	if (at >= size)
		return 0;
	if (d->state == IDLE && in[at] == '+') {
		frame->kind = GDBREGS__FRAME_ACK;
		*used = at + 1;
		return 0;
	}
	if (d->state == IDLE && in[at] == '$')
		whole = gdbregs__frame_whole(d, in + at, size - at, &text);
	if (!whole)
		return take_steps(d, in, size, used, frame);
	*frame = (struct gdbregs__frame){GDBREGS__FRAME_PACKET, text.text, text.size};
	*used = at + whole;
	return 0;
}

void gdbregs__frame_decoder_init(struct gdbregs__frame_decoder *d, size_t max_bytes)
{
	*d = (struct gdbregs__frame_decoder){.state = IDLE, .max_bytes = max_bytes};
}

void gdbregs__frame_decoder_fini(struct gdbregs__frame_decoder *d)
{
	gdbregs_buffer_fini(&d->payload);
}

/* ------------------------------------------------------------------- encoding --- */

static bool needs_escape(uint8_t byte)
{
	return byte == '#' || byte == '$' || byte == '}' || byte == '*';
}

/* Write # and the checksum. Returns the end of the packet. */
static inline uint8_t *put_end(uint8_t *to, uint8_t sum)
{
	*to++ = '#';
	*to++ = (uint8_t)gdbregs__hex_pairs[sum][0];
	*to++ = (uint8_t)gdbregs__hex_pairs[sum][1];
	return to;
}

int gdbregs__frame_encode(struct gdbregs_buffer *out, const void *payload, size_t size)
{
	const uint8_t *bytes = payload;
	uint8_t sum = 0;

	if (size > SIZE_MAX / 4 || gdbregs__buffer_reserve(out, 2 * size + 1 + ENDING_BYTES) < 0)
		return GDBREGS_ERR_NOMEM;

	uint8_t *to = out->data + out->size;
	*to++ = '$';
	for (size_t i = 0; i < size; i++) {
		bool escaped = needs_escape(bytes[i]);

		if (escaped)
			sum += *to++ = '}';
		sum += *to++ = escaped ? bytes[i] ^ 0x20 : bytes[i];
	}
	out->size = (size_t)(put_end(to, sum) - out->data);
	return 0;
}

size_t gdbregs__frame_put_p(uint8_t *out, uint32_t regnum)
{
	uint8_t *to = out;
	unsigned length_bits = 4;
	uint8_t sum = 'p';

	while (length_bits < 32 && regnum >> length_bits)
		length_bits += 4;
	*to++ = '$';
	*to++ = 'p';
	while (length_bits) {
		length_bits -= 4;
		*to = (uint8_t)gdbregs__hex_pairs[regnum >> length_bits & 15][1];
		sum += *to++;
	}
	return (size_t)(put_end(to, sum) - out);
}
