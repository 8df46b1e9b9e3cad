/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contexts: which descriptions are shared, limits, threads, lack of memory. */
#include "tdesc/context.h"

#include "util/alloc.h"
#include "util/intern.h"
#include "documents.h"
#include "suite.h"

#include <pthread.h>
#include <stdio.h>

static struct gdbregs_context *context(void)
{
	struct gdbregs_context *ctx = NULL;

	ck_assert_int_eq(gdbregs_context_new(&ctx), 0);
	return ctx;
}

static const struct gdbregs_description *get(struct gdbregs_context *ctx,
					     const struct gdbregs_document *documents, size_t count)
{
	const struct gdbregs__limits limits = gdbregs__limits_from(NULL);
	const struct gdbregs_description *d = NULL;
	struct gdbregs_error err = {0};
	int result = gdbregs__context_description(ctx, documents, count, &limits, &d, &err);

	ck_assert_msg(result == 0, "%s", err.text);
	return d;
}

static const struct gdbregs_description *get_text(struct gdbregs_context *ctx, const char *text)
{
	const struct gdbregs_document one = document("target.xml", text);

	return get(ctx, &one, 1);
}

#define ONE_REG(name)                                                                              \
	"<target><feature name='f'><reg name='" name "' bitsize='8'/></feature></target>"

TEST(same)
{
	struct gdbregs_context *ctx = context();
	char text[] = ONE_REG("a");
	const struct gdbregs_description *d = get_text(ctx, text);

	ck_assert_ptr_eq(get_text(ctx, ONE_REG("a")), d);
	ck_assert_ptr_ne(get_text(ctx, ONE_REG("b")), d);
	/* The documents are not needed any more. */
	memset(text, 'x', sizeof(text) - 1);
	ck_assert_str_eq(d->registers[0].name, "a");
	ck_assert_ptr_eq(get_text(ctx, ONE_REG("a")), d);
	struct gdbregs_document shown = gdbregs_description_document(d, 0);
	ck_assert_mem_eq(shown.data, ONE_REG("a"), shown.size);
	gdbregs_context_unref(ctx);
}

/* Different documents with the same meaning. */
TEST(same_resolved)
{
	struct gdbregs_context *ctx = context();
	const struct gdbregs_document parts[] = {
		document("target.xml", "<target><xi:include href='p'/></target>"),
		document("p", "<feature name='f'><reg name='a' bitsize='8'/></feature>"),
	};
	const struct gdbregs_document swapped[] = {
		parts[0],
		document("unused", "<x/>"),
		parts[1],
	};
	const struct gdbregs_description *d = get(ctx, parts, 2);

	ck_assert_ptr_eq(get(ctx, swapped, 3), d);
	ck_assert_ptr_eq(get_text(ctx, ONE_REG("a")), d);
	ck_assert_ptr_eq(get_text(ctx, "<!-- c -->\n" ONE_REG("a")), d);
	ck_assert_ptr_eq(get(ctx, swapped, 3), d);
	ck_assert_ptr_ne(get_text(ctx, ONE_REG("b")), d);
	gdbregs_context_unref(ctx);
}

/* The same bytes, split differently or under other names, are different descriptions. */
TEST(content_decides)
{
	struct gdbregs_context *ctx = context();
	struct gdbregs_document documents[] = {
		document("target.xml", "<target><xi:include href='a'/></target>"),
		document("a", "<feature name='f'><reg name='a' bitsize='8'/></feature>"),
		document("b", "<feature name='f'><reg name='b' bitsize='8'/></feature>"),
	};
	const struct gdbregs_description *d = get(ctx, documents, 3);

	documents[1].name = "b";
	documents[2].name = "a";
	const struct gdbregs_description *other = get(ctx, documents, 3);
	ck_assert_ptr_ne(other, d);
	ck_assert_str_eq(other->registers[0].name, "b");
	gdbregs_context_unref(ctx);
}

