#include "signaling/http_conn.h"

#include <errno.h>
#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "signaling/file_reader.h"

#define NAME_SIZE 1024 /* of a Content-Disposition */

struct span {
	int64_t at, len;
};

/* What a request gets of a file that is there. */
struct answer {
	int status; /* 200, 206, 304, 416 */
	struct span span;
	int64_t size;
	char etag[80], range[80], name[NAME_SIZE];
};

/* A reply from a disk until its first piece is there: of the request then. */
struct file_ask {
	struct http_request *req;
	struct file_read *file;
	struct answer answer;
	void (*missing)(void *ctx, struct http_request *req, int err);
	void *ctx;
	const char *type;     /* behind the texts; or NULL */
	const char *download; /* the same */
	char texts[];
};

/* ---- pieces ------------------------------------------------------------------ */

/* What is in memory. 0 or a negative errno. */
static int feed_now(struct http_conn *conn) RUNS_ON(on_ctl)
{
	struct evbuffer *out = conn_output(conn);
	size_t want = conn->file_left < HTTP_CHUNK ? (size_t)conn->file_left : HTTP_CHUNK;
	struct evbuffer_iovec v;
	ssize_t n;

	if (evbuffer_reserve_space(out, (ev_ssize_t)want, &v, 1) != 1)
		return -ENOMEM;
	n = conn->file ? file_read_now(conn->file, v.iov_base, want, conn->file_at)
		       : content_read(&conn->memory, v.iov_base, want, conn->file_at);
	if (n <= 0)
		return n < 0 ? (int)n : -EIO;
	v.iov_len = (size_t)n;
	if (evbuffer_commit_space(out, &v, 1) < 0)
		return -ENOMEM;
	conn->file_at += n;
	conn->file_left -= n;
	return 0;
}

/* Which file it is; no link that leads to it, which would open it to who reads the log.
 */
static void log_bad(const struct file_read *file, ssize_t err) RUNS_ON(on_ctl)
{
	if (err == -EKEYREJECTED)
		log_error("file_without_key", "path=%s", file_read_path(file));
	else if (err == -EBADMSG)
		log_error("file_damaged", "path=%s", file_read_path(file));
	else if (err < 0 && err != -ETIMEDOUT) /* that is said where it is found */
		log_warn("file_not_read", "path=%s error=\"%s\"", file_read_path(file),
			 strerror((int)-err));
}

/* False: there is none. */
static bool piece_give(struct http_conn *conn, ssize_t n) RUNS_ON(on_ctl)
{
	if (n <= 0 || file_read_give(conn->file, conn_output(conn)))
		return false;
	conn->file_at += n;
	conn->file_left -= n;
	return true;
}

/* It became shorter, or is damaged, or hangs: the length that was promised is wrong. */
static void on_piece(void *ctx, ssize_t n)
{
	struct http_conn *conn = ctx;

	thread_claim(&on_ctl);
	conn->file_waits = false;
	log_bad(conn->file, n);
	if (conn->phase != CONN_REPLY)
		return;
	if (piece_give(conn, n))
		conn_fed(conn);
	else
		conn_kill(conn, true);
}

bool file_feed(struct http_conn *conn)
{
	const struct file_asker asker = {on_piece, conn};
	int err = feed_now(conn);

	if (err == -EAGAIN && conn->file) {
		conn->file_waits = true;
		file_read_next(conn->file, conn->file_at, conn->file_left, &asker);
		err = 0;
	}
	return !err;
}

void file_close(struct http_conn *conn)
{
	content_close(&conn->memory);
	file_read_close(conn->file);
	conn->file = NULL;
	conn->file_waits = false;
	conn->file_left = 0;
}

/* ---- what is asked for ------------------------------------------------------- */

/* A number of at most 18 digits; -1 without one. */
static int64_t number(const char **p)
{
	size_t n = strspn(*p, "0123456789");
	int64_t v = 0;

	if (n == 0 || n > 18)
		return -1;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + ((*p)[i] - '0');
	*p += n;
	return v;
}

/* "-N": the last N bytes. */
static int suffix_status(const char *text, int64_t size, struct span *span)
{
	int64_t n = number(&text);

	if (n < 0 || *text)
		return 200;
	if (n == 0 || size == 0)
		return 416;
	*span = n < size ? (struct span){size - n, n} : (struct span){0, size};
	return 206;
}

/* RFC 9110 14.2: one range of bytes. 200: the whole file, as for all that we do
 * not understand or do not want to serve; 206; 416. */
