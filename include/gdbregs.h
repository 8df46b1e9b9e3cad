/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file gdbregs.h
 * Registers of a running guest, from outside: the blocking interface.
 *
 * A context holds what sessions share: interned names, register descriptions,
 * handles. A session is one connection to one gdbstub. Descriptors name the
 * registers of one vCPU; a handle read on a vCPU gives its bytes in target
 * byte order.
 *
 * Results: functions that return `int` return 0 or a count on success and a
 * negative `GDBREGS_ERR_*` on failure. Outputs are written on success only.
 *
 * Lifetime: names, features, descriptions and handles live as long as the
 * context. A session connected with a NULL context has one of its own, which
 * it keeps until it is closed.
 *
 * Threads: a context may be used from any thread at any time. A session may be
 * used by one thread at a time; distinct sessions run in parallel.
 *
 * Waiting: before a call sleeps it looks for input for up to 200 us, since being
 * woken takes longer than most replies do. Where a stub keeps being slower it
 * soon sleeps at once, but for one wait in some 250. No more sessions of a
 * process look at a time than leave one processor to the stubs.
 *
 * Since: everything here since 0.1 unless said otherwise.
 */
#ifndef GDBREGS_H
#define GDBREGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define GDBREGS_API __attribute__((visibility("default")))
#define GDBREGS_CHECKED __attribute__((warn_unused_result))
#else
#define GDBREGS_API
#define GDBREGS_CHECKED
#endif

#define GDBREGS_VERSION "0.1.0"

/* ------------------------------------------------------------- errors --- */

/**
 * Every error: X(NAME, value, text). The enum, gdbregs_error_name() and
 * gdbregs_strerror() are made from this one list.
 */
#define GDBREGS_ERROR_MAP(X)                                                    \
	X(NOMEM, -1, "out of memory")                                           \
	X(INVAL, -2, "invalid argument")                                        \
	X(CONNECT, -3, "could not connect")                                     \
	X(TIMEOUT, -4, "no reply in time")                                      \
	X(CLOSED, -5, "the stub closed the connection")                         \
	X(PROTOCOL, -6, "the stub broke the protocol")                          \
	X(DESCRIPTION, -7, "the target description is bad")                     \
	X(NO_DESCRIPTION, -8, "the stub serves no target description")          \
	X(NO_VCPU, -9, "no such vCPU")                                          \
	X(NO_REGISTER, -10, "no such register")                                 \
	X(AMBIGUOUS, -11, "more than one register has that name")               \
	X(WRONG_VCPU_TYPE, -12, "the register belongs to another type of vCPU") \
	X(UNAVAILABLE, -13, "the register's value is unavailable")              \
	X(RUNNING, -14, "the target is running")                                \
	X(ACCESS, -15, "the session was not opened for that access")            \
	X(UNSUPPORTED, -16, "the stub does not support that")                   \
	X(REMOTE, -17, "the stub reported an error")                            \
	X(LIMIT, -18, "a limit was exceeded")                                   \
	X(CANCELED, -19, "canceled")                                            \
	X(SPAWN, -20, "could not start the command")                            \
	X(IO, -21, "could not read a file")                                     \
	X(NOT_TAKEN, -22, "the register did not take the value")

/** Error codes; all negative. */
enum gdbregs_error_code {
#define GDBREGS_ERROR_ENUM(name, value, text) GDBREGS_ERR_##name = (value),
	GDBREGS_ERROR_MAP(GDBREGS_ERROR_ENUM)
#undef GDBREGS_ERROR_ENUM
};

/**
 * Why a call failed, in words. The caller's; always NUL-terminated once a
 * function that takes it has failed, one line, printable.
 */
struct gdbregs_error {
	int code;
	char text[240];
};

/** A code's standing text, e.g. "out of memory". Never NULL. Static. */
GDBREGS_API const char *gdbregs_strerror(int code);

/** A code's name, e.g. "GDBREGS_ERR_NOMEM"; "GDBREGS_OK" for 0 and above; never NULL. Static. */
GDBREGS_API const char *gdbregs_error_name(int code);

/** The version of the library that is linked, e.g. "0.1.0". Static. */
GDBREGS_API const char *gdbregs_version(void);

/* ------------------------------------------------------------ objects --- */

