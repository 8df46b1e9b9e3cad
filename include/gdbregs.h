/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file gdbregs.h
 * Registers of a running guest, read from outside: the blocking interface.
 *
 * A context holds what sessions share: interned names, target descriptions and
 * handles. A session is one connection to one gdbstub. Descriptors list the
 * registers of one vCPU. Reading a handle on a vCPU gives the register's bytes
 * in target byte order.
 *
 * Results: functions that return `int` return 0 or a count on success and a
 * negative `GDBREGS_ERR_*` on failure. Outputs are written on success only. The reason
 * in words is in the gdbregs_error of the functions that make a session or a
 * description. gdbregs_session_error() returns that of other calls.
 *
 * Lifetime: names, features, descriptions and handles live as long as the
 * context. A session connected with a NULL context has a context of its own and
 * keeps it until it is closed.
 *
 * Threads: a context may be used from any thread at any time. A session may be
 * used by one thread at a time, except for gdbregs_wake(). Distinct sessions run in
 * parallel.
 *
 * Waiting: a blocking call polls for input for up to 200 us before it sleeps,
 * because waking up takes longer than most replies do. It stops polling if the
 * stub is consistently slower. It does not poll if the thread that connects may use
 * one processor only: the stub needs it.
 *
 * The process: the library installs no signal handler and never raises SIGPIPE. A
 * signal handler may call gdbregs_wake() and no other function. If descriptors 0 to 2
 * are closed, they refer to `/dev/null` while any thread connects. A host name is
 * looked up in a thread of its own, which blocks all signals; if the resolver does not
 * answer, the thread may outlive the session. After fork(), a session belongs to the
 * parent: the child may only close it, which sends nothing. exec() closes all
 * descriptors of the library. libgdbregs(7) has more on signals and fork().
 *
 * Since: 0.1, unless the comment of a function or type says otherwise.
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

#define GDBREGS_VERSION "0.2.0"
/* The same as a number that can be compared: 0xMMmmpp. */
#define GDBREGS_VERSION_NUMBER 0x000200

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
	X(NOT_TAKEN, -22, "the register did not take the value")                \
	X(NO_FIELD, -23, "the register has no such field")

/**
 * Error codes; all negative. A code does not say whether the session has ended:
 * TIMEOUT may mean that the stub does not answer, or that the target still runs.
 * gdbregs_session_state() tells these apart.
 */
enum gdbregs_error_code {
#define GDBREGS_ERROR_ENUM(name, value, text) GDBREGS_ERR_##name = (value),
	GDBREGS_ERROR_MAP(GDBREGS_ERROR_ENUM)
#undef GDBREGS_ERROR_ENUM
};

/**
 * Why a call failed, in words: one printable line. A failed call that takes a
 * pointer to this structure fills it in and NUL-terminates the text. A call that
 * succeeds does not write to it.
 *
 * The text of an error that ends a session, or prevents one, begins with the target and
 * `: `. The target is the address or the command as it was given, at most 80 bytes of it:
 * `localhost:1234: cannot connect: connection refused`. If a timeout or limit of struct
 * gdbregs_options was exceeded, the text has the name of the member in parentheses, e.g.
 * `(reply_timeout_ms)`. (Since 0.2.)
 *
 * Ownership: the caller owns the structure.
 */
struct gdbregs_error {
	int code;
	char text[240];
};

/** Returns the general text of an error code, e.g. "out of memory"; never NULL. The string is static. */
GDBREGS_API const char *gdbregs_strerror(int code);

/** Returns the name of an error code, e.g. "GDBREGS_ERR_NOMEM", or "GDBREGS_OK" for 0 and above; never NULL. The string is static. */
GDBREGS_API const char *gdbregs_error_name(int code);

/** Returns the version of the library that is linked, e.g. "0.2.0". The string is static. */
GDBREGS_API const char *gdbregs_version(void);

/**
 * Returns the version of the library that is linked as a number, e.g. 0x000200.
 * `GDBREGS_VERSION_NUMBER` is the version of the header.
 * Since: 0.2.
 */
GDBREGS_API unsigned gdbregs_version_number(void);

/* ------------------------------------------------------------ objects --- */

struct gdbregs_context;     /* opaque: what sessions share */
struct gdbregs_session;     /* opaque: one connection */
struct gdbregs_register;    /* opaque: a register of one type of vCPU */
struct gdbregs_description; /* opaque: a resolved target description */

/** A register of a vCPU, as in QEMU's plugin interface. */
struct gdbregs_reg_descriptor {
	const struct gdbregs_register *handle; /* borrowed from the context */
	const char *name;                      /* interned: equal strings are equal pointers */
	const char *feature;                   /* interned; NULL if the description gives it no name */
};

/** The registers of one feature element, as a range of the descriptor array. */
struct gdbregs_feature {
	const char *name; /* interned; NULL if the description gives it no name */
	size_t first;     /* index of its first descriptor */
	size_t count;     /* number of descriptors */
};

/**
 * Bytes that the library writes and the caller owns. Initialise a buffer with
 * zeros. Calls enlarge it as needed, and a buffer may be used for any number of
 * calls, one after the other. Free its memory with gdbregs_buffer_fini().
 */
struct gdbregs_buffer {
	uint8_t *data;
	size_t size;     /* bytes in use */
	size_t capacity; /* bytes allocated */
};

/** The access to registers that a session has. It does not limit gdbregs_packet(). */
enum gdbregs_access {
	GDBREGS_NO_REGS, /* list registers only: reads fail with ACCESS */
	GDBREGS_R_REGS,  /* read */
	GDBREGS_RW_REGS, /* read and write */
};

/**
 * How the target is left when a session ends, whether it is closed or has
 * failed. A guest that must not run, according to QEMU, is left halted in any case:
 * it is being migrated, is suspended, or was stopped for an error.
 */
enum gdbregs_on_close {
	GDBREGS_ON_CLOSE_RESTORE, /* halted if the stub proves that it was halted before; else running */
	GDBREGS_ON_CLOSE_RESUME,  /* running */
	GDBREGS_ON_CLOSE_HALT,    /* halted */
};

/**
 * How a session left its target, as far as the stub's replies prove it.
 * libgdbregs(7) lists what stubs do. Since 0.2.
 */
enum gdbregs_left {
	GDBREGS_LEFT_UNKNOWN,  /* the connection was lost, or a reply is missing */
	GDBREGS_LEFT_RUNNING,  /* the stub accepted a resume, or confirmed the detach and is known to resume then */
	GDBREGS_LEFT_DETACHED, /* the stub confirmed the detach; this should resume the target, but not every stub does so */
	GDBREGS_LEFT_HALTED,   /* the target was stopped when the connection was closed */
	GDBREGS_LEFT_ENDED,    /* the program or the command has ended */
};

/** Whether requests are sent before the replies to earlier ones have arrived. */
enum gdbregs_pipeline {
	GDBREGS_PIPELINE_AUTO, /* on stubs that are known to support it: QEMU system emulation, gdbserver, lldb-server, valgrind */
	GDBREGS_PIPELINE_OFF,  /* never: one packet at a time */
};

/** The byte order of a value. */
enum gdbregs_byte_order {
	GDBREGS_BYTE_ORDER_UNKNOWN, /* neither the stub nor the architecture determines it */
	GDBREGS_BYTE_ORDER_LITTLE,
	GDBREGS_BYTE_ORDER_BIG,
};

/** How the byte order of a vCPU is known. Since 0.2. */
enum gdbregs_byte_order_source {
	GDBREGS_BYTE_ORDER_FROM_NOTHING,      /* it is unknown */
	GDBREGS_BYTE_ORDER_FROM_ARCHITECTURE, /* the architecture that the description, the stub or the option `architecture` names; or the program of the stub (its auxiliary vector) */
	GDBREGS_BYTE_ORDER_FROM_ASSUMPTION,   /* little-endian is assumed for arm and aarch64, as in GDB */
	GDBREGS_BYTE_ORDER_FROM_MSR,          /* the bit LE of the vCPU's msr: PowerPC on QEMU */
	GDBREGS_BYTE_ORDER_FROM_USER,         /* the option `byte_order` */
};

