/* Sealed files: what was sealed comes out, at any place; whatever is changed is found. */
#include "base/seal.h"
#include "tests/oom.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct seal_keys key = {1, {{{1, 2, 3, 4}}}}, other = {1, {{{1, 2, 3, 5}}}};
/* after a rotation: the new one seals, both open */
static const struct seal_keys both = {2, {{{1, 2, 3, 5}}, {{1, 2, 3, 4}}}};
static uint8_t text[3 * SEAL_CHUNK + 100], back[sizeof(text) + 10];

static int memory(const void *data, size_t len)
{
	int fd = memfd_create("seal", MFD_CLOEXEC);

	CHECK(fd >= 0 && write(fd, data, len) == (ssize_t)len);
	return fd;
}

static int sealed(size_t len)
{
	int in = memory(text, len), out = memory("", 0);

	CHECK(seal_file(in, out, &key) == 0);
	close(in);
	return out;
}

static int64_t size_of(int fd)
{
	struct stat st;

	CHECK(fstat(fd, &st) == 0);
	return st.st_size;
}

/* All of it in pieces of that many bytes; returns the first error, or 0. */
static int read_back(int fd, size_t piece, size_t want)
{
	struct seal *seal;
	size_t have = 0;
	ssize_t n = 0;
	int err = seal_open(&seal, fd, &key);

	if (err)
		return err;
	CHECK(seal_size(seal) == (int64_t)want || want == SIZE_MAX);
	while ((n = seal_read(seal, back + have, piece, (int64_t)have)) > 0) {
		have += (size_t)n;
		CHECK(have <= sizeof(back));
	}
	if (!n && want != SIZE_MAX)
		CHECK(have == want && memcmp(back, text, want) == 0);
	seal_close(seal);
	return (int)n;
}

static void what_was_sealed_comes_out(void)
{
	static const size_t sizes[] = {0,
				       1,
				       SEAL_CHUNK - 1,
				       SEAL_CHUNK,
				       SEAL_CHUNK + 1,
				       2 * SEAL_CHUNK,
				       sizeof(text)};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		int fd = sealed(sizes[i]);

		CHECK(seal_is_file(fd));
		CHECK(read_back(fd, 1000, sizes[i]) == 0);
		CHECK(read_back(fd, sizeof(text), sizes[i]) == 0);
		close(fd);
	}
}

static void any_place_can_be_read(void)
{
	int fd = sealed(sizeof(text));
	struct seal *seal;
	uint32_t seed = 5;

	CHECK(seal_open(&seal, fd, &key) == 0);
	for (int i = 0; i < 300; i++) {
		int64_t at;
		ssize_t n;

		seed = seed * 1664525u + 1013904223u;
		at = (seed >> 4) % sizeof(text);
		n = seal_read(seal, back, 700, at);
		CHECK(n > 0 && memcmp(back, text + at, (size_t)n) == 0);
	}
	CHECK(seal_read(seal, back, 1, (int64_t)sizeof(text)) == 0);
	CHECK(seal_read(seal, back, 1, INT64_MAX) == 0);
	CHECK(seal_read(seal, back, 1, -1) == -EINVAL);
	seal_close(seal);
	close(fd);
}

static void nothing_is_seen_in_it(void)
{
	int fd = sealed(4000), again = sealed(4000);
	uint8_t a[4200], b[4200];
	ssize_t n = pread(fd, a, sizeof(a), 0), m = pread(again, b, sizeof(b), 0);

	CHECK(n == m && n == 4000 + SEAL_HEAD + SEAL_TAG);
	CHECK(!memmem(a, (size_t)n, text, 16));
	CHECK(memcmp(a + SEAL_HEAD, b + SEAL_HEAD, 4000) != 0);
	close(fd);
	close(again);
}

/* Each byte of head and tags, and some of each chunk, is turned. */
static void changes_are_found(void)
{
	int fd = sealed(SEAL_CHUNK + 50);
	int64_t size = size_of(fd);

	for (int64_t at = 0; at < size;
	     at += at < SEAL_HEAD + 40 || at > size - 80 ? 1 : 997) {
		uint8_t was, now;
		int err;

		CHECK(pread(fd, &was, 1, at) == 1);
		now = was ^ 0x40;
		CHECK(pwrite(fd, &now, 1, at) == 1);
		err = read_back(fd, 5000, SIZE_MAX);
		if (at < 8)
			CHECK(err == -EMEDIUMTYPE);
		else if (at >= 76 && at < 92)
			CHECK(err == -EKEYREJECTED);
		else
			CHECK(err == -EBADMSG);
		CHECK(pwrite(fd, &was, 1, at) == 1);
	}
	CHECK(read_back(fd, 5000, SEAL_CHUNK + 50) == 0);
	close(fd);
}

