/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From an address to a connection: creates the transport, loads descriptions from
 * files, resolves the host name and tries its addresses. */
#include "uv/transport.h"

#include "tdesc/shipped.h"
#include "util/alloc.h"
#include "util/error.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void try_next(struct gdbregs__transport *t);

static void free_addresses(struct gdbregs__transport *t)
{
	if (t->addresses)
		freeaddrinfo(t->addresses);
	t->addresses = t->address_next = NULL;
}

static void unreachable(struct gdbregs__transport *t)
{
	free_addresses(t);
	gdbregs__transport_unreachable(t);
}

static void explain(struct gdbregs__transport *t, int code, const char *reason)
{
	const char *hint = "";

	if (code == UV_ECONNREFUSED)
		hint = "; is QEMU running there, with -s or -gdb?";
	else if (code == UV_ENOENT && t->address.is_unix)
		hint = "; is QEMU running, with -gdb unix:PATH,server=on,wait=off?";
	else if (code == UV_EAGAIN)
		reason = "too many clients wait there; a gdbstub serves one client at a time: is "
			 "another debugger connected?";
	gdbregs__fail(&t->connect_error, GDBREGS_ERR_CONNECT, "cannot connect to %s: %s%s",
		      t->address.label, reason, hint);
}

/* The host's name has no address. */
static void explain_resolver(struct gdbregs__transport *t, int status)
{
	char reason[360];
	bool unknown = status == UV_EAI_NONAME || status == UV_EAI_NODATA;

	if (unknown)
		snprintf(reason, sizeof(reason),
			 "there is no host '%.200s'; check the name, or give an IP address",
			 t->address.host);
	else
		snprintf(reason, sizeof(reason),
			 "looking up host '%.200s' failed (%s); check the network, or give an IP "
			 "address",
			 t->address.host, uv_strerror(status));
	explain(t, status, reason);
}

/* The time limit has expired. */
static void explain_timeout(struct gdbregs__transport *t, const char *what)
{
	char reason[100];

	snprintf(reason, sizeof(reason), "%s within %.1f s (connect_timeout_ms)", what,
		 (double)t->session->options.connect_timeout_ms / 1000);
	explain(t, 0, reason);
}

/* ------------------------------------------------------------------ one attempt --- */

static void drop_attempt(struct gdbregs__transport *t)
{
	gdbregs__transport_drop_stream(t->in);
	t->in = t->out = NULL;
}

static void on_connect(uv_connect_t *request, int status)
{
	struct gdbregs__transport *t = request->data;

	if (t && t->connecting == request)
		t->connecting = NULL;
	gdbregs__free(request);
	if (!t || status == UV_ECANCELED)
		return;
	if (status < 0) {
		explain(t, status, uv_strerror(status));
		drop_attempt(t);
		if (t->closing)
			unreachable(t);
		else
			try_next(t);
		gdbregs__transport_event(t);
		return;
	}
	free_addresses(t);
	if (!t->address.is_unix)
		uv_tcp_nodelay((uv_tcp_t *)t->in, 1);
	gdbregs__transport_opened(t);
}

/* Create a stream and a request for an attempt. Returns false when out of memory. */
static bool prepare(struct gdbregs__transport *t, uv_handle_type type)
{
	uv_connect_t *request = gdbregs__calloc(1, sizeof(*request));
	uv_stream_t *stream = request ? gdbregs__transport_new_stream(t, type) : NULL;

	if (!stream) {
		gdbregs__free(request);
		gdbregs__fail_nomem(&t->connect_error);
		return false;
	}
	request->data = t;
	t->connecting = request;
	t->in = t->out = stream;
	t->state = GDBREGS__TRANSPORT_CONNECTING;
	return true;
}

static void connect_unix(struct gdbregs__transport *t)
{
	if (!prepare(t, UV_NAMED_PIPE)) {
		unreachable(t);
		return;
	}
	gdbregs__transport_set_limit(t, t->session->options.connect_timeout_ms);
	uv_pipe_connect(t->connecting, (uv_pipe_t *)t->in, t->address.path, on_connect);
}

