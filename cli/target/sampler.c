/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/sampler.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

/* Its place among those read; added where it is not there. */
size_t sampler_include(struct sampler *sampler, const struct gdbregs_register *reg)
{
	if (!reg)
		return NOWHERE;
	size_t place = find(sampler, reg);
	return place != NOWHERE ? place : add(sampler, reg);
}

static const struct gdbregs_register *look_up(const struct gdbregs_reg_descriptor *all,
					      size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(all[i].name, name) == 0)
			return all[i].handle;
	}
	return NULL;
}

/* x86 in real mode: the program counter is an offset, what a breakpoint has is a
 * linear address. */
static void include_place(struct sampler *sampler, const struct gdbregs_description *d,
			  const struct gdbregs_reg_descriptor *all, size_t count)
{
	const struct gdbregs_register *cs = look_up(all, count, "cs");
	const struct gdbregs_register *cr0 = look_up(all, count, "cr0");
	const struct gdbregs_register *pc = NULL;
	if (gdbregs_description_find_role(d, GDBREGS_ROLE_PC, &pc) == 0)
		sampler->pc = sampler_include(sampler, pc);
	if (!cs || !cr0)
		return;
	sampler->cs = sampler_include(sampler, cs);
	sampler->cr0 = sampler_include(sampler, cr0);
}

const struct gdbregs_register *sampler_find(const struct sampler *sampler, const char *name)
{
	return select_find(snapshot_selected(sampler->snapshot, sampler->vcpu)->description, name);
}

int sampler_init(struct sampler *sampler, const struct snapshot *s, const struct vcpu *vcpu,
		 bool located, size_t more)
{
	const struct selected *selected = snapshot_selected(s, vcpu);
	struct gdbregs_reg_descriptor *all = NULL;
	size_t count = 0;
	*sampler = (struct sampler){.target = s->target,
				    .snapshot = s,
				    .vcpu = vcpu,
				    .pc = NOWHERE,
				    .cs = NOWHERE,
				    .cr0 = NOWHERE};
	sampler->now = calloc(selected->count + more + SAMPLER_MOST_EXTRA, sizeof(*sampler->now));
	sampler->before =
		calloc(selected->count + more + SAMPLER_MOST_EXTRA, sizeof(*sampler->before));
	int error = gdbregs_description_registers(selected->description, &all, &count);
	if (!sampler->now || !sampler->before || error < 0) {
		gdbregs_free(all);
		return GDBREGS_ERR_NOMEM;
	}
	for (size_t i = 0; i < selected->count; i++)
		add(sampler, selected->registers[i]);
	sampler->count = sampler->total;
	if (located)
		include_place(sampler, selected->description, all, count);
	gdbregs_free(all);
	return 0;
}

void sampler_fini(struct sampler *sampler)
{
	free(sampler->now);
	free(sampler->before);
	gdbregs_buffer_fini(&sampler->now_bytes);
	gdbregs_buffer_fini(&sampler->before_bytes);
	*sampler = (struct sampler){.vcpu = NULL};
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
}

void sampler_unread(struct sampler *sampler)
{
	swap(sampler);
	sampler->readings--;
}

int sampler_read(struct sampler *sampler, struct gdbregs_session *s, gdbregs_uv_cb cb, void *arg)
{
	swap(sampler);
	sampler->readings++;
	return gdbregs_uv_read_registers(s, sampler->now, sampler->total, &sampler->now_bytes, cb,
					 arg, NULL);
}

static struct value value_of(const struct sampler *sampler, const struct gdbregs_read *read,
			     size_t index)
{
	return (struct value){
		.target = sampler->target,
		.vcpu = sampler->vcpu,
		.reg = read->reg,
		.alias = snapshot_alias(sampler->snapshot, sampler->vcpu, index),
		.bytes = read->data,
		.size_bytes = read->status > 0 ? (size_t)read->status : 0,
		.status = read->status,
	};
}

struct value sampler_value(const struct sampler *sampler, size_t index)
{
	return value_of(sampler, &sampler->now[index], index);
}

struct value sampler_old_value(const struct sampler *sampler, size_t index)
{
	return value_of(sampler, &sampler->before[index], index);
}

bool sampler_changed(const struct sampler *sampler, size_t index)
{
	const struct gdbregs_read *now = &sampler->now[index], *before = &sampler->before[index];
	if (sampler->readings <= 1 || now->status != before->status)
		return true;
	return now->status > 0 && memcmp(now->data, before->data, (size_t)now->status) != 0;
}

/* ------------------------------------------------------------- place --- */

/* A register of at most 64 bits as a number. */
static bool number_at(const struct sampler *sampler, size_t place, uint64_t *number)
{
	const struct gdbregs_read *read = place != NOWHERE ? &sampler->now[place] : NULL;
	bool big = sampler->vcpu->order == GDBREGS_BYTE_ORDER_BIG;
	if (!read || read->status <= 0 || read->status > 8 ||
	    sampler->vcpu->order == GDBREGS_BYTE_ORDER_UNKNOWN)
		return false;
	*number = 0;
	for (int i = 0; i < read->status; i++)
		*number = *number << 8 | read->data[big ? i : read->status - 1 - i];
	return true;
}

bool sampler_is_located(const struct sampler *sampler)
{
	return sampler->pc != NOWHERE && sampler->vcpu->order != GDBREGS_BYTE_ORDER_UNKNOWN;
}

bool sampler_is_at(const struct sampler *sampler, uint64_t address)
{
	uint64_t pc, cs, cr0;
	if (!number_at(sampler, sampler->pc, &pc))
		return false;
	if (pc == address)
		return true;
	bool real = number_at(sampler, sampler->cs, &cs) &&
		    number_at(sampler, sampler->cr0, &cr0) && (cr0 & 1) == 0;
	return real && pc + (cs << 4) == address;
}

void sampler_write_place(const struct sampler *sampler, struct text *text)
{
	if (sampler->pc == NOWHERE)
		return;
	struct value v = sampler_value(sampler, sampler->pc);
	if (value_is_number(&v))
		text_add_number(text, v.vcpu->order, v.bytes, v.size_bytes, false);
}
