/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of options. A preset sets several options. */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

enum kind { FLAG, UNFLAG, NUMBER, TEXT, SET, PRESET, CALL };

/* ------------------------------------------------------------- presets --- */

static void preset_qemu72(struct fake_config *cfg)
{
	cfg->qemu = cfg->qemu72 = cfg->phymem = cfg->multiprocess = cfg->attached = true;
	cfg->no_ack_mode = cfg->rle = cfg->no_p = cfg->need_question = false;
	cfg->need_xml_registers = false;
	cfg->serial = SERIAL_NO;
	cfg->packet_size = 0x1000;
	cfg->max_packet = 4095;
	cfg->xfer_bytes = 2045;
	cfg->threads_per_reply = 1;
}

static void preset_qemu10(struct fake_config *cfg)
{
	preset_qemu72(cfg);
	cfg->qemu72 = false;
}

static void preset_qemu_user(struct fake_config *cfg)
{
	preset_qemu10(cfg);
	cfg->phymem = cfg->attached = false;
	cfg->serial = SERIAL_USER;
}

/* Supports pipelining in no-ack mode, and is not QEMU. */
static void preset_noack(struct fake_config *cfg)
{
	preset_qemu10(cfg);
	cfg->qemu = cfg->phymem = cfg->attached = false;
	cfg->no_ack_mode = true;
	cfg->packet_size = 0x4000;
	cfg->max_packet = 0x10000;
	cfg->xfer_bytes = 0x3ff0;
	cfg->threads_per_reply = 100;
}

static void preset_gdbserver(struct fake_config *cfg)
{
	preset_noack(cfg);
	cfg->rle = cfg->no_p = cfg->need_question = cfg->need_xml_registers = true;
	cfg->serial = SERIAL_SERVER;
}

/* A stub that cannot be identified, and takes one request at a time. */
static void preset_serial(struct fake_config *cfg)
{
	preset_noack(cfg);
	cfg->no_ack_mode = cfg->multiprocess = false;
	cfg->serial = SERIAL_USER;
}

/* --------------------------------------------------------------- calls --- */

static void add_fault(struct fake_config *cfg, const char *value)
{
	if (cfg->fault_count == FAKE_MAX_FAULTS)
		fake_die("more than %d faults", FAKE_MAX_FAULTS);
	fake_fault_parse(&cfg->faults[cfg->fault_count++], value);
}

static void add_cluster(struct fake_config *cfg, const char *value)
{
	if (cfg->cluster_text_count == COUNT_OF(cfg->cluster_texts))
		fake_die("too many clusters");
	cfg->cluster_texts[cfg->cluster_text_count++] = value;
}

static void set_pc(struct fake_config *cfg, const char *value)
{
	cfg->has_pc = true;
	cfg->pc = strtoul(value, NULL, 0);
}

static void set_g_length_change(struct fake_config *cfg, const char *value)
{
	char *end;
	cfg->g_length_change = strtoul(value, &end, 0);
	cfg->g_length_bytes = *end == ',' ? strtol(end + 1, NULL, 0) : -8;
}

static void set_log(struct fake_config *cfg, const char *value)
{
	cfg->log = fopen(value, "a");
	if (!cfg->log)
		fake_die("cannot write %s", value);
	setvbuf(cfg->log, NULL, _IOLBF, 0);
}

/* --------------------------------------------------------------- table --- */

#define AT(member) offsetof(struct fake_config, member)

