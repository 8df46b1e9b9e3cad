/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/command.h"
#include "cmd/packet-policy.h"
#include "out/table.h"
#include "base/message.h"
#include "target/target.h"

#include <stdlib.h>
#include <string.h>

/* Replies are kept until the guest is released. Text shows a byte in up to four
 * characters. */
enum { MOST_REPLIES_MIB = 16 };

/* Packets are sent one after the other, because a packet may depend on the one before. */
struct exchange {
	struct gdbregs_buffer *replies; /* one per payload */
	size_t done;
	size_t bytes; /* of all replies */
};

static int send_next(struct target *t);

static int take_reply(struct target *t, int status)
{
	struct exchange *exchange = t->set->work_arg;
	if (status < 0)
		return status;
	exchange->bytes += exchange->replies[exchange->done++].size;
	return send_next(t);
}

static int send_next(struct target *t)
{
	struct exchange *exchange = t->set->work_arg;
	const struct string_list *payloads = &t->set->options->arguments;
	if (exchange->done == payloads->count)
		return 0;
	if (exchange->bytes > (size_t)MOST_REPLIES_MIB << 20)
		return target_fail(t, STATUS_STUB,
				   "the replies are larger than %d MiB together; send fewer "
				   "packets at a time",
				   MOST_REPLIES_MIB);
	const char *payload = payloads->item[exchange->done];
	int error = gdbregs_uv_packet(t->session, payload, strlen(payload),
				      &exchange->replies[exchange->done], target_on_done, t, NULL);
	return target_wait(t, error, take_reply);
}

static bool put_all(struct output *out, const struct options *o, const struct exchange *exchange)
{
	static const struct column columns[] = {{.name = "packet", .formats = IN_DATA},
						{.name = "reply", .formats = IN_DATA | IN_TEXT}};
	struct table table;
	table_init(&table, out, o->format, columns, 2);
	for (size_t i = 0; i < exchange->done; i++) {
		const struct gdbregs_buffer *reply = &exchange->replies[i];
		struct text printable = {0};
		struct cell cells[] = {cell_text(o->arguments.item[i]),
				       cell_bytes(reply->data, reply->size)};
		if (o->format == FORMAT_CSV || o->format == FORMAT_TEXT) {
			text_add_printable(&printable, reply->data, reply->size);
			cells[1] = cell_text(printable.data ? printable.data : "");
		}
		table_row(&table, cells);
		table.ok = table.ok && !printable.failed;
		text_fini(&printable);
	}
	return table_end(&table);
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
	status = targets_show_by(o, GDBREGS_NO_REGS, send_next, &exchange, print);
	for (size_t i = 0; i < o->arguments.count; i++)
		gdbregs_buffer_fini(&exchange.replies[i]);
	free(exchange.replies);
	return status;
}
