/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of a target in a diff. A target may send 32 MiB of them. Their texts are several
 * times as large, so they are made for one value at a time. */
#ifndef CLI_DIFF_LIVE_H
#define CLI_DIFF_LIVE_H

#include "cmd/snapshot-file.h"

/* The texts of one value. */
struct live_texts {
	struct text bytes, number;
	struct gdbregs_buffer decoded;
	struct stored_value value;
};

/* Return a value with its texts: `v` itself if it has them, or &texts->value. Valid until
 * `texts` is used again. Sets *ok to false when out of memory. v may be NULL. */
const struct stored_value *live_show(struct live_texts *texts, const struct stored_value *v,
				     bool *ok);
void live_texts_fini(struct live_texts *texts);

/* Whether the target has sent bytes for the register. */
bool live_has_bytes(const struct stored_value *v);
/* How many, and each of them, in the order of the target. */
size_t live_size(const struct stored_value *v);
unsigned live_byte(const struct stored_value *v, size_t i);
/* Compare the bytes of two values, each of a file or of a target. Both have bytes. Bytes
 * in different byte orders are compared in reverse. */
bool live_same_bytes(const struct stored_value *a, const struct stored_value *b);

#endif
