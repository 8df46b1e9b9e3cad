/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tdesc/context.h"

#include "util/alloc.h"
#include "tdesc/files.h"
#include "tdesc/roles.h"
#include "tdesc/shipped.h"
#include "util/error.h"
#include "util/intern.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* A set of documents that was parsed, and the description used for it: its own, or an
 * earlier one with the same canonical XML. */
struct entry {
	struct gdbregs_description *parsed; /* owned; holds the documents */
	const struct gdbregs_description *shown;
	struct gdbregs__limits limits; /* the documents are within them */
	struct entry *next;
};

/* A shipped file of types that was needed. */
struct types {
	const char *name;
	struct gdbregs_description *description; /* owned; NULL: it cannot be loaded */
	struct types *next;
};

struct gdbregs_context {
	atomic_uint references;
	struct gdbregs__hash_key key;
	pthread_mutex_t lock; /* protects all members below */
	struct gdbregs__arena names;
	struct gdbregs__intern pool;
	struct gdbregs__table by_documents; /* of entries */
	struct gdbregs__table by_canonical; /* of the descriptions in use */
	struct entry *entries;
	size_t bytes; /* sum of cost_of() of the entries */
	struct types *types;
};

int gdbregs_context_new(struct gdbregs_context **out)
{
	struct gdbregs_context *ctx;

	if (!out)
		return GDBREGS_ERR_INVAL;
	ctx = gdbregs__calloc(1, sizeof(*ctx));
	if (!ctx)
		return GDBREGS_ERR_NOMEM;
	if (pthread_mutex_init(&ctx->lock, NULL) != 0) {
		gdbregs__free(ctx);
		return GDBREGS_ERR_NOMEM;
	}
	atomic_init(&ctx->references, 1);
	ctx->key = gdbregs__hash_key();
	gdbregs__intern_init(&ctx->pool, &ctx->names);
	*out = ctx;
	return 0;
}

struct gdbregs_context *gdbregs_context_ref(struct gdbregs_context *ctx)
{
	if (ctx)
		atomic_fetch_add_explicit(&ctx->references, 1, memory_order_relaxed);
	return ctx;
}

static void context_free(struct gdbregs_context *ctx)
{
	while (ctx->entries) {
		struct entry *entry = ctx->entries;

		ctx->entries = entry->next;
		gdbregs__description_free(entry->parsed);
		gdbregs__free(entry);
	}
	while (ctx->types) {
		struct types *types = ctx->types;

		ctx->types = types->next;
		gdbregs__description_free(types->description);
		gdbregs__free(types);
	}
	gdbregs__table_fini(&ctx->by_documents);
	gdbregs__table_fini(&ctx->by_canonical);
	gdbregs__intern_fini(&ctx->pool);
	gdbregs__arena_fini(&ctx->names);
	pthread_mutex_destroy(&ctx->lock);
	gdbregs__free(ctx);
}

void gdbregs_context_unref(struct gdbregs_context *ctx)
{
	if (ctx && atomic_fetch_sub_explicit(&ctx->references, 1, memory_order_acq_rel) == 1)
		context_free(ctx);
}

struct document_set {
	const struct gdbregs_document *documents;
	size_t count;
};

