#include "mcu/page_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "base/loop.h"
#include "mcu/server.h"
#include "signaling/http.h"

struct wait {
	TAILQ_ENTRY(wait) link;
	struct http_request *req;
	int64_t since_us;
};

struct page_file {
	TAILQ_ENTRY(page_file) link;
	uint32_t number; /* of this process, never used again soon */
	int fd;          /* a copy in memory; -1: it is being fetched */
	bool drawn;      /* it was made: when it is not there now, it never will be */
	TAILQ_HEAD(, wait) waits; /* while it is being fetched */
	struct shelf_ask draw;
	char path[SHELF_PATH];
};

struct page_files {
	struct server *server;
	TAILQ_HEAD(page_list, page_file) list; /* who was asked for last is first */
	uint32_t n, n_waits, next_number;
};

/* ---- replies -------------------------------------------------------------- */

static void reply(const struct page_file *file, struct http_request *req) RUNS_ON(on_ctl)
{
	int fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		http_reply_error(req, 503, "no_resources");
	else
		http_reply_file(req, fd, "image/webp");
}

/* The request of one who waited; the caller replies. */
static struct http_request *wait_end(struct page_files *files, struct page_file *file,
				     struct wait *wait)
{
	struct http_request *req = wait->req;

	TAILQ_REMOVE(&file->waits, wait, link);
	files->n_waits--;
	free(wait);
	return req;
}

static void file_end(struct page_files *files, struct page_file *file)
{
	struct wait *wait;

	while ((wait = TAILQ_FIRST(&file->waits)))
		(void)wait_end(files, file, wait);
	TAILQ_REMOVE(&files->list, file, link);
	files->n--;
	if (file->fd >= 0)
		close(file->fd);
	free(file);
}

static void refuse(struct page_files *files, struct page_file *file, int status,
		   const char *code) RUNS_ON(on_ctl)
{
	struct wait *wait;

	while ((wait = TAILQ_FIRST(&file->waits)))
		http_reply_error(wait_end(files, file, wait), status, code);
	file_end(files, file);
}

/* ---- fetching ------------------------------------------------------------- */

/* On its way to the shelf's thread and back. Its file is found by the number. */
struct fetch {
	struct server *server;
	uint32_t number;
	int fd; /* or a negative errno */
	enum sheet_fault fault;
};

static void was_read(void *arg);
static void was_drawn(void *arg);

/* On the shelf's thread. */
static void come_back(struct fetch *fetch, void (*fn)(void *arg))
{
	if (loop_post_must(fetch->server->loop, fn, fetch) == 0)
		return;
	count_add(COUNT_REJECT_QUEUE, 1); /* who waits is told so when its time is over */
	log_warn("control_queue_full", "what=page");
	if (fetch->fd >= 0)
		close(fetch->fd);
	free(fetch);
}

static void on_read(void *ctx, int fd)
{
	struct fetch *fetch = ctx;

	fetch->fd = fd;
	come_back(fetch, was_read);
}

static void on_drawn(void *ctx, enum sheet_fault fault, uint32_t pages, struct leaf *leaf)
{
	struct fetch *fetch = ctx;

	(void)pages;
	leaf_put(leaf);
	fetch->fault = fault;
	come_back(fetch, was_drawn);
}

static int fetch(const struct page_files *files, struct page_file *file, bool draw)
{
	struct fetch *fetch = malloc(sizeof(*fetch));
	struct shelf *shelf = files->server->shelf;
	int err;

	if (!fetch)
		return -ENOMEM;
	*fetch = (struct fetch){files->server, file->number, -1, SHEET_FINE};
	if (draw) {
		file->drawn = true;
		file->draw.done = on_drawn;
		file->draw.ctx = fetch;
		err = shelf_draw(shelf, &file->draw);
	} else {
		err = shelf_read(shelf, file->path, on_read, fetch);
	}
	if (err)
		free(fetch);
	return err;
}

static struct page_file *file_of(const struct page_files *files, uint32_t number)
{
	struct page_file *file;

	if (!files) /* the server goes */
		return NULL;
	TAILQ_FOREACH(file, &files->list, link)
	if (file->number == number)
		return file;
	return NULL;
}