/* ------------------------------------------------------------ context --- */

/**
 * Make a context with one reference.
 * Errors: NOMEM, INVAL (out is NULL).
 * Ownership: the caller owns the reference and drops it with
 * gdbregs_context_unref().
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_context_new(struct gdbregs_context **out);

/** Add a reference to a context. Returns ctx, which may be NULL. */
GDBREGS_API struct gdbregs_context *gdbregs_context_ref(struct gdbregs_context *ctx);

/**
 * Drop a reference to a context. Dropping the last one frees the context with all
 * its names, descriptions and handles. Each session holds a reference of its own.
 * ctx may be NULL.
 */
GDBREGS_API void gdbregs_context_unref(struct gdbregs_context *ctx);

/* ------------------------------------------------------------ options --- */

/** The direction of a traced packet. */
enum gdbregs_direction { GDBREGS_SENT, GDBREGS_RECEIVED };

/**
 * Called for every packet, acknowledgement and interrupt byte that is sent or
 * received. `bytes` has it as on the wire, framing included. The bytes are valid
 * during the call only. The callback must not call functions of the session.
 */
typedef void (*gdbregs_trace_cb)(void *arg, enum gdbregs_direction direction, const void *bytes,
				 size_t size);

/**
 * How to connect. Initialise the structure with `GDBREGS_OPTIONS_INIT` or
 * gdbregs_options_init(), then change the members that you need. A limit, timeout or
 * deadline of 0 means its default.
 *
 * The structure grows from version to version. The member `size` is the size that the
 * program was compiled with. A program that was compiled with an older header gets the
 * defaults of newer members. A program that was compiled with a newer header is refused
 * with INVAL if it sets members that the library does not know.
 */
struct gdbregs_options {
	size_t size; /* sizeof(struct gdbregs_options), set by the initialisers */
	enum gdbregs_access access;      /* default GDBREGS_R_REGS */
	enum gdbregs_on_close on_close;  /* default GDBREGS_ON_CLOSE_RESTORE */
	unsigned connect_timeout_ms;     /* name lookup and TCP handshake, for all addresses together; default 5000 */
	unsigned reply_timeout_ms;       /* for each reply; default 5000 */
	unsigned first_reply_timeout_ms; /* for the first reply of the stub; default reply_timeout_ms */
	/* A file that is used instead of the stub's description. Its includes are beside it. Default NULL. */
	const char *description_path;
	/* Used if the stub describes no registers: a name as for gdbregs_shipped_find(), or the path
	 * of a file, with a `/` in it. Its byte order is used if nothing else determines the byte
	 * order. Default NULL. */
	const char *architecture;
	bool step_irq; /* QEMU: let interrupts and timers through during steps; default false */
	gdbregs_trace_cb trace;          /* default NULL */
	void *trace_arg;                 /* passed to `trace` */
	/* Limits on what a stub can make the library hold. Exceeding one is GDBREGS_ERR_LIMIT. */
	size_t max_packet_bytes;      /* a decoded packet; a number below 512 counts as 512; default 1 MiB */
	size_t max_description_bytes; /* all documents of a session; and one description with its includes expanded; default 16 MiB */
	size_t max_registers;         /* in one description; default 131072 */
	size_t max_register_bits;     /* of one register; default 524288 */
	size_t max_register_number;   /* the stub's number; default 1048575 */
	size_t max_includes;          /* xi:include elements expanded; default 1024 */
	size_t max_include_depth;     /* below target.xml; default 31 */
	size_t max_element_depth;     /* of XML elements; default 64 */
	size_t max_types;             /* type elements, fields and values together; default 1048576 */
	size_t max_vcpus;             /* of a session; default 4096 */
	unsigned spin_us; /* how long a blocking call polls before it sleeps, in microseconds; 0: it sleeps at once; default 200 */
	/* Connect also if the stub describes no registers and no option does: its vCPUs have none, and
	 * functions that need them fail with NO_DESCRIPTION. Default false. */
	bool description_optional;
	size_t max_name_bytes;        /* a name in a description, or a thread id; default 1024 */
	size_t max_context_bytes;     /* descriptions of a context, as served and as resolved; default 32 MiB */
	enum gdbregs_pipeline pipeline; /* default GDBREGS_PIPELINE_AUTO */
	size_t max_session_registers; /* of all vCPUs of a session; default 1048576 */
	size_t max_value_bytes;       /* values of one gdbregs_read_registers(); those beyond it have the status LIMIT; default 32 MiB */
	/* From the open connection, or the start of the command, until the session is ready. If
	 * first_reply_timeout_ms is set, it is added. Default 120000. */
	unsigned connect_deadline_ms;
	/* Overrides the byte order of all vCPUs. Default GDBREGS_BYTE_ORDER_UNKNOWN: no override. */
	enum gdbregs_byte_order byte_order;
};

/* The defaults, as an initialiser for C, and for C++ from C++11 on. */
#ifdef __cplusplus
static inline struct gdbregs_options gdbregs_options_defaults_(void)
{
	struct gdbregs_options o = gdbregs_options();
	o.size = sizeof(o);
	o.access = GDBREGS_R_REGS;
	o.spin_us = 200;
	return o;
}
#define GDBREGS_OPTIONS_INIT gdbregs_options_defaults_()
#else
#define GDBREGS_OPTIONS_INIT                                                                    \
	{                                                                                       \
		.size = sizeof(struct gdbregs_options), .access = GDBREGS_R_REGS, .spin_us = 200 \
	}
#endif

/**
 * Set every member to its default. o must not be NULL. A macro of this name calls
 * gdbregs_options_init_size() with the size that the program was compiled with. The
 * function itself sets the members of version 0.1 only.
 */
GDBREGS_API void gdbregs_options_init(struct gdbregs_options *o);

/**
 * Set every member to its default.
 * @param size  `sizeof(struct gdbregs_options)` in the program; the library writes
 *              no byte beyond it
 * Since: 0.2.
 */
GDBREGS_API void gdbregs_options_init_size(struct gdbregs_options *o, size_t size);
#define gdbregs_options_init(o) gdbregs_options_init_size((o), sizeof(*(o)))

/* ----------------------------------------------------------- sessions --- */

/**
 * Connect to a gdbstub and learn its vCPUs and their registers. Connecting
 * stops the target. It stays stopped until it is resumed or the session is closed. If
 * a host has several addresses, they are tried in turn.
 *
 * @param ctx      shared context, or NULL for one of the session's own
 * @param address  `HOST:PORT`, `:PORT`, `[V6]:PORT`, `tcp:HOST:PORT` or
 *                 `unix:PATH`; NULL or "" means `localhost:1234`
 * @param o        options, or NULL for the defaults; copied
 * @param out      the session
 * @param err      why the call failed, in words; may be NULL
 *
 * After a failure the target is left as `on_close` says.
 *
 * Errors: NOMEM INVAL; CONNECT if the name is unknown or nothing accepts
 * connections; TIMEOUT CLOSED PROTOCOL; DESCRIPTION if the stub's description or
 * the file named in `o` is bad; NO_DESCRIPTION if the stub serves none and `o`
 * names none, unless `access` is GDBREGS_NO_REGS or `description_optional` is set; LIMIT;
 * IO if a file cannot be read; NO_VCPU if the stub's program has already ended.
 * Ownership: the caller closes *out with gdbregs_close().
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_connect(struct gdbregs_context *ctx, const char *address,
						const struct gdbregs_options *o,
						struct gdbregs_session **out,
						struct gdbregs_error *err);

/**
 * Start a command and talk to the stub on its standard input and output, e.g.
 * `qemu-system-x86_64 -S -gdb stdio -display none`. Both are the same socket. The
 * command inherits standard error. Closing the session ends the command (end of file
 * on its input, then SIGTERM, then SIGKILL) and reaps it. A gdbserver gets SIGTERM
 * first, because it prints lines without end when its input ends. The option
 * `on_close` has no effect.
 *
 * The command leads a process group of its own, with the default actions of all
 * signals. SIGTERM and SIGKILL go to the whole group, so that
 * `sh -c 'qemu ...; true'` leaves no QEMU behind. SIGCHLD is left to the program: the
 * library polls for the command's end while it closes the session. If the program
 * ignores SIGCHLD or waits for any child, it may reap the command first. Then the
 * rest of the process group is not signalled.
 *
 * @param argv  NULL-terminated; argv[0] is looked up in PATH; copied
 *
 * The other parameters are those of gdbregs_connect().
 *
 * Errors: as gdbregs_connect(); SPAWN if the command cannot be started.
 * Ownership: the caller closes *out with gdbregs_close().
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_spawn(struct gdbregs_context *ctx, char *const argv[],
					      const struct gdbregs_options *o,
					      struct gdbregs_session **out,
					      struct gdbregs_error *err);

/**
 * End a session and free it. A running target is stopped, the breakpoints and
 * watchpoints of the session are removed, and the target is left as `on_close` says.
 * The call takes at most `reply_timeout_ms`. s may be NULL. For a session of
 * gdbregs_uv.h, the call does the same as gdbregs_uv_close() without a callback.
 *
 * If the stub refuses to detach, or is known to confirm the detach without resuming,
 * it is sent a request to resume the target.
 *
 * In a forked child of the process that made the session, the call closes descriptors
 * and sends nothing (since 0.2).
 */