/* Give each address an equal share of the time that is left. */
static void limit_attempt(struct gdbregs__transport *t, unsigned addresses_left)
{
	uint64_t now = uv_now(t->loop);
	uint64_t left = t->connect_at_ms > now ? t->connect_at_ms - now : 0;

	gdbregs__transport_set_limit(t, left / addresses_left + 1);
}

static void try_next(struct gdbregs__transport *t)
{
	while (t->address_next) {
		struct addrinfo *address = t->address_next;
		unsigned left = 0;

		for (struct addrinfo *a = address; a; a = a->ai_next)
			left++;
		t->address_next = address->ai_next;
		if (!prepare(t, UV_TCP))
			break;
		limit_attempt(t, left);
		int result = uv_tcp_connect(t->connecting, (uv_tcp_t *)t->in, address->ai_addr,
					    on_connect);
		if (result == 0)
			return;
		gdbregs__free(t->connecting);
		t->connecting = NULL;
		explain(t, result, uv_strerror(result));
		drop_attempt(t);
	}
	unreachable(t);
}

/* -------------------------------------------------------------------- resolving --- */

void gdbregs__transport_resolved(struct gdbregs__transport *t, int status,
				 struct addrinfo *addresses)
{
	t->addresses = t->address_next = addresses;
	if (status < 0) {
		explain_resolver(t, status);
		unreachable(t);
	} else {
		try_next(t);
	}
	gdbregs__transport_event(t);
}

static void resolve(struct gdbregs__transport *t)
{
	int result = gdbregs__resolve_begin(t);

	if (result == 0)
		return;
	if (result == UV_ENOMEM)
		gdbregs__fail_nomem(&t->connect_error);
	else
		explain(t, result, uv_strerror(result));
	unreachable(t);
}

/* A numeric address is parsed without the resolver thread. `localhost` still uses the
 * resolver because its addresses depend on the system. */
static bool is_literal(const struct gdbregs__address *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	return uv_ip4_addr(address->host, 1, &v4) == 0 || uv_ip6_addr(address->host, 1, &v6) == 0;
}

static void connect_literal(struct gdbregs__transport *t)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC,
				 .ai_socktype = SOCK_STREAM,
				 .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};

	int result = getaddrinfo(t->address.host, t->address.port, &hints, &t->addresses);
	if (result != 0)
		t->addresses = NULL;
	t->address_next = t->addresses;
	if (result == EAI_MEMORY)
		gdbregs__fail_nomem(&t->connect_error);
	else
		explain(t, 0, "no such address");
	try_next(t);
}

static void begin_connecting(struct gdbregs__transport *t)
{
	unsigned timeout_ms = t->session->options.connect_timeout_ms;

	t->connect_at_ms = uv_now(t->loop) + timeout_ms;
	if (t->address.is_unix) {
		connect_unix(t);
	} else if (is_literal(&t->address)) {
		connect_literal(t);
	} else {
		t->state = GDBREGS__TRANSPORT_RESOLVING;
		gdbregs__transport_set_limit(t, timeout_ms);
		resolve(t);
	}
}

/* Give up connecting: the time limit has expired, or the session is being closed. */
void gdbregs__transport_connect_abandon(struct gdbregs__transport *t)
{
	if (t->resolving) {
		gdbregs__resolve_abandon(t);
		explain_timeout(t, "the host name could not be resolved");
		unreachable(t);
		return;
	}
	if (t->connecting) {
		t->connecting->data = NULL;
		t->connecting = NULL;
		drop_attempt(t);
	}
	explain_timeout(t, "no answer");
	if (t->closing)
		unreachable(t);
	else
		try_next(t);
}

/* -------------------------------------------------------------------- opening --- */

/* Load the description of an architecture: a name refers to a shipped description, a
 * text with a slash is a path. */
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
	t->owner = getpid();
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
		return gdbregs__options_fail(o, err);
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
		/* The loop still has to close the child's handles. */
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
		begin_connecting(t);
	return 0;
}
