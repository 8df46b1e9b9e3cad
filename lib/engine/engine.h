/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The request engine of a session: a function of bytes, requests and time that are
 * passed in. It has no socket, no clock and no thread. Hides: acknowledgements,
 * matching replies with requests, pipelining, timeouts.
 *
 * Callers queue ops (requests). The class of an op produces its packets and takes
 * their replies. The engine keeps a ring that lists the packets in flight in the
 * order they were sent, and gives each reply to the op of the oldest packet. If the
 * stub supports pipelining, packets are produced ahead, over any number of ops;
 * otherwise one packet is in flight at a time. A wait is an op without packets: it
 * ends when its owner ends it or when its deadline passes.
 *
 * The engine knows the syntax of packets, but no request and no register. It passes
 * the session that owns it to the ops and does not look into it.
 *
 * To add a request: write a class in a file of its own, make its ops with
 * gdbregs__op_new() and queue them with gdbregs__engine_queue(). */
#ifndef GDBREGS_LIB_ENGINE_ENGINE_H
#define GDBREGS_LIB_ENGINE_ENGINE_H

#include "rsp/packet.h"
#include "util/error.h"

#include <gdbregs.h>
#include <stdarg.h>

#define GDBREGS__FOREVER UINT64_MAX

struct gdbregs__op;

/* The result of an op's produce(). A negative value is an error code. */
enum gdbregs__produced {
	GDBREGS__PRODUCE_END, /* it has nothing more to send */
	GDBREGS__PRODUCED, /* it sent one packet, or can go on at once */
	GDBREGS__PRODUCE_WAIT, /* it has nothing to send before a reply arrives */
};

/* A reply to one packet. */
struct gdbregs__answer {
	uint32_t kind; /* as given to gdbregs__engine_send() */
	uint32_t index; /* as given to gdbregs__engine_send() */
	const uint8_t *payload;
	size_t size;
};

struct gdbregs__op_class {
	bool survives_stop; /* not canceled by gdbregs__engine_cancel_all(): later ops need it */
	bool fatal_on_error; /* the session fails if the op fails */
	bool wants_all_replies; /* reply() is called for canceled and failed ops too */
	bool sends_once; /* its packets are not sent again if no ack comes */
	/* Send the next packet. Returns an enum gdbregs__produced. After a negative
	 * value the op has failed with that code; the engine still awaits and drops
	 * the replies to its packets in flight. NULL: the op is a wait. */
	int (*produce)(struct gdbregs_session *s, struct gdbregs__op *op);
	/* Take one reply. A negative return value fails the op, as for produce(). To
	 * fail the session, call gdbregs__engine_fail(). */
	int (*reply)(struct gdbregs_session *s, struct gdbregs__op *op,
		     const struct gdbregs__answer *answer);
	/* Take the replies to several consecutive packets of kind data_kind, each of
	 * them hex data, instead of one call of reply() for each. May be NULL. */
	uint32_t data_kind;
	int (*data)(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t first,
		    const struct gdbregs__span *texts, size_t count);
	/* Called when all replies have arrived or the op has failed. It may change op->status, or
	 * clear op->ended to send more. Not called for canceled ops. May be NULL. */
	void (*finish)(struct gdbregs_session *s, struct gdbregs__op *op);
	/* Offer the op a packet that arrived before the reply it waits for, for example
	 * console output or a File-I/O request. Returns true if the op consumed it.
	 * Called for canceled and failed ops too. If the op does not consume it, console
	 * output is dropped and any other packet is the reply. May be NULL. */
	bool (*unsolicited)(struct gdbregs_session *s, struct gdbregs__op *op,
			    const uint8_t *payload, size_t size);
	/* Called when the deadline has passed. Returns true if the op has set another deadline. If
	 * it returns false (or is NULL), an optional query gets an empty reply, and otherwise
	 * the session fails; a wait ends with the op->status that
	 * this function sets. */
	bool (*overdue)(struct gdbregs_session *s, struct gdbregs__op *op);
	/* Free what the op holds, and the op. NULL: the op is one allocation. */
	void (*destroy)(struct gdbregs_session *s, struct gdbregs__op *op);
};

/* The completion callback. `error` says why the op failed; it is NULL unless status is
 * negative. The op is destroyed after it. */
typedef void (*gdbregs__op_done)(struct gdbregs_session *s, int status,
				 const struct gdbregs_error *error, void *arg);