GDBREGS_API void gdbregs_close(struct gdbregs_session *s);

/**
 * Have the session report how it leaves the target. *out is set to UNKNOWN at once,
 * and to what is known when the session has ended: before gdbregs_close() returns, or
 * before the callback of gdbregs_uv_close(). Since 0.2.
 *
 * @param out  must stay valid until the session has ended; NULL ends the reporting
 */
GDBREGS_API void gdbregs_report_left(struct gdbregs_session *s, enum gdbregs_left *out);

/**
 * Returns the text of the last error of this session, as one printable line, or "" if
 * no call has failed; never NULL. After a session has ended with an error, every later
 * call that needs the stub fails with that error and its text. A callback of
 * gdbregs_uv.h gets the error of its own request as an argument.
 * Ownership: borrowed until the next call on the session.
 */
GDBREGS_API const char *gdbregs_session_error(const struct gdbregs_session *s);

/** The state of a session. Since 0.2. */
enum gdbregs_session_state {
	GDBREGS_SESSION_STOPPED,    /* the target is stopped: every request is possible */
	GDBREGS_SESSION_RUNNING,    /* the target was resumed, and its stop has not been reported yet */
	GDBREGS_SESSION_EXITED,     /* the program has ended: requests that need a vCPU fail with NO_VCPU */
	GDBREGS_SESSION_FAILED,     /* the session has failed or is being closed: every request fails, and it can only be closed */
	GDBREGS_SESSION_CONNECTING, /* gdbregs_uv.h only: the callback of the connecting call has not been called yet */
};

/**
 * Returns the state of a session, or FAILED if s is NULL. Serves the sessions of this
 * header and of gdbregs_uv.h.
 * Since: 0.2.
 */
GDBREGS_API enum gdbregs_session_state
gdbregs_session_state(const struct gdbregs_session *s);

/* -------------------------------------------------------------- vCPUs --- */

/* The functions of this section that cannot fail return 0, NULL or UNKNOWN if s is NULL
 * or there is no such vCPU. */

/**
 * Returns the number of vCPUs that the stub has listed, in all clusters. They are
 * numbered from 0. A thread that starts while the target runs is added at the
 * end when a stop reply names it for the first time.
 */
GDBREGS_API unsigned gdbregs_vcpu_count(const struct gdbregs_session *s);

/** Returns the thread id of a vCPU as the stub writes it, e.g. "p01.01", or NULL if the vCPU has none. Borrowed until the session is closed. */
GDBREGS_API const char *gdbregs_vcpu_thread(const struct gdbregs_session *s, unsigned vcpu);

/** Returns what the stub said about a vCPU when the session was connected, made printable, e.g. "CPU#0 [running]", or NULL if it said nothing. Borrowed until the session is closed. */
GDBREGS_API const char *gdbregs_vcpu_name(const struct gdbregs_session *s, unsigned vcpu);

/**
 * Returns a known problem of the stub with a vCPU, as one printable line, or NULL if
 * there is none:
 *  - Registers are UNAVAILABLE because the stub does not support `p` and its `g` reply
 *    does not fit the description, or because `p` ignores the selected thread.
 *  - All values of two threads are equal, so the stub may ignore which one is selected.
 *  - After gdbregs_interrupt(), until the target stops: the stub may be unable to
 *    interrupt it.
 *
 * Since: 0.2.
 * Ownership: borrowed until the next call that reads registers.
 */
GDBREGS_API const char *gdbregs_vcpu_note(const struct gdbregs_session *s, unsigned vcpu);

/** The activity of a vCPU while the target runs. Since 0.2. */
enum gdbregs_vcpu_state {
	GDBREGS_VCPU_UNKNOWN, /* the stub does not report it */
	GDBREGS_VCPU_RUNNING, /* it executes instructions */
	GDBREGS_VCPU_HALTED,  /* it waits for an interrupt, or has not been started */
};

/**
 * Ask the stub for the state of a vCPU at this stop. QEMU reports it; most other stubs do
 * not.
 * Since: 0.2.
 *
 * @return  an enum gdbregs_vcpu_state, or a negative error
 *
 * Errors: INVAL NO_VCPU RUNNING NOMEM. These leave the session as it was. TIMEOUT CLOSED
 * PROTOCOL end it.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_vcpu_state(struct gdbregs_session *s, unsigned vcpu);

/** Returns the architecture that the description names, e.g. "i386:x86-64", or NULL. Interned. */
GDBREGS_API const char *gdbregs_vcpu_architecture(const struct gdbregs_session *s, unsigned vcpu);

/**
 * Returns the byte order of the vCPU's registers. The first of these that determines it
 * counts:
 *  - the option `byte_order`;
 *  - the stub (LLDB's stubs report it);
 *  - on QEMU's PowerPC, the bit LE of the vCPU's msr;
 *  - the architecture. arm and aarch64 are little-endian unless the description says
 *    otherwise;
 *  - the name in the option `architecture`.
 *
 * QEMU's PowerPC swaps its replies while msr.LE is set, so the byte order may change
 * at each stop. Connecting reads msr of all vCPUs, unless the session was opened
 * with GDBREGS_NO_REGS. After each later stop, after a gdbregs_packet() and after a
 * write of msr, the byte order of a vCPU is UNKNOWN until one of its registers is
 * read: msr is read together with it. This costs no round trip on a stub that
 * supports pipelining.
 */
GDBREGS_API enum gdbregs_byte_order gdbregs_vcpu_byte_order(const struct gdbregs_session *s,
							    unsigned vcpu);

/** Returns how gdbregs_vcpu_byte_order() knows the byte order. Since 0.2. */
GDBREGS_API enum gdbregs_byte_order_source
gdbregs_vcpu_byte_order_source(const struct gdbregs_session *s, unsigned vcpu);

/** Returns the vCPU's description, or NULL if there is no such vCPU or it has none. Borrowed from the context. */
GDBREGS_API const struct gdbregs_description *
gdbregs_vcpu_description(const struct gdbregs_session *s, unsigned vcpu);

/* ---------------------------------------------------------- registers --- */

/**
 * Get the registers of a vCPU, in the order of the description.
 * Errors: NOMEM INVAL NO_VCPU; NO_DESCRIPTION if the vCPU has none, which is possible
 * with GDBREGS_NO_REGS and with `description_optional`.
 * Ownership: the caller frees *out with gdbregs_free(). The strings and handles
 * in it belong to the context.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_get_registers(struct gdbregs_session *s, unsigned vcpu,
						      struct gdbregs_reg_descriptor **out,
						      size_t *count);

/** Get the features of a vCPU, as ranges of the array of gdbregs_get_registers(). Errors and ownership are the same, too. */
GDBREGS_API GDBREGS_CHECKED int gdbregs_get_features(struct gdbregs_session *s, unsigned vcpu,
						     struct gdbregs_feature **out, size_t *count);

