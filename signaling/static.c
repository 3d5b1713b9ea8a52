#include "signaling/static.h"

#include "signaling/http_conn.h"

#include <errno.h>
#include <event2/buffer.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define INDEX       "/index.html"
#define IMMUTABLE   "public, max-age=31536000, immutable"
#define WEBROOT_MAX (8 << 20) /* bytes of a file under development */

const char *static_mime(const char *path)
{
	static const struct {
		const char *ending, *mime;
	} types[] = {
		{".html", "text/html; charset=utf-8"},
		{".js", "text/javascript; charset=utf-8"},
		{".mjs", "text/javascript; charset=utf-8"},
		{".css", "text/css; charset=utf-8"},
		{".json", "application/json"},
		{".webmanifest", "application/manifest+json"},
		{".svg", "image/svg+xml"},
		{".png", "image/png"},
		{".jpg", "image/jpeg"},
		{".webp", "image/webp"},
		{".ico", "image/x-icon"},
		{".woff2", "font/woff2"},
		{".wasm", "application/wasm"},
		{".mp3", "audio/mpeg"},
		{".ogg", "audio/ogg"},
		{".txt", "text/plain; charset=utf-8"},
	};
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].ending, dot) == 0)
			return types[i].mime;
	return "application/octet-stream";
}

/* The weight in thousandths of one item of an Accept-Encoding, 1000 without. */
static int weight(const char *item, size_t len)
{
	const char *end = item + len, *p = memchr(item, ';', len);
	int q = 0, scale = 1000;

	if (!p)
		return 1000;
	for (p++; p < end && (*p == ' ' || *p == '\t'); p++)
		;
	if (end - p < 3 || (*p != 'q' && *p != 'Q') || p[1] != '=')
		return 0;
	if (p[2] == '1')
		return 1000;
	for (p += 3; p < end && scale > 1; p++)
		if (*p >= '0' && *p <= '9') {
			scale /= 10;
			q += (*p - '0') * scale;
		} else if (*p != '.') {
			break;
		}
	return q;
}

static size_t item_name_len(const char *item, size_t len)
{
	size_t n = 0;

	while (n < len && item[n] != ';' && item[n] != ' ' && item[n] != '\t')
		n++;
	return n;
}

/* The weight of a coding, or what "*" says, or -1 when nothing names it. */
static int coding_weight(const char *accept, const char *coding)
{
	size_t want = strlen(coding);
	int star = -1;

	while (*accept) {
		size_t len, n;

		accept += strspn(accept, " \t,");
		len = strcspn(accept, ",");
		n = item_name_len(accept, len);
		if (n == want && strncasecmp(accept, coding, n) == 0)
			return weight(accept, len);
		if (n == 1 && *accept == '*')
			star = weight(accept, len);
		accept += len;
	}
	return star;
}

char static_coding(const char *accept, bool has_br, bool has_gz)
{
	int br, gz, plain;

	if (!accept)
		return 'i';
	br = has_br ? coding_weight(accept, "br") : -1;
	gz = has_gz ? coding_weight(accept, "gzip") : -1;
	plain = coding_weight(accept, "identity");
	if (br > 0 && br >= gz && br >= plain)
		return 'b';
	if (gz > 0 && gz >= plain)
		return 'g';
	return 'i';
}

/* Addresses inside the page are all the same page. */
static const char *page_of(const char *path)
{
	if (strcmp(path, "/") == 0 || strcmp(path, "/admin") == 0 ||
	    strncmp(path, "/admin/", 7) == 0)
		return INDEX;
	if ((strncmp(path, "/j/", 3) == 0 && path[3]) ||
	    (strncmp(path, "/w/", 3) == 0 && path[3]) ||
	    (strncmp(path, "/s/", 3) == 0 && path[3]) ||
	    (strncmp(path, "/rec/", 5) == 0 && path[5]))
		return INDEX;
	return path;
}

static const struct static_file *find(const char *path)
{
	for (size_t i = 0; i < static_files_n; i++)
		if (strcmp(static_files[i].path, path) == 0)
			return &static_files[i];
	return NULL;
}

static bool readable(struct http_request *req) RUNS_ON(on_ctl)
{
	static const struct http_extra extra = {.allow = "GET, HEAD, OPTIONS"};

	if (strcmp(req->head.method, "GET") == 0 || request_is_head(req))
		return true;
	reply_error(req, 405, "bad_method", &extra);
	return false;
}

/* RFC 9110 13.1.2 compares weakly here. */
static bool has_tag(const struct http_request *req, const char *weak)
{
	return http_head_lists(&req->head, "if-none-match", weak) ||
	       http_head_lists(&req->head, "if-none-match", weak + 2) ||
	       http_head_lists(&req->head, "if-none-match", "*");
}

static void serve(struct http_request *req, const struct static_file *file)
	RUNS_ON(on_ctl)
{
	char coding = static_coding(http_head_field(&req->head, "accept-encoding"),
				    file->br != NULL, file->gz != NULL);
	char weak[96]; /* one tag for all codings of the same content */
	const struct http_extra extra = {
		.cache = file->immutable ? IMMUTABLE : "no-cache",
		.etag = weak,
		.vary = true,
		.encoding = coding == 'b'   ? "br"
			    : coding == 'g' ? "gzip"
					    : NULL,
	};
	const unsigned char *data = coding == 'b'   ? file->br
				    : coding == 'g' ? file->gz
						    : file->raw;
	size_t len = coding == 'b'   ? file->br_len
		     : coding == 'g' ? file->gz_len
				     : file->raw_len;
	bool bodyless = request_is_head(req);
	struct http_conn *conn;

	snprintf(weak, sizeof(weak), "W/%s", file->etag);
	if (has_tag(req, weak)) {
		reply_whole(req, 304, NULL, NULL, 0, &extra);
		return;
	}
	conn = request_done(req);
	reply_head(conn, 200, file->mime, (int64_t)len, &extra);
	if (!bodyless)
		evbuffer_add_reference(conn_output(conn), data, len, NULL, NULL);
	conn_replied(conn);
}

/* ---- a folder, while the page is being developed -------------------------- */

/* The kernel sees to it that the path stays below the folder. */
static int open_below(int dir, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, dir, path + 1, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

static void *read_all(int fd, size_t *len)
{
	struct stat st;
	char *data;
	ssize_t n;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > WEBROOT_MAX)
		return NULL;
	data = malloc((size_t)st.st_size + 1);
	if (!data)
		return NULL;
	n = pread(fd, data, (size_t)st.st_size, 0);
	if (n != st.st_size) {
		free(data);
		return NULL;
	}
	*len = (size_t)n;
	return data;
}

static bool serve_folder(struct http_request *req, const char *path) RUNS_ON(on_ctl)
{
	static const struct http_extra extra = {.cache = "no-cache"};
	int fd = open_below(req->server->webroot_fd, path);
	size_t len = 0;
	void *data;

	if (fd < 0)
		return false;
	data = read_all(fd, &len);
	close(fd);
	if (!data)
		return false;
	if (readable(req))
		reply_whole(req, 200, static_mime(path), data, len, &extra);
	free(data);
	return true;
}

bool static_serve(struct http_request *req)
{
	const char *path = page_of(http_path(req));
	const struct static_file *file;

	if (req->server->webroot_fd >= 0)
		return serve_folder(req, path);
	file = find(path);
	if (!file)
		return false;
	if (readable(req))
		serve(req, file);
	return true;
}