struct gdbregs_context;     /* opaque: what sessions share */
struct gdbregs_session;     /* opaque: one connection */
struct gdbregs_register;    /* opaque: a register of one type of vCPU */
struct gdbregs_description; /* opaque: a resolved target description */

/** One register of a vCPU, as QEMU's plugins know it. */
struct gdbregs_reg_descriptor {
	const struct gdbregs_register *handle; /* borrowed from the context */
	const char *name;                      /* interned: equal strings are equal pointers */
	const char *feature;                   /* interned; NULL where the description names none */
};

/** A run of the descriptor array: the registers of one feature element. */
struct gdbregs_feature {
	const char *name; /* interned; NULL where the description names none */
	size_t first;     /* index of its first descriptor */
	size_t count;     /* number of descriptors */
};

/**
 * Bytes owned by the caller that calls fill and grow. All zero is an empty
 * buffer. End it with gdbregs_buffer_fini().
 */
struct gdbregs_buffer {
	uint8_t *data;
	size_t size;     /* bytes in use */
	size_t capacity; /* bytes allocated */
};

/** What a session may do with registers. */
enum gdbregs_access {
	GDBREGS_NO_REGS, /* list them, never read: reads fail with ACCESS */
	GDBREGS_R_REGS,  /* read */
	GDBREGS_RW_REGS, /* read and write */
};

/** How the target is left when a session ends, by whatever way it ends. */
enum gdbregs_on_close {
	GDBREGS_ON_CLOSE_RESTORE, /* halted where the stub proves it was halted before; else running */
	GDBREGS_ON_CLOSE_RESUME,  /* running, unless QEMU says that it must not */
	GDBREGS_ON_CLOSE_HALT,    /* halted */
};

/** The order of the bytes of a value. */
enum gdbregs_byte_order {
	GDBREGS_BYTE_ORDER_UNKNOWN, /* neither the protocol nor the architecture says */
	GDBREGS_BYTE_ORDER_LITTLE,
	GDBREGS_BYTE_ORDER_BIG,
};

/* ------------------------------------------------------------ context --- */

/**
 * Make a context with one reference.
 * Errors: NOMEM, INVAL (out is NULL).
 * Ownership: the caller owns the reference and ends it with
 * gdbregs_context_unref().
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_context_new(struct gdbregs_context **out);

/** Add a reference; returns ctx. NULL is fine. Threads: any. */
GDBREGS_API struct gdbregs_context *gdbregs_context_ref(struct gdbregs_context *ctx);

/**
 * Drop a reference; the last one frees every name, description and handle.
 * Sessions hold a reference of their own. NULL is fine. Threads: any.
 */
GDBREGS_API void gdbregs_context_unref(struct gdbregs_context *ctx);

/* ------------------------------------------------------------ options --- */

/** Which way a traced packet went. */
enum gdbregs_direction { GDBREGS_SENT, GDBREGS_RECEIVED };

/**
 * Called for every packet, acknowledgement and interrupt byte as it stands on
 * the wire, framing included. `bytes` is borrowed for the call. Calling into
 * the session from it is not allowed.
 */
typedef void (*gdbregs_trace_cb)(void *arg, enum gdbregs_direction direction, const void *bytes,
				 size_t size);

/**
 * How to connect. gdbregs_options_init() sets every member to its default;
 * change what you need. A limit or a time of 0 means its default.
 */
struct gdbregs_options {
	size_t size; /* sizeof(struct gdbregs_options), set by gdbregs_options_init() */
	enum gdbregs_access access;      /* default GDBREGS_R_REGS */
	enum gdbregs_on_close on_close;  /* default GDBREGS_ON_CLOSE_RESTORE */
	unsigned connect_timeout_ms;     /* 1..; default 5000: name look-up and TCP handshake, all addresses together */
	unsigned reply_timeout_ms;       /* 1..; default 5000: for each reply */
	unsigned first_reply_timeout_ms; /* 1..; default 0 = reply_timeout_ms: for the stub's very first answer */
	const char *description_path;    /* file used instead of the stub's description; its includes beside it; default NULL */
	const char *architecture;        /* where the stub serves no description: a shipped one's name, or a file's path (with a `/`); its byte order also where nothing else says one; default NULL */
	bool step_irq; /* QEMU: let interrupts and timers through during steps; default false */
	gdbregs_trace_cb trace;          /* default NULL */
	void *trace_arg;
	/* Limits on what a stub may make us hold. Exceeding one is GDBREGS_ERR_LIMIT. */
	size_t max_packet_bytes;      /* a decoded packet; default 1 MiB */
	size_t max_description_bytes; /* all documents, and all documents expanded; default 16 MiB */
	size_t max_registers;         /* in one description; default 131072 */
	size_t max_register_bits;     /* of one register; default 524288 */
	size_t max_register_number;   /* the stub's number; default 1048575 */
	size_t max_includes;          /* xi:include elements expanded; default 1024 */
	size_t max_include_depth;     /* below target.xml; default 31 */
	size_t max_element_depth;     /* of XML elements; default 64 */
	size_t max_types;             /* type elements, fields and values together; default 1048576 */
	size_t max_vcpus;             /* of a session; default 4096 */
};

