/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A transport's beginning: options, descriptions from files, and off it goes. */
#include "uv/transport.h"

#include "tdesc/shipped.h"
#include "util/alloc.h"
#include "util/error.h"

#include <string.h>

/* A name is looked up among the shipped descriptions, a path is taken as it is. */
static int load_architecture(struct gdbregs_session *s, struct gdbregs_error *err)
{
	const char *name = s->options.architecture;
	char path[GDBREGS__SHIPPED_PATH];

	if (!strchr(name, '/') && !gdbregs__shipped_find(name, path))
		return gdbregs__fail(err, GDBREGS_ERR_IO,
				     "there is no shipped description \"%.60s\"", name);
	return gdbregs_description_load(s->context, strchr(name, '/') ? name : path, &s->options,
					&s->target.fallback, err);
}

static int load_descriptions(struct gdbregs_session *s, struct gdbregs_error *err)
{
	int result = 0;

	if (s->options.description_path)
		result = gdbregs_description_load(s->context, s->options.description_path,
						  &s->options, &s->target.given, err);
	if (result == 0 && s->options.architecture)
		result = load_architecture(s, err);
	return result;
}

static struct gdbregs__transport *make(struct gdbregs_session *s, uv_loop_t *loop)
{
	struct gdbregs__transport *t = gdbregs__calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->session = s;
	t->loop = loop;
	t->timer_at_ms = t->limit_at_ms = GDBREGS__FOREVER;
	uv_timer_init(loop, &t->timer);
	t->timer.data = t;
	s->transport = t;
	return t;
}

int gdbregs__transport_open(struct gdbregs_context *ctx, uv_loop_t *loop, const char *address,
			    char *const argv[], const struct gdbregs_options *o,
			    gdbregs__op_done connected, void *arg, struct gdbregs_session **out,
			    struct gdbregs_error *err)
{
	struct gdbregs__address parsed = {0};
	struct gdbregs_session *s;
	int result = 0;

	if (argv)
		gdbregs__printable(parsed.label, sizeof(parsed.label), argv[0], strlen(argv[0]));
	else
		result = gdbregs__address_parse(address, &parsed, err);
	if (result < 0)
		return result;
	result = gdbregs__session_new(ctx, o, parsed.label, &s);
	if (result == GDBREGS_ERR_INVAL)
		return gdbregs__fail(err, result,
				     "invalid options: initialise them with "
				     "GDBREGS_OPTIONS_INIT, and leave members at 0 that "
				     "version " GDBREGS_VERSION " does not have");
	if (result < 0)
		return gdbregs__fail_nomem(err);
	result = load_descriptions(s, err);
	struct gdbregs__transport *t = result < 0 ? NULL : make(s, loop);
	if (!t) {
		gdbregs__session_free(s);
		return result < 0 ? result : gdbregs__fail_nomem(err);
	}
	t->address = parsed;
	t->connected = connected;
	t->connected_arg = arg;
	gdbregs__transport_clock(s);
	if (argv && (result = gdbregs__child_spawn(t, argv, err)) < 0) {
		/* What was made of the child still has to be closed by the loop. */
		t->connected = NULL;
		t->state = GDBREGS__TRANSPORT_SHUT;
		t->closing = true;
		gdbregs__transport_event(t);
		return result;
	}
	*out = s;
	if (argv)
		gdbregs__transport_opened(t);
	else
		gdbregs__transport_connect(t);
	return 0;
}
