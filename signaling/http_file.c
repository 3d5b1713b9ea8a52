#include "signaling/http_conn.h"

#include <errno.h>
#include <event2/buffer.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/seal.h"

#define NAME_SIZE 1024 /* of a Content-Disposition */

struct span {
	int64_t at, len;
};

/* What is sent. */
struct content {
	int fd;
	struct seal *seal; /* NULL: the file is as it was made */
	int64_t size;
};

#define AHEAD_BYTES (4 * HTTP_CHUNK)

/* Which file it is; no link that leads to it, which would open it to who reads the log.
 */
static void log_bad(const char *event, int fd)
{
	char link[40], path[NAME_SIZE];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	log_error(event, "path=%s", path);
}

/* Of what is sealed up to the end of a chunk: the next ones are read whole then. */
static size_t piece(const struct http_conn *conn) RUNS_ON(on_ctl)
{
	int64_t want = HTTP_CHUNK;

	if (conn->file_seal)
		want = SEAL_CHUNK - conn->file_at % SEAL_CHUNK;
	return (size_t)(conn->file_left < want ? conn->file_left : want);
}

bool file_feed(struct http_conn *conn)
{
	struct evbuffer *out = conn_output(conn);
	struct evbuffer_iovec v;
	size_t want = piece(conn);
	ssize_t n;

	if (evbuffer_reserve_space(out, (ev_ssize_t)want, &v, 1) != 1)
		return false;
	/* From a local disk, mostly from its cache: the kernel reads ahead. */
	do
		n = conn->file_seal
			    ? seal_read(conn->file_seal, v.iov_base, want, conn->file_at)
			    : pread(conn->file_fd, v.iov_base, want, conn->file_at);
	while (n < 0 && errno == EINTR);
	if (n == -EBADMSG && conn->file_seal)
		log_bad("file_damaged", conn->file_fd);
	if (n <= 0)
		return false; /* it became shorter, or is damaged: the length that was
				 promised is wrong */
	v.iov_len = (size_t)n;
	if (evbuffer_commit_space(out, &v, 1) < 0)
		return false;
	conn->file_at += n;
	conn->file_left -= n;
	/* what comes next is fetched while this goes out: the loop never waits */
	posix_fadvise(conn->file_fd, conn->file_at, AHEAD_BYTES, POSIX_FADV_WILLNEED);
	return true;
}

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

static void content_close(struct content *content)
{
	seal_close(content->seal);
	close(content->fd);
}

/* -EKEYREJECTED and what else seal_open() says; the descriptor is the caller's then. */
static int content_open(struct content *content, int fd, int64_t bytes,
			const struct seal_keys *keys)
{
	int err;

	*content = (struct content){.fd = fd, .size = bytes};
	if (!seal_is_file(fd))
		return 0;
	err = seal_open(&content->seal, fd, keys);
	if (!err)
		content->size = seal_size(content->seal);
	return err;
}

/* Can what is sent first be opened? Once its length was promised it is too late to say
 * that it cannot. */
static int content_try(const struct content *content, int64_t at)
{
	uint8_t first;
	ssize_t n = content->seal ? seal_read(content->seal, &first, 1, at) : 0;

	return n < 0 ? (int)n : 0;
}

/* Takes the descriptor. */
static void refuse_content(struct http_request *req, int fd, int err) RUNS_ON(on_ctl)
{
	if (err == -EKEYREJECTED) {
		log_bad("file_without_key", fd);
		http_reply_error(req, 500, "no_key");
	} else if (err == -EBADMSG) {
		log_bad("file_damaged", fd);
		http_reply_error(req, 500, "damaged");
	} else {
		http_reply_error(req, 503, "no_resources");
	}
	close(fd);
}

/* Takes the content. */
static void send_span(struct http_request *req, struct content *content, int status,
		      const char *type, const struct span *span,
		      const struct http_extra *extra) RUNS_ON(on_ctl)
{
	bool bodyless = request_is_head(req) || span->len == 0;
	struct http_conn *conn = request_done(req);

	if (!conn) {
		content_close(content);
		return;
	}
	reply_head(conn, status, type, span->len, extra);
	if (bodyless) {
		content_close(content);
	} else {
		int fd = content->fd;

		conn->file_fd = fd;
		conn->file_seal = content->seal;
		conn->file_at = span->at;
		conn->file_left = span->len;
		posix_fadvise(fd, span->at, span->len, POSIX_FADV_SEQUENTIAL);
		posix_fadvise(fd, span->at, AHEAD_BYTES, POSIX_FADV_WILLNEED);
	}
	conn_replied(conn);
}

/* All of it, or the range that is asked for. Takes the content. */
static void reply_content(struct http_request *req, struct content *content,
			  const struct http_form *form, const char *download,
			  struct http_extra *extra) RUNS_ON(on_ctl)
{
	const char *if_range = http_head_field(&req->head, "if-range");
	const char *range = http_head_field(&req->head, "range");
	struct span span = {0, content->size};
	char range_text[80], name[NAME_SIZE];
	int status, err;

	/* a date never matches: it is too coarse for a file that still grows */
	if (strcmp(req->head.method, "GET") != 0 ||
	    (if_range && strcmp(if_range, extra->etag) != 0))
		range = NULL;
	status = range_status(range, content->size, &span);
	snprintf(range_text, sizeof(range_text), "bytes %lld-%lld/%lld",
		 (long long)span.at, (long long)(span.at + span.len - 1),
		 (long long)content->size);
	if (status == 416) {
		snprintf(range_text, sizeof(range_text), "bytes */%lld",
			 (long long)content->size);
		extra->range = range_text;
		content_close(content);
		reply_error(req, 416, "bad_range", extra);
		return;
	}
	err = content_try(content, span.at);
	if (err) {
		seal_close(content->seal);
		refuse_content(req, content->fd, err);
		return;
	}
	if (status == 206)
		extra->range = range_text;
	if (download) {
		disposition(name, download);
		extra->disposition = name;
	}
	send_span(req, content, status, form->type, &span, extra);
}

static void reply_file(struct http_request *req, int fd, const struct http_form *form,
		       const char *download) RUNS_ON(on_ctl)
{
	struct http_extra extra = {.cache = form->cache ? form->cache
							: "private, no-cache",
				   .ranges = true,
				   .open = form->open};
	struct content content;
	char etag[80];
	struct stat st;
	int err;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		http_reply_error(req, 404, "not_found");
		return;
	}
	err = content_open(&content, fd, st.st_size, req->server->conf.seal_keys);
	if (err) {
		refuse_content(req, fd, err);
		return;
	}
	/* of what was before it was sealed, which keeps its time: so what began before
	 * goes on after it */
	snprintf(etag, sizeof(etag), "\"%llx-%llx.%lx\"",
		 (unsigned long long)content.size, (unsigned long long)st.st_mtim.tv_sec,
		 (unsigned long)st.st_mtim.tv_nsec);
	extra.etag = etag;
	if (unchanged(req, etag)) {
		content_close(&content);
		reply_whole(req, 304, NULL, NULL, 0, &extra);
		return;
	}
	reply_content(req, &content, form, download, &extra);
}

void http_reply_file(struct http_request *req, int fd, const char *type,
		     const char *download)
{
	const struct http_form form = {.type = type};

	reply_file(req, fd, &form, download);
}

void http_reply_file_form(struct http_request *req, int fd, const struct http_form *form)
{
	reply_file(req, fd, form, NULL);
}
