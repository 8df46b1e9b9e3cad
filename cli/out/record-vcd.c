/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Value change dump (IEEE 1364). There is a scope for each vCPU, in it a scope for each feature,
 * and in that a wire for each register and a scope for its parts. A step is a second, because
 * viewers have no larger unit that they would convert a number of steps to. */
#include "out/record.h"

#include "base/message.h"
#include "out/gtkw.h"
#include "out/vcd-names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct wire {
	char id[VCD_ID];
	size_t width_bits;
	bool real; /* a float that is a part: a number, not bits */
};

struct vcd {
	struct wire **wires; /* per sampler: one for each item */
	uint64_t now; /* the time written last */
	struct gtkw gtkw;
};

/* ------------------------------------------------------------- values --- */

/* Leading zeros are left out: readers put them back. */
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

/* Add a change of a real number: `r1.5 !`. It is NaN if the part has no number. */
static void add_real(struct text *line, const struct value *v, const char *id)
{
	double value = NAN;
	if (v->status <= 0 ||
	    gdbregs_field_double(&v->field, v->order, v->whole, v->whole_bytes, &value) < 0)
		value = NAN;
	text_addf(line, "r%.17g %s\n", value, id);
}

static void add_change(struct text *line, const struct wire *wire, const struct value *v)
{
	bool scalar = wire->width_bits == 1;
	if (wire->real) {
		add_real(line, v, wire->id);
		return;
	}
	text_adds(line, scalar ? "" : "b");
	if (v->status > 0)
		add_digits(line, v, wire->width_bits);
	else
		text_adds(line, "x");
	text_addf(line, "%s%s\n", scalar ? "" : " ", wire->id);
}

/* ------------------------------------------------------------- header --- */

/* Returns the width according to the description, unless the stub sends another number of bytes. */
static size_t width_of(const struct value *v)
{
	size_t bits = value_bits(v);
	if (v->status > 0 && (bits + 7) / 8 != (value_sent_bits(v) + 7) / 8)
		bits = value_sent_bits(v);
	return bits;
}

/* Returns NULL if memory runs out. */
static struct wire *make_wires(const struct sampler *sampler, size_t *next)
{
	struct wire *wires = calloc(sampler->count + 1, sizeof(*wires));
	for (size_t i = 0; i < sampler->count && wires; i++) {
		struct value v = sampler_value(sampler, i);
		vcd_make_id(wires[i].id, (*next)++);
		wires[i].width_bits = width_of(&v);
		wires[i].real = v.part && value_kind(&v) == GDBREGS_TYPE_FLOAT &&
				value_bits(&v) <= 8 * sizeof(double);
	}
	return wires;
}

static void put_wire(struct recorder *r, const struct wire *wire, const char *name)
{
	size_t width = wire->width_bits;
	bool real = wire->real;
	fprintf(r->out->stream, "$var %s %zu %s %s", real ? "real" : "wire", real ? 64 : width,
		wire->id, name);
	if (width > 1 && !real)
		fprintf(r->out->stream, " [%zu:0]", width - 1);
	fputs(" $end\n", r->out->stream);
}

/* The scopes that are open inside that of a vCPU: one of a feature, and in it one of a register
 * with parts. */
struct scopes {
	FILE *stream;
	struct gtkw *gtkw;
	unsigned vcpu;
	bool any;
	const char *feature;
	const struct gdbregs_register *parts_of;
	struct text path; /* `vcpu0.core.eflags.` */
	size_t vcpu_size, feature_size; /* of these beginnings of the path */
};

static void shorten_path(struct scopes *scopes, size_t size)
{
	if (size < scopes->path.size)
		scopes->path.data[scopes->path.size = size] = '\0';
}

/* Open a scope below the one whose path has `size` characters. Returns its name. */
static const char *open_scope(struct scopes *scopes, size_t size, const char *name)
{
	shorten_path(scopes, size);
	vcd_add_name(&scopes->path, name);
	const char *path = scopes->path.failed ? "" : scopes->path.data + size;
	fprintf(scopes->stream, "$scope module %s $end\n", path);
	return path;
}

static void leave_register(struct scopes *scopes)
{
	if (!scopes->parts_of)
		return;
	fputs("$upscope $end\n", scopes->stream);
	gtkw_end_group(scopes->gtkw);
	shorten_path(scopes, scopes->feature_size);
	scopes->parts_of = NULL;
}

static void enter_feature(struct scopes *scopes, const char *feature)
{
	if (scopes->any)
		fputs("$upscope $end\n", scopes->stream);
	else
		gtkw_add_vcpu(scopes->gtkw, scopes->vcpu);
	open_scope(scopes, scopes->vcpu_size, feature ? feature : "registers");
	text_adds(&scopes->path, ".");
	scopes->feature_size = scopes->path.size;
	scopes->feature = feature;
	scopes->any = true;
}

