#include "mcu/share.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mailbox.h"
#include "mcu/bucket.h"
#include "mcu/guess.h"
#include "mcu/notice_share.h"
#include "mcu/server.h"
#include "signaling/auth_password.h"

_Static_assert(DB_SALT == AUTH_SALT && DB_VERIFIER == AUTH_VERIFIER,
	       "a row has room for a password");
_Static_assert(SHARE_ID <= DB_ID, "a share's id is one of the database's");

struct shares {
	struct server *server;
	struct bucket wrong[SHARE_PLACES];
	/* the thread that the slow function runs on */
	struct thread *thread;
	struct mailbox *box;
	atomic_bool stop;
};

/* ---- the thread ---------------------------------------------------------------- */

struct job {
	struct shares *shares;
	struct loop *loop;
	char password[SHARE_PASSWORD_MAX * 4 + 1];
	char salt[AUTH_SALT + 1], verifier[AUTH_VERIFIER + 1];
	bool makes; /* else it checks */
	int err;
	struct db_share *share; /* to be filled in */
	void (*done)(void *ctx, int err);
	void *ctx;
};

static void job_free(struct job *job)
{
	explicit_bzero(job->password, sizeof(job->password));
	free(job);
}

static void job_done(void *arg)
{
	struct job *job = arg;

	thread_claim(&on_ctl);
	if (job->makes && !job->err) {
		memcpy(job->share->salt, job->salt, sizeof(job->salt));
		memcpy(job->share->verifier, job->verifier, sizeof(job->verifier));
	}
	job->done(job->ctx, job->err);
	job_free(job);
}

/* On the thread. */
static void job_run(void *arg)
{
	struct job *job = arg;

	if (atomic_load(&job->shares->stop))
		job->err = -ECANCELED;
	else if (job->makes)
		job->err = auth_password_make(job->password, job->salt, job->verifier);
	else
		job->err = auth_password_check(job->password, job->salt, job->verifier);
	if (loop_post_must(job->loop, job_done, job)) {
		count_add(COUNT_REJECT_QUEUE, 1); /* the client's time will be over */
		job_free(job);
	}
}

static void work(void *arg)
{
	struct shares *shares = arg;

	while (!atomic_load(&shares->stop)) {
		mailbox_wait(shares->box, -1);
		mailbox_run(shares->box);
	}
	mailbox_destroy(shares->box); /* what is inside is answered */
}

static int post(struct shares *shares, const struct job *with, const char *password)
{
	struct job *job = malloc(sizeof(*job));
	int err;

	if (!job)
		return -ENOMEM;
	*job = *with;
	job->shares = shares;
	job->loop = shares->server->loop;
	snprintf(job->password, sizeof(job->password), "%s", password);
	err = mailbox_post(shares->box, job_run, job);
	if (err) {
		count_add(COUNT_REJECT_QUEUE, 1);
		job_free(job);
	}
	return err;
}

int share_lock(struct shares *shares, struct db_share *share, const char *password,
	       void (*done)(void *ctx, int err), void *ctx)
{
	const struct job job = {.makes = true, .share = share, .done = done, .ctx = ctx};

	return post(shares, &job, password);
}

int shares_create(struct shares **out, struct server *server)
{
	struct shares *shares = calloc(1, sizeof(*shares));
	int err = -ENOMEM;

	if (shares) {
		shares->server = server;
		atomic_init(&shares->stop, false);
		err = mailbox_create(&shares->box, SHARE_LINE);
	}
	if (!err) {
		err = thread_start(&shares->thread, NULL, "aula-lock", work, shares);
		if (err)
			mailbox_destroy(shares->box);
	}
	if (err)
		free(shares);
	else
		*out = shares;
	return err;
}

void shares_destroy(struct shares *shares)
{
	if (!shares)
		return;
	atomic_store(&shares->stop, true);
	mailbox_ring(shares->box);
	thread_join(shares->thread);
	free(shares);
}

/* ---- tokens ---------------------------------------------------------------------- */

static void purpose_of(const char *id, char out[DB_ID + 8])
{
	snprintf(out, DB_ID + 8, "share:%s", id);
}

void share_url(const struct server *server, const char *id, char out[SHARE_URL])
{
	char purpose[DB_ID + 8], mac[AUTH_TOKEN + 1];

	purpose_of(id, purpose);
	auth_key_token(&server->key, purpose, mac);
	snprintf(out, SHARE_URL, "/s/%.*s%s", SHARE_ID, id, mac);
}

