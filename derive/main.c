/* aula-derive: makes files of a finished recording, and ends. Tells how far it is in
 * lines of JSON, the last of which says what came of it; its exit status is of
 * sysexits.h.
 *
 *   aula-derive make RECORDING FOLDER [CHAPTERS]   see make.h; CHAPTERS may be "-",
 *                                                  a file as its standard input
 *   aula-derive trim RECORDING OUT FROM_MS TO_MS   see trim.h
 *   aula-derive join OUT RECORDING...              see join.h
 *
 * It takes what is left of the machine, and what it reads is hostile: see jail.h.
 */
#include "base/jail.h"
#include "base/limits.h"
#include "derive/fault.h"
#include "derive/join.h"
#include "derive/make.h"
#include "derive/trim.h"

#include <errno.h>
#include <fcntl.h>
#include <libavutil/log.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

#define CPU_SEC          10800               /* the longest recording on a slow machine */
#define MEMORY           (UINT64_C(3) << 29) /* the indexes of the longest one, twice */
#define EXTRA            (UINT64_C(1) << 29) /* bytes that a file may be more than its sources */
#define NAME_MAX_ESCAPED (FOLDER_NAME * 6)

struct run {
	struct progress progress;
	struct folder folder;
	char path[4096];        /* of the folder */
	char name[FOLDER_NAME]; /* of what is made, when it is one file */
	uint64_t bytes;         /* of all that is read */
	bool told;              /* a file was listed */
};

/* ---- what it says --------------------------------------------------------------- */

/* A lost word is no reason to stop. */
static AULA_PRINTF(1, 2) void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vdprintf(STDOUT_FILENO, format, args);
	va_end(args);
}

static void escape(char out[NAME_MAX_ESCAPED], const char *name)
{
	size_t at = 0;

	for (; *name && at + 7 < NAME_MAX_ESCAPED; name++) {
		unsigned char c = (unsigned char)*name;

		if (c == '"' || c == '\\' || c < 0x20)
			at += (size_t)snprintf(out + at, 7, "\\u%04x", c);
		else
			out[at++] = (char)c;
	}
	out[at] = '\0';
}

static void say_file(void *ctx, const char *name)
{
	struct run *run = ctx;
	char escaped[NAME_MAX_ESCAPED];

	escape(escaped, name);
	say("%s{\"name\":\"%s\",\"bytes\":%lld}", run->told ? "," : "", escaped,
	    (long long)folder_size(&run->folder, name));
	run->told = true;
}

static int say_fault(int err)
{
	const struct fault *fault = fault_of(err);

	say("{\"ok\":false,\"code\":\"%s\",\"why\":\"%s\"}\n", fault->code, fault->why);
	return fault->exit_status;
}

/* ---- limits --------------------------------------------------------------------- */

/* Classes go on meanwhile: nothing is as unimportant as this. */
static void be_humble(void)
{
	const struct sched_param param = {.sched_priority = 0};

	setpriority(PRIO_PROCESS, 0, 19);
	sched_setscheduler(0, SCHED_IDLE, &param);
	syscall(SYS_ioprio_set, 1, 0, 3 << 13); /* this process; the idle class */
}

static int enter(const struct run *run)
{
	const struct jail jail = {.cpu_sec = CPU_SEC,
				  .memory = MEMORY,
				  .file_bytes = run->bytes + EXTRA,
				  .folder = run->path};

	be_humble();
	signal(SIGXFSZ, SIG_IGN); /* an error like any other */
	return jail_enter(&jail) ? -EPERM : 0;
}

/* ---- files ---------------------------------------------------------------------- */

static int open_input(struct run *run, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return -ENOENT;
	}
	run->bytes += (uint64_t)st.st_size;
	return fd;
}

/* "-" is the standard input; a file there, since it is read at once. */
static int open_chapters(struct run *run, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") != 0)
		return open_input(run, path);
	if (fstat(STDIN_FILENO, &st))
		return -errno;
	return S_ISREG(st.st_mode) ? STDIN_FILENO : -ENOENT;
}

static int open_folder(struct run *run, const char *path)
{
	int n = snprintf(run->path, sizeof(run->path), "%s", path);

	if (n < 1 || (size_t)n >= sizeof(run->path))
		return -EINVAL;
	return folder_open(&run->folder, run->path);
}

/* Its own: made when there is none. Of two that would work in it the second waits, and
 * then finds all of it there; one whose server died ends with the next line it says. */
static int make_folder(struct run *run, const char *path)
{
	int err;

	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	err = open_folder(run, path);
	while (!err && flock(run->folder.fd, LOCK_EX))
		err = errno == EINTR ? 0 : -errno;
	return err;
}

