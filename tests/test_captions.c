/* How a file of captions comes to its end: everything around it only seems so. What the
 * server does with them is in test_workshop and test_class_seal.
 */
#include "mcu/captions.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/count.h"
#include "base/log.h"
#include "base/loop.h"
#include "db/db.h"
#include "mcu/console.h"
#include "mcu/notice_made.h"
#include "mcu/rest.h"
#include "mcu/server.h"
#include "mcu/workshop.h"
#include "signaling/auth.h"
#include "slides/shelf.h"
#include "tests/test.h"

#define VTT "WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n"

static struct conf configured = {.recordings_dir = "/nowhere"};
static struct console console;
static struct server server = {.conf = &configured, .console = &console};
static int n_held, n_made, status; /* of the last reply */

/* ---- the requests ----------------------------------------------------------------- */

size_t http_body_len(const struct http_request *req)
{
	(void)req;
	return strlen(VTT);
}

const char *http_path(const struct http_request *req)
{
	(void)req;
	return "/api/v1/recordings/lesson/captions/ru";
}

const char *http_query(const struct http_request *req, const char *name)
{
	(void)req;
	(void)name;
	return "x";
}

void http_reply(struct http_request *req, int code, const char *type, const void *body,
		size_t len)
{
	(void)req;
	(void)type;
	(void)body;
	(void)len;
	status = code;
}

void http_reply_error(struct http_request *req, int code, const char *name)
{
	(void)req;
	(void)name;
	status = code;
}

uint32_t rest_link_member(const struct http_request *req)
{
	(void)req;
	return 7;
}

bool auth_verify(const char *signature, const char *what, int64_t now_ms)
{
	(void)signature;
	(void)what;
	(void)now_ms;
	return true;
}

void auth_sign(char *out, size_t size, const char *what, int64_t until_ms)
{
	(void)what;
	(void)until_ms;
	snprintf(out, size, "x");
}

/* ---- the database and the workshop ------------------------------------------------ */

int db_recording(struct db *db, const char *id,
		 void (*done)(void *ctx, int err, const struct db_recording *rows,
			      uint32_t n),
		 void *ctx)
{
	const struct db_recording row = {.id = "lesson",
					 .state = "ready",
					 .made = "ready",
					 .made_json = "{\"files\":[[\"video.mp4\",7]]}"};

	(void)db;
	CHECK(strcmp(id, row.id) == 0);
	done(ctx, 0, &row, 1);
	return 0;
}

int db_recording_made(struct db *db, const char *id, const char *made, const char *json)
{
	(void)db;
	CHECK(strcmp(id, "lesson") == 0 && strcmp(made, "ready") == 0);
	CHECK(strstr(json, "captions-ru.vtt"));
	n_made++;
	return 0;
}

void workshop_hold(struct workshop *w, struct workshop_hold *hold, const char *id)
{
	(void)w;
	(void)id;
	n_held++;
	hold->ready(hold);
}

void workshop_release(struct workshop *w)
{
	(void)w;
	n_held--;
}

void notice_made_event(struct server *of, const struct db_recording *row,
		       const char *state, double done, const char *code)
{
	(void)of;
	(void)row;
	(void)state;
	(void)done;
	(void)code;
}

/* ---- the shelf and the loop ------------------------------------------------------- */

static void (*closed)(void *ctx, int err);
static void *closed_ctx;
static int post_err;

int shelf_file_open(struct shelf_file **out, struct shelf *shelf, const char *path,
		    void (*told)(void *ctx, int64_t n), void *ctx)
{
	(void)shelf;
	(void)told;
	(void)ctx;
	CHECK(strstr(path, "captions-ru.vtt.part"));
	*out = NULL;
	return 0;
}

int shelf_file_write(struct shelf_file *file, const void *data, size_t len)
{
	(void)file;
	CHECK(len == strlen(VTT) && memcmp(data, VTT, len) == 0);
	return 0;
}

void shelf_file_close(struct shelf_file *file, bool keep,
		      void (*done)(void *ctx, int err), void *ctx)
{
	(void)file;
	CHECK(keep);
	closed = done;
	closed_ctx = ctx;
}

int loop_post_must(struct loop *loop, void (*fn)(void *arg), void *arg)
{
	(void)loop;
	if (!post_err)
		fn(arg);
	return post_err;
}

/* ---- the tests -------------------------------------------------------------------- */

/* Until it is on the disk. */
static void upload(void) RUNS_ON(on_ctl)
{
	struct http_request *req = (struct http_request *)(void *)&server;
	struct http_sink sink;

	status = 0;
	CHECK(captions_upload(&server, req, &sink));
	CHECK(sink.data(sink.ctx, VTT, strlen(VTT)));
	sink.whole(sink.ctx);
	CHECK(n_held == 1 && status == 0 && server.captions);
}

/* The control thread has no room for the letter: it looks by itself, and nothing is held
 * for ever. */
static void no_letter(void) RUNS_ON(on_ctl)
{
	upload();
	captions_second(&server); /* it is not done yet */
	CHECK(n_held == 1 && status == 0);
	post_err = -ENOBUFS;
	closed(closed_ctx, -EIO);
	CHECK(n_held == 1 && status == 0 && count_get(COUNT_REJECT_QUEUE) > 0);
	captions_second(&server);
	CHECK(n_held == 0 && status == 507);
	CHECK(!server.captions && server.n_captions == 0 && n_made == 0);
	captions_second(&server);
	post_err = 0;
}

/* The next one comes through as if nothing had been. */
static void a_letter(void) RUNS_ON(on_ctl)
{
	upload();
	closed(closed_ctx, -EIO);
	CHECK(n_held == 0 && status == 507 && !server.captions);
}

/* At the end of the server nobody is replied to. */
static void at_the_end(void) RUNS_ON(on_ctl)
{
	upload();
	post_err = -ENOBUFS;
	closed(closed_ctx, -EIO);
	captions_forget(&server);
	captions_second(&server);
	CHECK(status == 0 && !server.captions && server.n_captions == 0);
}

int main(void)
{
	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	log_set_level(LOG_ERROR);
	no_letter();
	a_letter();
	at_the_end();
	return 0;
}
