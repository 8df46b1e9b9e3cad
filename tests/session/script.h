/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stub as data, which receives and sends byte by byte. A table describes what it serves; rules
 * replace some of the replies. A packet that the client must not send is a violation. Hides:
 * framing, acks, threads, qXfer. It shares no code with the library, not even memory allocation. */
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
/* Append the packet `$payload#hh`. */
void script_frame(struct script_bytes *b, const void *payload, size_t size);

struct script_document {
	const char *name, *text;
};

struct script_register {
	uint32_t regnum, size_bytes;
};

/* Thread numbers continue from process to process, as in QEMU. */
struct script_process {
	unsigned pid, first_tid, threads;
	const struct script_document *documents; /* ends with a name of NULL */
	const struct script_register *registers; /* ends with a size of 0; in ascending order */
	size_t g_registers; /* how many of the registers are in g */
};

/* A value that replaces script_value(). */
struct script_value {
	unsigned tid;
	uint32_t regnum;
	char digits[64]; /* "": unavailable */
};

/* The first character of a rule's reply may give its kind. Otherwise the reply is a payload. */
#define SCRIPT_SILENT	  "\1" /* acknowledged, not answered */
#define SCRIPT_LOST	  "\2" /* neither acknowledged nor answered */
#define SCRIPT_NAK	  "\3" /* `-` */
#define SCRIPT_CLOSE	  "\4" /* the connection ends */
#define SCRIPT_RAW	  "\5" /* acknowledged, then these raw bytes */
#define SCRIPT_RAW_NO_ACK "\6" /* these raw bytes only */
#define SCRIPT_DAMAGED	  "\7" /* the usual reply, with a wrong checksum the first time */
#define SCRIPT_USUAL	  "\16" /* the ack, these raw bytes, then the usual reply */
#define SCRIPT_NEVER	  "\20" /* the client must not send this request */
#define SCRIPT_AHEAD	  "\17" /* these raw bytes, the ack, then the usual reply */

/* Replaces the usual reply. The first rule that matches is used. */
struct script_rule {
	const char *request; /* complete, or a prefix followed by * */
	unsigned nth; /* only the nth such request, from 1; 0: all */
	const char *reply;
};

struct script_stub {
	/* The kind of stub. script_begin() sets these members, and tests change them. */
	const struct script_process *processes;
	size_t process_count;
	const struct script_rule *rules; /* ends with a request of NULL; may be NULL */
	bool qemu, phymem; /* qemu without phymem is QEMU's user emulation */
	bool multiprocess, no_ack_mode, pipelines, qxfer;
	bool has_p, has_g, has_hg, has_threads, names, run_lengths;
	bool xml_unlocks; /* QEMU 7.2: before target.xml is read, no p and another g */
	bool thread_in_stop;
	bool controls; /* it can be resumed and written */
	bool has_write_p, has_write_g, has_vcont; /* with controls */
	bool read_only; /* accepts writes, but does not keep them */
	bool log_bytes; /* the log has acks (+) and 0x03 (^) as well */
	bool was_running; /* before the client connected */
	bool blind; /* the client does not wait for replies any more */
	const char *status; /* what `info status` prints; NULL: depends on was_running */
	const char *unsolicited; /* sent on connecting, without a request */
	const char *supported; /* instead of the reply to qSupported */
	const char *host_info;
	unsigned threads_a_reply; /* number of ids in a reply */
	size_t chunk_bytes; /* maximum size of a piece of a document */
	size_t (*chunk)(unsigned request); /* the same for the nth piece; may be NULL */

	/* Counters and state. */
	unsigned seen[SCRIPT_RULES];
	unsigned requests, acks, naks, xfers, g_requests, p_requests, hg_requests;
	unsigned target_requests; /* requests for target.xml from offset 0 */
	char violation[200]; /* the first one, or "" */
	bool attached[SCRIPT_PROCESSES], detached;
	bool running, closed;
	bool detach_refused; /* a rule has refused D, so that `c` may come */
	bool resumed; /* the client has resumed it: only 0x03 and F may come */
	char log[8192]; /* requests, each followed by a space, as far as they fit */