enum gdbregs__op_place { GDBREGS__OP_LOOSE, GDBREGS__OP_QUEUED, GDBREGS__OP_WAITING };

struct gdbregs__op {
	const struct gdbregs__op_class *class;
	enum gdbregs__op_place place; /* in no list, in the queue, or in the list of waits */
	struct gdbregs__op *next, *previous; /* there */
	struct gdbregs__op *next_completed;
	gdbregs__op_done done; /* completion callback; may be NULL */
	void *arg;
	size_t outstanding; /* packets in flight */
	uint64_t deadline_ms; /* of a wait */
	int status; /* negative once failed; finish() may set a count */
	struct gdbregs_error
		*error; /* why it failed, allocated; NULL: what gdbregs_strerror() says */
	bool ended; /* has nothing more to produce */
	bool canceled; /* its outputs must not be written any more */
	bool completed; /* is or was on the list of completed ops */
	bool released; /* its completion was delivered; free it once it has left the queue */
	bool no_timeout; /* its reply has no deadline: the target is running */
	bool resumes; /* the packet in flight may have resumed the target: do not repeat it */
	struct gdbregs_session *session;
};

/* Consecutive packets in flight of one op and kind, with consecutive indexes. */
struct gdbregs__in_flight {
	struct gdbregs__op *op;
	uint32_t kind;
	uint32_t first;
	uint32_t count;
};

/* The replies to packets of this kind go to config.on_shared_reply() instead of the
 * op: the session sent them on behalf of the op. */
#define GDBREGS__KIND_SHARED 0

struct gdbregs__engine_config {
	struct gdbregs_session *session; /* passed to all callbacks */
	const char *peer; /* its name begins the error that ends the session; may be NULL */
	size_t packet_limit_bytes;
	unsigned reply_timeout_ms;
	unsigned first_reply_timeout_ms; /* 0: the same */
	void (*trace)(void *arg, enum gdbregs_direction direction, const void *bytes, size_t size);
	void *trace_arg;
	/* The engine has failed and says why; its ops have not completed yet. */
	void (*on_fail)(struct gdbregs_session *s);
	void (*on_shared_reply)(struct gdbregs_session *s, const struct gdbregs__answer *answer);
};

/* Other files read the members; only the engine writes them, with the exceptions that
 * are named. */
struct gdbregs__engine {
	struct gdbregs__engine_config config;
	/* Results of the handshake; the session sets them. */
	bool pipelined; /* the stub supports pipelining */
	bool no_ack; /* neither side acknowledges; see gdbregs__engine_end_acks() */
	bool lazy_ack; /* the stub does not wait for acks, and a lone ack would stop a guest */
	bool peer_is_child; /* the peer is a command that we have started */
	const char *close_hint; /* added to the message if the peer closes the connection */

	int fatal; /* why the session failed; 0 while it has not */
	bool closed; /* nothing is sent any more */
	bool blind; /* failed, and sending once more: see gdbregs__engine_go_blind() */
	struct gdbregs_error error; /* the error that was set last, of a call or of an op */
	struct gdbregs_error last_failure; /* of the last call or op that failed */
	struct gdbregs_error ended_by; /* why the session ended; code 0: without an error */
	struct gdbregs__op *current; /* the op whose class is being called */
	uint64_t now_ms;
	uint64_t
		input_ns; /* when the last input arrived, by the clock of the caller, who sets it */
	uint64_t deadline_ms; /* of the reply that is awaited */
	uint64_t resend_at_ms; /* the only packet in flight is sent again, if no ack has come */
	uint64_t hold_until_ms; /* nothing is sent: replies to copies of a packet may come */
	uint64_t sent_at_ms; /* the packet in flight was sent first */
	uint64_t copied_at_ms; /* its last copy was sent */
	unsigned copies; /* of the packet in flight, or of the last one while nothing is sent */
	unsigned resend_ms; /* a packet is sent again if no ack comes for so long */
	uint64_t short_ms; /* not 0: deadline_ms is that of an optional query, after this time */
	bool deadline_dirty; /* a reply has come: set the deadline anew after this input */

