/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The questions of discovery about descriptions, and the description of each process, which
 * follows from the replies. The stub is asked for target.xml and the documents that it includes,
 * or else for registers by LLDB's qRegisterInfo. */
#include "session/op-discover-internal.h"
#include "tdesc/shipped.h"

#include "util/alloc.h"
#include "util/error.h"

#include <string.h>

/* QEMU returns at most this many bytes, however many are requested: (4096 - 5) / 2. */
#define CHUNK_BYTES 2045
/* Numbers of chunks that are requested ahead: one of target.xml, which is a list of includes, and
 * of an annex as many as the longest one of QEMU 10 has (aarch64's system-registers.xml, 16 to 23
 * kB). Longer documents are requested in rounds that grow, so that there are few round trips. A
 * round begins when all replies to the previous round have arrived: a single request that is sent
 * when the first of them has arrived would cost a whole round trip. */
#define AHEAD_TARGET 1
#define AHEAD_ANNEX  12
#define AHEAD_FACTOR 16
#define AHEAD_MAX    4096
/* How many registers qRegisterInfo requests ahead, if the stub supports pipelining. */
#define REGISTERS_AHEAD 64
/* A stub that serves one byte at a time must not keep the session connecting for hours. */
#define PIECES_MAX(description_bytes) ((description_bytes) / 128 + 1024)

/* ------------------------------------------------------------------ documents --- */

struct gdbregs__fetched {
	char *name;
	struct gdbregs_buffer data;
	size_t asked_bytes; /* offset of the next request */
	size_t chunk_bytes; /* size of a request */
	size_t ahead; /* requests of a round */
	size_t to_ask; /* requests of this round that have not been sent */
	size_t outstanding; /* requests in flight */
	size_t stale; /* of those in flight, the oldest whose offsets are wrong */
	bool complete;
};

void gdbregs__documents_fini(struct gdbregs__documents *d)
{
	for (size_t i = 0; i < d->count; i++) {
		gdbregs__free(d->list[i].name);
		gdbregs_buffer_fini(&d->list[i].data);
	}
	gdbregs__free(d->list);
	*d = (struct gdbregs__documents){0};
}

static bool known(const struct gdbregs__documents *d, const char *name)
{
	for (size_t i = 0; i < d->count; i++)
		if (strcmp(d->list[i].name, name) == 0)
			return true;
	return false;
}

/* For QEMU, `:` and `,` end the name. */
static bool askable(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || length > 255)
		return false;
	for (const char *at = name; *at; at++)
		if (*at <= ' ' || strchr(":,#$}*", *at) || (unsigned char)*at >= 0x7f)
			return false;
	return true;
}

int gdbregs__documents_add(struct gdbregs_session *s, struct gdbregs__documents *d,
			   const char *name)
{
	if (known(d, name))
		return 0;
	if (!askable(name))
		return gdbregs__engine_say(
			&s->engine, GDBREGS_ERR_DESCRIPTION,
			"the description includes \"%s\", which cannot be requested from a stub",
			name);
	/* Each process may have a description of its own; the limit is for all of them together. */
	if (s->target.document_count >= s->limits.includes + s->target.process_count)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_LIMIT,
					   "the stub's descriptions have more than %zu documents "
					   "(max_includes)",
					   s->limits.includes);
	struct gdbregs__fetched *list =
		gdbregs__array_room(d->list, d->count, &d->capacity, sizeof(*list));
	if (!list)
		return GDBREGS_ERR_NOMEM;
	d->list = list;
	char *copy = gdbregs__strdup(name);
	if (!copy)
		return GDBREGS_ERR_NOMEM;
	d->list[d->count] = (struct gdbregs__fetched){
		.name = copy,
		.chunk_bytes = CHUNK_BYTES,
		.ahead = d->count ? AHEAD_ANNEX : AHEAD_TARGET,
		.to_ask = d->count ? AHEAD_ANNEX : AHEAD_TARGET,
	};
	d->count++;
	s->target.document_count++;
	return 0;
}

