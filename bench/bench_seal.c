/* bench_seal - what it costs that recordings are sealed: CPU time of sealing a file and
 * of reading it as it is served, in pieces of 64 KB, in files in memory, so that no disk
 * hides it. `copy` and `read_plain` are the same without sealing, in the same run; the
 * ratios are to those. `jump_us` is what a request for another place of a file takes
 * until its first byte is there.
 */
#include "base/seal.h"
#include "bench/bench.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BYTES  (64 << 20)
#define ROUNDS 7
#define JUMPS  500

static const struct seal_keys keys = {1, {{{1, 2, 3, 4}}}};
static uint8_t piece[SEAL_CHUNK];

static int memory(void)
{
	int fd = memfd_create("bench", MFD_CLOEXEC);

	CHECK(fd >= 0);
	return fd;
}

static int content(void)
{
	int fd = memory();
	uint32_t v = 1;

	for (int at = 0; at < BYTES; at += SEAL_CHUNK) {
		for (size_t i = 0; i < sizeof(piece); i++) {
			v = v * 1664525u + 1013904223u;
			piece[i] = (uint8_t)(v >> 24);
		}
		CHECK(write(fd, piece, sizeof(piece)) == (ssize_t)sizeof(piece));
	}
	return fd;
}

static double copy(int plain)
{
	int to = memory();
	int64_t begin = cpu_ns();

	for (int at = 0; at < BYTES; at += SEAL_CHUNK) {
		CHECK(pread(plain, piece, sizeof(piece), at) == (ssize_t)sizeof(piece));
		CHECK(write(to, piece, sizeof(piece)) == (ssize_t)sizeof(piece));
	}
	begin = cpu_ns() - begin;
	close(to);
	return (double)begin;
}

static double seal(int plain)
{
	int to = memory();
	int64_t begin = cpu_ns();

	CHECK(seal_file(plain, to, &keys) == 0);
	begin = cpu_ns() - begin;
	close(to);
	return (double)begin;
}

static double read_plain(int plain)
{
	int64_t begin = cpu_ns();

	for (int at = 0; at < BYTES; at += SEAL_CHUNK)
		CHECK(pread(plain, piece, sizeof(piece), at) == (ssize_t)sizeof(piece));
	return (double)(cpu_ns() - begin);
}

static double read_sealed(int sealed)
{
	int64_t begin = cpu_ns();
	struct seal *seal;

	CHECK(seal_open(&seal, sealed, &keys) == 0);
	for (int at = 0; at < BYTES; at += SEAL_CHUNK)
		CHECK(seal_read(seal, piece, sizeof(piece), at) ==
		      (ssize_t)sizeof(piece));
	seal_close(seal);
	return (double)(cpu_ns() - begin);
}

static double jump(int sealed)
{
	int64_t begin = cpu_ns();

	for (int64_t i = 0; i < JUMPS; i++) {
		struct seal *seal;

		CHECK(seal_open(&seal, sealed, &keys) == 0);
		CHECK(seal_read(seal, piece, 100, i * 7777777 % BYTES) > 0);
		seal_close(seal);
	}
	return (double)(cpu_ns() - begin) / JUMPS / 1000;
}

static double mb_s(double ns)
{
	return BYTES / 1e6 / (ns / 1e9);
}

int main(void)
{
	static double (*const runs[4])(int fd) = {copy, seal, read_plain, read_sealed};
	static const char *const names[4] = {"copy", "seal", "read_plain", "read_sealed"};
	double ns[4][ROUNDS], mid[4], jumps[ROUNDS];
	int plain = content(), sealed = memory();

	CHECK(seal_file(plain, sealed, &keys) == 0);
	/* in turns, so that what else the machine does meets all of them */
	for (int r = 0; r < ROUNDS; r++) {
		for (int k = 0; k < 4; k++)
			ns[k][r] = runs[k](k == 3 ? sealed : plain);
		jumps[r] = jump(sealed);
	}
	for (int k = 0; k < 4; k++) {
		mid[k] = median(ns[k], ROUNDS);
		printf("seal.%s_mb_s %.0f\n", names[k], mb_s(mid[k]));
	}
	printf("seal.to_copy %.2f\n", mid[1] / mid[0]);
	printf("seal.read_to_plain %.2f\n", mid[3] / mid[2]);
	printf("seal.jump_us %.0f\n", median(jumps, ROUNDS));
	return 0;
}