	/* Bytes. The transport takes bytes from the front of out. */
	struct gdbregs__frame_decoder decoder;
	struct gdbregs_buffer out;
	bool heard; /* a packet or an ack has come */
	bool replied; /* a packet has come */
	bool line_probed; /* a silent peer was sent empty lines, see timeout.c */
	unsigned acks_owed; /* packets taken that were not acknowledged yet */
	size_t acks_unsent; /* acks in out, if out is not empty */
	bool acked; /* the oldest packet in flight was acknowledged */
	size_t in_flight; /* packets sent, not answered */
	uint64_t sent_count; /* packets sent in total */
	/* A copy of the only packet in flight, to send it again; empty if there are more. */
	struct gdbregs_buffer only_packet;
	unsigned resends; /* of it */
	struct gdbregs__in_flight *ring;
	size_t ring_capacity, ring_head, ring_count;

	/* Ops, oldest first; sending is the first that has not ended. */
	struct gdbregs__op *first, *last, *sending;
	struct gdbregs__op *completed_first, *completed_last;
	struct gdbregs__op *waits; /* newest first */
	bool pumping;
};

/* --- life ------------------------------------------------------------------ */

void gdbregs__engine_init(struct gdbregs__engine *e, const struct gdbregs__engine_config *config);
/* Destroy all ops and free the buffers. */
void gdbregs__engine_fini(struct gdbregs__engine *e);

/* --- bytes and time, for the transport --------------------------------------- */

/* Take bytes from the stub. Afterwards look for output and completed ops. */
void gdbregs__engine_input(struct gdbregs__engine *e, const uint8_t *data, size_t size,
			   uint64_t now_ms);
/* The connection has ended. `why` is NULL if it ended in order. */
void gdbregs__engine_eof(struct gdbregs__engine *e, const char *why);
/* The child process that is the peer has closed its output. `how` says how it has ended,
 * for example "exited with status 1". */
void gdbregs__engine_child_ended(struct gdbregs__engine *e, const char *how);
/* Time has passed: fail the session if a reply is overdue, end waits. */
void gdbregs__engine_tick(struct gdbregs__engine *e, uint64_t now_ms);
/* Returns when gdbregs__engine_tick() has to be called, or GDBREGS__FOREVER. */
uint64_t gdbregs__engine_next_deadline(const struct gdbregs__engine *e);
/* Produce what can be sent. The bytes to write are in e->out. The transport takes
 * them (any part from the front, or all by swapping the buffer) and pumps again once
 * they are written. */
void gdbregs__engine_pump(struct gdbregs__engine *e);
/* Call the completion callback of the op that completed first. Returns false if no op has
 * completed. */
bool gdbregs__engine_deliver(struct gdbregs__engine *e);

/* --- ops --------------------------------------------------------------------- */

/* Make an op of `size` bytes: a struct that begins with a struct gdbregs__op. Its other members
 * are zero. Returns NULL when out of memory. */
void *gdbregs__op_new(size_t size, const struct gdbregs__op_class *class, gdbregs__op_done done,
		      void *arg);
/* The same for an op that is used again. */
void gdbregs__op_init(struct gdbregs__op *op, const struct gdbregs__op_class *class,
		      gdbregs__op_done done, void *arg);
/* Queue an op and pump. The engine must not be closed or failed. */
void gdbregs__engine_queue(struct gdbregs__engine *e, struct gdbregs__op *op);
/* The same, ahead of an op in the queue that has not sent anything, or at the end if it is NULL. */
void gdbregs__engine_queue_ahead(struct gdbregs__engine *e, struct gdbregs__op *op,
				 struct gdbregs__op *before);
/* Fail the ops that are queued after `op` and have not sent anything. */
void gdbregs__engine_fail_after(struct gdbregs__engine *e, struct gdbregs__op *op, int code);
/* Put a wait in the list of waits, until deadline_ms. */
void gdbregs__engine_wait(struct gdbregs__engine *e, struct gdbregs__op *op, uint64_t deadline_ms);
/* End a wait: it completes with status. */
void gdbregs__engine_end_wait(struct gdbregs__engine *e, struct gdbregs__op *op, int status);
/* Put an op that is not in the queue on the list of completed ops, once. */
void gdbregs__engine_complete(struct gdbregs__engine *e, struct gdbregs__op *op);
/* Complete an op with CANCELED. Replies that are still due are awaited and dropped. */
void gdbregs__engine_cancel(struct gdbregs__engine *e, struct gdbregs__op *op);
/* Cancel every op and end every wait, except for classes with survives_stop. */
void gdbregs__engine_cancel_all(struct gdbregs__engine *e);
/* Free an op that was never queued, or a wait. op may be NULL. */
void gdbregs__engine_discard(struct gdbregs__engine *e, struct gdbregs__op *op);

