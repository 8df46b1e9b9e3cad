/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Received bytes to packets, replies to sent bytes, and three ways in which stubs wait for acks. */
#include "fake.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum state { IDLE, DATA, ESCAPED, RUN_LENGTH, SUM_HIGH, SUM_LOW };

/* ------------------------------------------------------------- sending --- */

void fake_wire_frame(struct fake_buffer *out, char first, const uint8_t *payload, size_t size)
{
	uint8_t sum = 0;
	for (size_t i = 0; i < size; i++)
		sum += payload[i];
	fake_put(out, &first, 1);
	fake_put(out, payload, size);
	fake_puts(out, "#");
	fake_put_hex(out, &sum, 1);
}

static void escape(struct fake_buffer *out, const struct fake_buffer *in)
{
	for (size_t i = 0; i < in->size; i++) {
		uint8_t byte = in->data[i];
		if (byte && strchr("#$}*", byte)) {
			fake_put(out, "}", 1);
			byte ^= 0x20;
		}
		fake_put(out, &byte, 1);
	}
}

/* Returns how many repeats a count character can have. It must not be one that stubs avoid. */
static size_t usable_repeats(size_t repeats)
{
	if (repeats > 97)
		repeats = 97;
	while (repeats >= 3 && strchr("#$+-", (int)repeats + 29))
		repeats--;
	return repeats;
}

static void encode_runs(struct fake_buffer *out, const struct fake_buffer *in)
{
	for (size_t i = 0; i < in->size;) {
		size_t run = 1;
		while (i + run < in->size && in->data[i + run] == in->data[i])
			run++;
		size_t repeats = usable_repeats(run - 1);
		fake_put(out, &in->data[i++], 1);
		if (repeats < 3)
			continue;
		uint8_t code[2] = {'*', (uint8_t)(repeats + 29)};
		fake_put(out, code, 2);
		i += repeats;
	}
}

static void damage(struct fake_buffer *frame, const struct fake_reply *r)
{
	if (r->bad_sum)
		frame->data[frame->size - 1] ^= 1;
	if (r->bad_hex)
		memcpy(frame->data + frame->size - 2, "zz", 2);
	if (r->cut)
		frame->size = 1 + (frame->size - 4) / 2;
}

static void send_reply(struct fake_conn *c, struct fake_reply *r)
{
	struct fake_buffer escaped = {0}, runs = {0}, frame = {0};
	struct fake_buffer *wire = &r->payload;
	if (r->escape && !r->raw) {
		escape(&escaped, wire);
		wire = &escaped;
	}
	if (c->cfg->rle && !r->raw) {
		encode_runs(&runs, wire);
		wire = &runs;
	}
	fake_wire_frame(&frame, '$', wire->data, wire->size);
	c->last.size = 0;
	if (!r->lasting)
		fake_put(&c->last, frame.data, frame.size);
	damage(&frame, r);
	if (r->lasting)
		fake_put(&c->last, frame.data, frame.size);
	fake_conn_put(c, r->before.data, r->before.size);
	fake_conn_put(c, frame.data, frame.size);
	if (r->twice)
		fake_conn_put(c, frame.data, frame.size);
	c->unacked += 1 + r->twice;
	c->pending = !c->no_ack;
	free(escaped.data);
	free(runs.data);
	free(frame.data);
}

void fake_wire_reply(struct fake_conn *c, const struct fake_buffer *payload, bool escape)
{
	struct fake_reply r = {.escape = escape};
	if (c->mute)
		return;
	if (c->cfg->log_replies)
		fake_log(c, "reply", payload->data, payload->size);
	fake_put(&r.payload, payload->data, payload->size);
	fake_fault_reply(c, &r);
	if (!r.drop)
		send_reply(c, &r);
	free(r.payload.data);
	free(r.before.data);
}

void fake_wire_replyf(struct fake_conn *c, const char *format, ...)
{
	char text[4096];
	va_list ap;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	struct fake_buffer payload = {.data = (uint8_t *)text, .size = strlen(text)};
	fake_wire_reply(c, &payload, false);
}

/* ----------------------------------------------------------- receiving --- */

static void ack(struct fake_conn *c)
{
	if (c->no_ack || fake_fault_hits(c, FAULT_NOACK))
		return;
	fake_conn_put(c, "+", 1);
	if (fake_fault_hits(c, FAULT_DOUBLEACK))
		fake_conn_put(c, "+", 1);
}

static void stale(struct fake_conn *c)
{
	static const char text[] = "T02thread:p01.01;";
	struct fake_buffer frame = {0};
	if (!fake_fault_hits(c, FAULT_STALE))
		return;
	fake_wire_frame(&frame, '$', (const uint8_t *)text, strlen(text));
	fake_conn_put(c, frame.data, frame.size);
	c->unacked++;
	free(frame.data);
}

