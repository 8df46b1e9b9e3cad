/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In a g reply, registers are in ascending order of their numbers, whatever their
 * order in the description. Numbers without a register take no room. (Measured on
 * every architecture of QEMU and on gdbserver.) If two registers have the same
 * number, they share one place, and the later one determines its size, as in GDB. */
#include "tdesc/g-layout.h"

#include "util/alloc.h"

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

/* The place of one register number in an array of indexes sorted by number. */
struct place {
	size_t first, end; /* range of the registers with that number */
	uint32_t index; /* the last of them in the description */
};

static bool before(const struct gdbregs_description *d, uint32_t a, uint32_t b)
{
	uint32_t left = d->registers[a].regnum, right = d->registers[b].regnum;

	return left < right || (left == right && a < b);
}

static void sift_down(const struct gdbregs_description *d, uint32_t *heap, size_t at, size_t count)
{
	uint32_t moved = heap[at];

	for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
		if (child + 1 < count && before(d, heap[child], heap[child + 1]))
			child++;
		if (!before(d, moved, heap[child]))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = moved;
}

/* Heapsort: needs no memory, and no input makes it slow. */
static void sort(const struct gdbregs_description *d, uint32_t *indexes, size_t count)
{
	for (size_t i = count / 2; i-- > 0;)
		sift_down(d, indexes, i, count);
	for (size_t i = count; i-- > 1;) {
		uint32_t largest = indexes[0];

		indexes[0] = indexes[i];
		indexes[i] = largest;
		sift_down(d, indexes, 0, i);
	}
}

/* Write the indexes of the registers that take room in g, by ascending number.
 * Returns how many. */
static size_t ordered(const struct gdbregs_description *d, uint32_t *out)
{
	size_t count = 0;
	bool sorted = true;

	for (size_t i = 0; i < d->register_count; i++) {
		if (d->registers[i].derived)
			continue;
		out[count] = (uint32_t)i;
		if (count && !before(d, out[count - 1], out[count]))
			sorted = false;
		count++;
	}
	if (!sorted)
		sort(d, out, count);
	return count;
}

static struct place next_place(const struct gdbregs_description *d, const uint32_t *order,
			       size_t count, size_t first)
{
	size_t end = first + 1;

	while (end < count && d->registers[order[end]].regnum == d->registers[order[first]].regnum)
		end++;
	return (struct place){first, end, order[end - 1]};
}

/* Skip unnamed registers with numbers below `below`. They take room in g, but their
 * values are not needed. Returns the new offset, or SIZE_MAX if one of them extends
 * beyond the end of g. */
static size_t pass_unnamed(const struct gdbregs_description *d, size_t *next_unnamed,
			   uint64_t below, size_t off, size_t g_size)
{
	for (; off < g_size && *next_unnamed < d->unnamed_count &&
	       d->unnamed[*next_unnamed].regnum < below;
	     (*next_unnamed)++) {
		size_t bytes = gdbregs__bytes_of_bits(d->unnamed[*next_unnamed].bits);

		if (bytes > g_size - off)
			return SIZE_MAX;
		off += bytes;
	}
	return off;
}

/* A register that extends beyond the end of g is a candidate too: it may be shorter
 * than the description says. */
size_t gdbregs__g_candidates(const struct gdbregs_description *d, size_t g_size, uint32_t *out)
{
	size_t count = ordered(d, out), candidates = 0, off = 0, next_unnamed = 0;

	for (size_t at = 0; at < count && off < g_size;) {
		struct place place = next_place(d, out, count, at);
		const struct gdbregs_register *r = &d->registers[place.index];
		size_t bytes = gdbregs__bytes_of_bits(r->bits);

		off = pass_unnamed(d, &next_unnamed, r->regnum, off, g_size);
		if (off >= g_size)
			break;
		out[candidates++] = place.index;
		off = bytes < g_size - off ? off + bytes : g_size;
		at = place.end;
	}
	return candidates;
}