/** Free an array that the library returned. array may be NULL. */
GDBREGS_API void gdbregs_free(void *array);

/**
 * Find a register by name, in one feature, or in all features if `feature` is
 * NULL.
 *
 * A register that has exactly this name is found. If there is none, these names are
 * tried in turn (since 0.2):
 *  - the other name that the description has for a register, see
 *    gdbregs_register_alias();
 *  - the names of roles: `pc`, `sp`, `fp`, `ps` or `flags`, `ra` or `lr`;
 *  - the names in the ABI of the architecture: `x5` finds RISC-V's `t0`, and
 *    `t0` finds `x5`. On AArch64 with SVE, `v0` finds `z0`, whose first 16 bytes are v0:
 *    `v0.d.f[1]` is `z0.d.f[1]`.
 *
 * gdbregs_register_name() of the result returns the name in the description.
 *
 * Errors: INVAL NO_VCPU NO_DESCRIPTION NO_REGISTER; AMBIGUOUS if several
 * registers have that name.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_find_register(struct gdbregs_session *s, unsigned vcpu,
						      const char *feature, const char *name,
						      const struct gdbregs_register **out);

/** The role of a register, whatever its name. Since 0.2. */
enum gdbregs_role {
	GDBREGS_ROLE_NONE,
	GDBREGS_ROLE_PC,             /* program counter */
	GDBREGS_ROLE_SP,             /* stack pointer */
	GDBREGS_ROLE_FP,             /* frame pointer: the register that the ABI or GCC reserves for it; code need not use it */
	GDBREGS_ROLE_FLAGS,          /* processor status, as GDB's $ps: eflags, cpsr, msr, psr, ... */
	GDBREGS_ROLE_RETURN_ADDRESS, /* where a call puts its return address: lr, ra, rp, ... */
};

/**
 * Find the register that has a role: the register that the description marks with
 * LLDB's attribute `generic`, or else the register that the ABI of the architecture
 * names. Since 0.2.
 * Errors: INVAL NO_VCPU NO_DESCRIPTION; NO_REGISTER if the architecture has no
 * such register.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_find_role(struct gdbregs_session *s, unsigned vcpu,
						  enum gdbregs_role role,
						  const struct gdbregs_register **out);

/* For a NULL handle, the accessors return NULL, 0, UNKNOWN, DESCRIBED or NONE. */

/** Returns the register's name. Interned. */
GDBREGS_API const char *gdbregs_register_name(const struct gdbregs_register *h);
/** Returns the name of its feature, or NULL if the description names none. Interned. */
GDBREGS_API const char *gdbregs_register_feature(const struct gdbregs_register *h);
/** Returns its type as the description writes it, or "int" if the description writes none. Interned. */
GDBREGS_API const char *gdbregs_register_type(const struct gdbregs_register *h);
/** Returns its group as the description writes it, or NULL if the description writes none. Interned. */
GDBREGS_API const char *gdbregs_register_group(const struct gdbregs_register *h);
/** Returns its other name in the description (LLDB's attribute `altname`), or NULL. Interned. Since 0.2. */
GDBREGS_API const char *gdbregs_register_alias(const struct gdbregs_register *h);
/** Returns its role; most registers have NONE. Since 0.2. */
GDBREGS_API enum gdbregs_role gdbregs_register_role(const struct gdbregs_register *h);
/** Returns its size in bits according to the description. The stub's reply may have another size. */
GDBREGS_API unsigned gdbregs_register_bits(const struct gdbregs_register *h);

/** The kind of value that a register holds. */
enum gdbregs_type_kind {
	/* The description does not define the type, or the type's size is not the register's.
	 * (A vector or union may be larger: its elements end with the register.) */
	GDBREGS_TYPE_UNKNOWN,
	GDBREGS_TYPE_INTEGER, /* signed or unsigned, bool, pointers */
	GDBREGS_TYPE_FLOAT,
	GDBREGS_TYPE_ENUM,
	GDBREGS_TYPE_FLAGS,
	GDBREGS_TYPE_STRUCT,
	GDBREGS_TYPE_UNION,
	GDBREGS_TYPE_VECTOR,
};

/** Where the type of a register comes from. Since 0.2. */
enum gdbregs_type_from {
	GDBREGS_TYPE_DESCRIBED, /* the description */
	GDBREGS_TYPE_SHIPPED,   /* a file of the library with the fields of the architecture's registers; the description has a plain integer */
};

/** Returns where its type comes from. Since 0.2. */
GDBREGS_API enum gdbregs_type_from gdbregs_register_type_from(const struct gdbregs_register *h);

/** Returns the kind of its type. */
GDBREGS_API enum gdbregs_type_kind gdbregs_register_kind(const struct gdbregs_register *h);

/**
 * The greatest length of a text of gdbregs_register_format() and gdbregs_field_format(),
 * in bytes without the NUL. A longer text is cut and ends in `...`, and so does the text
 * of a value with more than 65536 parts.
 */
#define GDBREGS_FORMAT_MOST 4100

/**
 * Format a value for people if its type says more than its digits: flags as
 * `[ ZF PF ]`, an enum by name, a float in decimal, a vector as `{1, 2}`, the
 * fields of a struct or union by name. The text is empty if there is nothing to
 * add to the number.
 *
 * @param order  byte order of `bytes`; if it is UNKNOWN, the text is empty
 * @param bytes  the value in that order
 * @param size   its size in bytes, as the stub sent it
 * @param text   its contents are replaced by the text, NUL-terminated;
 *               text->size is the length without the NUL
 *
 * Errors: NOMEM INVAL.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_register_format(const struct gdbregs_register *h,
							enum gdbregs_byte_order order,
							const void *bytes, size_t size,
							struct gdbregs_buffer *text);

/* ------------------------------------------------------------- fields --- */

/**
 * A part of a register, or a whole register: a flag or a bit field, a member of a struct
 * or union, an element of a vector. A field refers to a type and holds no value. The
 * functions take the register's bytes where they need its value.
 *
 * Ownership: the caller owns the structure. It may be copied, needs no freeing, and is
 * valid as long as the context. Its members are private to the library. Later versions
 * keep its size.
 *
 * Threads: functions on fields that take no session may be called from any thread at any
 * time.
 *
 * Bytes: `bytes` and `size` are always the value of the whole register, in target byte
 * order, as gdbregs_read_register() returns it. A value may be shorter than the
 * description says. A field that is not completely within it is UNAVAILABLE.
 *
 * Byte order: `order` is that of the vCPU, see gdbregs_vcpu_byte_order(). If it is UNKNOWN,
 * only fields in a single byte have numbers.
 *
 * Since: 0.2.
 */
struct gdbregs_field {
	const struct gdbregs_register *reg_;
	const void *type_;
	const char *name_;
	const char *type_name_;
	uint32_t off_bytes_, size_bytes_, width_bits_, index_;
	uint8_t place_, whole_, low_bit_, reserved_[13];
};

/** Make a field of a whole register. Errors: INVAL. */
GDBREGS_API GDBREGS_CHECKED int gdbregs_register_field(const struct gdbregs_register *h,
						       struct gdbregs_field *out);

