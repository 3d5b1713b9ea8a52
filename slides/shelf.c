#include "slides/shelf.h"

#include "base/count.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/loop.h"
#include "slides/press.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define LETTERS 4096 /* full: what asks is refused, see base/mailbox.h */

struct job {
	struct shelf_ask ask;
	TAILQ_ENTRY(job) link;
};

struct shelf {
	struct loop *loop;
	struct thread *thread;
	uint64_t reserve_bytes;
	/* of its thread */
	struct press *press;
	struct job *now; /* what the press draws */
	/* At most LIMIT_DECK_JOBS: then the newest is refused, and for an urgent one the
	 * last gives way. */
	TAILQ_HEAD(jobs, job) jobs;
	uint32_t n_jobs;
	/* The thread has ended: what is asked is refused. Written by shelf_destroy()
	 * after the thread was joined. */
	bool ended;
};

/* ---- pages ---------------------------------------------------------------- */

static void job_end(struct job *job, enum sheet_fault fault, uint32_t pages,
		    struct leaf *leaf)
{
	job->ask.done(job->ask.ctx, fault, pages, leaf);
	free(job);
}

static void spare(struct shelf_ask *ask)
{
	if (ask->still[0] && ask->thumb[0] && access(ask->still, R_OK) == 0 &&
	    access(ask->thumb, R_OK) == 0)
		ask->still[0] = ask->thumb[0] = '\0';
}

static void next(struct shelf *shelf)
{
	struct job *job;

	while (!shelf->now && (job = TAILQ_FIRST(&shelf->jobs))) {
		int err;

		spare(&job->ask);
		err = press_start(shelf->press, &job->ask);
		TAILQ_REMOVE(&shelf->jobs, job, link);
		shelf->n_jobs--;
		if (err) {
			log_error("deck_not_read", "err=%d", err);
			job_end(job, err == -ENOENT ? SHEET_NO_PAGE : SHEET_BUSY, 0,
				NULL);
		} else {
			shelf->now = job;
		}
	}
}