static int open_output(struct run *run, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char dir[sizeof(run->path)];
	int n = slash ? snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path + 1), path)
		      : snprintf(dir, sizeof(dir), ".");

	if (n < 1 || (size_t)n >= sizeof(dir) || !*name || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0 || strlen(name) > FOLDER_NAME - 8)
		return -EINVAL;
	snprintf(run->name, sizeof(run->name), "%s", name);
	return open_folder(run, dir);
}

/* False: it is no number of milliseconds. */
static bool read_ms(const char *text, int64_t *out)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(text, &end, 10);
	if (errno || end == text || *end || v < 0 || v > LIMIT_DERIVE_MS)
		return false;
	*out = v;
	return true;
}

/* ---- commands ------------------------------------------------------------------- */

static int run_make(struct run *run, int argc, char **argv)
{
	struct make_result result;
	int recording = open_input(run, argv[0]), chapters = -1;
	int err = recording < 0 ? recording : make_folder(run, argv[1]);

	if (!err && argc == 3) {
		chapters = open_chapters(run, argv[2]);
		err = chapters < 0 ? chapters : 0;
	}
	if (!err)
		err = enter(run);
	if (!err)
		err = make_all(&result, &run->folder, recording, chapters,
			       &run->progress);
	if (err)
		return err;
	say("{\"ok\":true,\"files\":[");
	make_each(&result, say_file, run);
	say("],\"duration_ms\":%lld", (long long)(result.length_us / 1000));
	if (result.has_sound)
		say(",\"lufs\":%.2f,\"peak_dbtp\":%.2f,\"source_lufs\":%.2f,"
		    "\"gain_db\":%.2f,\"linear\":%s",
		    result.loudness.made.lufs, result.loudness.made.peak_dbtp,
		    result.loudness.source.lufs, result.loudness.gain_db,
		    result.loudness.linear ? "true" : "false");
	say("}\n");
	return 0;
}

static int run_trim(struct run *run, int argc, char **argv)
{
	struct trim range;
	int recording, err;

	(void)argc;
	if (!read_ms(argv[2], &range.from_ms) || !read_ms(argv[3], &range.to_ms))
		return -EINVAL;
	recording = open_input(run, argv[0]);
	err = recording < 0 ? recording : open_output(run, argv[1]);
	if (!err)
		err = enter(run);
	progress_step(&run->progress, "trim");
	if (!err)
		err = trim(&run->folder, run->name, recording, &range, &run->progress);
	if (err)
		return err;
	progress_done(&run->progress);
	say("{\"ok\":true,\"files\":[");
	say_file(run, run->name);
	say("],\"duration_ms\":%lld,\"from_ms\":%lld,\"to_ms\":%lld}\n",
	    (long long)(range.to_ms - range.from_ms), (long long)range.from_ms,
	    (long long)range.to_ms);
	return 0;
}

static int run_join(struct run *run, int argc, char **argv)
{
	int parts[LIMIT_DERIVE_PARTS], n = argc - 1, err;
	int64_t length_ms = 0;

	if (n > LIMIT_DERIVE_PARTS)
		return -EINVAL;
	err = open_output(run, argv[0]);
	for (int i = 0; !err && i < n; i++) {
		parts[i] = open_input(run, argv[i + 1]);
		err = parts[i] < 0 ? parts[i] : 0;
	}
	if (!err)
		err = enter(run);
	progress_step(&run->progress, "join");
	if (!err)
		err = join(&run->folder, run->name, parts, n, &length_ms, &run->progress);
	if (err)
		return err;
	progress_done(&run->progress);
	say("{\"ok\":true,\"files\":[");
	say_file(run, run->name);
	say("],\"duration_ms\":%lld}\n", (long long)length_ms);
	return 0;
}

static const struct command {
	const char *name;
	int least, most; /* arguments */
	int (*run)(struct run *run, int argc, char **argv);
} commands[] = {
	{"make", 2, 3, run_make},
	{"trim", 4, 4, run_trim},
	{"join", 2, LIMIT_DERIVE_PARTS + 1, run_join},
};

int main(int argc, char **argv)
{
	struct run run = {.folder = {-1}};
	int err = -EINVAL;

	av_log_set_level(AV_LOG_QUIET);
	progress_init(&run.progress, STDOUT_FILENO);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (argc >= 2 && strcmp(argv[1], commands[i].name) == 0 &&
		    argc - 2 >= commands[i].least && argc - 2 <= commands[i].most)
			err = commands[i].run(&run, argc - 2, argv + 2);
	/* no destructors: what was read may have left anything behind */
	_exit(err ? say_fault(err) : EX_OK);
}
