#include "base/taskcpu.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/taskfile.h"

struct taskcpu {
	const char *const *names;
	uint32_t n;
	int64_t at_us; /* 0: never looked */
	uint64_t ns[TASKCPU_NAMES], all_ns;
};

int taskcpu_create(struct taskcpu **out, const char *const *names)
{
	struct taskcpu *t;
	uint32_t n = 0;

	while (names[n])
		n++;
	if (n > TASKCPU_NAMES)
		return -EINVAL;
	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	t->names = names;
	t->n = n;
	*out = t;
	return 0;
}

void taskcpu_destroy(struct taskcpu *t)
{
	free(t);
}

/* Which of the names; t->n: none. */
static uint32_t which(const struct taskcpu *t, long tid)
{
	char comm[32] = "";
	uint32_t i = 0;

	if (tid != (long)getpid() && taskfile_read(tid, "comm", comm, sizeof(comm)))
		return t->n;
	while (i < t->n && strcmp(t->names[i], comm) != 0)
		i++;
	return i;
}

static void look(const struct taskcpu *t, DIR *dir, uint64_t ns[TASKCPU_NAMES])
{
	struct dirent *e;
	char text[96];

	while ((e = readdir(dir)) != NULL) {
		long tid = strtol(e->d_name, NULL, 10);
		uint32_t i = tid > 0 ? which(t, tid) : t->n;

		if (i < t->n && taskfile_read(tid, "schedstat", text, sizeof(text)) == 0)
			ns[i] += strtoull(text, NULL, 10);
	}
}

/* Threads that ended take their time with them: then it is none. */
static uint32_t share(uint64_t ns, uint64_t before_ns, int64_t passed_us)
{
	return ns > before_ns ? (uint32_t)((ns - before_ns) / (uint64_t)passed_us) : 0;
}

int taskcpu_look(struct taskcpu *t, int64_t now_us, uint32_t permille[TASKCPU_NAMES],
		 uint32_t *all_permille)
{
	int64_t passed_us = t->at_us ? now_us - t->at_us : 0;
	DIR *dir = opendir("/proc/self/task");
	uint64_t ns[TASKCPU_NAMES] = {0}, all_ns;
	struct timespec all;

	if (!dir || clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &all) < 0) {
		if (dir)
			closedir(dir);
		return -ENOENT;
	}
	look(t, dir, ns);
	closedir(dir);
	all_ns = (uint64_t)all.tv_sec * 1000000000 + (uint64_t)all.tv_nsec;
	for (uint32_t i = 0; passed_us > 0 && i < t->n; i++)
		permille[i] = share(ns[i], t->ns[i], passed_us);
	if (passed_us > 0)
		*all_permille = share(all_ns, t->all_ns, passed_us);
	memcpy(t->ns, ns, sizeof(ns));
	t->all_ns = all_ns;
	t->at_us = now_us;
	return passed_us > 0 ? 0 : -ENOENT;
}
