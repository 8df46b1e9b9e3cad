/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stub as data, which receives and sends byte by byte. A table describes what it serves. Rules
 * say which of its replies differ from those of real stubs. It checks the client: whatever the
 * client must not send is a violation. Hides: framing, acks, threads, qXfer. It shares no code
 * with the library, not even memory allocation. */
#ifndef GDBREGS_TESTS_WIRE_SCRIPT_H
#define GDBREGS_TESTS_WIRE_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCRIPT_PROCESSES 32
#define SCRIPT_RULES	 32
#define SCRIPT_TID_MAX	 4096
#define SCRIPT_VALUES	 16

struct script_bytes {
	uint8_t *data;
	size_t size, capacity;
};
void script_put(struct script_bytes *b, const void *data, size_t size);
void script_puts(struct script_bytes *b, const char *text);
void script_free(struct script_bytes *b);
/* Append `$payload#hh`. */
void script_frame(struct script_bytes *b, const void *payload, size_t size);

struct script_document {
	const char *name, *text;
};

struct script_register {
	uint32_t regnum, size_bytes;
};

/* Threads are numbered on from process to process, as in QEMU. */
struct script_process {
	unsigned pid, first_tid, threads;
	const struct script_document *documents; /* ends with a name of NULL */
	const struct script_register *registers; /* ends with a size of 0; by ascending number */
	size_t g_registers; /* number of them that are in g */
};

/* A value that was set, instead of script_value(). */
struct script_value {
	unsigned tid;
	uint32_t regnum;
	char digits[64]; /* "": unavailable */
};

/* How a rule's reply is meant, by its first character; a reply without one is
 * a payload. */
#define SCRIPT_SILENT	  "\1" /* acked, never answered */
#define SCRIPT_LOST	  "\2" /* neither */
#define SCRIPT_NAK	  "\3" /* `-` */
#define SCRIPT_CLOSE	  "\4" /* the connection ends */
#define SCRIPT_RAW	  "\5" /* acked, then these bytes of the wire */
#define SCRIPT_RAW_NO_ACK "\6" /* these bytes of the wire alone */
#define SCRIPT_DAMAGED	  "\7" /* answered as usual, with a wrong checksum; not the copy after a NAK */
#define SCRIPT_USUAL                                                                               \
	"\16" /* answered as usual, these bytes of the wire ahead of it, behind the ack */
#define SCRIPT_NEVER "\20" /* the client must not send that */
#define SCRIPT_AHEAD "\17" /* the same, ahead of the ack */

/* A reply instead of the usual one. The first rule that fits is used. */
struct script_rule {
	const char *request; /* whole, or with a * at its end */
	unsigned nth; /* only the nth such request, from 1; 0: all */
	const char *reply;
};

struct script_stub {
	/* Its kind: set by script_begin(), changed by the test. */
	const struct script_process *processes;
	size_t process_count;
	const struct script_rule *rules; /* ends with a request of NULL; may be NULL */
	bool qemu, phymem; /* qemu alone is QEMU's user emulation */
	bool multiprocess, no_ack_mode, pipelines, qxfer;
	bool has_p, has_g, has_hg, has_threads, names, run_lengths;
	bool xml_unlocks; /* QEMU 7.2: no p and another g before target.xml was read */
	bool thread_in_stop;
	bool controls; /* may be resumed and written; a test must ask for that */
	bool has_write_p, has_write_g, has_vcont; /* with controls */
	bool read_only; /* accepts writes, but does not keep them */
	bool log_bytes; /* the log has acks (+) and 0x03 (^) as well */
	bool was_running; /* before the client came */
	bool blind; /* the client has given up: it does not wait any more */
	const char *status; /* what `info status` prints, or NULL: by was_running */
	const char *unsolicited; /* comes by itself, on connecting */
	const char *supported; /* instead of the reply to qSupported */
	const char *host_info;
	unsigned threads_a_reply; /* ids in one reply */
	size_t chunk_bytes; /* at most so much of a document in one reply */
	size_t (*chunk)(unsigned request); /* or so much in the nth; may be NULL */

	/* Counted so far. */
	unsigned seen[SCRIPT_RULES];
	unsigned requests, acks, naks, xfers, g_requests, p_requests, hg_requests;
	unsigned target_requests; /* of target.xml, from offset 0 */
	char violation[200]; /* the first, or "" */
	bool attached[SCRIPT_PROCESSES], detached;
	bool running, closed;
	bool detach_refused; /* by a rule: `c` may come instead */
	bool resumed; /* by the client, and not stopped since: only 0x03 and F may come */
	char log[8192]; /* requests, each with a space behind it, while there is room */

