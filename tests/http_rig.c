#include "tests/http_rig.h"

#include "base/clock.h"
#include "base/loop.h"
#include "base/thread.h"
#include "tests/test.h"
#include "tests/ws_client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>

#define BIG (3 << 20)

const struct http_conf rig_plain = {
	.n_listen = 1, .listen = {"127.0.0.1"}, .plain = true};

const struct http_times rig_ws_quick = {
	.hello_us = 5000000,
	.head_us = 5000000,
	.body_us = 5000000,
	.upload_us = 5000000,
	.idle_us = 5000000,
	.read_us = 5000000,
	.linger_us = 200000,
	.ws_auth_us = 600000,
	.ws_ping_us = 200000,
	.ws_dead_us = 900000,
	.ws_quiet_us = 3000000,
	.ws_close_us = 200000,
	.ws_stuck_us = 800000,
};

struct rig {
	struct http_conf conf;
	const struct http_times *times;
	struct loop *loop;
	struct thread *thread;
	struct http_server *server;
	atomic_bool ready;
	atomic_int n_open, n_closed, n_texts, flood, hint;
	_Atomic(const char *) file;
	/* of the control thread: the upload that runs */
	struct http_request *upload;
	size_t up_len;
	uint32_t up_sum;
	bool up_full;
	atomic_int n_gone;
};

struct call {
	struct rig *rig;
	void (*fn)(struct http_server *server);
	atomic_bool done;
};

static void nap(void)
{
	poll(NULL, 0, 1);
}

/* ---- answers -------------------------------------------------------------- */

static void echo(struct http_request *req) RUNS_ON(on_ctl)
{
	char text[2048];
	size_t len;
	const char *body = http_body(req, &len);
	const char *q = http_query(req, "q");
	int n = snprintf(text, sizeof(text), "%s %s q=%s ip=%s len=%zu body=%.200s",
			 http_method(req), http_path(req), q ? q : "-",
			 http_remote_ip(req), len, body);

	http_reply(req, 200, "text/plain", text, (size_t)n);
}

static void later(void *arg)
{
	thread_claim(&on_ctl);
	echo(arg);
}

static void big(struct http_request *req) RUNS_ON(on_ctl)
{
	char *body = malloc(BIG);

	CHECK(body);
	memset(body, 'b', BIG);
	http_reply(req, 200, "application/octet-stream", body, BIG);
	free(body);
}

static void missing(void *ctx, struct http_request *req, int err)
{
	(void)ctx;
	thread_claim(&on_ctl);
	http_reply_error(req, 404, err == -ENOENT ? "not_there" : "no_file");
}

static void on_request(void *ctx, struct http_request *req)
{
	struct rig *rig = ctx;
	const char *path = http_path(req);

	thread_claim(&on_ctl);
	if (strcmp(path, "/echo") == 0) {
		echo(req);
	} else if (strcmp(path, "/later") == 0) {
		CHECK(loop_post(rig->loop, later, req) == 0);
	} else if (strcmp(path, "/file") == 0) {
		const struct http_disk_file file = {atomic_load(&rig->file), "video/mp4",
						    http_query(req, "download"), missing,
						    rig};

		http_reply_disk_file(req, &file);
	} else if (strcmp(path, "/memory") == 0) {
		int fd = open(atomic_load(&rig->file), O_RDONLY | O_CLOEXEC);

		CHECK(fd >= 0);
		http_reply_file(req, fd, "video/mp4");
	} else if (strcmp(path, "/away") == 0) {
		http_reply_redirect(req, 303, "/echo?q=1");
	} else if (strcmp(path, "/split") == 0) {
		http_reply_redirect(req, 303, "/x\r\nSet-Cookie: a=b");
	} else if (strcmp(path, "/big") == 0) {
		big(req);
	} else {
		http_reply_error(req, 404, "not_found");
	}
}

static void on_open(void *ctx, struct ws *ws)
{
	struct rig *rig = ctx;

	thread_claim(&on_ctl);
	ws_set_data(ws, rig);
	atomic_fetch_add(&rig->n_open, 1);
}

/* Up to `n` events; what the last ws_send said. */
static int events(struct ws *ws, int n) RUNS_ON(on_ctl)
{
	char text[RIG_EVENT];
	int err = 0;

	memset(text, 'f', sizeof(text));
	for (int i = 0; i < n && !err; i++)
		err = ws_send(ws, text, sizeof(text));
	return err;
}

static void snap(struct ws *ws) RUNS_ON(on_ctl)
{
	char *text = malloc(RIG_SNAP);

	CHECK(text);
	memset(text, 's', RIG_SNAP);
	(void)ws_send(ws, text, RIG_SNAP);
	free(text);
}

static void hint(struct rig *rig, struct ws *ws, int behind) RUNS_ON(on_ctl)
{
	CHECK(events(ws, behind) == 0);
	atomic_store(&rig->hint, ws_send_hint(ws, "hint", 4));
}

static bool is(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(text, word, len) == 0;
}

static void on_text(void *ctx, struct ws *ws, const char *text, size_t len)
{
	struct rig *rig = ctx;

	thread_claim(&on_ctl);
	CHECK(ws_data(ws) == ctx);
	atomic_fetch_add(&rig->n_texts, 1);
	if (is(text, len, "keep"))
		ws_keep(ws);
	if (is(text, len, "alive")) /* its media is heard for two more seconds */
		ws_alive(ws, clock_us() + 2 * SEC_US);
	if (is(text, len, "close"))
		ws_close(ws, 4000, "as asked");
	else if (is(text, len, "flood"))
		atomic_store(&rig->flood, events(ws, 100000));
	else if (is(text, len, "burst"))
		(void)events(ws, RIG_BURST);
	else if (is(text, len, "stuff"))
		(void)events(ws, RIG_STUFF);
	else if (is(text, len, "snap"))
		snap(ws);
	else if (is(text, len, "hint"))
		hint(rig, ws, 0);
	else if (is(text, len, "late"))
		hint(rig, ws, 100);
	else
		(void)ws_send(ws, text, len);
}

