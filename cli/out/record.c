/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/record.h"

static const struct record_format *const formats[] = {
	[FORMAT_TEXT] = &record_text, [FORMAT_JSON] = &record_data, [FORMAT_JSONL] = &record_data,
	[FORMAT_CSV] = &record_data,  [FORMAT_VCD] = &record_vcd,
};

void recorder_init(struct recorder *r, struct output *out, const struct options *o,
		   const struct sampler *samplers, size_t sampler_count, const char *unit)
{
	*r = (struct recorder){.format = formats[o->format],
			       .options = o,
			       .out = out,
			       .samplers = samplers,
			       .sampler_count = sampler_count,
			       .unit = unit};
}

bool record_has(const struct record *record, size_t index)
{
	return !record->empty && (record->full || sampler_changed(record->sampler, index));
}

bool recorder_put(struct recorder *r, const struct record *record)
{
	if (!r->begun) {
		r->begun = true;
		r->failed = r->format->begin && !r->format->begin(r);
	}
	if (!r->failed)
		r->failed = !r->format->put(r, record) || r->line.failed || r->cell.failed;
	return !r->failed && !output_broken(r->out);
}

void recorder_end(struct recorder *r)
{
	if (r->begun && !r->failed && r->format->end)
		r->format->end(r);
}

void recorder_fini(struct recorder *r)
{
	if (r->format && r->format->fini)
		r->format->fini(r);
	text_fini(&r->line);
	text_fini(&r->cell);
	gdbregs_buffer_fini(&r->decoded);
	*r = (struct recorder){.format = NULL};
}
