/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Faults: KIND[@N|@N+|@*][:GLOB]. N counts the packets or replies of a connection that match the
 * glob (all if there is none) and that the kind applies to. @N+ and @* continue from there. The
 * default is @1, and @* for xfer-* and threads-*. */
#include "fake.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define LONG_BYTES (2u << 20)

static const struct {
	const char *name;
	const char *help;
} kinds[] = {
#define FAKE_FAULT_NAME(name, text, help) {text, help},
	FAKE_FAULT_MAP(FAKE_FAULT_NAME)
#undef FAKE_FAULT_NAME
};

void fake_fault_list(FILE *to)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		fprintf(to, "  %-16s %s\n", kinds[i].name, kinds[i].help);
}

void fake_fault_parse(struct fake_fault *fault, const char *text)
{
	size_t length = strcspn(text, "@:");
	size_t i = 0;
	while (i < COUNT_OF(kinds) &&
	       (strlen(kinds[i].name) != length || strncmp(kinds[i].name, text, length)))
		i++;
	if (i == COUNT_OF(kinds))
		fake_die("no such fault: %s", text);
	const char *rest = fake_when_parse(&fault->when, text + length);
	fault->kind = (enum fake_fault_kind)i;
	/* Kinds that change what the stub is: they always apply unless @N is given. */
	if (fault->kind >= FAULT_XFER_ENDLESS && text[length] != '@')
		fault->when.onward = true;
	fault->packets = NULL;
	if (*rest == ':')
		fault->packets = fake_copy(rest + 1);
	else if (*rest)
		fake_die("not KIND[@N|@N+|@*][:GLOB]: %s", text);
}

static bool concerns(const struct fake_conn *c, const struct fake_fault *fault)
{
	const char *packet = c->packet.size ? (const char *)c->packet.data : "";
	if (c->cfg->fault_connection && c->cfg->fault_connection != c->number)
		return false;
	return !fault->packets || !fnmatch(fault->packets, packet, 0);
}

/* Count the packet or reply. Returns the fault that applies to it, or NULL. */
static const struct fake_fault *strike(struct fake_conn *c, enum fake_fault_kind kind)
{
	const struct fake_fault *found = NULL;
	for (size_t i = 0; i < c->cfg->fault_count; i++) {
		const struct fake_fault *fault = &c->cfg->faults[i];
		if (fault->kind != kind || !concerns(c, fault))
			continue;
		if (fake_when_hits(&fault->when, ++c->fault_seen[i]))
			found = fault;
	}
	return found;
}

bool fake_fault_hits(struct fake_conn *c, enum fake_fault_kind kind)
{
	return c->cfg->fault_count && strike(c, kind);
}

/* ------------------------------------------------------------- replies --- */

static void replace(struct fake_reply *r, const char *text)
{
	r->payload.size = 0;
	r->escape = false;
	fake_puts(&r->payload, text);
}

static void put_framed(struct fake_buffer *out, char first, const char *text)
{
	fake_wire_frame(out, first, (const uint8_t *)text, strlen(text));
}

static void put_garbage(struct fake_conn *c, struct fake_reply *r)
{
	static const char usable[] =
		"0123456789abcdefxOKETSWlmF;:,.<>/=\"'&-+ %!?()[]GHIJLMNPQRUVXYZ";
	replace(r, "");
	for (unsigned left = 1 + c->random % 200; left; left--) {
		c->random = c->random * 1103515245u + 12345u;
		fake_put(&r->payload, &usable[(c->random >> 16) % (sizeof(usable) - 1)], 1);
	}
}

static void put_binary(struct fake_reply *r)
{
	replace(r, "");
	for (unsigned i = 0; i < 256; i++)
		fake_put(&r->payload, &(uint8_t){(uint8_t)i}, 1);
	r->escape = true;
}

static void put_rle_bomb(struct fake_reply *r)
{
	replace(r, "0");
	for (unsigned i = 0; i < (3u << 20) / 3; i++)
		fake_puts(&r->payload, "*~0");
	r->raw = true;
}

static void begin_endless(struct fake_conn *c, struct fake_reply *r, enum fake_fault_kind kind)
{
	c->endless = (int)kind;
	r->drop = true;
	if (kind == FAULT_ENDLESS)
		fake_conn_put(c, "$", 1);
}

static void close_instead(struct fake_conn *c, struct fake_reply *r, bool reset)
{
	c->close_when_flushed = true;
	c->reset = reset;
	r->drop = true;
}