/* Returns the next document of which a chunk is to be requested, or NULL. */
static struct gdbregs__fetched *next_wanted(struct gdbregs__documents *d)
{
	while (d->next < d->count && d->list[d->next].complete)
		d->next++;
	for (size_t i = d->next; i < d->count; i++) {
		struct gdbregs__fetched *doc = &d->list[i];

		if (!doc->complete && doc->stale == 0 && doc->to_ask > 0)
			return doc;
	}
	return NULL;
}

static int ask_document_of(struct gdbregs_session *s, struct gdbregs__discover *d, size_t index)
{
	struct gdbregs__process *process = &s->target.processes[index];
	struct gdbregs__fetched *doc = next_wanted(&process->documents);

	if (!doc || (d->selected != (int64_t)index && !process->has_thread))
		return 0;
	int sent = d->selected == (int64_t)index
			   ? 0
			   : gdbregs__stub_select(s, &d->op, &process->thread);
	d->selected = (int64_t)index;
	if (sent)
		return sent;
	sent = gdbregs__engine_send_text(&s->engine, &d->op, QUESTIONS + (uint32_t)index,
					 (uint32_t)(doc - process->documents.list),
					 "qXfer:features:read:%s:%zx,%zx", doc->name,
					 doc->asked_bytes, doc->chunk_bytes);
	if (sent < 0)
		return sent;
	doc->asked_bytes += doc->chunk_bytes;
	doc->outstanding++;
	doc->to_ask--;
	return sent;
}

/* gdbserver 13.1 crashes if it is asked before it has received `?`, which is the first question.
 * Stay with the selected process as long as it has requests. */
int gdbregs__discover_ask_documents(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	int sent = d->selected >= 0 ? ask_document_of(s, d, (size_t)d->selected) : 0;

	for (size_t i = 0; !sent && i < s->target.process_count; i++)
		sent = ask_document_of(s, d, i);
	return sent;
}

/* ------------------------------------------------------- replies to documents --- */

static int refused(struct gdbregs_session *s, const struct gdbregs__fetched *doc, size_t index,
		   const struct gdbregs__answer *answer)
{
	char text[80];

	if (index == 0 && doc->data.size == 0)
		return GDBREGS_ERR_NO_DESCRIPTION;
	return gdbregs__engine_say(&s->engine, GDBREGS_ERR_DESCRIPTION,
				   "%s: the stub does not serve this document%s (%s)", doc->name,
				   doc->data.size ? " whole" : "",
				   answer->size ? gdbregs__reply_error_text(text, sizeof(text),
									    answer->payload,
									    answer->size)
						: "empty reply");
}

struct adding {
	struct gdbregs_session *s;
	struct gdbregs__documents *d;
};

static int found_href(void *arg, const char *href)
{
	struct adding *add = arg;

	return gdbregs__documents_add(add->s, add->d, href);
}

static int take_includes(struct gdbregs_session *s, struct gdbregs__documents *d, size_t index)
{
	struct gdbregs__fetched *doc = &d->list[index];
	struct gdbregs_document document = {doc->name, doc->data.data, doc->data.size};
	struct adding add = {s, d};

	doc->complete = true;
	/* found_href may move the list, but neither names nor contents. */
	return gdbregs__parse_includes(&document, &s->limits, found_href, &add, &s->engine.error);
}

/* The chunk is shorter than requested, so the requests after it have wrong offsets. From now on
 * request the size that this stub returns. */
static void resume_at(struct gdbregs__fetched *doc, size_t added)
{
	doc->stale = doc->outstanding;
	doc->asked_bytes = doc->data.size;
	doc->chunk_bytes = added;
}

static int count_bytes(struct gdbregs_session *s, size_t added)
{
	size_t most = s->limits.description_bytes;

	s->target.document_bytes += added;
	s->target.document_pieces++;
	if (s->target.document_bytes > most)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_LIMIT,
					   "the stub's descriptions are larger than %zu bytes "
					   "(max_description_bytes)",
					   most);
	if (s->target.document_pieces > PIECES_MAX(most))
		return gdbregs__engine_say(
			&s->engine, GDBREGS_ERR_LIMIT,
			"the stub sends its descriptions in more than %zu pieces "
			"(max_description_bytes)",
			PIECES_MAX(most));
	return 0;
}

