/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A type is a graph: unions of vectors of unions expand to more parts than a program can list. So
 * a field is a place and a type, which is made when it is requested. No function here visits more
 * than the members of one type at each step of a path. */
#include "value/field.h"

#include "util/buffer.h"
#include "util/number.h"

#include <string.h>

/* ---------------------------------------------------------- description --- */

int gdbregs_register_field(const struct gdbregs_register *h, struct gdbregs_field *out)
{
	if (!h || !out)
		return GDBREGS_ERR_INVAL;
	*out = (struct gdbregs_field){
		.reg_ = h,
		.type_ = h->type,
		.name_ = h->name,
		.type_name_ = h->type_name,
		.size_bytes_ = (h->bits + 7) / 8,
		.width_bits_ = h->bits,
		.place_ = GDBREGS__FIELD_ROOT,
		.whole_ = true,
	};
	return 0;
}

const struct gdbregs_register *gdbregs_field_register(const struct gdbregs_field *f)
{
	return f ? f->reg_ : NULL;
}

const char *gdbregs_field_name(const struct gdbregs_field *f)
{
	return f ? f->name_ : NULL;
}

size_t gdbregs_field_index(const struct gdbregs_field *f)
{
	return f ? f->index_ : 0;
}

enum gdbregs_type_kind gdbregs_field_kind(const struct gdbregs_field *f)
{
	if (!f)
		return GDBREGS_TYPE_UNKNOWN;
	if (gdbregs__field_type(f))
		return gdbregs__field_type(f)->kind;
	return f->place_ == GDBREGS__FIELD_BITS ? GDBREGS_TYPE_INTEGER : GDBREGS_TYPE_UNKNOWN;
}

const char *gdbregs_field_type(const struct gdbregs_field *f)
{
	return f ? f->type_name_ : NULL;
}

bool gdbregs_field_is_signed(const struct gdbregs_field *f)
{
	const struct gdbregs__type *type = f ? gdbregs__field_type(f) : NULL;

	return type && (type->kind == GDBREGS_TYPE_FLOAT || type->scalar == GDBREGS__SCALAR_INT);
}

unsigned gdbregs_field_bits(const struct gdbregs_field *f)
{
	return f ? f->width_bits_ : 0;
}

unsigned gdbregs_field_position(const struct gdbregs_field *f)
{
	return f ? f->low_bit_ : 0;
}

size_t gdbregs_field_offset_bytes(const struct gdbregs_field *f)
{
	return f ? f->off_bytes_ : 0;
}

/* ------------------------------------------------------------- children --- */

/* The type may be larger than the register (see type_fits() in builder-reg.c). */
static uint32_t element_count(const struct gdbregs_field *f, const struct gdbregs__type *type)
{
	uint32_t size = gdbregs__type_bytes(type->element);
	uint32_t room = size ? f->size_bytes_ / size : type->count;

	return type->count < room ? type->count : room;
}

size_t gdbregs_field_count(const struct gdbregs_field *f)
{
	const struct gdbregs__type *type = f ? gdbregs__field_type(f) : NULL;

	if (!type)
		return 0;
	return type->kind == GDBREGS_TYPE_VECTOR ? element_count(f, type) : type->field_count;
}

/* Make a child of `size_bytes` at `off_bytes` of its parent. */
static struct gdbregs_field child_in_bytes(const struct gdbregs_field *f, size_t index,
					   uint32_t off_bytes, uint32_t size_bytes)
{
	return (struct gdbregs_field){
		.reg_ = f->reg_,
		.off_bytes_ = f->off_bytes_ + off_bytes,
		.size_bytes_ = size_bytes,
		.width_bits_ = size_bytes * 8,
		.index_ = (uint32_t)index,
	};
}

/* An element without a size of its own (a pointer) has an equal part of the vector. */
static struct gdbregs_field element(const struct gdbregs_field *f, size_t index)
{
	const struct gdbregs__type *type = gdbregs__field_type(f);
	uint32_t size = gdbregs__type_bytes(type->element);
	struct gdbregs_field child;

	if (!size)
		size = f->size_bytes_ / type->count;
	child = child_in_bytes(f, index, (uint32_t)index * size, size);
	child.type_ = type->element;
	child.type_name_ = type->element_name;
	child.place_ = GDBREGS__FIELD_ELEMENT;
	return child;
}

/* Bits are counted from the lowest of the value that their parent is. */
static struct gdbregs_field bits(const struct gdbregs_field *f, size_t index,
				 const struct gdbregs__field *member)
{
	struct gdbregs_field child = child_in_bytes(f, index, 0, f->size_bytes_);

	child.type_name_ = f->size_bytes_ > 4 ? "uint64" : "uint32";
	if (member->start == member->end)
		child.type_name_ = "bool";
	child.width_bits_ = (uint32_t)(member->end - member->start) + 1;
	child.low_bit_ = (uint8_t)member->start;
	child.whole_ = f->whole_;
	child.place_ = GDBREGS__FIELD_BITS;
	return child;
}

