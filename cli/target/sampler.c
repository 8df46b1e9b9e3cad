/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/sampler.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NOWHERE SIZE_MAX

/* ------------------------------------------------------------ making --- */

static size_t find(const struct lane *lane, const struct gdbregs_register *reg)
{
	size_t i = 0;
	while (i < lane->total && lane->now[i].reg != reg)
		i++;
	return i < lane->total ? i : NOWHERE;
}

/* Its place among those read; added where it is not there. */
static size_t include(struct lane *lane, const struct gdbregs_register *reg)
{
	if (!reg)
		return NOWHERE;
	size_t place = find(lane, reg);
	if (place != NOWHERE)
		return place;
	lane->now[lane->total] = lane->before[lane->total] = (struct gdbregs_read){
		.vcpu = lane->vcpu->index, .reg = reg, .status = GDBREGS_ERR_UNAVAILABLE};
	return lane->total++;
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

/* GDB's names for it; else the one register of type code_ptr. */
static const struct gdbregs_register *find_pc(const struct gdbregs_reg_descriptor *all,
					      size_t count)
{
	static const char *const names[] = {"rip", "eip", "pc", "pswa"};
	const struct gdbregs_register *found = NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !found; i++)
		found = look_up(all, count, names[i]);
	if (found)
		return found;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(gdbregs_register_type(all[i].handle), "code_ptr") != 0)
			continue;
		if (found)
			return NULL;
		found = all[i].handle;
	}
	return found;
}

/* x86 in real mode: the program counter is an offset, what a breakpoint has is a
 * linear address. */
static void include_place(struct lane *lane, const struct gdbregs_reg_descriptor *all, size_t count)
{
	const struct gdbregs_register *cs = look_up(all, count, "cs");
	const struct gdbregs_register *cr0 = look_up(all, count, "cr0");
	lane->pc = include(lane, find_pc(all, count));
	if (!cs || !cr0)
		return;
	lane->cs = include(lane, cs);
	lane->cr0 = include(lane, cr0);
}

int lane_init(struct lane *lane, const struct snapshot *s, const struct vcpu *vcpu, bool located)
{
	const struct selected *selected = snapshot_selected(s, vcpu);
	struct gdbregs_reg_descriptor *all = NULL;
	size_t count = 0;
	*lane = (struct lane){
		.target = s->target, .vcpu = vcpu, .pc = NOWHERE, .cs = NOWHERE, .cr0 = NOWHERE};
	lane->now = calloc(selected->count + LANE_MOST_EXTRA, sizeof(*lane->now));
	lane->before = calloc(selected->count + LANE_MOST_EXTRA, sizeof(*lane->before));
	int error = gdbregs_description_registers(selected->description, &all, &count);
	if (!lane->now || !lane->before || error < 0) {
		gdbregs_free(all);
		return GDBREGS_ERR_NOMEM;
	}
	for (size_t i = 0; i < selected->count; i++)
		include(lane, selected->registers[i]);
	lane->count = lane->total;
	if (located)
		include_place(lane, all, count);
	gdbregs_free(all);
	return 0;
}

void lane_fini(struct lane *lane)
{
	free(lane->now);
	free(lane->before);
	gdbregs_buffer_fini(&lane->now_bytes);
	gdbregs_buffer_fini(&lane->before_bytes);
	*lane = (struct lane){.vcpu = NULL};
}

/* ----------------------------------------------------------- reading --- */

static void swap(struct lane *lane)
{
	struct gdbregs_read *reads = lane->now;
	struct gdbregs_buffer bytes = lane->now_bytes;
	lane->now = lane->before;
	lane->now_bytes = lane->before_bytes;
	lane->before = reads;
	lane->before_bytes = bytes;
}

void lane_unread(struct lane *lane)
{
	swap(lane);
	lane->readings--;
}

int lane_read(struct lane *lane, struct gdbregs_session *s, gdbregs_uv_cb cb, void *arg)
{
	swap(lane);
	lane->readings++;
	return gdbregs_uv_read_registers(s, lane->now, lane->total, &lane->now_bytes, cb, arg,
					 NULL);
}

static struct value value_of(const struct lane *lane, const struct gdbregs_read *read)
{
	return (struct value){
		.target = lane->target,
		.vcpu = lane->vcpu,
		.reg = read->reg,
		.bytes = read->data,
		.size_bytes = read->status > 0 ? (size_t)read->status : 0,
		.status = read->status,
	};
}

struct value lane_value(const struct lane *lane, size_t index)
{
	return value_of(lane, &lane->now[index]);
}

struct value lane_old_value(const struct lane *lane, size_t index)
{
	return value_of(lane, &lane->before[index]);
}

bool lane_changed(const struct lane *lane, size_t index)
{
	const struct gdbregs_read *now = &lane->now[index], *before = &lane->before[index];
	if (lane->readings <= 1 || now->status != before->status)
		return true;
	return now->status > 0 && memcmp(now->data, before->data, (size_t)now->status) != 0;
}

/* ------------------------------------------------------------- place --- */

/* A register of at most 64 bits as a number. */
static bool number_at(const struct lane *lane, size_t place, uint64_t *number)
{
	const struct gdbregs_read *read = place != NOWHERE ? &lane->now[place] : NULL;
	bool big = lane->vcpu->order == GDBREGS_BYTE_ORDER_BIG;
	if (!read || read->status <= 0 || read->status > 8 ||
	    lane->vcpu->order == GDBREGS_BYTE_ORDER_UNKNOWN)
		return false;
	*number = 0;
	for (int i = 0; i < read->status; i++)
		*number = *number << 8 | read->data[big ? i : read->status - 1 - i];
	return true;
}

bool lane_is_located(const struct lane *lane)
{
	return lane->pc != NOWHERE && lane->vcpu->order != GDBREGS_BYTE_ORDER_UNKNOWN;
}

bool lane_is_at(const struct lane *lane, uint64_t address)
{
	uint64_t pc, cs, cr0;
	if (!number_at(lane, lane->pc, &pc))
		return false;
	if (pc == address)
		return true;
	bool real = number_at(lane, lane->cs, &cs) && number_at(lane, lane->cr0, &cr0) &&
		    (cr0 & 1) == 0;
	return real && pc + (cs << 4) == address;
}
