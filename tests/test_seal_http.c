/* Sealed files by HTTP: what is sent is what was there before they were sealed, with the
 * same length, ranges and ETag; without the key, or damaged, it is an error and no byte.
 */
#include "base/seal.h"
#include "signaling/http.h"
#include "tests/http_ask.h"
#include "tests/http_rig.h"
#include "tests/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEN 200000 /* four chunks */

static const struct seal_keys keys = {1, {{{1, 2, 3}}}}, other = {1, {{{9}}}};
static char text[LEN + 1], path[64];

static void write_plain(void)
{
	FILE *f = fopen(path, "w");

	CHECK(f && fwrite(text, 1, LEN, f) == LEN && fclose(f) == 0);
}

/* As it is done to recordings: another file under the same name, with the same time. */
static void seal(void)
{
	char beside[80];
	struct timespec times[2];
	struct stat st;
	int in = open(path, O_RDONLY), out;

	snprintf(beside, sizeof(beside), "%s.seal", path);
	out = open(beside, O_RDWR | O_CREAT | O_TRUNC, 0600);
	CHECK(in >= 0 && out >= 0 && fstat(in, &st) == 0);
	CHECK(seal_file(in, out, &keys) == 0);
	times[0] = times[1] = st.st_mtim;
	CHECK(futimens(out, times) == 0 && rename(beside, path) == 0);
	close(in);
	close(out);
}

static void turn_bit(off_t at)
{
	int fd = open(path, O_RDWR);
	char c;

	CHECK(fd >= 0 && pread(fd, &c, 1, at) == 1);
	c ^= 1;
	CHECK(pwrite(fd, &c, 1, at) == 1);
	close(fd);
}

static struct rig *serve(const struct seal_keys *by)
{
	struct http_conf conf = rig_plain;
	struct rig *rig;

	conf.seal_keys = by;
	rig = rig_create(&conf, NULL);
	rig_file(rig, path);
	return rig;
}

static void etag_of(char out[128])
{
	const char *p = strstr(ask_reply, "ETag: ");

	CHECK(p);
	snprintf(out, 128, "%.*s", (int)strcspn(p + 6, "\r"), p + 6);
}

static void is_part(struct rig *rig, const char *range, size_t from, size_t len)
{
	char field[100], want[100];

	snprintf(field, sizeof(field), "Range: bytes=%s\r\n", range);
	CHECK(ask_get(rig, "/file", field) == 206);
	snprintf(want, sizeof(want), "Content-Range: bytes %zu-%zu/%d\r\n", from,
		 from + len - 1, LEN);
	CHECK(strstr(ask_reply, want));
	snprintf(want, sizeof(want), "Content-Length: %zu\r\n", len);
	CHECK(strstr(ask_reply, want));
	CHECK(strlen(ask_body()) == len && memcmp(ask_body(), text + from, len) == 0);
}

static void all_is_as_before(void)
{
	struct rig *rig = serve(&keys);
	char plain[128], sealed[128], field[300];

	write_plain();
	CHECK(ask_get(rig, "/file", "") == 200 && strcmp(ask_body(), text) == 0);
	etag_of(plain);
	seal();
	CHECK(ask_get(rig, "/file", "") == 200 && strcmp(ask_body(), text) == 0);
	CHECK(strstr(ask_reply, "Content-Length: 200000\r\n"));
	etag_of(sealed);
	CHECK(strcmp(plain, sealed) == 0);
	is_part(rig, "0-0", 0, 1);
	is_part(rig, "5-20", 5, 16);
	is_part(rig, "65535-65536", 65535, 2);
	is_part(rig, "65536-131071", 65536, 65536);
	is_part(rig, "60000-199999", 60000, 140000);
	is_part(rig, "-5", LEN - 5, 5);
	is_part(rig, "196608-", 196608, LEN - 196608);
	CHECK(ask_get(rig, "/file", "Range: bytes=200000-\r\n") == 416);
	CHECK(strstr(ask_reply, "Content-Range: bytes */200000"));
	/* what was begun before it was sealed goes on */
	snprintf(field, sizeof(field), "If-Range: %s\r\nRange: bytes=100000-100002\r\n",
		 plain);
	CHECK(ask_get(rig, "/file", field) == 206);
	CHECK(memcmp(ask_body(), text + 100000, 3) == 0 && strlen(ask_body()) == 3);
	snprintf(field, sizeof(field), "If-None-Match: %s\r\n", plain);
	CHECK(ask_get(rig, "/file", field) == 304 && !*ask_body());
	rig_destroy(rig);
}

static void not_without_the_key(void)
{
	const struct seal_keys *const none[] = {NULL, &other};

	for (int i = 0; i < 2; i++) {
		struct rig *rig = serve(none[i]);

		CHECK(ask_get(rig, "/file", "") == 500);
		CHECK(strstr(ask_body(), "\"no_key\"") && strlen(ask_body()) < 200);
		CHECK(ask_get(rig, "/file", "Range: bytes=0-9\r\n") == 500);
		CHECK(strstr(ask_body(), "\"no_key\""));
		rig_destroy(rig);
	}
}

/* The length was promised when it is found in what comes later: the connection ends. */
static void not_when_damaged(void)
{
	struct rig *rig = serve(&keys);
	off_t third = SEAL_HEAD + 2 * (SEAL_CHUNK + SEAL_TAG) + 1000;
	size_t n;

	turn_bit(third);
	CHECK(ask_get(rig, "/file", "Range: bytes=140000-140009\r\n") == 500);
	CHECK(strstr(ask_body(), "\"damaged\"") && !strstr(ask_reply, "Content-Range"));
	is_part(rig, "65536-131071", 65536, 65536);
	CHECK(ask_get(rig, "/file", "") == 200);
	n = strlen(ask_body());
	CHECK(n <= (size_t)2 * SEAL_CHUNK && memcmp(ask_body(), text, n) == 0);
	turn_bit(third);
	CHECK(ask_get(rig, "/file", "") == 200 && strcmp(ask_body(), text) == 0);
	/* cut off, and its head */
	CHECK(truncate(path, third) == 0);
	CHECK(ask_get(rig, "/file", "Range: bytes=131072-131080\r\n") == 500);
	CHECK(strstr(ask_body(), "\"damaged\""));
	CHECK(truncate(path, 50) == 0);
	CHECK(ask_get(rig, "/file", "") == 500 && strstr(ask_body(), "\"damaged\""));
	rig_destroy(rig);
}

int main(void)
{
	snprintf(path, sizeof(path), "/tmp/test_seal_http.%d", (int)getpid());
	for (int i = 0; i < LEN / 10; i++)
		snprintf(text + i * 10, 11, "%09d\n", i);
	all_is_as_before();
	not_without_the_key();
	not_when_damaged();
	unlink(path);
	return 0;
}