static void stall(struct fake_conn *c, struct fake_reply *r)
{
	r->drop = true;
	fake_conn_put(c, "$", 1);
	fake_conn_put(c, r->payload.data, r->payload.size / 2);
	c->silent = true;
}

/* Apply faults to the reply as a whole. */
static void strike_sending(struct fake_conn *c, struct fake_reply *r, enum fake_fault_kind kind)
{
	if (kind == FAULT_SILENCE)
		c->silent = r->drop = true;
	else if (kind == FAULT_MUTE)
		c->mute = r->drop = true;
	else if (kind == FAULT_DROP)
		r->drop = true;
	else if (kind == FAULT_CLOSE || kind == FAULT_RESET)
		close_instead(c, r, kind == FAULT_RESET);
	else if (kind == FAULT_STALL)
		stall(c, r);
	else if (kind >= FAULT_ENDLESS && kind <= FAULT_ENDLESS_ACK)
		begin_endless(c, r, kind);
}

/* Apply faults to its bytes, and to what is sent before them. */
static void strike_bytes(struct fake_conn *c, struct fake_reply *r, enum fake_fault_kind kind)
{
	if (kind == FAULT_JUNK)
		fake_puts(&r->before, "\r\njunk 123 {}\t");
	else if (kind == FAULT_CONSOLE)
		put_framed(&r->before, '$', "O68656c6c6f0a");
	else if (kind == FAULT_BADSUM)
		r->bad_sum = true;
	else if (kind == FAULT_BADHEX)
		r->bad_hex = true;
	else if (kind == FAULT_CUT)
		r->cut = true;
	else if (kind == FAULT_DUP)
		r->twice = true;
	else if (kind == FAULT_ODD)
		r->payload.size -= r->payload.size > 0;
	else if (kind == FAULT_XX)
		memset(r->payload.data, 'x', r->payload.size);
	else if (kind == FAULT_LONG)
		fake_put_fill(&r->payload, '0', LONG_BYTES);
	else if (kind == FAULT_GARBAGE)
		put_garbage(c, r);
	else if (kind == FAULT_BINARY)
		put_binary(r);
	if (kind == FAULT_NOTIFY) {
		put_framed(&r->before, '%', "Stop:T05thread:p01.01;");
		put_framed(&r->before, '%', "oocd_keepalive:00");
	}
}

static void strike_text(struct fake_reply *r, enum fake_fault_kind kind)
{
	if (kind == FAULT_EMPTY)
		replace(r, "");
	else if (kind == FAULT_ERROR)
		replace(r, "E01");
	else if (kind == FAULT_ERROR_TEXT)
		replace(r, "E.the \033[31mfake\033[0m says no");
	else if (kind == FAULT_OKAY)
		replace(r, "OK");
	else if (kind == FAULT_BRACE)
		fake_puts(&r->payload, "}");
	else if (kind == FAULT_RLE_BOMB)
		put_rle_bomb(r);
	else if (kind == FAULT_RLE_FIRST)
		replace(r, "*!00");
	else if (kind == FAULT_RLE_SHORT)
		fake_puts(&r->payload, "0*\x1c");
	r->raw |= kind == FAULT_BRACE || kind == FAULT_RLE_FIRST || kind == FAULT_RLE_SHORT;
}

void fake_fault_reply(struct fake_conn *c, struct fake_reply *r)
{
	if (!c->cfg->fault_count)
		return;
	for (int kind = FAULT_SILENCE; kind < FAULT_NOACK; kind++) {
		const struct fake_fault *fault =
			kind == FAULT_CLOSE_BYTES ? NULL : strike(c, (enum fake_fault_kind)kind);
		if (!fault)
			continue;
		r->lasting |= fault->when.onward;
		strike_sending(c, r, fault->kind);
		strike_bytes(c, r, fault->kind);
		strike_text(r, fault->kind);
	}
}

/* ------------------------------------------------------------- endless --- */

void fake_fault_stream(struct fake_conn *c, struct fake_buffer *out)
{
	while (out->size < 65536) {
		if (c->endless == FAULT_ENDLESS)
			fake_put_fill(out, '0', 65536);
		else if (c->endless == FAULT_ENDLESS_CONSOLE)
			put_framed(out, '$', "O68656c6c6f0a");
		else if (c->endless == FAULT_ENDLESS_NOTIFY)
			put_framed(out, '%', "oocd_keepalive:00");
		else if (c->endless == FAULT_ENDLESS_JUNK)
			fake_put_fill(out, '!', 65536);
		else
			fake_put_fill(out, '+', 65536);
	}
}