/* --- packets, for the op classes ----------------------------------------------- */

/* Send one packet of an op. Its reply comes with the same kind and index. Returns
 * GDBREGS__PRODUCED or NOMEM. */
int gdbregs__engine_send(struct gdbregs__engine *e, struct gdbregs__op *op, uint32_t kind,
			 uint32_t index, const void *payload, size_t size);
int gdbregs__engine_send_text(struct gdbregs__engine *e, struct gdbregs__op *op, uint32_t kind,
			      uint32_t index, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* Returns how many `p` gdbregs__engine_send_p_batch() accepts now: 1 to GDBREGS__BATCH_MAX. */
#define GDBREGS__BATCH_MAX 512
size_t gdbregs__engine_batch_size(const struct gdbregs__engine *e);
/* Send several `p`, with indexes that count up. Returns GDBREGS__PRODUCED or NOMEM. */
int gdbregs__engine_send_p_batch(struct gdbregs__engine *e, struct gdbregs__op *op, uint32_t kind,
				 uint32_t index, const uint32_t *regnums, size_t count);
/* Send a packet that has no reply, after the acks that are owed. Returns 0 or NOMEM. */
int gdbregs__engine_send_unacked(struct gdbregs__engine *e, const void *payload, size_t size);
/* Send one byte outside of packets: 0x03 stops a running target. Returns 0 or NOMEM. */
int gdbregs__engine_send_raw_byte(struct gdbregs__engine *e, uint8_t byte);
/* The stub has agreed to QStartNoAckMode: acknowledge its reply, and nothing from now on. */
void gdbregs__engine_end_acks(struct gdbregs__engine *e);
/* Send nothing more except the ack of the last reply, if the stub waits for it. */
void gdbregs__engine_close(struct gdbregs__engine *e);
/* Set the deadline of the oldest packet in flight, counted from now. */
void gdbregs__engine_arm_deadline(struct gdbregs__engine *e);
/* Wait only a short time for the reply to the packet just sent: the query is optional,
 * and some stubs are silent where they should reply with an empty packet. In no-ack
 * mode, and with pipelining, the time is that of any packet, since a late reply could
 * not be told from the next one. */
void gdbregs__engine_wait_shortly(struct gdbregs__engine *e);
/* The same for a query whose reply matters: wait longer, up to half of the time of any
 * packet. */
void gdbregs__engine_wait_patiently(struct gdbregs__engine *e);
/* Called by overdue(): give the op an empty reply in place of the one that is missing. */
void gdbregs__engine_give_empty_reply(struct gdbregs__engine *e);

/* --- errors -------------------------------------------------------------------- */

/* Fail the session: every op completes with code. The text is kept in e->ended_by, for later
 * calls. */
void gdbregs__engine_fail(struct gdbregs__engine *e, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same with an error that was set before. */
void gdbregs__engine_fail_with(struct gdbregs__engine *e, const struct gdbregs_error *error);
/* The same when out of memory. */
void gdbregs__engine_fail_nomem(struct gdbregs__engine *e);
/* After a failure, take one more op: it detaches the target. Replies can no longer be
 * matched to requests. So packets are sent without waiting, only OK answers the oldest of
 * them, other packets are offered to the op and dropped, and nothing is acknowledged. The
 * op gets GDBREGS__BLIND_MS. keep_output: do not drop what has not been written yet. */
void gdbregs__engine_go_blind(struct gdbregs__engine *e, bool keep_output);
#define GDBREGS__BLIND_MS 500
/* Set the error of a call or op that failed without affecting the session. Returns code. */
int gdbregs__engine_say(struct gdbregs__engine *e, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same with an error that was set before. */
int gdbregs__engine_repeat(struct gdbregs__engine *e, const struct gdbregs_error *error);
/* The same for a call that ran out of memory. Returns NOMEM. */
int gdbregs__engine_say_nomem(struct gdbregs__engine *e);
/* Set the error of a call on a session that has ended to the reason why it ended.
 * Returns its code, or 0 if it has not ended with an error. */
int gdbregs__engine_say_ended(struct gdbregs__engine *e);

#endif
