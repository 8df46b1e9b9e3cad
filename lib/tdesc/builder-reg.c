/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tdesc/builder-internal.h"

#include "tdesc/g-layout.h"
#include "tdesc/roles.h"
#include "util/number.h"

#include <stdio.h>
#include <string.h>

/* The valid range of an attribute. */
struct range {
	const char *attribute;
	size_t least;
	size_t most;
	const char *option; /* the limit of the session that determines `most` */
};

/* Report a number that is out of range. Only a number that is too large exceeds a limit. */
static int fail_range(const struct gdbregs__xml *at, const struct range *range, const char *reg,
		      const char *shown, bool too_large)
{
	return gdbregs__xml_fail(at, too_large ? GDBREGS_ERR_LIMIT : GDBREGS_ERR_DESCRIPTION,
				 "register \"%.40s\": %s %.40s is out of range: %zu to %zu%s%s%s",
				 reg, range->attribute, shown, range->least, range->most,
				 too_large ? " (" : "", too_large ? range->option : "",
				 too_large ? ")" : "");
}

static int take_number(const struct gdbregs__xml *at, const struct range *range, const char *reg,
		       const char *text, size_t *out)
{
	uint64_t value = 0;
	enum gdbregs__number result = gdbregs__number_parse(text, &value);

	if (result == GDBREGS__NUMBER_NONE)
		return gdbregs__xml_fail(at, GDBREGS_ERR_DESCRIPTION,
					 "register \"%.40s\": %s \"%.40s\" is not a number", reg,
					 range->attribute, text);
	if (result == GDBREGS__NUMBER_TOO_LARGE || value > range->most)
		return fail_range(at, range, reg, text, true);
	if (result == GDBREGS__NUMBER_NEGATIVE || value < range->least)
		return fail_range(at, range, reg, text, false);
	*out = (size_t)value;
	return 0;
}

static int take_bits(struct gdbregs__tdesc *t, const struct gdbregs__xml *at, const char *reg,
		     const char *text, size_t *bits)
{
	const struct range range = {
		.attribute = "bitsize",
		.least = 1,
		.most = t->limits->register_bits,
		.option = "max_register_bits",
	};

	if (!text)
		return gdbregs__xml_fail(at, GDBREGS_ERR_DESCRIPTION,
					 "register \"%.40s\" has no bitsize", reg);
	return take_number(at, &range, reg, text, bits);
}

/* Read a register number. Without a regnum attribute, a register gets the number of
 * the previous one plus 1, also across features and documents: QEMU 7.2's
 * power-spr.xml has no numbers at all. */
static int take_regnum(struct gdbregs__tdesc *t, const struct gdbregs__xml *at, const char *reg,
		       const char *text, size_t *regnum)
{
	const struct range range = {
		.attribute = "regnum",
		.least = 0,
		.most = t->limits->register_number,
		.option = "max_register_number",
	};

	if (text)
		return take_number(at, &range, reg, text, regnum);
	if (t->next_regnum > range.most)
		return fail_range(at, &range, reg, "(implied)", true);
	*regnum = (size_t)t->next_regnum;
	return 0;
}

/* Returns true if a register has only a part of its type, and this part consists of whole elements
 * of vectors. In QEMU 7.2, p0 of aarch64 has 256 bits, and its type is a vector of 256 bytes. GDB
 * gives such a register the size of its type, and shows arbitrary bytes where the stub sends
 * none. */
static bool type_clips(const struct gdbregs__type *type, uint32_t bits)
{
	return bits % 8 == 0 && bits < type->bits && type->least_bits && type->least_bits <= bits;
}

/* Returns true if the type can describe a register of that size. Integers, floats and enums take
 * their size from the register. Flags and structs must have its size. Vectors and unions may be
 * larger. */
static bool type_fits(const struct gdbregs__type *type, uint32_t bits)
{
	switch (type->kind) {
	case GDBREGS_TYPE_FLAGS:
	case GDBREGS_TYPE_STRUCT:
	case GDBREGS_TYPE_UNION:
	case GDBREGS_TYPE_VECTOR:
		return type->bits == 0 || type->bits == bits || type_clips(type, bits);
	default:
		return true;
	}
}

static void set_type(struct gdbregs__tdesc *t, struct gdbregs_register *reg)
{
	const struct gdbregs__type *type = gdbregs__tdesc_type_of_reg(t, reg->type_name);

	reg->type = type && type_fits(type, reg->bits) ? type : NULL;
	reg->type_bits = type ? type->bits : 0;
}

/* Parse lldb-server's attribute offset=, an offset in g. Only that stub sends it: an invalid offset
 * is ignored. */
static int64_t g_offset(const char *text)
{
	uint64_t value;

	if (!text || gdbregs__number_parse(text, &value) != GDBREGS__NUMBER_OK || value > INT32_MAX)
		return -1;
	return (int64_t)value;
}

/* Count a register of the open feature. */
static void count_run(struct gdbregs__tdesc *t, const struct gdbregs__tdesc_frame *frame)
{
	struct gdbregs__feature_run *run;

	if (t->runs.count && t->run_scope == frame->scope) {
		run = (struct gdbregs__feature_run *)t->runs.items + t->runs.count - 1;
	} else {
		run = gdbregs__tdesc_list_add(t, &t->runs, sizeof(*run));
		if (!run)
			return;
		run->name = frame->feature;
		run->first = (uint32_t)t->registers.count;
		t->run_scope = frame->scope;
	}
	run->count++;
}

