/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public functions that serve sessions of both kinds and do not wait: state, vCPUs,
 * their registers, and watches. */
#include "session/order.h"
#include "session/requests.h"
#include "tdesc/roles.h"
#include "uv/transport.h"

/* ---------------------------------------------------------------------- state --- */

enum gdbregs_session_state gdbregs_session_state(const struct gdbregs_session *s)
{
	if (s && gdbregs__session_has_exited(s))
		return GDBREGS_SESSION_EXITED;
	if (!s || s->engine.fatal)
		return GDBREGS_SESSION_FAILED;
	switch (s->state) {
	case GDBREGS__SESSION_CONNECTING:
		return GDBREGS_SESSION_CONNECTING;
	case GDBREGS__SESSION_RUNNING:
		return GDBREGS_SESSION_RUNNING;
	case GDBREGS__SESSION_STOPPED:
		return s->target.exited ? GDBREGS_SESSION_EXITED : GDBREGS_SESSION_STOPPED;
	case GDBREGS__SESSION_CLOSING:
	case GDBREGS__SESSION_ENDED:
		break;
	}
	return GDBREGS_SESSION_FAILED;
}

const char *gdbregs_session_error(const struct gdbregs_session *s)
{
	return s ? s->engine.last_failure.text : "";
}

/* Called from other threads and from signal handlers. */
int gdbregs_wake(struct gdbregs_session *s)
{
	struct gdbregs__transport *t = s ? gdbregs__transport_of(s) : NULL;

	if (!t || !t->wake)
		return GDBREGS_ERR_INVAL;
	__atomic_store_n(&t->woken, true, __ATOMIC_RELEASE);
	return uv_async_send(t->wake) < 0 ? GDBREGS_ERR_INVAL : 0;
}

void gdbregs_report_left(struct gdbregs_session *s, enum gdbregs_left *out)
{
	if (out)
		*out = GDBREGS_LEFT_UNKNOWN;
	if (s)
		s->leaving.report = out;
}

/* ----------------------------------------------------------------------- vCPUs --- */

static const struct gdbregs__vcpu *vcpu_of(const struct gdbregs_session *s, unsigned vcpu)
{
	return s && vcpu < s->target.vcpu_count ? &s->target.vcpus[vcpu] : NULL;
}

unsigned gdbregs_vcpu_count(const struct gdbregs_session *s)
{
	return s ? (unsigned)s->target.vcpu_count : 0;
}

const char *gdbregs_vcpu_thread(const struct gdbregs_session *s, unsigned vcpu)
{
	const struct gdbregs__vcpu *found = vcpu_of(s, vcpu);

	return found ? found->thread : NULL;
}

const char *gdbregs_vcpu_name(const struct gdbregs_session *s, unsigned vcpu)
{
	const struct gdbregs__vcpu *found = vcpu_of(s, vcpu);

	return found ? found->name : NULL;
}

const struct gdbregs_description *gdbregs_vcpu_description(const struct gdbregs_session *s,
							   unsigned vcpu)
{
	return s ? gdbregs__target_description(s, vcpu) : NULL;
}

const char *gdbregs_vcpu_note(const struct gdbregs_session *s, unsigned vcpu)
{
	const struct gdbregs__vcpu *found = vcpu_of(s, vcpu);
	const char *late = found ? gdbregs__stub_interrupt_note(s) : NULL;

	if (late || !found)
		return late;
	const char *note = s->target.processes[found->process].note;
	return *note ? note : NULL;
}

const char *gdbregs_vcpu_architecture(const struct gdbregs_session *s, unsigned vcpu)
{
	const struct gdbregs_description *d = gdbregs_vcpu_description(s, vcpu);

	return d ? d->architecture : NULL;
}

static const struct gdbregs_description *description_of(struct gdbregs_session *s, unsigned vcpu,
							int *result)
{
	const struct gdbregs_description *d = gdbregs_vcpu_description(s, vcpu);

	*result = 0;
	if (!s)
		*result = GDBREGS_ERR_INVAL;
	else if (vcpu >= s->target.vcpu_count)
		*result = gdbregs__engine_say(&s->engine, GDBREGS_ERR_NO_VCPU,
					      "there is no vCPU %u: the target has %zu", vcpu,
					      s->target.vcpu_count);
	else if (!d)
		*result = gdbregs__engine_say(&s->engine, GDBREGS_ERR_NO_DESCRIPTION,
					      "the stub serves no target description");
	return d;
}