	/* The wire. */
	struct script_bytes out; /* all bytes sent */
	size_t taken; /* how many of them the client has received */
	struct script_bytes packet, last, request;
	int state;
	unsigned sum, check;
	unsigned unacked;
	bool no_ack, greeted, last_ack_due, damage;
	size_t last_answer; /* offset in `out` of the end of the latest reply */
	bool xml_read;
	unsigned selected; /* tid */
	unsigned listing; /* the last thread that was listed */
	uint8_t listed[SCRIPT_TID_MAX];
	struct script_value values[SCRIPT_VALUES];
	size_t value_count;
};

enum script_kind { SCRIPT_QEMU10, SCRIPT_QEMU72, SCRIPT_USER, SCRIPT_GDBSERVER, SCRIPT_PLAIN };
extern const char *const script_kind_names[];
#define SCRIPT_KINDS 5

/* Initialise a stub of that kind that serves these processes. */
void script_begin(struct script_stub *stub, enum script_kind kind,
		  const struct script_process *processes, size_t count);
void script_end(struct script_stub *stub);
/* A client connects. */
void script_accept(struct script_stub *stub);
/* Receive bytes from the client. Replies are appended to stub->out. */
void script_input(struct script_stub *stub, const uint8_t *data, size_t size);
/* Write the value of that register of that thread to `out`. */
void script_value(unsigned tid, uint32_t regnum, uint8_t *out, size_t size);

/* Set the digits of a register; "" means unavailable. */
void script_set(struct script_stub *stub, unsigned tid, uint32_t regnum, const char *digits);
/* Returns the digits that were set, or NULL. */
const char *script_get(const struct script_stub *stub, unsigned tid, uint32_t regnum);
/* Send a packet without a request. A packet that reports a stop ends the run. */
void script_send(struct script_stub *stub, const char *packet);
/* Send raw bytes. */
void script_send_bytes(struct script_stub *stub, const char *bytes);

/* Returns true under a tool that makes everything slow (valgrind, in tests.mk). Tests then repeat
 * less often. */
bool script_slow(void);

/* Record a violation, if it is the first one. */
void script_violate(struct script_stub *stub, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* --- between the script*.c files ------------------------------------------------ */

/* Answer the request in stub->packet, which is NUL-terminated. */
void script_answer(struct script_stub *stub);
void script_reply(struct script_stub *stub, const void *payload, size_t size);
void script_replyf(struct script_stub *stub, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Send the reply that a real stub sends. */
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
/* Receive a byte while the target is running. Returns false if it begins or belongs to a packet. */
bool script_take_running(struct script_stub *stub, uint8_t byte);
/* Returns the process of the selected thread. */
const struct script_process *script_current(const struct script_stub *stub);
void script_log(struct script_stub *stub, const char *text);
/* Return an index, or SIZE_MAX. */
size_t script_process_of_tid(const struct script_stub *stub, unsigned tid);
size_t script_process_of_pid(const struct script_stub *stub, unsigned pid);

/* --- machines (machines.c) ----------------------------------------------------- */

/* A process with two threads. There are two annexes. */
extern const struct script_process script_small[1];
#define SCRIPT_SMALL_REGISTERS 6
/* Two clusters of different types, with two threads and one. */
extern const struct script_process script_clusters[2];
/* A process with two threads and twenty registers, of which sixteen are in g. */
extern const struct script_process script_wide[1];
/* A process with two threads and the registers r0, r1, pc, big and odd. script_core_values() sets
 * their values; odd is unavailable. */
extern const struct script_process script_core[1];
void script_core_values(struct script_stub *stub);
/* The same as a ppc64, with msr as register 65. vCPU 0 is in big-endian mode, vCPU 1 in
 * little-endian mode. */
extern const struct script_process script_power[1];
void script_power_values(struct script_stub *stub);

#endif