/* The id of a token that this server made. */
static bool token_read(const struct server *server, const char *token, char id[DB_ID + 1])
{
	char purpose[DB_ID + 8];

	if (strlen(token) != SHARE_TOKEN ||
	    strspn(token, "abcdefghijklmnopqrstuvwxyz0123456789") < SHARE_ID)
		return false;
	memcpy(id, token, SHARE_ID);
	id[SHARE_ID] = '\0';
	purpose_of(id, purpose);
	return auth_key_matches(&server->key, purpose, token + SHARE_ID);
}

/* ---- somebody comes --------------------------------------------------------------- */

struct visit {
	struct server *server;
	struct http_request *req;
	bool posted; /* with a password */
	bool again;  /* for fresh links: it is no other opening */
	char password[SHARE_PASSWORD_MAX * 4 + 1];
	char id[DB_ID + 1];
	struct db_share share;
	struct db_recording row;
};

static void visit_free(struct visit *visit)
{
	explicit_bzero(visit->password, sizeof(visit->password));
	free(visit);
}

/* Once the server drains its requests are gone before the database is. */
static void refuse(struct visit *visit, int status, const char *code) RUNS_ON(on_ctl)
{
	if (!visit->server->draining)
		http_reply_error(visit->req, status, code);
	visit_free(visit);
}

static void reply_text(struct visit *visit, char *text) RUNS_ON(on_ctl)
{
	if (!text) {
		refuse(visit, 503, "no_resources");
		return;
	}
	if (!visit->server->draining)
		http_reply(visit->req, 200, "application/json", text, strlen(text));
	free(text);
	visit_free(visit);
}

static void got_files(void *ctx, int err, const struct db_recording_file *rows,
		      uint32_t n)
{
	struct visit *visit = ctx;
	struct server *server = visit->server;

	thread_claim(&on_ctl);
	if (err) {
		refuse(visit, 503, "no_resources");
		return;
	}
	if (!visit->again && !server->draining) {
		(void)!db_share_opened(server->db, visit->id); /* a count, no more */
		log_info("share_opened", "share=%s recording=%s", visit->id,
			 visit->row.id);
	}
	reply_text(visit, notice_share_open(server, &visit->share, &visit->row, rows, n));
}

static void let_in(struct visit *visit) RUNS_ON(on_ctl)
{
	const struct db_recording *row = &visit->row;

	if (db_recording_files(visit->server->db, row->room, row->started_ms,
			       row->started_ms + 1, got_files, visit))
		refuse(visit, 503, "no_resources");
}

static struct bucket *wrong_of(struct shares *shares, const char *id)
{
	uint32_t hash = 2166136261u;

	while (*id)
		hash = (hash ^ (uint8_t)*id++) * 16777619u;
	return &shares->wrong[hash % SHARE_PLACES];
}

static void checked(void *ctx, int err)
{
	struct visit *visit = ctx;
	struct server *server = visit->server;

	thread_claim(&on_ctl);
	if (server->draining || (err && err != -EACCES)) {
		refuse(visit, 503, "no_resources");
	} else if (err) {
		guess_wrong(server->guess, http_remote_ip(visit->req), clock_us());
		log_info("share_wrong", "share=%s", visit->id);
		refuse(visit, 403, "bad_password");
	} else {
		bucket_give(wrong_of(server->shares, visit->id),
			    SHARE_WRONG_SEC * BUCKET_DEED_US);
		let_in(visit);
	}
}

/* One that was right is given back: tries cost, who knows it does not pay. */
static void check(struct visit *visit) RUNS_ON(on_ctl)
{
	const struct bucket_rate rate = {1, SHARE_WRONG * SHARE_WRONG_SEC};
	const int64_t cost = SHARE_WRONG_SEC * BUCKET_DEED_US;
	struct shares *shares = visit->server->shares;
	struct bucket *wrong = wrong_of(shares, visit->id);
	struct job job = {.done = checked, .ctx = visit};

	if (!guess_allowed(visit->server->guess, http_remote_ip(visit->req),
			   clock_us()) ||
	    bucket_wait(wrong, &rate, cost, clock_us()) > 0) {
		refuse(visit, 429, "too_fast");
		return;
	}
	memcpy(job.salt, visit->share.salt, sizeof(job.salt));
	memcpy(job.verifier, visit->share.verifier, sizeof(job.verifier));
	if (post(shares, &job, visit->password))
		refuse(visit, 503, "no_resources");
	else
		bucket_take(wrong, cost);
}

static bool can_be_seen(const struct db_recording *row)
{
	return row->bytes > 0 && !row->deleted_ms && strcmp(row->state, "running") != 0;
}

