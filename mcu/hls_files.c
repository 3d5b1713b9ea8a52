#include "mcu/hls_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "base/loop.h"
#include "mcu/hls_read.h"
#include "mcu/server.h"
#include "mcu/vault.h"
#include "signaling/http.h"

#define LETTERS 1024 /* full: who asks gets 503 */

struct wait {
	TAILQ_ENTRY(wait) link;
	struct http_request *req;
	int64_t since_us;
	bool open;
};

struct hls_file {
	TAILQ_ENTRY(hls_file) link;
	uint32_t number; /* of this process, never used again soon */
	bool there, fetching;
	int64_t at_us;   /* when it was read */
	int64_t used_us; /* when it was asked for last */
	struct hls_read content;
	TAILQ_HEAD(, wait) waits; /* while it is being fetched */
	char id[DB_ID + 1], name[HLS_NAME + 1];
};

struct hls_files {
	struct server *server;
	struct loop *loop; /* of its thread */
	struct thread *thread;
	TAILQ_HEAD(hls_list, hls_file) list; /* who was asked for last is first */
	size_t bytes;
	uint32_t n, n_waits, next_number;
};

/* On its way to the thread and back. Its file is found by the number. */
struct fetch {
	struct server *server;
	uint32_t number;
	int err;
	struct hls_read content;
	char dir[CONF_PATH], id[DB_ID + 1], name[HLS_NAME + 1];
};

/* ---- names ------------------------------------------------------------------ */

bool hls_name_ok(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789");
	const char *ext = name + n;

	return n > 0 && strlen(name) <= HLS_NAME &&
	       (strcmp(ext, ".m3u8") == 0 || strcmp(ext, ".mp4") == 0 ||
		strcmp(ext, ".m4s") == 0);
}

bool hls_name_list(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && strcmp(dot, ".m3u8") == 0;
}

/* ---- replies ---------------------------------------------------------------- */

/* A list is another one soon; a piece never is. Those of one member are for no cache
 * that others share. */
static void reply_list(const struct hls_file *file, struct http_request *req, bool open)
	RUNS_ON(on_ctl)
{
	const struct hls_read *list = &file->content;
	bool gz = list->gz && http_takes_gzip(req);
	const struct http_form form = {
		.type = "application/vnd.apple.mpegurl",
		.cache = open ? "public, max-age=1" : "no-store",
		.encoding = gz ? "gzip" : NULL,
		.vary = true,
		.open = open,
	};

	http_reply_form(req, 200, &form, gz ? list->gz : list->text,
			gz ? list->gz_len : list->bytes);
}