/** Set every member to its default. o must not be NULL. */
GDBREGS_API void gdbregs_options_init(struct gdbregs_options *o);

/* ----------------------------------------------------------- sessions --- */

/**
 * Connect to a gdbstub, learn its vCPUs and their registers.
 *
 * Connecting stops the target until the session is closed.
 *
 * @param ctx      shared context, or NULL for one of the session's own
 * @param address  `HOST:PORT`, `:PORT`, `[V6]:PORT`, `tcp:HOST:PORT` or
 *                 `unix:PATH`; NULL or "" means `localhost:1234`
 * @param o        options, or NULL for the defaults; copied
 * @param out      the session
 * @param err      why it failed, in words; may be NULL
 *
 * Errors: NOMEM INVAL CONNECT TIMEOUT CLOSED PROTOCOL DESCRIPTION
 * NO_DESCRIPTION (unless o->access is GDBREGS_NO_REGS) LIMIT IO, NO_VCPU where
 * the stub's program has already ended. After a failure the target is left as
 * o->on_close says, as after gdbregs_close().
 * Ownership: the caller closes *out with gdbregs_close().
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_connect(struct gdbregs_context *ctx, const char *address,
						const struct gdbregs_options *o,
						struct gdbregs_session **out,
						struct gdbregs_error *err);

/**
 * Start a command and speak to the stub on its standard input and output,
 * e.g. `qemu-system-x86_64 -S -gdb stdio -display none`. Its standard error is
 * ours. The child belongs to the session: closing ends it (end of file on its
 * input, then SIGTERM, then SIGKILL) and reaps it; options.on_close has no
 * meaning.
 *
 * @param argv  NULL-terminated; argv[0] is looked up in PATH; copied
 *
 * Errors: as gdbregs_connect(), and SPAWN.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_spawn(struct gdbregs_context *ctx, char *const argv[],
					      const struct gdbregs_options *o,
					      struct gdbregs_session **out,
					      struct gdbregs_error *err);

/**
 * End a session and free it: detaches as options.on_close says, waiting no
 * longer than options.reply_timeout_ms. NULL is fine.
 */
GDBREGS_API void gdbregs_close(struct gdbregs_session *s);

/**
 * The last failure of a call on this session, in words, one printable line;
 * "" if there was none. Borrowed until the next call on the session.
 */
GDBREGS_API const char *gdbregs_session_error(const struct gdbregs_session *s);

/* -------------------------------------------------------------- vCPUs --- */

/** Number of vCPUs the stub listed, over all clusters; they are numbered from 0. One that is
 *  started while the target runs, as threads are, is added at the end by the first stop that names it. */
GDBREGS_API unsigned gdbregs_vcpu_count(const struct gdbregs_session *s);

/** The thread id as the stub wrote it, e.g. "p01.01"; NULL where it has none. Borrowed until close. */
GDBREGS_API const char *gdbregs_vcpu_thread(const struct gdbregs_session *s, unsigned vcpu);

/** What the stub says of the vCPU, e.g. "CPU#0 [running]", made printable; NULL where it says nothing. Borrowed until close. */
GDBREGS_API const char *gdbregs_vcpu_name(const struct gdbregs_session *s, unsigned vcpu);

/** The description's architecture, e.g. "i386:x86-64"; NULL where it names none. Interned. */
GDBREGS_API const char *gdbregs_vcpu_architecture(const struct gdbregs_session *s, unsigned vcpu);

