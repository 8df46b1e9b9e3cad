/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parsers of replies: payload bytes in, values out. Payloads are as packet.h returns
 * them.
 * Hides: the syntax of replies, and the ways in which stubs write errors. */
#ifndef GDBREGS_LIB_RSP_REPLY_H
#define GDBREGS_LIB_RSP_REPLY_H

#include "util/buffer.h"
#include "rsp/thread-id.h"

enum gdbregs__reply_kind {
	GDBREGS__REPLY_EMPTY, /* unsupported */
	GDBREGS__REPLY_OK, /* exactly OK */
	GDBREGS__REPLY_ERROR, /* Exx, E.text or Exx;hextext */
	GDBREGS__REPLY_DATA, /* anything else */
};

enum gdbregs__reply_kind gdbregs__reply_classify(const uint8_t *payload, size_t size);

/* Write an error reply as printable text. "E14" stays as it is, "E.text" gives its
 * text, and "Exx;hextext" its decoded text. Returns text. */
const char *gdbregs__reply_error_text(char *text, size_t capacity, const uint8_t *payload,
				      size_t size);

/* Returns true for console output: `O` and an even number of hex digits (OK is not console
 * output). Appends the decoded output to `text`, which may be NULL. *nomem says whether that
 * failed. */
bool gdbregs__reply_console(const uint8_t *payload, size_t size, struct gdbregs_buffer *text,
			    bool *nomem);

/* Parse the reply to a `p`. Writes the value to `out`, which has room for `capacity`
 * bytes. Returns its size in bytes, GDBREGS_ERR_UNAVAILABLE (error, empty reply or x
 * digits), GDBREGS_ERR_LIMIT (more than `capacity`), or GDBREGS_ERR_PROTOCOL (odd
 * length or not hex). */
int gdbregs__reply_register(const uint8_t *payload, size_t size, uint8_t *out, size_t capacity);

enum gdbregs__xfer {
	GDBREGS__XFER_MORE, /* m */
	GDBREGS__XFER_LAST, /* l */
	GDBREGS__XFER_ERROR, /* an error */
	GDBREGS__XFER_EMPTY, /* unsupported */
	GDBREGS__XFER_BROKEN, /* anything else; also an escape character at the end */
	GDBREGS__XFER_NOMEM,
};

/* Parse the reply to a qXfer read. Appends the unescaped bytes to `data` and sets
 * *added to their number. */
enum gdbregs__xfer gdbregs__reply_xfer(const uint8_t *payload, size_t size,
				       struct gdbregs_buffer *data, size_t *added);

/* Results for one reply to qfThreadInfo or qsThreadInfo. */
enum gdbregs__thread_list {
	GDBREGS__THREADS_MORE, /* m: the ids were passed to `found`; ask for more */
	GDBREGS__THREADS_END, /* l, alone or after ids, which were passed to `found` */
	GDBREGS__THREADS_NONE, /* m-1 or anything else: the stub has no thread list */
	GDBREGS__THREADS_BROKEN, /* m and an id that cannot be read */
	GDBREGS__THREADS_STOPPED, /* `found` returned non-zero */
};
/* `text` is the id as the stub wrote it, borrowed during the call. */
typedef int (*gdbregs__thread_found)(void *arg, const struct gdbregs__thread_id *id,
				     const char *text, size_t length);
enum gdbregs__thread_list gdbregs__reply_threads(const uint8_t *payload, size_t size,
						 gdbregs__thread_found found, void *arg);

/* The features in a reply to qSupported. */
struct gdbregs__supported {
	size_t packet_bytes; /* PacketSize, clamped to 64..65536; 400 if missing */
	bool xfer_features; /* qXfer:features:read+ */
	bool xfer_auxv; /* qXfer:auxv:read+ */
	bool multiprocess;
	bool no_ack; /* QStartNoAckMode+ */
	bool vcont;
	bool size_only; /* PacketSize is the only item */
	/* These tell stubs apart: names that GDB's gdbserver and valgrind share, */
	bool program_signals, pass_signals, catch_syscalls;
	bool thread_suffix, threads_in_stop, echo; /* names of LLDB's stubs */
};
void gdbregs__reply_supported(const uint8_t *payload, size_t size,
			      struct gdbregs__supported *supported);

#endif
