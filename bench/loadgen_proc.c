#include "bench/loadgen_proc.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static int64_t first_number(const char *path)
{
	FILE *f = fopen(path, "r");
	int64_t v = 0;

	if (!f)
		return 0; /* the thread ended */
	if (fscanf(f, "%" SCNd64, &v) != 1)
		v = 0;
	fclose(f);
	return v;
}

static void name_of(char name[16], const char *path)
{
	FILE *f = fopen(path, "r");

	snprintf(name, 16, "?");
	if (!f)
		return;
	if (fgets(name, 16, f))
		name[strcspn(name, "\n")] = '\0';
	fclose(f);
}

static void add_thread(struct lg_proc *p, const char *name, int64_t ns)
{
	unsigned i = 0;

	p->cpu_ns += ns;
	while (i < p->n && strcmp(p->threads[i].name, name) != 0)
		i++;
	if (i == p->n) {
		if (p->n == LG_THREADS)
			return;
		snprintf(p->threads[p->n++].name, sizeof(p->threads[0].name), "%s", name);
	}
	p->threads[i].cpu_ns += ns;
}

static int64_t rss(int pid)
{
	char path[64], line[200];
	int64_t kb = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	while (!kb && fgets(line, sizeof(line), f))
		sscanf(line, "VmRSS: %" SCNd64, &kb);
	fclose(f);
	return kb * 1024;
}

int lg_proc_read(struct lg_proc *out, int pid)
{
	char path[320], name[16];
	struct dirent *e;
	DIR *d;

	*out = (struct lg_proc){.at_us = clock_us(), .rss_bytes = rss(pid)};
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	if (!out->rss_bytes) /* it has ended, though nobody has asked how */
		return -ESRCH;
	d = opendir(path);
	if (!d)
		return -errno;
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%s/comm", pid, e->d_name);
		name_of(name, path);
		/* the first number is the time on a core, in ns */
		snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat", pid,
			 e->d_name);
		add_thread(out, name, first_number(path));
	}
	closedir(d);
	return 0;
}

double lg_proc_percent(const struct lg_proc *from, const struct lg_proc *to, int i)
{
	double us = (double)(to->at_us - from->at_us);
	int64_t ns = to->cpu_ns - from->cpu_ns;

	if (i >= 0) {
		ns = to->threads[i].cpu_ns;
		for (unsigned k = 0; k < from->n; k++)
			if (strcmp(from->threads[k].name, to->threads[i].name) == 0)
				ns -= from->threads[k].cpu_ns;
	}
	return us > 0 ? (double)ns / 10 / us : 0;
}
