/* aula-derive: makes files of a finished recording, and ends. Tells how far it is in
 * lines of JSON, the last of which says what came of it; its exit status is of
 * sysexits.h.
 *
 *   aula-derive make RECORDING FOLDER [CHAPTERS]   see make.h; CHAPTERS may be "-",
 *                                                  a file as its standard input
 *   aula-derive lay RECORDING FOLDER               video.mp4 alone, with the sound
 *                                                  as it is; it takes seconds
 *   aula-derive trim RECORDING OUT FROM_MS TO_MS   see trim.h
 *   aula-derive join OUT RECORDING...              see join.h
 *   aula-derive fits RECORDING...                  could these be joined? likewise
 *   aula-derive captions FOLDER (FROM FROM_MS TO_MS AT_MS)...
 *                                                  see captions.h; FROM: a folder
 *
 *   aula-derive [-r MB] seal KEYFILE FILE...       see sealing.h; in one folder;
 *                                                  "ID.": all that begins so
 *   aula-derive open KEYFILE IN OUT                what was sealed, as it was before
 *
 * With "-k KEYFILE" before the command what it reads may be sealed (base/seal_key.h).
 *
 * It takes what is left of the machine, and what it reads is hostile: see jail.h.
 */
#include "base/jail.h"
#include "base/limits.h"
#include "base/seal.h"
#include "derive/captions.h"
#include "derive/fault.h"
#include "derive/join.h"
#include "derive/make.h"
#include "derive/sealed.h"
#include "derive/sealing.h"
#include "derive/trim.h"

#include <errno.h>
#include <fcntl.h>
#include <libavutil/log.h>
#include <limits.h>
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

#define CPU_SEC 10800               /* the longest recording on a slow machine */
#define MEMORY  (UINT64_C(3) << 29) /* the indexes of the longest one, twice */
#define EXTRA   (UINT64_C(1) << 29) /* bytes that a file may be more than its sources */
#define SEALED_MOST \
	(UINT64_C(1) << 50) /* bytes: of files that are not read, but copied */
#define NAME_MAX_ESCAPED (FOLDER_NAME * 6)