/**
 * Find a part of a register by its path: names of members and indices of elements, as in
 * `ZF`, `v4_float[2]` or `b.u[17]`. The empty path is the register itself. Indices are
 * decimal and begin at 0. If two members have the same name, the first is found. The time
 * of the call depends only on the types on the path.
 *
 * Errors: INVAL; NO_FIELD if there is no such part.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_field_find(const struct gdbregs_register *h,
						   const char *path, struct gdbregs_field *out);

/**
 * Find a register or a part of a register: `eflags`, `eflags.ZF`, `xmm0.v4_float[1]`. A
 * register that has exactly this name is found. Otherwise, the text before a `.` or `[` is
 * the name of a register, and the rest is a path in it.
 *
 * @param feature  the feature of the register, or NULL for all features
 *
 * Errors: those of gdbregs_find_register(), and NO_FIELD.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_find_field(struct gdbregs_session *s, unsigned vcpu,
						   const char *feature, const char *name,
						   struct gdbregs_field *out);
/** Find a field of a description as gdbregs_find_field() does. Errors: INVAL NO_REGISTER AMBIGUOUS NO_FIELD. */
GDBREGS_API GDBREGS_CHECKED int gdbregs_description_find_field(const struct gdbregs_description *d,
							       const char *feature,
							       const char *name,
							       struct gdbregs_field *out);

/* For a NULL field, the functions that describe fields return NULL, 0, UNKNOWN or false. */

/** Returns the register that the field is part of. */
GDBREGS_API const struct gdbregs_register *gdbregs_field_register(const struct gdbregs_field *f);
/** Returns the name of a member or of a register as in the description, "" for reserved bits, or NULL for an element of a vector. */
GDBREGS_API const char *gdbregs_field_name(const struct gdbregs_field *f);
/** Returns its index among the parts of its parent, or 0 for a register. */
GDBREGS_API size_t gdbregs_field_index(const struct gdbregs_field *f);
/** Returns the kind of its type. Bit fields without a type are INTEGER. */
GDBREGS_API enum gdbregs_type_kind gdbregs_field_kind(const struct gdbregs_field *f);
/** Returns its type as the description writes it. Bit fields without a type have the types of GDB: `bool` for one bit, else `uint32` or `uint64`. */
GDBREGS_API const char *gdbregs_field_type(const struct gdbregs_field *f);
/** Returns whether its number may be negative: signed integers and floats. */
GDBREGS_API bool gdbregs_field_is_signed(const struct gdbregs_field *f);
/** Returns its width in bits, according to the description. */
GDBREGS_API unsigned gdbregs_field_bits(const struct gdbregs_field *f);
/**
 * Returns the position of a bit field's least significant bit in the value that contains
 * it, or 0 for other fields. Bit 0 of that value is its least significant bit. The value
 * begins at gdbregs_field_offset_bytes().
 */
GDBREGS_API unsigned gdbregs_field_position(const struct gdbregs_field *f);
/**
 * Returns the offset in the register's bytes, for a bit field that of the value that
 * contains it. Members and elements are in memory order for both byte orders: the first
 * one is in the first bytes.
 */
GDBREGS_API size_t gdbregs_field_offset_bytes(const struct gdbregs_field *f);

/** Returns the number of its parts: members, bit fields (including reserved ones) or elements. */
GDBREGS_API size_t gdbregs_field_count(const struct gdbregs_field *f);
/** Get a part of a field by its index, in constant time. Errors: INVAL; NO_FIELD if the index is too large. */
GDBREGS_API GDBREGS_CHECKED int gdbregs_field_child(const struct gdbregs_field *f, size_t index,
						    struct gdbregs_field *out);
/**
 * Append to a path the step from the parent to the field: `.name` (`name` if the path is
 * empty) or `[index]`. The text is NUL-terminated, and path->size is its length without
 * the NUL. Nothing is appended for a register.
 * Errors: NOMEM INVAL.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_field_append_path(const struct gdbregs_field *f,
							  struct gdbregs_buffer *path);

/** Returns the number of named values of an enum, or 0 if the field is not an enum. */
GDBREGS_API size_t gdbregs_field_enum_count(const struct gdbregs_field *f);
/** Returns the name of the enum's value `index` and stores the value in *value, or returns NULL if the index is too large. value may be NULL. */
GDBREGS_API const char *gdbregs_field_enum_item(const struct gdbregs_field *f, size_t index,
						uint64_t *value);
/** Returns the name that an enum has for a value, or NULL. */
GDBREGS_API const char *gdbregs_field_enum_name(const struct gdbregs_field *f, uint64_t value);
/** Get the value that an enum has for a name. Errors: INVAL; NO_FIELD if it has no such name. */
GDBREGS_API GDBREGS_CHECKED int gdbregs_field_enum_value(const struct gdbregs_field *f,
							 const char *name, uint64_t *value);

/**
 * Get the number of a field, without rounding. Integers, pointers, bit fields, enums,
 * flags, structs of bits, and registers of an unknown type are integers. Floats have
 * numbers, too: a float of 2.0 is 2.
 *
 * gdbregs_field_u64() returns the bits of a signed field of up to 64 bits, without sign
 * extension: a field of 8 bits with the value -1 gives 255.
 *
 * Errors: INVAL UNAVAILABLE; LIMIT if the output cannot hold the number exactly;
 * UNSUPPORTED if the field has no number: it has members or elements in bytes of their
 * own, its float format is unknown, it is a NaN, or the byte order is UNKNOWN.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_field_u64(const struct gdbregs_field *f,
						  enum gdbregs_byte_order order, const void *bytes,
						  size_t size, uint64_t *out);
/** Get the number of a field as gdbregs_field_u64() does, with its sign. Errors: those of gdbregs_field_u64(). */
GDBREGS_API GDBREGS_CHECKED int gdbregs_field_i64(const struct gdbregs_field *f,
						  enum gdbregs_byte_order order, const void *bytes,
						  size_t size, int64_t *out);
/**
 * Get the number of a field as a double, without rounding. Infinities and NaNs are
 * converted; the payload of a NaN must fit, too.
 * Errors: those of gdbregs_field_u64().
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_field_double(const struct gdbregs_field *f,
						     enum gdbregs_byte_order order,
						     const void *bytes, size_t size, double *out);

/**
 * Set the number of a field in a register's bytes. All other bits stay as they are. On
 * failure nothing is changed. A signed field of N bits accepts -2^(N-1) to 2^N - 1, an
 * unsigned field 0 to 2^N - 1.
 *
 * Errors: INVAL UNAVAILABLE; LIMIT if the field cannot hold the number exactly;
 * UNSUPPORTED as for gdbregs_field_u64().
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_field_put_u64(const struct gdbregs_field *f,
						      enum gdbregs_byte_order order, void *bytes,
						      size_t size, uint64_t value);
/** Set a number that may be negative. Errors: those of gdbregs_field_put_u64(). */
GDBREGS_API GDBREGS_CHECKED int gdbregs_field_put_i64(const struct gdbregs_field *f,
						      enum gdbregs_byte_order order, void *bytes,
						      size_t size, int64_t value);
/** Set a number that may be a fraction, an infinity or a NaN. Errors: those of gdbregs_field_put_u64(). */
GDBREGS_API GDBREGS_CHECKED int gdbregs_field_put_double(const struct gdbregs_field *f,
							 enum gdbregs_byte_order order, void *bytes,
							 size_t size, double value);

