/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "uv/address.h"

#include "util/error.h"
#include "util/number.h"

#include <stdio.h>
#include <string.h>

#define FORMS "HOST:PORT, :PORT, [V6]:PORT, tcp:HOST:PORT or unix:PATH"

static int bad(struct gdbregs_error *err, const char *reason)
{
	return gdbregs__fail(err, GDBREGS_ERR_INVAL, "%s; an address is " FORMS, reason);
}

static int parse_unix(const char *path, struct gdbregs__address *out, struct gdbregs_error *err)
{
	if (!*path)
		return bad(err, "the path is missing");
	if (strlen(path) >= sizeof(out->path))
		return gdbregs__fail(err, GDBREGS_ERR_INVAL,
				     "the path of a unix socket has at most %zu bytes",
				     sizeof(out->path) - 1);
	out->is_unix = true;
	strcpy(out->path, path);
	return 0;
}

static int parse_port(const char *port, struct gdbregs__address *out, struct gdbregs_error *err)
{
	size_t length = strlen(port);
	uint64_t number;

	if (length == 0 || strspn(port, "0123456789") != length)
		return bad(err, "the port is not a number");
	if (!gdbregs__number_decimal(port, length, 65535, &number) || number == 0)
		return bad(err, "the port is not between 1 and 65535");
	snprintf(out->port, sizeof(out->port), "%u", (unsigned)number);
	return 0;
}

static int parse_host(const char *host, size_t length, struct gdbregs__address *out,
		      struct gdbregs_error *err)
{
	if (length >= sizeof(out->host))
		return bad(err, "the host name is too long");
	if (length == 0)
		strcpy(out->host, "localhost");
	else {
		memcpy(out->host, host, length);
		out->host[length] = '\0';
	}
	return 0;
}

static int parse_tcp(const char *text, struct gdbregs__address *out, struct gdbregs_error *err)
{
	const char *colon = strrchr(text, ':');
	const char *host = text;
	bool bracketed = *text == '[';

	if (!colon)
		return bad(err, "the port is missing");
	size_t length = (size_t)(colon - text);
	if (bracketed) {
		if (length < 3 || text[length - 1] != ']')
			return bad(err, "the brackets of the IPv6 address do not match");
		host++;
		length -= 2;
	} else if (memchr(text, ':', length)) {
		return bad(err, "an IPv6 address must be in brackets");
	}
	int result = parse_port(colon + 1, out, err);
	return result < 0 ? result : parse_host(host, length, out, err);
}

int gdbregs__address_parse(const char *text, struct gdbregs__address *out,
			   struct gdbregs_error *err)
{
	struct gdbregs__address address = {0};
	int result;

	if (!text || !*text)
		text = GDBREGS__DEFAULT_ADDRESS;
	if (strncmp(text, "unix:", 5) == 0)
		result = parse_unix(text + 5, &address, err);
	else if (strncmp(text, "tcp:", 4) == 0)
		result = parse_tcp(text + 4, &address, err);
	else
		result = parse_tcp(text, &address, err);
	if (result == 0)
		*out = address;
	return result;
}
