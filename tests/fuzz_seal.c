/* Sealed files whose head and chunks are made up, and lists of keys: what is opened is of
 * the length that it says, what is read was authenticated, and nothing else comes out. */
#include "base/seal.h"
#include "tests/test.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct seal_keys keys = {1, {{{7, 7, 7}}}};

static int memory(const uint8_t *data, size_t len)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	CHECK(fd >= 0 && write(fd, data, len) == (ssize_t)len);
	return fd;
}

/* A good one into which the input is written at a place that it names. */
static void meddled(const uint8_t *data, size_t size)
{
	static const uint8_t plain[300] = "all of it";
	uint8_t *sealed, back[400];
	struct seal *seal = NULL;
	size_t len, at;
	ssize_t n;
	int fd;

	if (size < 2)
		return;
	CHECK(seal_bytes(&sealed, &len, plain, sizeof(plain), &keys) == 0);
	at = (size_t)(data[0] << 8 | data[1]) % len;
	for (size_t i = 2; i < size && at + i - 2 < len; i++)
		sealed[at + i - 2] ^= data[i];
	fd = memory(sealed, len);
	if (seal_open(&seal, fd, &keys) == 0) {
		CHECK(seal_size(seal) == sizeof(plain));
		n = seal_read(seal, back, sizeof(back), 0);
		CHECK(n < 0 ||
		      (n == sizeof(plain) && memcmp(back, plain, sizeof(plain)) == 0));
		seal_close(seal);
	}
	close(fd);
	free(sealed);
}

static void made_up(const uint8_t *data, size_t size)
{
	uint8_t back[64];
	struct seal *seal = NULL;
	int fd = memory(data, size);

	(void)seal_is_by(fd, &keys);
	if (seal_open(&seal, fd, &keys) == 0) {
		CHECK(seal_size(seal) == seal_size_of((int64_t)size));
		(void)!seal_read(seal, back, sizeof(back), seal_size(seal) / 2);
		seal_close(seal);
	}
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seal_keys read;

	if (seal_keys_parse(&read, (const char *)data, size) == 0)
		CHECK(read.n >= 1 && read.n <= SEAL_KEYS);
	made_up(data, size);
	meddled(data, size);
	return 0;
}