static void reg_add(struct gdbregs__tdesc *t, const char *name, size_t bits, size_t regnum,
		    const char *const *attributes)
{
	const struct gdbregs__tdesc_frame *frame = gdbregs__tdesc_top(t);

	count_run(t, frame);
	struct gdbregs_register *reg = gdbregs__tdesc_list_add(t, &t->registers, sizeof(*reg));
	if (!reg)
		return;
	reg->name = gdbregs__tdesc_string(t, name);
	reg->feature = frame->feature;
	reg->type_name = gdbregs__tdesc_attribute(t, attributes, "type");
	if (!reg->type_name)
		reg->type_name = gdbregs__tdesc_string(t, "int");
	reg->group = gdbregs__tdesc_attribute(t, attributes, "group");
	reg->altname = gdbregs__tdesc_attribute(t, attributes, "altname");
	reg->generic = gdbregs__roles_generic(gdbregs__xml_attribute(attributes, "generic"));
	if (reg->altname || reg->generic)
		t->d->has_other_names = true;
	reg->regnum = (uint32_t)regnum;
	reg->bits = (uint32_t)bits;
	reg->g_off_bytes = g_offset(gdbregs__xml_attribute(attributes, "offset"));
	reg->derived = gdbregs__xml_attribute(attributes, "value_regnums");
	if (reg->type_name)
		set_type(t, reg);
}

/* Add a register without a name. QEMU's own plugins skip these too, but they take
 * room in g: GDB's description of alpha has one for a number that has no register. */
static void add_unnamed(struct gdbregs__tdesc *t, size_t bits, size_t regnum)
{
	struct gdbregs__g_place *added = gdbregs__tdesc_list_add(t, &t->unnamed, sizeof(*added));

	if (added)
		*added = (struct gdbregs__g_place){(uint32_t)regnum, GDBREGS__UNNAMED,
						   (uint32_t)bits};
}

int gdbregs__tdesc_reg_start(struct gdbregs__tdesc *t, const struct gdbregs__xml *at,
			     const char *const *attributes)
{
	const char *name = gdbregs__xml_attribute(attributes, "name");
	size_t bits = 0, regnum = 0, most = t->limits->registers;

	if (!name)
		return gdbregs__xml_fail(at, GDBREGS_ERR_DESCRIPTION, "register without a name");
	int result = take_bits(t, at, name, gdbregs__xml_attribute(attributes, "bitsize"), &bits);
	if (result == 0)
		result = take_regnum(t, at, name, gdbregs__xml_attribute(attributes, "regnum"),
				     &regnum);
	if (result < 0)
		return result;
	t->next_regnum = (uint64_t)regnum + 1;
	if ((*name ? t->registers.count : t->unnamed.count) >= most)
		return gdbregs__xml_fail(at, GDBREGS_ERR_LIMIT,
					 "more than %zu registers (max_registers)", most);
	if (*name)
		reg_add(t, name, bits, regnum, attributes);
	else
		add_unnamed(t, bits, regnum);
	return 0;
}

static const struct gdbregs__feature_run *feature_find(const struct gdbregs_description *d,
						       const char *name)
{
	for (size_t i = 0; i < d->feature_count; i++)
		if (d->features[i].name && strcmp(d->features[i].name, name) == 0)
			return &d->features[i];
	return NULL;
}

static bool has_number(const struct gdbregs_description *d, uint32_t regnum)
{
	for (size_t i = 0; i < d->register_count; i++)
		if (d->registers[i].regnum == regnum)
			return true;
	return false;
}

/* Correct the register numbers of a PowerPC description of QEMU 11.1. Other descriptions do
 * not change: the error is visible in the description.
 *
 * QEMU 11.1 counts one register too few in the feature after the core of a PowerPC
 * (fpu: 33 registers from 71 on; spe: 34). In its stub, the numbers of the following
 * features start at the last of these registers: number 104 is vr1. Its description
 * continues to count, and 104 is vr0 there. The special registers have the same
 * numbers in both. In the description, the first of them therefore has the number of
 * the register before it. That is how this function recognises the error. In the stub,
 * the register after the fpu has the number of fpscr, and the stub returns fpscr for
 * it: no number reads that register. gdb 18 reads the wrong registers. */
static void renumber_power(struct gdbregs_description *d)
{
	const struct gdbregs__feature_run *special = feature_find(d, "org.qemu.power.spr");
	const struct gdbregs__feature_run *floats = feature_find(d, "org.gnu.gdb.power.fpu");

	if (!floats)
		floats = feature_find(d, "org.gnu.gdb.power.spe");
	if (!special || !floats || special->first <= floats->first)
		return;

	struct gdbregs_register *r = d->registers;
	uint32_t after = floats->first + floats->count, lowest = r[floats->first].regnum;
	if (r[special->first].regnum != r[special->first - 1].regnum)
		return;
	if (lowest == 0 || has_number(d, lowest - 1))
		return;
	for (uint32_t i = after; i < special->first; i++)
		r[i].regnum--;
	/* The stub has no register with that number, and reports an error for it. */
	r[after].regnum = lowest - 1;
}

int gdbregs__tdesc_finish(struct gdbregs__tdesc *t)
{
	struct gdbregs_description *d = t->d;

	d->registers = gdbregs__tdesc_keep(t, &t->registers, sizeof(*d->registers));
	d->features = gdbregs__tdesc_keep(t, &t->runs, sizeof(*d->features));
	if (t->nomem)
		return GDBREGS_ERR_NOMEM;
	d->register_count = t->registers.count;
	d->feature_count = t->runs.count;
	for (size_t i = 0; i < d->register_count; i++) {
		d->registers[i].description = d;
		d->registers[i].index = (uint32_t)i;
	}
	renumber_power(d);
	if (gdbregs__description_index(d) < 0 ||
	    gdbregs__g_order(d, t->unnamed.items, t->unnamed.count) < 0)
		return GDBREGS_ERR_NOMEM;
	gdbregs__roles_fill(d);
	return 0;
}
