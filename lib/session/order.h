/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The byte order of each vCPU, and how it is known. Hides: which source of it has precedence, and
 * how msr of QEMU's PowerPC is read. */
#ifndef GDBREGS_LIB_SESSION_ORDER_H
#define GDBREGS_LIB_SESSION_ORDER_H

#include "session/session.h"
#include "tdesc/byte-order.h"

/* Find the msr registers that decide the byte order. Call it once, when the
 * descriptions are known. */
void gdbregs__order_begin(struct gdbregs_session *s);
/* Returns true if the first entry of the program's auxiliary vector tells the byte order,
 * and nothing better does: for arm and aarch64 of qemu-user, above all. */
bool gdbregs__order_wants_auxv(const struct gdbregs_session *s);
/* Take the reply to its qXfer. */
int gdbregs__order_take_auxv(struct gdbregs_session *s, const uint8_t *payload, size_t size);
/* Send the next packet of a read of msr, if msr decides the byte order of the vCPU and
 * was not asked for since the last stop. Returns GDBREGS__PRODUCED, NOMEM, or 0 if there
 * is nothing to send. The reply comes with this kind and the vCPU as its index. The op must
 * take it even if it is canceled: no other op asks again. */
int gdbregs__order_ask(struct gdbregs_session *s, struct gdbregs__op *op, uint32_t kind,
		       uint32_t vcpu);
/* Take that reply. A reply without a value leaves the order unknown. */
void gdbregs__order_take(struct gdbregs_session *s, uint32_t vcpu, const uint8_t *hex,
			 size_t hexlen);
/* Returns true if the register is the msr that decides the byte order of the vCPU. */
bool gdbregs__order_is_msr(const struct gdbregs_session *s, uint32_t vcpu,
			   const struct gdbregs_register *reg);
/* The msr of all vCPUs may have changed, or that of one. */
void gdbregs__order_forget(struct gdbregs_session *s);
void gdbregs__order_forget_vcpu(struct gdbregs_session *s, uint32_t vcpu);
/* Returns the byte order of a vCPU, and how it is known. */
struct gdbregs__byte_order gdbregs__order_of(const struct gdbregs_session *s, unsigned vcpu);

#endif
