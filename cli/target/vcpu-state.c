/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target/vcpu-state.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Words alone: the text goes to terminals and into JSON. */
static bool is_words(const char *text, size_t size)
{
	size_t i = 0;
	while (i < size && (isalnum((unsigned char)text[i]) || text[i] == ' ' || text[i] == '-'))
		i++;
	return size > 0 && i == size;
}

bool vcpu_state_find(const char *name, char state[VCPU_STATE])
{
	const char *open = name ? strrchr(name, '[') : NULL;
	const char *close = open ? strchr(open, ']') : NULL;
	if (!close)
		return false;
	while (close > open + 1 && close[-1] == ' ')
		close--;
	if (!is_words(open + 1, (size_t)(close - open - 1)))
		return false;
	snprintf(state, VCPU_STATE, "%.*s", (int)(close - open - 1), open + 1);
	return true;
}

void vcpu_state_init(struct vcpu_state *state, const struct vcpu *vcpu)
{
	*state = (struct vcpu_state){.text = ""};
	vcpu_state_find(vcpu->name, state->text);
}

int vcpu_state_ask(struct vcpu_state *state, const struct vcpu *vcpu, struct gdbregs_session *s,
		   gdbregs_uv_cb cb, void *arg)
{
	memcpy(state->before, state->text, sizeof(state->before));
	if (state->text[0] == '\0')
		return 0;
	int error = gdbregs_uv_vcpu_state(s, vcpu->index, cb, arg, NULL);
	return error < 0 ? error : 1;
}

void vcpu_state_take(struct vcpu_state *state, int status)
{
	if (status == GDBREGS_VCPU_RUNNING || status == GDBREGS_VCPU_HALTED)
		snprintf(state->text, sizeof(state->text), "%s",
			 status == GDBREGS_VCPU_RUNNING ? "running" : "halted");
}
