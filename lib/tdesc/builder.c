/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tdesc/builder-internal.h"

#include "util/alloc.h"

#include <string.h>

/* The longest text of <architecture> and <osabi> that is kept. */
#define TEXT_MOST_BYTES 1024

/* The places in which an element may appear. */
enum place {
	IN_NOTHING = 0, /* children are skipped */
	IN_DOCUMENT = 1 << 0,
	IN_TARGET = 1 << 1,
	IN_FEATURE = 1 << 2,
	IN_MEMBERS = 1 << 3, /* in a union, struct or flags */
	IN_ENUM = 1 << 4,
	IN_TEXT = 1 << 5,
};

static gdbregs__tdesc_handler text_start, feature_start;
static void architecture_end(struct gdbregs__tdesc *t);
static void osabi_end(struct gdbregs__tdesc *t);

/* To support another element, add a line here, and its handlers. An element that is
 * not listed, or is in another place, is skipped with its contents: `compatible`,
 * LLDB's `groups`, a second `target`. A feature may contain a feature, because LLDB's
 * stubs include feature files from feature files. The version of `target` is ignored.
 * GDB accepts only 1.0, and no other version exists. */
// clang-format off
#define NO_KIND GDBREGS_TYPE_UNKNOWN
static const struct gdbregs__tdesc_element elements[] = {
	{"reg",          IN_FEATURE,             IN_NOTHING, gdbregs__tdesc_reg_start,    NULL, NO_KIND},
	{"field",        IN_MEMBERS,             IN_NOTHING, gdbregs__tdesc_field_start,  NULL, NO_KIND},
	{"evalue",       IN_ENUM,                IN_NOTHING, gdbregs__tdesc_evalue_start, NULL, NO_KIND},
	{"vector",       IN_FEATURE,             IN_NOTHING, gdbregs__tdesc_vector_start, NULL, NO_KIND},
	{"union",        IN_FEATURE,             IN_MEMBERS, gdbregs__tdesc_type_start, gdbregs__tdesc_type_end, GDBREGS_TYPE_UNION},
	{"struct",       IN_FEATURE,             IN_MEMBERS, gdbregs__tdesc_type_start, gdbregs__tdesc_type_end, GDBREGS_TYPE_STRUCT},
	{"flags",        IN_FEATURE,             IN_MEMBERS, gdbregs__tdesc_type_start, gdbregs__tdesc_type_end, GDBREGS_TYPE_FLAGS},
	{"enum",         IN_FEATURE,             IN_ENUM,    gdbregs__tdesc_type_start, gdbregs__tdesc_type_end, GDBREGS_TYPE_ENUM},
	{"feature",      IN_TARGET | IN_FEATURE, IN_FEATURE, feature_start, NULL,             NO_KIND},
	{"architecture", IN_TARGET,              IN_TEXT,    text_start,    architecture_end, NO_KIND},
	{"osabi",        IN_TARGET,              IN_TEXT,    text_start,    osabi_end,        NO_KIND},
	{"target",       IN_DOCUMENT,            IN_TARGET,  NULL,          NULL,             NO_KIND},
};
// clang-format on

static const struct gdbregs__tdesc_element outermost = {.opens = IN_DOCUMENT};

static const struct gdbregs__tdesc_element *element_find(unsigned place, const char *name)
{
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if ((elements[i].places & place) && strcmp(elements[i].name, name) == 0)
			return &elements[i];
	return NULL;
}

struct gdbregs__tdesc_frame *gdbregs__tdesc_top(struct gdbregs__tdesc *t)
{
	return (struct gdbregs__tdesc_frame *)t->frames.items + t->frames.count - 1;
}

void *gdbregs__tdesc_list_add(struct gdbregs__tdesc *t, struct gdbregs__tdesc_list *list,
			      size_t item_size)
{
	void *items = gdbregs__array_room(list->items, list->count, &list->capacity, item_size);

	if (!items) {
		t->nomem = true;
		return NULL;
	}
	list->items = items;
	return memset((char *)items + list->count++ * item_size, 0, item_size);
}

void *gdbregs__tdesc_keep(struct gdbregs__tdesc *t, const struct gdbregs__tdesc_list *list,
			  size_t item_size)
{
	void *items = gdbregs__arena_alloc(&t->d->arena, list->count * item_size);

	if (!items)
		t->nomem = true;
	else if (list->count)
		memcpy(items, list->items, list->count * item_size);
	return items;
}

const char *gdbregs__tdesc_string(struct gdbregs__tdesc *t, const char *text)
{
	if (!text || !*text)
		return NULL;

	const char *string = gdbregs__intern_text(&t->strings, text);
	if (!string)
		t->nomem = true;
	return string;
}

const char *gdbregs__tdesc_attribute(struct gdbregs__tdesc *t, const char *const *attributes,
				     const char *name)
{
	return gdbregs__tdesc_string(t, gdbregs__xml_attribute(attributes, name));
}

