/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The caller: requests of all kinds, in any number. Each accepted request calls back exactly once,
 * a refused one never. Values that are read are those of the stub, unless its bytes were changed on
 * the way. */
#include "session_fuzz.h"

#include "session/requests.h"

void caller_begin(struct caller *c, struct partner *p)
{
	*c = (struct caller){.p = p, .s = p->s};
	for (size_t i = 0; i < SLOTS; i++)
		c->slots[i] = (struct slot){.caller = c};
}

static void clear(struct slot *slot)
{
	free(slot->reads);
	gdbregs_buffer_fini(&slot->buffer);
	*slot = (struct slot){.caller = slot->caller};
}

void caller_end(struct caller *c)
{
	for (size_t i = 0; i < SLOTS; i++)
		clear(&c->slots[i]);
}

unsigned caller_busy(const struct caller *c)
{
	unsigned busy = 0;

	for (size_t i = 0; i < SLOTS; i++)
		busy += c->slots[i].busy;
	return busy;
}

/* ------------------------------------------------------------------- call-backs --- */

/* Damaged bytes may be lost or refused, but not accepted as other bytes. */
static void require_value(const struct slot *slot, unsigned vcpu,
			  const struct gdbregs_register *reg, const uint8_t *data, int size)
{
	struct caller *c = slot->caller;
	uint8_t expected[512];

	if (c->p->trust == TRUST_NONE)
		return;
	REQUIRE(vcpu < inside_vcpu_count(c->s) && (size_t)size <= sizeof(expected));
	REQUIRE((unsigned)size == (reg->bits + 7) / 8);
	script_value(inside_tid(c->s, vcpu), reg->regnum, expected, (size_t)size);
	REQUIRE(memcmp(data, expected, (size_t)size) == 0);
}

static void require_reads(const struct slot *slot)
{
	const struct gdbregs_buffer *storage = &slot->buffer;

	for (size_t i = 0; i < slot->count; i++) {
		const struct gdbregs_read *read = &slot->reads[i];

		REQUIRE(read->status != -99 && read->status != 0);
		REQUIRE((read->status > 0) == (read->data != NULL));
		if (read->status < 0)
			continue;
		REQUIRE(read->data >= storage->data &&
			read->data + read->status <= storage->data + storage->size);
		require_value(slot, read->vcpu, read->reg, read->data, read->status);
	}
}

static void on_done(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		    void *arg)
{
	struct slot *slot = arg;

	(void)s;
	REQUIRE(slot->busy);
	REQUIRE(status >= 0 ? !error : error->code == status && error->text[0]);
	REQUIRE(status >= 0 || strcmp(gdbregs_strerror(status), "unknown error") != 0);
	if (slot->canceled)
		REQUIRE(status < 0);
	else if (status >= 0 && slot->reads)
		require_reads(slot);
	else if (status > 0 && slot->one) {
		REQUIRE((size_t)status == slot->buffer.size);
		require_value(slot, slot->vcpu, slot->reg, slot->buffer.data, status);
	}
	clear(slot);
}

static void on_connected(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
			 void *arg)
{
	struct caller *c = arg;

	(void)s, (void)error;
	REQUIRE(!c->connected);
	c->connected = true;
	c->connect_status = status;
}

static void on_closed(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		      void *arg)
{
	struct caller *c = arg;

	(void)s, (void)error;
	(void)status;
	REQUIRE(c->closing && !c->closed);
	c->closed = true;
}

static void on_change(void *arg, unsigned vcpu, const struct gdbregs_register *h,
		      const void *old_bytes, const void *new_bytes, size_t size)
{
	struct caller *c = arg;

	REQUIRE(h && size && (old_bytes || new_bytes));
	c->watch_calls++;
	if (c->watch_calls % 5 == 0)
		(void)!gdbregs_unwatch(c->s, vcpu, h, on_change, c);
}

bool caller_deliver(struct caller *c)
{
	return inside_deliver(c->s);
}

/* --------------------------------------------------------------------- requests --- */

