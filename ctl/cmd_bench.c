/* cmd_bench.c - loadgen against the server of this machine, and what it means. */
#include "ctl/spec.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "ctl/process.h"
#include "ctl/text.h"
#include "ctl/verdict.h"

#define OUTPUT_MAX (1 << 20)

static char *const usual[] = {(char *)"--viewers", (char *)"20",
			      (char *)"--senders", (char *)"2",
			      (char *)"--seconds", (char *)"20"};
#define N_USUAL (sizeof(usual) / sizeof(usual[0]))

/* Threads of that name. */
static unsigned threads_called(pid_t pid, const char *name)
{
	char path[600], comm[32];
	const struct dirent *one;
	unsigned n = 0;
	DIR *dir;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir && (one = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%d/task/%s/comm", (int)pid,
			 one->d_name);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (fgets(comm, sizeof(comm), f)) {
			comm[strcspn(comm, "\n")] = '\0';
			n += strcmp(comm, name) == 0;
		}
		fclose(f);
	}
	if (dir)
		closedir(dir);
	return n;
}

/* Another server: loadgen alone. */
static int elsewhere(struct call *call)
{
	char *argv[SPEC_ARGS + N_USUAL + 2] = {NULL};

	memcpy(argv + 1, usual, sizeof(usual));
	memcpy(argv + 1 + N_USUAL, call->args, ((size_t)call->n + 1) * sizeof(*argv));
	return site_exec_tool(call->site, "loadgen", argv);
}

/* Runs it, prints its table, and judges it. */
static int run(struct call *call, char **argv, pid_t pid)
{
	char *out = malloc(OUTPUT_MAX), path[400];
	unsigned nets;
	int code;

	if (!out)
		return EX_OSERR;
	snprintf(path, sizeof(path), "%s/loadgen", call->site->tools);
	argv[0] = path;
	code = -1;
	if (access(path, X_OK) == 0)
		code = process_output(argv, PROCESS_SHOW, out, OUTPUT_MAX);
	if (code < 0) {
		text_say("loadgen is not installed");
		free(out);
		return EX_UNAVAILABLE;
	}
	fputs(out, stdout);
	nets = threads_called(pid, "net");
	if (code < EX__BASE)
		verdict_tell(out, (unsigned)sysconf(_SC_NPROCESSORS_ONLN), nets, stdout);
	free(out);
	return code;
}

static int here(struct call *call)
{
	char *argv[SPEC_ARGS + N_USUAL + 8] = {NULL}, base[300], ws[310], id[16];
	char token[SITE_TOKEN + 1];
	struct url url;
	pid_t pid = 0;
	bool own;
	int code = site_url(call->site, &url, &own);

	if (!code)
		code = site_token(call->site, token);
	if (!code)
		code = process_find(call->site, true, &pid);
	if (code)
		return code;
	url_base(&url, base, sizeof(base));
	snprintf(ws, sizeof(ws), "ws%s", base + 4); /* http, https */
	snprintf(id, sizeof(id), "%d", (int)pid);
	argv[1] = (char *)"--url";
	argv[2] = ws;
	argv[3] = (char *)"--admin";
	argv[4] = token;
	argv[5] = (char *)"--server-pid";
	argv[6] = id;
	memcpy(argv + 7, usual, sizeof(usual));
	memcpy(argv + 7 + N_USUAL, call->args, ((size_t)call->n + 1) * sizeof(*argv));
	return run(call, argv, pid);
}

int cmd_bench(struct call *call)
{
	for (int i = 0; i < call->n; i++) {
		const char *arg = call->args[i];

		if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0) {
			char *argv[] = {NULL, (char *)"--help", NULL};

			spec_help(call->spec, stdout);
			putchar('\n');
			fflush(stdout);
			return site_exec_tool(call->site, "loadgen", argv);
		}
		if (strcmp(arg, "--url") == 0 || strncmp(arg, "--url=", 6) == 0)
			return elsewhere(call);
	}
	return here(call);
}
