/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guest: values that a test can predict, and what changes them.
 *
 *	byte b of register r on vCPU v = (v*31 + r*7 + b*13 + generation) & 0xff
 *
 * r is the register's number, v counts the vCPUs of all clusters, and the generation
 * increases with each step and each run. A register that was written keeps its value.
 * The register that --pc names is 0x1000 + 4*generation, little-endian. */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

#define PC_BASE 0x1000u

struct fake_guest *fake_guest_new(const struct fake_config *cfg)
{
	struct fake_guest *g = fake_alloc(NULL, 1, sizeof(*g));
	memset(g, 0, sizeof(*g));
	g->running = cfg->running;
	g->status = cfg->status;
	return g;
}

void fake_guest_free(struct fake_guest *g)
{
	for (size_t i = 0; i < g->write_count; i++)
		free(g->writes[i].data);
	free(g->writes);
	free(g->breakpoints);
	free(g);
}

/* Returns the size of a reply to `p`. */
size_t fake_guest_size(const struct fake_config *cfg, const struct fake_reg *reg)
{
	const struct fake_pair *size = fake_set_find(&cfg->sizes, reg->number);
	return size ? size->value : (reg->bits + 7) / 8;
}

static struct fake_write *find_write(const struct fake_guest *g, unsigned vcpu, uint32_t number)
{
	for (size_t i = 0; i < g->write_count; i++)
		if (g->writes[i].vcpu == vcpu && g->writes[i].number == number)
			return &g->writes[i];
	return NULL;
}

static void put_pc(const struct fake_guest *g, size_t size, struct fake_buffer *out)
{
	uint64_t pc = PC_BASE + 4ull * g->generation;
	for (size_t b = 0; b < size; b++) {
		uint8_t byte = b < 8 ? (uint8_t)(pc >> (8 * b)) : 0;
		fake_put(out, &byte, 1);
	}
}

void fake_guest_value(const struct fake_guest *g, const struct fake_config *cfg, unsigned vcpu,
		      const struct fake_reg *reg, struct fake_buffer *out)
{
	size_t size = fake_guest_size(cfg, reg);
	const struct fake_write *w = find_write(g, vcpu, reg->number);
	if (w) {
		fake_put(out, w->data, w->size);
		return;
	}
	if (cfg->has_pc && reg->number == cfg->pc) {
		put_pc(g, size, out);
		return;
	}
	bool still = cfg->changing.count && !fake_set_find(&cfg->changing, reg->number);
	unsigned first = vcpu * 31 + reg->number * 7 + (still ? 0 : g->generation);
	fake_put_fill(out, 0, size);
	for (size_t b = 0; b < size; b++)
		out->data[out->size - size + b] = (uint8_t)(first + b * 13);
}

void fake_guest_store(struct fake_guest *g, unsigned vcpu, uint32_t number, const uint8_t *data,
		      size_t size)
{
	struct fake_write *w = find_write(g, vcpu, number);
	if (!w) {
		g->writes = fake_alloc(g->writes, g->write_count + 1, sizeof(*g->writes));
		w = &g->writes[g->write_count++];
		*w = (struct fake_write){.vcpu = vcpu, .number = number};
	}
	w->data = fake_alloc(w->data, size, 1);
	w->size = size;
	memcpy(w->data, data, size);
}

void fake_guest_break(struct fake_guest *g, uint64_t address, bool insert)
{
	size_t i = 0;
	while (i < g->breakpoint_count && g->breakpoints[i] != address)
		i++;
	if (insert && i == g->breakpoint_count) {
		g->breakpoints = fake_alloc(g->breakpoints, i + 1, sizeof(*g->breakpoints));
		g->breakpoints[g->breakpoint_count++] = address;
	} else if (!insert && i < g->breakpoint_count) {
		g->breakpoints[i] = g->breakpoints[--g->breakpoint_count];
	}
}

bool fake_guest_next_break(const struct fake_guest *g, unsigned *generation)
{
	uint64_t pc = PC_BASE + 4ull * g->generation;
	uint64_t best = UINT64_MAX;
	for (size_t i = 0; i < g->breakpoint_count; i++) {
		uint64_t at = g->breakpoints[i];
		if (at >= pc && (at - PC_BASE) % 4 == 0 && at < best)
			best = at;
	}
	if (best == UINT64_MAX)
		return false;
	*generation = (unsigned)((best - PC_BASE) / 4);
	return true;
}