static int write_all(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Under another name first: who looks for the file finds it whole. */
static int save(const char *path, const uint8_t *data, size_t len)
{
	char part[SHELF_PATH + 8];
	int fd, err;

	if (!*path || !len)
		return 0;
	snprintf(part, sizeof(part), "%s.part", path);
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	err = write_all(fd, data, len);
	close(fd);
	if (!err && rename(part, path))
		err = -errno;
	if (err)
		unlink(part);
	return err;
}

static void on_page(void *ctx, const struct sheet_head *head, const uint8_t *body)
{
	struct shelf *shelf = ctx;
	struct job *job = shelf->now;
	enum sheet_fault fault = head->fault;
	size_t at = sheet_picture_len(head), files = at + sheet_alpha_len(head);
	struct leaf *leaf = NULL;

	shelf->now = NULL;
	if (!fault && head->w_px && job->ask.box_w_px &&
	    leaf_create_over(&leaf, head->w_px, head->h_px, body,
			     head->alpha ? body + at : NULL))
		fault = SHEET_BUSY;
	if (!fault &&
	    (save(job->ask.still, body + files, head->still_len) ||
	     save(job->ask.thumb, body + files + head->still_len, head->thumb_len)))
		log_error("deck_not_kept", "error=\"%s\"", strerror(errno));
	if (fault)
		log_info("deck_page_refused", "page=%u why=%s", job->ask.page,
			 sheet_fault_name(fault));
	job_end(job, fault, head->pages, leaf);
	next(shelf);
}

struct letter {
	struct shelf *shelf;
	struct job *job;
};

/* How many of the same owner wait, and the last urgent one. */
static uint32_t waiting_of(const struct shelf *shelf, uint32_t owner, struct job **urgent)
{
	struct job *job;
	uint32_t n = 0;

	*urgent = NULL;
	TAILQ_FOREACH(job, &shelf->jobs, link)
	{
		n += job->ask.owner == owner;
		if (job->ask.urgent)
			*urgent = job;
	}
	return n;
}

static void on_ask(void *note)
{
	const struct letter *letter = note;
	struct shelf *shelf = letter->shelf;
	struct job *job = letter->job, *urgent;

	if (waiting_of(shelf, job->ask.owner, &urgent) >= SHELF_OWN) {
		job_end(job, SHEET_BUSY, 0, NULL);
		return;
	}
	if (!shelf->ended && job->ask.urgent && shelf->n_jobs == LIMIT_DECK_JOBS) {
		struct job *last = TAILQ_LAST(&shelf->jobs, jobs); /* gives way */

		TAILQ_REMOVE(&shelf->jobs, last, link);
		shelf->n_jobs--;
		job_end(last, SHEET_BUSY, 0, NULL);
	}
	if (shelf->ended || shelf->n_jobs == LIMIT_DECK_JOBS) {
		count_add(COUNT_REJECT_QUEUE, !shelf->ended);
		job_end(job, SHEET_BUSY, 0, NULL);
		return;
	}
	(void)waiting_of(shelf, job->ask.owner, &urgent); /* one may have given way */
	if (job->ask.urgent && urgent)
		TAILQ_INSERT_AFTER(&shelf->jobs, urgent, job, link);
	else if (job->ask.urgent)
		TAILQ_INSERT_HEAD(&shelf->jobs, job, link);
	else
		TAILQ_INSERT_TAIL(&shelf->jobs, job, link);
	shelf->n_jobs++;
	next(shelf);
}

int shelf_draw(struct shelf *shelf, const struct shelf_ask *ask)
{
	struct job *job = malloc(sizeof(*job));
	const struct letter letter = {shelf, job};
	int err;

	if (!job)
		return -ENOMEM;
	job->ask = *ask;
	err = loop_note(shelf->loop, on_ask, &letter, sizeof(letter), false);
	if (err)
		free(job);
	return err;
}

/* ---- uploads -------------------------------------------------------------- */

struct shelf_file {
	struct shelf *shelf;
	void (*told)(void *ctx, int64_t n);
	void *ctx;
	int fd; /* -1: not open yet, or failed */
	int err;
	bool keep;
	void (*done)(void *ctx, int err);
	void *done_ctx;
	char path[SHELF_PATH];
};

struct piece {
	struct shelf_file *file;
	size_t len;
	uint8_t data[];
};

/* What others keep there must have its place. */
static bool full(const struct shelf_file *file)
{
	char dir[SHELF_PATH], *end;
	struct statvfs fs;

	snprintf(dir, sizeof(dir), "%s", file->path);
	end = strrchr(dir, '/');
	if (!end)
		return false;
	*end = '\0';
	if (mkdir(dir, 0700) && errno != EEXIST)
		return false; /* opening will tell */
	return statvfs(dir, &fs) == 0 &&
	       (uint64_t)fs.f_bavail * fs.f_frsize < file->shelf->reserve_bytes;
}

static void on_open(void *arg)
{
	struct shelf_file *file = arg;

	if (file->shelf->ended) {
		file->err = -ECANCELED;
		return;
	}
	if (full(file)) {
		file->err = -ENOSPC;
		return;
	}
	file->fd = open(file->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
			0600);
	if (file->fd < 0)
		file->err = -errno;
}

static void on_piece(void *arg)
{
	struct piece *piece = arg;
	struct shelf_file *file = piece->file;

	if (!file->err)
		file->err = file->shelf->ended
				    ? -ECANCELED
				    : write_all(file->fd, piece->data, piece->len);
	file->told(file->ctx, file->err ? file->err : (int64_t)piece->len);
	free(piece);
}

static void on_close(void *arg)
{
	struct shelf_file *file = arg;

	if (file->fd >= 0 && close(file->fd) && !file->err)
		file->err = -errno;
	if (file->fd >= 0 && (!file->keep || file->err))
		unlink(file->path);
	if (file->done)
		file->done(file->done_ctx, file->err);
	free(file);
}

int shelf_file_open(struct shelf_file **out, struct shelf *shelf, const char *path,
		    void (*told)(void *ctx, int64_t n), void *ctx)
{
	struct shelf_file *file = calloc(1, sizeof(*file));
	int err;

	if (!file)
		return -ENOMEM;
	file->shelf = shelf;
	file->told = told;
	file->ctx = ctx;
	file->fd = -1;
	snprintf(file->path, sizeof(file->path), "%s", path);
	err = loop_post(shelf->loop, on_open, file);
	if (err)
		free(file);
	else
		*out = file;
	return err;
}

int shelf_file_write(struct shelf_file *file, const void *data, size_t len)
{
	struct piece *piece = malloc(sizeof(*piece) + len);
	int err;

	if (!piece)
		return -ENOMEM;
	piece->file = file;
	piece->len = len;
	memcpy(piece->data, data, len);
	err = loop_post(file->shelf->loop, on_piece, piece);
	if (err)
		free(piece);
	return err;
}

void shelf_file_close(struct shelf_file *file, bool keep,
		      void (*done)(void *ctx, int err), void *ctx)
{
	file->keep = keep;
	file->done = done;
	file->done_ctx = ctx;
	if (loop_post_must(file->shelf->loop, on_close, file))
		log_error("deck_file_left", "path=%s",
			  file->path); /* it hangs for good */
}

/* ---- removing ------------------------------------------------------------- */

struct folder {
	struct shelf *shelf;
	char path[SHELF_PATH];
};

static void remove_dir(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	if (rmdir(path) && errno != ENOENT)
		log_warn("deck_not_removed", "path=%s error=\"%s\"", path,
			 strerror(errno));
}

static void on_remove(void *arg)
{
	struct folder *folder = arg;

	remove_dir(folder->path);
	free(folder);
}

int shelf_remove(struct shelf *shelf, const char *dir)
{
	struct folder *folder = malloc(sizeof(*folder));
	int err;

	if (!folder)
		return -ENOMEM;
	folder->shelf = shelf;
	snprintf(folder->path, sizeof(folder->path), "%s", dir);
	err = loop_post_must(shelf->loop, on_remove, folder);
	if (err)
		free(folder);
	return err;
}

struct sweeping {
	struct shelf *shelf;
	char path[SHELF_PATH];
	char keep[];
};

static void on_sweep(void *arg)
{
	struct sweeping *sweeping = arg;
	DIR *dir = sweeping->shelf->ended ? NULL : opendir(sweeping->path);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char name[sizeof(entry->d_name) + 2], path[SHELF_PATH];

		snprintf(name, sizeof(name), "/%s/", entry->d_name);
		if (entry->d_name[0] == '.' || strstr(sweeping->keep, name) ||
		    (size_t)snprintf(path, sizeof(path), "%s/%s", sweeping->path,
				     entry->d_name) >= sizeof(path))
			continue;
		remove_dir(path);
		log_info("deck_swept", "deck=%s", entry->d_name);
	}
	if (dir)
		closedir(dir);
	free(sweeping);
}