/**
 * Find the bytes of a field in the register's bytes, in target byte order.
 *
 * @param out       set to the first byte of the field, which is in `bytes`
 * @param out_size  the size of the field in bytes
 *
 * Errors: INVAL UNAVAILABLE; UNSUPPORTED for bit fields, which have no bytes of their own.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_field_bytes(const struct gdbregs_field *f,
						    const void *bytes, size_t size,
						    const uint8_t **out, size_t *out_size);

/**
 * Format the value of a field for people as gdbregs_register_format() does. The text of an
 * integer is its number, e.g. `0x1f`, and that of a value that cannot be decoded is `?`.
 * The text is empty if the byte order is UNKNOWN.
 * Errors: NOMEM INVAL UNAVAILABLE.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_field_format(const struct gdbregs_field *f,
						     enum gdbregs_byte_order order,
						     const void *bytes, size_t size,
						     struct gdbregs_buffer *text);

/**
 * Set a field from text. All other bits stay as they are. On failure nothing is changed.
 * The result does not depend on the locale or on the host. The text is one of these:
 *  - an integer of any length: decimal, or hexadecimal, octal or binary after `0x`, `0o`
 *    or `0b`; a leading `0` also means octal, as in C and GDB; after `-` for signed fields;
 *  - for an enum, also the name of a value;
 *  - for a float, a number such as `1.5`, `-2e10`, `0x1.8p3`, `inf`, `nan` or `nan(0x1)`. It
 *    is rounded as in C, but never to infinity or zero. A leading `0` is not octal: `010` is
 *    ten, as for strtod(). An integer after `0x`, `0o` or `0b` gives the bits of the float;
 *  - `hex:` and the bytes of the field in target byte order. This is not for bit fields,
 *    and it is the only form for fields without a number.
 *
 * Errors: NOMEM UNAVAILABLE; INVAL if the text has another form; LIMIT if the field cannot
 * hold the value; UNSUPPORTED if the field takes no number, or the byte order is UNKNOWN.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_field_parse(const struct gdbregs_field *f, const char *text,
						    enum gdbregs_byte_order order, void *bytes,
						    size_t size);

/**
 * Set a whole register from text, as gdbregs_field_parse() does for its field. A register
 * whose type is not a float also takes an integer of all its bits, e.g. a vector or a union,
 * and a negative one, even if its type is unsigned. Padding in its last byte becomes 0.
 *
 * Since: 0.2.
 * Errors: those of gdbregs_field_parse().
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_register_parse(const struct gdbregs_register *h,
						       const char *text,
						       enum gdbregs_byte_order order, void *bytes,
						       size_t size);

/* ------------------------------------------------------- descriptions --- */

/**
 * Load a target description from a file, without a stub. Documents that it includes are
 * looked for beside it. Of `o`, only the limits apply; o may be NULL.
 * Errors: NOMEM INVAL; IO if a file cannot be read; DESCRIPTION if its contents are bad;
 * LIMIT.
 * Ownership: *out belongs to the context.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_description_load(struct gdbregs_context *ctx,
							 const char *path,
							 const struct gdbregs_options *o,
							 const struct gdbregs_description **out,
							 struct gdbregs_error *err);

/** Get the registers of a description, as gdbregs_get_registers() does for a vCPU. Errors: NOMEM INVAL. */
GDBREGS_API GDBREGS_CHECKED int
gdbregs_description_registers(const struct gdbregs_description *d,
			      struct gdbregs_reg_descriptor **out, size_t *count);
/** Get the features of a description, as gdbregs_get_features() does for a vCPU. Errors: NOMEM INVAL. */
GDBREGS_API GDBREGS_CHECKED int gdbregs_description_features(const struct gdbregs_description *d,
							     struct gdbregs_feature **out,
							     size_t *count);
/** Find a register of a description as gdbregs_find_register() does. Errors: INVAL NO_REGISTER AMBIGUOUS. Since 0.2. */
GDBREGS_API GDBREGS_CHECKED int
gdbregs_description_find_register(const struct gdbregs_description *d, const char *feature,
				  const char *name, const struct gdbregs_register **out);
/** Find a register of a description as gdbregs_find_role() does. Errors: INVAL NO_REGISTER. Since 0.2. */
GDBREGS_API GDBREGS_CHECKED int
gdbregs_description_find_role(const struct gdbregs_description *d, enum gdbregs_role role,
			      const struct gdbregs_register **out);
/** Returns the architecture that it names, or NULL. Interned. */
GDBREGS_API const char *gdbregs_description_architecture(const struct gdbregs_description *d);
/** Returns the operating system ABI that it names, or NULL. Interned. */
GDBREGS_API const char *gdbregs_description_osabi(const struct gdbregs_description *d);

/**
 * Write the description to a buffer as one XML document. Every xi:include is replaced by
 * the document that it names; comments and the DOCTYPE are dropped. The contents of `xml`
 * are replaced; no NUL is added.
 * Errors: NOMEM INVAL.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_description_xml(const struct gdbregs_description *d,
							struct gdbregs_buffer *xml);

/** A document of a description, as the stub served it. Borrowed from the context. */
struct gdbregs_document {
	const char *name;    /* e.g. "target.xml" */
	const uint8_t *data; /* not NUL-terminated */
	size_t size;         /* in bytes */
};

/** Returns the number of documents of a description. Document 0 is target.xml. */
GDBREGS_API size_t gdbregs_description_document_count(const struct gdbregs_description *d);
/** Returns document `index` of a description, or a structure of zeros if there is none. */
GDBREGS_API struct gdbregs_document
gdbregs_description_document(const struct gdbregs_description *d, size_t index);

/**
 * Find the shipped description that a name in gdbregs_options.architecture refers to: the
 * file of that name, or else GDB's default layout of the architecture of that name, e.g.
 * `riscv:rv32`. Since 0.2.
 *
 * @param path  its contents are replaced by the file's path, NUL-terminated;
 *              path->size is its length without the NUL
 *
 * Errors: NOMEM INVAL; IO if there is none.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_shipped_find(const char *name, struct gdbregs_buffer *path);

/**
 * Get the directory of the descriptions and types that are shipped with the library, e.g.
 * `/usr/share/gdbregs`. It is $GDBREGS_XML_DIR if that is set; else `share/gdbregs` of the
 * installation that contains the library or the executable that it is linked into; else
 * the directory that the library was built for. The directory may be missing. Since 0.2.
 *
 * @param path  its contents are replaced by the path, NUL-terminated; path->size
 *              is its length without the NUL
 *
 * Errors: NOMEM INVAL.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_shipped_directory(struct gdbregs_buffer *path);

/* ------------------------------------------------------------ reading --- */

/**
 * Read one register with a `p` packet. A `g` packet is used instead if the stub does not
 * support `p`, or if the stub is not QEMU and its `g` reply has exactly the described
 * registers. The size may differ from that in the description (QEMU sends other sizes
 * for some registers of AVR and AArch64).
 *
 * @param buf  its contents are replaced by the register's bytes
 * @return     the size in bytes as the stub sent it, or a negative error with
 *             `buf` untouched
 *
 * Byte order: target.
 * Errors: INVAL NO_VCPU WRONG_VCPU_TYPE; ACCESS if the session was opened with
 * GDBREGS_NO_REGS; RUNNING; UNAVAILABLE if the stub has no value now; NOMEM; LIMIT
 * if the value is larger than `max_register_bits`; TIMEOUT CLOSED PROTOCOL.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_read_register(struct gdbregs_session *s, unsigned vcpu,
						      const struct gdbregs_register *h,
						      struct gdbregs_buffer *buf);

/** A register to read, and its result. */
struct gdbregs_read {
	unsigned vcpu;                      /* in */
	const struct gdbregs_register *reg; /* in: the handle of the register */
	int status;          /* out: size in bytes, or this register's own GDBREGS_ERR_* */
	const uint8_t *data; /* out: its bytes, target byte order; in `storage`; NULL unless status > 0 */
};

/**
 * Read many registers of any vCPUs. If the stub is known to support pipelining,
 * a batch of any size costs one network round trip plus the stub's own time.
 * Otherwise requests are sent one at a time, with the same results. Registers are read
 * with `g` where gdbregs_read_register() does so. They may also be read with `g` after the
 * library has found that the layout of its reply agrees with the values of `p`.
 *
 * @param reads    array of `count` entries; status and data are written
 * @param count    number of entries; may be 0
 * @param storage  its contents are replaced by the bytes; `data` points into it and is
 *                 valid until it is used again or freed
 * @return         0, or a negative error with `reads` untouched
 *
 * Byte order: target.
 * Errors: as gdbregs_read_register(). An error of one register (NO_VCPU
 * WRONG_VCPU_TYPE UNAVAILABLE INVAL LIMIT) is the status of its entry; the other
 * entries are read.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_read_registers(struct gdbregs_session *s,
						       struct gdbregs_read *reads, size_t count,
						       struct gdbregs_buffer *storage);

/**
 * Read a register or a part of a register as a number. Its name is as for
 * gdbregs_find_field(): `rip`, `pc`, `eflags.ZF`. Since 0.2.
 * Errors: those of gdbregs_find_field(), gdbregs_read_register() and
 * gdbregs_field_u64().
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_read_u64(struct gdbregs_session *s, unsigned vcpu,
						 const char *name, uint64_t *out);

/** Free a buffer's memory and make it empty. buf may be NULL. */
GDBREGS_API void gdbregs_buffer_fini(struct gdbregs_buffer *buf);

