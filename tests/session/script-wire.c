/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scripted stub: packets and acks, and what may be sent at which time. */
#include "script.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IDLE, PAYLOAD, CHECK_HIGH, CHECK_LOW };

void script_put(struct script_bytes *b, const void *data, size_t size)
{
	if (b->size + size + 1 > b->capacity) {
		b->capacity = 2 * (b->size + size + 1);
		b->data = realloc(b->data, b->capacity);
		if (!b->data)
			abort();
	}
	if (size)
		memcpy(b->data + b->size, data, size);
	b->size += size;
	b->data[b->size] = '\0';
}

void script_puts(struct script_bytes *b, const char *text)
{
	script_put(b, text, strlen(text));
}

bool script_slow(void)
{
	return getenv("GDBREGS_TESTS_SLOW") != NULL;
}

void script_free(struct script_bytes *b)
{
	free(b->data);
	*b = (struct script_bytes){0};
}

static void put_check(struct script_bytes *b, size_t from, unsigned wrong)
{
	unsigned sum = wrong;
	char check[4];

	for (size_t i = from; i < b->size; i++)
		sum += b->data[i];
	snprintf(check, sizeof(check), "#%02x", sum & 0xff);
	script_put(b, check, 3);
}

void script_frame(struct script_bytes *b, const void *payload, size_t size)
{
	script_put(b, "$", 1);
	size_t from = b->size;
	script_put(b, payload, size);
	put_check(b, from, 0);
}

void script_violate(struct script_stub *stub, const char *format, ...)
{
	va_list args;

	if (stub->violation[0])
		return;
	va_start(args, format);
	vsnprintf(stub->violation, sizeof(stub->violation), format, args);
	va_end(args);
}

/* ---------------------------------------------------------------- answers out --- */

/* The character of a count must not be one of # $ + -. Shorten the run then. */
static size_t run_count(size_t repeats)
{
	size_t count = repeats > 97 ? 97 : repeats;

	while (count > 3 && strchr("#$+-", (int)count + 29))
		count--;
	return count;
}

/* gdbserver sends runs for all repeated characters. */
static void put_runs(struct script_bytes *b, const uint8_t *payload, size_t size)
{
	for (size_t i = 0; i < size;) {
		size_t repeats = 0;

		while (i + 1 + repeats < size && payload[i + 1 + repeats] == payload[i])
			repeats++;
		script_put(b, &payload[i++], 1);
		if (repeats < 3)
			continue;
		repeats = run_count(repeats);
		char run[2] = {'*', (char)(repeats + 29)};
		script_put(b, run, 2);
		i += repeats;
	}
}

void script_reply(struct script_stub *stub, const void *payload, size_t size)
{
	size_t start = stub->out.size;

	stub->last.size = 0;
	script_put(&stub->last, "$", 1);
	if (stub->run_lengths)
		put_runs(&stub->last, payload, size);
	else
		script_put(&stub->last, payload, size);
	put_check(&stub->last, 1, 0);
	script_put(&stub->out, stub->last.data, stub->last.size);
	if (stub->damage) {
		stub->out.size = start;
		script_put(&stub->out, stub->last.data, stub->last.size - 2);
		script_puts(&stub->out,
			    memcmp(stub->last.data + stub->last.size - 2, "00", 2) ? "00" : "01");
	}
	stub->damage = false;
	if (!stub->no_ack)
		stub->unacked++;
	stub->last_answer = stub->out.size;
}