static void on_closed(void *ctx, struct ws *ws)
{
	struct rig *rig = ctx;

	CHECK(ws_data(ws) == rig);
	atomic_fetch_add(&rig->n_closed, 1);
}

/* ---- uploads -------------------------------------------------------------- */

static void go_on(void *arg)
{
	struct rig *rig = arg;

	thread_claim(&on_ctl);
	if (rig->upload)
		http_upload_go(rig->upload);
}

static bool on_piece(void *ctx, const void *data, size_t len)
{
	struct rig *rig = ctx;
	const uint8_t *p = data;

	thread_claim(&on_ctl);
	CHECK(rig->upload && len > 0 && len <= HTTP_CHUNK);
	rig->up_len += len;
	for (size_t i = 0; i < len; i++)
		rig->up_sum += p[i];
	if (rig->up_full) {
		http_reply_error(rig->upload, 507, "disk_full");
		rig->upload = NULL;
		return false;
	}
	CHECK(loop_post(rig->loop, go_on, rig) == 0);
	return false; /* each piece waits for its turn */
}

static void on_whole(void *ctx)
{
	struct rig *rig = ctx;
	char text[80];
	int n = snprintf(text, sizeof(text), "up len=%zu sum=%u", rig->up_len,
			 rig->up_sum);

	thread_claim(&on_ctl);
	http_reply(rig->upload, 201, "text/plain", text, (size_t)n);
	rig->upload = NULL;
}

static void on_gone(void *ctx)
{
	struct rig *rig = ctx;

	rig->upload = NULL;
	atomic_fetch_add(&rig->n_gone, 1);
}

static bool on_upload(void *ctx, struct http_request *req, struct http_sink *sink)
{
	struct rig *rig = ctx;

	thread_claim(&on_ctl);
	if (strncmp(http_path(req), "/up", 3) != 0) {
		http_reply_error(req, 403, "forbidden");
		return false;
	}
	rig->upload = req;
	rig->up_full = strcmp(http_path(req), "/up/full") == 0;
	rig->up_len = rig->up_sum = 0;
	*sink = (struct http_sink){rig, on_piece, on_whole, on_gone};
	return true;
}

int rig_gone(struct rig *rig)
{
	return atomic_load(&rig->n_gone);
}

/* ---- life ----------------------------------------------------------------- */

static void run(void *arg)
{
	struct rig *rig = arg;
	const struct http_events told = {rig,     on_request, on_open,
					 on_text, on_closed,  on_upload};
	char why[200] = "";

	thread_claim(&on_ctl);
	CHECK(loop_create(&rig->loop, 256) == 0);
	if (http_create(&rig->server, rig->loop, &rig->conf, &told, why, sizeof(why))) {
		fprintf(stderr, "http_create: %s\n", why);
		exit(1);
	}
	if (rig->times)
		http_set_times(rig->server, rig->times);
	atomic_store(&rig->ready, true);
	loop_run(rig->loop);
	http_destroy(rig->server);
	loop_destroy(rig->loop);
}

struct rig *rig_create(const struct http_conf *conf, const struct http_times *times)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	CHECK(rig);
	rig->conf = *conf;
	rig->times = times;
	CHECK(thread_start(&rig->thread, &on_ctl, "rig", run, rig) == 0);
	while (!atomic_load(&rig->ready))
		nap();
	return rig;
}

void rig_destroy(struct rig *rig)
{
	loop_stop(rig->loop);
	thread_join(rig->thread);
	free(rig);
}

uint16_t rig_port(const struct rig *rig)
{
	return http_port(rig->server);
}

void rig_file(struct rig *rig, const char *path)
{
	atomic_store(&rig->file, path);
}

static void do_call(void *arg)
{
	struct call *call = arg;

	call->fn(call->rig->server);
	atomic_store(&call->done, true);
}

void rig_call(struct rig *rig, void (*fn)(struct http_server *server))
{
	struct call call = {.rig = rig, .fn = fn};

	CHECK(loop_post(rig->loop, do_call, &call) == 0);
	while (!atomic_load(&call.done))
		nap();
}

int rig_ws_open(struct rig *rig)
{
	return atomic_load(&rig->n_open);
}

int rig_ws_closed(struct rig *rig)
{
	return atomic_load(&rig->n_closed);
}

int rig_flood_result(struct rig *rig)
{
	return atomic_load(&rig->flood);
}

int rig_ws_texts(struct rig *rig)
{
	return atomic_load(&rig->n_texts);
}

int rig_hint_result(struct rig *rig)
{
	return atomic_load(&rig->hint);
}

struct ws_client *rig_ws_dial(struct rig *rig)
{
	struct ws_client *c = ws_client_open("127.0.0.1", rig_port(rig), false, NULL,
					     NULL);

	CHECK(c);
	return c;
}

void rig_ws_wait_closed(struct rig *rig, int n)
{
	for (int i = 0; i < 60000 && rig_ws_closed(rig) < n; i++)
		poll(NULL, 0, 1);
	CHECK(rig_ws_closed(rig) == n);
}