/* Members of a struct follow each other without padding, as in GDB 13. Members without a
 * size of their own (pointers) have equal parts of the bytes that the others leave. */
uint32_t gdbregs__field_place(const struct gdbregs__type *type, const struct gdbregs__field *member,
			      uint32_t size_bytes, uint32_t *off_bytes)
{
	uint32_t size = gdbregs__type_bytes(member->type), sized = type->sized_bits / 8,
		 rest = size_bytes;

	*off_bytes = 0;
	if (type->kind == GDBREGS_TYPE_UNION && size > rest)
		size = rest;
	if (type->kind == GDBREGS_TYPE_STRUCT) {
		rest = type->unsized_count && sized < rest ? (rest - sized) / type->unsized_count
							   : 0;
		*off_bytes = member->off_bits / 8 + member->unsized_before * rest;
	}
	return size ? size : rest;
}

static struct gdbregs_field member_of(const struct gdbregs_field *f, size_t index,
				      const struct gdbregs__field *member)
{
	uint32_t off;
	uint32_t size = gdbregs__field_place(gdbregs__field_type(f), member, f->size_bytes_, &off);
	struct gdbregs_field child = child_in_bytes(f, index, off, size);

	child.place_ = GDBREGS__FIELD_MEMBER;
	return child;
}

int gdbregs_field_child(const struct gdbregs_field *f, size_t index, struct gdbregs_field *out)
{
	const struct gdbregs__type *type = f ? gdbregs__field_type(f) : NULL;

	if (!f || !out)
		return GDBREGS_ERR_INVAL;
	if (index >= gdbregs_field_count(f))
		return GDBREGS_ERR_NO_FIELD;
	if (type->kind == GDBREGS_TYPE_VECTOR) {
		*out = element(f, index);
		return 0;
	}

	const struct gdbregs__field *member = &type->fields[index];
	struct gdbregs_field child =
		member->start >= 0 ? bits(f, index, member) : member_of(f, index, member);
	child.type_ = member->type;
	child.name_ = member->name;
	if (member->type_name)
		child.type_name_ = member->type_name;
	*out = child;
	return 0;
}

/* ---------------------------------------------------------------- paths --- */

static bool ends_step(char c)
{
	return c == '\0' || c == '.' || c == '[';
}

/* Find the member with the longest name that begins the path: a name may have dots. If several
 * have this name, find the first. Returns the length of its name, or 0. */
static size_t find_member(const struct gdbregs__type *type, const char *path, size_t *index)
{
	size_t best = 0;

	for (uint32_t i = 0; i < type->field_count; i++) {
		const char *name = type->fields[i].name;

		if (name[0] != path[0])
			continue;
		size_t length = strlen(name);
		if (length > best && strncmp(name, path, length) == 0 && ends_step(path[length])) {
			best = length;
			*index = i;
		}
	}
	return best;
}

/* Parse `[index]`. Returns its length, or 0. */
static size_t take_index(const char *path, size_t *index)
{
	/* The path may be empty: there is nothing to read after its end. */
	size_t length = path[0] == '[' ? 1 + strspn(path + 1, "0123456789") : 0;
	uint64_t number;

	if (length <= 1 || path[length] != ']' ||
	    !gdbregs__number_decimal(path + 1, length - 1, UINT32_MAX, &number))
		return 0;
	*index = (size_t)number;
	return length + 1;
}

/* Take a step of the path from *f. Returns its length, or 0 if the path does not
 * continue this way. */
static size_t take_step(const char *path, struct gdbregs_field *f)
{
	const struct gdbregs__type *type = gdbregs__field_type(f);
	size_t index = 0, length;

	if (!type)
		return 0;
	if (type->kind == GDBREGS_TYPE_VECTOR)
		length = take_index(path, &index);
	else
		length = find_member(type, path, &index);
	return length && gdbregs_field_child(f, index, f) == 0 ? length : 0;
}

int gdbregs_field_find(const struct gdbregs_register *h, const char *path,
		       struct gdbregs_field *out)
{
	struct gdbregs_field f;
	size_t length;

	if (!path || !out || gdbregs_register_field(h, &f) < 0)
		return GDBREGS_ERR_INVAL;
	for (bool first = true; *path; first = false) {
		if (path[0] == '.' && !first && path[1] != '[')
			path++;
		else if (path[0] != '[' && !first)
			return GDBREGS_ERR_NO_FIELD;
		length = take_step(path, &f);
		if (!length)
			return GDBREGS_ERR_NO_FIELD;
		path += length;
	}
	*out = f;
	return 0;
}

