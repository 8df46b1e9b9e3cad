/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/sampler.h"

#include "target/name.h"

#include <stdlib.h>

#define NOWHERE SIZE_MAX

/* ------------------------------------------------------------ making --- */

static size_t find(const struct sampler *sampler, const struct gdbregs_register *reg)
{
	size_t i = 0;
	while (i < sampler->total && sampler->now[i].reg != reg)
		i++;
	return i < sampler->total ? i : NOWHERE;
}

static size_t add(struct sampler *sampler, const struct gdbregs_register *reg)
{
	sampler->now[sampler->total] = sampler->before[sampler->total] = (struct gdbregs_read){
		.vcpu = sampler->vcpu->index, .reg = reg, .status = GDBREGS_ERR_UNAVAILABLE};
	return sampler->total++;
}

size_t sampler_include(struct sampler *sampler, const struct gdbregs_register *reg)
{
	if (!reg)
		return NOWHERE;
	size_t place = find(sampler, reg);
	return place != NOWHERE ? place : add(sampler, reg);
}

/* In real mode of x86, the program counter is an offset, and breakpoints have linear
 * addresses. */
static void include_place(struct sampler *sampler, const struct gdbregs_description *d)
{
	const struct gdbregs_register *cs = name_find(d, "cs"), *cr0 = name_find(d, "cr0");
	const struct gdbregs_register *pc = NULL;
	if (gdbregs_description_find_role(d, GDBREGS_ROLE_PC, &pc) == 0)
		sampler->pc = sampler_include(sampler, pc);
	if (!cs || !cr0)
		return;
	sampler->cs = sampler_include(sampler, cs);
	sampler->cr0 = sampler_include(sampler, cr0);
}

static int init(struct sampler *sampler, const struct snapshot *s, const struct vcpu *vcpu,
		bool located, size_t more)
{
	const struct selected *selected = snapshot_selected(s, vcpu);
	*sampler = (struct sampler){.target = s->target,
				    .snapshot = s,
				    .vcpu = vcpu,
				    .pc = NOWHERE,
				    .cs = NOWHERE,
				    .cr0 = NOWHERE};
	vcpu_state_init(&sampler->state, vcpu);
	size_t room = selected->register_count + more + SAMPLER_MOST_EXTRA;
	sampler->now = calloc(room, sizeof(*sampler->now));
	sampler->before = calloc(room, sizeof(*sampler->before));
	if (!sampler->now || !sampler->before)
		return GDBREGS_ERR_NOMEM;
	for (size_t i = 0; i < selected->register_count; i++)
		add(sampler, selected->registers[i]);
	sampler->items = selected->item;
	sampler->count = selected->count;
	if (located)
		include_place(sampler, selected->description);
	return 0;
}

static void fini(struct sampler *sampler)
{
	free(sampler->now);
	free(sampler->before);
	gdbregs_buffer_fini(&sampler->now_bytes);
	gdbregs_buffer_fini(&sampler->before_bytes);
}

int samplers_make(struct sampler **samplers, size_t *count, const struct snapshot *s, bool located,
		  size_t more)
{
	int error = 0;
	*samplers = calloc(s->vcpu_count + 1, sizeof(**samplers));
	if (!*samplers)
		return GDBREGS_ERR_NOMEM;
	for (; *count < s->vcpu_count && error == 0; ++*count)
		error = init(&(*samplers)[*count], s, &s->vcpus[*count], located, more);
	return error;
}

void samplers_fini(struct sampler *samplers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fini(&samplers[i]);
	free(samplers);
}

/* ----------------------------------------------------------- reading --- */

static void swap(struct sampler *sampler)
{
	struct gdbregs_read *reads = sampler->now;
	struct gdbregs_buffer bytes = sampler->now_bytes;
	sampler->now = sampler->before;
	sampler->now_bytes = sampler->before_bytes;
	sampler->before = reads;
	sampler->before_bytes = bytes;
	enum gdbregs_byte_order order = sampler->now_order;
	sampler->now_order = sampler->before_order;
	sampler->before_order = order;
}

void sampler_unread(struct sampler *sampler)
{
	swap(sampler);
	sampler->readings--;
}

static void on_read(struct gdbregs_session *s, int status, const struct gdbregs_error *error,
		    void *arg)
{
	struct sampler *sampler = arg;
	sampler->now_order = gdbregs_vcpu_byte_order(s, sampler->vcpu->index);
	sampler->cb(s, status, error, sampler->arg);
}

int sampler_read(struct sampler *sampler, struct gdbregs_session *s, gdbregs_uv_cb cb, void *arg)
{
	swap(sampler);
	sampler->readings++;
	sampler->cb = cb;
	sampler->arg = arg;
	return gdbregs_uv_read_registers(s, sampler->now, sampler->total, &sampler->now_bytes,
					 on_read, sampler, NULL);
}

struct value sampler_value_at(const struct sampler *sampler, size_t place,
			      const struct chosen *chosen)
{
	return value_make(sampler->target, sampler->vcpu, sampler->now_order, chosen,
			  &sampler->now[place]);
}

struct value sampler_value(const struct sampler *sampler, size_t index)
{
	const struct chosen *item = &sampler->items[index];
	return sampler_value_at(sampler, item->place, item);
}

struct value sampler_old_value(const struct sampler *sampler, size_t index)
{
	const struct chosen *item = &sampler->items[index];
	return value_make(sampler->target, sampler->vcpu, sampler->before_order, item,
			  &sampler->before[item->place]);
}

bool sampler_changed(const struct sampler *sampler, size_t index)
{
	if (sampler->readings <= 1)
		return true;
	struct value now = sampler_value(sampler, index), old = sampler_old_value(sampler, index);
	return value_differs(&now, &old);
}

/* ------------------------------------------------------------- place --- */

/* A register of at most 64 bits as a number. */
static bool number_at(const struct sampler *sampler, size_t place, uint64_t *number)
{
	const struct gdbregs_read *read = place != NOWHERE ? &sampler->now[place] : NULL;
	struct gdbregs_field field;
	return read && read->status > 0 && gdbregs_register_field(read->reg, &field) == 0 &&
	       gdbregs_field_u64(&field, sampler->now_order, read->data, (size_t)read->status,
				 number) == 0;
}

bool sampler_is_located(const struct sampler *sampler)
{
	return sampler->pc != NOWHERE && sampler->vcpu->order != GDBREGS_BYTE_ORDER_UNKNOWN;
}

bool sampler_real_mode(const struct sampler *sampler, uint64_t *cs)
{
	uint64_t cr0;
	return number_at(sampler, sampler->cs, cs) && number_at(sampler, sampler->cr0, &cr0) &&
	       (cr0 & 1) == 0;
}

bool sampler_is_at(const struct sampler *sampler, uint64_t address)
{
	uint64_t pc, cs;
	if (!number_at(sampler, sampler->pc, &pc))
		return false;
	return pc == address || (sampler_real_mode(sampler, &cs) && pc + (cs << 4) == address);
}

void sampler_write_place(const struct sampler *sampler, struct text *text)
{
	if (sampler->pc == NOWHERE)
		return;
	struct value v = sampler_value_at(sampler, sampler->pc, NULL);
	if (value_is_number(&v))
		text_add_number(text, v.order, v.bytes, v.size_bytes, false);
}
