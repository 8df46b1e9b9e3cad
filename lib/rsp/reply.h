/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 2. What replies say. Hides: their syntax, and the ways in which stubs
 * write errors. Pure: bytes in, values out. Payloads are as frame.h hands them
 * out. */
#ifndef GDBREGS_LIB_REPLY_H
#define GDBREGS_LIB_REPLY_H

#include "util/buffer.h"
#include "rsp/thread-id.h"

enum gdbregs__reply_kind {
	GDBREGS__REPLY_EMPTY, /* unsupported */
	GDBREGS__REPLY_OK, /* exactly OK */
	GDBREGS__REPLY_ERROR, /* Exx, E.text, Exx;hextext */
	GDBREGS__REPLY_DATA, /* anything else */
};

enum gdbregs__reply_kind gdbregs__reply_classify(const uint8_t *payload, size_t size);

/* An error reply in printable words: "E14", "E.text" gives its text,
 * "Exx;hex" its decoded text. Returns text. */
const char *gdbregs__reply_error_text(char *text, size_t capacity, const uint8_t *payload,
				      size_t size);

/* True for console output, `O` and an even number of hex digits (OK is none);
 * then its text is appended to `text` (may be NULL). *nomem on failure to. */
bool gdbregs__reply_console(const uint8_t *payload, size_t size, struct gdbregs_buffer *text,
			    bool *nomem);

/* The reply to a `p`: its size in bytes, written to `out`, which has room for
 * `capacity`; GDBREGS_ERR_UNAVAILABLE (error, empty, x digits),
 * GDBREGS_ERR_LIMIT (more than capacity), GDBREGS_ERR_PROTOCOL (odd or not hex). */
int gdbregs__reply_register(const uint8_t *payload, size_t size, uint8_t *out, size_t capacity);

enum gdbregs__xfer {
	GDBREGS__XFER_MORE, /* m */
	GDBREGS__XFER_LAST, /* l, alone or behind ids, which were handed to `found` */
	GDBREGS__XFER_ERROR, /* E… */
	GDBREGS__XFER_EMPTY, /* unsupported */
	GDBREGS__XFER_BROKEN, /* anything else, a lone trailing escape included */
	GDBREGS__XFER_NOMEM,
};

/* The reply to a qXfer read: appends the unescaped bytes to `data`, *added says
 * how many. */
enum gdbregs__xfer gdbregs__reply_xfer(const uint8_t *payload, size_t size,
				       struct gdbregs_buffer *data, size_t *added);

/* One reply of qfThreadInfo or qsThreadInfo. */
enum gdbregs__thread_list {
	GDBREGS__THREADS_MORE, /* m: the ids were handed to `found`; ask for more */
	GDBREGS__THREADS_END, /* l, alone or behind ids, which were handed to `found` */
	GDBREGS__THREADS_NONE, /* anything else: the stub has no thread list */
	GDBREGS__THREADS_BROKEN, /* m and something that is no list of ids */
	GDBREGS__THREADS_STOPPED, /* found returned non-zero */
};
/* `text` is the id as the stub wrote it, borrowed for the call. */
typedef int (*gdbregs__thread_found)(void *arg, const struct gdbregs__thread_id *id,
				     const char *text, size_t length);
enum gdbregs__thread_list gdbregs__reply_threads(const uint8_t *payload, size_t size,
						 gdbregs__thread_found found, void *arg);

/* What qSupported told. */
struct gdbregs__supported {
	size_t packet_bytes; /* PacketSize, clamped to 64..65536; 400 (what every stub takes) where absent */
	bool xfer_features; /* qXfer:features:read+ */
	bool multiprocess;
	bool no_ack; /* QStartNoAckMode+ */
	bool vcont;
	bool error_message;
};
void gdbregs__reply_supported(const uint8_t *payload, size_t size,
			      struct gdbregs__supported *supported);

#endif
