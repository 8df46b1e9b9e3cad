/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/stop-values.h"

#include "util/alloc.h"

#include <limits.h>
#include <string.h>

/* For the sizes of all vCPUs together: 8 million registers. */
#define SIZED_MOST_BYTES ((size_t)1 << 20)

/* --------------------------------------------------------------------- values --- */

int gdbregs__expedited_add(void *arg, uint64_t regnum, const uint8_t *hex, size_t hexlen)
{
	struct gdbregs__expedited_values *e = &((struct gdbregs_session *)arg)->run.expedited;

	if (e->count == GDBREGS__EXPEDITED_MAX || hexlen == 0 ||
	    gdbregs__buffer_reserve(&e->bytes, hexlen / 2) < 0)
		return 0;
	/* For unavailable values, lldb-server 14 sends an empty value, and other stubs send x. */
	if (gdbregs__hex_decode(e->bytes.data + e->bytes.size, hex, hexlen) != GDBREGS__HEX_OK)
		return 0;
	e->values[e->count++] =
		(struct gdbregs__expedited_value){regnum, e->bytes.size, hexlen / 2};
	e->bytes.size += hexlen / 2;
	return 0;
}

void gdbregs__expedited_set_vcpu(struct gdbregs_session *s, uint32_t vcpu)
{
	s->run.expedited.vcpu = vcpu;
}

void gdbregs__expedited_clear(struct gdbregs_session *s)
{
	s->run.expedited.count = 0;
	s->run.expedited.bytes.size = 0;
	s->run.expedited.vcpu = UINT_MAX;
}

const uint8_t *gdbregs__expedited_find(const struct gdbregs_session *s, uint32_t vcpu,
				       const struct gdbregs_register *reg, size_t *size_bytes)
{
	const struct gdbregs__expedited_values *e = &s->run.expedited;
	size_t size = gdbregs__bytes_of_bits(reg->bits);

	if (e->vcpu != vcpu)
		return NULL;
	for (size_t i = 0; i < e->count; i++)
		if (e->values[i].regnum == reg->regnum && e->values[i].size_bytes == size) {
			*size_bytes = size;
			return e->bytes.data + e->values[i].off_bytes;
		}
	return NULL;
}

/* ---------------------------------------------------------------------- sizes --- */

/* Returns the bits of a vCPU, which are those of this stop, or NULL. */
static uint8_t *bits_of(struct gdbregs_session *s, uint32_t vcpu, size_t registers)
{
	struct gdbregs__vcpu *v = &s->target.vcpus[vcpu];
	size_t bytes = (registers + 7) / 8;

	if (v->sized && v->sized_at == s->target.sizes_valid)
		return v->sized;
	if (!v->sized) {
		if (bytes > SIZED_MOST_BYTES - s->target.sized_bytes)
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
