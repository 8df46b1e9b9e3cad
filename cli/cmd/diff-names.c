/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmd/diff-names.h"

#include "base/message.h"
#include "cmd/diff-own.h"
#include "target/name.h"
#include "target/part.h"
#include "target/shipped.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ------------------------------------------------------ names as they are --- */

/* Returns whether [FEATURE:]NAME.FIELD is the part. Its brackets are no sets of characters. */
static bool names_part(const char *pattern, const struct stored_value *v)
{
	const char *colon = name_colon(pattern), *name = colon ? colon + 1 : pattern;
	size_t size = strlen(v->name), feature = colon ? (size_t)(colon - pattern) : 0;
	if (colon && (!v->feature || strlen(v->feature) != feature ||
		      strncasecmp(v->feature, pattern, feature) != 0))
		return false;
	if (strncasecmp(name, v->name, size) != 0)
		return false;
	return strcmp(name + size + (name[size] == '.'), v->field) == 0;
}

bool names_fit(const char *pattern, const struct stored_value *v)
{
	return name_fits(pattern, v->feature, v->name) || (v->field && names_part(pattern, v));
}

enum { MOST_DESCRIPTIONS = 64 };

struct names {
	struct gdbregs_context *context; /* of those that are loaded here; or NULL */
	const struct gdbregs_description *item[MOST_DESCRIPTIONS];
	size_t count;
	bool shipped; /* are loaded */
	/* Made from the values of a vCPU, whose first one is given. */
	struct {
		size_t first;
		const struct gdbregs_description *description;
	} made[MOST_DESCRIPTIONS];
	size_t made_count;
	size_t own; /* values that the snapshot has itself: parts are added after them */
};

/* The register or part that a pattern means in one description. */
struct meaning {
	const char *pattern;
	const char *path; /* "": the whole register */
	const char *architecture, *feature, *name;
	struct chosen chosen;
	bool excluded;
	bool seen; /* in some vCPU */
};

/* -------------------------------------------------------- descriptions --- */

static void add_description(struct names *names, const struct gdbregs_description *d)
{
	for (size_t i = 0; i < names->count; i++) {
		if (names->item[i] == d)
			return;
	}
	if (d && names->count < MOST_DESCRIPTIONS)
		names->item[names->count++] = d;
}

static void add_targets(struct names *names, const struct targets *set)
{
	for (size_t i = 0; set && i < set->count; i++) {
		const struct snapshot *s = &set->item[i].snapshot;
		for (size_t j = 0; j < s->vcpu_count; j++)
			add_description(names, snapshot_selected(s, &s->vcpus[j])->description);
	}
}

/* A shipped description that cannot be loaded is passed over: it is a help, no more. */
static int add_shipped(struct names *names)
{
	struct shipped_names list;
	char path[PATH_MAX];
	if (names->shipped)
		return 0;
	if (!names->context && gdbregs_context_new(&names->context) < 0)
		return fail_nomem();
	names->shipped = true;
	shipped_list(&list);
	for (size_t i = 0; i < list.count; i++) {
		const struct gdbregs_description *d = NULL;
		struct gdbregs_error error = {.code = 0};
		if (shipped_find(list.item[i], path) &&
		    gdbregs_description_load(names->context, path, NULL, &d, &error) == 0)
			add_description(names, d);
	}
	shipped_list_fini(&list);
	return 0;
}

/* Returns the description that the values of a vCPU make; NULL: they make none. */
static const struct gdbregs_description *find_own(struct names *names, const struct stored *s,
						  size_t first, size_t end)
{
	for (size_t i = 0; i < names->made_count; i++) {
		if (names->made[i].first == first)
			return names->made[i].description;
	}
	if (names->made_count == MOST_DESCRIPTIONS ||
	    (!names->context && gdbregs_context_new(&names->context) < 0))
		return NULL;
	size_t i = names->made_count++;
	names->made[i].first = first;
	names->made[i].description = own_description(names->context, s, first, end);
	return names->made[i].description;
}

/* -------------------------------------------------- parts in the targets --- */

/* Registers that are looked at for all parts together. Parts of one register are
 * neighbours in a file, so this is only reached by a file and a stub that are made for it. */
enum { MOST_COMPARED = 100000000 };

struct search {
	const struct snapshot *snapshot;
	const struct vcpu *vcpu;
	size_t place; /* of the register that was found last */
	size_t left;
};

static const struct gdbregs_read *find_read(struct search *search,
					    const struct gdbregs_register *reg)
{
	const struct selected *selected = snapshot_selected(search->snapshot, search->vcpu);
	const struct gdbregs_read *reads = &search->snapshot->reads[search->vcpu->first_read];
	if (search->place < selected->register_count && selected->registers[search->place] == reg)
		return &reads[search->place];
	for (size_t i = 0; i < selected->register_count && search->left > 0; i++, search->left--) {
		if (selected->registers[i] != reg)
			continue;
		search->place = i;
		return &reads[i];
	}
	return NULL;
}