TEST(interned_names)
{
	struct gdbregs_context *ctx = context();
	const char *text = "<target><architecture>n</architecture><osabi>n</osabi>"
			   "<feature name='n'><reg name='n' bitsize='8' type='n' group='n'/>"
			   "</feature><feature><reg name='%s' bitsize='8'/></feature></target>";
	char one[300], two[300];

	snprintf(one, sizeof(one), text, "one");
	snprintf(two, sizeof(two), text, "two");
	const struct gdbregs_description *a = get_text(ctx, one), *b = get_text(ctx, two);
	ck_assert_ptr_ne(a, b);
	const char *n = a->registers[0].name;
	ck_assert_str_eq(n, "n");
	ck_assert_ptr_eq(b->registers[0].name, n);
	ck_assert_ptr_eq(b->registers[0].feature, n);
	ck_assert_ptr_eq(b->registers[0].type_name, n);
	ck_assert_ptr_eq(b->registers[0].group, n);
	ck_assert_ptr_eq(b->features[0].name, n);
	ck_assert_ptr_eq(b->architecture, n);
	ck_assert_ptr_eq(b->osabi, n);
	ck_assert_ptr_eq(a->registers[1].type_name, b->registers[1].type_name);
	ck_assert_ptr_null(a->registers[1].feature);
	ck_assert_ptr_null(a->registers[1].group);
	gdbregs_context_unref(ctx);
}

TEST(two_contexts)
{
	struct gdbregs_context *one = context(), *two = context();
	const struct gdbregs_description *d = get_text(one, ONE_REG("a"));
	const struct gdbregs_description *e = get_text(two, ONE_REG("a"));

	ck_assert_ptr_ne(d, e);
	ck_assert_ptr_eq(gdbregs_context_ref(one), one);
	gdbregs_context_unref(two);
	gdbregs_context_unref(one);
	ck_assert_str_eq(d->registers[0].name, "a");
	gdbregs_context_unref(one);
	gdbregs_context_unref(NULL);
	ck_assert_ptr_null(gdbregs_context_ref(NULL));
	ck_assert_int_eq(gdbregs_context_new(NULL), GDBREGS_ERR_INVAL);
}

#define LIMIT(member) offsetof(struct gdbregs__limits, member), #member
#define REGS(regs)    "<target><feature name='f'>" regs "</feature></target>"
#define INCLUDES      "<target><xi:include href='other'/></target>"

/* Each limit that applies to descriptions, with a description and the lowest limit for it. */
static const struct {
	size_t offset;
	const char *name, *text, *other;
	size_t least;
} limited[] = {
	{LIMIT(description_bytes), REGS(""), "", 45},
	{LIMIT(registers), REGS("<reg name='a' bitsize='8'/><reg name='b' bitsize='8'/>"), "", 2},
	{LIMIT(registers), REGS("<reg name='' bitsize='8'/><reg name='' bitsize='8'/>"), "", 2},
	{LIMIT(register_bits), REGS("<reg name='a' bitsize='64'/>"), "", 64},
	{LIMIT(register_number), REGS("<reg name='a' bitsize='8' regnum='7'/>"), "", 7},
	{LIMIT(includes), "<target><xi:include href='other'/><xi:include href='other'/></target>",
	 "<feature/>", 2},
	{LIMIT(include_depth), INCLUDES, "<feature/>", 1},
	{LIMIT(element_depth), INCLUDES, "<feature><a/></feature>", 3},
	{LIMIT(types), REGS("<flags id='f' size='4'><field name='a' start='0' end='0'/></flags>"),
	 "", 2},
	{LIMIT(name_bytes), REGS("<reg name='long' bitsize='8'/>"), "", 4},
	{LIMIT(name_bytes), INCLUDES, "<feature/>", 5},
};

static int get_within(struct gdbregs_context *ctx, size_t row, size_t most,
		      const struct gdbregs_description **d, struct gdbregs_error *err)
{
	struct gdbregs__limits limits = gdbregs__limits_from(NULL);
	const struct gdbregs_document documents[] = {document("target.xml", limited[row].text),
						     document("other", limited[row].other)};

	memcpy((char *)&limits + limited[row].offset, &most, sizeof(most));
	return gdbregs__context_description(ctx, documents, *limited[row].other ? 2 : 1, &limits, d,
					    err);
}

/* A description that is known because another session has higher limits is refused with the same
 * message as a new one. */
