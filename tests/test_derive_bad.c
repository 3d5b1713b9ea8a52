/* Recordings that were damaged: an error or a result, soon, and never a crash; and what
 * their reader cannot do to others when one of them takes it over. */
#include "derive/make.h"
#include "derive/trim.h"

#include <errno.h>
#include <fcntl.h>
#include <libavutil/log.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/jail.h"
#include "tests/clip_files.h"
#include "tests/derive_rig.h"
#include "tests/test.h"

#define DAMAGED 40

static struct folder folder;
static struct progress progress;
static uint32_t state = 1;

static uint32_t next(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static void clear(void)
{
	char command[300];

	snprintf(command, sizeof(command), "rm -rf '%s'/*", derive_path("out"));
	CHECK(system(command) == 0);
}

static int make(const void *data, size_t len)
{
	struct make_result result;
	int fd, err;

	clear();
	derive_put("bad.mp4", data, len);
	fd = derive_open("bad.mp4");
	err = make_all(&result, &folder, fd, -1, &progress);
	close(fd);
	return err;
}

static void cut(void)
{
	struct trim range = {1000, 4000};
	int fd = derive_open("bad.mp4");
	int err = trim(&folder, "cut.mp4", fd, &range, &progress);

	CHECK(err <= 0);
	/* whole or not at all */
	CHECK(folder_has(&folder, "cut.mp4") == !err);
	CHECK(!folder_has(&folder, "cut.mp4.part"));
	close(fd);
}

static void test_truncated(const char *data, size_t len)
{
	for (int i = 1; i < 12; i++) {
		int err = make(data, len * (size_t)i / 12);

		if (!err)
			fprintf(stderr, "%d twelfths are taken for all\n", i);
		CHECK(err);
		cut();
	}
	CHECK(make(data, 1) && make("", 0) == -EBADMSG);
	CHECK(make(data, len) == 0);
}

static size_t index_len(const char *data)
{
	const unsigned char *at = (const unsigned char *)data;
	size_t ftyp = (size_t)at[2] << 8 | at[3];

	at += ftyp;
	CHECK(memcmp(at + 4, "moov", 4) == 0);
	return ftyp + ((size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3]);
}

/* Half of them in the index alone: that is where lengths and numbers are. */
static void test_damaged(const char *data, size_t len)
{
	size_t head = index_len(data);
	char *bad = malloc(len);
	int fine = 0;

	for (int i = 0; i < DAMAGED; i++) {
		memcpy(bad, data, len);
		for (uint32_t n = 1 + next() % 12; n > 0; n--)
			bad[next() % (i % 2 ? len : head)] = (char)next();
		fine += make(bad, len) == 0;
		cut();
	}
	fprintf(stderr, "%d of %d could still be used\n", fine, DAMAGED);
	CHECK(fine < DAMAGED);
	free(bad);
}

static void put32(char *at, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		at[i] = (char)(v >> (24 - 8 * i));
}

static char *find(char *data, size_t len, const char *what)
{
	char *at = memmem(data, len, what, 4);

	CHECK(at);
	return at;
}

static void test_limits(const char *data, size_t len)
{
	char *bad = malloc(len), *at;
	int err;

	/* mvhd of version 0: times, scale, and how long: months */
	memcpy(bad, data, len);
	at = find(bad, len, "mvhd");
	put32(at + 20, 0x7fffffff);
	err = make(bad, len);
	CHECK(err == -EOVERFLOW || err == 0); /* libavformat asks the tracks, too */
	/* avc1: 6 reserved, an index, 16 reserved, width and height */
	memcpy(bad, data, len);
	at = find(bad, len, "avc1"); /* may also stand among the brands */
	if ((size_t)(at - bad) < 64)
		at = find(at + 4, len - (size_t)(at + 4 - bad), "avc1");
	put32(at + 28, 0xfff0fff0);
	CHECK(make(bad, len) == -EFBIG);
	/* a million samples in stsz */
	memcpy(bad, data, len);
	at = find(bad, len, "stsz");
	put32(at + 12, 0x7fffffff);
	CHECK(make(bad, len) < 0);
	free(bad);
}

static void test_others(void)
{
	size_t len;
	char *data;

	clip_with(derive_path("other.mp4"), "-f lavfi -i testsrc2=s=64x64:r=5:d=2 "
					    "-c:v mpeg4");
	data = derive_read("other.mp4", &len);
	CHECK(make(data, len) == -ENOTSUP);
	free(data);
	clip_with(derive_path("other.webm"),
		  "-f lavfi -i sine=d=2 -ac 1 -ar 48000 -c:a libopus");
	data = derive_read("other.webm", &len);
	CHECK(make(data, len) < 0);
	free(data);
	/* sound alone, pictures alone */
	clip_with(derive_path("sound.mp4"), "-f lavfi -i sine=d=5 -ac 1 -ar 48000 "
					    "-c:a aac -movflags +faststart");
	data = derive_read("sound.mp4", &len);
	CHECK(make(data, len) == 0 && folder_has(&folder, "sound.m4a") &&
	      !folder_has(&folder, "video.mp4"));
	free(data);
	clip_with(derive_path("mute.mp4"), "-f lavfi -i testsrc2=s=320x180:r=15:d=4 "
					   "-pix_fmt yuv420p -c:v libx264 -bf 0");
	data = derive_read("mute.mp4", &len);
	CHECK(make(data, len) == 0 && folder_has(&folder, "video.mp4") &&
	      !folder_has(&folder, "sound.m4a"));
	free(data);
}

/* ---- its jail -------------------------------------------------------------- */

/* What a reader that was taken over would try on others. */
static bool is_harmless(const char *path, pid_t other)
{
	siginfo_t info = {.si_code = SI_QUEUE};
	const uint64_t high = UINT64_C(1) << 32 | (uint32_t)getpid();
	struct rlimit old;
	long tries[] = {
		syscall(SYS_tgkill, other, other, 0) == -1 && errno == EPERM,
		syscall(SYS_tgkill, high, getpid(), 0) == -1 && errno == EPERM,
		syscall(SYS_rt_sigqueueinfo, other, 0, &info) == -1 && errno == EPERM,
		syscall(SYS_rt_tgsigqueueinfo, other, other, 0, &info) == -1 &&
			errno == EPERM,
		syscall(SYS_prlimit64, other, RLIMIT_CORE, NULL, &old) == -1 &&
			errno == EPERM,
		syscall(SYS_prlimit64, high, RLIMIT_CORE, NULL, &old) == -1 &&
			errno == EPERM,
		truncate(path, 0) == -1 && errno == EPERM,
		open(path, O_WRONLY | O_TRUNC) == -1,
		chmod(path, 0777) == -1 && errno == EPERM,
		fchmodat(AT_FDCWD, path, 0777, 0) == -1 && errno == EPERM,
		syscall(452 /* fchmodat2 */, AT_FDCWD, path, 0777, 0) == -1 &&
			errno == EPERM,
		chown(path, getuid(), getgid()) == -1 && errno == EPERM,
		lchown(path, getuid(), getgid()) == -1 && errno == EPERM,
		fchownat(AT_FDCWD, path, getuid(), getgid(), 0) == -1 && errno == EPERM,
		syscall(SYS_setxattr, path, "user.a", "b", 1, 0) == -1 && errno == EPERM,
		syscall(SYS_lsetxattr, path, "user.a", "b", 1, 0) == -1 && errno == EPERM,
		syscall(SYS_fsetxattr, 0, "user.a", "b", 1, 0) == -1 && errno == EPERM,
	};
	bool all = true;

	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		if (!tries[i])
			fprintf(stderr, "try %zu was not refused\n", i);
		all &= tries[i];
	}
	return all;
}