/* Returns false if the vCPU does not have the part. */
static bool find_value(struct search *search, const struct stored_value *v, struct chosen *chosen,
		       struct value *out)
{
	const struct gdbregs_description *d =
		snapshot_selected(search->snapshot, search->vcpu)->description;
	const struct gdbregs_register *reg;
	*chosen = (struct chosen){.path = (char *)v->field};
	if (!d || gdbregs_description_find_register(d, v->feature, v->name, &reg) < 0 ||
	    gdbregs_field_find(reg, v->field, &chosen->field) < 0)
		return false;
	const struct gdbregs_read *read = find_read(search, reg);
	chosen->reg = reg;
	if (!read)
		return false;
	*out = value_make(v->target, search->vcpu, search->vcpu->order, chosen, read);
	return true;
}

/* Make the members that a snapshot file has for a part. Returns NULL when out of memory. */
static json_t *part_object(const struct value *v)
{
	struct text bytes = {0}, number = {0};
	struct gdbregs_buffer decoded = {0};
	const char *meaning = value_decode_all(v, &decoded);
	json_t *object = json_object();
	json_member(&object, "name", json_text(gdbregs_register_name(v->reg)));
	json_member(&object, "field", json_text(value_path(v)));
	json_member(&object, "feature", json_text(gdbregs_register_feature(v->reg)));
	if (v->status > 0 && !v->is_bit_field) {
		text_add_bytes(&bytes, v->bytes, v->size_bytes);
		json_member(&object, "bytes", json_text(bytes.data));
	}
	if (value_is_number(v)) {
		value_add_number(&number, v, false);
		json_member(&object, "value", json_text(number.data));
	}
	if (meaning && value_kind(v) == GDBREGS_TYPE_ENUM)
		json_member(&object, "text", json_text(meaning));
	if (!meaning || bytes.failed || number.failed) {
		json_decref(object);
		object = NULL;
	}
	text_fini(&bytes);
	text_fini(&number);
	gdbregs_buffer_fini(&decoded);
	return object;
}

static int add_found(struct stored *s, struct search *search, const struct stored_value *v)
{
	struct chosen chosen;
	struct value value;
	struct stored_value stored = {
		.target = search->snapshot->target, .vcpu = v->vcpu, .order = search->vcpu->order};
	if (!find_value(search, v, &chosen, &value))
		return 0;
	return stored_add_register(s, part_object(&value), stored);
}

static int add_of_target(struct stored *s, const struct target *t, const struct stored *file)
{
	struct search search = {.snapshot = &t->snapshot, .left = MOST_COMPARED};
	int status = 0;
	for (size_t i = 0; i < file->count && status == 0; i++) {
		const struct stored_value *v = &file->item[i];
		/* With one target in the file, its address does not matter. */
		if (!v->field || (file->several && strcmp(v->target, t->name) != 0))
			continue;
		for (size_t j = 0; j < t->snapshot.vcpu_count && status == 0; j++) {
			search.vcpu = &t->snapshot.vcpus[j];
			if (search.vcpu->index == v->vcpu)
				status = add_found(s, &search, v);
		}
	}
	return status;
}

int names_add_parts(struct stored *s, const struct targets *set, const struct stored *file)
{
	int status = 0;
	for (size_t i = 0; i < set->count && status == 0; i++)
		status = add_of_target(s, &set->item[i], file);
	return status;
}

/* -------------------------------------------------------------- values --- */

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_vcpu(const struct stored_value *a, const struct stored_value *b)
{
	return a->vcpu == b->vcpu && same_text(a->target, b->target);
}

/* JSON lines have no architecture: there, the names of feature and register have to do. */
static bool is_meant(const struct meaning *m, const struct stored_value *v)
{
	return strcmp(m->name, v->name) == 0 && same_text(m->feature, v->feature) &&
	       (!v->architecture || !m->architecture ||
		strcasecmp(v->architecture, m->architecture) == 0);
}

static void mark(struct stored_value *v, const struct meaning *m)
{
	if (m->excluded)
		v->excluded = true;
	else if (!v->alias)
		v->alias = m->pattern;
}

/* Returns the bytes of a value of a file. Returns false if there are not as many as the register
 * has. */
static bool get_bytes(const struct stored_value *v, uint8_t *out, size_t size)
{
	if (!stored_has_bytes(v) || stored_size(v) != size)
		return false;
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)stored_byte(v, i);
	return true;
}

/* JSON lines do not say the byte order, but a number beside the bytes does: either order
 * makes it, or there is one only. */
static enum gdbregs_byte_order find_order(const struct stored_value *v, const uint8_t *bytes,
					  size_t size)
{
	struct text number = {0};
	enum gdbregs_byte_order order = v->order;
	if (order != GDBREGS_BYTE_ORDER_UNKNOWN || !v->number)
		return order;
	text_add_number(&number, GDBREGS_BYTE_ORDER_LITTLE, bytes, size, false);
	if (!number.failed)
		order = strcasecmp(number.data, v->number) == 0 ? GDBREGS_BYTE_ORDER_LITTLE
								: GDBREGS_BYTE_ORDER_BIG;
	text_fini(&number);
	return order;
}