static struct slot *free_slot(struct caller *c)
{
	for (size_t i = 0; i < SLOTS; i++)
		if (!c->slots[i].busy)
			return &c->slots[i];
	return NULL;
}

/* Returns a vCPU, which sometimes does not exist. */
static unsigned pick_vcpu(struct caller *c, unsigned choice)
{
	unsigned count = (unsigned)inside_vcpu_count(c->s);

	return choice == 255 || !count ? choice : choice % count;
}

/* Returns a register of that vCPU, or of a vCPU of another type. */
static const struct gdbregs_register *pick_register(struct caller *c, unsigned vcpu,
						    unsigned choice)
{
	unsigned of = choice % 16 == 15 ? vcpu + 1 : vcpu;
	unsigned count = (unsigned)inside_vcpu_count(c->s);

	if (!count)
		return NULL;
	const struct gdbregs_description *d = inside_description(c->s, of % count);
	return d && d->register_count ? &d->registers[choice % d->register_count] : NULL;
}

static int ask_read_one(struct slot *slot, struct fuzz_input *in)
{
	struct caller *c = slot->caller;

	slot->one = true;
	slot->vcpu = pick_vcpu(c, fuzz_byte(in));
	slot->reg = pick_register(c, slot->vcpu, fuzz_byte(in));
	return gdbregs__read_one(c->s, slot->vcpu, slot->reg, &slot->buffer, on_done, slot,
				 &slot->op);
}

/* Read many registers: those of one vCPU in order, as a dump does, or a mixture. */
static int ask_read_many(struct slot *slot, struct fuzz_input *in)
{
	struct caller *c = slot->caller;
	unsigned how = fuzz_byte(in), vcpu = pick_vcpu(c, how / 2);

	slot->count = how == 254 ? 0 : 1 + fuzz_byte(in) % READS;
	slot->reads = calloc(slot->count ? slot->count : 1, sizeof(*slot->reads));
	for (size_t i = 0; i < slot->count; i++) {
		if (how % 2)
			vcpu = pick_vcpu(c, fuzz_byte(in));
		unsigned choice = how % 2 ? fuzz_byte(in) : (unsigned)i % 15;
		slot->reads[i] =
			(struct gdbregs_read){vcpu, pick_register(c, vcpu, choice), -99, NULL};
	}
	return gdbregs__read_many(c->s, slot->reads, slot->count, &slot->buffer, on_done, slot,
				  &slot->op);
}

static int ask_packet(struct slot *slot, struct fuzz_input *in)
{
	size_t size = fuzz_byte(in) % 64;
	uint8_t *rest = fuzz_take(in, &size);
	char payload[80] = "qFuzz";

	/* The payload has only letters, so that the partner can parse it easily. */
	for (size_t i = 0; i < size; i++)
		payload[5 + i] = (char)('a' + rest[i] % 26);
	free(rest);
	return gdbregs__raw_packet(slot->caller->s, payload, 5 + size, &slot->buffer, on_done, slot,
				   &slot->op);
}

static int ask_write(struct slot *slot, struct fuzz_input *in)
{
	struct caller *c = slot->caller;
	unsigned vcpu = pick_vcpu(c, fuzz_byte(in)), choice = fuzz_byte(in);
	const struct gdbregs_register *reg = pick_register(c, vcpu, choice);
	size_t size = choice % 7 ? (reg ? (reg->bits + 7) / 8 : 1) : choice;
	uint8_t *bytes = calloc(1, size + 1);
	int result =
		gdbregs__write_register(c->s, vcpu, reg, bytes, size, on_done, slot, &slot->op);

	free(bytes);
	return result;
}

static int ask_step(struct slot *slot, struct fuzz_input *in)
{
	return gdbregs__step(slot->caller->s, pick_vcpu(slot->caller, fuzz_byte(in)), &slot->stop,
			     on_done, slot, &slot->op);
}

