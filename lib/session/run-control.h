/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layer 5. What a session remembers of running, watching and points: plain data
 * that struct gdbregs_session embeds. Each struct belongs to one file. */
#ifndef GDBREGS_LIB_SESSION_CONTROL_H
#define GDBREGS_LIB_SESSION_CONTROL_H

#include <gdbregs.h>

struct gdbregs__op;

/* session-run.c: the resume under way. */
struct gdbregs__resume {
	struct gdbregs__op *op; /* NULL: none */
	bool out; /* its packet was sent, the stop reply is due */
	bool interrupt_due; /* 0x03 is to follow the packet */
	bool interrupted; /* 0x03 was sent behind it */
	bool vcont, vcont_known;
	/* QEMU's single-step flags, where options.step_irq changed them. */
	bool sstep_asked, sstep_changed;
	uint32_t sstep_before;
};

/* stop-wait.c: the last stop. */
struct gdbregs__stopped {
	bool reporting; /* the target has stopped; the watched registers are being read */
	bool kept; /* nobody has taken the stop yet */
	int status; /* 0, or what became of the resume instead */
	struct gdbregs_error error; /* in words, where status is negative */
	struct gdbregs_stop stop;
};

/* session-expedited.c: registers that came with the stop reply. */
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

/* session-watch.c. */
struct gdbregs__watch {
	const struct gdbregs_register *reg;
	gdbregs_change_cb cb;
	void *arg;
	uint64_t serial;
	uint32_t vcpu;
	bool removed; /* taken out of the list once nothing points into it */
	bool known; /* status and off_bytes are the value that was last seen */
	int status; /* its size in bytes, or negative */
	size_t off_bytes; /* in `before` */
};

struct gdbregs__watches {
	struct gdbregs__watch *list;
	size_t count, capacity, removed;
	uint64_t serial;
	bool unsorted;
	bool stale; /* the values have to be read before the target is resumed */
	bool due; /* reads hold what a stop has brought, not told yet */
	bool delivering; /* callbacks are being called */
	void (*then)(struct gdbregs_session *s); /* what follows the read after a stop */
	struct gdbregs__op *baseline; /* reads the values before a resume */
	uintptr_t baselines; /* how many there were */
	/* The flight: reads[i] is list[i]'s; its bytes stand in `now`. */
	struct gdbregs_read *reads;
	size_t read_count, read_capacity;
	struct gdbregs_buffer now, before;
};

/* session-points.c. */
enum gdbregs__point_state {
	GDBREGS__POINT_INSERTING, /* asked for, or about to be */
	GDBREGS__POINT_INSERTED,
	GDBREGS__POINT_REMOVING, /* likewise */
};

struct gdbregs__point {
	enum gdbregs_point type;
	unsigned kind;
	uint64_t address;
	enum gdbregs__point_state state;
};

struct gdbregs__points {
	struct gdbregs__point *list;
	size_t count, capacity;
};

#endif