static void cuts_are_found(void)
{
	int fd = sealed(2 * SEAL_CHUNK + 50);

	/* at the end of a whole chunk, too: the one before is not the last */
	CHECK(ftruncate(fd, SEAL_HEAD + 2 * (SEAL_CHUNK + SEAL_TAG)) == 0);
	CHECK(read_back(fd, 5000, SIZE_MAX) == -EBADMSG);
	for (int64_t size = SEAL_HEAD + SEAL_TAG + 30; size > 0; size -= 7) {
		CHECK(ftruncate(fd, size) == 0);
		CHECK(read_back(fd, 5000, SIZE_MAX) ==
		      (size < 8 ? -EMEDIUMTYPE : -EBADMSG));
	}
	close(fd);
}

static void chunks_stay_where_they_are(void)
{
	static uint8_t first[SEAL_CHUNK + SEAL_TAG], second[SEAL_CHUNK + SEAL_TAG];
	int fd = sealed(sizeof(text)), one = sealed(SEAL_CHUNK);
	size_t n = sizeof(first);

	CHECK(pread(fd, first, n, SEAL_HEAD) == (ssize_t)n);
	CHECK(pread(fd, second, n, SEAL_HEAD + (off_t)n) == (ssize_t)n);
	CHECK(pwrite(fd, second, n, SEAL_HEAD) == (ssize_t)n);
	CHECK(pwrite(fd, first, n, SEAL_HEAD + (off_t)n) == (ssize_t)n);
	CHECK(read_back(fd, 5000, SIZE_MAX) == -EBADMSG);
	/* nor does one of another file take its place, nor one more come behind it */
	CHECK(pwrite(one, first, n, SEAL_HEAD) == (ssize_t)n);
	CHECK(read_back(one, 5000, SIZE_MAX) == -EBADMSG);
	close(one);
	one = sealed(SEAL_CHUNK);
	CHECK(pwrite(one, first, n, SEAL_HEAD + (off_t)n) == (ssize_t)n);
	CHECK(read_back(one, 5000, SIZE_MAX) == -EBADMSG);
	close(one);
	close(fd);
}

static void only_by_the_key(void)
{
	int fd = sealed(100), plain = memory(text, sizeof(text));
	struct seal *seal = NULL;

	CHECK(seal_open(&seal, fd, &other) == -EKEYREJECTED && !seal);
	CHECK(seal_open(&seal, fd, NULL) == -EKEYREJECTED && !seal);
	CHECK(seal_open(&seal, plain, &key) == -EMEDIUMTYPE && !seal_is_file(plain));
	CHECK(seal_is_by(fd, &key) && !seal_is_by(fd, &other) &&
	      !seal_is_by(plain, &key));
	close(fd);
	close(plain);
}

static void is_plain(int fd, size_t len)
{
	CHECK(size_of(fd) == (int64_t)len);
	CHECK(pread(fd, back, len, 0) == (ssize_t)len && memcmp(back, text, len) == 0);
}

static void it_is_sealed_anew_and_opened(void)
{
	int old = sealed(SEAL_CHUNK + 9), now = memory("", 0), plain = memory("", 0),
	    same = memory("", 0);
	struct seal *seal;

	CHECK(seal_open(&seal, old, &both) == 0 && seal_size(seal) == SEAL_CHUNK + 9);
	seal_close(seal);
	CHECK(!seal_is_by(old, &both));
	CHECK(seal_file(old, now, &both) == 0 && seal_is_by(now, &both));
	CHECK(seal_open(&seal, now, &key) == -EKEYREJECTED);
	CHECK(unseal_file(now, plain, &other) == 0);
	is_plain(plain, SEAL_CHUNK + 9);
	CHECK(unseal_file(plain, same, &other) == 0);
	is_plain(same, SEAL_CHUNK + 9);
	CHECK(unseal_file(old, same, &other) == -EKEYREJECTED);
	CHECK(seal_file(old, same, &other) == -EKEYREJECTED);
	close(old);
	close(now);
	close(plain);
	close(same);
}

static void what_is_in_memory(void)
{
	static const size_t sizes[] = {0, 7, SEAL_CHUNK, SEAL_CHUNK + 1};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		size_t len = 0;
		uint8_t *data;
		int fd;

		CHECK(seal_bytes(&data, &len, text, sizes[i], &key) == 0);
		CHECK(seal_size_of((int64_t)len) == (int64_t)sizes[i]);
		fd = memory(data, len);
		CHECK(read_back(fd, sizeof(back), sizes[i]) == 0);
		close(fd);
		free(data);
	}
}

/* No length but those that sealing makes. */
static void lengths(void)
{
	static const int64_t none[] = {0,
				       8,
				       SEAL_HEAD,
				       SEAL_HEAD + SEAL_TAG - 1,
				       SEAL_HEAD + SEAL_CHUNK + SEAL_TAG + 1,
				       SEAL_HEAD + SEAL_CHUNK + 2 * SEAL_TAG};

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		CHECK(seal_size_of(none[i]) == -EBADMSG);
	CHECK(seal_size_of(SEAL_HEAD + SEAL_TAG) == 0);
	CHECK(seal_size_of(SEAL_HEAD + SEAL_CHUNK + 2 * SEAL_TAG + 1) == SEAL_CHUNK + 1);
}

