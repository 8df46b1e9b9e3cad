/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hits ADDRESS TYPE PLACE[,PLACE] COUNTER ACTIONS
 *
 * Sets breakpoints of a type (0 software, 1 hardware) at places (an address, or +N for so
 * many bytes behind the pc of vCPU 0) and does what the letters of ACTIONS say: c continues
 * to the next stop, s steps the vCPU that stopped last, d removes the breakpoints, i sets
 * them again, q prints the states of all vCPUs. For each c and s it prints a line: the vCPU that has stopped, the signal, its pc,
 * and its register COUNTER. */
#include <gdbregs.h>

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STOP_MS 20000

static struct gdbregs_session *s;

static void must(int result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "%s: %s: %s\n", what, gdbregs_error_name(result),
		s ? gdbregs_session_error(s) : "");
	gdbregs_close(s);
	exit(1);
}

static uint64_t number(unsigned vcpu, const char *name)
{
	uint64_t value;

	must(gdbregs_read_u64(s, vcpu, name, &value), name);
	return value;
}

static unsigned move(char action, unsigned vcpu, const char *counter)
{
	struct gdbregs_stop stop;

	if (action == 's') {
		must(gdbregs_step(s, vcpu, &stop), "step");
	} else {
		must(gdbregs_continue(s), "continue");
		must(gdbregs_wait(s, STOP_MS, &stop), "wait");
	}
	if (stop.kind != GDBREGS_STOP_SIGNAL || stop.vcpu == UINT_MAX) {
		printf("ended %d\n", stop.exit_status);
		gdbregs_close(s);
		exit(0);
	}
	printf("%u %d %" PRIx64 " %" PRIx64 "\n", stop.vcpu, stop.signal, number(stop.vcpu, "pc"),
	       number(stop.vcpu, counter));
	return stop.vcpu;
}

static uint64_t places[8];
static size_t place_count;

static void find_places(char *text)
{
	for (char *word = strtok(text, ","); word && place_count < 8; word = strtok(NULL, ","))
		places[place_count++] =
			strtoull(word, NULL, 0) + (word[0] == '+' ? number(0, "pc") : 0);
}

static void set_places(enum gdbregs_point point, bool insert)
{
	for (size_t i = 0; i < place_count; i++)
		must(insert ? gdbregs_point_insert(s, point, places[i], GDBREGS_KIND_DEFAULT)
			    : gdbregs_point_remove(s, point, places[i], GDBREGS_KIND_DEFAULT),
		     insert ? "insert" : "remove");
}

static void print_states(void)
{
	printf("states");
	for (unsigned vcpu = 0; vcpu < gdbregs_vcpu_count(s); vcpu++) {
		int state = gdbregs_vcpu_state(s, vcpu);

		must(state, "state");
		printf(" %d", state);
	}
	printf("\n");
}

int main(int argc, char **argv)
{
	struct gdbregs_error why = {0};
	unsigned vcpu = 0;

	if (argc != 6)
		return 2;
	if (gdbregs_connect(NULL, argv[1], NULL, &s, &why) < 0) {
		fprintf(stderr, "%s\n", why.text);
		return 1;
	}
	enum gdbregs_point point = (enum gdbregs_point)atoi(argv[2]);
	find_places(argv[3]);
	set_places(point, true);
	for (const char *action = argv[5]; *action; action++) {
		if (*action == 'd' || *action == 'i')
			set_places(point, *action == 'i');
		else if (*action == 'q')
			print_states();
		else
			vcpu = move(*action, vcpu, argv[4]);
	}
	gdbregs_close(s);
	return 0;
}