	/* The wire. */
	struct script_bytes out; /* what it has sent */
	size_t taken; /* of it, what the client has got */
	struct script_bytes packet, last, request;
	int state;
	unsigned sum, check;
	unsigned unacked;
	bool no_ack, greeted, last_ack_due, damage;
	size_t last_answer; /* where in out the latest answer ends */
	bool xml_read;
	unsigned selected; /* tid */
	unsigned listing; /* threads listed so far */
	uint8_t listed[SCRIPT_TID_MAX];
	struct script_value values[SCRIPT_VALUES];
	size_t value_count;
};

enum script_kind { SCRIPT_QEMU10, SCRIPT_QEMU72, SCRIPT_USER, SCRIPT_GDBSERVER, SCRIPT_PLAIN };
extern const char *const script_kind_names[];
#define SCRIPT_KINDS 5

/* A stub of that kind that serves these processes. */
void script_begin(struct script_stub *stub, enum script_kind kind,
		  const struct script_process *processes, size_t count);
void script_end(struct script_stub *stub);
/* Somebody has connected. */
void script_accept(struct script_stub *stub);
/* Bytes from the client; answers are appended to stub->out. */
void script_input(struct script_stub *stub, const uint8_t *data, size_t size);
/* The value that register has on that thread. */
void script_value(unsigned tid, uint32_t regnum, uint8_t *out, size_t size);

/* Give a register other digits than those of script_value(); "" is unavailable. */
void script_set(struct script_stub *stub, unsigned tid, uint32_t regnum, const char *digits);
/* Its digits, or NULL: as script_value(). */
const char *script_get(const struct script_stub *stub, unsigned tid, uint32_t regnum);
/* Send a packet unasked. A packet that reports a stop ends the run. */
void script_send(struct script_stub *stub, const char *packet);
/* The same for bytes that need not be a packet. */
void script_send_bytes(struct script_stub *stub, const char *bytes);

/* Returns true under a tool that makes everything slow (valgrind, in tests.mk). Tests then repeat
 * less often. */
bool script_slow(void);

/* The client did what it must not do. */
void script_violate(struct script_stub *stub, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* --- between the script*.c files ------------------------------------------------ */

/* Answer the request in stub->packet, which is NUL-terminated. */
void script_answer(struct script_stub *stub);
void script_reply(struct script_stub *stub, const void *payload, size_t size);
void script_replyf(struct script_stub *stub, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* As a real stub would. */
void script_answer_usual(struct script_stub *stub);
/* `rest` is the packet without its name. */
void script_on_stop(struct script_stub *stub, const char *rest);
void script_on_attach(struct script_stub *stub, const char *rest);
void script_on_first_threads(struct script_stub *stub, const char *rest);
void script_on_more_threads(struct script_stub *stub, const char *rest);
void script_on_name(struct script_stub *stub, const char *rest);
void script_on_select(struct script_stub *stub, const char *rest);
/* The packets that change the target. Returns false if the request is another one. */
bool script_control(struct script_stub *stub, const char *request);
/* A byte came while the target was running because of the client. Returns false if it
 * begins or belongs to a packet. */
bool script_take_running(struct script_stub *stub, uint8_t byte);
/* The process of the thread that is selected. */
const struct script_process *script_current(const struct script_stub *stub);
void script_log(struct script_stub *stub, const char *text);
/* SIZE_MAX: none. */
size_t script_process_of_tid(const struct script_stub *stub, unsigned tid);
size_t script_process_of_pid(const struct script_stub *stub, unsigned pid);

/* --- machines (machines.c) ----------------------------------------------------- */

/* A process with two threads; two annexes, one of them included twice. */
extern const struct script_process script_small[1];
#define SCRIPT_SMALL_REGISTERS 6
/* Two clusters of different types, two threads and one. */
extern const struct script_process script_clusters[2];
/* A process, two threads, twenty registers. Sixteen of them are in g. */
extern const struct script_process script_wide[1];
/* A process with two threads and the registers r0 r1 pc big odd. script_core_values()
 * sets their values; odd has none. */
extern const struct script_process script_core[1];
void script_core_values(struct script_stub *stub);
/* The same as a ppc64 with msr, number 65. vCPU 0 is in big-endian mode, vCPU 1 in
 * little-endian mode. */
extern const struct script_process script_power[1];
void script_power_values(struct script_stub *stub);

#endif
