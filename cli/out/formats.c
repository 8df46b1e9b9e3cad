/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/formats.h"

bool format_snapshots(struct output *out, const struct targets *set, enum shape shape)
{
	switch (set->options->format) {
	case FORMAT_JSON:
		return format_json(out, set, shape);
	case FORMAT_JSONL:
		return format_jsonl(out, set);
	case FORMAT_CSV:
		return format_csv(out, set);
	default:
		return format_text(out, set, shape);
	}
}
