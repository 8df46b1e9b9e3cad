/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In a g reply, registers are in ascending order of their numbers, whatever their
 * order in the description. Numbers without a register take no room. (Measured on
 * every architecture of QEMU and on gdbserver.) If two registers have the same
 * number, they share one place, and the later one determines its size, as in GDB. */
#include "tdesc/g-layout.h"

#include "util/alloc.h"

#include <stdlib.h>
#include <string.h>

/* How much room a register takes in g. */
enum sizes {
	SIZES_OF_BITS, /* its bitsize */
	SIZES_OF_TYPES, /* the size of its type, as GDB does it; its bitsize if the type has none */
	SIZES_OF_SAMPLES, /* as much as the value that p returned */
};

/* The information that a layout is made from. */
struct source {
	enum sizes sizes;
	const uint8_t *g; /* for SIZES_OF_SAMPLES */
	const struct gdbregs__g_sample *samples; /* for SIZES_OF_SAMPLES */
};

static int compare_places(const void *left, const void *right)
{
	const struct gdbregs__g_place *a = left, *b = right;

	if (a->regnum != b->regnum)
		return a->regnum < b->regnum ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

int gdbregs__g_order(struct gdbregs_description *d, const struct gdbregs__g_place *unnamed,
		     size_t unnamed_count)
{
	size_t room = d->register_count + unnamed_count, count = 0;
	struct gdbregs__g_place *places = gdbregs__arena_alloc(&d->arena, room * sizeof(*places));

	if (!places)
		return GDBREGS_ERR_NOMEM;
	for (size_t i = 0; i < d->register_count; i++) {
		const struct gdbregs_register *r = &d->registers[i];

		if (!r->derived)
			places[count++] =
				(struct gdbregs__g_place){r->regnum, (uint32_t)i, r->bits};
	}
	for (size_t i = 0; i < unnamed_count; i++)
		places[count++] = unnamed[i];
	qsort(places, count, sizeof(*places), compare_places);
	d->g_places = places;
	d->g_place_count = count;
	return 0;
}

/* Returns the end of the registers that share the place of g_places[first]: those with its
 * number. The last of them determines the size. A register without a name shares with none. */
static size_t group_end(const struct gdbregs_description *d, size_t first)
{
	const struct gdbregs__g_place *places = d->g_places;
	size_t end = first + 1;

	while (end < d->g_place_count && places[end].index != GDBREGS__UNNAMED &&
	       places[end].regnum == places[first].regnum)
		end++;
	return end;
}

/* A register that extends beyond the end of g is a candidate too: it may be shorter
 * than the description says. */
size_t gdbregs__g_candidates(const struct gdbregs_description *d, size_t g_size, uint32_t *out)
{
	size_t candidates = 0, off = 0;

	for (size_t at = 0; at < d->g_place_count && off < g_size;) {
		size_t end = group_end(d, at);
		const struct gdbregs__g_place *place = &d->g_places[end - 1];
		size_t bytes = gdbregs__bytes_of_bits(place->bits), left = g_size - off;

		if (place->index != GDBREGS__UNNAMED)
			out[candidates++] = place->index;
		else if (bytes > left)
			break;
		off += bytes < left ? bytes : left;
		at = end;
	}
	return candidates;
}

static size_t described_bytes(const struct gdbregs_description *d,
			      const struct gdbregs__g_place *place, enum sizes sizes)
{
	uint32_t type_bits = 0;

	if (sizes == SIZES_OF_TYPES && place->index != GDBREGS__UNNAMED)
		type_bits = d->registers[place->index].type_bits;
	return gdbregs__bytes_of_bits(type_bits ? type_bits : place->bits);
}

/* Returns the size of the register at offset `off` of g. Returns 0 if g ends before the
 * register does, or does not have its sample's value there. A register without a name has no
 * sample: its value is not needed. */
static size_t place_bytes(const struct gdbregs_description *d, const struct source *source,
			  const struct gdbregs__g_place *place, size_t off, size_t left)
{
	const struct gdbregs__g_sample *sample;

	if (source->sizes != SIZES_OF_SAMPLES || place->index == GDBREGS__UNNAMED) {
		size_t bytes = described_bytes(d, place, source->sizes);

		return bytes > left ? 0 : bytes;
	}
	sample = &source->samples[place->index];
	if (!sample->data || sample->size > left ||
	    memcmp(sample->data, source->g + off, sample->size) != 0)
		return 0;
	return sample->size;
}

/* Fill in the slots by ascending number until the end of g. Returns true if the last
 * register ends there. */
static bool fill(struct gdbregs__g_layout *layout, const struct gdbregs_description *d,
		 const struct source *source)
{
	const struct gdbregs__g_place *places = d->g_places;
	size_t size = layout->size_bytes, off = 0, at = 0;

	while (at < d->g_place_count && off < size) {
		size_t end = group_end(d, at);
		size_t bytes = place_bytes(d, source, &places[end - 1], off, size - off);

		if (bytes == 0)
			return false;
		for (; at < end; at++)
			if (places[at].index != GDBREGS__UNNAMED)
				layout->slots[places[at].index] =
					(struct gdbregs__g_slot){(uint32_t)off, (uint32_t)bytes};
		off += bytes;
	}
	layout->complete = at == d->g_place_count;
	return off == size;
}

/* Fill in the slots by lldb-server's offset= attributes (lldb-server 14).
 * Sub-registers (eax, ax, ah) are parts of others and have a place only this way.
 * Returns true if a register ends at the end of g. */
static bool fill_offsets(struct gdbregs__g_layout *layout, const struct gdbregs_description *d)
{
	bool ends = false;

	layout->complete = true;
	for (size_t i = 0; i < d->register_count; i++) {
		const struct gdbregs_register *r = &d->registers[i];
		size_t bytes = gdbregs__bytes_of_bits(r->bits), size = layout->size_bytes;

		if (r->g_off_bytes < 0 || (uint64_t)r->g_off_bytes > size ||
		    bytes > size - (size_t)r->g_off_bytes) {
			layout->complete = false;
			continue;
		}
		layout->slots[i] =
			(struct gdbregs__g_slot){(uint32_t)r->g_off_bytes, (uint32_t)bytes};
		ends |= (size_t)r->g_off_bytes + bytes == size;
	}
	return ends;
}

static bool has_offsets(const struct gdbregs_description *d)
{
	for (size_t i = 0; i < d->register_count; i++)
		if (d->registers[i].g_off_bytes >= 0)
			return true;
	return false;
}

static struct gdbregs__g_layout *make(const struct gdbregs_description *d, size_t g_size,
				      const struct source *source, bool *nomem)
{
	struct gdbregs__g_layout *layout;
	size_t slots_bytes = d->register_count * sizeof(layout->slots[0]);

	if (g_size == 0 || g_size > UINT32_MAX)
		return NULL;
	layout = gdbregs__calloc(1, sizeof(*layout) + slots_bytes);
	if (!layout) {
		*nomem = true;
		return NULL;
	}
	layout->size_bytes = g_size;

	bool holds = source->sizes != SIZES_OF_SAMPLES && has_offsets(d) ? fill_offsets(layout, d)
									 : fill(layout, d, source);
	if (!holds) {
		gdbregs__free(layout);
		return NULL;
	}
	return layout;
}

struct gdbregs__g_layout *gdbregs__g_prove(const struct gdbregs_description *d, const uint8_t *g,
					   size_t g_size, const struct gdbregs__g_sample *samples,
					   bool *nomem)
{
	const struct source source = {SIZES_OF_SAMPLES, g, samples};

	*nomem = false;
	return make(d, g_size, &source, nomem);
}

static bool sizes_differ(const struct gdbregs_description *d)
{
	for (size_t i = 0; i < d->g_place_count; i++)
		if (described_bytes(d, &d->g_places[i], SIZES_OF_BITS) !=
		    described_bytes(d, &d->g_places[i], SIZES_OF_TYPES))
			return true;
	return false;
}

/* Where the sizes of types and the bitsizes differ, either may be meant. A layout that
 * has all registers is better than one that ends with g. */
struct gdbregs__g_layout *gdbregs__g_described(const struct gdbregs_description *d, size_t g_size,
					       bool *nomem)
{
	const struct source bits = {.sizes = SIZES_OF_BITS}, types = {.sizes = SIZES_OF_TYPES};

	*nomem = false;
	struct gdbregs__g_layout *layout = make(d, g_size, &bits, nomem);
	if (*nomem || (layout && layout->complete) || !sizes_differ(d))
		return layout;
	struct gdbregs__g_layout *other = make(d, g_size, &types, nomem);
	if (other && (!layout || other->complete)) {
		gdbregs__free(layout);
		return other;
	}
	gdbregs__free(other);
	return layout;
}

size_t gdbregs__g_described_bytes(const struct gdbregs_description *d)
{
	size_t bytes = 0;

	for (size_t i = 0; i < d->g_place_count; i++)
		if (d->g_places[i].index == GDBREGS__UNNAMED)
			bytes += gdbregs__bytes_of_bits(d->g_places[i].bits);
	for (size_t i = 0; i < d->register_count; i++) {
		const struct gdbregs_register *r = &d->registers[i];
		size_t size = gdbregs__bytes_of_bits(r->bits);

		if (r->g_off_bytes >= 0 && (size_t)r->g_off_bytes + size > bytes)
			bytes = (size_t)r->g_off_bytes + size;
		else if (r->g_off_bytes < 0 && !r->derived)
			bytes += size;
	}
	return bytes;
}
