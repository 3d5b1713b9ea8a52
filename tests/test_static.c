/* The files of the page: which address gives which file, codings, caching, and a
 * folder that must not be left.
 */
#include "signaling/static.h"

#include "tests/http_rig.h"
#include "tests/stream.h"
#include "tests/test.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char reply[100000];

static int get(struct rig *rig, const char *method, const char *target,
	       const char *fields)
{
	struct stream *s = stream_open("127.0.0.1", rig_port(rig), false);
	char text[1000];
	size_t n = 0;
	int got, status = 0;

	snprintf(text, sizeof(text),
		 "%s %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s\r\n", method,
		 target, fields);
	CHECK(s && stream_write(s, text, strlen(text)));
	while ((got = stream_read(s, reply + n, sizeof(reply) - 1 - n, 5000)) > 0)
		n += (size_t)got;
	CHECK(got == 0);
	reply[n] = '\0';
	stream_close(s);
	sscanf(reply, "HTTP/1.1 %d", &status);
	return status;
}

static const char *body(void)
{
	return strstr(reply, "\r\n\r\n") + 4;
}

static void test_coding(void)
{
	CHECK(static_coding(NULL, true, true) == 'i');
	CHECK(static_coding("", true, true) == 'i');
	CHECK(static_coding("gzip, deflate, br", true, true) == 'b');
	CHECK(static_coding("gzip, deflate, br", false, true) == 'g');
	CHECK(static_coding("gzip, deflate, br", false, false) == 'i');
	CHECK(static_coding("GZIP", true, true) == 'g');
	CHECK(static_coding("br;q=0.5, gzip;q=0.8", true, true) == 'g');
	CHECK(static_coding("br;q=0.8,gzip;q=0.8", true, true) == 'b');
	CHECK(static_coding("br;q=0, gzip", true, true) == 'g');
	CHECK(static_coding("br;q=0.000", true, true) == 'i');
	CHECK(static_coding("br;q=1.000", true, true) == 'b');
	CHECK(static_coding("br ; q=0.3 , identity", true, true) == 'i');
	CHECK(static_coding("*", true, true) == 'b');
	CHECK(static_coding("*;q=0.5, br;q=0", true, true) == 'g');
	CHECK(static_coding("brx, xgzip", true, true) == 'i');
	CHECK(static_coding("br;q=", true, true) == 'i');
	CHECK(static_coding("br;x=1", true, true) == 'i');
	CHECK(static_coding(",,;;,br", true, true) == 'b');
	CHECK(strcmp(static_mime("/a/x.js"), "text/javascript; charset=utf-8") == 0);
	CHECK(strcmp(static_mime("/noending"), "application/octet-stream") == 0);
}

static void test_pages(struct rig *rig)
{
	static const char *const pages[] = {"/",          "/index.html",
					    "/j/K7M4QXW", "/rec/K7M4QXW",
					    "/admin",     "/admin/rooms"};
	static const char *const others[] = {"/j",      "/j/",        "/rec/",
					     "/adminx", "/x",         "/a/",
					     "/a",      "/index.htm", "/INDEX.html"};

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		CHECK(get(rig, "GET", pages[i], "") == 200);
		CHECK(strcmp(body(), "<!doctype html><title>Aula</title>\n") == 0);
		CHECK(strstr(reply, "Cache-Control: no-cache\r\n"));
		CHECK(strstr(reply, "Vary: Accept-Encoding\r\n"));
		CHECK(strstr(reply, "Content-Security-Policy: default-src 'none'; "));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		CHECK(get(rig, "GET", others[i], "") == 404);
	CHECK(get(rig, "HEAD", "/", "") == 200 && !*body());
	CHECK(strstr(reply, "Content-Length: 35\r\n"));
	CHECK(get(rig, "POST", "/", "") == 405);
	CHECK(strstr(reply, "Allow: GET, HEAD"));
}

static void test_cache(struct rig *rig)
{
	CHECK(get(rig, "GET", "/a/app.1234.js", "Accept-Encoding: gzip, br\r\n") == 200);
	CHECK(strstr(reply, "Content-Encoding: br\r\n") && !strcmp(body(), "br-bytes"));
	CHECK(strstr(reply, "public, max-age=31536000, immutable\r\n"));
	CHECK(get(rig, "GET", "/a/app.1234.js", "Accept-Encoding: gzip\r\n") == 200);
	CHECK(strstr(reply, "Content-Encoding: gzip\r\n") &&
	      !strcmp(body(), "gzip-bytes"));
	CHECK(get(rig, "GET", "/a/app.1234.js", "") == 200);
	CHECK(!strstr(reply, "Content-Encoding") && strstr(body(), "console.log"));
	CHECK(get(rig, "GET", "/", "If-None-Match: W/\"00000000000000bb\"\r\n") == 304);
	CHECK(!*body() && strstr(reply, "ETag: W/\"00000000000000bb\"\r\n"));
	CHECK(get(rig, "GET", "/", "If-None-Match: \"x\", \"00000000000000bb\"\r\n") ==
	      304);
	CHECK(get(rig, "GET", "/", "If-None-Match: *\r\n") == 304);
	CHECK(get(rig, "GET", "/", "If-None-Match: W/\"00000000000000aa\"\r\n") == 200);
}

static void put(const char *dir, const char *name, const char *text)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	CHECK(f && fputs(text, f) >= 0);
	fclose(f);
}

static void test_folder(void)
{
	char dir[] = "/tmp/test_static.XXXXXX", root[100], link_path[200];
	struct http_conf conf = {.n_listen = 1, .listen = {"127.0.0.1"}, .plain = true};
	struct rig *rig;

	CHECK(mkdtemp(dir));
	snprintf(root, sizeof(root), "%s/root", dir);
	CHECK(mkdir(root, 0700) == 0);
	put(dir, "secret", "secret");
	put(root, "index.html", "one");
	put(root, "x.js", "two");
	snprintf(link_path, sizeof(link_path), "%s/link", root);
	CHECK(symlink("../secret", link_path) == 0);
	conf.webroot = root;
	rig = rig_create(&conf, NULL);

	CHECK(get(rig, "GET", "/", "") == 200 && strcmp(body(), "one") == 0);
	CHECK(get(rig, "GET", "/x.js", "") == 200 && strcmp(body(), "two") == 0);
	CHECK(strstr(reply, "Content-Type: text/javascript"));
	put(root, "x.js", "three");
	CHECK(get(rig, "GET", "/x.js", "") == 200 && strcmp(body(), "three") == 0);
	CHECK(get(rig, "GET", "/link", "") == 404);
	CHECK(get(rig, "GET", "/../secret", "") == 400);
	CHECK(get(rig, "GET", "/%2e%2e/secret", "") == 400);
	CHECK(get(rig, "GET", "/..%2fsecret", "") == 400);
	CHECK(get(rig, "GET", "/missing", "") == 404);
	CHECK(get(rig, "GET", "/x.js/", "") == 404);
	rig_destroy(rig);

	put(root, "gone", "");
	unlink(link_path);
	snprintf(link_path, sizeof(link_path), "rm -r -- %s", dir);
	CHECK(system(link_path) == 0);
}

int main(void)
{
	const struct http_conf conf = {
		.n_listen = 1, .listen = {"127.0.0.1"}, .plain = true};
	struct rig *rig = rig_create(&conf, NULL);

	test_coding();
	test_pages(rig);
	test_cache(rig);
	rig_destroy(rig);
	test_folder();
	return 0;
}
