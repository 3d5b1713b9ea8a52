#include "mcu/captions.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/seal.h"
#include "db/db.h"
#include "mcu/console.h"
#include "mcu/notice_made.h"
#include "mcu/rest.h"
#include "mcu/server.h"
#include "mcu/vtt.h"
#include "mcu/workshop.h"
#include "mcu/workshop_text.h"
#include "signaling/auth.h"
#include "slides/shelf.h"

#define RECORDINGS "/api/v1/recordings/"
#define CAPTIONS   "/captions/"
#define WHAT       (DB_ID + 32) /* a link is for */

/* One file that comes or goes. Those that are to be done wait in the server's list: one
 * after the other, so that none overlooks what another lists. */
struct caption_job {
	struct caption_job *next;
	struct server *server;
	struct http_request *req; /* NULL: nobody waits for a reply any more */
	char id[DB_ID + 1], language[VTT_LANGUAGE + 1];
	char name[WORKSHOP_NAME + 1];
	char path[SHELF_PATH], part[SHELF_PATH];
	char *text; /* owned; NULL: the file goes */
	size_t len, got;
	uint8_t *sealed; /* owned: what is written instead of the text, or NULL */
	size_t sealed_len;
	int cues;
	int err; /* of the disk */
	/* It is done, and no letter told of it: captions_second() looks. Set last. */
	atomic_bool untold;
	/* What seals the old ones would put them back over what comes. */
	struct workshop_hold hold;
	bool held;
};

static void run(struct server *server) RUNS_ON(on_ctl);

/* ---- the end of one -------------------------------------------------------- */

static void job_free(struct caption_job *job) RUNS_ON(on_ctl)
{
	job->server->n_captions--;
	free(job->sealed);
	free(job->text);
	free(job);
}

static void refuse(struct caption_job *job, int status, const char *code) RUNS_ON(on_ctl)
{
	struct http_request *req = job->req;

	job->req = NULL;
	if (req && !job->server->draining)
		http_reply_error(req, status, code);
}

/* It is the first of the list. */
static void over(struct caption_job *job, int status, const char *code) RUNS_ON(on_ctl)
{
	struct server *server = job->server;

	refuse(job, status, code);
	if (job->held)
		workshop_release(server->workshop);
	server->captions = job->next;
	job_free(job);
	if (!server->draining)
		run(server);
}

static void done(struct caption_job *job, const struct db_recording *row) RUNS_ON(on_ctl)
{
	struct server *server = job->server;
	struct http_request *req = job->req;
	char body[120];
	int n = snprintf(body, sizeof(body),
			 "{\"language\":\"%s\",\"cues\":%d,\"bytes\":%zu}\n",
			 job->language, job->cues, job->len);

	log_info("captions", "recording=%s language=%s bytes=%zu", job->id, job->language,
		 job->len);
	job->req = NULL;
	if (req && job->text)
		http_reply(req, 200, "application/json", body, (size_t)n);
	else if (req)
		http_reply(req, 204, NULL, NULL, 0);
	notice_made_event(server, row, "ready", 0, NULL);
	over(job, 0, "");
}

/* ---- on the disk, and in the list ------------------------------------------ */

/* NULL: it can have captions. */
static const char *unfit(const struct db_recording *rows, uint32_t n)
{
	if (n == 0 || rows[0].deleted_ms || strcmp(rows[0].state, "running") == 0)
		return "unknown_recording";
	return strcmp(rows[0].made, "ready") == 0 ? NULL : "not_made";
}

/* The row may have become another one meanwhile. */
static void got_row_again(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct caption_job *job = ctx;
	char json[DB_MADE + 1];
	const char *code;

	thread_claim(&on_ctl);
	if (err || job->server->draining) {
		over(job, 503, "no_resources");
		return;
	}
	code = unfit(rows, n);
	if (code) {
		over(job, strcmp(code, "not_made") == 0 ? 409 : 404, code);
		return;
	}
	err = workshop_list_file(rows[0].made_json, job->name,
				 job->text ? (int64_t)job->len : 0, json);
	if (!err)
		err = db_recording_made(job->server->db, job->id, "ready", json);
	if (err)
		over(job, 503, "no_resources");
	else
		done(job, &rows[0]);
}

static void stored(void *arg)
{
	struct caption_job *job = arg;

	thread_claim(&on_ctl);
	if (job->err) {
		log_warn("captions_not_written", "recording=%s error=\"%s\"", job->id,
			 strerror(-job->err));
		if (job->err == -ENOENT)
			over(job, 404, "unknown_recording");
		else
			over(job, 507, "disk_full");
		return;
	}
	if (job->server->draining ||
	    db_recording(job->server->db, job->id, got_row_again, job))
		over(job, 503, "no_resources");
}

