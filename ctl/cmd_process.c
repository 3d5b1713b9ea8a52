/* cmd_process.c - signals to the server, and tools beside it. */
#include "ctl/spec.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "ctl/process.h"
#include "ctl/text.h"

#define PATIENCE_SEC 12 /* for its end: it may finish recordings for 10 s */

int cmd_impair(struct call *call)
{
	char *argv[SPEC_ARGS + 2] = {NULL};

	memcpy(argv + 1, call->args, ((size_t)call->n + 1) * sizeof(*argv));
	return site_exec_tool(call->site, "impair", argv);
}

/* 0; -1: systemd does it, and its exit code is the answer; else an exit code. */
static int find(struct call *call, const char *verb, pid_t *pid)
{
	if (call->site->url) {
		text_say("%s works on the server's own machine only", verb);
		return EX_USAGE;
	}
	if (!process_by_systemd(call->site))
		return process_find(call->site, true, pid);
	execlp("systemctl", "systemctl", verb, "aulad", (char *)NULL);
	text_say("systemctl cannot be run");
	return 1;
}

static int send_to(pid_t pid, int signo)
{
	if (kill(pid, signo) == 0)
		return 0;
	text_say("process %d has ended", (int)pid);
	return EX_UNAVAILABLE;
}

static void tell(const struct call *call, pid_t pid, const char *words)
{
	if (call->json)
		printf("{\"pid\":%d}\n", (int)pid);
	else
		printf("process %d %s\n", (int)pid, words);
}

int cmd_reload(struct call *call)
{
	pid_t pid;
	int code = find(call, "reload", &pid);

	if (!code)
		code = send_to(pid, SIGHUP);
	if (!code)
		tell(call, pid, "reads its certificate again");
	return code;
}

int cmd_stop(struct call *call)
{
	const struct timespec tick = {.tv_nsec = 100000000};
	pid_t pid;
	int code = find(call, "stop", &pid);

	if (!code)
		code = send_to(pid, SIGTERM);
	for (int i = 0; !code && i < PATIENCE_SEC * 10; i++) {
		if (kill(pid, 0) < 0) {
			tell(call, pid, "has ended");
			return 0;
		}
		nanosleep(&tick, NULL);
	}
	if (!code)
		text_say("process %d has not ended after %d s", (int)pid, PATIENCE_SEC);
	return code ? code : 1;
}