struct run {
	struct progress progress;
	struct folder folder;
	char path[4096];        /* of the folder */
	char name[FOLDER_NAME]; /* of what is made, when it is one file */
	uint64_t bytes;         /* of all that is read */
	bool told;              /* a file was listed */
	int64_t reserve_mb;     /* stay free on the disk */
	struct seal_keys keys;
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

/* Of two that would work in it the second waits, and then finds all of it there; one
 * whose server died ends with the next line it says. */
static int lock_folder(const struct run *run)
{
	while (flock(run->folder.fd, LOCK_EX))
		if (errno != EINTR)
			return -errno;
	return 0;
}

/* Its own: made when there is none. */
static int make_folder(struct run *run, const char *path)
{
	int err;

	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	err = open_folder(run, path);
	return err ? err : lock_folder(run);
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
	make_each(&result, &run->folder, say_file, run);
	/* what was put beside them stays; without it the rest is good all the same */
	(void)!folder_each(&run->folder, "captions-", ".vtt", LIMIT_LANGUAGES, say_file,
			   run);
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

static int run_lay(struct run *run, int argc, char **argv)
{
	int64_t length_us = 0;
	int recording = open_input(run, argv[0]);
	int err = recording < 0 ? recording : make_folder(run, argv[1]);

	(void)argc;
	if (!err)
		err = enter(run);
	progress_step(&run->progress, "video");
	if (!err)
		err = make_laid(&run->folder, recording, &length_us, &run->progress);
	if (err)
		return err;
	progress_done(&run->progress);
	say("{\"ok\":true,\"files\":[");
	make_each_laid(&run->folder, say_file, run);
	say("],\"duration_ms\":%lld}\n", (long long)(length_us / 1000));
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

static int open_parts(struct run *run, int argc, char **argv,
		      int parts[LIMIT_DERIVE_PARTS])
{
	int err = argc > LIMIT_DERIVE_PARTS ? -EINVAL : 0;

	for (int i = 0; !err && i < argc; i++) {
		parts[i] = open_input(run, argv[i]);
		err = parts[i] < 0 ? parts[i] : 0;
	}
	return err;
}

static void say_joined(const struct joined *joined, int n)
{
	say("\"duration_ms\":%lld,\"parts_ms\":[", (long long)joined->length_ms);
	for (int i = 0; i < n; i++)
		say("%s%lld", i ? "," : "", (long long)joined->from_ms[i]);
	say("]}\n");
}

static int run_join(struct run *run, int argc, char **argv)
{
	int parts[LIMIT_DERIVE_PARTS], n = argc - 1, err;
	struct joined joined;

	err = open_output(run, argv[0]);
	if (!err)
		err = open_parts(run, n, argv + 1, parts);
	if (!err)
		err = enter(run);
	progress_step(&run->progress, "join");
	if (!err)
		err = join(&run->folder, run->name, parts, n, &joined, &run->progress);
	if (err)
		return err;
	progress_done(&run->progress);
	say("{\"ok\":true,\"files\":[");
	say_file(run, run->name);
	say("],");
	say_joined(&joined, n);
	return 0;
}

static int run_fits(struct run *run, int argc, char **argv)
{
	int parts[LIMIT_DERIVE_PARTS];
	struct joined joined;
	int err = open_parts(run, argc, argv, parts);

	if (!err)
		err = enter(run);
	if (!err)
		err = join_fits(parts, argc, &joined);
	if (err)
		return err;
	say("{\"ok\":true,");
	say_joined(&joined, argc);
	return 0;
}

/* ---- captions ------------------------------------------------------------------- */

#define CAPTION_PARTS LIMIT_JOINS

struct caption_files {
	char names[LIMIT_LANGUAGES][FOLDER_NAME];
	int n;
	struct caption_part {
		struct folder folder;
		struct captions_range range;
		int fds[LIMIT_LANGUAGES]; /* -1: none of this language */
	} parts[CAPTION_PARTS];
	int n_parts;
};

/* Policy: of more languages than one recording may have the first are taken. */
static void note_name(void *ctx, const char *name)
{
	struct caption_files *files = ctx;
	int i = 0;

	while (i < files->n && strcmp(files->names[i], name) != 0)
		i++;
	if (i == files->n && files->n < LIMIT_LANGUAGES)
		snprintf(files->names[files->n++], FOLDER_NAME, "%s", name);
}

/* A recording of which nothing was made has no folder, and no captions. */
static int read_part(struct caption_files *files, char **argv)
{
	struct caption_part *part = &files->parts[files->n_parts++];
	int err = folder_open(&part->folder, argv[0]);

	if (err) {
		part->folder.fd = -1;
		if (err != -ENOENT)
			return err;
	} else {
		err = folder_each(&part->folder, "captions-", ".vtt", LIMIT_LANGUAGES,
				  note_name, files);
		if (err)
			return err;
	}
	return read_ms(argv[1], &part->range.from_ms) &&
			       read_ms(argv[2], &part->range.to_ms) &&
			       read_ms(argv[3], &part->range.at_ms)
		       ? 0
		       : -EINVAL;
}

/* All of them, for nothing can be opened later. */
static void open_captions(struct run *run, struct caption_files *files)
{
	for (int p = 0; p < files->n_parts; p++)
		for (int i = 0; i < files->n; i++) {
			int dir = files->parts[p].folder.fd;
			int fd = dir < 0 ? -1
					 : openat(dir, files->names[i],
						  O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

			files->parts[p].fds[i] = fd;
			run->bytes += LIMIT_CAPTIONS;
		}
}

static int add_captions(struct captions *to, const struct caption_part *part, int i)
{
	char *text;
	ssize_t n;
	int err;

	if (part->fds[i] < 0)
		return 0;
	text = malloc(LIMIT_CAPTIONS);
	if (!text)
		return -ENOMEM;
	n = sealed_read(part->fds[i], text, LIMIT_CAPTIONS);
	err = n < 0 ? (int)n : captions_add(to, text, (size_t)n, &part->range);
	free(text);
	return err;
}

/* Those that are too much together are left out: the others are good all the same. */
static int write_captions(struct run *run, const struct caption_files *files, int i)
{
	struct captions to;
	int err = captions_init(&to);

	for (int p = 0; !err && p < files->n_parts; p++)
		err = add_captions(&to, &files->parts[p], i);
	if (!err && to.n_cues) {
		err = folder_write(&run->folder, files->names[i], to.text, to.len);
		if (!err)
			say_file(run, files->names[i]);
	}
	captions_fini(&to);
	return err == -EFBIG ? 0 : err;
}

static int run_captions(struct run *run, int argc, char **argv)
{
	static struct caption_files files;
	int err = (argc - 1) % 4 ? -EINVAL : 0;

	for (int i = 1; !err && i < argc; i += 4)
		err = read_part(&files, argv + i);
	if (!err && files.n)
		err = make_folder(run, argv[0]);
	if (err)
		return err;
	open_captions(run, &files);
	if (files.n)
		err = enter(run);
	if (!err)
		say("{\"ok\":true,\"files\":[");
	for (int i = 0; !err && i < files.n; i++)
		err = write_captions(run, &files, i);
	if (!err)
		say("]}\n");
	return err;
}

/* ---- sealed files --------------------------------------------------------------- */

static int use_keys(struct run *run, const char *path)
{
	int err = seal_keys_read(&run->keys, path);

	if (err)
		return err == -ENOMEM ? err : -ENOKEY;
	sealed_keys(&run->keys);
	return 0;
}

static int run_seal(struct run *run, int argc, char **argv)
{
	struct sealing sealing = {.keys = &run->keys,
				  .reserve_bytes = run->reserve_mb << 20};
	int err = use_keys(run, argv[0]);

	if (!err)
		err = open_output(run, argv[1]);
	if (!err)
		err = lock_folder(run);
	run->bytes = SEALED_MOST;
	if (!err)
		err = enter(run);
	if (!err)
		err = sealing_all(&sealing, run->folder.fd, argv + 1, argc - 1,
				  &run->progress);
	if (err)
		return err;
	say("{\"ok\":true,\"sealed\":%u,\"already\":%u,\"missing\":%u,\"bytes\":%lld}\n",
	    sealing.sealed, sealing.already, sealing.missing, (long long)sealing.bytes);
	return 0;
}

static int run_open(struct run *run, int argc, char **argv)
{
	int in = -1, out = -1, err = use_keys(run, argv[0]);

	(void)argc;
	if (!err) {
		in = open_input(run, argv[1]);
		err = in < 0 ? in : open_output(run, argv[2]);
	}
	if (!err)
		err = enter(run);
	if (!err) {
		out = folder_begin(&run->folder, run->name);
		err = out < 0 ? out : unseal_file(in, out, &run->keys);
	}
	if (!err)
		err = folder_commit(&run->folder, run->name, out);
	else if (out >= 0)
		folder_drop(&run->folder, run->name, out);
	if (err)
		return err;
	say("{\"ok\":true,\"files\":[");
	say_file(run, run->name);
	say("]}\n");
	return 0;
}

static const struct command {
	const char *name;
	int least, most; /* arguments */
	int (*run)(struct run *run, int argc, char **argv);
} commands[] = {
	{"make", 2, 3, run_make},
	{"lay", 2, 2, run_lay},
	{"trim", 4, 4, run_trim},
	{"join", 2, LIMIT_DERIVE_PARTS + 1, run_join},
	{"seal", 2, INT_MAX, run_seal},
	{"open", 3, 3, run_open},
	{"fits", 1, LIMIT_DERIVE_PARTS, run_fits},
	{"captions", 5, CAPTION_PARTS * 4 + 1, run_captions},
};

static int command_run(struct run *run, int argc, char **argv)
{
	for (size_t i = 0; argc >= 2 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0 &&
		    argc - 2 >= commands[i].least && argc - 2 <= commands[i].most)
			return commands[i].run(run, argc - 2, argv + 2);
	return -EINVAL;
}

static int use_option(struct run *run, const char *option, const char *value)
{
	if (strcmp(option, "-k") == 0)
		return use_keys(run, value);
	if (strcmp(option, "-r") != 0 || !read_ms(value, &run->reserve_mb))
		return -EINVAL;
	return 0;
}

int main(int argc, char **argv)
{
	struct run run = {.folder = {-1}};
	int err = 0;

	av_log_set_level(AV_LOG_QUIET);
	progress_init(&run.progress, STDOUT_FILENO);
	for (; !err && argc > 3 && *argv[1] == '-'; argc -= 2, argv += 2)
		err = use_option(&run, argv[1], argv[2]);
	if (!err)
		err = command_run(&run, argc, argv);
	/* no destructors: what was read may have left anything behind */
	_exit(err ? say_fault(err) : EX_OK);
}
