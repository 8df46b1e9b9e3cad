/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets that carry registers and descriptions. */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

static struct fake_cluster *current(struct fake_conn *c)
{
	return fake_machine_cluster_of(c->machine, c->g_vcpu);
}

/* vAttach changes the current thread: a client that reads before it sends Hg may read another
 * thread than it wants. After a stop, the thread of the stop reply is current, on QEMU too. The
 * values show which thread was read. */
static void check_hg(struct fake_conn *c, const char *packet)
{
	if (c->hg_stale && c->machine->vcpus > 1)
		fake_violation(c, "%s without Hg after a vAttach", packet);
	c->hg_stale = false; /* reported once */
}

static void put_value(struct fake_conn *c, struct fake_buffer *out, const struct fake_reg *reg)
{
	struct fake_buffer value = {0};
	fake_guest_value(c->guest, c->cfg, c->g_vcpu, reg, &value);
	if (fake_set_find(&c->cfg->xx, reg->number))
		fake_put_fill(out, 'x', value.size * 2);
	else
		fake_put_hex(out, value.data, value.size);
	free(value.data);
}

void fake_values_p(struct fake_conn *c, const char *args)
{
	char *end;
	uint64_t number = strtoull(args, &end, 16);
	check_hg(c, "p");
	if (number > INT32_MAX) {
		fake_packets_crash(c, "register number above 0x7fffffff");
		return;
	}
	/* QEMU 7.2 has p only after a description was requested. */
	if (c->cfg->no_p || (c->cfg->qemu72 && (!c->xml_read || c->cfg->no_xfer))) {
		fake_wire_replyf(c, "%s", "");
		return;
	}
	const struct fake_reg *reg = fake_tdesc_reg(current(c), number);
	if (!*args || *end || !reg || fake_set_find(&c->cfg->unavailable, number)) {
		fake_wire_replyf(c, "E14");
		return;
	}
	struct fake_buffer b = {0};
	put_value(c, &b, reg);
	fake_wire_reply(c, &b, false);
	free(b.data);
}

/* Store the value of these hex digits, which must have the size of the register. Returns false if
 * not. */
static bool store(struct fake_conn *c, const struct fake_reg *reg, const char *hex, size_t hexlen)
{
	size_t size = fake_guest_size(c->cfg, reg);
	bool good = hexlen == size * 2;
	uint8_t *data = fake_alloc(NULL, size, 1);
	if (good && fake_unhex(data, size, hex) == size) {
		if (!fake_set_find(&c->cfg->readonly, reg->number))
			fake_guest_store(c->guest, c->g_vcpu, reg->number, data, size);
	} else {
		good = false;
	}
	free(data);
	return good;
}

void fake_values_P(struct fake_conn *c, const char *args)
{
	char *end;
	uint64_t number = strtoull(args, &end, 16);
	check_hg(c, "P");
	if (c->cfg->no_p || (c->cfg->qemu72 && (!c->xml_read || c->cfg->no_xfer))) {
		fake_wire_replyf(c, "%s", "");
		return;
	}
	if (*end != '=' || !end[1]) {
		fake_wire_replyf(c, "E22");
		return;
	}
	const struct fake_reg *reg = fake_tdesc_reg(current(c), number);
	if (number > INT32_MAX)
		fake_packets_crash(c, "register number above 0x7fffffff");
	else if (reg && !store(c, reg, end + 1, strlen(end + 1)))
		fake_violation(c, "P of another size than register %u has", reg->number);
	fake_wire_replyf(c, "OK"); /* QEMU also replies that for unknown registers */
}

/* ------------------------------------------------------------- g and G --- */

static bool in_g(const struct fake_conn *c, size_t index, const struct fake_reg *reg)
{
	if (fake_set_find(&c->cfg->g_skip, reg->number))
		return false;
	/* A register that QEMU cannot read takes no room in its g. */
	if (c->cfg->qemu && fake_set_find(&c->cfg->unavailable, reg->number))
		return false;
	if (c->cfg->g_registers)
		return index < c->cfg->g_registers;
	return c->cfg->g_all || reg->feature == 0;
}

static void put_g(struct fake_conn *c, struct fake_buffer *b)
{
	const struct fake_cluster *k = current(c);
	for (size_t i = 0; i < k->reg_count; i++) {
		const struct fake_reg *reg = &k->regs[i];
		size_t start = b->size;
		if (!in_g(c, i, reg))
			continue;
		if (fake_set_find(&c->cfg->unavailable, reg->number))
			fake_put_fill(b, 'x', 2 * fake_guest_size(c->cfg, reg));
		else
			put_value(c, b, reg);
		if (fake_set_find(&c->cfg->g_wrong, reg->number) && b->size > start)
			b->data[start] = b->data[start] == '0' ? '1' : '0';
	}
}