static void was_read(void *arg)
{
	struct fetch *back = arg;
	struct page_files *files = back->server->page_files;
	struct page_file *file = file_of(files, back->number);
	int fd = back->fd;
	struct wait *wait;

	thread_claim(&on_ctl);
	free(back);
	if (!file) {
		if (fd >= 0)
			close(fd);
		return;
	}
	if (fd >= 0) {
		file->fd = fd;
		while ((wait = TAILQ_FIRST(&file->waits)))
			reply(file, wait_end(files, file, wait));
	} else if (fd == -ENOENT && !file->drawn) {
		if (fetch(files, file, true))
			refuse(files, file, 503, "no_resources");
	} else {
		log_warn("page_not_read", "path=%s error=\"%s\"", file->path,
			 strerror(-fd));
		refuse(files, file, 503, "no_resources");
	}
}

static void was_drawn(void *arg)
{
	struct fetch *back = arg;
	struct page_files *files = back->server->page_files;
	struct page_file *file = file_of(files, back->number);
	enum sheet_fault fault = back->fault;

	thread_claim(&on_ctl);
	free(back);
	if (!file)
		return;
	if (fault && fault != SHEET_BUSY)
		refuse(files, file, 404, sheet_fault_name(fault));
	else if (fault || fetch(files, file, false))
		refuse(files, file, 503, "no_resources");
}

/* ---- asked for ------------------------------------------------------------ */

static struct page_file *find(const struct page_files *files, const char *path)
{
	struct page_file *file;

	TAILQ_FOREACH(file, &files->list, link)
	if (strcmp(file->path, path) == 0)
		return file;
	return NULL;
}

/* False: all are being fetched. */
static bool make_room(struct page_files *files)
{
	struct page_file *file;

	if (files->n < PAGE_FILES_KEPT)
		return true;
	TAILQ_FOREACH_REVERSE(file, &files->list, page_list, link)
	if (file->fd >= 0) {
		file_end(files, file);
		return true;
	}
	return false;
}

static struct page_file *file_new(struct page_files *files, const char *path,
				  const struct shelf_ask *draw)
{
	struct page_file *file = make_room(files) ? calloc(1, sizeof(*file)) : NULL;

	if (!file)
		return NULL;
	TAILQ_INIT(&file->waits);
	file->fd = -1;
	file->number = ++files->next_number;
	file->draw = *draw;
	snprintf(file->path, sizeof(file->path), "%s", path);
	TAILQ_INSERT_HEAD(&files->list, file, link);
	files->n++;
	if (fetch(files, file, false)) {
		file_end(files, file);
		return NULL;
	}
	return file;
}

void page_files_get(struct page_files *files, struct http_request *req, const char *path,
		    const struct shelf_ask *draw)
{
	struct page_file *file = find(files, path);
	struct wait *wait;

	if (file && file->fd >= 0) {
		TAILQ_REMOVE(&files->list, file, link);
		TAILQ_INSERT_HEAD(&files->list, file, link);
		reply(file, req);
		return;
	}
	wait = files->n_waits < PAGE_FILES_WAITS ? malloc(sizeof(*wait)) : NULL;
	if (wait && !file)
		file = file_new(files, path, draw);
	if (!wait || !file) {
		free(wait);
		http_reply_error(req, 503, "no_resources");
		return;
	}
	*wait = (struct wait){.req = req, .since_us = clock_us()};
	TAILQ_INSERT_TAIL(&file->waits, wait, link);
	files->n_waits++;
}

/* The file stays: what it waits for comes some time, or the disk is gone for good. */
void page_files_tick(struct page_files *files, int64_t now_us)
{
	struct page_file *file;
	struct wait *wait;

	TAILQ_FOREACH(file, &files->list, link)
	while ((wait = TAILQ_FIRST(&file->waits)) &&
	       now_us - wait->since_us > PAGE_FILES_WAIT_US)
		http_reply_error(wait_end(files, file, wait), 503, "no_resources");
}

/* ---- life ----------------------------------------------------------------- */

int page_files_create(struct server *server)
{
	struct page_files *files = calloc(1, sizeof(*files));

	if (!files)
		return -ENOMEM;
	files->server = server;
	TAILQ_INIT(&files->list);
	server->page_files = files;
	return 0;
}

void page_files_destroy(struct server *server)
{
	struct page_files *files = server->page_files;
	struct page_file *file;

	server->page_files = NULL;
	while (files && (file = TAILQ_FIRST(&files->list)))
		file_end(files, file);
	free(files);
}
