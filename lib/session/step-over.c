/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs are counted. A vCPU has reported its place if the stop of its last run named it. A
 * breakpoint is known to a vCPU if it was inserted after that run, or if the vCPU was to step
 * over it in that run and was interrupted before. In these cases the caller knows that the vCPU
 * is there. In all other cases its hit must still be reported. */
#include "session/step-over.h"
#include "session/op-points.h"
#include "session/op-read.h"
#include "session/order.h"

#include "tdesc/roles.h"
#include "util/alloc.h"

#include <limits.h>
#include <string.h>

/* pc, and on x86 cs and cr0. */
#define READS_MAX 3

/* ------------------------------------------------------------- who has run where --- */

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t last_run(const struct gdbregs_session *s, uint32_t vcpu)
{
	return later(s->target.vcpus[vcpu].ran, s->run.step_over.all_ran);
}

static bool has_reported(const struct gdbregs_session *s, uint32_t vcpu)
{
	return later(s->target.vcpus[vcpu].reported, s->run.step_over.all_reported) >=
	       last_run(s, vcpu);
}

void gdbregs__step_over_ran(struct gdbregs_session *s, const struct gdbregs__step *moving)
{
	struct gdbregs__step_over *off = &s->run.step_over;

	off->runs++;
	off->hit_vcpu = GDBREGS__ALL_VCPUS;
	off->named_vcpu = moving->vcpu;
	if (moving->vcpu == GDBREGS__ALL_VCPUS) {
		off->all_ran = off->runs;
		return;
	}
	struct gdbregs__vcpu *vcpu = &s->target.vcpus[moving->vcpu];
	vcpu->ran = off->runs;
	if (moving->has_address) {
		vcpu->stepped_over = off->runs;
		vcpu->stepped_over_address = moving->address;
	}
}

void gdbregs__step_over_completed(struct gdbregs_session *s, uint32_t vcpu)
{
	s->target.vcpus[vcpu].stepped_over = 0;
}

/* The vCPU was to step over a breakpoint in its last run and may not have moved, because it
 * was interrupted before. */
static bool may_be_stuck(const struct gdbregs_session *s, uint32_t vcpu)
{
	uint64_t run = s->target.vcpus[vcpu].stepped_over;

	return run && run == last_run(s, vcpu);
}

/* An interrupted vCPU may be at a breakpoint that it has not hit yet, and so may a vCPU
 * that has hit a watchpoint. */
static bool reports_place(const struct gdbregs_stop *stop)
{
	return stop->kind == GDBREGS_STOP_SIGNAL && stop->signal == GDBREGS__SIGNAL_TRAP &&
	       stop->reason <= GDBREGS_REASON_HWBREAK;
}

void gdbregs__step_over_stopped(struct gdbregs_session *s, const struct gdbregs_stop *stop,
				bool continued)
{
	struct gdbregs__step_over *off = &s->run.step_over;

	off->named_vcpu = stop->vcpu == UINT_MAX ? GDBREGS__ALL_VCPUS : stop->vcpu;
	if (!reports_place(stop))
		return;
	if (stop->vcpu == UINT_MAX) {
		off->all_reported = off->runs;
		return;
	}
	s->target.vcpus[stop->vcpu].reported = off->runs;
	if (continued)
		off->hit_vcpu = stop->vcpu;
}

/* ------------------------------------------------------------------ breakpoints --- */

/* The stub has it, or will have it again after the step that is under way. */
static bool is_breakpoint(const struct gdbregs__point *point)
{
	return (point->in_stub || point->lift == GDBREGS__LIFT_DONE) &&
	       point->type <= GDBREGS_POINT_HARDWARE;
}

/* Returns whether there is any breakpoint, and in *since after which run the last of them
 * was inserted. */
static bool last_inserted(const struct gdbregs_session *s, uint64_t *since)
{
	bool any = false;

	*since = 0;
	for (size_t i = 0; i < s->run.points.count; i++) {
		if (!is_breakpoint(&s->run.points.list[i]))
			continue;
		any = true;
		*since = later(*since, s->run.points.list[i].inserted);
	}
	return any;
}