/** The byte order of the vCPU's registers, where the architecture or the stub settles it, else
 *  as the name in gdbregs_options.architecture has it. */
GDBREGS_API enum gdbregs_byte_order gdbregs_vcpu_byte_order(const struct gdbregs_session *s,
							    unsigned vcpu);

/** The vCPU's description; NULL if there is no such vCPU, or it has none. Borrowed from the context. */
GDBREGS_API const struct gdbregs_description *
gdbregs_vcpu_description(const struct gdbregs_session *s, unsigned vcpu);

/* ---------------------------------------------------------- registers --- */

/**
 * The registers of a vCPU, in the description's order.
 * Errors: NOMEM INVAL NO_VCPU, NO_DESCRIPTION in a session that was opened with
 * GDBREGS_NO_REGS on a stub without one.
 * Ownership: the caller frees *out with gdbregs_free(); the strings and
 * handles in it belong to the context.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_get_registers(struct gdbregs_session *s, unsigned vcpu,
						      struct gdbregs_reg_descriptor **out,
						      size_t *count);

/** The features of a vCPU as runs of that array. Errors and ownership: as gdbregs_get_registers(). */
GDBREGS_API GDBREGS_CHECKED int gdbregs_get_features(struct gdbregs_session *s, unsigned vcpu,
						     struct gdbregs_feature **out, size_t *count);

/** Free an array the library returned. NULL is fine. */
GDBREGS_API void gdbregs_free(void *array);

/**
 * Look a register up by its exact name, in one feature or (NULL) in all.
 * Errors: INVAL NO_VCPU NO_DESCRIPTION NO_REGISTER, AMBIGUOUS where several
 * registers fit.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_find_register(struct gdbregs_session *s, unsigned vcpu,
						      const char *feature, const char *name,
						      const struct gdbregs_register **out);

/* Of a NULL handle: NULL, 0, UNKNOWN. */

/** The register's name. Interned. */
GDBREGS_API const char *gdbregs_register_name(const struct gdbregs_register *h);
/** The name of its feature; NULL where the description names none. Interned. */
GDBREGS_API const char *gdbregs_register_feature(const struct gdbregs_register *h);
/** Its type as the description writes it; "int" where it writes none. Interned. */
GDBREGS_API const char *gdbregs_register_type(const struct gdbregs_register *h);
/** Its group as the description writes it; NULL where it writes none. Interned. */
GDBREGS_API const char *gdbregs_register_group(const struct gdbregs_register *h);
/** Its size as the description has it, in bits; a reply may have another. */
GDBREGS_API unsigned gdbregs_register_bits(const struct gdbregs_register *h);

/** What kind of value a register holds. */
enum gdbregs_type_kind {
	GDBREGS_TYPE_UNKNOWN, /* the description names a type it does not define */
	GDBREGS_TYPE_INTEGER, /* signed or unsigned, bool, pointers */
	GDBREGS_TYPE_FLOAT,
	GDBREGS_TYPE_ENUM,
	GDBREGS_TYPE_FLAGS,
	GDBREGS_TYPE_STRUCT,
	GDBREGS_TYPE_UNION,
	GDBREGS_TYPE_VECTOR,
};

/** The kind of its type. */
GDBREGS_API enum gdbregs_type_kind gdbregs_register_kind(const struct gdbregs_register *h);

/**
 * A value for people, as far as it says more than its digits: flags as
 * `[ ZF PF ]`, an enum's name, a float in decimal, a vector as `{1, 2}`, a
 * struct's or a union's fields by name. Empty text where there is nothing to add.
 *
 * @param order  byte order of `bytes`; with UNKNOWN the text is empty
 * @param bytes  the value in that order
 * @param size   its size in bytes, as the stub sent it
 * @param text   replaced by the text, NUL-terminated; text->size is its length
 *               without the NUL
 *
 * Errors: NOMEM INVAL.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_register_format(const struct gdbregs_register *h,
							enum gdbregs_byte_order order,
							const void *bytes, size_t size,
							struct gdbregs_buffer *text);

/* ------------------------------------------------------- descriptions --- */