void script_replyf(struct script_stub *stub, const char *format, ...)
{
	char text[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	script_reply(stub, text, strlen(text));
}

/* ----------------------------------------------------------------- requests in --- */

static void on_ack(struct script_stub *stub)
{
	stub->acks++;
	if (stub->no_ack && stub->last_ack_due)
		stub->last_ack_due = false;
	else if (stub->no_ack)
		script_violate(stub, "an ack in no-ack mode");
	else if (stub->unacked)
		stub->unacked = stub->phymem ? 0 : stub->unacked - 1;
	else if (stub->greeted)
		script_violate(stub, "an ack too many");
	stub->greeted = true;
}

static void on_nak(struct script_stub *stub)
{
	stub->naks++;
	script_put(&stub->out, stub->last.data, stub->last.size);
	stub->last_answer = stub->out.size;
}

static void on_packet(struct script_stub *stub)
{
	bool serial = !stub->pipelines && !stub->no_ack && !stub->blind;

	/* A client that has not received the ack sends the same packet again. */
	bool again = stub->request.size && stub->request.size == stub->packet.size &&
		     !memcmp(stub->request.data, stub->packet.data, stub->packet.size);

	stub->request.size = 0;
	script_put(&stub->request, stub->packet.data, stub->packet.size);
	serial = serial && !again;
	script_put(&stub->packet, "", 0);
	if (serial && stub->taken < stub->last_answer)
		script_violate(stub, "a request while one is under way: %.60s",
			       (char *)stub->packet.data);
	if (serial && stub->unacked)
		script_violate(stub, "a request before an ack: %.60s", (char *)stub->packet.data);
	if (stub->resumed && stub->packet.data[0] != 'F')
		script_violate(stub, "a request while it runs: %.60s", (char *)stub->packet.data);
	if (stub->no_ack && stub->last_ack_due && !stub->blind)
		script_violate(stub, "no last ack before no-ack mode");
	stub->unacked = 0;
	stub->requests += !again;
	stub->greeted = true;
	script_answer(stub);
}

static void idle(struct script_stub *stub, uint8_t byte)
{
	if (byte == '+') {
		if (stub->log_bytes)
			script_log(stub, "+");
		on_ack(stub);
	} else if (byte == '-') {
		on_nak(stub);
	} else if (byte == '$') {
		stub->state = PAYLOAD;
		stub->sum = 0;
		stub->packet.size = 0;
	} else if ((byte != '\r' && byte != '\n') || stub->requests > 1) {
		script_violate(stub, "byte %02x outside of a packet", byte);
	}
}

static unsigned digit(uint8_t byte)
{
	const char *digits = "0123456789abcdef", *at = byte ? strchr(digits, byte) : NULL;

	return at ? (unsigned)(at - digits) : 99;
}

static void check(struct script_stub *stub, uint8_t byte)
{
	stub->check = stub->check * 16 + digit(byte);
	if (stub->state++ == CHECK_HIGH)
		return;
	stub->state = IDLE;
	if (stub->check != (stub->sum & 0xff))
		script_violate(stub, "a wrong checksum");
	else
		on_packet(stub);
}

static void take(struct script_stub *stub, uint8_t byte)
{
	/* The last OK may be acknowledged once. A second ack would stop QEMU's guest. */
	if (stub->detached && byte == '+' && stub->unacked) {
		stub->unacked = 0;
		stub->acks++;
		if (stub->log_bytes)
			script_log(stub, "+");
		return;
	}
	if (stub->running)
		script_violate(stub, "byte %02x to a running target", byte);
	if (stub->resumed && stub->state == IDLE && script_take_running(stub, byte))
		return;
	if (stub->state == IDLE) {
		idle(stub, byte);
	} else if (stub->state >= CHECK_HIGH) {
		check(stub, byte);
	} else if (byte == '#') {
		stub->state = CHECK_HIGH;
		stub->check = 0;
	} else {
		stub->sum += byte;
		script_put(&stub->packet, &byte, 1);
	}
}

void script_input(struct script_stub *stub, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size && !stub->closed; i++)
		take(stub, data[i]);
	/* It would stop QEMU's guest. */
	if (stub->resumed && size && data[size - 1] == '+')
		script_violate(stub, "an ack alone while it runs");
}

void script_accept(struct script_stub *stub)
{
	stub->running = false;
	if (stub->unsolicited)
		script_frame(&stub->out, stub->unsolicited, strlen(stub->unsolicited));
}
