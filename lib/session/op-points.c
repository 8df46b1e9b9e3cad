/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Breakpoints and watchpoints: the packets Z and z. QEMU and gdbserver keep them after the
 * connection has closed. So the session has a list of all points that the stub may have, and
 * removes them when it ends. */
#include "session/op-points.h"
#include "session/requests.h"

#include "util/alloc.h"

#include <stdio.h>

static const char *const names[] = {
	[GDBREGS_POINT_SOFTWARE] = "software breakpoints",
	[GDBREGS_POINT_HARDWARE] = "hardware breakpoints",
	[GDBREGS_POINT_WRITE] = "write watchpoints",
	[GDBREGS_POINT_READ] = "read watchpoints",
	[GDBREGS_POINT_ACCESS] = "access watchpoints",
};

struct point_op {
	struct gdbregs__op op;
	struct gdbregs__point point; /* its name on the list: type, address, kind */
	bool insert, sent;
	bool ask_kind; /* it depends on the instruction, which must be read */
};

enum kind { KIND_MEMORY = 1, KIND_POINT };

/* ------------------------------------------------------------------- the list --- */

static struct gdbregs__point *find(struct gdbregs_session *s, const struct gdbregs__point *point)
{
	for (size_t i = 0; i < s->run.points.count; i++) {
		struct gdbregs__point *found = &s->run.points.list[i];

		if (found->type == point->type && found->address == point->address &&
		    found->kind == point->kind)
			return found;
	}
	return NULL;
}

static void drop(struct gdbregs_session *s, const struct gdbregs__point *point)
{
	struct gdbregs__point *found = find(s, point);

	if (found)
		*found = s->run.points.list[--s->run.points.count];
}

static int add(struct gdbregs_session *s, const struct gdbregs__point *point)
{
	struct gdbregs__points *p = &s->run.points;
	struct gdbregs__point *list =
		gdbregs__array_room(p->list, p->count, &p->capacity, sizeof(*list));

	if (!list)
		return GDBREGS_ERR_NOMEM;
	p->list = list;
	p->list[p->count++] = *point;
	return 0;
}

static void set_state(struct gdbregs_session *s, const struct gdbregs__point *point,
		      enum gdbregs__point_state state)
{
	struct gdbregs__point *found = find(s, point);

	if (found)
		found->state = state;
}

size_t gdbregs__points_format(char *payload, char letter, const struct gdbregs__point *point)
{
	return (size_t)snprintf(payload, GDBREGS__UNDO_TEXT, "%c%d,%llx,%x", letter,
				(int)point->type, (unsigned long long)point->address,
				point->sent_kind);
}

/* After a failure it is not known which points the stub has. So remove all that were
 * requested. */
size_t gdbregs__points_withdraw(struct gdbregs_session *s, char *payload)
{
	while (s->run.points.count) {
		struct gdbregs__point point = s->run.points.list[--s->run.points.count];

		if (point.sent_kind == GDBREGS__KIND_OF_INSTRUCTION)
			continue; /* the packet was not sent */
		if (point.in_stub || s->engine.fatal)
			return gdbregs__points_format(payload, 'z', &point);
	}
	return 0;
}

void gdbregs__points_fini(struct gdbregs_session *s)
{
	gdbregs__free(s->run.points.list);
}

/* ---------------------------------------------------------------------- the op --- */

static int produce(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct point_op *p = (struct point_op *)op;
	char payload[GDBREGS__UNDO_TEXT];

	if (p->sent)
		return GDBREGS__PRODUCE_END;
	if (op->outstanding)
		return GDBREGS__PRODUCE_WAIT;
	if (p->ask_kind)
		return gdbregs__engine_send_text(&s->engine, op, KIND_MEMORY, 0, "m%llx,1",
						 (unsigned long long)p->point.address);
	const struct gdbregs__point *found = find(s, &p->point);
	if (found)
		p->point.sent_kind = found->sent_kind;
	size_t length = gdbregs__points_format(payload, p->insert ? 'Z' : 'z', &p->point);
	int result = gdbregs__engine_send(&s->engine, op, KIND_POINT, 0, payload, length);
	p->sent = result > 0;
	return result;
}

static int refused(struct gdbregs_session *s, const struct point_op *p,
		   const struct gdbregs__answer *answer)
{
	char text[80];

	if (answer->size == 0)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_UNSUPPORTED,
					   "the stub has no %s", names[p->point.type]);
	return gdbregs__engine_say(
		&s->engine, GDBREGS_ERR_REMOTE,
		"the stub refused to %s one of its %s at 0x%llx: %s",
		p->insert ? "insert" : "remove", names[p->point.type],
		(unsigned long long)p->point.address,
		gdbregs__reply_error_text(text, sizeof(text), answer->payload, answer->size));
}

