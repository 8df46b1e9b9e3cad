/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A description of several documents. The input is target.xml, followed by other documents, each
 * after a line `=== NAME`. The result is consistent, within the limits, the same when its canonical
 * XML is parsed, and can be formatted. */
#include "fuzz.h"

#include "util/alloc.h"
#include "tdesc/byte-order.h"
#include "tdesc/g-layout.h"
#include "tdesc/parse.h"

#define DOCUMENTS_MOST 40
#define MARK	       "\n=== "

/* Low limits: inputs reach them, and no input takes long. */
static const struct gdbregs__limits limits = {
	.packet_bytes = 4096,
	.description_bytes = 1 << 18,
	.registers = 500,
	.register_bits = 8192,
	.register_number = 100000,
	.includes = 60,
	.include_depth = 8,
	.element_depth = 24,
	.types = 2000,
	.vcpus = 4,
	.name_bytes = 200,
	.context_bytes = 1 << 20,
};

struct documents {
	struct gdbregs_document list[DOCUMENTS_MOST];
	uint8_t *copies[DOCUMENTS_MOST];
	char *names[DOCUMENTS_MOST];
	size_t count;
};

static void add(struct documents *d, const uint8_t *name, size_t name_size, const uint8_t *text,
		size_t size)
{
	char *copy = calloc(1, name_size + 1);
	uint8_t *data = malloc(size);

	memcpy(copy, name, name_size);
	if (size)
		memcpy(data, text, size);
	d->names[d->count] = copy;
	d->copies[d->count] = data;
	d->list[d->count++] = (struct gdbregs_document){copy, data, size};
}

static void split(struct documents *d, const uint8_t *at, const uint8_t *end)
{
	const uint8_t *name = (const uint8_t *)"target.xml";
	size_t name_size = strlen("target.xml");

	while (d->count < DOCUMENTS_MOST) {
		const uint8_t *mark = memmem(at, (size_t)(end - at), MARK, strlen(MARK));

		add(d, name, name_size, at, (size_t)((mark ? mark : end) - at));
		if (!mark)
			return;
		name = mark + strlen(MARK);
		const uint8_t *line = memchr(name, '\n', (size_t)(end - name));
		name_size = (size_t)((line ? line : end) - name);
		at = line ? line + 1 : end;
	}
}

static void drop(struct documents *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->names[i]);
		free(d->copies[i]);
	}
}

/* ------------------------------------------------------------------- soundness --- */

/* The messages of DESCRIPTION and LIMIT name the document, with line and column. */
static void require_error(int result, const struct gdbregs_error *err)
{
	REQUIRE(result == GDBREGS_ERR_DESCRIPTION || result == GDBREGS_ERR_LIMIT);
	REQUIRE(err->code == result && err->text[0]);
	fuzz_require_printable(err->text, sizeof(err->text));
}

static void require_runs(const struct gdbregs_description *d)
{
	size_t next = 0;

	for (size_t i = 0; i < d->feature_count; i++) {
		const struct gdbregs__feature_run *run = &d->features[i];

		REQUIRE(run->first == next && run->count > 0);
		for (size_t r = run->first; r < run->first + run->count; r++)
			REQUIRE(d->registers[r].feature == run->name);
		next += run->count;
	}
	REQUIRE(next == d->register_count);
}

static void require_register(const struct gdbregs_description *d, size_t index)
{
	const struct gdbregs_register *r = &d->registers[index], *found = NULL;

	REQUIRE(r->description == d && r->index == index && r->name && r->name[0]);
	REQUIRE(r->type_name && r->bits >= 1 && r->bits <= limits.register_bits);
	REQUIRE(r->regnum <= limits.register_number);
	int result = gdbregs__description_find(d, r->feature, r->name, &found);
	REQUIRE(result == GDBREGS_ERR_AMBIGUOUS || (result == 0 && found == r));
}

static void require_sound(const struct gdbregs_description *d)
{
	const struct gdbregs_register *none = NULL;

	REQUIRE(d->register_count <= limits.registers && d->g_place_count <= 2 * limits.registers);
	for (size_t i = 0; i < d->register_count; i++)
		require_register(d, i);
	require_runs(d);
	REQUIRE(gdbregs__description_find(d, NULL, "", &none) == GDBREGS_ERR_NO_REGISTER && !none);
}

/* --------------------------------------------------------------------- showing --- */

static void show(const struct gdbregs_register *r, const uint8_t *bytes, size_t size,
		 struct gdbregs_buffer *text)
{
	for (int order = GDBREGS_BYTE_ORDER_UNKNOWN; order <= GDBREGS_BYTE_ORDER_BIG; order++) {
		REQUIRE(gdbregs_register_format(r, (enum gdbregs_byte_order)order, bytes, size,
						text) == 0);
		REQUIRE(strlen((const char *)text->data) == text->size);
		REQUIRE(text->size < 1 << 16);
	}
}