/* Open the scopes of an item, and close those of the one before. */
static void enter(struct scopes *scopes, const struct chosen *item)
{
	const char *feature = gdbregs_register_feature(item->reg);
	const struct gdbregs_register *parts_of = item->path ? item->reg : NULL;
	bool other = !scopes->any || feature != scopes->feature;
	if (other || parts_of != scopes->parts_of)
		leave_register(scopes);
	if (other)
		enter_feature(scopes, feature);
	if (!parts_of || parts_of == scopes->parts_of)
		return;
	const char *name = gdbregs_register_name(item->reg);
	gtkw_begin_group(scopes->gtkw, open_scope(scopes, scopes->feature_size, name));
	text_adds(&scopes->path, ".");
	scopes->parts_of = parts_of;
}

static bool put_vcpu(struct recorder *r, const struct sampler *sampler, const struct wire *wires)
{
	struct vcd *vcd = r->state;
	struct scopes scopes = {
		.stream = r->out->stream, .gtkw = &vcd->gtkw, .vcpu = sampler->vcpu->index};
	struct text names = {0};
	size_t *starts = vcd_make_names(sampler, &names);
	bool ok = starts;
	text_addf(&scopes.path, "vcpu%u.", scopes.vcpu);
	scopes.vcpu_size = scopes.path.size;
	fprintf(scopes.stream, "$scope module vcpu%u $end\n", scopes.vcpu);
	for (size_t i = 0; i < sampler->count && ok; i++) {
		const char *name = names.data + starts[i];
		enter(&scopes, &sampler->items[i]);
		ok = !scopes.path.failed;
		put_wire(r, &wires[i], name);
		if (ok)
			gtkw_add(&vcd->gtkw, scopes.path.data, name,
				 wires[i].real ? 0 : wires[i].width_bits);
	}
	leave_register(&scopes);
	fputs(scopes.any ? "$upscope $end\n$upscope $end\n" : "$upscope $end\n", scopes.stream);
	free(starts);
	text_fini(&names);
	text_fini(&scopes.path);
	return ok;
}

static void note_byte_order(const struct recorder *r)
{
	for (size_t i = 0; i < r->sampler_count; i++) {
		if (r->samplers[i].vcpu->order != GDBREGS_BYTE_ORDER_UNKNOWN)
			continue;
		log_note("the byte order is unknown: the first byte is taken as the most "
			 "significant; give --endian if it is not");
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
			add_change(&r->line, &vcd->wires[i][j], &v);
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
	vcd->wires = calloc(r->sampler_count + 1, sizeof(*vcd->wires));
	bool ok = vcd->wires;
	vcd->gtkw.wanted = r->options->gtkw;
	note_byte_order(r);
	fprintf(r->out->stream,
		"$version gdbregs-cli %s $end\n"
		"$comment a second is a step $end\n"
		"$timescale 1 s $end\n",
		gdbregs_version());
	for (size_t i = 0; i < r->sampler_count && ok; i++) {
		vcd->wires[i] = make_wires(&r->samplers[i], &next);
		ok = vcd->wires[i] && put_vcpu(r, &r->samplers[i], vcd->wires[i]);
	}
	fputs("$enddefinitions $end\n", r->out->stream);
	if (ok)
		put_initial(r, vcd);
	return ok;
}

/* --------------------------------------------------------------- body --- */

/* Write the line under way. It may be written in pieces: a value of 32 MiB has 256 Mi digits. */
static void put_line(struct recorder *r)
{
	if (r->line.failed)
		return;
	fwrite(r->line.data ? r->line.data : "", 1, r->line.size, r->out->stream);
	text_clear(&r->line);
}

static bool put(struct recorder *r, const struct record *record)
{
	enum { ENOUGH = 65536 };
	struct vcd *vcd = r->state;
	const struct sampler *sampler = record->sampler;
	const struct wire *wires = vcd->wires[sampler - r->samplers];
	/* The first record of each vCPU is in $dumpvars. */
	if (record->number == 0)
		return true;
	text_clear(&r->line);
	if (record->number != vcd->now)
		text_addf(&r->line, "#%llu\n", (unsigned long long)record->number);
	vcd->now = record->number;
	for (size_t i = 0; i < sampler->count; i++) {
		struct value v = sampler_value(sampler, i);
		if (record_has(record, i))
			add_change(&r->line, &wires[i], &v);
		if (r->line.size > ENOUGH)
			put_line(r);
	}
	put_line(r);
	return !r->line.failed;
}

static void end(struct recorder *r)
{
	struct vcd *vcd = r->state;
	r->status = gtkw_write(&vcd->gtkw, r->options, vcd->now);
}

static void fini(struct recorder *r)
{
	struct vcd *vcd = r->state;
	if (!vcd)
		return;
	for (size_t i = 0; i < r->sampler_count && vcd->wires; i++)
		free(vcd->wires[i]);
	free(vcd->wires);
	gtkw_fini(&vcd->gtkw);
	free(vcd);
	r->state = NULL;
}

const struct record_format record_vcd = {put, begin, end, fini};