static int take_more(struct gdbregs_session *s, struct gdbregs__fetched *doc, size_t added)
{
	if (added == 0)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_PROTOCOL,
					   "%s: the stub announces more data but sends none",
					   doc->name);
	int failed = count_bytes(s, added);
	if (failed)
		return failed;
	if (added != doc->chunk_bytes)
		resume_at(doc, added);
	if (doc->outstanding == 0) {
		if (doc->ahead < AHEAD_MAX)
			doc->ahead *= AHEAD_FACTOR;
		doc->to_ask = doc->ahead;
	}
	return 0;
}

static int take_chunk(struct gdbregs_session *s, struct gdbregs__documents *d,
		      const struct gdbregs__answer *answer)
{
	struct gdbregs__fetched *doc = &d->list[answer->index];
	size_t added = 0;

	doc->outstanding--;
	if (doc->complete)
		return 0; /* it was requested beyond the end */
	if (doc->stale) {
		if (--doc->stale == 0)
			doc->to_ask = doc->ahead;
		return 0;
	}
	switch (gdbregs__reply_xfer(answer->payload, answer->size, &doc->data, &added)) {
	case GDBREGS__XFER_MORE:
		return take_more(s, doc, added);
	case GDBREGS__XFER_LAST: {
		int failed = count_bytes(s, added);
		return failed ? failed : take_includes(s, d, answer->index);
	}
	case GDBREGS__XFER_ERROR:
	case GDBREGS__XFER_EMPTY:
		return refused(s, doc, answer->index, answer);
	case GDBREGS__XFER_NOMEM:
		return GDBREGS_ERR_NOMEM;
	case GDBREGS__XFER_BROKEN:
		break;
	}
	return gdbregs__engine_say(&s->engine, GDBREGS_ERR_PROTOCOL,
				   "%s: malformed qXfer reply from the stub", doc->name);
}

int gdbregs__discover_take_document(struct gdbregs_session *s, struct gdbregs__discover *d,
				    const struct gdbregs__answer *answer)
{
	struct gdbregs__documents *documents =
		&s->target.processes[answer->kind - QUESTIONS].documents;

	(void)d;
	if (s->stub.selection_failed)
		return gdbregs__engine_say(
			&s->engine, GDBREGS_ERR_PROTOCOL,
			"the stub refused to select a thread that it had listed");
	int result = take_chunk(s, documents, answer);
	if (result != GDBREGS_ERR_NO_DESCRIPTION)
		return result;
	/* The stub has announced a description. Go on as if it had not. */
	gdbregs__documents_fini(documents);
	return 0;
}

/* ------------------------------------------------------------- qRegisterInfo --- */

/* Returns true if the stub serves no description and the caller gave none. BlastEm, whose reply to
 * qSupported is a PacketSize alone, exits at requests that it does not know. */
static bool wants_registers(const struct gdbregs_session *s)
{
	return s->stub.kind == GDBREGS__STUB_OTHER && s->options.access != GDBREGS_NO_REGS &&
	       s->target.vcpu_count && !s->target.given && !s->stub.supported.size_only &&
	       !s->target.fallback && !s->target.processes[0].documents.count;
}

/* The first reply shows whether the stub has qRegisterInfo. */
int gdbregs__discover_ask_registers(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	size_t ahead = s->engine.pipelined && d->infos.count ? REGISTERS_AHEAD : 1;
	uint32_t regnum = (uint32_t)d->asked[ASK_REGISTERS].sent;

	if (d->infos_done || !wants_registers(s) || regnum - d->infos.count >= ahead)
		return 0;
	if (regnum == 0)
		s->engine.close_hint =
			" when it was asked to describe its registers (qRegisterInfo): it serves "
			"no target description (architecture or description_path)";
	return gdbregs__engine_send_text(&s->engine, &d->op, ASK_REGISTERS, regnum,
					 "qRegisterInfo%x", (unsigned)regnum);
}