/* ------------------------------------------------------------ writing --- */

/**
 * Write one register, and read it back. If it was neither read nor written since the last
 * stop, it is read first for its size.
 *
 * @param bytes  the value
 * @param size   its size in bytes, exactly that which reading the register returns
 *
 * Byte order: target.
 * Errors: as gdbregs_read_register(); ACCESS unless the session was opened with
 * GDBREGS_RW_REGS; INVAL for another size (the text names both sizes); REMOTE if the
 * stub refuses the value; UNSUPPORTED if it cannot write registers; NOT_TAKEN if it
 * accepts the value, but the register has another value afterwards.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_write_register(struct gdbregs_session *s, unsigned vcpu,
						       const struct gdbregs_register *h,
						       const void *bytes, size_t size);

/** A register to write, and its result. Since 0.2. */
struct gdbregs_write {
	unsigned vcpu;                      /* in */
	const struct gdbregs_register *reg; /* in: the handle of the register */
	const void *bytes;                  /* in: the value, target byte order */
	size_t size;                        /* in: its size in bytes, exactly that which reading the register returns */
	int status; /* out: 0, or this register's own GDBREGS_ERR_* */
	struct gdbregs_error *error; /* in: the caller's; filled in if `status` is an error; may be NULL */
};

/**
 * Write many registers of any vCPUs, and read them back. If the stub is known to support
 * pipelining, a batch of any size costs two round trips plus the stub's own time, or three
 * if it has a register that was neither read nor written since the last stop: such a
 * register is read first for its size, which may not be that of the description.
 * Otherwise the registers are written one after the other, with the same results. If a
 * batch has two entries for one register, their order is not defined.
 *
 * All bytes are in the byte order that gdbregs_vcpu_byte_order() returns before the call,
 * even if the batch changes the byte order. Therefore, the `msr` of a PowerPC vCPU is
 * written after all other registers, which costs as many round trips again.
 *
 * @param writes  array of `count` entries; status is written
 * @param count   number of entries; may be 0
 * @return        0, or a negative error with `writes` untouched; errors of entries may
 *                have been filled in
 *
 * Byte order: target.
 * Errors: INVAL ACCESS RUNNING NOMEM TIMEOUT CLOSED PROTOCOL. Other errors of
 * gdbregs_write_register() are the status of their entry; the other registers are written.
 * Since: 0.2.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_write_registers(struct gdbregs_session *s,
							struct gdbregs_write *writes, size_t count);

/* ------------------------------------------------------------ running --- */

/** How a run of the target ended. */
enum gdbregs_stop_kind {
	GDBREGS_STOP_SIGNAL,      /* the target stopped; signal and reason say why */
	GDBREGS_STOP_EXITED,      /* the target has exited; exit_status is set */
	GDBREGS_STOP_TERMINATED,  /* the target was terminated by `signal` */
	GDBREGS_STOP_THREAD_EXIT, /* one thread ended, with exit_status; the others are stopped */
	GDBREGS_STOP_NO_RESUMED,  /* no thread is left that could run */
};

/** Why a target stopped, as far as the stub reports it. QEMU reports breakpoints as SIGNAL only. */
enum gdbregs_stop_reason {
	GDBREGS_REASON_SIGNAL,  /* nothing but the signal */
	GDBREGS_REASON_SWBREAK, /* a software breakpoint */
	GDBREGS_REASON_HWBREAK, /* a hardware breakpoint */
	GDBREGS_REASON_WATCH,   /* a write watchpoint; address is set */
	GDBREGS_REASON_RWATCH,  /* a read watchpoint; address is set */
	GDBREGS_REASON_AWATCH,  /* an access watchpoint; address is set */
	GDBREGS_REASON_OTHER,   /* fork, library, syscall, ... */
};

/**
 * A stop. A call that succeeds writes all members. Later versions keep the size of the
 * structure: they take new members from `reserved`, which is 0 until then.
 */
struct gdbregs_stop {
	enum gdbregs_stop_kind kind;
	enum gdbregs_stop_reason reason; /* SIGNAL only */
	unsigned vcpu;    /* the vCPU that stopped first; UINT_MAX if unknown */
	int signal;       /* SIGNAL and TERMINATED only; in GDB's numbering: 5 step or breakpoint, 2 interrupted */
	int exit_status;  /* EXITED and THREAD_EXIT only */
	uint64_t address; /* of the data; reasons WATCH, RWATCH and AWATCH only */
	uint64_t time_ns; /* when the stop reply arrived, in nanoseconds of CLOCK_MONOTONIC; since 0.2 */
	uint64_t reserved[4];
};

/**
 * Returns the name of a signal in GDB's numbering, e.g. "SIGTRAP" for 5, or NULL if the
 * number has no name. The string is static.
 * Since: 0.2.
 */
GDBREGS_API const char *gdbregs_signal_name(int signal);

/**
 * Execute one instruction on one vCPU. The other vCPUs do not run. Breakpoints of the
 * session at the vCPU's pc are removed for this instruction.
 *
 * A vCPU that does not complete its instruction within `reply_timeout_ms`, for
 * example because it is halted, is interrupted. Then the call fails with TIMEOUT, the
 * target is stopped, and the session can still be used. QEMU keeps such a step pending:
 * when the vCPU wakes up in a later run, that run ends with a stop of this vCPU
 * (QEMU 7.2).
 *
 * @param stop  how the step ended; may be NULL
 *
 * Errors: INVAL NO_VCPU RUNNING NOMEM TIMEOUT UNSUPPORTED; REMOTE if the stub refuses, or
 * if QEMU says that the guest must not run; CLOSED PROTOCOL.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_step(struct gdbregs_session *s, unsigned vcpu,
					     struct gdbregs_stop *stop);

/**
 * Let all vCPUs run, and return without waiting for a stop. Until gdbregs_wait() has reported a
 * stop, calls that need the stub fail with RUNNING. Closing the session stops the
 * target first, to leave it as `on_close` says.
 *
 * A vCPU at a breakpoint of the session first steps over it, as in GDB: the breakpoint is
 * removed, this vCPU alone executes one instruction, and the breakpoint is inserted again
 * (since 0.2). This applies to a vCPU whose stop at the breakpoint was reported, and to a
 * vCPU that was there when the breakpoint was inserted. If a vCPU has reached a breakpoint
 * and the stop of another vCPU was reported instead, the run ends at once with the stop of
 * this vCPU. If the run is interrupted before that instruction is executed, the next run steps
 * over the breakpoint. If something else stops a vCPU while it steps over a breakpoint, e.g. a
 * watchpoint, that is the stop of the run.
 *
 * The call returns after the vCPUs have stepped over their breakpoints. If such an
 * instruction does not complete, e.g. WFI or HLT, the vCPU is interrupted after
 * `reply_timeout_ms`, and the run goes on.
 *
 * Errors: as gdbregs_step().
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_continue(struct gdbregs_session *s);

/**
 * Wait for the stop after gdbregs_continue(). If the target has stopped already, the call
 * reports that stop.
 *
 * @param timeout_ms  0: return at once; negative: wait without limit
 * @param stop        how the run ended; may be NULL
 *
 * Errors: TIMEOUT if the target still runs, so that the call can be repeated; CANCELED
 * after gdbregs_wake(); INVAL if the target was not resumed, or if the end of the program was
 * reported before; REMOTE UNSUPPORTED if the stub refused to resume it; NOMEM CLOSED PROTOCOL.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_wait(struct gdbregs_session *s, int timeout_ms,
					     struct gdbregs_stop *stop);

/**
 * End a gdbregs_wait() of this session: it fails with CANCELED, and the target keeps
 * running. If no wait is under way, the next one ends at once. Several calls
 * before that count as one. If a stop arrives first, the wait reports it, and the next
 * wait ends.
 *
 * This function may be called from any thread and from a signal handler, until
 * gdbregs_close() is called. For a session of gdbregs_uv.h, use uv_async_send() and
 * gdbregs_uv_cancel() instead.
 *
 * Errors: INVAL if s is NULL or a session of gdbregs_uv.h; gdbregs_session_error() does
 * not change.
 * Since: 0.2.
 */
