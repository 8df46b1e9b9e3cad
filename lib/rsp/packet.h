/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 1. Packets on the wire: `$payload#hh`, `%notification#hh`, `+`, `-`.
 * Hides: the byte by byte machine, checksums, run lengths, resynchronising. It
 * knows no request and no reply. Binary escapes stay in the payload: only some
 * replies have them (see reply.h). */
#ifndef GDBREGS_LIB_FRAME_H
#define GDBREGS_LIB_FRAME_H

#include "util/buffer.h"

enum gdbregs__frame_kind {
	GDBREGS__FRAME_NONE, /* the input is used up */
	GDBREGS__FRAME_ACK, /* + */
	GDBREGS__FRAME_NAK, /* - */
	GDBREGS__FRAME_PACKET, /* good checksum, run lengths expanded */
	GDBREGS__FRAME_NOTIFICATION, /* likewise, begun by % */
	GDBREGS__FRAME_BAD, /* a packet with a wrong or malformed checksum or run length */
	GDBREGS__FRAME_TRUNCATED, /* a `$` stood inside a packet: the old one is lost, the new one goes on */
	GDBREGS__FRAME_TOO_LARGE, /* decoded payload over the limit; said once, the rest of it is skipped */
};

struct gdbregs__frame {
	enum gdbregs__frame_kind kind;
	/* Of PACKET and NOTIFICATION: borrowed from the input or from the decoder
	 * until its next call. May hold any byte. Not NUL-terminated, never NULL.
	 * Of other kinds: not set. */
	const uint8_t *payload;
	size_t size;
};

/* A payload that lies whole and plain in the input: borrowed from it. */
struct gdbregs__frame_text {
	const uint8_t *payload;
	size_t size;
};

/* The machine's whole state; all of it is here, so that input may come in any
 * pieces. Members are frame.c's own but for junk. */
struct gdbregs__frame_decoder {
	int state;
	bool notification;
	uint8_t sum; /* of the wire bytes between $ and # */
	uint8_t check; /* the first checksum digit's value */
	bool bad; /* a run length was malformed */
	bool skip; /* too large: said already, the rest is not kept */
	size_t max_bytes; /* of a decoded payload */
	struct gdbregs_buffer payload;
	/* Bytes that stood outside of packets and were skipped: how many, and
	 * the first few, for an error message that says what answered. */
	size_t junk_count;
	uint8_t junk[48];
	size_t junk_ends; /* of them, `#`: where a packet without a beginning ended */
};

void gdbregs__frame_decoder_init(struct gdbregs__frame_decoder *d, size_t max_bytes);
void gdbregs__frame_decoder_fini(struct gdbregs__frame_decoder *d);

/* Take bytes from in[*used..size) up to and including the next event, advance
 * *used, fill *frame. A packet that lies whole at in[*used], with a lower-case
 * checksum and no run lengths, is handed out where it lies, without a copy. 0,
 * or GDBREGS_ERR_NOMEM with *used before the bytes that found no room: a later
 * call goes on there. */
int gdbregs__frame_next(struct gdbregs__frame_decoder *d, const uint8_t *in, size_t size,
			size_t *used, struct gdbregs__frame *frame);

/* The packet whose $ stands at in[0], if it lies there whole, with a lower-case
 * checksum that is right and no run lengths: how many bytes it takes, else 0. Of a
 * decoder between packets. */
size_t gdbregs__frame_whole(const struct gdbregs__frame_decoder *d, const uint8_t *in, size_t size,
			    struct gdbregs__frame_text *text);

/* Many at once of what a batch of reads is answered with: such packets whose payload
 * begins as register data does, each behind one `+` where `acked`, without a byte
 * between them. Takes them from in[*used..size), at most `most`, and advances *used;
 * returns how many, 0 where anything else comes next (or in the middle of a packet).
 * What gdbregs__frame_next() would have said of the same bytes is ACK and PACKET. */
size_t gdbregs__frame_take_data(const struct gdbregs__frame_decoder *d, const uint8_t *in,
				size_t size, size_t *used, bool acked,
				struct gdbregs__frame_text *texts, size_t most);

/* Append `$payload#hh`, escaping # $ } * in the payload where `escape` says so.
 * 0 or GDBREGS_ERR_NOMEM with `out` unchanged. */
int gdbregs__frame_encode(struct gdbregs_buffer *out, const void *payload, size_t size,
			  bool escape);

/* Write `$p<regnum>#hh`; out has room for GDBREGS__FRAME_P_BYTES. Returns its size. */
#define GDBREGS__FRAME_P_BYTES 16
size_t gdbregs__frame_put_p(uint8_t *out, uint32_t regnum);

/* True between packets, where a `+` can only be an acknowledgement. */
#define GDBREGS__FRAME_IDLE 0
static inline bool gdbregs__frame_idle(const struct gdbregs__frame_decoder *d)
{
	return d->state == GDBREGS__FRAME_IDLE;
}

/* Append `$p<regnum>#hh`, the request there are most of. Likewise. */
int gdbregs__frame_encode_p(struct gdbregs_buffer *out, uint32_t regnum);

#endif