static void good_packet(struct fake_conn *c)
{
	fake_totals.packets++;
	fake_log(c, "packet", c->packet.data, c->packet.size);
	if (fake_fault_hits(c, FAULT_IGNORE))
		return;
	if (c->nak_next || fake_fault_hits(c, FAULT_NAK)) {
		c->nak_next = false;
		fake_conn_put(c, "-", 1);
		return;
	}
	stale(c);
	ack(c);
	fake_packets_handle(c);
}

static void end_packet(struct fake_conn *c, uint8_t low)
{
	int check = fake_digit(low);
	c->state = IDLE;
	if (check < 0 || c->check > 15) {
		fake_violation(c, "malformed checksum");
		c->nak_next = true; /* as in QEMU 7.2 and 10.0: a NAK for the next packet */
		return;
	}
	if (c->sum == (c->check << 4 | check)) {
		good_packet(c);
		return;
	}
	fake_violation(c, "wrong checksum");
	if (!c->no_ack)
		fake_conn_put(c, "-", 1);
}

static void add(struct fake_conn *c, uint8_t byte)
{
	fake_put(&c->packet, &byte, 1);
	if (c->packet.size <= c->cfg->max_packet)
		return;
	fake_violation(c, "packet of more than %u bytes", c->cfg->max_packet);
	c->state = IDLE;
}

static void idle_byte(struct fake_conn *c, uint8_t byte)
{
	if (byte == '$') {
		c->packet.size = 0;
		c->sum = 0;
		c->state = DATA;
		return;
	}
	if (byte != '+')
		return;
	if (c->last_ack_due)
		c->last_ack_due--;
	else if (c->no_ack)
		fake_violation(c, "ack in no-ack mode");
	else if (c->unacked)
		c->unacked--;
	else if (c->first_packet_seen)
		fake_totals.surplus_acks++;
}

static void packet_byte(struct fake_conn *c, uint8_t byte)
{
	if (c->state < SUM_HIGH && byte != '#')
		c->sum += byte;
	switch ((enum state)c->state) {
	case IDLE:
		idle_byte(c, byte);
		break;
	case DATA:
		if (byte == '}')
			c->state = ESCAPED;
		else if (byte == '#')
			c->state = SUM_HIGH;
		else if (byte == '*' && c->packet.size)
			c->state = RUN_LENGTH;
		else
			add(c, byte);
		break;
	case ESCAPED:
		c->state = DATA;
		add(c, byte ^ 0x20);
		break;
	case RUN_LENGTH:
		c->state = DATA;
		for (int i = byte - 29; i > 0 && c->state == DATA; i--)
			add(c, c->packet.data[c->packet.size - 1]);
		break;
	case SUM_HIGH:
		c->check = (uint8_t)fake_digit(byte);
		c->state = SUM_LOW;
		break;
	case SUM_LOW:
		end_packet(c, byte);
		break;
	}
}

/* Returns true if the byte acknowledged the last reply, or refused it. */
static bool ack_byte(struct fake_conn *c, uint8_t byte)
{
	if (!c->pending)
		return false;
	bool waits = c->cfg->serial != SERIAL_NO;
	if (byte == '+') {
		fake_totals.acks++;
		c->unacked -= c->unacked > 0;
		c->pending = false;
	} else if (byte == '-') {
		fake_totals.naks++;
		fake_conn_put(c, c->last.data, c->last.size);
	} else if (waits) {
		fake_violation(c, "byte 0x%02x to a stub that waits for an ack", byte);
		fake_conn_put(c, c->last.data, c->last.size);
	} else if (byte == '$') {
		c->pending = false; /* as in QEMU: a new request acknowledges the last reply */
		return false;
	}
	return true;
}

static bool take(struct fake_buffer *from, size_t *at, uint8_t *byte)
{
	if (*at == from->size)
		return false;
	*byte = from->data[(*at)++];
	return true;
}

/* qemu-user reads 256 bytes at a time. It looks for the ack of its reply only in what it reads
 * afterwards. */
static bool next_byte(struct fake_conn *c, size_t *queue_at, size_t *stash_at, uint8_t *byte)
{
	if (c->cfg->serial != SERIAL_USER || c->pending)
		return take(&c->queue, queue_at, byte);
	if (*stash_at == c->stash.size) {
		size_t left = c->queue.size - *queue_at;
		size_t size = left < 256 ? left : 256;
		c->stash.size = *stash_at = 0;
		fake_put(&c->stash, c->queue.data + *queue_at, size);
		*queue_at += size;
	}
	return take(&c->stash, stash_at, byte);
}

static void drain(struct fake_conn *c)
{
	size_t queue_at = 0, stash_at = 0;
	uint8_t byte;
	while (!c->closing && !c->close_when_flushed && c->endless < 0 &&
	       next_byte(c, &queue_at, &stash_at, &byte)) {
		if (ack_byte(c, byte) || fake_run_byte(c, byte))
			continue;
		packet_byte(c, byte);
	}
	fake_drop(&c->queue, queue_at);
	fake_drop(&c->stash, stash_at);
}

void fake_wire_input(struct fake_conn *c, const uint8_t *bytes, size_t size)
{
	fake_put(&c->queue, bytes, size);
	drain(c);
	fake_conn_flush(c);
}
