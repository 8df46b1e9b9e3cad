/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of a session as far as running the target, watched registers and breakpoints
 * are concerned: plain data. Each struct belongs to one file. */
#ifndef GDBREGS_LIB_SESSION_RUN_STATE_H
#define GDBREGS_LIB_SESSION_RUN_STATE_H

#include <gdbregs.h>

struct gdbregs__op;

#define GDBREGS__ALL_VCPUS UINT32_MAX

/* Where the target is between a resume and the delivery of its stop. */
enum gdbregs__run_phase {
	GDBREGS__RUN_STOPPED, /* it is stopped, and nothing is under way */
	GDBREGS__RUN_PREPARING, /* a resume is queued, its packet has not been sent yet */
	GDBREGS__RUN_STEPPING_OVER, /* the same, but one vCPU steps over a breakpoint: its stop reply is due */
	GDBREGS__RUN_RESUMED, /* the packet was sent, the stop reply is due */
	GDBREGS__RUN_INTERRUPTED, /* the same, and 0x03 was sent after it */
	GDBREGS__RUN_READING_WATCHES, /* it has stopped; the watched registers are being read */
	GDBREGS__RUN_DELIVERING, /* callbacks of watches are running */
};

/* op-run.c: the resumes that were requested and have not ended. */
struct gdbregs__resume {
	struct gdbregs__op *last; /* the one requested last; NULL: it has ended */
	size_t count;
	size_t continues; /* how many of them let all vCPUs run */
	uint64_t requested; /* how many have been requested since connecting */
};

/* step-over.c: a vCPU that has to step over a breakpoint. */
struct gdbregs__step {
	uint32_t vcpu;
	bool has_address; /* false: at an unknown breakpoint */
	bool may_be_halted; /* ask the stub first */
	uint64_t address;
};

/* step-over.c. */
struct gdbregs__step_over {
	uint64_t runs; /* resumes sent since connecting */
	uint64_t all_ran; /* the last of them that let all vCPUs run */
	uint64_t all_reported; /* the last one whose stop named no vCPU */
	uint32_t hit_vcpu; /* the vCPU that has hit a breakpoint in the last run, or ALL_VCPUS */
	uint32_t named_vcpu; /* the one that the last run's stop named, or ALL_VCPUS */
	/* A read of program counters, and the plan that is made of it. */
	struct gdbregs_read *reads;
	struct gdbregs__step *steps;
	size_t read_count, step_count, capacity;
	struct gdbregs_buffer storage;
};

/* qemu.c: the single-step flags of QEMU, if options.step_irq has changed them. */
struct gdbregs__sstep {
	bool asked, changed;
	uint32_t before;
};

/* stop-wait.c: the last stop. */
struct gdbregs__stopped {
	bool pending; /* no wait has taken the stop yet */
	bool continued; /* it ended a run of all vCPUs, not a step */
	uint64_t number; /* of the resume that it ended, counted by `requested` */
	int status; /* 0, or the error that ended the resume instead */
	struct gdbregs_error error; /* in words, if status is negative */
	struct gdbregs_stop stop;
};

/* stop-values.c: registers that came with the stop reply. */
#define GDBREGS__EXPEDITED_MAX 64

struct gdbregs__expedited_value {
	uint64_t regnum;
	size_t off_bytes, size_bytes;
};

struct gdbregs__expedited_values {
	uint32_t vcpu;
	size_t count;
	struct gdbregs__expedited_value values[GDBREGS__EXPEDITED_MAX];
	struct gdbregs_buffer bytes;
};

/* watch-list.c: a whole vCPU is watched, by a watch for each of its registers. */
struct gdbregs__vcpu_watch {
	gdbregs_vcpu_change_cb cb;
	void *arg;
	uint32_t vcpu;
	size_t watches; /* number of its watches in the list */
	struct gdbregs_change *changes; /* room for that many */
};

/* watch-list.c and watch.c. */
struct gdbregs__watch {
	const struct gdbregs_register *reg;
	struct gdbregs__vcpu_watch *all; /* the vCPU that it belongs to, or NULL: cb is called */
	gdbregs_change_cb cb;
	void *arg;
	uint64_t serial;
	uint32_t vcpu;
	bool removed; /* to be removed from the list once nothing points into it */
	bool known; /* status and off_bytes describe the value that was last seen */
	int status; /* its size in bytes, or negative */
	size_t off_bytes; /* in `before` */
};

struct gdbregs__watches {
	struct gdbregs__watch *list;
	size_t count, capacity, removed;
	size_t found; /* index of the watch that was removed last; may be above count */
	uint64_t serial;
	bool unsorted;
	bool stale; /* the values have to be read before the target is resumed */
	bool due; /* reads have values of the last stop that have not been delivered yet */
	bool outside_delivery; /* the blocking calls run the callbacks themselves */
	void (*then)(struct gdbregs_session *s); /* called after the read that follows a stop */
	bool baseline_due; /* reads have the values before the resume */
	/* The read under way: reads[i] is for list[i]; its bytes are in `now`. */
	struct gdbregs_read *reads;
	size_t read_count, read_capacity;
	struct gdbregs_buffer now, before;
};

/* op-points.c. */
enum gdbregs__point_state {
	GDBREGS__POINT_INSERTING, /* its packet was sent or is queued */
	GDBREGS__POINT_INSERTED,
	GDBREGS__POINT_REMOVING, /* its packet was sent or is queued */
};

/* The state of a breakpoint that a vCPU steps over. */
enum gdbregs__lift {
	GDBREGS__LIFT_NONE,
	GDBREGS__LIFT_ASKED, /* its removal was sent */
	GDBREGS__LIFT_DONE, /* it is removed */
	GDBREGS__LIFT_REFUSED, /* the stub has refused */
};

struct gdbregs__point {
	enum gdbregs_point type;
	unsigned kind; /* as the caller named it */
	unsigned sent_kind; /* the same, or the default of the architecture */
	uint64_t address;
	enum gdbregs__point_state state;
	bool in_stub; /* the stub has it now */
	enum gdbregs__lift lift;
	uint64_t inserted; /* after which run, counted by step_over.runs */
};

struct gdbregs__points {
	struct gdbregs__point *list;
	size_t count, capacity;
};

struct gdbregs__run_state {
	enum gdbregs__run_phase phase;
	uint64_t interrupted_ms; /* when 0x03 was sent, for GDBREGS__RUN_INTERRUPTED */
	struct gdbregs__resume resume;
	struct gdbregs__sstep sstep;
	struct gdbregs__stopped stopped;
	struct gdbregs__expedited_values expedited;
	struct gdbregs__watches watches;
	struct gdbregs__points points;
	struct gdbregs__step_over step_over;
	bool *gone; /* set to true when the session is freed */
};

/* A stop reply is due. */
static inline bool gdbregs__run_is_resumed(const struct gdbregs__run_state *run)
{
	return run->phase == GDBREGS__RUN_STEPPING_OVER || run->phase == GDBREGS__RUN_RESUMED ||
	       run->phase == GDBREGS__RUN_INTERRUPTED;
}

/* Room for any packet that takes back what we have changed in the stub. */
#define GDBREGS__UNDO_TEXT 40

#endif
