/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A target description from the registers that qRegisterInfo described, written as
 * lldb-server writes its own. Hides: how LLDB's encodings and formats become types. */
#ifndef GDBREGS_LIB_SESSION_REGISTER_INFO_XML_H
#define GDBREGS_LIB_SESSION_REGISTER_INFO_XML_H

#include "rsp/register-info.h"
#include "tdesc/canonical-xml.h"

#define GDBREGS__VECTOR_FORMATS 16

/* Initialise it with zeros. */
struct gdbregs__register_infos {
	struct gdbregs__canonical document;
	uint32_t count; /* registers added; the number of the next */
	uint32_t vectors[GDBREGS__VECTOR_FORMATS]; /* types defined: a bit for log2 of a count */
};

/* Add the next register. */
void gdbregs__register_infos_add(struct gdbregs__register_infos *infos,
				 const struct gdbregs__register_info *info);
/* End the document. Its text is then infos->document.xml. Returns 0 or GDBREGS_ERR_NOMEM. */
int gdbregs__register_infos_finish(struct gdbregs__register_infos *infos);
void gdbregs__register_infos_fini(struct gdbregs__register_infos *infos);

#endif