int gdbregs_get_registers(struct gdbregs_session *s, unsigned vcpu,
			  struct gdbregs_reg_descriptor **out, size_t *count)
{
	int result;
	const struct gdbregs_description *d = description_of(s, vcpu, &result);

	return result < 0 ? result : gdbregs_description_registers(d, out, count);
}

int gdbregs_get_features(struct gdbregs_session *s, unsigned vcpu, struct gdbregs_feature **out,
			 size_t *count)
{
	int result;
	const struct gdbregs_description *d = description_of(s, vcpu, &result);

	return result < 0 ? result : gdbregs_description_features(d, out, count);
}

int gdbregs_find_register(struct gdbregs_session *s, unsigned vcpu, const char *feature,
			  const char *name, const struct gdbregs_register **out)
{
	int result;
	const struct gdbregs_description *d = description_of(s, vcpu, &result);

	if (result < 0)
		return result;
	if (!name || !out)
		return gdbregs__engine_say(&s->engine, GDBREGS_ERR_INVAL,
					   "name and out must not be NULL");
	result = gdbregs__roles_find(d, feature, name, out);
	if (result == GDBREGS_ERR_NO_REGISTER)
		gdbregs__engine_say(&s->engine, result, "vCPU %u has no register %s%s%s", vcpu,
				    feature ? feature : "", feature ? ":" : "", name);
	else if (result == GDBREGS_ERR_AMBIGUOUS)
		gdbregs__engine_say(&s->engine, result, "vCPU %u has several registers %s%s%s: %s",
				    vcpu, feature ? feature : "", feature ? ":" : "", name,
				    feature ? "take the handle from gdbregs_get_registers()"
					    : "name the feature too");
	return result;
}

int gdbregs_find_role(struct gdbregs_session *s, unsigned vcpu, enum gdbregs_role role,
		      const struct gdbregs_register **out)
{
	static const char *const names[] = {
		[GDBREGS_ROLE_PC] = "program counter",
		[GDBREGS_ROLE_SP] = "stack pointer",
		[GDBREGS_ROLE_FP] = "frame pointer",
		[GDBREGS_ROLE_FLAGS] = "flags",
		[GDBREGS_ROLE_RETURN_ADDRESS] = "return address",
	};
	int result;
	const struct gdbregs_description *d = description_of(s, vcpu, &result);

	if (result < 0)
		return result;
	result = gdbregs_description_find_role(d, role, out);
	if (result == GDBREGS_ERR_INVAL)
		return gdbregs__engine_say(&s->engine, result, "invalid role, or out is NULL");
	if (result == GDBREGS_ERR_NO_REGISTER)
		return gdbregs__engine_say(&s->engine, result,
					   "vCPU %u has no register that is known as its %s", vcpu,
					   names[role]);
	return result;
}

/* -------------------------------------------------------------- byte order --- */

enum gdbregs_byte_order gdbregs_vcpu_byte_order(const struct gdbregs_session *s, unsigned vcpu)
{
	return s ? gdbregs__order_of(s, vcpu).order : GDBREGS_BYTE_ORDER_UNKNOWN;
}

enum gdbregs_byte_order_source gdbregs_vcpu_byte_order_source(const struct gdbregs_session *s,
							      unsigned vcpu)
{
	return s ? gdbregs__order_of(s, vcpu).source : GDBREGS_BYTE_ORDER_FROM_NOTHING;
}

/* -------------------------------------------------------------------- watches --- */

int gdbregs_watch(struct gdbregs_session *s, unsigned vcpu, const struct gdbregs_register *h,
		  gdbregs_change_cb cb, void *arg)
{
	return s ? gdbregs__watches_add(s, vcpu, h, cb, arg) : GDBREGS_ERR_INVAL;
}

int gdbregs_unwatch(struct gdbregs_session *s, unsigned vcpu, const struct gdbregs_register *h,
		    gdbregs_change_cb cb, void *arg)
{
	return s ? gdbregs__watches_remove(s, vcpu, h, cb, arg) : GDBREGS_ERR_INVAL;
}

int gdbregs_watch_vcpu(struct gdbregs_session *s, unsigned vcpu, gdbregs_vcpu_change_cb cb,
		       void *arg)
{
	return s ? gdbregs__watches_add_vcpu(s, vcpu, cb, arg) : GDBREGS_ERR_INVAL;
}

int gdbregs_unwatch_vcpu(struct gdbregs_session *s, unsigned vcpu, gdbregs_vcpu_change_cb cb,
			 void *arg)
{
	return s ? gdbregs__watches_remove_vcpu(s, vcpu, cb, arg) : GDBREGS_ERR_INVAL;
}