LOOP_TEST(limits_of_the_session, COUNT(limited))
{
	struct gdbregs_context *fresh = context(), *ctx = context();
	const struct gdbregs_description *first = NULL, *again = NULL, *none = NULL;
	struct gdbregs_error expected = {0}, err = {0};
	size_t row = (size_t)_i, least = limited[row].least;

	ck_assert_int_eq(get_within(fresh, row, least - 1, &none, &expected), GDBREGS_ERR_LIMIT);
	ck_assert_msg(strstr(expected.text, limited[row].name), "%s", expected.text);
	ck_assert_int_eq(get_within(ctx, row, 1000000, &first, NULL), 0);
	ck_assert_int_eq(get_within(ctx, row, least - 1, &none, &err), GDBREGS_ERR_LIMIT);
	ck_assert_str_eq(err.text, expected.text);
	ck_assert_int_eq(get_within(ctx, row, least, &again, NULL), 0);
	ck_assert_ptr_eq(again, first);
	ck_assert_int_eq(get_within(ctx, row, least - 1, &none, NULL), GDBREGS_ERR_LIMIT);
	ck_assert_int_eq(get_within(ctx, row, 1000000, &again, NULL), 0);
	ck_assert_ptr_eq(again, first);
	ck_assert_ptr_null(none);
	gdbregs_context_unref(fresh);
	gdbregs_context_unref(ctx);
}

/* Descriptions that each of these sessions may use, whatever its limits are. */
static const struct {
	size_t offset;
	const char *name, *text;
	size_t low;
} shared[] = {
	/* The register has 8 of the 32 elements. */
	{LIMIT(register_bits),
	 REGS("<vector id='v' type='uint8' count='32'/><reg name='a' bitsize='64' type='v'/>"), 64},
	{LIMIT(register_bits),
	 REGS("<vector id='w' type='uint64' count='65536'/><vector id='v' type='w' count='65536'/>"
	      "<vector id='x' type='v' count='2'/>"
	      "<union id='u'><field name='w' type='w'/><field name='b' type='uint8'/></union>"
	      "<reg name='a' bitsize='128' type='u'/>"),
	 128},
	{LIMIT(name_bytes),
	 "<target><architecture>i386:x86-64</architecture>"
	 "<feature name='f'><reg name='a' bitsize='8'/></feature></target>",
	 6},
};

/* The first session that parses a description does not determine what others see. */
LOOP_TEST(limits_of_the_first_session, COUNT(shared))
{
	struct gdbregs_context *low = context(), *high = context();
	struct gdbregs__limits limits = gdbregs__limits_from(NULL);
	const struct gdbregs_document one = document("target.xml", shared[_i].text);
	const struct gdbregs_description *expected = get_text(high, shared[_i].text), *d = NULL;
	struct gdbregs_error err = {0};

	memcpy((char *)&limits + shared[_i].offset, &shared[_i].low, sizeof(size_t));
	int result = gdbregs__context_description(low, &one, 1, &limits, &d, &err);
	ck_assert_msg(result == 0, "%s", err.text);
	ck_assert_ptr_eq(get_text(low, shared[_i].text), d);
	ck_assert_int_eq(gdbregs_register_kind(&d->registers[0]),
			 gdbregs_register_kind(&expected->registers[0]));
	ck_assert_int_ne(gdbregs_register_kind(&d->registers[0]), GDBREGS_TYPE_UNKNOWN);
	ck_assert_uint_eq(d->registers[0].type_bits, expected->registers[0].type_bits);
	ck_assert_pstr_eq(d->architecture, expected->architecture);
	gdbregs_context_unref(low);
	gdbregs_context_unref(high);
}