// clang-format off
static const struct {
	const char *name;
	enum kind kind;
	size_t at;
	void (*preset)(struct fake_config *cfg);
	void (*call)(struct fake_config *cfg, const char *value);
} table[] = {
	{"--qemu72", PRESET, 0, preset_qemu72, NULL},
	{"--qemu10", PRESET, 0, preset_qemu10, NULL},
	{"--qemu-user", PRESET, 0, preset_qemu_user, NULL},
	{"--noack", PRESET, 0, preset_noack, NULL},
	{"--gdbserver", PRESET, 0, preset_gdbserver, NULL},
	{"--serial", PRESET, 0, preset_serial, NULL},

	{"--unix", TEXT, AT(unix_path), NULL, NULL},
	{"--stdio", FLAG, AT(stdio), NULL, NULL},
	{"--port", NUMBER, AT(port), NULL, NULL},
	{"--start-delay-ms", NUMBER, AT(start_delay_ms), NULL, NULL},
	{"--one-guest", FLAG, AT(one_guest), NULL, NULL},
	{"--silent-connections", NUMBER, AT(silent_connections), NULL, NULL},
	{"--drop-connections", NUMBER, AT(drop_connections), NULL, NULL},
	{"--fault-connection", NUMBER, AT(fault_connection), NULL, NULL},
	{"--sndbuf", NUMBER, AT(sndbuf), NULL, NULL},
	{"--chunk", NUMBER, AT(chunk), NULL, NULL},
	{"--chunk-ms", NUMBER, AT(chunk_ms), NULL, NULL},
	{"--delay-ms", NUMBER, AT(delay_ms), NULL, NULL},
	{"--log", CALL, 0, NULL, set_log},
	{"--log-replies", FLAG, AT(log_replies), NULL, NULL},

	{"--rle", FLAG, AT(rle), NULL, NULL},
	{"--no-p", FLAG, AT(no_p), NULL, NULL},
	{"--p", UNFLAG, AT(no_p), NULL, NULL},
	{"--no-g", FLAG, AT(no_g), NULL, NULL},
	{"--no-xfer", FLAG, AT(no_xfer), NULL, NULL},
	{"--no-hg", FLAG, AT(no_hg), NULL, NULL},
	{"--no-threads", FLAG, AT(no_threads), NULL, NULL},
	{"--no-multiprocess", UNFLAG, AT(multiprocess), NULL, NULL},
	{"--no-ack-mode", FLAG, AT(no_ack_mode), NULL, NULL},
	{"--packet-size", NUMBER, AT(packet_size), NULL, NULL},
	{"--max-packet", NUMBER, AT(max_packet), NULL, NULL},
	{"--xfer-bytes", NUMBER, AT(xfer_bytes), NULL, NULL},
	{"--threads-per-reply", NUMBER, AT(threads_per_reply), NULL, NULL},
	{"--supported", TEXT, AT(supported), NULL, NULL},
	{"--host-info", TEXT, AT(host_info), NULL, NULL},
	{"--status", TEXT, AT(status), NULL, NULL},
	{"--running", FLAG, AT(running), NULL, NULL},
	{"--halted", UNFLAG, AT(running), NULL, NULL},

	{"--vcpus", NUMBER, AT(vcpus), NULL, NULL},
	{"--clusters", NUMBER, AT(clusters), NULL, NULL},
	{"--cluster", CALL, 0, NULL, add_cluster},
	{"--registers", NUMBER, AT(registers), NULL, NULL},
	{"--reg-bytes", NUMBER, AT(reg_bytes), NULL, NULL},
	{"--annexes", NUMBER, AT(annexes), NULL, NULL},
	{"--regnum-step", NUMBER, AT(regnum_step), NULL, NULL},
	{"--arch", TEXT, AT(arch), NULL, NULL},
	{"--feature", TEXT, AT(feature), NULL, NULL},
	{"--tdesc", TEXT, AT(tdesc), NULL, NULL},
	{"--size", SET, AT(sizes), NULL, NULL},
	{"--bits", SET, AT(bits), NULL, NULL},
	{"--unavailable", SET, AT(unavailable), NULL, NULL},
	{"--xx", SET, AT(xx), NULL, NULL},
	{"--readonly", SET, AT(readonly), NULL, NULL},
	{"--changing", SET, AT(changing), NULL, NULL},
	{"--wfi", SET, AT(wfi), NULL, NULL},
	{"--g-wrong", SET, AT(g_wrong), NULL, NULL},
	{"--g-skip", SET, AT(g_skip), NULL, NULL},
	{"--g-registers", NUMBER, AT(g_registers), NULL, NULL},
	{"--g-all", FLAG, AT(g_all), NULL, NULL},
	{"--g-length-change", CALL, 0, NULL, set_g_length_change},
	{"--pc", CALL, 0, NULL, set_pc},
	{"--stop-after-ms", NUMBER, AT(stop_after_ms), NULL, NULL},
	{"--step-ms", NUMBER, AT(step_ms), NULL, NULL},

	{"--fault", CALL, 0, NULL, add_fault},
	{"--script", CALL, 0, NULL, fake_script_load},
};
// clang-format on

void fake_options_init(struct fake_config *cfg)
{
	memset(cfg, 0, sizeof(*cfg));
	cfg->vcpus = cfg->clusters = cfg->annexes = cfg->regnum_step = 1;
	cfg->registers = 16;
	cfg->reg_bytes = 8;
	cfg->arch = "i386:x86-64";
	cfg->status = "paused (prelaunch)";
	preset_qemu72(cfg);
}

static size_t find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (!strcmp(table[i].name, name))
			return i;
	fake_die("no such option: %s (--help lists them)", name);
}

bool fake_options_takes_value(const char *name)
{
	enum kind kind = table[find(name)].kind;
	return kind != FLAG && kind != UNFLAG && kind != PRESET;
}

void fake_options_set(struct fake_config *cfg, const char *name, const char *value)
{
	size_t i = find(name);
	char *member = (char *)cfg + table[i].at;
	if (fake_options_takes_value(name) && !value)
		fake_die("%s needs a value", name);
	switch (table[i].kind) {
	case FLAG:
	case UNFLAG:
		*(bool *)member = table[i].kind == FLAG;
		break;
	case NUMBER:
		*(unsigned *)member = strtoul(value, NULL, 0);
		break;
	case TEXT:
		*(const char **)member = value;
		break;
	case SET:
		fake_set_parse((struct fake_set *)member, value);
		break;
	case PRESET:
		table[i].preset(cfg);
		break;
	case CALL:
		table[i].call(cfg, value);
		break;
	}
}

static _Noreturn void help(void)
{
	puts("fakestub [OPTION]...; see the comment that tests/fakestub/fakestub.c begins with.");
	for (size_t i = 0; i < COUNT_OF(table); i++)
		printf("  %s%s\n", table[i].name,
		       fake_options_takes_value(table[i].name) ? " VALUE" : "");
	puts("Faults, --fault KIND[@N|@N+|@*][:GLOB]:");
	fake_fault_list(stdout);
	exit(0);
}

void fake_options_parse(struct fake_config *cfg, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		char *equals = strchr(argv[i], '=');
		const char *value = NULL;
		if (!strcmp(argv[i], "--help"))
			help();
		if (equals) {
			*equals = 0;
			value = equals + 1;
		} else if (fake_options_takes_value(argv[i])) {
			value = i + 1 < argc ? argv[i + 1] : NULL;
		}
		fake_options_set(cfg, argv[i], value);
		i += value && !equals;
	}
}