static void show_all(const struct gdbregs_description *d, uint32_t seed)
{
	struct gdbregs_buffer text = {0};

	for (size_t i = 0; i < d->register_count && i < 40; i++) {
		size_t size = (d->registers[i].bits + 7) / 8;

		/* The stub decides about the size. */
		if (fuzz_random(&seed) % 4 == 0)
			size = 1 + fuzz_random(&seed) % 40;
		uint8_t *bytes = malloc(size);
		for (size_t b = 0; b < size; b++)
			bytes[b] = (uint8_t)(seed % 3 ? fuzz_random(&seed) : 0xff);
		show(&d->registers[i], bytes, size, &text);
		free(bytes);
	}
	gdbregs_buffer_fini(&text);
	(void)gdbregs__byte_order(d, true);
	(void)gdbregs__byte_order(d, false);
}

/* ------------------------------------------------------------------ layout of g --- */

static size_t whole_size(const struct gdbregs_description *d)
{
	size_t size = 0;

	for (size_t i = 0; i < d->register_count; i++)
		size += (d->registers[i].bits + 7) / 8;
	return size;
}

static void require_slots(const struct gdbregs_description *d,
			  const struct gdbregs__g_layout *layout, size_t size)
{
	REQUIRE(layout->size_bytes == size);
	for (size_t i = 0; i < d->register_count; i++)
		REQUIRE((size_t)layout->slots[i].off_bytes + layout->slots[i].size_bytes <= size ||
			layout->slots[i].size_bytes == 0);
}

static void try_layouts(const struct gdbregs_description *d)
{
	size_t whole = whole_size(d);
	uint32_t *candidates = calloc(d->register_count + 1, sizeof(*candidates));

	for (size_t size = 0; size <= whole + 8 && size < 2000; size++) {
		bool nomem = false;
		struct gdbregs__g_layout *layout = gdbregs__g_described(d, size, &nomem);

		REQUIRE(!nomem);
		if (layout)
			require_slots(d, layout, size);
		gdbregs__free(layout);
		size_t count = gdbregs__g_candidates(d, size, candidates);
		REQUIRE(count <= d->register_count);
		for (size_t i = 0; i < count; i++)
			REQUIRE(candidates[i] < d->register_count);
		size += size / 8;
	}
	free(candidates);
}

/* ---------------------------------------------------------------- once resolved --- */

static void require_same_registers(const struct gdbregs_description *a,
				   const struct gdbregs_description *b)
{
	REQUIRE(a->register_count == b->register_count);
	for (size_t i = 0; i < a->register_count; i++) {
		const struct gdbregs_register *x = &a->registers[i], *y = &b->registers[i];

		REQUIRE(x->regnum == y->regnum && x->bits == y->bits);
		REQUIRE(strcmp(x->name, y->name) == 0 && strcmp(x->type_name, y->type_name) == 0);
		REQUIRE((x->feature == NULL) == (y->feature == NULL));
		REQUIRE(!x->feature || strcmp(x->feature, y->feature) == 0);
		REQUIRE(gdbregs_register_kind(x) == gdbregs_register_kind(y));
	}
}

static void require_resolved(const struct gdbregs_description *d)
{
	struct gdbregs__limits roomy = limits;
	struct gdbregs_document one = {"target.xml", d->canonical.data, d->canonical.size};
	struct gdbregs_description *again = NULL;
	struct gdbregs_error err;

	roomy.description_bytes = SIZE_MAX / 4;
	REQUIRE(gdbregs__parse_documents(&one, 1, &roomy, &again, &err) == 0);
	require_same_registers(d, again);
	REQUIRE(again->canonical.size == d->canonical.size);
	REQUIRE(!d->canonical.size ||
		memcmp(again->canonical.data, d->canonical.data, d->canonical.size) == 0);
	gdbregs__description_free(again);
}

/* --------------------------------------------------------------------- includes --- */

static int found_href(void *arg, const char *href)
{
	size_t *count = arg;

	REQUIRE(href);
	return ++*count == 20 ? 77 : 0;
}

static void try_scans(const struct documents *d)
{
	for (size_t i = 0; i < d->count; i++) {
		struct gdbregs_error err = {0};
		size_t count = 0;
		int result =
			gdbregs__parse_includes(&d->list[i], &limits, found_href, &count, &err);

		REQUIRE((result == 77) == (count == 20));
		if (result < 0)
			require_error(result, &err);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct documents documents = {.count = 0};
	struct gdbregs_description *d = NULL;
	struct gdbregs_error err = {0};

	split(&documents, data, data + size);
	try_scans(&documents);
	int result = gdbregs__parse_documents(documents.list, documents.count, &limits, &d, &err);
	if (result < 0) {
		REQUIRE(d == NULL);
		require_error(result, &err);
	} else {
		REQUIRE(result == 0 && d);
		require_sound(d);
		show_all(d, (uint32_t)size * 2654435761u + 1);
		try_layouts(d);
		require_resolved(d);
	}
	gdbregs__description_free(d);
	drop(&documents);
	return 0;
}
