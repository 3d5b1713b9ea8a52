#include "base/count.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static _Atomic int64_t values[COUNT_N];

static const struct {
	const char *metric, *labels, *type, *help;
} rows[] = {
#define X(id, metric, labels, type, help) {metric, labels, type, help},
	COUNT_LIST(X)
#undef X
};

void count_add(enum count id, int64_t n)
{
	atomic_fetch_add_explicit(&values[id], n, memory_order_relaxed);
}

void count_set(enum count id, int64_t n)
{
	atomic_store_explicit(&values[id], n, memory_order_relaxed);
}

int64_t count_get(enum count id)
{
	return atomic_load_explicit(&values[id], memory_order_relaxed);
}

size_t count_render(char *out, size_t size)
{
	size_t n = 0;

	for (int i = 0; i < COUNT_N && n < size; i++) {
		if (i == 0 || strcmp(rows[i].metric, rows[i - 1].metric) != 0)
			n += (size_t)snprintf(out + n, size - n,
					      "# HELP %s %s\n# TYPE %s %s\n",
					      rows[i].metric, rows[i].help,
					      rows[i].metric, rows[i].type);
		if (n < size)
			n += (size_t)snprintf(out + n, size - n, "%s%s%s%s %lld\n",
					      rows[i].metric, *rows[i].labels ? "{" : "",
					      rows[i].labels, *rows[i].labels ? "}" : "",
					      (long long)count_get((enum count)i));
	}
	return n < size ? n : size - 1;
}