GDBREGS_API int gdbregs_wake(struct gdbregs_session *s);

/**
 * Ask a running target to stop, and return at once. gdbregs_wait() then reports
 * the stop, with signal 2 unless the target stops for another reason first. The call
 * does nothing if the target is stopped, has ended or has already been asked.
 * Errors: INVAL CLOSED, or the error that ended the session.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_interrupt(struct gdbregs_session *s);

/** Kinds of breakpoints and watchpoints. */
enum gdbregs_point {
	GDBREGS_POINT_SOFTWARE, /* breakpoint */
	GDBREGS_POINT_HARDWARE, /* breakpoint that does not change memory */
	GDBREGS_POINT_WRITE,    /* watchpoint on writes to memory */
	GDBREGS_POINT_READ,     /* watchpoint on reads */
	GDBREGS_POINT_ACCESS,   /* watchpoint on both */
};

/**
 * The kind of breakpoint that GDB uses on the architecture:
 *  - 1 on i386, x86-64 and rx;
 *  - 2 on s390, m68k, sh, avr and cris;
 *  - 4 on aarch64, mips, ppc, sparc, alpha, hppa, loongarch, microblaze, nios2 and or1k;
 *  - 4 on arm, but 2 on a microcontroller (M profile) or at an odd address (Thumb);
 *  - 2 or 4 on riscv, the length of the instruction at the address, which is read;
 *  - 0 on other architectures, which QEMU accepts.
 *
 * Since: 0.2.
 */
#define GDBREGS_KIND_DEFAULT 0u

/**
 * Set a breakpoint or watchpoint for all vCPUs. When the session ends, it removes all
 * that are still set.
 *
 * @param kind  for a breakpoint, GDBREGS_KIND_DEFAULT, or the kind of GDB's `Z` packet;
 *              for a watchpoint, its length in bytes, at least 1
 *
 * Errors: INVAL if the same one is already set, or if a watchpoint has length 0; NO_VCPU if
 * the program has ended; RUNNING NOMEM; UNSUPPORTED if the stub does not support this type;
 * REMOTE if it refuses this one; TIMEOUT CLOSED PROTOCOL.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_point_insert(struct gdbregs_session *s,
						     enum gdbregs_point point, uint64_t address,
						     unsigned kind);
/**
 * Remove a breakpoint or watchpoint of this session.
 * Errors: INVAL if it is not set; else as gdbregs_point_insert().
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_point_remove(struct gdbregs_session *s,
						     enum gdbregs_point point, uint64_t address,
						     unsigned kind);
/** Set a software breakpoint: gdbregs_point_insert() with GDBREGS_POINT_SOFTWARE. */
GDBREGS_API GDBREGS_CHECKED int gdbregs_break_insert(struct gdbregs_session *s, uint64_t address,
						     unsigned kind);
/** Remove a software breakpoint: gdbregs_point_remove() with GDBREGS_POINT_SOFTWARE. */
GDBREGS_API GDBREGS_CHECKED int gdbregs_break_remove(struct gdbregs_session *s, uint64_t address,
						     unsigned kind);

/* ----------------------------------------------------------- watching --- */

/**
 * Called for a watched register that has changed while the target ran.
 *
 * @param old_bytes  the previous value; NULL if it was unavailable or had another size
 * @param new_bytes  the value now; NULL if it is unavailable
 * @param size       size in bytes of the values that are not NULL
 *
 * The bytes are valid during the call only. The callback may call any function of the
 * session, including gdbregs_unwatch() and closing it. Resuming the target fails with
 * RUNNING until the stop has been reported.
 *
 * Byte order: target.
 */
typedef void (*gdbregs_change_cb)(void *arg, unsigned vcpu, const struct gdbregs_register *h,
				  const void *old_bytes, const void *new_bytes, size_t size);

/**
 * Watch a register: call back at each stop if its value differs from the value that it had
 * when the target was resumed. All watched registers are read in one batch after each
 * stop. The callbacks are made vCPU by vCPU, by gdbregs_step() and gdbregs_wait() before
 * they return. In a session of gdbregs_uv.h they are made from the loop, before the callback
 * of the stop. A change by gdbregs_write_register() or gdbregs_packet() is not reported. A
 * watch that is added while the target runs takes effect at the next stop. The function
 * serves the sessions of this header and of gdbregs_uv.h.
 *
 * Errors: INVAL NO_VCPU WRONG_VCPU_TYPE ACCESS NOMEM.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_watch(struct gdbregs_session *s, unsigned vcpu,
					      const struct gdbregs_register *h,
					      gdbregs_change_cb cb, void *arg);
/**
 * End a watch that gdbregs_watch() made with the same arguments. cb is not called again.
 * Errors: INVAL if there is none.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_unwatch(struct gdbregs_session *s, unsigned vcpu,
						const struct gdbregs_register *h,
						gdbregs_change_cb cb, void *arg);

/** A register that has changed while the target ran. Since 0.2. */
struct gdbregs_change {
	const struct gdbregs_register *reg;
	const void *old_bytes; /* NULL if it was unavailable or had another size */
	const void *new_bytes; /* NULL if it is unavailable now */
	size_t size;           /* size in bytes of the values that are not NULL */
};

/**
 * Called at a stop if any register of a watched vCPU has changed. `changes` has all that
 * have changed, in the order of the description. The rules of gdbregs_change_cb() apply.
 * Byte order: target.
 * Since: 0.2.
 */
typedef void (*gdbregs_vcpu_change_cb)(void *arg, unsigned vcpu,
				       const struct gdbregs_change *changes, size_t count);

/**
 * Watch all registers of a vCPU as gdbregs_watch() watches one, with one callback for each
 * stop.
 * Since: 0.2.
 * Errors: INVAL NO_VCPU NO_DESCRIPTION ACCESS NOMEM.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_watch_vcpu(struct gdbregs_session *s, unsigned vcpu,
						   gdbregs_vcpu_change_cb cb, void *arg);
/**
 * End a watch that gdbregs_watch_vcpu() made with the same arguments. cb is not called again.
 * Since: 0.2.
 * Errors: INVAL if there is none.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_unwatch_vcpu(struct gdbregs_session *s, unsigned vcpu,
						     gdbregs_vcpu_change_cb cb, void *arg);

/* -------------------------------------------------------- raw packets --- */

/**
 * Send a raw packet and wait for its reply, for requests that have no function of their
 * own. The packet is not checked: the caller is responsible for its effect on the target.
 * The session's access to registers does not apply: `g` and `P` are sent even in a session
 * that was opened with GDBREGS_NO_REGS. If the stub does not answer, the call fails with
 * TIMEOUT and the session ends.
 *
 * @param payload  the payload without `$` and `#`; the call adds escapes
 * @param size     its size in bytes; LIMIT if the stub does not accept such a packet
 * @param reply    its contents are replaced by the payload of the reply. Run-length
 *                 encoding is expanded, escapes of binary payloads are kept. If the
 *                 reply is `OK`, console output (`O` packets) that came before it
 *                 is appended as plain text.
 * @return         0, or a negative error with `reply` untouched
 *
 * Errors: INVAL LIMIT RUNNING NOMEM TIMEOUT CLOSED PROTOCOL; NO_VCPU if the program has
 * ended.
 */
GDBREGS_API GDBREGS_CHECKED int gdbregs_packet(struct gdbregs_session *s, const void *payload,
					       size_t size, struct gdbregs_buffer *reply);

#ifdef __cplusplus
}
#endif

#endif