/**
 * Read a target description from a file, includes beside it, without a stub.
 * Errors: NOMEM INVAL IO DESCRIPTION LIMIT.
 * Ownership: *out belongs to the context. o may be NULL.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_description_load(struct gdbregs_context *ctx,
							 const char *path,
							 const struct gdbregs_options *o,
							 const struct gdbregs_description **out,
							 struct gdbregs_error *err);

/** As gdbregs_get_registers(), of a description. */
GDBREGS_API GDBREGS_CHECKED int
gdbregs_description_registers(const struct gdbregs_description *d,
			      struct gdbregs_reg_descriptor **out, size_t *count);
/** As gdbregs_get_features(), of a description. */
GDBREGS_API GDBREGS_CHECKED int gdbregs_description_features(const struct gdbregs_description *d,
							     struct gdbregs_feature **out,
							     size_t *count);
/** Its architecture; NULL where it names none. Interned. */
GDBREGS_API const char *gdbregs_description_architecture(const struct gdbregs_description *d);
/** Its operating system ABI; NULL where it names none. Interned. */
GDBREGS_API const char *gdbregs_description_osabi(const struct gdbregs_description *d);

/**
 * The description as one XML document, every xi:include replaced by what it
 * names. Comments and DOCTYPE are dropped. `xml` is replaced; no NUL is added.
 * Errors: NOMEM INVAL.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_description_xml(const struct gdbregs_description *d,
							struct gdbregs_buffer *xml);

/** One document of a description, as it was served. Borrowed from the context. */
struct gdbregs_document {
	const char *name;
	const uint8_t *data;
	size_t size;
};

/** Number of documents; document 0 is target.xml. */
GDBREGS_API size_t gdbregs_description_document_count(const struct gdbregs_description *d);
/** Document `index`; all zero if there is none. */
GDBREGS_API struct gdbregs_document
gdbregs_description_document(const struct gdbregs_description *d, size_t index);

/* ------------------------------------------------------------ reading --- */

/**
 * Read one register: one `p` packet.
 *
 * @param buf  its contents are replaced by the register's bytes
 * @return     the size in bytes as the stub sent it, or negative
 *
 * Byte order: target.
 * Errors: INVAL NO_VCPU WRONG_VCPU_TYPE ACCESS RUNNING UNAVAILABLE NOMEM LIMIT
 * leave the session as it was; TIMEOUT CLOSED PROTOCOL end its usefulness:
 * every later call fails likewise, close it.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_read_register(struct gdbregs_session *s, unsigned vcpu,
						      const struct gdbregs_register *h,
						      struct gdbregs_buffer *buf);

/** One register to read, and what came of it. */
struct gdbregs_read {
	unsigned vcpu;                      /* in */
	const struct gdbregs_register *reg; /* in */
	int status;          /* out: size in bytes, or this register's own GDBREGS_ERR_* */
	const uint8_t *data; /* out: its bytes, target byte order; in `storage`; NULL unless status > 0 */
};

/**
 * Read many registers of any vCPUs in one flight.
 *
 * @param reads    count entries; vcpu and reg are read, status and data written
 * @param count    0 is fine
 * @param storage  holds the bytes; what it held before is lost; data pointers
 *                 stay good until it is used again or ended
 * @return         0, or negative if the session failed; then `reads` is untouched
 *
 * Byte order: target.
 * Errors: as gdbregs_read_register(). What concerns one register (NO_VCPU,
 * WRONG_VCPU_TYPE, UNAVAILABLE, INVAL, LIMIT) is its entry's status and harms
 * no other.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_read_registers(struct gdbregs_session *s,
						       struct gdbregs_read *reads, size_t count,
						       struct gdbregs_buffer *storage);

/** Free a buffer's memory and make it empty. NULL is fine. */
GDBREGS_API void gdbregs_buffer_fini(struct gdbregs_buffer *buf);

/* ------------------------------------------------------------ writing --- */

/**
 * Write one register, and read it back.
 *
 * @param bytes  the value, target byte order
 * @param size   exactly as many bytes as reading the register gives
 *
 * Errors: as gdbregs_read_register(); ACCESS unless the session was opened with
 * GDBREGS_RW_REGS; INVAL for another size (the text names both); REMOTE where
 * the stub refuses, UNSUPPORTED where it can't write registers, NOT_TAKEN where
 * it accepts and the register reads differently afterwards.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_write_register(struct gdbregs_session *s, unsigned vcpu,
						       const struct gdbregs_register *h,
						       const void *bytes, size_t size);

/* ------------------------------------------------------------ running --- */

