#include "ctl/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "ctl/text.h"

#define LINE_MAX_BYTES 8192 /* of a command line */

static int fail(bool say, int code, const char *fmt, ...) AULA_PRINTF(3, 4);
static int fail(bool say, int code, const char *fmt, ...)
{
	char text[900];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (say)
		text_say("%s", text);
	return code;
}

/* ---- /proc ----------------------------------------------------------------------- */

/* Bytes; the text has a zero behind it. Negative: there is none, or it is not ours. */
static ssize_t read_proc(pid_t pid, const char *name, char *out, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, out, size - 1);
	close(fd);
	if (n < 0)
		return -errno;
	out[n] = '\0';
	return n;
}

static bool name_of(pid_t pid, char name[32])
{
	if (read_proc(pid, "comm", name, 32) < 0)
		return false;
	name[strcspn(name, "\n")] = '\0';
	return true;
}

/* Root may command each; others what is theirs. /proc/PID itself is always root's. */
static bool may_command(pid_t pid)
{
	char status[4096], *at;

	if (geteuid() == 0)
		return true;
	if (read_proc(pid, "status", status, sizeof(status)) < 0)
		return false;
	at = strstr(status, "\nUid:");
	return at && strtoul(at + 5, NULL, 10) == getuid();
}

/* The configuration that a process was started with, as it was written there. */
static bool conf_of(pid_t pid, char *out, size_t size)
{
	static char line[LINE_MAX_BYTES];
	ssize_t n = read_proc(pid, "cmdline", line, sizeof(line));
	bool next = false;

	for (const char *at = line; n > 0 && at < line + n; at += strlen(at) + 1) {
		const char *value = NULL;

		if (next)
			value = at;
		else if (strncmp(at, "--config=", 9) == 0)
			value = at + 9;
		else if (strncmp(at, "-c", 2) == 0 && at[2])
			value = at + 2;
		if (value && strlen(value) < size) {
			memcpy(out, value, strlen(value) + 1);
			return true;
		}
		next = strcmp(at, "-c") == 0 || strcmp(at, "--config") == 0;
	}
	return false;
}

enum ours { OURS, NOT_OURS, UNKNOWN };

/* Was it started with our configuration? */
static enum ours is_ours(const struct site *site, pid_t pid)
{
	char its[1000], dir[PATH_MAX], path[PATH_MAX + 1002], link[64];
	char *a, *b;
	bool same;
	ssize_t n;

	if (!site->conf_path)
		return OURS;
	if (!conf_of(pid, its, sizeof(its)))
		return NOT_OURS;
	if (its[0] == '/') {
		snprintf(path, sizeof(path), "%s", its);
	} else {
		snprintf(link, sizeof(link), "/proc/%d/cwd", (int)pid);
		n = readlink(link, dir, sizeof(dir) - 1);
		if (n < 0)
			return UNKNOWN;
		dir[n] = '\0';
		snprintf(path, sizeof(path), "%s/%s", dir, its);
	}
	a = realpath(path, NULL);
	b = realpath(site->conf_path, NULL);
	same = a && b && strcmp(a, b) == 0;
	free(a);
	free(b);
	return same ? OURS : NOT_OURS;
}

/* ---- which one ------------------------------------------------------------------- */

/* Is it a server, and ours to command? */
static int check_named(pid_t pid, bool say)
{
	char name[32];

	if (!name_of(pid, name))
		return fail(say, EX_UNAVAILABLE, "there is no process %d", (int)pid);
	if (strcmp(name, "aulad") != 0)
		return fail(say, EX_UNAVAILABLE, "process %d is no server: it is '%s'",
			    (int)pid, name);
	if (!may_command(pid))
		return fail(say, 1, "the server %d is another user's", (int)pid);
	return 0;
}

struct search {
	pid_t found, unknown;
	unsigned n;
	char list[200];
};