int shelf_sweep(struct shelf *shelf, const char *dir, const char *keep)
{
	size_t len = strlen(keep) + 1;
	struct sweeping *sweeping = malloc(sizeof(*sweeping) + len);
	int err;

	if (!sweeping)
		return -ENOMEM;
	sweeping->shelf = shelf;
	snprintf(sweeping->path, sizeof(sweeping->path), "%s", dir);
	memcpy(sweeping->keep, keep, len);
	err = loop_post_must(shelf->loop, on_sweep, sweeping);
	if (err)
		free(sweeping);
	return err;
}

/* ---- looking -------------------------------------------------------------- */

struct look {
	struct shelf *shelf;
	void (*done)(void *ctx, int fd);
	void (*told)(void *ctx, int64_t bytes);
	void *ctx;
	char path[SHELF_PATH];
};

/* All of `from` into `to`. */
static int copy(int to, int from)
{
	static const size_t most = SHEET_STILL_MAX;
	uint8_t buf[16384];
	size_t all = 0;
	ssize_t n;
	int err = 0;

	while (!err && (n = read(from, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		all += (size_t)n;
		err = all > most ? -EFBIG : write_all(to, buf, (size_t)n);
	}
	return err;
}

/* A descriptor in memory, or a negative errno. */
static int in_memory(const char *path)
{
	int from = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), to, err;

	if (from < 0)
		return -errno;
	to = memfd_create("aula-page", MFD_CLOEXEC);
	err = to < 0 ? -errno : copy(to, from);
	close(from);
	if (err && to >= 0)
		close(to);
	return err ? err : to;
}

static void on_read(void *arg)
{
	struct look *look = arg;

	look->done(look->ctx, look->shelf->ended ? -ECANCELED : in_memory(look->path));
	free(look);
}

static void on_free_bytes(void *arg)
{
	struct look *look = arg;
	struct statvfs fs;
	int64_t bytes = -ECANCELED;

	if (!look->shelf->ended)
		bytes = statvfs(look->path, &fs) == 0
				? (int64_t)((uint64_t)fs.f_bavail * fs.f_frsize)
				: -errno;
	look->told(look->ctx, bytes);
	free(look);
}

/* Copies. */
static int look_post(void (*fn)(void *arg), const struct look *what, const char *path)
{
	struct look *look = malloc(sizeof(*look));
	int err;

	if (!look)
		return -ENOMEM;
	*look = *what;
	snprintf(look->path, sizeof(look->path), "%s", path);
	err = loop_post(look->shelf->loop, fn, look);
	if (err) {
		count_add(COUNT_REJECT_QUEUE, 1);
		free(look);
	}
	return err;
}

int shelf_read(struct shelf *shelf, const char *path, void (*done)(void *ctx, int fd),
	       void *ctx)
{
	const struct look what = {.shelf = shelf, .done = done, .ctx = ctx};

	return look_post(on_read, &what, path);
}

int shelf_free_bytes(struct shelf *shelf, const char *dir,
		     void (*done)(void *ctx, int64_t bytes), void *ctx)
{
	const struct look what = {.shelf = shelf, .told = done, .ctx = ctx};

	return look_post(on_free_bytes, &what, dir);
}

/* ---- life ----------------------------------------------------------------- */

static void work(void *arg)
{
	struct shelf *shelf = arg;

	loop_run(shelf->loop);
}

int shelf_create(struct shelf **out, const struct shelf_conf *conf)
{
	struct shelf *shelf = calloc(1, sizeof(*shelf));
	const struct press_done done = {on_page, shelf};
	int err;

	if (!shelf)
		return -ENOMEM;
	shelf->reserve_bytes = conf->reserve_bytes;
	TAILQ_INIT(&shelf->jobs);
	err = loop_create(&shelf->loop, LETTERS);
	if (!err)
		err = press_create(&shelf->press, shelf->loop, conf->helper, &done);
	if (!err)
		err = thread_start(&shelf->thread, NULL, "aula-deck", work, shelf);
	if (err)
		shelf_destroy(shelf);
	else
		*out = shelf;
	return err;
}

void shelf_destroy(struct shelf *shelf)
{
	struct job *job;

	if (!shelf)
		return;
	if (shelf->thread) {
		loop_stop(shelf->loop);
		thread_join(shelf->thread);
	}
	press_destroy(shelf->press);
	if (shelf->now)
		job_end(shelf->now, SHEET_BUSY, 0, NULL);
	while ((job = TAILQ_FIRST(&shelf->jobs))) {
		TAILQ_REMOVE(&shelf->jobs, job, link);
		job_end(job, SHEET_BUSY, 0, NULL);
	}
	shelf->ended = true;
	loop_destroy(shelf->loop); /* refuses what is still in the mailbox */
	free(shelf);
}
