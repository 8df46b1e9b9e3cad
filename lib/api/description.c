/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public functions for descriptions and registers. */
#include "util/alloc.h"
#include "util/buffer.h"
#include "tdesc/model.h"
#include "tdesc/roles.h"

const char *gdbregs_register_name(const struct gdbregs_register *h)
{
	return h ? h->name : NULL;
}

const char *gdbregs_register_feature(const struct gdbregs_register *h)
{
	return h ? h->feature : NULL;
}

const char *gdbregs_register_type(const struct gdbregs_register *h)
{
	return h ? h->type_name : NULL;
}

const char *gdbregs_register_group(const struct gdbregs_register *h)
{
	return h ? h->group : NULL;
}

const char *gdbregs_register_alias(const struct gdbregs_register *h)
{
	return h ? h->altname : NULL;
}

enum gdbregs_role gdbregs_register_role(const struct gdbregs_register *h)
{
	enum gdbregs_role role = h ? GDBREGS_ROLE_RETURN_ADDRESS : GDBREGS_ROLE_NONE;

	while (role != GDBREGS_ROLE_NONE && gdbregs__roles_get(h->description, role) != h)
		role--;
	return role;
}

unsigned gdbregs_register_bits(const struct gdbregs_register *h)
{
	return h ? h->bits : 0;
}

enum gdbregs_type_kind gdbregs_register_kind(const struct gdbregs_register *h)
{
	return h && h->type ? h->type->kind : GDBREGS_TYPE_UNKNOWN;
}

enum gdbregs_type_from gdbregs_register_type_from(const struct gdbregs_register *h)
{
	return h && h->type_shipped ? GDBREGS_TYPE_SHIPPED : GDBREGS_TYPE_DESCRIBED;
}

int gdbregs_description_registers(const struct gdbregs_description *d,
				  struct gdbregs_reg_descriptor **out, size_t *count)
{
	struct gdbregs_reg_descriptor *array;

	if (!d || !out || !count)
		return GDBREGS_ERR_INVAL;
	array = gdbregs__calloc(d->register_count, sizeof(*array));
	if (!array)
		return GDBREGS_ERR_NOMEM;
	for (size_t i = 0; i < d->register_count; i++)
		array[i] = (struct gdbregs_reg_descriptor){
			.handle = &d->registers[i],
			.name = d->registers[i].name,
			.feature = d->registers[i].feature,
		};
	*out = array;
	*count = d->register_count;
	return 0;
}

int gdbregs_description_features(const struct gdbregs_description *d, struct gdbregs_feature **out,
				 size_t *count)
{
	struct gdbregs_feature *array;

	if (!d || !out || !count)
		return GDBREGS_ERR_INVAL;
	array = gdbregs__calloc(d->feature_count, sizeof(*array));
	if (!array)
		return GDBREGS_ERR_NOMEM;
	for (size_t i = 0; i < d->feature_count; i++)
		array[i] = (struct gdbregs_feature){
			.name = d->features[i].name,
			.first = d->features[i].first,
			.count = d->features[i].count,
		};
	*out = array;
	*count = d->feature_count;
	return 0;
}

int gdbregs_description_find_register(const struct gdbregs_description *d, const char *feature,
				      const char *name, const struct gdbregs_register **out)
{
	return d && name && out ? gdbregs__roles_find(d, feature, name, out) : GDBREGS_ERR_INVAL;
}

int gdbregs_description_find_role(const struct gdbregs_description *d, enum gdbregs_role role,
				  const struct gdbregs_register **out)
{
	if (!d || !out || role <= GDBREGS_ROLE_NONE || role > GDBREGS_ROLE_RETURN_ADDRESS)
		return GDBREGS_ERR_INVAL;

	const struct gdbregs_register *found = gdbregs__roles_get(d, role);
	if (!found)
		return GDBREGS_ERR_NO_REGISTER;
	*out = found;
	return 0;
}

const char *gdbregs_description_architecture(const struct gdbregs_description *d)
{
	return d ? d->architecture : NULL;
}

const char *gdbregs_description_osabi(const struct gdbregs_description *d)
{
	return d ? d->osabi : NULL;
}

int gdbregs_description_xml(const struct gdbregs_description *d, struct gdbregs_buffer *xml)
{
	if (!d || !xml)
		return GDBREGS_ERR_INVAL;
	if (gdbregs__buffer_reserve(xml, d->canonical.size) < 0)
		return GDBREGS_ERR_NOMEM;
	xml->size = 0;
	return gdbregs__buffer_append(xml, d->canonical.data, d->canonical.size);
}

size_t gdbregs_description_document_count(const struct gdbregs_description *d)
{
	return d ? d->document_count : 0;
}

struct gdbregs_document gdbregs_description_document(const struct gdbregs_description *d,
						     size_t index)
{
	if (!d || index >= d->document_count)
		return (struct gdbregs_document){0};
	return d->documents[index];
}
