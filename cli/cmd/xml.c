/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/exit-status.h"
#include "base/message.h"
#include "base/output.h"
#include "cmd/documents.h"
#include "opt/command.h"
#include "target/shipped.h"
#include "target/target.h"

/* A terminal gets no control characters but those that end lines and indent. */
static bool put_printable(struct output *out, const uint8_t *data, size_t size)
{
	struct text text = {0};
	for (size_t i = 0; i < size; i++) {
		if (data[i] == '\n' || data[i] == '\t')
			text_add(&text, &data[i], 1);
		else
			text_add_printable(&text, &data[i], 1);
	}
	if (!text.failed && text.size > 0)
		fwrite(text.data, 1, text.size, out->stream);
	text_fini(&text);
	return !text.failed;
}

static bool put_resolved(struct output *out, const struct gdbregs_description *d)
{
	struct gdbregs_buffer xml = {0};
	bool ok = gdbregs_description_xml(d, &xml) >= 0;
	if (ok && out->tty)
		ok = put_printable(out, xml.data, xml.size);
	else if (ok)
		fwrite(xml.data, 1, xml.size, out->stream);
	if (ok && (xml.size == 0 || xml.data[xml.size - 1] != '\n'))
		fputc('\n', out->stream);
	gdbregs_buffer_fini(&xml);
	return ok;
}

/* --raw alone prints nothing: the documents are the result. */
static bool wants_resolved(const struct options *o)
{
	return !o->raw_dir || o->output;
}

static int show(const struct options *o, struct output *out, const struct gdbregs_description *d)
{
	int status = o->raw_dir ? documents_save(d, o->raw_dir) : 0;
	if (status == 0 && wants_resolved(o))
		return output_end(out, put_resolved(out, d));
	output_abandon(out);
	return status;
}

static int show_offline(const struct options *o)
{
	struct output out;
	struct gdbregs_context *context;
	const struct gdbregs_description *d;
	int status = offline_load(o, &context, &d);
	if (status == 0)
		status = output_open(&out, o->output);
	if (status == 0)
		status = show(o, &out, d);
	gdbregs_context_unref(context);
	return status;
}

static int collect(struct target *t)
{
	return snapshot_collect(t, VCPU_FIRST);
}

static int print(struct output *out, const struct targets *set)
{
	const struct snapshot *s = &set->item[0].snapshot;
	int status = targets_report(set);
	if (status == 0 && s->vcpu_count == 0)
		status = fail(STATUS_SELECTION, "%s: there are no vCPUs", s->target);
	if (status == 0)
		return show(set->options, out, s->selection.item[0].description);
	output_abandon(out);
	return status;
}

static int check(const struct options *o)
{
	if (o->vcpus_all || o->vcpu_count > 1)
		return fail(STATUS_USAGE,
			    "xml shows the description of one vCPU; give one to --vcpu");
	if (options_offline(o) && o->vcpu_count > 0)
		return fail(STATUS_USAGE,
			    "--vcpu needs a target; a description alone has no vCPUs");
	return o->raw_dir ? documents_check(o->raw_dir) : 0;
}

int command_xml(const struct options *o)
{
	int status = check(o);
	if (status != 0)
		return status;
	return options_offline(o) ? show_offline(o)
				  : targets_show(o, GDBREGS_R_REGS, collect, NULL, print);
}
