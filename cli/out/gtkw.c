/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "out/gtkw.h"

#include "base/message.h"

#include <limits.h>
#include <unistd.h>

/* A save file does not grow further than this: it then shows the first wires only. */
enum { MOST_BYTES = 8 << 20 };

/* GTKWave's flags of a line (analyzer.h of GTKWave 3.3). They say how a value is shown, and mark
 * comments and groups. A group is closed at first. */
enum {
	FLAG_HEX = 0x22,
	FLAG_DECIMAL = 0x24,
	FLAG_BINARY = 0x28,
	FLAG_COMMENT = 0x200,
	FLAG_GROUP_BEGIN = 0xc00200,
	FLAG_GROUP_END = 0x1401200,
};

static bool is_full(const struct gtkw *g)
{
	return !g->wanted || g->lines.size > MOST_BYTES;
}

static void add_comment(struct gtkw *g, unsigned flags, const char *text)
{
	text_addf(&g->lines, "@%x\n-%s\n", flags, text);
}

void gtkw_add_vcpu(struct gtkw *g, unsigned vcpu)
{
	char text[40];
	snprintf(text, sizeof(text), "vCPU %u", vcpu);
	if (!is_full(g))
		add_comment(g, FLAG_COMMENT, text);
}

void gtkw_begin_group(struct gtkw *g, const char *name)
{
	g->in_group = !is_full(g);
	if (g->in_group)
		add_comment(g, FLAG_GROUP_BEGIN, name);
}

void gtkw_end_group(struct gtkw *g)
{
	if (g->in_group)
		add_comment(g, FLAG_GROUP_END, "group_end");
	g->in_group = false;
}

void gtkw_add(struct gtkw *g, const char *scopes, const char *name, size_t width_bits)
{
	unsigned flags = width_bits == 0 ? FLAG_DECIMAL : width_bits == 1 ? FLAG_BINARY : FLAG_HEX;
	if (is_full(g))
		return;
	text_addf(&g->lines, "@%x\n%s%s", flags, scopes, name);
	if (width_bits > 1)
		text_addf(&g->lines, "[%zu:0]", width_bits - 1);
	text_adds(&g->lines, "\n");
}

/* GTKWave looks for the dump relative to its current directory, so the path must be absolute. */
static void put_path(FILE *stream, const char *dump)
{
	char directory[PATH_MAX];
	bool known = dump[0] != '/' && getcwd(directory, sizeof(directory));
	fprintf(stream, "[dumpfile] \"%s%s%s\"\n", known ? directory : "", known ? "/" : "", dump);
}

/* Returns the zoom that makes all steps fit a window of usual size. The width of a step is a
 * power of two of pixels. */
static int zoom_of(uint64_t steps)
{
	enum { PIXELS = 600 };
	int zoom = 0;
	if (steps == 0)
		return 0;
	for (; steps > PIXELS; steps /= 2)
		zoom--;
	for (; zoom >= 0 && steps <= PIXELS / 2; steps *= 2)
		zoom++;
	return zoom;
}

static void put(const struct gtkw *g, FILE *stream, const char *dump, uint64_t last_step)
{
	enum { MARKERS = 27 };
	fprintf(stream, "[*]\n[*] gdbregs-cli %s\n[*]\n", gdbregs_version());
	put_path(stream, dump);
	fprintf(stream, "[timestart] 0\n[size] 1200 700\n[pos] -1 -1\n");
	fprintf(stream, "*%d.000000", zoom_of(last_step));
	for (int i = 0; i < MARKERS; i++)
		fputs(" -1", stream);
	fputc('\n', stream);
	fwrite(g->lines.data ? g->lines.data : "", 1, g->lines.size, stream);
}

int gtkw_write(struct gtkw *g, const struct options *o, uint64_t last_step)
{
	struct output out;
	if (!o->gtkw)
		return 0;
	if (g->lines.failed)
		return fail_nomem();
	if (g->lines.size > MOST_BYTES)
		log_note("%s shows the first wires only: there are too many", o->gtkw);
	int status = output_open(&out, o->gtkw);
	if (status != 0)
		return status;
	put(g, out.stream, o->output, last_step);
	return output_finish(&out);
}

void gtkw_fini(struct gtkw *g)
{
	text_fini(&g->lines);
}
