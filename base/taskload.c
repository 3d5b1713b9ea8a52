#include "base/taskload.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/taskfile.h"

struct task {
	long tid;
	uint64_t wanted_ns; /* run and waited, so far */
};

struct taskload {
	const char *const *names;
	int64_t at_us; /* 0: never looked */
	uint32_t n;
	struct task tasks[TASKLOAD_MAX];
};

int taskload_create(struct taskload **out, const char *const *names)
{
	struct taskload *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->names = names;
	*out = t;
	return 0;
}

void taskload_destroy(struct taskload *t)
{
	free(t);
}

static bool counts(const struct taskload *t, long tid)
{
	char comm[32];

	if (tid == (long)getpid())
		return true;
	if (taskfile_read(tid, "comm", comm, sizeof(comm)))
		return false;
	for (const char *const *name = t->names; *name; name++)
		if (strcmp(*name, comm) == 0)
			return true;
	return false;
}

static int wanted(long tid, uint64_t *ns)
{
	unsigned long long run, wait;
	char text[96];
	int err = taskfile_read(tid, "schedstat", text, sizeof(text));

	if (err)
		return err;
	if (sscanf(text, "%llu %llu", &run, &wait) != 2)
		return -EINVAL;
	*ns = run + wait;
	return 0;
}

/* What it wanted since the last look; a new thread counts from its start. */
static uint64_t since(const struct taskload *t, long tid, uint64_t ns)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (t->tasks[i].tid == tid)
			return ns > t->tasks[i].wanted_ns ? ns - t->tasks[i].wanted_ns
							  : 0;
	return ns;
}

static uint64_t look(struct taskload *t, DIR *dir)
{
	struct task fresh[TASKLOAD_MAX];
	uint64_t most = 0;
	struct dirent *e;
	uint32_t n = 0;

	while (n < TASKLOAD_MAX && (e = readdir(dir)) != NULL) {
		long tid = strtol(e->d_name, NULL, 10);
		uint64_t ns = 0, grown;

		if (tid <= 0 || !counts(t, tid) || wanted(tid, &ns))
			continue;
		grown = since(t, tid, ns);
		if (grown > most)
			most = grown;
		fresh[n++] = (struct task){tid, ns};
	}
	t->n = n;
	for (uint32_t i = 0; i < n; i++)
		t->tasks[i] = fresh[i];
	return most;
}

int taskload_busiest(struct taskload *t, int64_t now_us, uint32_t *permille)
{
	int64_t passed_us = now_us - t->at_us;
	DIR *dir = opendir("/proc/self/task");
	uint64_t most;

	if (!dir)
		return -ENOENT;
	most = look(t, dir);
	closedir(dir);
	if (!t->n)
		return -ENOENT;
	if (!t->at_us || passed_us <= 0) {
		t->at_us = now_us;
		return -ENOENT;
	}
	t->at_us = now_us;
	*permille = (uint32_t)(most / (uint64_t)passed_us);
	return 0;
}
