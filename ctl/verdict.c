#include "ctl/verdict.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FULL 85.0 /* percent of a core */

struct run {
	double members, all, net, mix, audio; /* percent of a core */
	bool told, busy;
};

/* "net 1.2 aula-mix 3.4 ...": each name with the share of its threads. */
static void take_threads(struct run *run, const char *line)
{
	char name[64];
	double v;
	int n;

	while (sscanf(line, "%63s %lf%n", name, &v, &n) == 2) {
		if (strcmp(name, "net") == 0)
			run->net += v;
		else if (strcmp(name, "aula-mix") == 0)
			run->mix += v;
		else if (strcmp(name, "audio") == 0)
			run->audio += v;
		line += n;
	}
}

/* "not read in time N", N more than none. */
static bool is_busy(const char *line)
{
	static const char words[] = "not read in time ";
	const char *at = strstr(line, words);

	return at && at[sizeof(words) - 1] >= '1' && at[sizeof(words) - 1] <= '9';
}

static void read_table(struct run *run, const char *table)
{
	bool threads = false;

	while (*table) {
		size_t n = strcspn(table, "\n");
		char line[1024];
		double v;

		snprintf(line, sizeof(line), "%.*s", (int)(n < 1000 ? n : 1000), table);
		if (threads)
			take_threads(run, line);
		threads = false;
		if (sscanf(line, "senders: %lf", &v) == 1 ||
		    (strncmp(line, "viewers", 7) == 0 &&
		     sscanf(line, "%*s %lf", &v) == 1))
			run->members += v;
		if (sscanf(line, "server: %lf", &v) == 1) {
			run->all = v;
			run->told = threads = true;
		}
		run->busy |= is_busy(line);
		table += n + (table[n] == '\n');
	}
}

static int rounded(double n)
{
	int step = n >= 1000 ? 100 : n >= 100 ? 10 : 1;

	return (int)(n / step) * step;
}

void verdict_tell(const char *table, unsigned cores, unsigned nets, FILE *to)
{
	struct run run = {.members = 0};
	double each, fixed, mixer, net, largest, classes;

	read_table(&run, table);
	if (!run.told || run.members < 1 || run.all <= 0) {
		fputs("no verdict: the server was not measured\n", to);
		return;
	}
	net = fmax(run.net, 0.1);
	mixer = fmax(fmax(run.mix, run.audio), 0.1);
	each = net / run.members;
	fixed = run.all - net;
	largest = fmin(nets * FULL / each, (cores * FULL - fixed) / each);
	classes = fmin(fmin(FULL / mixer, cores * FULL / run.all), nets * FULL / net);
	fprintf(to,
		"\nVerdict for %u cores and %u net threads:\n"
		"  such a class takes %.1f %% of a core, and %.3f %% more for each "
		"member\n"
		"  about %d members in one class, or about %d classes of %.0f\n"
		"  (an estimate from this small run; run it with more --viewers to come "
		"nearer)\n",
		cores, nets, fixed, each, rounded(largest), (int)classes, run.members);
	if (run.busy)
		fputs("  the machine was too busy for its own members: the real figures "
		      "are better\n",
		      to);
}