/** What became of the target that was resumed. */
enum gdbregs_stop_kind {
	GDBREGS_STOP_SIGNAL,      /* it stopped; signal and reason say why */
	GDBREGS_STOP_EXITED,      /* there is no target any more; exit_status is set */
	GDBREGS_STOP_TERMINATED,  /* likewise, ended by `signal` */
	GDBREGS_STOP_THREAD_EXIT, /* one thread ended, with exit_status; the others are stopped */
	GDBREGS_STOP_NO_RESUMED,  /* nothing is left that could run */
};

/** Why a target stopped, as far as the stub says. QEMU says no more than SIGNAL for breakpoints. */
enum gdbregs_stop_reason {
	GDBREGS_REASON_SIGNAL,  /* nothing but the signal */
	GDBREGS_REASON_SWBREAK, /* a software breakpoint */
	GDBREGS_REASON_HWBREAK, /* a hardware breakpoint */
	GDBREGS_REASON_WATCH,   /* a write watchpoint; address is set */
	GDBREGS_REASON_RWATCH,  /* a read watchpoint; address is set */
	GDBREGS_REASON_AWATCH,  /* an access watchpoint; address is set */
	GDBREGS_REASON_OTHER,   /* fork, library, syscall, ... */
};

/** A stop. */
struct gdbregs_stop {
	enum gdbregs_stop_kind kind;
	enum gdbregs_stop_reason reason; /* of SIGNAL */
	unsigned vcpu;    /* the one that stopped first; UINT_MAX where unknown */
	int signal;       /* of SIGNAL and TERMINATED, in GDB's numbering: 5 step or breakpoint, 2 interrupted */
	int exit_status;  /* of EXITED and THREAD_EXIT */
	uint64_t address; /* of the watch reasons: the data's */
};

/**
 * Execute one instruction on one vCPU; the others stand still.
 *
 * A vCPU that does not get through its instruction within
 * options.reply_timeout_ms, as one that is halted, is interrupted: that is
 * TIMEOUT, the target is stopped and the session as good as before. QEMU (7.2)
 * keeps such a step pending: when the vCPU wakes in a later run, that run ends
 * with a stop of this vCPU.
 *
 * @param stop  what became of it; may be NULL
 *
 * Errors: NO_VCPU RUNNING NOMEM TIMEOUT REMOTE UNSUPPORTED leave the session
 * good (REMOTE also where QEMU says that the guest must not run); CLOSED PROTOCOL,
 * and TIMEOUT where not even the interrupt is answered, end it.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_step(struct gdbregs_session *s, unsigned vcpu,
					     struct gdbregs_stop *stop);

/**
 * Let all vCPUs run, and return. Until gdbregs_wait() has seen them stop,
 * everything that would ask the stub is refused with RUNNING. Closing the
 * session stops them first, to leave the target as options.on_close says.
 * Errors: as gdbregs_step().
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_continue(struct gdbregs_session *s);

/**
 * Wait for the stop that gdbregs_continue() leads to. One that came before is
 * kept until it is waited for, or the target resumed.
 *
 * @param timeout_ms  how long; 0 only looks, negative waits for ever
 * @param stop        may be NULL
 *
 * Errors: TIMEOUT: it still runs, the session is good, wait again. INVAL: it
 * was not resumed. REMOTE UNSUPPORTED: the stub refused to resume it. NOMEM.
 * CLOSED PROTOCOL end the session.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_wait(struct gdbregs_session *s, int timeout_ms,
					     struct gdbregs_stop *stop);

/**
 * Ask a running target to stop, and return; gdbregs_wait() then sees the stop,
 * with signal 2 unless something else came first. Nothing happens while it is
 * stopped, or was asked already. Errors: INVAL CLOSED and what ended the session.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_interrupt(struct gdbregs_session *s);

/** What makes a running target stop. */
enum gdbregs_point {
	GDBREGS_POINT_SOFTWARE, /* breakpoint */
	GDBREGS_POINT_HARDWARE, /* breakpoint, where memory can't be patched */
	GDBREGS_POINT_WRITE,    /* watchpoint on writes to memory */
	GDBREGS_POINT_READ,     /* watchpoint on reads */
	GDBREGS_POINT_ACCESS,   /* watchpoint on both */
};