int gdbregs__discover_take_register(struct gdbregs_session *s, struct gdbregs__discover *d,
				    const struct gdbregs__answer *answer)
{
	struct gdbregs__register_info info;
	char text[60];

	s->engine.close_hint = NULL;
	if (d->infos_done)
		return 0; /* it was requested beyond the end */
	switch (gdbregs__register_info_parse(answer->payload, answer->size, &info)) {
	case GDBREGS__REGISTER_INFO_ONE:
		if (d->infos.count >= s->limits.registers)
			return gdbregs__engine_say(
				&s->engine, GDBREGS_ERR_LIMIT,
				"the stub describes more than %zu registers (max_registers)",
				s->limits.registers);
		gdbregs__register_infos_add(&d->infos, &info);
		return 0;
	case GDBREGS__REGISTER_INFO_END:
		d->infos_done = true;
		return 0;
	case GDBREGS__REGISTER_INFO_BROKEN:
		break;
	}
	/* Some stubs echo requests, or reply OK to any request that they do not know. */
	d->infos_done = d->infos.count == 0;
	if (d->infos_done)
		return 0;
	return gdbregs__engine_say(
		&s->engine, GDBREGS_ERR_PROTOCOL,
		"the stub sent an invalid reply to qRegisterInfo%x: %s", (unsigned)answer->index,
		gdbregs__printable(text, sizeof(text), answer->payload, answer->size));
}

/* ----------------------------------------------------------- descriptions --- */

/* The description has no registers: use the one that options.architecture names, or else the
 * default layout of its architecture. */
static int complete(struct gdbregs_session *s, const struct gdbregs_description **d)
{
	const struct gdbregs_description *fallback = s->target.fallback;

	if (!*d || (*d)->register_count)
		return 0;
	if (!fallback || !fallback->register_count)
		return gdbregs__shipped_complete(s->context, &s->limits, d);
	*d = fallback;
	return 0;
}

static int resolve_documents(struct gdbregs_session *s, const struct gdbregs__documents *d,
			     const struct gdbregs_description **out)
{
	struct gdbregs_document *documents =
		gdbregs__realloc_array(NULL, d->count, sizeof(*documents));

	if (!documents)
		return GDBREGS_ERR_NOMEM;
	for (size_t i = 0; i < d->count; i++)
		documents[i] = (struct gdbregs_document){d->list[i].name, d->list[i].data.data,
							 d->list[i].data.size};
	int result = gdbregs__context_description(s->context, documents, d->count, &s->limits, out,
						  &s->engine.error);
	gdbregs__free(documents);
	return result;
}

static int resolve_registers(struct gdbregs_session *s, struct gdbregs__discover *d,
			     const struct gdbregs_description **out)
{
	if (gdbregs__register_infos_finish(&d->infos) < 0)
		return GDBREGS_ERR_NOMEM;
	const struct gdbregs_buffer *xml = &d->infos.document.xml;
	const struct gdbregs_document document = {"target.xml", xml->data, xml->size};
	return gdbregs__context_description(s->context, &document, 1, &s->limits, out,
					    &s->engine.error);
}

int gdbregs__discover_resolve(struct gdbregs_session *s, struct gdbregs__discover *d)
{
	const struct gdbregs_description *described = NULL;
	int result = d->infos.count ? resolve_registers(s, d, &described) : 0;

	for (size_t i = 0; i < s->target.process_count; i++) {
		struct gdbregs__process *process = &s->target.processes[i];
		const struct gdbregs_description **out = &process->description;

		if (s->target.given)
			*out = s->target.given;
		else if (process->documents.count)
			result = resolve_documents(s, &process->documents, out);
		else if (described)
			*out = described;
		else
			*out = s->target.fallback;
		if (result == 0)
			result = complete(s, out);
		if (result < 0)
			return result;
		if (!*out && s->options.access != GDBREGS_NO_REGS &&
		    !s->options.description_optional)
			return gdbregs__engine_say(
				&s->engine, GDBREGS_ERR_NO_DESCRIPTION,
				"the stub serves no target description (architecture or "
				"description_path)");
	}
	return 0;
}
