/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/formats.h"

bool format_snapshots(struct output *out, const struct targets *set, enum shape shape)
{
	if (set->options->format == FORMAT_TEXT)
		return format_text(out, set, shape);
	return format_data(out, set, shape);
}
