/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/sized.h"

#include "util/alloc.h"

#include <string.h>

/* Of all vCPUs together: 8 million registers. */
#define MOST_BYTES (1024u * 1024u)

/* Returns the bits of a vCPU, which are those of this stop, or NULL. */
static uint8_t *bits_of(struct gdbregs_session *s, uint32_t vcpu, size_t registers)
{
	struct gdbregs__vcpu *v = &s->target.vcpus[vcpu];
	size_t bytes = (registers + 7) / 8;

	if (v->sized && v->sized_at == s->target.sizes_valid)
		return v->sized;
	if (!v->sized) {
		if (bytes > MOST_BYTES - s->target.sized_bytes)
			return NULL;
		v->sized = gdbregs__calloc(1, bytes);
		if (!v->sized)
			return NULL;
		s->target.sized_bytes += bytes;
	}
	memset(v->sized, 0, bytes);
	v->sized_at = s->target.sizes_valid;
	return v->sized;
}

void gdbregs__sized_note(struct gdbregs_session *s, uint32_t vcpu,
			 const struct gdbregs_register *reg, size_t size_bytes)
{
	if (size_bytes != gdbregs__bytes_of_bits(reg->bits))
		return;

	uint8_t *bits = bits_of(s, vcpu, reg->description->register_count);
	if (bits)
		bits[reg->index / 8] |= (uint8_t)(1u << reg->index % 8);
}

bool gdbregs__sized_is(const struct gdbregs_session *s, uint32_t vcpu,
		       const struct gdbregs_register *reg, size_t size_bytes)
{
	const struct gdbregs__vcpu *v = &s->target.vcpus[vcpu];

	return v->sized && v->sized_at == s->target.sizes_valid &&
	       size_bytes == gdbregs__bytes_of_bits(reg->bits) &&
	       v->sized[reg->index / 8] >> reg->index % 8 & 1;
}

void gdbregs__sized_forget(struct gdbregs_session *s)
{
	s->target.sizes_valid++;
}