/* The stub serves each session a different description. */
TEST(limit_of_the_context)
{
	struct gdbregs_context *ctx = context();
	struct gdbregs__limits limits = gdbregs__limits_from(NULL);
	const struct gdbregs_description *first = get_text(ctx, ONE_REG("r0")), *d;
	struct gdbregs_error err = {0};
	int result = 0, count = 0;

	limits.context_bytes = 10000;
	for (; result == 0 && count < 1000; count++) {
		char text[100];
		snprintf(text, sizeof(text), ONE_REG("r%d"), count + 1);
		const struct gdbregs_document one = document("target.xml", text);
		result = gdbregs__context_description(ctx, &one, 1, &limits, &d, &err);
	}
	ck_assert_int_eq(result, GDBREGS_ERR_LIMIT);
	ck_assert_ptr_nonnull(strstr(err.text, "(max_context_bytes)"));
	ck_assert_int_gt(count, 30);
	ck_assert_int_lt(count, 200);
	/* Neither known nor refused descriptions use more of the context's bytes. */
	ck_assert_ptr_eq(get_text(ctx, ONE_REG("r0")), first);
	ck_assert_ptr_nonnull(get_text(ctx, ONE_REG("last")));
	gdbregs_context_unref(ctx);
}

TEST(refused)
{
	struct gdbregs_context *ctx = context();
	const struct gdbregs__limits standard = gdbregs__limits_from(NULL);
	const struct gdbregs_document bad = document("target.xml", "<target>");
	const struct gdbregs_description *d = NULL;
	struct gdbregs_error err = {0};

	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(gdbregs__context_description(ctx, &bad, 1, &standard, &d, &err),
				 GDBREGS_ERR_DESCRIPTION);
	ck_assert_ptr_null(d);
	ck_assert_str_eq(err.text, "target.xml:1:9: no element found");
	gdbregs_context_unref(ctx);
}

/* -------------------------------------------------------------- threads --- */

#define THREADS 8
#define KINDS	5
#define ROUNDS	200

struct worker {
	pthread_t thread;
	struct gdbregs_context *ctx;
	const struct gdbregs_description *got[KINDS];
	const char *names[KINDS];
	bool differed;
};

static void *work(void *arg)
{
	static const char *const texts[KINDS] = {
		ONE_REG("a"),
		ONE_REG("b"),
		ONE_REG("c"),
		"<!-- other bytes -->" ONE_REG("a"),
		"<target><feature name='g'><reg name='a' bitsize='8'/></feature></target>",
	};
	const struct gdbregs__limits limits = gdbregs__limits_from(NULL);
	struct worker *w = arg;

	for (int i = 0; i < ROUNDS; i++) {
		int kind = i % KINDS;
		const struct gdbregs_document one = document("target.xml", texts[kind]);
		const struct gdbregs_description *d = NULL;

		if (gdbregs__context_description(w->ctx, &one, 1, &limits, &d, NULL) < 0 ||
		    (w->got[kind] && w->got[kind] != d))
			w->differed = true;
		if (d) {
			w->got[kind] = d;
			w->names[kind] = d->registers[0].name;
		}
	}
	gdbregs_context_unref(w->ctx);
	return NULL;
}

