/* What is sealed needs room for a second copy: one that would take it from who records
 * stays as it is, the rest is sealed, and it is once there is room. How much is free is
 * what this test says. */
#include "derive/sealing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/seal.h"
#include "tests/test.h"

#define MB (1 << 20)

static const struct seal_keys keys = {1, {{{4, 4}}}};
static char dir[] = "/tmp/test_seal_room.XXXXXX";
static int top;
static int64_t free_bytes;

/* In the place of the system's. */
int fstatvfs(int fd, struct statvfs *out)
{
	CHECK(fcntl(fd, F_GETFD) >= 0);
	memset(out, 0, sizeof(*out));
	out->f_frsize = 512;
	out->f_bavail = (unsigned long)(free_bytes / 512);
	return 0;
}

static void put(const char *name, int mb)
{
	static char text[MB];
	int fd = openat(top, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	for (int i = 0; i < mb; i++)
		CHECK(write(fd, text, MB) == MB);
	close(fd);
}

static bool sealed(const char *name)
{
	int fd = openat(top, name, O_RDONLY);
	bool is = seal_is_file(fd);

	CHECK(fd >= 0);
	close(fd);
	return is;
}

static int run(int64_t reserve_mb, uint32_t *n)
{
	struct sealing sealing = {.keys = &keys, .reserve_bytes = reserve_mb * MB};
	int err = sealing_name(&sealing, top, "a.");

	*n = sealing.sealed;
	return err;
}

static void none_is_left(const char *name)
{
	CHECK(faccessat(top, name, F_OK, 0) < 0 && errno == ENOENT);
}

static void what_fits(void)
{
	uint32_t n;

	put("a.mp4", 8);
	put("a.sound.m4a", 1);
	CHECK(mkdirat(top, "a.tracks.dir", 0700) == 0);
	put("a.tracks.dir/1.mkv", 6);
	put("a.tracks.dir/2.mkv", 2);
	free_bytes = (int64_t)(100 + 4) * MB;
	CHECK(run(100, &n) == -ENOSPC && n == 2);
	CHECK(sealed("a.sound.m4a") && sealed("a.tracks.dir/2.mkv"));
	CHECK(!sealed("a.mp4") && !sealed("a.tracks.dir/1.mkv"));
	none_is_left("a.mp4.seal");
	/* its copy is larger than it */
	free_bytes = (int64_t)(100 + 8) * MB;
	CHECK(run(100, &n) == -ENOSPC && n == 1);
	CHECK(sealed("a.tracks.dir/1.mkv") && !sealed("a.mp4"));
	free_bytes += MB / 8;
	CHECK(run(100, &n) == 0 && n == 1 && sealed("a.mp4"));
	/* what is sealed already needs nothing */
	free_bytes = 0;
	CHECK(run(100, &n) == 0 && n == 0);
}

/* Who seals by hand is asked for nothing. */
static void without(void)
{
	uint32_t n;

	put("a.mp4", 1);
	free_bytes = 0;
	CHECK(run(0, &n) == 0 && n == 1 && sealed("a.mp4"));
}

/* ---- the program, on the disk that there is ------------------------------------------
 */

static int program(const char *before, const char *expect)
{
	const char *build = getenv("BUILD") ? getenv("BUILD") : ".";
	char cmd[600], said[400] = "";
	FILE *out;
	int status;

	snprintf(cmd, sizeof(cmd), "'%s/aula-derive' %s seal '%s/keys' '%s/a.'", build,
		 before, dir, dir);
	out = popen(cmd, "r");
	CHECK(out);
	while (fgets(said, sizeof(said), out))
		;
	status = pclose(out);
	if (!strstr(said, expect))
		fprintf(stderr, "%s: %s", cmd, said);
	CHECK(strstr(said, expect) && WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void by_name(void)
{
	const char *key =
		"5f0a3c8e1b7d2946a0c4e8f2136b9d57385e7c1f90a2b4d6e8f0123456789abc\n";
	int fd = openat(top, "keys", O_WRONLY | O_CREAT, 0600);

	CHECK(write(fd, key, strlen(key)) == (ssize_t)strlen(key));
	close(fd);
	put("a.mp4", 1);
	CHECK(unlinkat(top, "a.sound.m4a", 0) == 0);
	CHECK(unlinkat(top, "a.tracks.dir/1.mkv", 0) == 0);
	CHECK(unlinkat(top, "a.tracks.dir/2.mkv", 0) == 0);
	CHECK(program("-r x", "\"code\":\"usage\"") == EX_USAGE);
	CHECK(program("-r 1048576", "\"code\":\"disk_full\"") == EX_CANTCREAT);
	CHECK(!sealed("a.mp4"));
	CHECK(program("-r 0", "\"sealed\":1") == EX_OK && sealed("a.mp4"));
}

int main(void)
{
	char cmd[100];

	CHECK(mkdtemp(dir));
	top = open(dir, O_RDONLY | O_DIRECTORY);
	CHECK(top >= 0);
	what_fits();
	without();
	by_name();
	snprintf(cmd, sizeof(cmd), "rm -r '%s'", dir);
	CHECK(system(cmd) == 0);
	return 0;
}
