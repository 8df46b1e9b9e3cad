/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Value change dump, IEEE 1364: a scope per vCPU, in it one per feature, a wire
 * per register. Time is the number of the step. */
#include "out/record.h"

#include "base/message.h"
#include "out/vcd-names.h"

#include <stdlib.h>
#include <string.h>

struct wires {
	char (*ids)[VCD_ID];
	size_t *widths_bits;
};

struct vcd {
	struct wires *samplers;
	uint64_t now; /* the time written last */
};

/* ------------------------------------------------------------- values --- */

/* Zeros in front are left out: readers put them back. */
static void add_digits(struct text *line, const struct value *v, size_t width_bits)
{
	char block[64];
	size_t size = 0, bit = value_sent_bits(v);
	bit = bit < width_bits ? bit : width_bits;
	while (bit > 1 && !value_bit(v, bit - 1))
		bit--;
	while (bit-- > 0) {
		block[size++] = value_bit(v, bit) ? '1' : '0';
		if (size == sizeof(block) || bit == 0) {
			text_add(line, block, size);
			size = 0;
		}
	}
}

static void add_change(struct text *line, const struct wires *wires, size_t index,
		       const struct value *v)
{
	bool scalar = wires->widths_bits[index] == 1;
	text_adds(line, scalar ? "" : "b");
	if (v->status > 0)
		add_digits(line, v, wires->widths_bits[index]);
	else
		text_adds(line, "x");
	text_adds(line, scalar ? "" : " ");
	text_adds(line, wires->ids[index]);
	text_adds(line, "\n");
}

/* ------------------------------------------------------------- header --- */

/* The width according to the description, unless the stub sends another number of bytes. */
static size_t width_of(const struct value *v)
{
	size_t bits = value_bits(v);
	if (v->status > 0 && (bits + 7) / 8 != (value_sent_bits(v) + 7) / 8)
		bits = value_sent_bits(v);
	return bits;
}

static bool make_wires(struct wires *wires, const struct sampler *sampler, size_t *next)
{
	wires->ids = calloc(sampler->count + 1, sizeof(*wires->ids));
	wires->widths_bits = calloc(sampler->count + 1, sizeof(*wires->widths_bits));
	if (!wires->ids || !wires->widths_bits)
		return false;
	for (size_t i = 0; i < sampler->count; i++) {
		vcd_make_id(wires->ids[i], (*next)++);
		struct value v = sampler_value(sampler, i);
		wires->widths_bits[i] = width_of(&v);
	}
	return true;
}

static void put_scope(struct recorder *r, const char *feature)
{
	text_clear(&r->line);
	vcd_add_name(&r->line, feature ? feature : "registers");
	fprintf(r->out->stream, "$scope module %s $end\n", r->line.data ? r->line.data : "");
}

static void put_wire(struct recorder *r, const struct wires *wires, size_t index, const char *name)
{
	size_t width = wires->widths_bits[index];
	fprintf(r->out->stream, "$var wire %zu %s %s", width, wires->ids[index], name);
	if (width > 1)
		fprintf(r->out->stream, " [%zu:0]", width - 1);
	fputs(" $end\n", r->out->stream);
}

static bool put_lane(struct recorder *r, const struct sampler *sampler, const struct wires *wires)
{
	FILE *stream = r->out->stream;
	struct text names = {0};
	size_t *starts = vcd_make_names(sampler, &names);
	const char *feature = NULL;
	bool ok = starts;
	fprintf(stream, "$scope module vcpu%u $end\n", sampler->vcpu->index);
	for (size_t i = 0; i < sampler->count && ok; i++) {
		const char *of = gdbregs_register_feature(sampler->items[i].reg);
		if (i == 0 || of != feature) {
			fputs(i > 0 ? "$upscope $end\n" : "", stream);
			put_scope(r, of);
		}
		feature = of;
		put_wire(r, wires, i, names.data + starts[i]);
	}
	fputs(sampler->count > 0 ? "$upscope $end\n$upscope $end\n" : "$upscope $end\n", stream);
	free(starts);
	text_fini(&names);
	return ok && !r->line.failed;
}

static void note_byte_order(const struct recorder *r)
{
	for (size_t i = 0; i < r->sampler_count; i++) {
		if (r->samplers[i].vcpu->order != GDBREGS_BYTE_ORDER_UNKNOWN)
			continue;
		log_note("the byte order is unknown: the first byte is taken for the highest; "
			 "--endian says otherwise");
		return;
	}
}

static void put_initial(struct recorder *r, const struct vcd *vcd)
{
	fputs("#0\n$dumpvars\n", r->out->stream);
	for (size_t i = 0; i < r->sampler_count; i++) {
		for (size_t j = 0; j < r->samplers[i].count; j++) {
			struct value v = sampler_value(&r->samplers[i], j);
			text_clear(&r->line);
			add_change(&r->line, &vcd->samplers[i], j, &v);
			if (!r->line.failed)
				fwrite(r->line.data, 1, r->line.size, r->out->stream);
		}
	}
	fputs("$end\n", r->out->stream);
}

static bool begin(struct recorder *r)
{
	struct vcd *vcd = calloc(1, sizeof(*vcd));
	size_t next = 0;
	r->state = vcd;
	if (!vcd)
		return false;
	vcd->samplers = calloc(r->sampler_count + 1, sizeof(*vcd->samplers));
	bool ok = vcd->samplers;
	note_byte_order(r);
	fprintf(r->out->stream,
		"$version gdbregs-cli %s $end\n"
		"$comment time is the number of the step $end\n"
		"$timescale 1 ns $end\n",
		gdbregs_version());
	for (size_t i = 0; i < r->sampler_count && ok; i++)
		ok = make_wires(&vcd->samplers[i], &r->samplers[i], &next) &&
		     put_lane(r, &r->samplers[i], &vcd->samplers[i]);
	fputs("$enddefinitions $end\n", r->out->stream);
	if (ok)
		put_initial(r, vcd);
	return ok;
}

/* --------------------------------------------------------------- body --- */

static bool put(struct recorder *r, const struct record *record)
{
	struct vcd *vcd = r->state;
	const struct sampler *sampler = record->sampler;
	const struct wires *wires = &vcd->samplers[sampler - r->samplers];
	char time[32];
	/* What the first record of each vCPU holds stands in $dumpvars. */
	if (record->number == 0)
		return true;
	text_clear(&r->line);
	snprintf(time, sizeof(time), "#%llu\n", (unsigned long long)record->number);
	text_adds(&r->line, record->number != vcd->now ? time : "");
	vcd->now = record->number;
	for (size_t i = 0; i < sampler->count; i++) {
		struct value v = sampler_value(sampler, i);
		if (record_has(record, i))
			add_change(&r->line, wires, i, &v);
	}
	if (r->line.failed)
		return false;
	fwrite(r->line.data, 1, r->line.size, r->out->stream);
	return true;
}

static void end(struct recorder *r)
{
	(void)r;
}

static void fini(struct recorder *r)
{
	struct vcd *vcd = r->state;
	if (!vcd)
		return;
	for (size_t i = 0; i < r->sampler_count && vcd->samplers; i++) {
		free(vcd->samplers[i].ids);
		free(vcd->samplers[i].widths_bits);
	}
	free(vcd->samplers);
	free(vcd);
	r->state = NULL;
}

const struct record_format record_vcd = {begin, put, end, fini};