static int range_status(const char *text, int64_t size, struct span *span)
{
	int64_t from, to;

	if (!text || strncmp(text, "bytes=", 6) != 0)
		return 200;
	text += 6;
	if (*text == '-')
		return suffix_status(text + 1, size, span);
	from = number(&text);
	if (from < 0 || *text++ != '-')
		return 200;
	to = *text ? number(&text) : INT64_MAX - 1;
	if (*text || to < from)
		return 200;
	if (from >= size)
		return 416;
	*span = (struct span){from, (to < size ? to + 1 : size) - from};
	return 206;
}

static bool unreserved(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	       (c && strchr("-._~", c));
}

/* RFC 6266 and 8187: a plain name for old clients, and the true one. */
static void disposition(char out[NAME_SIZE], const char *name)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t n = (size_t)snprintf(out, NAME_SIZE, "attachment; filename=\"");

	for (const char *p = name; *p && n < NAME_SIZE / 4; p++) {
		bool plain = *p >= 0x20 && *p < 0x7f && !strchr("\"\\/%", *p);

		out[n++] = plain ? *p : '_';
	}
	n += (size_t)snprintf(out + n, NAME_SIZE - n, "\"; filename*=UTF-8''");
	for (const char *p = name; *p && n < NAME_SIZE - 4; p++) {
		unsigned char c = (unsigned char)*p;

		if (unreserved(*p)) {
			out[n++] = *p;
		} else {
			out[n++] = '%';
			out[n++] = hex[c >> 4];
			out[n++] = hex[c & 15];
		}
	}
	out[n] = '\0';
}

static bool unchanged(const struct http_request *req, const char *etag)
{
	const char *tag = http_head_field(&req->head, "if-none-match");

	return tag && (strcmp(tag, "*") == 0 ||
		       http_head_lists(&req->head, "if-none-match", etag));
}

/* All of it, or the range that is asked for, or nothing. */
static void answer_make(struct answer *answer, const struct http_request *req,
			const struct file_content *content)
{
	const char *if_range = http_head_field(&req->head, "if-range");
	const char *range = http_head_field(&req->head, "range");
	struct span *span = &answer->span;

	*answer = (struct answer){.size = content->size, .span = {0, content->size}};
	/* of what was before it was sealed, which keeps its time: so what began before
	 * goes on after it */
	snprintf(answer->etag, sizeof(answer->etag), "\"%llx-%llx.%lx\"",
		 (unsigned long long)content->size,
		 (unsigned long long)content->changed.tv_sec,
		 (unsigned long)content->changed.tv_nsec);
	if (unchanged(req, answer->etag)) {
		answer->status = 304;
		return;
	}
	/* a date never matches: it is too coarse for a file that still grows */
	if (strcmp(req->head.method, "GET") != 0 ||
	    (if_range && strcmp(if_range, answer->etag) != 0))
		range = NULL;
	answer->status = range_status(range, content->size, span);
	if (answer->status == 206)
		snprintf(answer->range, sizeof(answer->range), "bytes %lld-%lld/%lld",
			 (long long)span->at, (long long)(span->at + span->len - 1),
			 (long long)content->size);
	if (answer->status == 416)
		snprintf(answer->range, sizeof(answer->range), "bytes */%lld",
			 (long long)content->size);
}

static struct http_extra extra_of(const struct answer *answer,
				  const struct http_form *form)
{
	return (struct http_extra){
		.cache = form->cache ? form->cache : "private, no-cache",
		.ranges = true,
		.open = form->open,
		.etag = answer->etag,
		.range = *answer->range ? answer->range : NULL,
		.disposition = *answer->name ? answer->name : NULL,
	};
}

static bool bodyless(const struct http_request *req, const struct answer *answer)
{
	return request_is_head(req) || answer->span.len == 0;
}

/* True: nothing is sent of it, and that was replied. */
static bool answer_none(struct http_request *req, const struct answer *answer,
			const struct http_form *form) RUNS_ON(on_ctl)
{
	const struct http_extra extra = extra_of(answer, form);

	if (answer->status == 304)
		reply_whole(req, 304, NULL, NULL, 0, &extra);
	else if (answer->status == 416)
		reply_error(req, 416, "bad_range", &extra);
	else
		return false;
	return true;
}

/* The head of what is sent; the connection, when there still is one and a body is to
 * come. */
static struct http_conn *answer_begin(struct http_request *req,
				      const struct answer *answer,
				      const struct http_form *form) RUNS_ON(on_ctl)
{
	const struct http_extra extra = extra_of(answer, form);
	bool none = bodyless(req, answer);
	struct http_conn *conn = req->conn;

	if (conn)
		reply_head(conn, answer->status, form->type, answer->span.len, &extra);
	if (conn && !none) {
		conn->file_at = answer->span.at;
		conn->file_left = answer->span.len;
	}
	request_done(req); /* the answer may be gone with it */
	if (conn && none)
		conn_replied(conn);
	return none ? NULL : conn;
}

