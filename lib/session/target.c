/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/session.h"

#include "util/alloc.h"
#include "util/error.h"

#include <limits.h>
#include <stdio.h>

#define NAME_MAX_BYTES 256

int gdbregs__target_process(struct gdbregs_session *s, int64_t pid, size_t most)
{
	for (size_t i = 0; i < s->target.process_count; i++)
		if (s->target.processes[i].pid == pid)
			return (int)i;
	if (s->target.process_count == most)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_LIMIT,
					   "the stub has more than %zu processes", most);
	struct gdbregs__process *processes =
		gdbregs__array_room(s->target.processes, s->target.process_count,
				    &s->target.process_capacity, sizeof(*processes));
	if (!processes)
		return gdbregs__engine_say_nomem(&s->engine);
	s->target.processes = processes;
	s->target.processes[s->target.process_count] =
		(struct gdbregs__process){.pid = pid, .attached = true};
	return (int)s->target.process_count++;
}

int gdbregs__target_note_pid(struct gdbregs_session *s, int64_t pid)
{
	if (s->target.process_count && s->target.processes[0].pid == 0) {
		s->target.processes[0].pid = pid;
		return 0;
	}
	int index = gdbregs__target_process(s, pid, SIZE_MAX);
	return index < 0 ? index : 0;
}

/* The stub chooses the ids. It does not know the key, so it cannot choose ids whose hashes
 * collide. */
static uint64_t hash_id(const struct gdbregs_session *s, const struct gdbregs__thread_id *id)
{
	const uint64_t words[] = {(uint64_t)id->pid, (uint64_t)id->tid};

	return gdbregs__hash_bytes(&s->target.hash_key, words, sizeof(words));
}

struct id_key {
	const struct gdbregs__vcpu *vcpus;
	const struct gdbregs__thread_id *id;
};

/* The vCPUs move when their array grows, so a value of the table is not a pointer but an index +
 * 1. */
static bool has_id(const void *value, const void *key)
{
	const struct id_key *k = key;

	return gdbregs__thread_id_equal(&k->vcpus[(uintptr_t)value - 1].id, k->id);
}

/* Returns the index of the vCPU + 1, or 0. */
static size_t find_id(const struct gdbregs_session *s, const struct gdbregs__thread_id *id)
{
	const struct id_key key = {s->target.vcpus, id};

	return (uintptr_t)gdbregs__table_find(&s->target.by_id, hash_id(s, id), has_id, &key);
}

static int append_vcpu(struct gdbregs_session *s, const struct gdbregs__vcpu *vcpu)
{
	struct gdbregs__target *t = &s->target;
	struct gdbregs__vcpu *vcpus =
		gdbregs__array_room(t->vcpus, t->vcpu_count, &t->vcpu_capacity, sizeof(*vcpus));

	if (!vcpus)
		return GDBREGS_ERR_NOMEM;
	t->vcpus = vcpus;
	if (gdbregs__table_insert(&t->by_id, hash_id(s, &vcpu->id),
				  (const void *)(uintptr_t)(t->vcpu_count + 1)) < 0)
		return GDBREGS_ERR_NOMEM;
	vcpus[t->vcpu_count++] = *vcpu;
	return 0;
}

static char *printable_copy(const void *text, size_t length)
{
	size_t capacity = 4 * length + 1;
	char *copy = gdbregs__malloc(capacity);

	return copy ? gdbregs__printable(copy, capacity, text, length) : NULL;
}

int gdbregs__target_add_vcpu(struct gdbregs_session *s, const struct gdbregs__thread_id *id,
			     const char *text, size_t length, uint32_t process)
{
	struct gdbregs__vcpu vcpu = {.process = process, .has_id = id};

	if (id)
		vcpu.id = *id;
	if (s->target.vcpu_count == s->limits.vcpus)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_LIMIT,
					   "the target has more than %zu vCPUs (max_vcpus)",
					   s->limits.vcpus);
	if (length > s->limits.name_bytes)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_LIMIT,
					   "the stub lists a thread id of %zu bytes, more than %zu "
					   "(max_name_bytes)",
					   length, s->limits.name_bytes);
	if (s->target.vcpu_count == 0)
		s->target.hash_key = gdbregs__hash_key();
	if (find_id(s, &vcpu.id))
		return 0;
	if (id && !(vcpu.thread = printable_copy(text, length)))
		return gdbregs__engine_say_nomem(&s->engine);
	if (append_vcpu(s, &vcpu) < 0) {
		gdbregs__free(vcpu.thread);
		return gdbregs__engine_say_nomem(&s->engine);
	}
	return 0;
}