static void reply(const struct hls_file *file, struct http_request *req, bool open)
	RUNS_ON(on_ctl)
{
	const struct http_form form = {
		.type = strstr(file->name, ".m4s") ? "video/iso.segment" : "video/mp4",
		.cache = open ? "public, max-age=86400, immutable"
			      : "private, max-age=86400, immutable",
		.open = open,
	};
	int fd;

	if (file->content.text) {
		reply_list(file, req, open);
		return;
	}
	fd = fcntl(file->content.fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		http_reply_error(req, 503, "no_resources");
	else
		http_reply_file_form(req, fd, &form);
}

/* The request of one who waited; the caller replies. */
static struct http_request *wait_end(struct hls_files *files, struct hls_file *file,
				     struct wait *wait)
{
	struct http_request *req = wait->req;

	TAILQ_REMOVE(&file->waits, wait, link);
	files->n_waits--;
	free(wait);
	return req;
}

static size_t weight(const struct hls_file *file)
{
	return file->there ? file->content.bytes + file->content.gz_len : 0;
}

static void content_end(struct hls_files *files, struct hls_file *file)
{
	files->bytes -= weight(file);
	file->there = false;
	hls_read_free(&file->content);
}

static void file_end(struct hls_files *files, struct hls_file *file)
{
	struct wait *wait;

	while ((wait = TAILQ_FIRST(&file->waits)))
		(void)wait_end(files, file, wait);
	TAILQ_REMOVE(&files->list, file, link);
	files->n--;
	content_end(files, file);
	free(file);
}

/* A piece that is no longer here may be where recordings are kept; lists stay here. */
static bool elsewhere(const struct hls_files *files, const struct hls_file *file,
		      struct http_request *req) RUNS_ON(on_ctl)
{
	char name[DB_ID + HLS_NAME + 16];

	if (hls_name_list(file->name))
		return false;
	snprintf(name, sizeof(name), "%s.live.hls/%s", file->id, file->name);
	return vault_redirect(files->server->vault, req, name, NULL, NULL,
			      VAULT_LINK_SEC);
}

static void refuse(struct hls_files *files, struct hls_file *file, int status,
		   const char *code) RUNS_ON(on_ctl)
{
	struct wait *wait;

	while ((wait = TAILQ_FIRST(&file->waits))) {
		struct http_request *req = wait_end(files, file, wait);

		if (status != 404 || !elsewhere(files, file, req))
			http_reply_error(req, status, code);
	}
	file_end(files, file);
}

/* ---- fetching --------------------------------------------------------------- */

static struct hls_file *file_of(const struct hls_files *files, uint32_t number)
{
	struct hls_file *file;

	if (!files) /* the server goes */
		return NULL;
	TAILQ_FOREACH(file, &files->list, link)
	if (file->number == number)
		return file;
	return NULL;
}

/* Beyond the bounds the longest unused go; what is being fetched stays. */
static void shrink(struct hls_files *files, uint32_t most)
{
	struct hls_file *file, *before;

	for (file = TAILQ_LAST(&files->list, hls_list);
	     file && (files->n > most || files->bytes > HLS_KEPT_BYTES); file = before) {
		before = TAILQ_PREV(file, hls_list, link);
		if (!file->fetching && before)
			file_end(files, file);
	}
}

static void not_read(struct hls_files *files, struct hls_file *file, int err)
	RUNS_ON(on_ctl)
{
	if (err != -ENOENT)
		log_warn("hls_not_read", "recording=%s name=%s error=\"%s\"", file->id,
			 file->name, strerror(-err));
	switch (err) {
	case -ENOENT:
		refuse(files, file, 404, "unknown_recording");
		break;
	case -EKEYREJECTED:
		refuse(files, file, 500, "no_key");
		break;
	case -EBADMSG:
		refuse(files, file, 500, "damaged");
		break;
	default:
		refuse(files, file, 503, "no_resources");
	}
}

static void was_read(void *arg)
{
	struct fetch *back = arg;
	struct hls_files *files = back->server->hls_files;
	struct hls_file *file = file_of(files, back->number);
	struct wait *wait;

	thread_claim(&on_ctl);
	if (!file) {
		hls_read_free(&back->content);
	} else if (back->err) {
		not_read(files, file, back->err);
	} else {
		content_end(files, file);
		file->content = back->content;
		file->there = true;
		file->fetching = false;
		file->at_us = clock_us();
		files->bytes += weight(file);
		while ((wait = TAILQ_FIRST(&file->waits))) {
			bool open = wait->open;

			reply(file, wait_end(files, file, wait), open);
		}
		shrink(files, HLS_KEPT);
	}
	free(back);
}

/* On the thread that reads. */
static void on_fetch(void *arg)
{
	struct fetch *fetch = arg;

	fetch->err = hls_read(&fetch->content, fetch->dir, fetch->id, fetch->name,
			      fetch->server->seal_keys);
	if (loop_post_must(fetch->server->loop, was_read, fetch) == 0)
		return;
	count_add(COUNT_REJECT_QUEUE, 1); /* who waits is told so when its time is over */
	log_warn("control_queue_full", "what=hls");
	hls_read_free(&fetch->content);
	free(fetch);
}

static int fetch(const struct hls_files *files, struct hls_file *file)
{
	struct fetch *fetch = calloc(1, sizeof(*fetch));
	int err;

	if (!fetch)
		return -ENOMEM;
	fetch->server = files->server;
	fetch->number = file->number;
	fetch->content.fd = -1;
	snprintf(fetch->dir, sizeof(fetch->dir), "%s",
		 files->server->conf->recordings_dir);
	snprintf(fetch->id, sizeof(fetch->id), "%s", file->id);
	snprintf(fetch->name, sizeof(fetch->name), "%s", file->name);
	err = loop_post(files->loop, on_fetch, fetch);
	if (err)
		free(fetch);
	else
		file->fetching = true;
	return err;
}

/* ---- asked for -------------------------------------------------------------- */

static struct hls_file *find(const struct hls_files *files, const char *id,
			     const char *name)
{
	struct hls_file *file;

	TAILQ_FOREACH(file, &files->list, link)
	if (strcmp(file->id, id) == 0 && strcmp(file->name, name) == 0)
		return file;
	return NULL;
}

static struct hls_file *file_new(struct hls_files *files, const char *id,
				 const char *name)
{
	struct hls_file *file;

	shrink(files, HLS_KEPT - 1);
	file = files->n < 2 * HLS_KEPT ? calloc(1, sizeof(*file)) : NULL;
	if (!file)
		return NULL;
	TAILQ_INIT(&file->waits);
	file->content.fd = -1;
	file->number = ++files->next_number;
	file->used_us = clock_us();
	snprintf(file->id, sizeof(file->id), "%s", id);
	snprintf(file->name, sizeof(file->name), "%s", name);
	TAILQ_INSERT_HEAD(&files->list, file, link);
	files->n++;
	return file;
}

static bool fresh(const struct hls_file *file, int64_t now_us)
{
	return file->there && !file->fetching &&
	       (!hls_name_list(file->name) || now_us - file->at_us < HLS_LIST_US);
}

void hls_files_get(struct hls_files *files, struct http_request *req, const char *id,
		   const char *name, bool open)
{
	struct hls_file *file = find(files, id, name);
	int64_t now_us = clock_us();
	struct wait *wait;

	if (file) {
		TAILQ_REMOVE(&files->list, file, link);
		TAILQ_INSERT_HEAD(&files->list, file, link);
	}
	if (file)
		file->used_us = now_us;
	if (file && fresh(file, now_us)) {
		reply(file, req, open);
		return;
	}
	wait = files->n_waits < HLS_WAITS ? malloc(sizeof(*wait)) : NULL;
	if (wait && !file)
		file = file_new(files, id, name);
	if (wait && file && !file->fetching && fetch(files, file)) {
		file_end(files, file);
		file = NULL;
	}
	if (!wait || !file) {
		free(wait);
		http_reply_error(req, 503, "no_resources");
		return;
	}
	*wait = (struct wait){.req = req, .since_us = now_us, .open = open};
	TAILQ_INSERT_TAIL(&file->waits, wait, link);
	files->n_waits++;
}

int hls_files_run(struct hls_files *files, void (*fn)(void *arg), void *arg)
{
	return loop_post(files->loop, fn, arg);
}

/* What is being read of it finds no file then. */
void hls_files_forget(struct hls_files *files, const char *id)
{
	struct hls_file *file, *after;

	for (file = files ? TAILQ_FIRST(&files->list) : NULL; file; file = after) {
		after = TAILQ_NEXT(file, link);
		if (strcmp(file->id, id) == 0)
			refuse(files, file, 403, "bad_link");
	}
}

/* Once nobody asks for it: it may be deleted on the disk. */
static void drop_idle(struct hls_files *files, int64_t now_us)
{
	struct hls_file *file, *before;

	for (file = TAILQ_LAST(&files->list, hls_list); file; file = before) {
		before = TAILQ_PREV(file, hls_list, link);
		if (!file->fetching && now_us - file->used_us > HLS_IDLE_US)
			file_end(files, file);
	}
}

/* A file that is waited for stays: it comes some time, or the disk is gone for good. */
void hls_files_tick(struct hls_files *files, int64_t now_us)
{
	struct hls_file *file;
	struct wait *wait;

	TAILQ_FOREACH(file, &files->list, link)
	while ((wait = TAILQ_FIRST(&file->waits)) &&
	       now_us - wait->since_us > HLS_WAIT_US)
		http_reply_error(wait_end(files, file, wait), 503, "no_resources");
	drop_idle(files, now_us);
}

/* ---- life ------------------------------------------------------------------- */

static void work(void *arg)
{
	struct hls_files *files = arg;

	loop_run(files->loop);
}

int hls_files_create(struct server *server)
{
	struct hls_files *files = calloc(1, sizeof(*files));
	int err;

	if (!files)
		return -ENOMEM;
	files->server = server;
	TAILQ_INIT(&files->list);
	server->hls_files = files;
	err = loop_create(&files->loop, LETTERS);
	if (!err)
		err = thread_start(&files->thread, NULL, "aula-hls", work, files);
	if (err)
		hls_files_destroy(server);
	return err;
}

/* What the thread has posted finds no files any more, and frees itself. */
void hls_files_destroy(struct server *server)
{
	struct hls_files *files = server->hls_files;
	struct hls_file *file;

	if (!files)
		return;
	if (files->thread) {
		loop_stop(files->loop);
		thread_join(files->thread);
	}
	server->hls_files = NULL;
	if (files->loop)
		loop_destroy(files->loop);
	while ((file = TAILQ_FIRST(&files->list)))
		file_end(files, file);
	free(files);
}