static void note_inserted(struct gdbregs_session *s, const struct gdbregs__point *point)
{
	struct gdbregs__point *found = find(s, point);

	if (!found)
		return;
	found->in_stub = true;
	found->inserted = s->run.step_over.runs;
}

static int on_memory(struct gdbregs_session *s, struct point_op *p,
		     const struct gdbregs__answer *answer)
{
	struct gdbregs__point *found = find(s, &p->point);

	p->ask_kind = false;
	p->point.sent_kind = gdbregs__point_kind_of_byte(answer);
	if (found)
		found->sent_kind = p->point.sent_kind;
	return 0;
}

/* A point that could not be removed is removed when the session ends. */
static int reply(struct gdbregs_session *s, struct gdbregs__op *op,
		 const struct gdbregs__answer *answer)
{
	struct point_op *p = (struct point_op *)op;

	if (answer->kind == KIND_MEMORY)
		return on_memory(s, p, answer);
	bool ok = gdbregs__reply_classify(answer->payload, answer->size) == GDBREGS__REPLY_OK;

	if (p->insert == ok)
		set_state(s, &p->point, GDBREGS__POINT_INSERTED);
	else
		drop(s, &p->point);
	if (ok && p->insert)
		note_inserted(s, &p->point);
	return ok ? 0 : refused(s, p, answer);
}

/* If nothing was sent, the point is as it was before the request. */
static void destroy(struct gdbregs_session *s, struct gdbregs__op *op)
{
	struct point_op *p = (struct point_op *)op;

	if (!p->sent && !s->engine.fatal && p->insert)
		drop(s, &p->point);
	else if (!p->sent)
		set_state(s, &p->point, GDBREGS__POINT_INSERTED);
	gdbregs__free(p);
}

static const struct gdbregs__op_class point_class = {
	.wants_all_replies = true,
	.produce = produce,
	.reply = reply,
	.destroy = destroy,
};

static struct gdbregs__op *make(struct gdbregs_session *s, const struct gdbregs__point *point,
				bool insert, gdbregs__op_done done, void *arg)
{
	struct point_op *p = gdbregs__op_new(sizeof(*p), &point_class, done, arg);

	if (!p || (insert && add(s, point) < 0)) {
		gdbregs__free(p);
		return NULL;
	}
	p->point = *point;
	p->insert = insert;
	p->ask_kind = insert && point->sent_kind == GDBREGS__KIND_OF_INSTRUCTION;
	if (!insert)
		set_state(s, point, GDBREGS__POINT_REMOVING);
	return &p->op;
}

static int check(struct gdbregs_session *s, const struct gdbregs__point *point, bool insert)
{
	int wrong = gdbregs__session_begin(s, 0);

	if (wrong)
		return wrong;
	if ((unsigned)point->type > GDBREGS_POINT_ACCESS)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
					   "invalid type of breakpoint or watchpoint");
	if (insert && point->type >= GDBREGS_POINT_WRITE && !point->kind)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
					   "the watchpoint at 0x%llx has length 0: pass the number "
					   "of bytes to watch",
					   (unsigned long long)point->address);
	const struct gdbregs__point *found = find(s, point);
	if (insert && found)
		return gdbregs__engine_say(
			&s->engine, GDBREGS_ERR_INVAL,
			"a breakpoint or watchpoint of this type is already set at "
			"0x%llx",
			(unsigned long long)point->address);
	if (!insert && (!found || found->state == GDBREGS__POINT_REMOVING))
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
					   "no such breakpoint or watchpoint is set at 0x%llx",
					   (unsigned long long)point->address);
	return 0;
}

static int change(struct gdbregs_session *s, const struct gdbregs__point *point, bool insert,
		  gdbregs__op_done done, void *arg, struct gdbregs__op **out)
{
	int wrong = check(s, point, insert);

	return wrong ? wrong : gdbregs__session_queue(s, make(s, point, insert, done, arg), out);
}

int gdbregs__points_insert(struct gdbregs_session *s, enum gdbregs_point type, uint64_t address,
			   unsigned kind, gdbregs__op_done done, void *arg,
			   struct gdbregs__op **out)
{
	struct gdbregs__point point = {.type = type,
				       .address = address,
				       .kind = kind,
				       .sent_kind = kind,
				       .state = GDBREGS__POINT_INSERTING};

	if (type <= GDBREGS_POINT_HARDWARE && kind == GDBREGS_KIND_DEFAULT)
		point.sent_kind = gdbregs__point_kind(s, address);
	return change(s, &point, true, done, arg, out);
}

int gdbregs__points_remove(struct gdbregs_session *s, enum gdbregs_point type, uint64_t address,
			   unsigned kind, gdbregs__op_done done, void *arg,
			   struct gdbregs__op **out)
{
	struct gdbregs__point point = {
		.type = type, .address = address, .kind = kind, .sent_kind = kind};

	return change(s, &point, false, done, arg, out);
}