/* Returns whether a breakpoint matters to a vCPU that is at its address. */
typedef bool matters_fn(const struct gdbregs_session *s, uint32_t vcpu,
			const struct gdbregs__point *point);

static bool is_there(const struct gdbregs_session *s, uint32_t vcpu,
		     const struct gdbregs__point *point)
{
	(void)s, (void)vcpu;
	return is_breakpoint(point);
}

static bool was_seen(const struct gdbregs_session *s, uint32_t vcpu,
		     const struct gdbregs__point *point)
{
	if (!is_breakpoint(point))
		return false;
	if (may_be_stuck(s, vcpu) && point->address == s->target.vcpus[vcpu].stepped_over_address)
		return true;
	return has_reported(s, vcpu) || point->inserted >= last_run(s, vcpu);
}

static bool has_one(const struct gdbregs_session *s, uint32_t vcpu, matters_fn *matters,
		    uint64_t address)
{
	for (size_t i = 0; i < s->run.points.count; i++) {
		const struct gdbregs__point *point = &s->run.points.list[i];

		if (point->address == address && matters(s, vcpu, point))
			return true;
	}
	return false;
}

/* -------------------------------------------------------------------- locating --- */

static int reserve(struct gdbregs__step_over *off, size_t vcpus)
{
	if (vcpus <= off->capacity)
		return 0;
	struct gdbregs_read *reads =
		gdbregs__realloc_array(off->reads, READS_MAX * vcpus, sizeof(*reads));
	if (!reads)
		return GDBREGS_ERR_NOMEM;
	off->reads = reads;
	struct gdbregs__step *steps = gdbregs__realloc_array(off->steps, vcpus, sizeof(*steps));
	if (!steps)
		return GDBREGS_ERR_NOMEM;
	off->steps = steps;
	off->capacity = vcpus;
	return 0;
}

static void add_read(struct gdbregs__step_over *off, uint32_t vcpu,
		     const struct gdbregs_register *reg)
{
	if (reg)
		off->reads[off->read_count++] = (struct gdbregs_read){
			.vcpu = vcpu, .reg = reg, .status = GDBREGS_ERR_UNAVAILABLE};
}

static const struct gdbregs_register *named(const struct gdbregs_description *d, const char *name)
{
	const struct gdbregs_register *found = NULL;

	return gdbregs__description_find(d, NULL, name, &found) == 0 ? found : NULL;
}

/* QEMU's breakpoints on x86 are at linear addresses; in real mode, a segment's base is
 * added to the program counter. */
static void add_reads(struct gdbregs_session *s, uint32_t vcpu)
{
	const struct gdbregs_description *d = gdbregs__target_description(s, vcpu);
	const struct gdbregs_register *pc = d ? gdbregs__roles_get(d, GDBREGS_ROLE_PC) : NULL;

	add_read(&s->run.step_over, vcpu, pc);
	if (!pc || !d->architecture || strncmp(d->architecture, "i386", 4) != 0 ||
	    !gdbregs__stub_is_qemu_system(&s->stub))
		return;
	add_read(&s->run.step_over, vcpu, named(d, "cs"));
	add_read(&s->run.step_over, vcpu, named(d, "cr0"));
}

/* Threads of qemu-user other than the reported one may be running. */
static bool may_be_at_one(const struct gdbregs_session *s, uint32_t vcpu, uint64_t since)
{
	if (s->stub.kind == GDBREGS__STUB_QEMU_USER)
		return has_reported(s, vcpu);
	return has_reported(s, vcpu) || since >= last_run(s, vcpu) || may_be_stuck(s, vcpu);
}

/* Queue the read of the registers that were added, ahead of an op. */
static int queue_reads(struct gdbregs_session *s, struct gdbregs__op *before)
{
	struct gdbregs__step_over *off = &s->run.step_over;

	return off->read_count ? gdbregs__read_ahead(s, before, off->reads, off->read_count,
						     &off->storage, NULL)
			       : 0;
}