int gdbregs_field_append_path(const struct gdbregs_field *f, struct gdbregs_buffer *path)
{
	int result;

	if (!f || !path)
		return GDBREGS_ERR_INVAL;

	size_t before = path->size;
	if (f->place_ == GDBREGS__FIELD_ELEMENT)
		result = gdbregs__buffer_printf(path, "[%zu]", gdbregs_field_index(f));
	else if (f->place_ == GDBREGS__FIELD_ROOT || !f->name_[0])
		result = 0;
	else
		result = gdbregs__buffer_printf(path, "%s%s", path->size ? "." : "", f->name_);
	if (result == 0)
		result = gdbregs__buffer_terminate(path);
	if (result < 0)
		path->size = before;
	return result;
}

/* ------------------------------------------------ places in a value --- */

struct gdbregs__slice gdbregs__field_register_slice(const struct gdbregs_register *reg,
						    enum gdbregs_byte_order order,
						    const void *bytes, size_t size)
{
	const struct gdbregs_description *d = reg->description;

	return (struct gdbregs__slice){bytes, size, order, d ? d->architecture : NULL};
}

/* A stub's reply may be longer or shorter than the description says. */
static size_t root_width(const struct gdbregs_field *f, size_t size)
{
	return f->size_bytes_ == size ? f->width_bits_ : size * 8;
}

int gdbregs__field_locate(const struct gdbregs_field *f, enum gdbregs_byte_order order,
			  const void *bytes, size_t size, struct gdbregs__field_at *at)
{
	if (!f || !f->reg_ || (!bytes && size) || order > GDBREGS_BYTE_ORDER_BIG)
		return GDBREGS_ERR_INVAL;
	at->slice = gdbregs__field_register_slice(f->reg_, order, bytes, size);
	if (!f->whole_) {
		if (f->off_bytes_ > size || f->size_bytes_ > size - f->off_bytes_)
			return GDBREGS_ERR_UNAVAILABLE;
		at->slice = gdbregs__slice_part(at->slice, f->off_bytes_, f->size_bytes_);
	}
	if (at->slice.size_bytes == 0)
		return GDBREGS_ERR_UNAVAILABLE;
	at->low_bit = f->low_bit_;
	at->width_bits =
		f->place_ == GDBREGS__FIELD_BITS ? f->width_bits_ : at->slice.size_bytes * 8;
	if (f->place_ == GDBREGS__FIELD_ROOT)
		at->width_bits = root_width(f, size);
	return at->low_bit + at->width_bits <= at->slice.size_bytes * 8 ? 0
									: GDBREGS_ERR_UNAVAILABLE;
}

int gdbregs__field_locate_number(const struct gdbregs_field *f, enum gdbregs_byte_order order,
				 const void *bytes, size_t size, struct gdbregs__field_at *at)
{
	int result = gdbregs__field_locate(f, order, bytes, size, at);

	if (result < 0)
		return result;
	return order == GDBREGS_BYTE_ORDER_UNKNOWN && at->slice.size_bytes > 1
		       ? GDBREGS_ERR_UNSUPPORTED
		       : 0;
}

bool gdbregs__field_is_integer(const struct gdbregs_field *f)
{
	const struct gdbregs__type *type = gdbregs__field_type(f);

	switch (gdbregs_field_kind(f)) {
	case GDBREGS_TYPE_UNKNOWN:
	case GDBREGS_TYPE_INTEGER:
	case GDBREGS_TYPE_ENUM:
	case GDBREGS_TYPE_FLAGS:
		return true;
	case GDBREGS_TYPE_STRUCT:
		return type->field_count && type->fields[0].start >= 0;
	default:
		return false;
	}
}

/* ---------------------------------------------------------------- enums --- */

static const struct gdbregs__type *enum_of(const struct gdbregs_field *f)
{
	const struct gdbregs__type *type = f ? gdbregs__field_type(f) : NULL;

	return type && type->kind == GDBREGS_TYPE_ENUM ? type : NULL;
}

size_t gdbregs_field_enum_count(const struct gdbregs_field *f)
{
	return enum_of(f) ? enum_of(f)->evalue_count : 0;
}

const char *gdbregs_field_enum_item(const struct gdbregs_field *f, size_t index, uint64_t *value)
{
	if (index >= gdbregs_field_enum_count(f))
		return NULL;
	if (value)
		*value = enum_of(f)->evalues[index].value;
	return enum_of(f)->evalues[index].name;
}

const char *gdbregs_field_enum_name(const struct gdbregs_field *f, uint64_t value)
{
	for (size_t i = 0; i < gdbregs_field_enum_count(f); i++)
		if (enum_of(f)->evalues[i].value == value)
			return enum_of(f)->evalues[i].name;
	return NULL;
}

int gdbregs_field_enum_value(const struct gdbregs_field *f, const char *name, uint64_t *value)
{
	if (!f || !name || !value)
		return GDBREGS_ERR_INVAL;
	for (size_t i = 0; i < gdbregs_field_enum_count(f); i++) {
		if (strcmp(enum_of(f)->evalues[i].name, name) == 0) {
			*value = enum_of(f)->evalues[i].value;
			return 0;
		}
	}
	return GDBREGS_ERR_NO_FIELD;
}
