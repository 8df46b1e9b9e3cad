/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The objects of the fake stub, and the functions that its files share; fakestub.c explains how it
 * is used. It shares no code with the library, so that an error in one does not hide in the other.
 * It aborts when out of memory. */
#ifndef GDBREGS_TESTS_FAKE_H
#define GDBREGS_TESTS_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <uv.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ------------------------------------------------------- small things --- */

struct fake_buffer {
	uint8_t *data;
	size_t size;
	size_t capacity;
};

/* util.c: a buffer has a NUL after its last byte. */
void *fake_alloc(void *old, size_t count, size_t size);
char *fake_copy(const char *text);
void fake_put(struct fake_buffer *b, const void *bytes, size_t size);
void fake_puts(struct fake_buffer *b, const char *text);
void fake_printf(struct fake_buffer *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void fake_put_hex(struct fake_buffer *b, const void *bytes, size_t size);
void fake_put_fill(struct fake_buffer *b, char byte, size_t count);
void fake_drop(struct fake_buffer *b, size_t count); /* remove bytes from the front */
int fake_digit(int character); /* -1 if it is not found */
size_t fake_unhex(uint8_t *out, size_t room, const char *hex); /* returns the number of bytes */
void fake_unescape(struct fake_buffer *out, const char *text); /* \xHH and \\ */
_Noreturn void fake_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A set of numbers, "1,4-7". It may have values, "1=4,2=8". */
struct fake_pair {
	uint64_t first, last;
	uint64_t value;
};
struct fake_set {
	struct fake_pair *pairs;
	size_t count;
};
void fake_set_parse(struct fake_set *set, const char *text);
const struct fake_pair *fake_set_find(const struct fake_set *set, uint64_t number);

/* "@N", "@N+", "@*": when a fault or a rule applies. Without text: the first time. */
struct fake_when {
	uint64_t at;
	bool onward;
};
const char *fake_when_parse(struct fake_when *when, const char *text);
bool fake_when_hits(const struct fake_when *when, uint64_t count);

/* ------------------------------------------------------------ machine --- */

struct fake_document {
	char *name;
	struct fake_buffer text;
};

struct fake_reg {
	uint32_t number;
	uint32_t bits;
	uint32_t feature; /* 0: index of the first feature that has registers */
};

struct fake_cluster {
	unsigned pid;
	unsigned first_vcpu;
	unsigned vcpus;
	unsigned registers;
	unsigned reg_bytes;
	char *arch;
	struct fake_document *documents;
	size_t document_count;
	struct fake_reg *regs; /* by ascending number */
	size_t reg_count;
};

struct fake_machine {
	struct fake_cluster *clusters;
	size_t cluster_count;
	unsigned vcpus;
};

struct fake_config;
struct fake_conn;

/* machine.c: clusters and vCPUs. */
void fake_machine_build(struct fake_machine *m, struct fake_config *cfg);
struct fake_cluster *fake_machine_cluster(struct fake_machine *m, uint64_t pid);
struct fake_cluster *fake_machine_cluster_of(struct fake_machine *m, unsigned vcpu);

/* tdesc.c: documents, and the registers in them. */
void fake_tdesc_generate(struct fake_cluster *c, const struct fake_config *cfg);
void fake_tdesc_load(struct fake_cluster *c, const char *directory);
void fake_tdesc_scan(struct fake_cluster *c);
const struct fake_document *fake_tdesc_find(const struct fake_cluster *c, const char *name,
					    size_t length);
const struct fake_reg *fake_tdesc_reg(const struct fake_cluster *c, uint64_t number);

/* The state that a client may change. With --one-guest it outlives the client. */
struct fake_write {
	unsigned vcpu;
	uint32_t number;
	size_t size;
	uint8_t *data;
};

struct fake_guest {
	bool running;
	bool dead; /* killed by k, or by a packet that crashes QEMU */
	bool multiprocess;
	const char *status; /* output of `info status` while it is halted */
	unsigned generation;
	struct fake_write *writes;
	size_t write_count;
	uint64_t *breakpoints;
	size_t breakpoint_count;
	struct fake_conn *client;
};

/* guest.c: the values of the guest, and how they change. */
struct fake_guest *fake_guest_new(const struct fake_config *cfg);
void fake_guest_free(struct fake_guest *g);
size_t fake_guest_size(const struct fake_config *cfg, const struct fake_reg *reg);
void fake_guest_value(const struct fake_guest *g, const struct fake_config *cfg, unsigned vcpu,
		      const struct fake_reg *reg, struct fake_buffer *out);
void fake_guest_store(struct fake_guest *g, unsigned vcpu, uint32_t number, const uint8_t *data,
		      size_t size);
void fake_guest_break(struct fake_guest *g, uint64_t address, bool insert);
/* Returns the generation at which the next breakpoint is hit. Returns false if there is none. */
bool fake_guest_next_break(const struct fake_guest *g, unsigned *generation);

/* -------------------------------------------------------------- faults --- */

/* X(NAME, "name", what it does to the reply, packet or stub) */
// clang-format off
#define FAKE_FAULT_MAP(X) \
	X(SILENCE, "silence", "from this reply on nothing is sent, acks included") \
	X(MUTE, "mute", "from this reply on only acks are sent") \
	X(DROP, "drop", "the reply is not sent, later ones are") \
	X(CLOSE, "close", "the connection is closed in place of the reply") \
	X(RESET, "reset", "the same, with a TCP reset") \
	X(CLOSE_BYTES, "close-bytes", "the connection is closed after N bytes were sent") \
	X(BADSUM, "badsum", "wrong checksum; the copy after a NAK is right, with @N+ it is not") \
	X(BADHEX, "badhex", "the checksum has characters that are no digits") \
	X(CUT, "cut", "the packet ends in its middle, the next begins there") \
	X(STALL, "stall", "the packet ends in its middle and nothing follows ever") \
	X(JUNK, "junk", "bytes that are no packet come before it") \
	X(NOTIFY, "notify", "two notifications come before it") \
	X(CONSOLE, "console", "an O packet comes before it") \
	X(STALE, "stale", "a stop reply comes before the request's ack") \
	X(DUP, "dup", "it is sent twice") \
	X(ODD, "odd", "its last character is missing") \
	X(XX, "xx", "all its characters are x") \
	X(EMPTY, "empty", "it is empty") \
	X(ERROR, "error", "it is E01") \
	X(ERROR_TEXT, "error-text", "it is E.text") \
	X(OKAY, "ok", "it is OK") \
	X(GARBAGE, "garbage", "it is random characters, different ones each time") \
	X(BINARY, "binary", "it is all 256 byte values, escaped") \
	X(BRACE, "brace", "it ends in a lone escape character") \
	X(LONG, "long", "two MiB of digits follow its text") \
	X(RLE_BOMB, "rle-bomb", "it is three MiB on the wire, a hundred expanded") \
	X(RLE_FIRST, "rle-first", "it starts with a run length") \
	X(RLE_SHORT, "rle-short", "a run length below the smallest follows its text") \
	X(ENDLESS, "endless", "it never ends") \
	X(ENDLESS_CONSOLE, "endless-console", "O packets without end come instead") \
	X(ENDLESS_NOTIFY, "endless-notify", "notifications without end come instead") \
	X(ENDLESS_JUNK, "endless-junk", "junk without end comes instead") \
	X(ENDLESS_ACK, "endless-ack", "acks without end come instead") \
	X(NOACK, "noack", "the packet is not acked, but replied to") \
	X(DOUBLEACK, "doubleack", "the packet is acked twice") \
	X(NAK, "nak", "the packet is NAKed as if it had been damaged") \
	X(IGNORE, "ignore", "the packet is lost: neither ack nor reply") \
	X(XFER_ENDLESS, "xfer-endless", "qXfer always has more, the document over and over") \
	X(XFER_EMPTY, "xfer-empty", "qXfer says m without data") \
	X(XFER_HALVE, "xfer-halve", "each qXfer reply has half the data of the one before") \
	X(XFER_SHRINK, "xfer-shrink", "the document has shrunk to ten bytes") \
	X(THREADS_ENDLESS, "threads-endless", "the thread list goes on with ids never seen") \
	X(THREADS_REPEAT, "threads-repeat", "the thread list repeats its first id for ever") \
	X(THREADS_COMMA, "threads-comma", "a comma follows the ids of a thread list")
// clang-format on

enum fake_fault_kind {
#define FAKE_FAULT_ENUM(name, text, help) FAULT_##name,
	FAKE_FAULT_MAP(FAKE_FAULT_ENUM)
#undef FAKE_FAULT_ENUM
		FAULT_COUNT
};

#define FAKE_MAX_FAULTS 16

struct fake_fault {
	enum fake_fault_kind kind;
	struct fake_when when;
	char *packets; /* a glob; NULL: all packets */
};

/* A reply before it is sent. */
struct fake_reply {
	struct fake_buffer payload;
	struct fake_buffer before; /* raw bytes that are sent before it */
	bool escape;
	bool drop, twice, raw; /* raw: the payload is the text between $ and # as it is sent */
	bool bad_sum, bad_hex, cut, lasting;
};

/* fault.c */
void fake_fault_parse(struct fake_fault *fault, const char *text);
void fake_fault_list(FILE *to);
/* Count the packet. Returns true if a fault of this kind applies to it. */
bool fake_fault_hits(struct fake_conn *c, enum fake_fault_kind kind);
void fake_fault_reply(struct fake_conn *c, struct fake_reply *r);
/* Append more of an endless reply, for c->endless. */
void fake_fault_stream(struct fake_conn *c, struct fake_buffer *out);

/* -------------------------------------------------------------- script --- */

enum fake_action {
	ACTION_REPLY,
	ACTION_RAW,
	ACTION_ACK,
	ACTION_SILENT,
	ACTION_CLOSE,
	ACTION_CONSOLE
};

struct fake_rule {
	char *packets; /* glob */
	struct fake_when when;
	enum fake_action action;
	struct fake_buffer text;
	uint64_t seen; /* counted over all connections */
};

/* script.c */
void fake_script_load(struct fake_config *cfg, const char *path);
/* Returns the script's reply to the packet, or NULL. */
const struct fake_rule *fake_script_match(struct fake_config *cfg, const char *packet);

/* ------------------------------------------------------------- options --- */

enum fake_serial {
	SERIAL_NO, /* takes packets as they arrive */
	SERIAL_USER, /* qemu-user: waits for the ack, in a later segment */
	SERIAL_SERVER, /* gdbserver: waits for the ack, in any segment */
};

struct fake_config {
	/* where it listens */
	const char *unix_path;
	bool stdio;
	unsigned port, start_delay_ms;
	bool one_guest;
	unsigned silent_connections, drop_connections, fault_connection;
	unsigned sndbuf, chunk, chunk_ms, delay_ms;
	FILE *log;
	bool log_replies;
	/* what kind of stub */
	bool qemu, qemu72, phymem, no_ack_mode, rle, multiprocess, attached;
	bool no_p, no_g, no_xfer, no_hg, no_threads, need_question, need_xml_registers;
	enum fake_serial serial;
	unsigned packet_size, max_packet, xfer_bytes, threads_per_reply;
	const char *supported, *host_info, *status;
	bool running;
	/* the machine */
	unsigned vcpus, clusters, registers, reg_bytes, annexes, regnum_step;
	const char *arch, *tdesc, *feature;
	const char *cluster_texts[64];
	size_t cluster_text_count;
	struct fake_set sizes, bits, unavailable, xx, readonly, changing, wfi, g_wrong, g_skip;
	unsigned g_registers;
	bool g_all;
	unsigned g_length_change;
	long g_length_bytes;
	bool has_pc;
	unsigned pc, stop_after_ms, step_ms;
	/* how it misbehaves */
	struct fake_fault faults[FAKE_MAX_FAULTS];
	size_t fault_count;
	struct fake_rule *rules;
	size_t rule_count;
	char **script_texts; /* strings that options from scripts refer to */
	size_t script_text_count;
};

/* options.c */
void fake_options_init(struct fake_config *cfg);
void fake_options_parse(struct fake_config *cfg, int argc, char **argv);
void fake_options_set(struct fake_config *cfg, const char *name, const char *value);
bool fake_options_takes_value(const char *name);

/* --------------------------------------------------------- connections --- */

struct fake_conn {
	struct fake_conn *next;
	struct fake_config *cfg;
	struct fake_machine *machine;
	struct fake_guest *guest;
	unsigned number;
	/* sockets (conn.c) */
	union {
		uv_stream_t stream;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	} in, out_pipe;
	uv_stream_t *writer;
	uv_timer_t timer; /* chunks and delays */
	uv_timer_t stop_timer; /* timer until the guest stops */
	uv_write_t write;
	struct fake_buffer out, sending;
	size_t sent, piece; /* sent bytes of `sending` */
	bool writing, waiting, closing, close_when_flushed, reset;
	unsigned open_handles;
	uint64_t bytes_out;
	/* the wire (wire.c) */
	struct fake_buffer queue; /* received, not yet processed */
	struct fake_buffer stash; /* the read buffer of qemu-user */
	struct fake_buffer packet;
	struct fake_buffer last; /* the last reply, as it was sent */
	int state;
	uint8_t sum, check;
	bool pending; /* a reply has not been acknowledged */
	unsigned unacked; /* packets that were not acknowledged, for counting surplus acks */
	bool no_ack, nak_next, silent, mute;
	unsigned last_ack_due; /* the ack of the OK that began no-ack mode is still allowed */
	uint64_t fault_seen[FAKE_MAX_FAULTS];
	int endless; /* enum fake_fault_kind, or -1 */
	unsigned random;
	/* the protocol (packets.c and others) */
	bool *attached; /* for each cluster */
	unsigned g_vcpu, c_vcpu;
	bool hg_stale; /* a vAttach came after the last Hg */
	bool xml_read, asked, xml_registers, detached, first_packet_seen;
	size_t thread_next;
	size_t xfer_last;
	uint64_t g_count;
};

/* fakestub.c: the numbers of the summary. */
struct fake_totals {
	uint64_t connections, packets, acks, surplus_acks, naks, interrupts, violations;
	uint64_t left_running, left_halted;
	bool last_running;
};
extern struct fake_totals fake_totals;
void fake_log(const struct fake_conn *c, const char *what, const void *bytes, size_t size);
void fake_violation(struct fake_conn *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void fake_conn_gone(struct fake_conn *c);

/* conn.c */
struct fake_conn *fake_conn_accept(uv_stream_t *listener, struct fake_config *cfg,
				   struct fake_machine *m);
struct fake_conn *fake_conn_stdio(uv_loop_t *loop, struct fake_config *cfg, struct fake_machine *m);
void fake_conn_start(struct fake_conn *c, struct fake_guest *guest);
void fake_conn_put(struct fake_conn *c, const void *bytes, size_t size);
void fake_conn_flush(struct fake_conn *c);
void fake_conn_close(struct fake_conn *c, bool reset);

/* wire.c */
void fake_wire_input(struct fake_conn *c, const uint8_t *bytes, size_t size);
void fake_wire_reply(struct fake_conn *c, const struct fake_buffer *payload, bool escape);
void fake_wire_replyf(struct fake_conn *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void fake_wire_frame(struct fake_buffer *out, char first, const uint8_t *payload, size_t size);

/* packets.c: handle the packet in c->packet, which is NUL-terminated. */
void fake_packets_handle(struct fake_conn *c);
void fake_packets_crash(struct fake_conn *c, const char *why); /* QEMU is killed */

/* threads.c */
void fake_threads_init(struct fake_conn *c);
/* Parse a thread id. Returns false if it is invalid. -1 means all threads, 0 means any. */
bool fake_threads_parse(struct fake_conn *c, const char *text, long *pid, long *tid,
			const char **end);
long fake_threads_find(struct fake_conn *c, long pid, long tid); /* returns the vCPU, or -1 */
void fake_threads_print(struct fake_conn *c, struct fake_buffer *b, unsigned vcpu);
void fake_threads_hg(struct fake_conn *c, const char *args);
void fake_threads_first(struct fake_conn *c, const char *args);
void fake_threads_next(struct fake_conn *c, const char *args);
void fake_threads_extra(struct fake_conn *c, const char *args);
void fake_threads_alive(struct fake_conn *c, const char *args);
void fake_threads_current(struct fake_conn *c, const char *args);
void fake_threads_attach(struct fake_conn *c, const char *args);
void fake_threads_detach(struct fake_conn *c, const char *args);

/* values.c */
void fake_values_p(struct fake_conn *c, const char *args);
void fake_values_P(struct fake_conn *c, const char *args);
void fake_values_g(struct fake_conn *c, const char *args);
void fake_values_G(struct fake_conn *c, const char *args);
void fake_values_xfer(struct fake_conn *c, const char *args);

/* run.c */
void fake_run_accepted(struct fake_conn *c); /* called when a client connects */
bool fake_run_byte(struct fake_conn *c, uint8_t byte); /* true: the byte is done with */
void fake_run_interrupt(struct fake_conn *c);
void fake_run_stop(struct fake_conn *c, unsigned signal);
void fake_run_question(struct fake_conn *c, const char *args);
void fake_run_vcont(struct fake_conn *c, const char *args);
void fake_run_c(struct fake_conn *c, const char *args);
void fake_run_s(struct fake_conn *c, const char *args);
void fake_run_break(struct fake_conn *c, const char *args, bool insert);

#endif