TEST(threads)
{
	for (int round = 0; round < 20; round++) {
		struct gdbregs_context *ctx = context();
		struct worker workers[THREADS] = {0};

		for (int i = 0; i < THREADS; i++) {
			workers[i].ctx = gdbregs_context_ref(ctx);
			ck_assert_int_eq(
				pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
		}
		for (int i = 0; i < THREADS; i++)
			pthread_join(workers[i].thread, NULL);
		for (int i = 0; i < THREADS; i++) {
			ck_assert(!workers[i].differed);
			ck_assert_mem_eq(workers[i].got, workers[0].got, sizeof(workers[i].got));
			ck_assert_mem_eq(workers[i].names, workers[0].names,
					 sizeof(workers[i].names));
		}
		ck_assert_ptr_eq(workers[0].got[3], workers[0].got[0]);
		ck_assert_ptr_ne(workers[0].got[4], workers[0].got[0]);
		ck_assert_ptr_eq(workers[0].names[4], workers[0].names[0]);
		gdbregs_context_unref(ctx);
	}
}

/* Any thread may release the last reference, at any time. */
static void *drop(void *arg)
{
	gdbregs_context_unref(arg);
	return NULL;
}

TEST(last_reference)
{
	for (int round = 0; round < 100; round++) {
		struct gdbregs_context *ctx = context();
		pthread_t thread;

		get_text(ctx, ONE_REG("a"));
		ck_assert_int_eq(pthread_create(&thread, NULL, drop, gdbregs_context_ref(ctx)), 0);
		gdbregs_context_unref(ctx);
		pthread_join(thread, NULL);
	}
}

/* --------------------------------------------------------------- memory --- */

static void fill_rich(struct gdbregs_document *documents)
{
	documents[0] = document(
		"target.xml",
		"<!DOCTYPE target SYSTEM 'gdb-target.dtd'><target><architecture> a </architecture>"
		"<osabi>o</osabi><xi:include href='a'/><feature name='g'><reg name='x' "
		"bitsize='8'/>"
		"</feature></target>");
	documents[1] = document(
		"a",
		"<feature name='f'><flags id='l' size='4'><field name='X' start='0' end='0'/>"
		"<field name='Y' start='1' end='3' type='uint8'/></flags><enum id='e' size='4'>"
		"<evalue name='v' value='1'/></enum><vector id='v' type='int8' count='4'/>"
		"<union id='u'><field name='m' type='v'/></union><struct id='s'>"
		"<field name='m' type='u'/></struct><reg name='r' bitsize='32' type='s' group='g'/>"
		"<reg name='r' bitsize='32' type='l'/><reg name='t' bitsize='32' "
		"type='e'/></feature>");
}

/* Fail only allocation `nth`, or all from there on. */
static int try_failing(struct gdbregs_context *ctx, unsigned long nth, int all_after)
{
	const struct gdbregs__limits limits = gdbregs__limits_from(NULL);
	struct gdbregs_document documents[2];
	const struct gdbregs_description *d = NULL;
	struct gdbregs_error err = {0};

	fill_rich(documents);
	gdbregs__alloc_fail(nth, all_after);
	int result = gdbregs__context_description(ctx, documents, 2, &limits, &d, &err);
	gdbregs__alloc_fail(0, 0);
	ck_assert_msg(result == 0 || result == GDBREGS_ERR_NOMEM, "%lu: %d %s", nth, result,
		      err.text);
	ck_assert((result == 0) == (d != NULL));
	ck_assert_int_eq(err.code, result);
	return result;
}

LOOP_TEST(out_of_memory, 2)
{
	unsigned long last = 0, failures = 0;

	for (unsigned long nth = 1; last == 0; nth++) {
		struct gdbregs_context *ctx = context();
		unsigned long before = gdbregs__alloc_count();
		int result = try_failing(ctx, nth, _i);

		failures += result < 0;
		if (result == 0 && gdbregs__alloc_count() - before < nth)
			last = nth;
		/* The context is still usable. */
		struct gdbregs_document documents[2];
		fill_rich(documents);
		const struct gdbregs_description *d = get(ctx, documents, 2);
		ck_assert_uint_eq(d->register_count, 4);
		ck_assert_ptr_eq(get(ctx, documents, 2), d);
		gdbregs_context_unref(ctx);
	}
	ck_assert_uint_gt(failures, 30);
}

TEST(context_out_of_memory)
{
	struct gdbregs_context *ctx = NULL;

	gdbregs__alloc_fail(1, 1);
	ck_assert_int_eq(gdbregs_context_new(&ctx), GDBREGS_ERR_NOMEM);
	gdbregs__alloc_fail(0, 0);
	ck_assert_ptr_null(ctx);
}

/* Equal strings have the same pointer, which stays valid after the pool is freed. */
TEST(intern_pool)
{
	struct gdbregs__arena arena = {0};
	struct gdbregs__intern pool;
	char text[20];

	gdbregs__intern_init(&pool, &arena);
	const char *first = gdbregs__intern_text(&pool, "0");
	for (int i = 0; i < 10000; i++) {
		snprintf(text, sizeof(text), "%d", i % 1000);
		const char *interned = gdbregs__intern_text(&pool, text);

		ck_assert_ptr_nonnull(interned);
		ck_assert_str_eq(interned, text);
		ck_assert((interned == first) == (i % 1000 == 0));
	}
	ck_assert_uint_eq(pool.table.used, 1000);
	gdbregs__intern_fini(&pool);
	ck_assert_str_eq(first, "0");
	gdbregs__arena_fini(&arena);
}
