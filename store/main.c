/* aula-store: keeps recordings in a storage that speaks the protocol of Amazon S3, and
 * ends. Tells how far it is in lines of JSON, the last of which says what came of it; its
 * exit status is of sysexits.h.
 *
 *   aula-store -c FILE save ID          all files of a recording, what is there is left
 *   aula-store -c FILE free ID          compares, and removes large ones from the folder
 *   aula-store -c FILE drop START       removes all objects whose names begin so
 *   aula-store -c FILE put FILE...      under their own names
 *   aula-store -c FILE get NAME FILE
 *   aula-store -c FILE head NAME
 *   aula-store -c FILE delete NAME
 *   aula-store -c FILE list [START]
 *   aula-store -c FILE link NAME        to it, for ten minutes; asks nobody
 *
 * FILE is a configuration as the server's, of which it reads recordings_dir and s3_*; "-"
 * is the standard input. Keys are in the file that it names, and nowhere else. It takes
 * what is left of the machine; see jail.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/jail.h"
#include "store/fault.h"
#include "store/keep.h"
#include "store/keys.h"
#include "store/kind.h"
#include "store/listing.h"
#include "store/object.h"

#define CPU_SEC      36000
#define MEMORY       (UINT64_C(1) << 30)
#define FILE_MOST    (UINT64_C(1) << 42) /* that is got */
#define FILES        48                  /* put at once */
#define PATIENCE_SEC 30
#define LINK_SEC     600

struct run {
	struct conf conf;
	struct place place;
	struct sign_keys keys;
	struct say say;
	struct keep keep;
	char folder[CONF_PATH + 16]; /* where it may write */
	uint32_t patience_sec;
	int n; /* arguments of the command */
	char **args;
};

/* ---- the start -------------------------------------------------------------------- */

static int read_conf(struct run *run, const char *path)
{
	char why[512];
	int err;

	conf_init(&run->conf);
	err = conf_read(&run->conf, strcmp(path, "-") == 0 ? "/proc/self/fd/0" : path,
			why, sizeof(why));
	if (err) {
		fprintf(stderr, "aula-store: %s\n", why);
		return FAULT_PLACE;
	}
	if (!*run->conf.s3_endpoint || !*run->conf.s3_bucket ||
	    !*run->conf.s3_credentials_file)
		return FAULT_PLACE;
	if (keys_read(&run->keys, run->conf.s3_credentials_file, why, sizeof(why))) {
		fprintf(stderr, "aula-store: %s\n", why);
		return FAULT_KEYS;
	}
	if (!*run->conf.recordings_dir)
		snprintf(run->folder, sizeof(run->folder), "%s/recordings",
			 run->conf.data_dir);
	else
		snprintf(run->folder, sizeof(run->folder), "%s",
			 run->conf.recordings_dir);
	return place_make(&run->place, &run->conf);
}

/* Classes go on meanwhile. */
static void be_humble(void)
{
	const struct sched_param param = {.sched_priority = 0};

	setpriority(PRIO_PROCESS, 0, 19);
	sched_setscheduler(0, SCHED_IDLE, &param);
	syscall(SYS_ioprio_set, 1, 0, 3 << 13); /* this process; the idle class */
}

/* From now on nothing can be opened but the folder's files. */
static int enter(struct run *run)
{
	const struct jail jail = {.cpu_sec = CPU_SEC,
				  .memory = MEMORY,
				  .file_bytes = FILE_MOST,
				  .folder = run->folder,
				  .file = *run->conf.s3_ca_file ? run->conf.s3_ca_file
								: NULL,
				  .network = true};
	const struct wire_conf conf = {.place = &run->place,
				       .keys = &run->keys,
				       .ca_file = run->conf.s3_ca_file,
				       .patience_sec = run->patience_sec,
				       .say = &run->say};

	be_humble();
	signal(SIGXFSZ, SIG_IGN);
	if (jail_enter(&jail))
		return -EPERM;
	run->keep.folder = run->folder;
	return wire_open(&run->keep.wire, &conf);
}