static int key_of(const char *content, mode_t mode, struct seal_keys *out)
{
	char path[] = "/tmp/test_seal.XXXXXX";
	int fd = mkstemp(path), err;

	CHECK(fd >= 0 && write(fd, content, strlen(content)) == (ssize_t)strlen(content));
	CHECK(fchmod(fd, mode) == 0);
	close(fd);
	err = seal_keys_read(out, path);
	unlink(path);
	return err;
}

#define HEX16 "00112233445566778899aabbccddeeff"
#define LINE  HEX16 HEX16 "\n"

static void keys_are_read(void)
{
	struct seal_keys read = {.n = 0};
	char *much = malloc(SEAL_KEYS_TEXT + 2);

	CHECK(key_of(LINE, 0600, &read) == 0 && read.n == 1);
	CHECK(read.list[0].bytes[1] == 0x11 && read.list[0].bytes[31] == 0xff);
	CHECK(key_of(HEX16 HEX16, 0400, &read) == 0);
	CHECK(key_of("# of 2027\r\n" HEX16 HEX16 " \r\n\n# old\n" HEX16
		     "FFeeddccbbaa99887766554433221100\n",
		     0600, &read) == 0);
	CHECK(read.n == 2 && read.list[1].bytes[31] == 0);
	CHECK(key_of(LINE LINE LINE LINE LINE LINE LINE LINE, 0600, &read) == 0);
	CHECK(read.n == SEAL_KEYS);
	memset(&read, 9, sizeof(read));
	CHECK(key_of(LINE, 0640, &read) == -EPERM && key_of(LINE, 0604, &read) == -EPERM);
	CHECK(key_of(HEX16, 0600, &read) == -EINVAL);
	CHECK(key_of("", 0600, &read) == -EINVAL);
	CHECK(key_of("# none\n\n", 0600, &read) == -EINVAL);
	CHECK(key_of(HEX16 HEX16 "0", 0600, &read) == -EINVAL);
	CHECK(key_of(" " HEX16 HEX16, 0600, &read) == -EINVAL);
	CHECK(key_of(HEX16 "\n" HEX16, 0600, &read) == -EINVAL);
	CHECK(key_of(HEX16 "00112233445566778899aabbccddeefg", 0600, &read) == -EINVAL);
	/* as of `openssl rand -base64 32` */
	CHECK(key_of("4pv5nwQRJAhRZm3SAtOqDSmu1xqNRZNGkRWYTlWBHHM=\n", 0600, &read) ==
	      -EINVAL);
	CHECK(key_of(LINE LINE LINE LINE LINE LINE LINE LINE LINE, 0600, &read) ==
	      -E2BIG);
	CHECK(much);
	memset(much, '#', SEAL_KEYS_TEXT + 1);
	much[SEAL_KEYS_TEXT + 1] = '\0';
	CHECK(key_of(much, 0600, &read) == -EINVAL);
	free(much);
	CHECK(seal_keys_read(&read, "/nonexistent") == -ENOENT);
	CHECK(seal_keys_read(&read, "/tmp") == -ENOENT);
	CHECK(read.list[0].bytes[0] == 9 && read.list[7].bytes[31] == 9);
	CHECK(strstr(seal_keys_why(-EINVAL), "openssl rand -hex 32"));
	CHECK(strstr(seal_keys_why(-EPERM), "chmod 600"));
	seal_keys_wipe(&read);
	CHECK(read.n == 0 && read.list[7].bytes[31] == 0);
}

static int open_and_read(int fd)
{
	struct seal *seal;
	uint8_t out[10];
	int err = seal_open(&seal, fd, &key);
	ssize_t n;

	if (err)
		return err;
	n = seal_read(seal, out, sizeof(out), 5);
	seal_close(seal);
	return n < 0 ? (int)n : 0;
}

static int seal_text(void)
{
	uint8_t *data;
	size_t len;
	int err = seal_bytes(&data, &len, text, 100, &key);

	if (!err)
		free(data);
	return err;
}

static int open_all(int fd)
{
	int out = memory("", 0), err = unseal_file(fd, out, &key);

	close(out);
	return err;
}

static void without_memory(void)
{
	int fd = sealed(300);

	OOM_EACH(open_and_read(fd));
	OOM_EACH(seal_text());
	OOM_EACH(open_all(fd));
	close(fd);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(i * 7 + (i >> 8) * 13);
	what_was_sealed_comes_out();
	any_place_can_be_read();
	nothing_is_seen_in_it();
	changes_are_found();
	cuts_are_found();
	chunks_stay_where_they_are();
	only_by_the_key();
	it_is_sealed_anew_and_opened();
	what_is_in_memory();
	lengths();
	keys_are_read();
	without_memory();
	return 0;
}
