/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* If the input has many complete replies to a batch, they are taken together. Replies that arrive
 * in pieces, or while a trace is set, are taken one by one. Both ways must give the same results,
 * also if replies are damaged. */
#include "batch.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

/* QEMU, which acknowledges each request, and a stub with no-ack mode. */
enum { ACKED, UNACKED, KINDS };

struct outcome {
	struct drive_call call;
	int fatal;
	char error[240];
	char reads[1024]; /* status and bytes of each */
	size_t in_flight, acked;
	unsigned acks_owed;
	uint64_t deadline_ms;
	char out[64]; /* what the session sent */
};

static void ignore_trace(void *arg, enum gdbregs_direction direction, const void *bytes,
			 size_t size)
{
	(void)arg, (void)direction, (void)bytes, (void)size;
}

static void note_reads(struct outcome *o, const struct batch *b)
{
	size_t used = 0;

	for (size_t i = 0; i < b->count; i++) {
		const struct gdbregs_read *r = &b->reads[i];

		ck_assert_uint_lt(used + sizeof(r->status) + 64, sizeof(o->reads));
		memcpy(o->reads + used, &r->status, sizeof(r->status));
		used += sizeof(r->status);
		if (r->status <= 0)
			continue;
		ck_assert_int_le(r->status, 64);
		memcpy(o->reads + used, r->data, (size_t)r->status);
		used += (size_t)r->status;
	}
}

static void note(struct outcome *o, const struct drive *d, const struct batch *b)
{
	const struct inside now = inside_of(d->s);
	size_t unsent;
	const uint8_t *out = inside_output(d->s, &unsent);

	o->fatal = now.fatal;
	memcpy(o->error, now.error->text, strlen(now.error->text));
	o->in_flight = now.in_flight;
	o->acked = now.acked;
	o->acks_owed = now.acks_owed;
	o->deadline_ms = now.deadline_ms;
	ck_assert_uint_lt(unsent, sizeof(o->out));
	if (unsent)
		memcpy(o->out, out, unsent);
	if (o->call.calls && o->call.status == 0)
		note_reads(o, b);
}

/* Queue a read of all registers of both vCPUs. The stub holds the replies. */
static void ask(struct drive *d, struct script_stub *stub, struct batch *b, int kind, bool traced,
		struct drive_call *call)
{
	struct gdbregs_options o;

	gdbregs_options_init(&o);
	o.trace = traced ? ignore_trace : NULL;
	*b = (struct batch){0};
	script_begin(stub, kind == ACKED ? SCRIPT_QEMU10 : SCRIPT_PLAIN, script_small, 1);
	stub->no_ack_mode = kind == UNACKED;
	ck_assert_int_eq(drive_open(d, stub, &o), 0);
	ck_assert(inside_of(d->s).pipelined);
	batch_add(b, d, 0);
	batch_add(b, d, 1);
	d->held = true;
	ck_assert_int_eq(
		gdbregs__read_many(d->s, b->reads, b->count, &b->storage, drive_done, call, NULL),
		0);
	drive_run(d);
}

/* How the replies arrive: whole, in pieces of so many bytes, or each packet in an input of its own
 * (BY_PACKET). */
#define WHOLE	  (SIZE_MAX / 2)
#define BY_PACKET 0

static size_t next_piece(const struct script_bytes *wire, size_t at, size_t piece)
{
	size_t left = wire->size - at, size = 0;

	if (piece != BY_PACKET)
		return left < piece ? left : piece;
	while (size < left && wire->data[at + size] != '#')
		size++;
	return left - size < 3 ? left : size + 3;
}

/* Returns how the batch ends if these bytes answer it. */
static struct outcome answer(int kind, const struct script_bytes *wire, size_t piece, bool traced)
{
	struct outcome o = {0};
	struct script_stub stub;
	struct drive d;
	struct batch b;

	ask(&d, &stub, &b, kind, traced, &o.call);
	d.now_ms += 7;
	for (size_t at = 0, size; at < wire->size; at += size) {
		size = next_piece(wire, at, piece);
		uint8_t *in = malloc(size);

		memcpy(in, wire->data + at, size);
		drive_input(&d, in, size);
		free(in);
	}
	drive_deliver(&d);
	note(&o, &d, &b);
	gdbregs__session_free(d.s);
	gdbregs_buffer_fini(&b.storage);
	script_end(&stub);
	return o;
}

