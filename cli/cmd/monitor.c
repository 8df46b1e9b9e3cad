/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opt/command.h"
#include "base/message.h"
#include "cmd/packet-policy.h"
#include "target/target.h"

#include <string.h>

struct question {
	struct text text; /* as typed */
	struct text packet;
	struct gdbregs_buffer reply;
};

/* Take the last packet of the reply: OK, an error, or the output itself (valgrind). */
static int take_reply(struct target *t, int status)
{
	const struct question *q = t->set->work_arg;
	const struct gdbregs_buffer *reply = &q->reply;
	if (status < 0)
		return status;
	if (reply->size == 0)
		return target_fail(t, STATUS_STUB, "cannot run '%s': the stub has no monitor",
				   q->text.data);
	if (reply->data[0] == 'E')
		return target_fail(t, STATUS_STUB, "cannot run '%s': the monitor replied %.60s",
				   q->text.data, (const char *)reply->data);
	return 0;
}

static int ask(struct target *t)
{
	struct question *q = t->set->work_arg;
	int error = gdbregs_uv_packet(t->session, q->packet.data, q->packet.size, &q->reply,
				      target_on_done, t, NULL);
	return target_wait(t, error, take_reply);
}

/* Write the console output, which the library puts after `OK`. */
static bool put_output(struct output *out, const struct targets *set)
{
	const struct question *q = set->work_arg;
	if (q->reply.size > 2)
		output_lines(out, q->reply.data + 2, q->reply.size - 2);
	return true;
}

static int make(struct question *q, const struct options *o)
{
	for (size_t i = 0; i < o->arguments.count; i++)
		text_addf(&q->text, "%s%s", i > 0 ? " " : "", o->arguments.item[i]);
	if (!q->text.data || q->text.data[strspn(q->text.data, " \t\n")] == '\0')
		return q->text.failed
			       ? fail_nomem()
			       : fail(STATUS_USAGE,
				      "monitor needs a command; see 'gdbregs-cli monitor --help'");
	text_adds(&q->packet, "qRcmd,");
	text_add_bytes(&q->packet, (const uint8_t *)q->text.data, q->text.size);
	if (q->text.failed || q->packet.failed)
		return fail_nomem();
	const char *reason = packet_policy_denies_command(q->text.data);
	return reason ? fail(STATUS_USAGE, "'%s' is not sent: %s", q->text.data, reason) : 0;
}

int command_monitor(const struct options *o)
{
	struct question q = {.text = {0}};
	int status = make(&q, o);
	if (status == 0)
		status = targets_show(o, GDBREGS_NO_REGS, ask, &q, put_output);
	text_fini(&q.text);
	text_fini(&q.packet);
	gdbregs_buffer_fini(&q.reply);
	return status;
}
