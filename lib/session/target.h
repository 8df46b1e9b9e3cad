/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The processes and vCPUs of the target, and whether it may run. Hides: how the tables
 * grow, and that a stub may list a thread twice. */
#ifndef GDBREGS_LIB_SESSION_TARGET_H
#define GDBREGS_LIB_SESSION_TARGET_H

#include "rsp/thread-id.h"
#include "tdesc/g-layout.h"
#include "util/buffer.h"
#include "util/hash-table.h"
#include "util/siphash.h"

/* The documents of the description of a process, see op-discover-describe.c. */
struct gdbregs__documents {
	struct gdbregs__fetched *list;
	size_t count, capacity;
	size_t next; /* the first document that may have something to request */
};

/* A process of the stub: on QEMU, a cluster. */
struct gdbregs__process {
	int64_t pid; /* 0: the stub has no multiprocess ids */
	bool attached;
	bool has_thread;
	struct gdbregs__thread_id thread; /* one of its threads */
	struct gdbregs__documents documents; /* while connecting */
	const struct gdbregs_description *description;
	const struct gdbregs_register
		*msr; /* the msr that decides the byte order, see order.c; NULL: there is none */
	/* The layout of g that follows from the description, if it was asked for and fits */
	struct gdbregs__g_layout *described_layout;
	bool g_preferred; /* described_layout has all registers: read them by g, as GDB does */
	bool g_banned; /* g did not have the verified layout: use p only */
	char note[160]; /* a known problem with its registers, or "" */
	unsigned g_interest; /* batches that g could have served */
	uint64_t g_interest_batch; /* the last of them */
};

struct gdbregs__vcpu {
	struct gdbregs__thread_id id;
	bool has_id;
	char *thread; /* as the stub wrote it */
	char *name; /* printable */
	uint32_t process;
	enum gdbregs_byte_order msr_order; /* according to msr at the stop msr_stop, see order.c */
	uint64_t msr_asked, msr_stop; /* numbers of stops, as in struct gdbregs__target */
	/* The last run that it took part in, and the last one whose stop named it; see
	 * session/step-over.c. */
	uint64_t ran, reported;
	/* The registers whose size is known, a bit each, see session/stop-values.c. NULL: none. */
	uint8_t *sized;
	uint64_t sized_at; /* when that was: target.sizes_valid */
	/* The last run in which it was to step over a breakpoint, and where that is. */
	uint64_t stepped_over;
	uint64_t stepped_over_address;
};

/* Why the target is halted, as far as QEMU's monitor reports it. */
struct gdbregs__halt_status {
	bool was_halted; /* proven: it was halted before we connected */
	bool by_others; /* the last resume was ended by QEMU or by its monitor */
	char must_not_run[24]; /* the reason why QEMU says that it must not run, or "" */
	bool asked, known;
	struct gdbregs_buffer text; /* what `info status` has printed so far */
};

struct gdbregs__target {
	struct gdbregs__process *processes;
	size_t process_count, process_capacity;
	struct gdbregs__vcpu *vcpus;
	size_t vcpu_count, vcpu_capacity;
	struct gdbregs__table by_id; /* vCPUs by thread id, see target.c */
	struct gdbregs__hash_key hash_key; /* of by_id */
	size_t document_count, document_bytes, document_pieces; /* fetched for all processes */
	const struct gdbregs_description *given; /* used instead of the stub's */
	const struct gdbregs_description *fallback; /* used if the stub serves none */
	bool exited; /* the program has ended */
	bool msr_decides; /* in some process, msr decides the byte order */
	uint64_t stop; /* counts what may have changed msr: stops, raw packets */
	uint64_t sizes_valid; /* counts what may have changed sizes, writes among it */
	size_t sized_bytes; /* of all vCPUs */
	struct gdbregs__halt_status halt;
};

/* Returns the process of a vCPU that the target has. */
static inline struct gdbregs__process *gdbregs__process_of(const struct gdbregs__target *target,
							   uint32_t vcpu)
{
	return &target->processes[target->vcpus[vcpu].process];
}

/* Returns the index of the process with this pid, which is added if it is new. Returns
 * NOMEM, or LIMIT beyond `most`; the error is set. */
int gdbregs__target_process(struct gdbregs_session *s, int64_t pid, size_t most);

/* The stub has named a process; the process that it started with gets the first pid.
 * Returns 0 or NOMEM. */
int gdbregs__target_note_pid(struct gdbregs_session *s, int64_t pid);

/* Add a vCPU unless it is there already. id NULL: the stub has no thread ids. Returns 0,
 * NOMEM or LIMIT; the error is set. */
int gdbregs__target_add_vcpu(struct gdbregs_session *s, const struct gdbregs__thread_id *id,
			     const char *text, size_t length, uint32_t process);

/* Returns the vCPU with this id, or UINT_MAX if it was not listed. */
unsigned gdbregs__target_find_vcpu(struct gdbregs_session *s, const struct gdbregs__thread_id *id);

/* The same for a stop: a thread that was not listed was started since, and is added.
 * Returns UINT_MAX if that is impossible, or if there is no memory. */
unsigned gdbregs__target_stopped_vcpu(struct gdbregs_session *s,
				      const struct gdbregs__thread_id *id);

/* Returns 0 if the target has the vCPU, or NO_VCPU; the error is set. */
int gdbregs__target_check_vcpu(struct gdbregs_session *s, unsigned vcpu);
/* Returns the description of a vCPU, or NULL if there is no such vCPU or it has none. */
const struct gdbregs_description *gdbregs__target_description(const struct gdbregs_session *s,
							      unsigned vcpu);
/* Returns 0 if the vCPU has the register, or an error, which is set. */
int gdbregs__target_check_register(struct gdbregs_session *s, unsigned vcpu,
				   const struct gdbregs_register *h);

/* Note that g has `bytes` bytes, which does not fit the description, and that there is
 * no p. */
void gdbregs__process_note_size(struct gdbregs__process *process, size_t bytes);

/* Set the name of a vCPU from the hex digits of qThreadExtraInfo. Other text is ignored.
 * Returns 0 or NOMEM. */
int gdbregs__target_name_vcpu(struct gdbregs_session *s, uint32_t vcpu, const uint8_t *hex,
			      size_t hexlen);

/* Remove all vCPUs, before they are listed again. */
void gdbregs__target_clear_vcpus(struct gdbregs__target *target);
void gdbregs__target_fini(struct gdbregs__target *target);

#endif
