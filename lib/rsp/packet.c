/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rsp/packet.h"

#include "rsp/packet-scan.h"
#include "util/hex.h"

enum {
	IDLE = GDBREGS__FRAME_IDLE, /* between packets */
	PAYLOAD, /* behind $ or % */
	RUN, /* behind *: the next byte is a count, whatever it is */
	CHECK_HIGH, /* behind # */
	CHECK_LOW,
};

/* Input not yet taken. */
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
	d->junk_ends += byte == '#';
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
}

/* Room for `more` bytes of payload, within the limit. Where they go beyond it,
 * the packet is TOO_LARGE from here on. */
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
		/* A packet that was given up: of one that is too large, all was said. */
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

/* Counts reach from 32 to 126 by the protocol, up to 255 by what GDB reads. */
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

static void take_check_high(struct gdbregs__frame_decoder *d, struct input *in)
{
	d->check = (uint8_t)gdbregs__hex_digit(*in->at++);
	d->state = CHECK_LOW;
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
		take_check_high(d, in);
		return 0;
	case CHECK_LOW:
		take_check_low(d, in, frame);
		return 0;
	default:
		take_idle(d, in, frame);
		return 0;
	}
}

/* Run the machine to the next event or the input's end. Kept out of its caller,
 * whose short way is the faster for it. */
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

/* Past the machine goes what nearly all input is: acks and whole packets. */
int gdbregs__frame_next(struct gdbregs__frame_decoder *d, const uint8_t *in, size_t size,
			size_t *used, struct gdbregs__frame *frame)
{
	size_t at = *used, whole = 0;
	struct gdbregs__frame_text text;

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
	*frame = (struct gdbregs__frame){GDBREGS__FRAME_PACKET, text.payload, text.size};
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
