/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From an address to a connection: creates the transport, loads descriptions from
 * files, resolves the host name and tries its addresses. */
#include "uv/transport.h"

#include "tdesc/shipped.h"
#include "util/alloc.h"
#include "util/error.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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

	if (code == UV_ENOMEM) {
		gdbregs__fail_nomem(&t->connect_error);
		return;
	}
	if (code == UV_ECONNREFUSED)
		hint = "; is QEMU running there, with -s or -gdb?";
	else if (code == UV_ENOENT && t->address.is_unix)
		hint = "; is QEMU running, with -gdb unix:PATH,server=on,wait=off?";
	else if (code == UV_EAGAIN)
		reason = "too many clients wait there; a gdbstub serves one client at a time: is "
			 "another debugger connected?";
	gdbregs__fail(&t->connect_error, GDBREGS_ERR_CONNECT, "cannot connect: %s%s", reason, hint);
}

/* The host's name has no address. `status` is that of getaddrinfo(). */
static void explain_resolver(struct gdbregs__transport *t, int status)
{
	char reason[360];

	if (status == EAI_NONAME || status == EAI_NODATA)
		snprintf(reason, sizeof(reason),
			 "there is no host '%.200s'; check the name, or give an IP address",
			 t->address.host);
	else
		snprintf(reason, sizeof(reason),
			 "looking up host '%.200s' failed (%s); check the network, or give an IP "
			 "address",
			 t->address.host, gai_strerror(status));
	explain(t, status == EAI_MEMORY ? UV_ENOMEM : 0, reason);
}

/* The time limit has expired. */
static void explain_timeout(struct gdbregs__transport *t, const char *what)
{
	gdbregs__fail(&t->connect_error, GDBREGS_ERR_CONNECT,
		      "cannot connect: %s within %.1f s (connect_timeout_ms)", what,
		      (double)t->session->options.connect_timeout_ms / 1000);
}

/* --------------------------------------------------------------------- attempts --- */

#define IN_PROGRESS 1

/* Begin to connect to an address. Returns 0 if the connection is there already,
 * IN_PROGRESS, or an error of libuv. */
static int begin_attempt(struct gdbregs__transport *t, const struct addrinfo *address)
{
	int yes = 1;
	int result = gdbregs__transport_take_socket(
		t, socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));

	if (result < 0)
		return result;
	if (!t->address.is_unix)
		setsockopt(t->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	if (connect(t->fd, address->ai_addr, address->ai_addrlen) < 0)
		return errno == EINPROGRESS ? IN_PROGRESS : uv_translate_sys_error(errno);
	return 0;
}

static void end_attempt(struct gdbregs__transport *t, int result)
{
	if (result < 0) {
		explain(t, result, uv_strerror(result));
		gdbregs__transport_close_socket(t);
		return;
	}
	free_addresses(t);
	gdbregs__transport_opened(t);
}

/* Returns false if the attempt has failed. */
static bool try_address(struct gdbregs__transport *t, const struct addrinfo *address)
{
	int result = begin_attempt(t, address);

	if (result == IN_PROGRESS)
		gdbregs__transport_watch(t);
	else
		end_attempt(t, result);
	return result >= 0;
}

/* Give each address an equal share of the time that is left. */
static void limit_attempt(struct gdbregs__transport *t)
{
	uint64_t now = uv_now(t->loop);
	uint64_t left_ms = t->connect_at_ms > now ? t->connect_at_ms - now : 0;
	unsigned addresses = 0;

	for (struct addrinfo *a = t->address_next; a; a = a->ai_next)
		addresses++;
	gdbregs__transport_set_limit(t, left_ms / addresses + 1);
}

static void try_next(struct gdbregs__transport *t)
{
	t->state = GDBREGS__TRANSPORT_CONNECTING;
	while (t->address_next && !t->closing) {
		const struct addrinfo *address = t->address_next;

		limit_attempt(t);
		t->address_next = address->ai_next;
		if (try_address(t, address))
			return;
	}
	unreachable(t);
}

void gdbregs__transport_check_connecting(struct gdbregs__transport *t)
{
	struct pollfd watched = {.fd = t->fd, .events = POLLOUT};
	int error = 0;
	socklen_t size = sizeof(error);

	if (poll(&watched, 1, 0) <= 0)
		return;
	if (getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		error = errno;
	end_attempt(t, uv_translate_sys_error(error));
	if (error)
		try_next(t);
	gdbregs__transport_event(t);
}

/* -------------------------------------------------------------------- resolving --- */

void gdbregs__transport_resolved(struct gdbregs__transport *t, int status,
				 struct addrinfo *addresses)
{
	t->addresses = t->address_next = addresses;
	if (status != 0) {
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
	explain(t, result, uv_strerror(result));
	unreachable(t);
}

static void connect_unix(struct gdbregs__transport *t)
{
	struct sockaddr_un path = {.sun_family = AF_UNIX};
	const struct addrinfo address = {.ai_family = AF_UNIX,
					 .ai_addr = (struct sockaddr *)&path,
					 .ai_addrlen = sizeof(path)};

	strcpy(path.sun_path, t->address.path);
	t->state = GDBREGS__TRANSPORT_CONNECTING;
	gdbregs__transport_set_limit(t, t->session->options.connect_timeout_ms);
	if (!try_address(t, &address))
		unreachable(t);
}

/* A numeric address needs no thread. `localhost` does, because its addresses depend on the
 * system. */
static bool parse_numeric(struct gdbregs__transport *t)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC,
				 .ai_socktype = SOCK_STREAM,
				 .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};

	if (getaddrinfo(t->address.host, t->address.port, &hints, &t->addresses) != 0)
		t->addresses = NULL;
	t->address_next = t->addresses;
	return t->addresses;
}

static void begin_connecting(struct gdbregs__transport *t)
{
	unsigned timeout_ms = t->session->options.connect_timeout_ms;

	t->connect_at_ms = uv_now(t->loop) + timeout_ms;
	if (t->address.is_unix) {
		connect_unix(t);
	} else if (parse_numeric(t)) {
		try_next(t);
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
	explain_timeout(t, "no answer");
	gdbregs__transport_close_socket(t);
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

static struct gdbregs__transport *make(struct gdbregs_session *s, const char *name, uv_loop_t *loop)
{
	struct gdbregs__transport *t = gdbregs__calloc(1, sizeof(*t));
	char *copy = gdbregs__strdup(name);

	if (!t || !copy) {
		gdbregs__free(t);
		gdbregs__free(copy);
		return NULL;
	}
	t->name = copy;
	s->engine.config.peer = copy;
	t->session = s;
	t->loop = loop;
	t->owner = getpid();
	t->fd = -1;
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
	const char *name = argv			 ? argv[0]
			   : address && *address ? address
						 : GDBREGS__DEFAULT_ADDRESS;
	struct gdbregs__address parsed = {0};
	struct gdbregs_session *s;

	if (!argv && gdbregs__address_parse(name, &parsed, err) < 0) {
		gdbregs__error_name_target(err, name);
		return GDBREGS_ERR_INVAL;
	}
	int result = gdbregs__session_new(ctx, o, &s);
	if (result == GDBREGS_ERR_INVAL)
		return gdbregs__options_fail(o, err);
	if (result < 0)
		return gdbregs__fail_nomem(err);
	result = load_descriptions(s, err);
	struct gdbregs__transport *t = result < 0 ? NULL : make(s, name, loop);
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
		gdbregs__error_name_target(err, name);
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