/* A stub may write an id with or without its process. */
static bool may_be_same(const struct gdbregs__thread_id *a, const struct gdbregs__thread_id *b)
{
	return a->has_pid != b->has_pid && a->tid == b->tid;
}

unsigned gdbregs__target_find_vcpu(struct gdbregs_session *s, const struct gdbregs__thread_id *id)
{
	size_t found = find_id(s, id);

	if (found)
		return (unsigned)found - 1;
	for (size_t i = 0; i < s->target.vcpu_count; i++)
		if (s->target.vcpus[i].has_id && may_be_same(&s->target.vcpus[i].id, id))
			return (unsigned)i;
	return UINT_MAX;
}

unsigned gdbregs__target_stopped_vcpu(struct gdbregs_session *s,
				      const struct gdbregs__thread_id *id)
{
	char text[GDBREGS__THREAD_ID_TEXT];
	unsigned found = gdbregs__target_find_vcpu(s, id);

	if (found != UINT_MAX || s->target.vcpu_count == 0 || !gdbregs__thread_id_concrete(id) ||
	    !gdbregs__thread_id_listable(id, gdbregs__stub_is_qemu(&s->stub)) ||
	    !s->target.vcpus[0].has_id || s->target.vcpus[0].id.has_pid != id->has_pid)
		return found;
	for (size_t i = 0; i < s->target.process_count; i++) {
		if (id->has_pid && s->target.processes[i].pid != id->pid)
			continue;
		size_t length = gdbregs__thread_id_format(text, id);
		if (gdbregs__target_add_vcpu(s, id, text, length, (uint32_t)i) == 0)
			return (unsigned)s->target.vcpu_count - 1;
		break;
	}
	return UINT_MAX;
}

int gdbregs__target_check_vcpu(struct gdbregs_session *s, unsigned vcpu)
{
	if (vcpu >= s->target.vcpu_count)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_NO_VCPU, "there is no vCPU %u",
					   vcpu);
	return 0;
}

int gdbregs__target_check_register(struct gdbregs_session *s, unsigned vcpu,
				   const struct gdbregs_register *h)
{
	int wrong = gdbregs__target_check_vcpu(s, vcpu);

	if (wrong)
		return wrong;
	if (h->description != gdbregs__process_of(&s->target, vcpu)->description)
		return gdbregs__engine_say(
			&s->engine, GDBREGS_ERR_WRONG_VCPU_TYPE,
			"register %s does not exist on vCPU %u (different CPU type)", h->name,
			vcpu);
	return 0;
}

void gdbregs__process_note_size(struct gdbregs__process *process, size_t bytes)
{
	snprintf(process->note, sizeof(process->note),
		 "the stub's g reply has %zu bytes, which does not fit the description's registers "
		 "(%zu bytes), and the stub does not support p",
		 bytes, gdbregs__g_described_bytes(process->description));
}

int gdbregs__target_name_vcpu(struct gdbregs_session *s, uint32_t vcpu, const uint8_t *hex,
			      size_t hexlen)
{
	uint8_t text[NAME_MAX_BYTES];

	if (hexlen > 2 * sizeof(text))
		hexlen = 2 * sizeof(text);
	if (gdbregs__hex_decode(text, hex, hexlen) != GDBREGS__HEX_OK)
		return 0;
	size_t length = hexlen / 2;
	while (length &&
	       (text[length - 1] == ' ' || text[length - 1] == '\n' || text[length - 1] == '\0'))
		length--;
	gdbregs__free(s->target.vcpus[vcpu].name);
	s->target.vcpus[vcpu].name = printable_copy(text, length);
	return s->target.vcpus[vcpu].name ? 0 : GDBREGS_ERR_NOMEM;
}

void gdbregs__target_clear_vcpus(struct gdbregs__target *target)
{
	for (size_t i = 0; i < target->vcpu_count; i++) {
		gdbregs__free(target->vcpus[i].thread);
		gdbregs__free(target->vcpus[i].name);
		gdbregs__free(target->vcpus[i].sized);
	}
	target->vcpu_count = target->sized_bytes = 0;
	gdbregs__table_fini(&target->by_id);
}

void gdbregs__target_fini(struct gdbregs__target *target)
{
	gdbregs__target_clear_vcpus(target);
	for (size_t i = 0; i < target->process_count; i++)
		gdbregs__free(target->processes[i].described_layout);
	gdbregs__free(target->vcpus);
	gdbregs__free(target->processes);
	gdbregs_buffer_fini(&target->halt.text);
}

const struct gdbregs_description *gdbregs__target_description(const struct gdbregs_session *s,
							      unsigned vcpu)
{
	return vcpu < s->target.vcpu_count ? gdbregs__process_of(&s->target, vcpu)->description
					   : NULL;
}