/* On the shelf's thread. The part takes its name, or both go. */
static void on_closed(void *ctx, int err)
{
	struct caption_job *job = ctx;

	if (!err && job->text && rename(job->part, job->path)) {
		err = -errno;
		unlink(job->part);
	}
	if (!err && !job->text && unlink(job->path) && errno != ENOENT)
		err = -errno;
	job->err = err;
	if (loop_post_must(job->server->loop, stored, job) == 0)
		return;
	count_add(COUNT_REJECT_QUEUE, 1);
	log_warn("control_queue_full", "recording=%s", job->id);
	atomic_store(&job->untold, true);
}

void captions_second(struct server *server)
{
	struct caption_job *job = server->captions;

	if (job && atomic_exchange(&job->untold, false))
		stored(job);
}

static void on_written(void *ctx, int64_t n)
{
	(void)ctx; /* that it is closed tells all */
	(void)n;
}

/* As it comes to the disk. Of a text that is as long as one may be that takes some
 * hundred microseconds. */
static int seal_text(struct caption_job *job) RUNS_ON(on_ctl)
{
	const struct seal_keys *keys = job->server->seal_keys;

	if (!keys || !job->text)
		return 0;
	return seal_bytes(&job->sealed, &job->sealed_len, job->text, job->len, keys);
}

/* What goes is opened as well: so the shelf's thread comes to it in its turn. */
static int store(struct caption_job *job) RUNS_ON(on_ctl)
{
	struct shelf_file *file;
	bool fine = true;
	int err = seal_text(job);

	if (!err)
		err = shelf_file_open(&file, job->server->shelf, job->part, on_written,
				      job);
	if (err)
		return err;
	if (job->text)
		fine = job->sealed
			       ? shelf_file_write(file, job->sealed, job->sealed_len) == 0
			       : shelf_file_write(file, job->text, job->len) == 0;
	if (fine) {
		shelf_file_close(file, job->text != NULL, on_closed, job);
		return 0;
	}
	shelf_file_close(file, false, NULL, NULL);
	return -ENOBUFS;
}

/* Nothing works on the recording any more. */
static void on_held(struct workshop_hold *hold)
{
	struct caption_job *job =
		(struct caption_job *)(void *)((char *)hold -
					       offsetof(struct caption_job, hold));

	thread_claim(&on_ctl);
	job->held = true;
	if (job->server->draining || store(job))
		over(job, 503, "no_resources");
}

static void got_row(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct caption_job *job = ctx;
	const char *code;
	uint32_t others;
	bool listed;

	thread_claim(&on_ctl);
	if (err || job->server->draining) {
		over(job, 503, "no_resources");
		return;
	}
	code = unfit(rows, n);
	if (code) {
		over(job, strcmp(code, "not_made") == 0 ? 409 : 404, code);
		return;
	}
	listed = workshop_lists(rows[0].made_json, job->name);
	others = workshop_languages(rows[0].made_json, NULL, NULL);
	if (!job->text && !listed)
		over(job, 404, "unknown_captions");
	else if (job->text && !listed && others >= LIMIT_LANGUAGES)
		over(job, 409, "too_many_languages");
	else
		workshop_hold(job->server->workshop, &job->hold, job->id);
}

static void run(struct server *server)
{
	struct caption_job *job = server->captions;

	if (job && db_recording(server->db, job->id, got_row, job))
		over(job, 503, "no_resources");
}

static void enqueue(struct caption_job *job) RUNS_ON(on_ctl)
{
	struct server *server = job->server;
	struct caption_job **end = &server->captions;

	while (*end)
		end = &(*end)->next;
	*end = job;
	if (server->captions == job)
		run(server);
}

/* ---- as it comes ----------------------------------------------------------- */

static bool on_data(void *ctx, const void *data, size_t len)
{
	struct caption_job *job = ctx;

	memcpy(job->text + job->got, data, len); /* the head said how much it is */
	job->got += len;
	return true;
}

static void on_whole(void *ctx)
{
	struct caption_job *job = ctx;
	struct vtt_fault fault;
	char body[200];
	int n;

	thread_claim(&on_ctl);
	job->cues = vtt_check(job->text, job->len, &fault);
	if (job->cues > 0) {
		enqueue(job);
		return;
	}
	n = snprintf(body, sizeof(body),
		     "{\"code\":\"bad_captions\",\"title\":\"%s\",\"status\":422,"
		     "\"line\":%u}\n",
		     fault.why, fault.line);
	http_reply(job->req, 422, "application/problem+json", body, (size_t)n);
	job_free(job);
}