static void look_at(const struct site *site, struct search *search, pid_t pid)
{
	char name[32];
	size_t at = strlen(search->list);

	if (!name_of(pid, name) || strcmp(name, "aulad") != 0 || !may_command(pid))
		return;
	switch (is_ours(site, pid)) {
	case OURS:
		search->found = pid;
		search->n++;
		snprintf(search->list + at, sizeof(search->list) - at, " %d", (int)pid);
		break;
	case UNKNOWN:
		search->unknown = pid;
		break;
	default:
		break;
	}
}

static int search_all(const struct site *site, bool say, pid_t *pid)
{
	struct search search = {.found = 0};
	DIR *dir = opendir("/proc");
	const struct dirent *one;
	char its[600];

	while (dir && (one = readdir(dir)))
		if (one->d_name[0] >= '1' && one->d_name[0] <= '9')
			look_at(site, &search, (pid_t)strtol(one->d_name, NULL, 10));
	if (dir)
		closedir(dir);
	if (search.n > 1)
		return fail(say, 1, "several servers run (%s): say which one by --pid",
			    search.list + 1);
	if (!search.n && search.unknown && conf_of(search.unknown, its, sizeof(its)))
		return fail(say, 1,
			    "process %d may be it, but which file its '%s' is only root "
			    "can see: say --pid %d",
			    (int)search.unknown, its, (int)search.unknown);
	if (!search.n)
		return fail(say, EX_UNAVAILABLE, "no server runs%s%s",
			    site->conf_path ? " with " : "",
			    site->conf_path ? site->conf_path : "");
	*pid = search.found;
	return 0;
}

static bool is_default(const struct site *site)
{
	return !site->pid && site->conf_is_default;
}

static pid_t pid_of_systemd(void)
{
	char *const argv[] = {
		(char *)"systemctl", (char *)"show",  (char *)"-p", (char *)"MainPID",
		(char *)"--value",   (char *)"aulad", NULL};
	char text[32];

	if (process_output(argv, PROCESS_HIDE, text, sizeof(text)) != 0)
		return 0;
	return (pid_t)strtol(text, NULL, 10);
}

int process_find(const struct site *site, bool say, pid_t *pid)
{
	int code;

	if (site->pid) {
		code = check_named(site->pid, say);
		if (!code)
			*pid = site->pid;
		return code;
	}
	if (site->conf_path && access(site->conf_path, F_OK) < 0)
		return fail(say, EX_CONFIG, "%s: no such file", site->conf_path);
	if (is_default(site)) {
		pid_t systemd = pid_of_systemd();

		if (systemd > 0) {
			*pid = systemd;
			return 0;
		}
	}
	return search_all(site, say, pid);
}

bool process_by_systemd(const struct site *site)
{
	char *const argv[] = {(char *)"systemctl", (char *)"is-active", (char *)"--quiet",
			      (char *)"aulad", NULL};
	char text[64];

	return is_default(site) &&
	       process_output(argv, PROCESS_HIDE, text, sizeof(text)) == 0;
}

/* ---- other programs -------------------------------------------------------------- */

static void become(char *const argv[], enum process_errors errors, int to)
{
	int none = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(to, STDOUT_FILENO);
	if (errors != PROCESS_SHOW)
		dup2(errors == PROCESS_TAKE ? to : none, STDERR_FILENO);
	dup2(none, STDIN_FILENO);
	execvp(argv[0], argv);
	_exit(127);
}

static void drain(int fd, char *out, size_t size)
{
	char rest[4096];
	size_t n = 0;
	ssize_t k;

	while (n + 1 < size && (k = read(fd, out + n, size - 1 - n)) > 0)
		n += (size_t)k;
	out[n] = '\0';
	while (read(fd, rest, sizeof(rest)) > 0)
		;
}

int process_output(char *const argv[], enum process_errors errors, char *out, size_t size)
{
	int ends[2], status = 0;
	pid_t pid;

	out[0] = '\0';
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		become(argv, errors, ends[1]);
	close(ends[1]);
	if (pid > 0)
		drain(ends[0], out, size);
	close(ends[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -EAGAIN;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -ECANCELED;
}
