/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resolves a host name, and can give up when the caller's time limit expires.
 *
 * uv_getaddrinfo() cannot be cancelled once it runs, and the loop cannot be closed
 * before it returns: 16 s and more if no name server answers. So each lookup has its
 * own thread. The thread and the loop share an object, which the last of them frees. */
#include "uv/transport.h"

#include "util/alloc.h"

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

struct gdbregs__resolving {
	uv_async_t done;
	struct gdbregs__transport *transport; /* used by the loop only */
	pthread_mutex_t lock; /* protects all members below */
	bool listening; /* done may be sent */
	unsigned users; /* the thread, and the handle until it is closed */
	int status; /* result of getaddrinfo() */
	struct addrinfo *addresses;
	/* Copies: the thread may outlive the transport. */
	char host[GDBREGS__HOST_BYTES];
	char port[6];
};

static void leave(struct gdbregs__resolving *r)
{
	pthread_mutex_lock(&r->lock);
	bool last = --r->users == 0;
	pthread_mutex_unlock(&r->lock);
	if (!last)
		return;
	if (r->addresses)
		freeaddrinfo(r->addresses);
	pthread_mutex_destroy(&r->lock);
	gdbregs__free(r);
}

static void *look_up(void *arg)
{
	struct gdbregs__resolving *r = arg;
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *addresses = NULL;
	int status = getaddrinfo(r->host, r->port, &hints, &addresses);

	pthread_mutex_lock(&r->lock);
	r->status = status;
	r->addresses = status == 0 ? addresses : NULL;
	if (r->listening)
		uv_async_send(&r->done);
	pthread_mutex_unlock(&r->lock);
	leave(r);
	return NULL;
}

static void on_closed(uv_handle_t *handle)
{
	struct gdbregs__resolving *r = handle->data;
	struct gdbregs__transport *t = r->transport;

	leave(r);
	t->open_handles--;
	gdbregs__transport_event(t);
}

static void stop_listening(struct gdbregs__resolving *r)
{
	pthread_mutex_lock(&r->lock);
	r->listening = false;
	pthread_mutex_unlock(&r->lock);
	r->transport->resolving = NULL;
	uv_close((uv_handle_t *)&r->done, on_closed);
}

static void on_done(uv_async_t *handle)
{
	struct gdbregs__resolving *r = handle->data;

	if (!r->transport->resolving)
		return;
	pthread_mutex_lock(&r->lock);
	struct addrinfo *addresses = r->addresses;
	int status = r->status;
	r->addresses = NULL;
	pthread_mutex_unlock(&r->lock);
	stop_listening(r);
	gdbregs__transport_resolved(r->transport, status, addresses);
}

/* Start the thread with all signals blocked: they belong to the application's
 * threads. Returns 0 or an errno. */
static int start_thread(struct gdbregs__resolving *r)
{
	sigset_t all, before;
	pthread_attr_t attributes;
	pthread_t thread;
	int error = pthread_attr_init(&attributes);

	if (error)
		return error;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, &attributes, look_up, r);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return error;
}

int gdbregs__resolve_begin(struct gdbregs__transport *t)
{
	struct gdbregs__resolving *r = gdbregs__calloc(1, sizeof(*r));

	if (!r)
		return UV_ENOMEM;
	int result = uv_async_init(t->loop, &r->done, on_done);
	if (result < 0) {
		gdbregs__free(r);
		return result;
	}
	strcpy(r->host, t->address.host);
	strcpy(r->port, t->address.port);
	pthread_mutex_init(&r->lock, NULL);
	r->done.data = r;
	r->transport = t;
	r->listening = true;
	r->users = 2;
	t->resolving = r;
	t->open_handles++;
	int error = start_thread(r);
	if (error) {
		r->users = 1;
		stop_listening(r);
	}
	return uv_translate_sys_error(error);
}

void gdbregs__resolve_abandon(struct gdbregs__transport *t)
{
	stop_listening(t->resolving);
}