static int ask_continue(struct slot *slot, struct fuzz_input *in)
{
	if (fuzz_byte(in) % 2)
		return gdbregs__continue(slot->caller->s, &slot->stop, on_done, slot, &slot->op);
	int result = gdbregs__continue(slot->caller->s, NULL, NULL, NULL, NULL);
	return result < 0 ? result : 1;
}

static int ask_wait(struct slot *slot, struct fuzz_input *in)
{
	int timeout_ms = (int)fuzz_byte(in) * 10 - 100;

	return gdbregs__stop_wait(slot->caller->s, timeout_ms, &slot->stop, on_done, slot,
				  &slot->op);
}

/* Returns one of a few addresses, or the program counter of a vCPU of MACHINE_WITH_PC. */
static uint64_t pick_address(unsigned choice)
{
	uint8_t pc[8];
	uint64_t address = 0;

	if (choice < 128)
		return choice % 4 * 0x1000;
	script_value(1 + choice % 2, 2, pc, sizeof(pc));
	for (size_t i = sizeof(pc); i > 0; i--)
		address = address << 8 | pc[i - 1];
	return address;
}

static int ask_point(struct slot *slot, struct fuzz_input *in)
{
	struct gdbregs_session *s = slot->caller->s;
	unsigned how = fuzz_byte(in);
	enum gdbregs_point type = (enum gdbregs_point)(how / 2 % 5);
	uint64_t address = pick_address(fuzz_byte(in));

	return how % 2 ? gdbregs__points_insert(s, type, address, how / 64, on_done, slot,
						&slot->op)
		       : gdbregs__points_remove(s, type, address, how / 64, on_done, slot,
						&slot->op);
}

/* The next two calls make no op. */
static int ask_interrupt(struct slot *slot, struct fuzz_input *in)
{
	(void)in;
	int result = gdbregs__session_begin(slot->caller->s, GDBREGS__MAY_RUN);

	if (result == 0)
		result = gdbregs__run_interrupt(slot->caller->s);
	return result < 0 ? result : 1;
}

static int ask_watch(struct slot *slot, struct fuzz_input *in)
{
	struct caller *c = slot->caller;
	unsigned vcpu = pick_vcpu(c, fuzz_byte(in)), choice = fuzz_byte(in);
	const struct gdbregs_register *reg = pick_register(c, vcpu, choice);
	int result = choice % 3 ? gdbregs_watch(c->s, vcpu, reg, on_change, c)
				: gdbregs_unwatch(c->s, vcpu, reg, on_change, c);

	return result < 0 ? result : 1;
}

typedef int (*ask)(struct slot *slot, struct fuzz_input *in);

static const ask asks[] = {
	ask_read_one, ask_read_many, ask_read_many, ask_packet, ask_write,     ask_step,
	ask_continue, ask_wait,	     ask_point,	    ask_watch,	ask_interrupt, ask_read_one,
};

void caller_ask(struct caller *c, struct fuzz_input *in)
{
	struct slot *slot = free_slot(c);
	unsigned kind = fuzz_byte(in) % (sizeof(asks) / sizeof(*asks));

	/* The session itself refuses calls while it connects or closes. */
	if (!slot)
		return;
	slot->busy = true;
	int result = asks[kind](slot, in);
	REQUIRE(result <= 1);
	if (result != 0)
		clear(slot);
}

void caller_cancel(struct caller *c, unsigned slot)
{
	struct slot *s = &c->slots[slot % SLOTS];

	if (!s->busy || !s->op || s->op->completed)
		return;
	s->canceled = true;
	inside_cancel(c->s, s->op);
}

void caller_close(struct caller *c)
{
	if (c->closing)
		return;
	c->closing = true;
	if (inside_of(c->s).fatal) {
		c->p->trust = TRUST_NONE;
		c->p->detaching = true;
	}
	REQUIRE(gdbregs__session_stop(c->s, c->p->now_ms, on_closed, c) == 0);
}

void caller_connect(struct caller *c)
{
	REQUIRE(gdbregs__session_start(c->s, c->p->now_ms, on_connected, c) == 0);
}