static void change_length(struct fake_conn *c, struct fake_buffer *b)
{
	long hexlen = 2 * c->cfg->g_length_bytes;
	if (!c->cfg->g_length_change || ++c->g_count < c->cfg->g_length_change)
		return;
	if (hexlen >= 0)
		fake_put_fill(b, '0', (size_t)hexlen);
	else
		b->size -= b->size < (size_t)-hexlen ? b->size : (size_t)-hexlen;
}

void fake_values_g(struct fake_conn *c, const char *args)
{
	struct fake_buffer b = {0};
	(void)args;
	check_hg(c, "g");
	if (c->cfg->no_g) {
		fake_wire_replyf(c, "%s", "");
		return;
	}
	if (c->cfg->need_question && !c->asked) {
		fake_wire_replyf(c, "E01");
		return;
	}
	/* QEMU 7.2: g has another layout, and on ppc64 QEMU ends. */
	if (c->cfg->qemu72 && !c->xml_read && !c->cfg->no_xfer)
		fake_violation(c, "g before target.xml");
	put_g(c, &b);
	change_length(c, &b);
	fake_wire_reply(c, &b, false);
	free(b.data);
}

void fake_values_G(struct fake_conn *c, const char *args)
{
	const struct fake_cluster *k = current(c);
	size_t size = 0, left = strlen(args);
	check_hg(c, "G");
	for (size_t i = 0; i < k->reg_count; i++)
		if (in_g(c, i, &k->regs[i]))
			size += 2 * fake_guest_size(c->cfg, &k->regs[i]);
	if (size != left) {
		fake_violation(c, "G of %zu digits, not %zu", left, size);
		fake_wire_replyf(c, "E22");
		return;
	}
	for (size_t i = 0; i < k->reg_count; i++) {
		if (!in_g(c, i, &k->regs[i]))
			continue;
		size_t hexlen = 2 * fake_guest_size(c->cfg, &k->regs[i]);
		store(c, &k->regs[i], args, hexlen);
		args += hexlen;
	}
	fake_wire_replyf(c, "OK");
}

/* --------------------------------------------------------------- qXfer --- */

static size_t chunk_size(struct fake_conn *c, size_t wanted)
{
	size_t most = wanted < c->cfg->xfer_bytes ? wanted : c->cfg->xfer_bytes;
	if (fake_fault_hits(c, FAULT_XFER_HALVE)) {
		if (c->xfer_last && c->xfer_last / 2 < most)
			most = c->xfer_last / 2;
		most += most == 0;
		c->xfer_last = most;
	}
	return most;
}

static void send_chunk(struct fake_conn *c, const struct fake_buffer *text, uint64_t at,
		       size_t wanted)
{
	size_t size = text->size;
	if (fake_fault_hits(c, FAULT_XFER_SHRINK) && size > 10)
		size = 10;
	bool endless = fake_fault_hits(c, FAULT_XFER_ENDLESS);
	if (endless && size)
		at %= size;
	if (at > size) {
		fake_wire_replyf(c, "E00");
		return;
	}
	size_t part = chunk_size(c, wanted);
	bool more = endless || part < size - at;
	if (part > size - at)
		part = size - at;
	if (fake_fault_hits(c, FAULT_XFER_EMPTY)) {
		more = true;
		part = 0;
	}
	struct fake_buffer b = {0};
	fake_puts(&b, more ? "m" : "l");
	fake_put(&b, text->data + at, part);
	fake_wire_reply(c, &b, true);
	free(b.data);
}

static void send_without_registers(struct fake_conn *c, uint64_t at, size_t wanted)
{
	struct fake_buffer text = {0};
	fake_printf(&text,
		    "<?xml version=\"1.0\"?><target><architecture>%s</architecture></target>",
		    current(c)->arch);
	send_chunk(c, &text, at, wanted);
	free(text.data);
}

/* features:read:ANNEX:OFFSET,LENGTH */
void fake_values_xfer(struct fake_conn *c, const char *args)
{
	static const char object[] = "features:read:";
	const char *annex = args + strlen(object);
	const char *colon = strrchr(args, ':');
	if (c->cfg->no_xfer || strncmp(args, object, strlen(object)) || colon < annex) {
		fake_wire_replyf(c, "%s", "");
		return;
	}
	/* gdbserver 13.1 ends with an assertion. */
	if (c->cfg->need_question && !c->asked) {
		fake_packets_crash(c, "qXfer before ? and Hg");
		return;
	}
	c->xml_read = true;
	char *comma;
	uint64_t at = strtoull(colon + 1, &comma, 16);
	size_t wanted = *comma == ',' ? strtoull(comma + 1, NULL, 16) : 0;
	const struct fake_document *d = fake_tdesc_find(current(c), annex, (size_t)(colon - annex));
	if (!d)
		fake_wire_replyf(c, c->cfg->qemu ? "E00" : "E01");
	else if (c->cfg->need_xml_registers && !c->xml_registers && !strcmp(d->name, "target.xml"))
		send_without_registers(c, at, wanted);
	else
		send_chunk(c, &d->text, at, wanted);
}