static int feature_start(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
			 const char *const *attributes)
{
	struct gdbregs__tdesc_frame *frame = gdbregs__tdesc_top(t);

	(void)at;
	/* lldb-server 14 sends features without a name. */
	frame->feature = gdbregs__tdesc_attribute(t, attributes, "name");
	frame->scope = ++t->scopes;
	return 0;
}

static int text_start(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
		      const char *const *attributes)
{
	(void)at;
	(void)attributes;
	t->text.size = 0;
	return 0;
}

/* Store the text of an element. The first one that is not empty counts. A long text is
 * ignored: no such architecture exists. This does not depend on the limits of the session,
 * because sessions with other limits share the description. */
static void text_take(struct gdbregs__tdesc *t, const char **out)
{
	size_t size;

	if (gdbregs__buffer_terminate(&t->text) < 0) {
		t->nomem = true;
		return;
	}
	char *text = gdbregs__xml_trim(&t->text, &size);
	if (*out || !size || size > TEXT_MOST_BYTES)
		return;
	text[size] = '\0';
	*out = gdbregs__tdesc_string(t, text);
}

static void architecture_end(struct gdbregs__tdesc *t)
{
	text_take(t, &t->d->architecture);
}

static void osabi_end(struct gdbregs__tdesc *t)
{
	text_take(t, &t->d->osabi);
}

/* Check the lengths of all attributes: a name is copied for each register that has it, by the
 * library and by programs. */
static int check_lengths(struct gdbregs__tdesc *t, const struct gdbregs__xml *at, const char *name,
			 const char *const *attributes)
{
	size_t most = t->limits->name_bytes;

	for (size_t i = 0; attributes[i]; i += 2) {
		size_t length = strlen(attributes[i + 1]);

		if (length > most)
			return gdbregs__xml_fail(
				at, GDBREGS_ERR_LIMIT,
				"%.40s: the %.40s has %zu bytes, more than %zu (max_name_bytes)",
				name, attributes[i], length, most);
	}
	return 0;
}

int gdbregs__tdesc_start(struct gdbregs__tdesc *t, const struct gdbregs__xml *at, const char *name,
			 const char *const *attributes)
{
	const struct gdbregs__tdesc_frame parent = *gdbregs__tdesc_top(t);
	const struct gdbregs__tdesc_element *element =
		t->skipped ? NULL : element_find(parent.element->opens, name);

	if (!element) {
		t->skipped++;
		return 0;
	}

	struct gdbregs__tdesc_frame *frame = gdbregs__tdesc_list_add(t, &t->frames, sizeof(*frame));
	if (!frame)
		return GDBREGS_ERR_NOMEM;
	*frame = parent;
	frame->element = element;
	int result = check_lengths(t, at, name, attributes);
	if (result == 0 && element->start)
		result = element->start(t, at, attributes);
	return result == 0 && t->nomem ? GDBREGS_ERR_NOMEM : result;
}

int gdbregs__tdesc_end(struct gdbregs__tdesc *t)
{
	if (t->skipped) {
		t->skipped--;
		return 0;
	}

	const struct gdbregs__tdesc_element *element = gdbregs__tdesc_top(t)->element;
	if (element->end)
		element->end(t);
	t->frames.count--;
	return t->nomem ? GDBREGS_ERR_NOMEM : 0;
}

int gdbregs__tdesc_text(struct gdbregs__tdesc *t, const char *text, size_t size)
{
	if (t->skipped || gdbregs__tdesc_top(t)->element->opens != IN_TEXT)
		return 0;
	return gdbregs__buffer_append(&t->text, text, size);
}

struct gdbregs__tdesc *gdbregs__tdesc_new(struct gdbregs_description *d,
					  const struct gdbregs__limits *limits)
{
	struct gdbregs__tdesc *t = gdbregs__calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->d = d;
	t->limits = limits;
	gdbregs__intern_init(&t->strings, &d->arena);
	struct gdbregs__tdesc_frame *frame = gdbregs__tdesc_list_add(t, &t->frames, sizeof(*frame));
	if (!frame) {
		gdbregs__tdesc_free(t);
		return NULL;
	}
	frame->element = &outermost;
	return t;
}

void gdbregs__tdesc_free(struct gdbregs__tdesc *t)
{
	if (!t)
		return;
	gdbregs__intern_fini(&t->strings);
	gdbregs__arena_fini(&t->scratch);
	gdbregs__table_fini(&t->types);
	gdbregs__free(t->frames.items);
	gdbregs__free(t->registers.items);
	gdbregs__free(t->runs.items);
	gdbregs__free(t->unnamed.items);
	gdbregs__free(t->draft.fields.items);
	gdbregs__free(t->draft.evalues.items);
	gdbregs_buffer_fini(&t->text);
	gdbregs__free(t);
}