int gdbregs__step_over_locate(struct gdbregs_session *s, struct gdbregs__op *before, uint32_t vcpu)
{
	struct gdbregs__step_over *off = &s->run.step_over;
	bool all = vcpu == GDBREGS__ALL_VCPUS;
	uint64_t since;

	off->step_count = off->read_count = 0;
	if (!last_inserted(s, &since))
		return 0;
	if (reserve(off, all ? s->target.vcpu_count : 1) < 0)
		return gdbregs__engine_say_nomem(&s->engine);
	for (uint32_t i = all ? 0 : vcpu; i < (all ? s->target.vcpu_count : vcpu + 1); i++)
		if (!all || may_be_at_one(s, i, since))
			add_reads(s, i);
	return queue_reads(s, before);
}

int gdbregs__step_over_look(struct gdbregs_session *s, struct gdbregs__op *before, uint32_t vcpu)
{
	s->run.step_over.read_count = 0;
	add_reads(s, vcpu);
	return queue_reads(s, before);
}

/* ---------------------------------------------------------------------- planning --- */

static uint64_t number_of(const struct gdbregs_read *read, bool big)
{
	uint64_t number = 0;

	for (int i = 0; i < read->status; i++)
		number = number << 8 | read->data[big ? i : read->status - 1 - i];
	return number;
}

static bool is_number(const struct gdbregs_read *read)
{
	return read->status > 0 && read->status <= 8;
}

/* In real mode of x86, the base of the code segment. At reset it does not follow from cs. */
static bool segment_base(const struct gdbregs_read *reads, size_t count, uint64_t *base)
{
	if (count != READS_MAX || !is_number(&reads[1]) || !is_number(&reads[2]) ||
	    number_of(&reads[2], false) & 1)
		return false;
	*base = number_of(&reads[1], false) << 4;
	return true;
}

/* Find a breakpoint that the vCPU is at and that matters. Returns false if there is
 * none. */
static bool find_place(const struct gdbregs_session *s, const struct gdbregs_read *reads,
		       size_t count, matters_fn *matters, uint64_t *address)
{
	static const uint64_t reset_base = 0xffff0000;
	enum gdbregs_byte_order order = gdbregs__order_of(s, reads[0].vcpu).order;
	uint64_t base = 0;

	if (!is_number(&reads[0]))
		return false;
	for (int big = 0; big < 2; big++) {
		if (order == (big ? GDBREGS_BYTE_ORDER_LITTLE : GDBREGS_BYTE_ORDER_BIG))
			continue;
		*address = number_of(&reads[0], big);
		if (has_one(s, reads[0].vcpu, matters, *address))
			return true;
	}
	if (!segment_base(reads, count, &base))
		return false;
	uint64_t pc = number_of(&reads[0], false);
	*address = pc + base;
	if (has_one(s, reads[0].vcpu, matters, *address))
		return true;
	*address = pc + reset_base;
	return base == 0xf0000 && has_one(s, reads[0].vcpu, matters, *address);
}

static void add_step(struct gdbregs_session *s, const struct gdbregs_read *reads, size_t count)
{
	struct gdbregs__step_over *off = &s->run.step_over;
	uint32_t vcpu = reads[0].vcpu;
	struct gdbregs__step step = {.vcpu = vcpu, .may_be_halted = vcpu != off->hit_vcpu};

	step.has_address = find_place(s, reads, count, was_seen, &step.address);
	/* The vCPU has stopped at a breakpoint, but its place cannot be derived from its program
	 * counter, for example because of a segment's base. A step of QEMU's TCG ignores
	 * breakpoints at the first instruction. */
	bool unknown = vcpu == off->hit_vcpu && gdbregs__stub_is_qemu_system(&s->stub);
	if (step.has_address || unknown)
		off->steps[off->step_count++] = step;
}

void gdbregs__step_over_plan(struct gdbregs_session *s)
{
	struct gdbregs__step_over *off = &s->run.step_over;

	off->step_count = 0;
	for (size_t i = 0, count; i < off->read_count; i += count) {
		for (count = 1; i + count < off->read_count &&
				off->reads[i + count].vcpu == off->reads[i].vcpu;)
			count++;
		add_step(s, &off->reads[i], count);
	}
	off->read_count = 0;
}