static void same(const struct outcome *a, const struct outcome *b, const struct script_bytes *wire)
{
	ck_assert_msg(a->fatal == b->fatal && strcmp(a->error, b->error) == 0, "%s or %s, of %.*s",
		      a->error, b->error, (int)wire->size, wire->data);
	ck_assert_msg(a->call.calls == b->call.calls && a->call.status == b->call.status &&
			      a->in_flight == b->in_flight && a->acked == b->acked &&
			      a->acks_owed == b->acks_owed && a->deadline_ms == b->deadline_ms,
		      "another state, of %.*s", (int)wire->size, wire->data);
	ck_assert_msg(memcmp(a->reads, b->reads, sizeof(a->reads)) == 0, "other values, of %.*s",
		      (int)wire->size, wire->data);
	ck_assert_msg(memcmp(a->out, b->out, sizeof(a->out)) == 0, "it said more, of %.*s",
		      (int)wire->size, wire->data);
}

static void check_alike(int kind, const struct script_bytes *wire)
{
	struct outcome whole = answer(kind, wire, WHOLE, false);
	struct outcome bytes = answer(kind, wire, 1, false);
	struct outcome pieces = answer(kind, wire, 37, false);
	struct outcome packets = answer(kind, wire, BY_PACKET, false);
	struct outcome traced = answer(kind, wire, WHOLE, true);

	same(&bytes, &whole, wire);
	same(&bytes, &pieces, wire);
	same(&bytes, &packets, wire);
	same(&bytes, &traced, wire);
}

/* Returns the replies of the stub, undamaged. */
static struct script_bytes record(int kind)
{
	struct drive_call call = {0};
	struct script_bytes wire = {0};
	struct script_stub stub;
	struct drive d;
	struct batch b;

	ask(&d, &stub, &b, kind, false, &call);
	script_put(&wire, stub.out.data + stub.taken, stub.out.size - stub.taken);
	d.held = false;
	drive_wait(&d, &call);
	drive_end(&d);
	gdbregs_buffer_fini(&b.storage);
	script_end(&stub);
	return wire;
}

LOOP_TEST(unharmed, KINDS)
{
	struct script_bytes wire = record(_i);
	struct outcome o = answer(_i, &wire, WHOLE, false);

	ck_assert_int_eq(o.fatal, 0);
	ck_assert_uint_eq(o.call.calls, 1);
	ck_assert_uint_eq(o.in_flight, 0);
	check_alike(_i, &wire);
	script_free(&wire);
}

LOOP_TEST(flipped, KINDS)
{
	struct script_bytes wire = record(_i);
	size_t step = script_slow() ? 67 : 1;

	for (size_t bit = 0; bit < 8 * wire.size; bit += step) {
		wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		check_alike(_i, &wire);
		wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	script_free(&wire);
}

/* A byte is missing, doubled or added. */
LOOP_TEST(lost_and_added, KINDS)
{
	static const char more[] = "+-$%#*0:O\r\3";
	struct script_bytes wire = record(_i), other = {0};
	size_t step = script_slow() ? 67 : 1;

	for (size_t at = 0; at < wire.size; at += step) {
		other.size = 0;
		script_put(&other, wire.data, at);
		script_put(&other, wire.data + at + 1, wire.size - at - 1);
		check_alike(_i, &other);
		for (size_t i = 0; i < sizeof(more); i++) {
			other.size = 0;
			script_put(&other, wire.data, at);
			script_put(&other,
				   i < sizeof(more) - 1 ? (const void *)&more[i]
							: (const void *)&wire.data[at],
				   1);
			script_put(&other, wire.data + at, wire.size - at);
			check_alike(_i, &other);
		}
	}
	script_free(&other);
	script_free(&wire);
}

/* Packets between the replies that are not replies, or are replies to nothing. */
LOOP_TEST(packets_between, KINDS)
{
	static const char *const packets[] = {
		"",	"OK",	"E14", "xxxxxxxx", "O41", "T05thread:p1.1;", "0102", "010203040",
		"01zz", "0xx0", "F1",  "ABCD",	   "W00",
	};
	struct script_bytes wire = record(_i), other = {0};
	size_t step = script_slow() ? 11 : 1, seen = 0;

	for (size_t at = 0; at < wire.size; at++) {
		if (wire.data[at] != '$' || seen++ % step)
			continue;
		for (size_t i = 0; i < 3 * COUNT(packets); i++) {
			const char *packet = packets[i / 3];
			size_t from = at + 4;

			other.size = 0;
			script_put(&other, wire.data, at);
			script_frame(&other, packet, strlen(packet));
			while (wire.data[from - 3] != '#')
				from++;
			if (i % 3 != 1) /* before that packet, not instead of it */
				from = at;
			if (i % 3 == 2 && _i == ACKED)
				script_puts(&other, "+");
			script_put(&other, wire.data + from, wire.size - from);
			check_alike(_i, &other);
		}
	}
	script_free(&other);
	script_free(&wire);
}
