#include "signaling/http_conn.h"

#include <errno.h>
#include <event2/buffer.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_SIZE 1024 /* of a Content-Disposition */

struct span {
	int64_t at, len;
};

#define AHEAD_BYTES (4 * HTTP_CHUNK)

bool file_feed(struct http_conn *conn)
{
	struct evbuffer *out = conn_output(conn);
	struct evbuffer_iovec v;
	size_t want = conn->file_left < HTTP_CHUNK ? (size_t)conn->file_left : HTTP_CHUNK;
	ssize_t n;

	if (evbuffer_reserve_space(out, (ev_ssize_t)want, &v, 1) != 1)
		return false;
	/* From a local disk, mostly from its cache: the kernel reads ahead. */
	do
		n = pread(conn->file_fd, v.iov_base, want, conn->file_at);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false; /* it became shorter: the length that was promised is wrong
			       */
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

static void send_span(struct http_request *req, int fd, int status, const char *type,
		      const struct span *span, const struct http_extra *extra)
	RUNS_ON(on_ctl)
{
	bool bodyless = request_is_head(req) || span->len == 0;
	struct http_conn *conn = request_done(req);

	if (!conn) {
		close(fd);
		return;
	}
	reply_head(conn, status, type, span->len, extra);
	if (bodyless) {
		close(fd);
	} else {
		conn->file_fd = fd;
		conn->file_at = span->at;
		conn->file_left = span->len;
		posix_fadvise(fd, span->at, span->len, POSIX_FADV_SEQUENTIAL);
		posix_fadvise(fd, span->at, AHEAD_BYTES, POSIX_FADV_WILLNEED);
	}
	conn_replied(conn);
}

void http_reply_file(struct http_request *req, int fd, const char *type,
		     const char *download)
{
	struct http_extra extra = {.cache = "private, no-cache", .ranges = true};
	const char *if_range = http_head_field(&req->head, "if-range");
	const char *range = http_head_field(&req->head, "range");
	char etag[80], range_text[80], name[NAME_SIZE];
	struct stat st;
	struct span span;
	int status;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		http_reply_error(req, 404, "not_found");
		return;
	}
	snprintf(etag, sizeof(etag), "\"%llx-%llx-%llx.%lx\"",
		 (unsigned long long)st.st_ino, (unsigned long long)st.st_size,
		 (unsigned long long)st.st_mtim.tv_sec,
		 (unsigned long)st.st_mtim.tv_nsec);
	extra.etag = etag;
	if (unchanged(req, etag)) {
		close(fd);
		reply_whole(req, 304, NULL, NULL, 0, &extra);
		return;
	}
	span = (struct span){0, st.st_size};
	/* a date never matches: it is too coarse for a file that still grows */
	if (strcmp(req->head.method, "GET") != 0 ||
	    (if_range && strcmp(if_range, etag) != 0))
		range = NULL;
	status = range_status(range, st.st_size, &span);
	snprintf(range_text, sizeof(range_text), "bytes %lld-%lld/%lld",
		 (long long)span.at, (long long)(span.at + span.len - 1),
		 (long long)st.st_size);
	if (status == 416) {
		snprintf(range_text, sizeof(range_text), "bytes */%lld",
			 (long long)st.st_size);
		extra.range = range_text;
		close(fd);
		reply_error(req, 416, "bad_range", &extra);
		return;
	}
	if (status == 206)
		extra.range = range_text;
	if (download) {
		disposition(name, download);
		extra.disposition = name;
	}
	send_span(req, fd, status, type, &span, &extra);
}