/**
 * Make the target stop at an address, on every vCPU. Points are removed when
 * they are asked to, and all of them when the session ends, by whatever way.
 *
 * @param kind  of a breakpoint: the kind of instruction as GDB's `Z` packet has
 *              it (0 is fine for QEMU); of a watchpoint: length in bytes
 *
 * Errors: INVAL (that very point is there already), RUNNING NOMEM, UNSUPPORTED
 * (the stub has no such points), REMOTE (it refuses this one) leave the session
 * good; TIMEOUT CLOSED PROTOCOL end it.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_point_insert(struct gdbregs_session *s,
						     enum gdbregs_point point, uint64_t address,
						     unsigned kind);
/** Remove a point of ours; INVAL if there is no such one. Errors: as gdbregs_point_insert(). */
GDBREGS_API GDBREGS_CHECKED int gdbregs_point_remove(struct gdbregs_session *s,
						     enum gdbregs_point point, uint64_t address,
						     unsigned kind);
/** gdbregs_point_insert() of a software breakpoint. */
GDBREGS_API GDBREGS_CHECKED int gdbregs_break_insert(struct gdbregs_session *s, uint64_t address,
						     unsigned kind);
/** gdbregs_point_remove() of a software breakpoint. */
GDBREGS_API GDBREGS_CHECKED int gdbregs_break_remove(struct gdbregs_session *s, uint64_t address,
						     unsigned kind);

/* ----------------------------------------------------------- watching --- */

/**
 * A watched register has changed while the target ran.
 *
 * @param old_bytes  before; NULL where it was unavailable, or of another size
 * @param new_bytes  now; NULL where it is unavailable
 * @param size       of those that are not NULL, in bytes
 *
 * Byte order: target. The bytes are borrowed for the call. Any function of the
 * session may be called, gdbregs_unwatch() and closing it included; resuming
 * the target is refused with RUNNING until the stop has been told.
 */
typedef void (*gdbregs_change_cb)(void *arg, unsigned vcpu, const struct gdbregs_register *h,
				  const void *old_bytes, const void *new_bytes, size_t size);

/**
 * Be called back at each stop at which a register has another value than the
 * target was resumed with. All watched registers, however many, are read in one
 * flight after each stop. Callbacks come from within gdbregs_step() and
 * gdbregs_wait(), before these return, vCPU by vCPU; in a session of a caller's
 * loop from the loop, before the callback that tells of the stop. What
 * gdbregs_write_register() and gdbregs_packet() change is not called a change.
 * While the target runs a watch may be added; it counts from the next stop on.
 *
 * Errors: INVAL NO_VCPU WRONG_VCPU_TYPE ACCESS NOMEM. Serves both kinds of
 * sessions.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_watch(struct gdbregs_session *s, unsigned vcpu,
					      const struct gdbregs_register *h,
					      gdbregs_change_cb cb, void *arg);
/** End one watch made with the same arguments; INVAL if there is none. cb is not called any more. */
GDBREGS_API GDBREGS_CHECKED int gdbregs_unwatch(struct gdbregs_session *s, unsigned vcpu,
						const struct gdbregs_register *h,
						gdbregs_change_cb cb, void *arg);

/* -------------------------------------------------------- raw packets --- */

/**
 * Send a raw packet and wait for its reply: the way out for what this
 * interface lacks. Nothing is filtered; what the packet does to the target is
 * the caller's affair. A packet that the stub does not answer is TIMEOUT and
 * ends the session.
 *
 * @param payload  without `$` and `#`, no escapes needed: they are added
 * @param size     bytes; at most what the stub accepts
 * @param reply    replaced by the reply's payload, run-length expanded,
 *                 escapes (binary payloads) left as they are; console output
 *                 (`O` packets) that came before it is appended to it in plain
 *                 text when the reply itself is `OK`
 * @return         0 or negative
 *
 * Errors: INVAL LIMIT RUNNING NOMEM TIMEOUT CLOSED PROTOCOL.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_packet(struct gdbregs_session *s, const void *payload,
					       size_t size, struct gdbregs_buffer *reply);

#ifdef __cplusplus
}
#endif

#endif