/* Returns whether the stub's last stop, or its reply when we connected, named the vCPU. */
static bool is_named(const struct gdbregs_session *s, uint32_t vcpu)
{
	const struct gdbregs__vcpu *v = &s->target.vcpus[vcpu];
	const struct gdbregs__process *process = &s->target.processes[v->process];

	if (s->run.step_over.runs)
		return vcpu == s->run.step_over.named_vcpu;
	return !v->has_id || !process->has_thread ||
	       gdbregs__thread_id_equal(&v->id, &process->thread);
}

/* Without vCont, Hc names the thread that is stepped. valgrind (3.19, 3.24, 3.27) ignores it:
 * it steps the thread whose turn it is, and reports a trap of that one. GDB does not let
 * other vCPUs than the last one step over either: they stop at the breakpoint at once. */
bool gdbregs__step_over_is_alone(const struct gdbregs_session *s, uint32_t vcpu)
{
	return s->stub.vcont == GDBREGS__VCONT_PRESENT || s->target.vcpu_count == 1 ||
	       is_named(s, vcpu) || (last_run(s, vcpu) && has_reported(s, vcpu));
}

bool gdbregs__step_over_is_at_one(struct gdbregs_session *s)
{
	struct gdbregs__step_over *off = &s->run.step_over;
	uint64_t address;

	if (!off->read_count)
		return false;
	bool at_one = find_place(s, off->reads, off->read_count, is_there, &address);
	off->read_count = 0;
	return at_one;
}

/* ------------------------------------------------------ removing and inserting --- */

size_t gdbregs__step_over_remove(struct gdbregs_session *s, const struct gdbregs__step *step,
				 char *payload)
{
	for (size_t i = 0; step->has_address && i < s->run.points.count; i++) {
		struct gdbregs__point *point = &s->run.points.list[i];

		if (!is_breakpoint(point) || point->address != step->address ||
		    point->lift != GDBREGS__LIFT_NONE)
			continue;
		point->lift = GDBREGS__LIFT_ASKED;
		return gdbregs__points_format(payload, 'z', point);
	}
	return 0;
}

size_t gdbregs__step_over_insert(struct gdbregs_session *s, char *payload)
{
	for (size_t i = 0; i < s->run.points.count; i++) {
		struct gdbregs__point *point = &s->run.points.list[i];

		if (point->lift == GDBREGS__LIFT_DONE)
			return gdbregs__points_format(payload, 'Z', point);
		point->lift = GDBREGS__LIFT_NONE;
	}
	return 0;
}

static struct gdbregs__point *find_lifted(struct gdbregs_session *s, enum gdbregs__lift lift)
{
	for (size_t i = 0; i < s->run.points.count; i++)
		if (s->run.points.list[i].lift == lift)
			return &s->run.points.list[i];
	return NULL;
}

int gdbregs__step_over_removed(struct gdbregs_session *s, const struct gdbregs__answer *answer)
{
	struct gdbregs__point *point = find_lifted(s, GDBREGS__LIFT_ASKED);
	bool ok = gdbregs__reply_classify(answer->payload, answer->size) == GDBREGS__REPLY_OK;

	if (point) {
		point->lift = ok ? GDBREGS__LIFT_DONE : GDBREGS__LIFT_REFUSED;
		point->in_stub = !ok;
	}
	return 0;
}

int gdbregs__step_over_inserted(struct gdbregs_session *s, const struct gdbregs__answer *answer)
{
	struct gdbregs__point *point = find_lifted(s, GDBREGS__LIFT_DONE);
	char text[80];

	if (!point)
		return 0;
	point->lift = GDBREGS__LIFT_NONE;
	point->in_stub = true;
	if (gdbregs__reply_classify(answer->payload, answer->size) == GDBREGS__REPLY_OK)
		return 0;
	unsigned long long address = point->address;
	*point = s->run.points.list[--s->run.points.count];
	return gdbregs__engine_say(
		&s->engine, GDBREGS_ERR_REMOTE,
		"the stub refused to insert the breakpoint at 0x%llx again after a step: %s",
		address,
		gdbregs__reply_error_text(text, sizeof(text), answer->payload, answer->size));
}

void gdbregs__step_over_fini(struct gdbregs_session *s)
{
	gdbregs__free(s->run.step_over.reads);
	gdbregs__free(s->run.step_over.steps);
	gdbregs_buffer_fini(&s->run.step_over.storage);
}
