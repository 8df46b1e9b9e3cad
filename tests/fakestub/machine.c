/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine of the fake stub: vCPUs, registers, threads, and their values. */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

/* VCPUS[,REGISTERS[,REG_BYTES[,ARCH]]] */
static void read_cluster(struct fake_cluster *c, const char *text)
{
	char *at = (char *)text;
	c->vcpus = strtoul(at, &at, 0);
	if (*at == ',')
		c->registers = strtoul(at + 1, &at, 0);
	if (*at == ',')
		c->reg_bytes = strtoul(at + 1, &at, 0);
	if (*at == ',')
		c->arch = fake_copy(at + 1);
}

static void build_cluster(struct fake_machine *m, unsigned index, struct fake_config *cfg)
{
	struct fake_cluster *c = &m->clusters[index];
	memset(c, 0, sizeof(*c));
	c->pid = index + 1;
	c->first_vcpu = m->vcpus;
	c->vcpus = cfg->vcpus;
	c->registers = cfg->registers + index; /* so that the descriptions of clusters differ */
	c->reg_bytes = cfg->reg_bytes;
	c->arch = (char *)cfg->arch;
	if (index < cfg->cluster_text_count)
		read_cluster(c, cfg->cluster_texts[index]);
	m->vcpus += c->vcpus;
	if (cfg->tdesc)
		fake_tdesc_load(c, cfg->tdesc);
	else
		fake_tdesc_generate(c, cfg);
	fake_tdesc_scan(c);
}

void fake_machine_build(struct fake_machine *m, struct fake_config *cfg)
{
	m->cluster_count = cfg->cluster_text_count ? cfg->cluster_text_count : cfg->clusters;
	m->clusters = fake_alloc(NULL, m->cluster_count, sizeof(*m->clusters));
	m->vcpus = 0;
	for (unsigned i = 0; i < m->cluster_count; i++)
		build_cluster(m, i, cfg);
	if (!m->cluster_count || !m->clusters[0].vcpus)
		fake_die("the first cluster needs a vCPU");
}

struct fake_cluster *fake_machine_cluster(struct fake_machine *m, uint64_t pid)
{
	if (pid < 1 || pid > m->cluster_count || !m->clusters[pid - 1].vcpus)
		return NULL;
	return &m->clusters[pid - 1];
}

struct fake_cluster *fake_machine_cluster_of(struct fake_machine *m, unsigned vcpu)
{
	for (size_t i = 0; i < m->cluster_count; i++) {
		struct fake_cluster *c = &m->clusters[i];
		if (vcpu >= c->first_vcpu && vcpu < c->first_vcpu + c->vcpus)
			return c;
	}
	return &m->clusters[0];
}