static bool document_equal(const struct gdbregs_document *a, const struct gdbregs_document *b)
{
	return strcmp(a->name, b->name) == 0 && a->size == b->size &&
	       (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

static bool entry_equal(const void *value, const void *key)
{
	const struct gdbregs_description *d = ((const struct entry *)value)->parsed;
	const struct document_set *set = key;

	if (d->document_count != set->count)
		return false;
	for (size_t i = 0; i < set->count; i++)
		if (!document_equal(&d->documents[i], &set->documents[i]))
			return false;
	return true;
}

/* Hash a set of documents. The same documents in another order have another hash;
 * both lead to the same description. */
static uint64_t set_hash(const struct gdbregs_context *ctx, const struct document_set *set)
{
	uint64_t words[3] = {set->count, 0, 0};

	for (size_t i = 0; i < set->count; i++) {
		const struct gdbregs_document *document = &set->documents[i];

		words[1] = gdbregs__hash_text(&ctx->key, document->name);
		words[2] = gdbregs__hash_bytes(&ctx->key, document->data, document->size);
		words[0] = gdbregs__hash_bytes(&ctx->key, words, sizeof(words));
	}
	return words[0];
}

static bool canonical_equal(const void *value, const void *key)
{
	const struct gdbregs_document *a = &((const struct gdbregs_description *)value)->canonical;
	const struct gdbregs_document *b = &((const struct gdbregs_description *)key)->canonical;

	return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

static struct entry *entry_find(struct gdbregs_context *ctx, uint64_t hash,
				const struct document_set *set)
{
	return (struct entry *)gdbregs__table_find(&ctx->by_documents, hash, entry_equal, set);
}

static void intern(struct gdbregs__intern *pool, const char **text, bool *nomem)
{
	const char *interned = *text ? gdbregs__intern_text(pool, *text) : NULL;

	if (*text && !interned)
		*nomem = true;
	else
		*text = interned;
}

static bool intern_description(struct gdbregs__intern *pool, struct gdbregs_description *d)
{
	bool nomem = false;

	intern(pool, &d->architecture, &nomem);
	intern(pool, &d->osabi, &nomem);
	for (size_t i = 0; i < d->feature_count; i++)
		intern(pool, &d->features[i].name, &nomem);
	for (size_t i = 0; i < d->register_count; i++) {
		intern(pool, &d->registers[i].name, &nomem);
		intern(pool, &d->registers[i].feature, &nomem);
		intern(pool, &d->registers[i].type_name, &nomem);
		intern(pool, &d->registers[i].group, &nomem);
		intern(pool, &d->registers[i].altname, &nomem);
	}
	return !nomem;
}

/* Returns a known description if it was parsed within the session's limits, or lower ones.
 * Otherwise the documents are parsed again, with the same error as the first time. */
static const struct gdbregs_description *known(struct gdbregs_context *ctx, uint64_t hash,
					       const struct document_set *set,
					       const struct gdbregs__limits *limits)
{
	const struct entry *entry = entry_find(ctx, hash, set);
	struct gdbregs__limits needed;

	if (!entry)
		return NULL;
	needed = entry->limits;
	return gdbregs__limits_lower(&needed, limits) ? NULL : entry->shown;
}

/* Returns the description to use for `parsed`: an equal one that is known, or `parsed` itself. */
static const struct gdbregs_description *share_canonical(struct gdbregs_context *ctx,
							 struct gdbregs_description *parsed)
{
	uint64_t hash =
		gdbregs__hash_bytes(&ctx->key, parsed->canonical.data, parsed->canonical.size);
	const struct gdbregs_description *shown =
		gdbregs__table_find(&ctx->by_canonical, hash, canonical_equal, parsed);

	if (shown)
		return shown;
	if (!intern_description(&ctx->pool, parsed) ||
	    gdbregs__table_insert(&ctx->by_canonical, hash, parsed) < 0)
		return NULL;
	return parsed;
}

/* Add `parsed` and take ownership of it. Returns NULL when out of memory; then
 * `parsed` still belongs to the caller. */
static const struct gdbregs_description *insert(struct gdbregs_context *ctx, uint64_t hash,
						struct gdbregs_description *parsed,
						const struct gdbregs__limits *limits)
{
	struct entry *entry = gdbregs__calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->parsed = parsed;
	entry->limits = *limits;
	entry->shown = share_canonical(ctx, parsed);
	if (!entry->shown) {
		gdbregs__free(entry);
		return NULL;
	}
	entry->next = ctx->entries;
	ctx->entries = entry;
	/* This may fail: the documents are then parsed again, and lead to the same
	 * description by their canonical XML. */
	(void)gdbregs__table_insert(&ctx->by_documents, hash, entry);
	return entry->shown;
}

/* Returns the size of a description's documents. The memory that it takes is roughly proportional
 * to it, whatever the contents. */
static size_t cost_of(const struct gdbregs_description *d)
{
	size_t bytes = d->canonical.size;

	for (size_t i = 0; i < d->document_count; i++)
		bytes += d->documents[i].size;
	return bytes;
}

/* Add `parsed` within the limit. Descriptions live as long as the context, which may be
 * long, and a stub may serve another description each time. */
static int insert_new(struct gdbregs_context *ctx, uint64_t hash,
		      struct gdbregs_description *parsed, const struct gdbregs__limits *limits,
		      const struct gdbregs_description **shown, struct gdbregs_error *err)
{
	size_t cost = cost_of(parsed);

	if (ctx->bytes >= limits->context_bytes || cost > limits->context_bytes - ctx->bytes)
		return gdbregs__fail(err, GDBREGS_ERR_LIMIT,
				     "the context has no room for another target description: it "
				     "holds %zu of at most %zu bytes (max_context_bytes)",
				     ctx->bytes, limits->context_bytes);
	*shown = insert(ctx, hash, parsed, limits);
	if (!*shown)
		return gdbregs__fail_nomem(err);
	ctx->bytes += cost;
	return 0;
}

/* Add `parsed`, unless the same documents were added before, for a session with other
 * limits or by another thread while the lock was free. */
static int insert_once(struct gdbregs_context *ctx, uint64_t hash, const struct document_set *set,
		       struct gdbregs_description *parsed, const struct gdbregs__limits *limits,
		       const struct gdbregs_description **shown, struct gdbregs_error *err)
{
	int result = 0;

	pthread_mutex_lock(&ctx->lock);
	struct entry *entry = entry_find(ctx, hash, set);
	if (entry) {
		gdbregs__limits_lower(&entry->limits, limits);
		*shown = entry->shown;
	} else {
		result = insert_new(ctx, hash, parsed, limits, shown, err);
	}
	pthread_mutex_unlock(&ctx->lock);
	if (entry || result < 0)
		gdbregs__description_free(parsed);
	return result;
}

/* ------------------------------------------------------- shipped types --- */

/* Read a shipped file of types. Only NOMEM is an error: a description can be used without
 * them. */
static int types_load(const char *name, struct gdbregs_description **out)
{
	const struct gdbregs__limits limits = gdbregs__limits_from(NULL);
	char path[GDBREGS__SHIPPED_PATH];
	struct gdbregs__files files = {0};
	struct gdbregs_error err;

	if (!gdbregs__shipped_path(name, path))
		return 0;
	int result = gdbregs__files_read(&files, path, &limits, &err);
	if (result == 0)
		result = gdbregs__parse_documents(files.documents, files.count, &limits, out, &err);
	gdbregs__files_fini(&files);
	return result == GDBREGS_ERR_NOMEM ? result : 0;
}

/* Each file is read once in a context, so that equal descriptions have equal types. Returns NULL
 * when out of memory. */
static const struct types *types_get(struct gdbregs_context *ctx, const char *name)
{
	struct types *types = ctx->types;

	while (types && strcmp(types->name, name) != 0)
		types = types->next;
	if (types)
		return types;
	types = gdbregs__calloc(1, sizeof(*types));
	if (!types || types_load(name, &types->description) < 0) {
		gdbregs__free(types);
		return NULL;
	}
	types->name = name;
	types->next = ctx->types;
	ctx->types = types;
	return types;
}

static int types_attach(struct gdbregs_context *ctx, struct gdbregs_description *parsed)
{
	const char *name = gdbregs__roles_types(parsed);

	if (!name)
		return 0;
	pthread_mutex_lock(&ctx->lock);
	const struct types *types = types_get(ctx, name);
	pthread_mutex_unlock(&ctx->lock);
	if (!types)
		return GDBREGS_ERR_NOMEM;
	if (types->description)
		gdbregs__shipped_attach(parsed, types->description);
	return 0;
}

int gdbregs__context_description(struct gdbregs_context *ctx,
				 const struct gdbregs_document *documents, size_t count,
				 const struct gdbregs__limits *limits,
				 const struct gdbregs_description **out, struct gdbregs_error *err)
{
	const struct document_set set = {documents, count};
	uint64_t hash = set_hash(ctx, &set);
	struct gdbregs_description *parsed = NULL;

	pthread_mutex_lock(&ctx->lock);
	const struct gdbregs_description *shown = known(ctx, hash, &set, limits);
	pthread_mutex_unlock(&ctx->lock);
	if (!shown) {
		int result = gdbregs__parse_documents(documents, count, limits, &parsed, err);

		if (result < 0)
			return result;
		if (types_attach(ctx, parsed) < 0) {
			gdbregs__description_free(parsed);
			return gdbregs__fail_nomem(err);
		}
		result = insert_once(ctx, hash, &set, parsed, limits, &shown, err);
		if (result < 0)
			return result;
	}
	*out = shown;
	return 0;
}

int gdbregs__context_load(struct gdbregs_context *ctx, const char *path,
			  const struct gdbregs__limits *limits,
			  const struct gdbregs_description **out, struct gdbregs_error *err)
{
	struct gdbregs__files files = {0};
	int result = gdbregs__files_read(&files, path, limits, err);

	if (result == 0)
		result = gdbregs__context_description(ctx, files.documents, files.count, limits,
						      out, err);
	gdbregs__files_fini(&files);
	return result;
}

int gdbregs_description_load(struct gdbregs_context *ctx, const char *path,
			     const struct gdbregs_options *o,
			     const struct gdbregs_description **out, struct gdbregs_error *err)
{
	struct gdbregs_options options;

	if (!ctx || !path || !out)
		return gdbregs__fail(err, GDBREGS_ERR_INVAL, "%s",
				     gdbregs_strerror(GDBREGS_ERR_INVAL));
	if (gdbregs__options_take(&options, o))
		return gdbregs__options_fail(o, err);
	const struct gdbregs__limits limits = gdbregs__limits_from(&options);

	return gdbregs__context_load(ctx, path, &limits, out, err);
}