/* ---- of memory ---------------------------------------------------------------- */

void http_reply_file_form(struct http_request *req, int fd, const struct http_form *form)
{
	struct file_content content;
	struct http_conn *conn;
	struct answer answer;

	if (content_take(&content, fd)) {
		close(fd);
		http_reply_error(req, 404, "not_found");
		return;
	}
	answer_make(&answer, req, &content);
	conn = answer_none(req, &answer, form) ? NULL : answer_begin(req, &answer, form);
	if (!conn) {
		content_close(&content);
		return;
	}
	conn->memory = content;
	conn_replied(conn);
}

void http_reply_file(struct http_request *req, int fd, const char *type)
{
	const struct http_form form = {.type = type};

	http_reply_file_form(req, fd, &form);
}

/* ---- of a disk ---------------------------------------------------------------- */

void file_ask_free(struct file_ask *ask)
{
	if (!ask)
		return;
	file_read_close(ask->file);
	free(ask);
}

static void refuse(struct http_request *req, ssize_t err) RUNS_ON(on_ctl)
{
	if (err == -EKEYREJECTED)
		http_reply_error(req, 500, "no_key");
	else if (err == -EBADMSG)
		http_reply_error(req, 500, "damaged");
	else
		http_reply_error(req, 503, "no_resources");
}

/* The head and the first piece. It may be gone then. */
static void send_first(struct file_ask *ask, ssize_t n) RUNS_ON(on_ctl)
{
	const struct http_form form = {.type = ask->type};
	struct file_read *file = ask->file;
	struct http_conn *conn;

	ask->file = NULL;
	conn = answer_begin(ask->req, &ask->answer, &form);
	if (!conn) {
		file_read_close(file);
		return;
	}
	conn->file = file;
	if (piece_give(conn, n))
		conn_replied(conn);
	else
		conn_kill(conn, true);
}

/* Only now its length is promised: what cannot be read is said instead. */
static void on_first(void *ctx, ssize_t n)
{
	struct file_ask *ask = ctx;

	thread_claim(&on_ctl);
	log_bad(ask->file, n);
	if (n <= 0)
		refuse(ask->req, n);
	else
		send_first(ask, n);
}

static bool is_missing(ssize_t err)
{
	return err == -ENOENT || err == -ENXIO || err == -ENOTDIR || err == -EACCES ||
	       err == -ENAMETOOLONG;
}

static void begin(struct file_ask *ask) RUNS_ON(on_ctl)
{
	const struct file_content *content = file_read_content(ask->file);
	const struct file_asker asker = {on_first, ask};
	const struct http_form form = {.type = ask->type};
	struct answer answer; /* what replies lets go of the other one */
	bool none;

	answer_make(&answer, ask->req, content);
	if (answer_none(ask->req, &answer, &form))
		return;
	if (ask->download)
		disposition(answer.name, ask->download);
	ask->answer = answer;
	none = bodyless(ask->req, &answer);
	/* of what is sealed the first byte says whether it can be sent */
	if (!ask->req->conn || (none && (!content->seal || answer.size == 0)))
		(void)answer_begin(ask->req, &answer, &form);
	else
		file_read_next(ask->file, answer.span.at, none ? 1 : answer.span.len,
			       &asker);
}

static void on_opened(void *ctx, ssize_t err)
{
	struct file_ask *ask = ctx;

	thread_claim(&on_ctl);
	if (!err) {
		begin(ask);
	} else if (is_missing(err)) {
		ask->missing(ask->ctx, ask->req, (int)err);
	} else {
		log_bad(ask->file, err);
		refuse(ask->req, err);
	}
}

static const char *copy(char **at, const char *text)
{
	size_t len = text ? strlen(text) + 1 : 0;
	const char *to = text ? *at : NULL;

	memcpy(*at, text ? text : "", len);
	*at += len;
	return to;
}

static size_t size_of(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

void http_reply_disk_file(struct http_request *req, const struct http_disk_file *file)
{
	struct file_ask *ask = calloc(1, sizeof(*ask) + size_of(file->type) +
						 size_of(file->download));
	const struct file_asker asker = {on_opened, ask};
	char *at;

	if (!ask) {
		http_reply_error(req, 503, "no_resources");
		return;
	}
	at = ask->texts;
	ask->req = req;
	ask->missing = file->missing;
	ask->ctx = file->ctx;
	ask->type = copy(&at, file->type);
	ask->download = copy(&at, file->download);
	req->file = ask;
	if (file_read_open(&ask->file, req->server->files, file->path, &asker))
		http_reply_error(req, 503, "no_resources");
}