static int name_of(struct run *run, const char *name, char out[PLACE_KEY + 1])
{
	int n = snprintf(out, PLACE_KEY + 1, "%s%s", run->place.prefix, name);

	snprintf(run->keep.failed, sizeof(run->keep.failed), "%s", name);
	return n < 1 || n > PLACE_KEY ? -E2BIG : 0;
}

/* ---- commands --------------------------------------------------------------------- */

static int run_save(struct run *run)
{
	int err = keep_id_ok(run->args[0]) ? enter(run) : -EINVAL;

	return err ? err : keep_save(&run->keep, run->args[0]);
}

static int run_free(struct run *run)
{
	int err = keep_id_ok(run->args[0]) ? enter(run) : -EINVAL;

	return err ? err : keep_free(&run->keep, run->args[0]);
}

static int run_drop(struct run *run)
{
	/* the whole bucket by an empty variable of a script: no */
	int err = *run->args[0] ? enter(run) : -EINVAL;

	return err ? err : keep_drop(&run->keep, run->args[0]);
}

static int open_all(struct run *run, int fds[FILES], int64_t bytes[FILES], int64_t *all)
{
	for (int i = 0; i < run->n; i++) {
		struct stat st;

		snprintf(run->keep.failed, sizeof(run->keep.failed), "%s", run->args[i]);
		fds[i] = open(run->args[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (fds[i] < 0)
			return -errno;
		if (fstat(fds[i], &st) || !S_ISREG(st.st_mode))
			return -ENOENT;
		bytes[i] = st.st_size;
		*all += st.st_size;
	}
	return 0;
}

static int run_put(struct run *run)
{
	char key[PLACE_KEY + 1];
	int64_t bytes[FILES], all = 0;
	int fds[FILES], err = open_all(run, fds, bytes, &all);

	if (!err)
		err = enter(run);
	say_step(&run->say, "put", all);
	for (int i = 0; i < run->n && !err; i++) {
		const char *slash = strrchr(run->args[i], '/');
		const char *name = slash ? slash + 1 : run->args[i];

		err = name_of(run, name, key);
		if (!err)
			err = object_put(run->keep.wire, key, fds[i], bytes[i],
					 kind_type(name));
		if (!err)
			say_done(&run->say, bytes[i]);
	}
	return err;
}

/* The folder of a path, to write in, and the name of what is not whole yet. */
static int part_of(struct run *run, const char *path, char *part, size_t size)
{
	const char *slash = strrchr(path, '/');
	int n = snprintf(part, size, "%s.part", path);

	if (n < 0 || (size_t)n >= sizeof(run->folder) || (slash && !slash[1]))
		return -EINVAL;
	snprintf(run->folder, sizeof(run->folder), "%.*s",
		 slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
	return 0;
}

static int get(struct run *run, const char *key, int fd, const char *part,
	       const char *path)
{
	struct stat st;
	int err = enter(run);

	say_step(&run->say, "get", 0);
	if (!err)
		err = object_get(run->keep.wire, key, fd);
	if (!err && (fsync(fd) || fstat(fd, &st) || rename(part, path)))
		err = -EIO;
	if (!err)
		say_done(&run->say, st.st_size);
	return err;
}

/* Only a whole file gets the name. */
static int run_get(struct run *run)
{
	char key[PLACE_KEY + 1], part[sizeof(run->folder) + 8];
	int err = part_of(run, run->args[1], part, sizeof(part)), fd;

	if (!err)
		err = name_of(run, run->args[0], key);
	if (err)
		return err;
	fd = open(part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	err = get(run, key, fd, part, run->args[1]);
	if (err)
		unlink(part);
	return err;
}

static int run_head(struct run *run)
{
	char key[PLACE_KEY + 1];
	struct wire_said said;
	int err = name_of(run, run->args[0], key);

	if (!err)
		err = enter(run);
	if (!err)
		err = object_head(run->keep.wire, key, &said);
	if (!err) {
		say_object(run->args[0], said.bytes, said.tag);
		run->say.objects = 1;
	}
	return err;
}

static int run_delete(struct run *run)
{
	char key[PLACE_KEY + 1];
	int err = name_of(run, run->args[0], key);

	if (!err)
		err = enter(run);
	return err ? err : object_delete(run->keep.wire, key);
}

static int list_one(void *ctx, const char *key, int64_t bytes, const char *tag)
{
	struct run *run = ctx;

	say_object(key + strlen(run->place.prefix), bytes, tag);
	run->say.objects++;
	run->say.done += bytes;
	return 0;
}

static int run_list(struct run *run)
{
	char key[PLACE_KEY + 1];
	int n = snprintf(key, sizeof(key), "%s%s", run->place.prefix,
			 run->n ? run->args[0] : "");
	int err = n < 0 || n > PLACE_KEY ? -E2BIG : enter(run);

	return err ? err : listing_objects(run->keep.wire, key, list_one, run);
}

static int run_link(struct run *run)
{
	const struct place_wish wish = {.method = "GET", .name = run->args[0]};
	char link[PLACE_LINK];
	int err = place_link(link, &run->place, &run->keys, &wish, clock_wall_ms(),
			     LINK_SEC);

	if (!err)
		printf("%s\n", link);
	return err ? err : fflush(stdout) ? -EIO : 0;
}

static const struct command {
	const char *name;
	int least, most; /* arguments */
	int (*run)(struct run *run);
} commands[] = {
	{"save", 1, 1, run_save},     {"free", 1, 1, run_free}, {"drop", 1, 1, run_drop},
	{"put", 1, FILES, run_put},   {"get", 2, 2, run_get},   {"head", 1, 1, run_head},
	{"delete", 1, 1, run_delete}, {"list", 0, 1, run_list}, {"link", 1, 1, run_link},
};

static const struct command *find(const char *name, int n)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0 && n >= commands[i].least &&
		    n <= commands[i].most)
			return &commands[i];
	return NULL;
}

static const char usage[] =
	"Usage: aula-store -c FILE [-p SECONDS] COMMAND\n"
	"Keeps recordings in a storage that speaks the protocol of Amazon S3.\n"
	"\n"
	"  -c FILE       the server's configuration: s3_*, recordings_dir; -: the input\n"
	"  -p SECONDS    without progress, before it tries again (default: 30)\n"
	"\n"
	"  save ID       all files of a recording; what is there and the same is left\n"
	"  free ID       compares, then removes the large ones from the folder\n"
	"  drop START    removes all objects whose names begin so\n"
	"  put FILE...   get NAME FILE   head NAME   delete NAME   list [START]\n"
	"  link NAME     to it, for ten minutes, whoever has it\n";

static int start(struct run *run, int argc, char **argv)
{
	const struct command *command;
	const char *conf = NULL;
	int opt, err;

	run->patience_sec = PATIENCE_SEC;
	while ((opt = getopt(argc, argv, "+c:p:")) != -1) {
		if (opt == 'c')
			conf = optarg;
		else if (opt == 'p' && atoi(optarg) >= 1 && atoi(optarg) <= 3600)
			run->patience_sec = (uint32_t)atoi(optarg);
		else
			return -EINVAL;
	}
	if (!conf || optind >= argc)
		return -EINVAL;
	run->n = argc - optind - 1;
	run->args = argv + optind + 1;
	command = find(argv[optind], run->n);
	if (!command)
		return -EINVAL;
	err = read_conf(run, conf);
	return err ? err : command->run(run);
}

int main(int argc, char **argv)
{
	static struct run run; /* too large for a stack */
	int err;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return EX_OK;
	}
	signal(SIGPIPE, SIG_IGN); /* see say.c */
	opterr = 0;
	err = start(&run, argc, argv);
	if (err) {
		say_fault(err, run.keep.failed);
		return fault_of(err)->exit_status;
	}
	say_ok(&run.say);
	wire_close(run.keep.wire);
	return EX_OK;
}