/* Create an empty layout, and allocate *order for the indexes. Returns NULL when out
 * of memory. */
static struct gdbregs__g_layout *layout_new(const struct gdbregs_description *d, size_t g_size,
					    uint32_t **order)
{
	size_t slots = d->register_count, slot_bytes = sizeof(struct gdbregs__g_slot);
	struct gdbregs__g_layout *layout = NULL;

	if (slots <= (SIZE_MAX - sizeof(*layout)) / slot_bytes)
		layout = gdbregs__calloc(1, sizeof(*layout) + slots * slot_bytes);
	*order = layout ? gdbregs__realloc_array(NULL, slots, sizeof(**order)) : NULL;
	if (!*order) {
		gdbregs__free(layout);
		return NULL;
	}
	layout->size_bytes = g_size;
	return layout;
}

static void set_slots(struct gdbregs__g_layout *layout, const uint32_t *order, struct place place,
		      size_t off, size_t bytes)
{
	for (size_t i = place.first; i < place.end; i++)
		layout->slots[order[i]] = (struct gdbregs__g_slot){(uint32_t)off, (uint32_t)bytes};
}

static size_t described_bytes(const struct gdbregs_register *r, enum sizes sizes)
{
	bool by_type = sizes == SIZES_OF_TYPES && r->type_bits;

	return gdbregs__bytes_of_bits(by_type ? r->type_bits : r->bits);
}

/* Returns the size of the register at offset off of g, or 0 if g ends before the register, or does
 * not have its sample's value there. */
static size_t place_bytes(const struct gdbregs_description *d, const struct source *source,
			  size_t off, size_t left, uint32_t index)
{
	const struct gdbregs__g_sample *sample;
	size_t bytes;

	if (source->sizes != SIZES_OF_SAMPLES) {
		bytes = described_bytes(&d->registers[index], source->sizes);
		return bytes > left ? 0 : bytes;
	}
	sample = &source->samples[index];
	if (!sample->data || sample->size > left ||
	    memcmp(sample->data, source->g + off, sample->size) != 0)
		return 0;
	return sample->size;
}

/* Fill in the slots by ascending number until the end of g. Returns true if the last
 * register ends there. */
static bool fill(struct gdbregs__g_layout *layout, const struct gdbregs_description *d,
		 uint32_t *order, const struct source *source)
{
	size_t count = ordered(d, order), size = layout->size_bytes, off = 0, next_unnamed = 0;
	size_t at = 0;

	while (at < count && off < size) {
		struct place place = next_place(d, order, count, at);
		uint32_t regnum = d->registers[place.index].regnum;

		off = pass_unnamed(d, &next_unnamed, regnum, off, size);
		if (off >= size)
			break;
		size_t bytes = place_bytes(d, source, off, size - off, place.index);
		if (bytes == 0)
			return false;
		set_slots(layout, order, place, off, bytes);
		off += bytes;
		at = place.end;
	}
	off = pass_unnamed(d, &next_unnamed, UINT64_MAX, off, size);
	layout->complete = at == count && next_unnamed == d->unnamed_count;
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
	uint32_t *order;
	struct gdbregs__g_layout *layout;

	if (g_size == 0 || g_size > UINT32_MAX || d->unnamed_unordered)
		return NULL;
	layout = layout_new(d, g_size, &order);
	if (!layout) {
		*nomem = true;
		return NULL;
	}

	bool holds = source->sizes != SIZES_OF_SAMPLES && has_offsets(d)
			     ? fill_offsets(layout, d)
			     : fill(layout, d, order, source);
	gdbregs__free(order);
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
	for (size_t i = 0; i < d->register_count; i++)
		if (described_bytes(&d->registers[i], SIZES_OF_BITS) !=
		    described_bytes(&d->registers[i], SIZES_OF_TYPES))
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

	for (size_t i = 0; i < d->unnamed_count; i++)
		bytes += gdbregs__bytes_of_bits(d->unnamed[i].bits);
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
