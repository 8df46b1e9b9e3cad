/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets on the wire: `$payload#hh`, `%notification#hh`, `+`, `-`. Binary escapes
 * stay in the payload, because only some replies have them (see reply.h).
 * Hides: the byte-by-byte state machine, checksums, run lengths, and
 * resynchronisation. */
#ifndef GDBREGS_LIB_RSP_PACKET_H
#define GDBREGS_LIB_RSP_PACKET_H

#include "rsp/span.h"
#include "util/buffer.h"

enum gdbregs__frame_kind {
	GDBREGS__FRAME_NONE, /* the input is consumed */
	GDBREGS__FRAME_ACK, /* + */
	GDBREGS__FRAME_NAK, /* - */
	GDBREGS__FRAME_PACKET, /* valid checksum; run lengths are expanded */
	GDBREGS__FRAME_NOTIFICATION, /* the same for a packet that begins with % */
	GDBREGS__FRAME_BAD, /* packet with a wrong or malformed checksum or run length */
	GDBREGS__FRAME_TRUNCATED, /* a `$` in a packet: the old one is lost, a new one begins */
	GDBREGS__FRAME_HEADLESS, /* a `#` between packets: the beginning of one may be lost */
	GDBREGS__FRAME_TOO_LARGE, /* decoded payload above the limit; the rest is skipped */
};

struct gdbregs__frame {
	enum gdbregs__frame_kind kind;
	/* Set for PACKET and NOTIFICATION only. The payload is borrowed from the
	 * input or from the decoder until the decoder's next call. It may hold any
	 * byte, it is not NUL-terminated, and it is never NULL. */
	const uint8_t *payload;
	size_t size;
};

/* The complete state of the decoder, so that input may arrive in any pieces. Only
 * packet.c uses the members, except for the junk members. */
struct gdbregs__frame_decoder {
	int state;
	bool notification;
	uint8_t sum; /* of the bytes between $ and # as received */
	uint8_t check; /* value of the first checksum digit */
	bool bad; /* a run length is malformed */
	bool skip; /* the packet is too large: it was reported, and the rest is skipped */
	size_t max_bytes; /* limit of a decoded payload */
	struct gdbregs_buffer payload;
	/* Bytes outside of packets are skipped and counted. The first ones are kept
	 * for an error message that shows what answered. */
	size_t junk_count;
	uint8_t junk[48];
};

void gdbregs__frame_decoder_init(struct gdbregs__frame_decoder *d, size_t max_bytes);
void gdbregs__frame_decoder_fini(struct gdbregs__frame_decoder *d);

/* Consume bytes from in[*used..size) up to the end of the next event. Advances *used
 * and sets *frame. A packet that is complete at in[*used], with a lower-case checksum
 * and without run lengths, is returned in place, without a copy. Returns 0, or
 * GDBREGS_ERR_NOMEM and leaves the bytes that could not be stored unconsumed: a later
 * call continues there. */
int gdbregs__frame_next(struct gdbregs__frame_decoder *d, const uint8_t *in, size_t size,
			size_t *used, struct gdbregs__frame *frame);

/* Check whether a packet is complete at in[0], which holds its $. The checksum must
 * be valid and lower-case, and there must be no run lengths. *text is the payload in the input.
 * Returns the packet's size on the wire, or 0 if there is no such packet. The decoder must be
 * between packets. */
size_t gdbregs__frame_whole(const struct gdbregs__frame_decoder *d, const uint8_t *in, size_t size,
			    struct gdbregs__span *text);

/* Take many replies to a batch of reads at once: complete packets whose payload
 * begins like register data, without a byte between them. If `acked`, each follows a
 * `+`. Takes at most `most` packets from in[*used..size) and advances *used. Returns
 * their number; it is 0 if anything else comes next or if the decoder is inside a
 * packet. gdbregs__frame_next() would return the same bytes as ACK and PACKET. */
size_t gdbregs__frame_take_data(const struct gdbregs__frame_decoder *d, const uint8_t *in,
				size_t size, size_t *used, bool acked, struct gdbregs__span *texts,
				size_t most);

/* Append `$payload#hh` to `out`. The characters # $ } * of the payload are escaped.
 * Returns 0, or GDBREGS_ERR_NOMEM and leaves `out` unchanged. */
int gdbregs__frame_encode(struct gdbregs_buffer *out, const void *payload, size_t size);
/* The size of a packet without its payload, and one byte more: QEMU adds a NUL. */
#define GDBREGS__FRAME_OVERHEAD_BYTES 5

/* Write `$p<regnum>#hh`, the most frequent request, to `out`, which has room for
 * GDBREGS__FRAME_P_BYTES. Returns its size. */
#define GDBREGS__FRAME_P_BYTES 16
size_t gdbregs__frame_put_p(uint8_t *out, uint32_t regnum);

/* Return true between packets. There a `+` can only be an acknowledgement. */
#define GDBREGS__FRAME_IDLE 0
static inline bool gdbregs__frame_idle(const struct gdbregs__frame_decoder *d)
{
	return d->state == GDBREGS__FRAME_IDLE;
}

#endif
