/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/command.h"
#include "out/csv.h"
#include "cmd/packet-policy.h"
#include "out/json.h"
#include "base/message.h"
#include "base/exit-status.h"
#include "target/target.h"

#include <stdlib.h>
#include <string.h>

/* One after the other: a packet may depend on the one before. */
struct exchange {
	struct gdbregs_buffer *replies; /* one per payload */
	size_t done;
};

static int send_next(struct target *t);

static void on_reply(struct gdbregs_session *s, int status, void *arg)
{
	struct target *t = arg;
	struct exchange *exchange = t->set->work_arg;
	(void)s;
	if (t->closing)
		return;
	if (status >= 0) {
		exchange->done++;
		status = send_next(t);
	}
	if (status != TARGET_UNDER_WAY)
		target_done(t, status);
}

static int send_next(struct target *t)
{
	struct exchange *exchange = t->set->work_arg;
	const struct string_list *payloads = &t->set->options->arguments;
	if (exchange->done == payloads->count)
		return 0;
	const char *payload = payloads->item[exchange->done];
	int error = gdbregs_uv_packet(t->session, payload, strlen(payload),
				      &exchange->replies[exchange->done], on_reply, t, NULL);
	return error < 0 ? error : TARGET_UNDER_WAY;
}

static bool put_json(struct output *out, const char *payload, const struct gdbregs_buffer *reply)
{
	json_t *object = json_object();
	json_member(&object, "packet", json_text(payload));
	json_member(&object, "reply", json_bytes(reply->data, reply->size));
	return json_put(out, object);
}

static bool put_text(struct output *out, const char *payload, const struct gdbregs_buffer *reply,
		     bool csv)
{
	struct text text = {0};
	text_add_printable(&text, reply->data, reply->size);
	const char *fields[] = {payload, text.data};
	bool ok = !text.failed;
	if (csv)
		csv_row(out, fields, 2);
	else
		fprintf(out->stream, "%s\n", text.data ? text.data : "");
	text_fini(&text);
	return ok;
}

static bool put_reply(struct output *out, const struct options *o, const struct exchange *exchange,
		      size_t index)
{
	const char *payload = o->arguments.item[index];
	const struct gdbregs_buffer *reply = &exchange->replies[index];
	if (o->format == FORMAT_TEXT || o->format == FORMAT_CSV)
		return put_text(out, payload, reply, o->format == FORMAT_CSV);
	if (o->format == FORMAT_JSON)
		fputs(index > 0 ? ",\n " : "\n ", out->stream);
	bool ok = put_json(out, payload, reply);
	if (o->format == FORMAT_JSONL)
		fputs("\n", out->stream);
	return ok;
}

static bool put_all(struct output *out, const struct options *o, const struct exchange *exchange)
{
	bool ok = true;
	if (o->format == FORMAT_CSV)
		fputs("packet,reply\n", out->stream);
	if (o->format == FORMAT_JSON)
		fputs("[", out->stream);
	for (size_t i = 0; i < exchange->done && ok; i++)
		ok = put_reply(out, o, exchange, i);
	if (o->format == FORMAT_JSON)
		fputs("]\n", out->stream);
	return ok;
}

/* Replies that came before a failure are shown, but do not make a file. */
static int print(struct output *out, const struct targets *set)
{
	const struct exchange *exchange = set->work_arg;
	int failed = targets_report(set);
	bool worth = failed == 0 || (exchange->done > 0 && out->standard);
	if (!worth) {
		output_abandon(out);
		return failed;
	}
	int written = output_end(out, put_all(out, set->options, exchange));
	return written != 0 ? written : failed;
}

static int check(const struct options *o)
{
	if (o->arguments.count == 0)
		return fail(STATUS_USAGE,
			    "packet needs a payload to send; see 'gdbregs-cli packet --help'");
	for (size_t i = 0; i < o->arguments.count; i++) {
		const char *reason = packet_policy_denies(o->arguments.item[i]);
		if (reason)
			return fail(STATUS_USAGE, "'%s' is not sent: %s", o->arguments.item[i],
				    reason);
	}
	return 0;
}

int command_packet(const struct options *o)
{
	struct exchange exchange = {.done = 0};
	int status = check(o);
	if (status != 0)
		return status;
	exchange.replies = calloc(o->arguments.count, sizeof(*exchange.replies));
	if (!exchange.replies)
		return fail_nomem();
	status = targets_show(o, GDBREGS_NO_REGS, send_next, &exchange, print);
	for (size_t i = 0; i < o->arguments.count; i++)
		gdbregs_buffer_fini(&exchange.replies[i]);
	free(exchange.replies);
	return status;
}