static void got_recording(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct visit *visit = ctx;

	thread_claim(&on_ctl);
	if (err || visit->server->draining) {
		refuse(visit, 503, "no_resources");
		return;
	}
	if (n == 0 || !can_be_seen(&rows[0])) {
		refuse(visit, 404, "unknown_share");
		return;
	}
	visit->row = rows[0];
	if (!*visit->share.verifier)
		let_in(visit);
	else if (visit->posted)
		check(visit);
	else
		reply_text(visit, notice_share_closed(&visit->row));
}

static void got_share(void *ctx, int err, const struct db_share *rows, uint32_t n)
{
	struct visit *visit = ctx;

	thread_claim(&on_ctl);
	if (err || visit->server->draining) {
		refuse(visit, 503, "no_resources");
		return;
	}
	if (n == 0) {
		refuse(visit, 404, "unknown_share");
		return;
	}
	visit->share = rows[0];
	if (visit->share.expires_ms <= clock_wall_ms())
		refuse(visit, 410, "share_expired");
	else if (db_recording(visit->server->db, visit->share.recording, got_recording,
			      visit))
		refuse(visit, 503, "no_resources");
}

static void come(struct server *server, struct http_request *req, const char *token,
		 const char *password) RUNS_ON(on_ctl)
{
	struct visit *visit = calloc(1, sizeof(*visit));
	int64_t now_us = clock_us();

	if (!visit) {
		http_reply_error(req, 503, "no_resources");
		return;
	}
	visit->server = server;
	visit->req = req;
	visit->posted = password != NULL;
	visit->again = http_query(req, "again") != NULL;
	if (password)
		snprintf(visit->password, sizeof(visit->password), "%s", password);
	if (!guess_allowed(server->guess, http_remote_ip(req), now_us)) {
		refuse(visit, 429, "too_fast");
	} else if (!token_read(server, token, visit->id)) {
		guess_wrong(server->guess, http_remote_ip(req), now_us);
		refuse(visit, 404, "unknown_share");
	} else if (db_share(server->db, visit->id, got_share, visit)) {
		refuse(visit, 503, "no_resources");
	}
}

void share_get(struct server *server, struct http_request *req, const char *token)
{
	come(server, req, token, NULL);
}

void share_open(struct server *server, struct http_request *req, const char *token)
{
	char password[SHARE_PASSWORD_MAX * 4 + 1];
	size_t len;
	const char *body = http_body(req, &len);

	if (notice_share_password(body, len, password))
		http_reply_error(req, 400, "bad_field");
	else
		come(server, req, token, password);
	explicit_bzero(password, sizeof(password));
}

/* ---- files --------------------------------------------------------------------------
 */

struct letting {
	struct server *server;
	struct http_request *req;
	struct rest_file file;
	void (*then)(struct server *server, struct http_request *req,
		     const struct rest_file *file);
	bool saves;
};

static void not_let(struct letting *letting, int status, const char *code) RUNS_ON(on_ctl)
{
	if (!letting->server->draining)
		http_reply_error(letting->req, status, code);
	free(letting);
}

static void let_recording(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct letting *letting = ctx;

	thread_claim(&on_ctl);
	if (err || letting->server->draining) {
		not_let(letting, 503, "no_resources");
	} else if (n == 0 || !can_be_seen(&rows[0])) {
		not_let(letting, 403, "bad_link");
	} else {
		letting->then(letting->server, letting->req, &letting->file);
		free(letting);
	}
}

static void let_share(void *ctx, int err, const struct db_share *rows, uint32_t n)
{
	struct letting *letting = ctx;

	thread_claim(&on_ctl);
	if (err || letting->server->draining)
		not_let(letting, 503, "no_resources");
	else if (n == 0 || strcmp(rows[0].recording, letting->file.id) != 0 ||
		 rows[0].expires_ms <= clock_wall_ms() ||
		 (letting->saves && !rows[0].download))
		not_let(letting, 403, "bad_link");
	else if (db_recording(letting->server->db, letting->file.id, let_recording,
			      letting))
		not_let(letting, 503, "no_resources");
}

/* The database is asked each time, so that a share ends at once on all servers. */
void share_let(struct server *server, struct http_request *req, const char *share,
	       const struct rest_file *file,
	       void (*then)(struct server *server, struct http_request *req,
			    const struct rest_file *file))
{
	struct letting *letting = calloc(1, sizeof(*letting));

	if (!letting) {
		http_reply_error(req, 503, "no_resources");
		return;
	}
	letting->server = server;
	letting->req = req;
	letting->file = *file;
	letting->then = then;
	letting->saves = http_query(req, "download") != NULL;
	if (db_share(server->db, share, let_share, letting))
		not_let(letting, 503, "no_resources");
}