/* What it needs: its own threads and limits, and the files of its folder. */
static bool works(void)
{
	struct rlimit old;
	int fd = open(derive_path("out/own"), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	return fd >= 0 && write(fd, "own", 3) == 3 && ftruncate(fd, 1) == 0 &&
	       close(fd) == 0 && unlink(derive_path("out/own")) == 0 &&
	       raise(SIGURG) == 0 &&
	       syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), 0) == 0 &&
	       getrlimit(RLIMIT_NOFILE, &old) == 0 && old.rlim_max == 64 &&
	       syscall(SYS_prlimit64, getpid(), RLIMIT_NOFILE, NULL, &old) == 0;
}

static void test_jail(void)
{
	const struct jail jail = {.cpu_sec = 20,
				  .memory = UINT64_C(1) << 32,
				  .file_bytes = 4096,
				  .folder = derive_path("out")};
	const char *other = derive_path("other");
	const pid_t self = getpid();
	struct stat st;
	int status;
	pid_t pid;

	if (getenv("ASAN_OPTIONS") || getenv("TSAN_OPTIONS"))
		return; /* a sanitizer needs more than that */
	derive_put("other", "of others", 9);
	CHECK(chmod(other, 0600) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0)
		_exit(jail_enter(&jail) != 0      ? 2
		      : !is_harmless(other, self) ? 3
		      : !works()                  ? 4
						  : 0);
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	CHECK(WEXITSTATUS(status) == 0);
	CHECK(stat(other, &st) == 0 && st.st_size == 9 && (st.st_mode & 0777) == 0600);
}

int main(void)
{
	char *data;
	size_t len;

	if (!derive_setup())
		return 77;
	av_log_set_level(AV_LOG_QUIET);
	progress_init(&progress, -1);
	CHECK(mkdir(derive_path("out"), 0700) == 0);
	CHECK(folder_open(&folder, derive_path("out")) == 0);
	test_jail();
	derive_record("in.mp4", "testsrc2=s=128x72:r=15:d=20",
		      "sine=f=500:r=48000:d=20,volume=0.3", 30);
	data = derive_read("in.mp4", &len);
	test_truncated(data, len);
	test_limits(data, len);
	test_damaged(data, len);
	test_others();
	free(data);
	folder_close(&folder);
	derive_teardown();
	return 0;
}