static void on_gone(void *ctx)
{
	struct caption_job *job = ctx;

	thread_claim(&on_ctl);
	job_free(job);
}

/* ---- being let in ---------------------------------------------------------- */

static void what_of(const char *id, uint32_t member, char what[WHAT])
{
	snprintf(what, WHAT, "%.*s/captions %u", DB_ID, id, member);
}

void captions_link(const char *id, uint32_t member, char base[CAPTIONS_BASE],
		   char query[CAPTIONS_QUERY])
{
	char sig[128], what[WHAT];

	what_of(id, member, what);
	auth_sign(sig, sizeof(sig), what, clock_wall_ms() + REVOKED_MS);
	snprintf(base, CAPTIONS_BASE, RECORDINGS "%.*s" CAPTIONS, DB_ID, id);
	snprintf(query, CAPTIONS_QUERY, "m=%u&sig=%s", member, sig);
}

/* ID/captions/LANGUAGE, of the letters that ids have. */
static const char *split(const char *path, char id[DB_ID + 1])
{
	size_t n;

	if (strncmp(path, RECORDINGS, strlen(RECORDINGS)) != 0)
		return NULL;
	path += strlen(RECORDINGS);
	n = strspn(path, "abcdefghijklmnopqrstuvwxyz0123456789");
	if (n < 1 || n > DB_ID || strncmp(path + n, CAPTIONS, strlen(CAPTIONS)) != 0)
		return NULL;
	memcpy(id, path, n);
	id[n] = '\0';
	return path + n + strlen(CAPTIONS);
}

bool captions_path(const char *path)
{
	char id[DB_ID + 1];

	return split(path, id) != NULL;
}

static bool link_good(const struct server *server, const struct http_request *req,
		      const char *id) RUNS_ON(on_ctl)
{
	const char *sig = http_query(req, "sig");
	uint32_t member = rest_link_member(req);
	int64_t now_ms = clock_wall_ms();
	char what[WHAT];

	if (!sig || !member)
		return false;
	what_of(id, member, what);
	return auth_verify(sig, what, now_ms) &&
	       !revoked_has(&server->console->revoked, member, now_ms);
}

static bool no(struct http_request *req, int status, const char *code) RUNS_ON(on_ctl)
{
	count_add(COUNT_REJECT_HTTP, 1);
	http_reply_error(req, status, code);
	return false;
}

/* False: it was replied to. `len`: of the text; 0: the file is to go. */
static bool job_create(struct caption_job **out, struct server *server,
		       struct http_request *req, size_t len) RUNS_ON(on_ctl)
{
	char id[DB_ID + 1] = "", language[VTT_LANGUAGE + 1];
	const char *tag = split(http_path(req), id);
	struct caption_job *job;

	if (!tag || !link_good(server, req, id))
		return no(req, 403, "bad_link");
	if (vtt_language(tag, language))
		return no(req, 422, "bad_language");
	if (server->n_captions >= CAPTIONS_JOBS || server->draining)
		return no(req, 503, "no_resources");
	job = calloc(1, sizeof(*job));
	if (job && len)
		job->text = malloc(len);
	if (!job || (len && !job->text)) {
		free(job);
		return no(req, 503, "no_resources");
	}
	job->server = server;
	job->req = req;
	job->hold.ready = on_held;
	job->len = len;
	memcpy(job->id, id, sizeof(job->id));
	memcpy(job->language, language, sizeof(job->language));
	snprintf(job->name, sizeof(job->name), "captions-%s.vtt", language);
	snprintf(job->path, sizeof(job->path), "%.400s/%s.made/%s",
		 server->conf->recordings_dir, id, job->name);
	snprintf(job->part, sizeof(job->part), "%.400s/%s.made/%s.part",
		 server->conf->recordings_dir, id, job->name);
	server->n_captions++;
	*out = job;
	return true;
}

bool captions_upload(struct server *server, struct http_request *req,
		     struct http_sink *sink)
{
	size_t len = http_body_len(req);
	struct caption_job *job;

	if (len < 1)
		return no(req, 422, "bad_captions");
	if (len > LIMIT_CAPTIONS)
		return no(req, 413, "too_large");
	if (!job_create(&job, server, req, len))
		return false;
	*sink = (struct http_sink){job, on_data, on_whole, on_gone};
	return true;
}

void captions_delete(struct server *server, struct http_request *req)
{
	struct caption_job *job;

	if (job_create(&job, server, req, 0))
		enqueue(job);
}

void captions_forget(struct server *server)
{
	while (server->captions) {
		struct caption_job *job = server->captions;

		server->captions = job->next;
		job_free(job);
	}
}