static int add_part(struct stored *s, size_t whole, const struct meaning *m)
{
	struct stored_value from = s->item[whole], *added;
	size_t size = (gdbregs_register_bits(m->chosen.reg) + 7) / 8, count = s->count;
	uint8_t *bytes = malloc(size + 1);
	if (!bytes)
		return fail_nomem();
	int status = 0;
	bool known = get_bytes(&from, bytes, size);
	struct vcpu vcpu = {.index = from.vcpu,
			    .order = known ? find_order(&from, bytes, size) : from.order};
	struct gdbregs_read read = {.vcpu = from.vcpu,
				    .reg = m->chosen.reg,
				    .status = known ? (int)size : GDBREGS_ERR_UNAVAILABLE,
				    .data = known ? bytes : NULL};
	struct value value = value_make(from.target, &vcpu, vcpu.order, &m->chosen, &read);
	struct stored_value base = {.target = from.target,
				    .vcpu = from.vcpu,
				    .order = vcpu.order,
				    .architecture = from.architecture};
	status = stored_add_register(s, part_object(&value), base);
	free(bytes);
	if (status == 0 && s->count > count) {
		added = &s->item[count];
		mark(added, m);
	}
	return status;
}

/* Returns whether another pattern has added the part. */
static bool is_added(struct stored *s, size_t own, const struct meaning *m,
		     const struct stored_value *whole)
{
	for (size_t i = own; i < s->count; i++) {
		struct stored_value *v = &s->item[i];
		if (!same_vcpu(v, whole) || !is_meant(m, v) || strcmp(v->field, m->path) != 0)
			continue;
		mark(v, m);
		return true;
	}
	return false;
}

/* Returns whether the values of a vCPU have what is meant, which is then marked or added. */
static int apply(struct stored *s, size_t first, size_t end, const struct meaning *m, size_t own,
		 bool *found)
{
	size_t whole = end;
	for (size_t i = first; i < end; i++) {
		struct stored_value *v = &s->item[i];
		if (!is_meant(m, v))
			continue;
		whole = v->field ? whole : i;
		if (m->path[0] != '\0' && !(v->field && strcmp(v->field, m->path) == 0))
			continue;
		mark(v, m);
		*found = true;
	}
	if (*found || whole == end || m->path[0] == '\0')
		return 0;
	*found = is_added(s, own, m, &s->item[whole]);
	if (*found || m->excluded)
		return 0;
	*found = true;
	return add_part(s, whole, m);
}

/* ------------------------------------------------------------ patterns --- */

static bool find_meaning(const struct gdbregs_description *d, struct meaning *m)
{
	if (part_find(d, m->pattern, &m->chosen.field, &m->path) != 0)
		return false;
	m->chosen.reg = gdbregs_field_register(&m->chosen.field);
	m->chosen.path = m->path[0] != '\0' ? (char *)m->path : NULL;
	m->name = gdbregs_register_name(m->chosen.reg);
	m->feature = gdbregs_register_feature(m->chosen.reg);
	m->architecture = gdbregs_description_architecture(d);
	return true;
}

static bool fits_any(const struct stored *s, size_t first, size_t end, const char *pattern)
{
	for (size_t i = first; i < end; i++) {
		if (names_fit(pattern, &s->item[i]))
			return true;
	}
	return false;
}

static int add_to_vcpu(struct stored *s, size_t first, size_t end, struct meaning *m,
		       struct names *names)
{
	bool found = fits_any(s, first, end, m->pattern);
	int status = 0;
	if (!found && strpbrk(m->pattern, "*?"))
		return 0;
	const struct gdbregs_description *own = found ? NULL : find_own(names, s, first, end);
	if (own && find_meaning(own, m))
		status = apply(s, first, end, m, names->own, &found);
	for (size_t i = 0; !found && status == 0; i++) {
		if (i == names->count)
			status = add_shipped(names);
		if (i >= names->count)
			break;
		if (status == 0 && find_meaning(names->item[i], m))
			status = apply(s, first, end, m, names->own, &found);
	}
	m->seen |= found;
	return status;
}

static int add_pattern(struct stored *s, struct meaning *m, struct names *names)
{
	size_t count = names->own, end;
	int status = 0;
	for (size_t first = 0; first < count && status == 0; first = end) {
		end = first + 1;
		while (end < count && same_vcpu(&s->item[end - 1], &s->item[end]))
			end++;
		status = add_to_vcpu(s, first, end, m, names);
	}
	return status;
}

static int add_patterns(struct stored *s, const struct string_list *words, bool excluded,
			struct names *names, bool *seen)
{
	int status = 0;
	for (size_t i = 0; i < words->count && status == 0; i++) {
		struct meaning m = {.pattern = words->item[i], .excluded = excluded};
		status = add_pattern(s, &m, names);
		seen[i] |= m.seen;
	}
	return status;
}

int names_add(struct stored *s, const struct options *o, const struct targets *set, bool *seen)
{
	struct names names = {.own = s->count};
	add_targets(&names, set);
	int status = add_patterns(s, &o->patterns, false, &names, seen);
	if (status == 0)
		status = add_patterns(s, &o->excludes, true, &names,
				      seen + o->patterns.count + o->features.count);
	gdbregs_context_unref(names.context);
	return status;
}
