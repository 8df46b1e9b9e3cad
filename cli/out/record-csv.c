/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/record.h"

#include "out/csv.h"

/* The time is the first column, if there is one. */
enum { TIME, NUMBER, VCPU, REASON, FEATURE, NAME, BITS, TYPE, BYTES, VALUE, ERROR, COLUMNS };

static void put_row(struct recorder *r, const char *const fields[COLUMNS], bool timed)
{
	csv_row(r->out, fields + (timed ? TIME : NUMBER), timed ? COLUMNS : COLUMNS - 1);
}

static void put_header(struct recorder *r, bool timed)
{
	const char *const header[COLUMNS] = {"time", r->unit, "vcpu",  "reason", "feature", "name",
					     "bits", "type",  "bytes", "value",	 "error"};
	put_row(r, header, timed);
}

static bool put_register(struct recorder *r, const struct record *record, const struct value *v)
{
	char number[32], vcpu[16], bits[16];
	char name[VALUE_NAME];
	snprintf(number, sizeof(number), "%llu", (unsigned long long)record->number);
	snprintf(vcpu, sizeof(vcpu), "%u", record->sampler->vcpu->index);
	snprintf(bits, sizeof(bits), "%u", value_bits(v));
	text_clear(&r->line);
	text_clear(&r->cell);
	text_add_bytes(&r->line, v->bytes, v->size_bytes);
	if (value_is_number(v))
		value_add_number(&r->cell, v, false);
	const char *fields[COLUMNS] = {
		[TIME] = record->time,
		[NUMBER] = number,
		[VCPU] = vcpu,
		[REASON] = record->reason,
		[FEATURE] = gdbregs_register_feature(v->reg),
		[NAME] = value_data_name(v, true, name),
		[BITS] = bits,
		[TYPE] = value_type(v),
		[BYTES] = r->line.data,
		[VALUE] = r->cell.data,
		[ERROR] = v->status < 0 ? value_error(v) : NULL,
	};
	put_row(r, fields, record->time);
	return !r->cell.failed;
}

static bool put(struct recorder *r, const struct record *record)
{
	bool ok = true;
	if (r->count == 0)
		put_header(r, record->time);
	for (size_t i = 0; i < record->sampler->count && ok; i++) {
		struct value v = sampler_value(record->sampler, i);
		if (record_has(record, i))
			ok = put_register(r, record, &v);
	}
	return ok;
}

const struct record_format record_csv = {.put = put};
