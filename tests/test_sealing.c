/* Folders whose files are sealed in their place: whenever it is killed each of them is
 * there, whole, as it was or sealed; the next run does the rest. */
#include "derive/sealing.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/seal.h"
#include "derive/sealed.h"
#include "tests/test.h"

#define FILES 12
#define LEN   (3 * SEAL_CHUNK + 77)

static const struct seal_keys keys = {1, {{{4, 4}}}}, newer = {2, {{{5}}, {{4, 4}}}};
static uint8_t text[LEN], back[LEN + 1];
static char dir[] = "/tmp/test_sealing.XXXXXX";
static int top;

static void put(const char *name, size_t len)
{
	int fd = openat(top, name, O_WRONLY | O_CREAT | O_TRUNC, 0640);

	CHECK(fd >= 0 && write(fd, text, len) == (ssize_t)len);
	CHECK(fchmod(fd, 0640) == 0);
	close(fd);
}

static void name_of(char out[40], int i)
{
	snprintf(out, 40, i < FILES / 2 ? "a.made/%d.bin" : "a.made/in/%d.bin", i);
}

static size_t len_of(int i)
{
	return i == 1 ? 0 : LEN - (size_t)i;
}

static void fill(void)
{
	char name[40];

	CHECK(mkdirat(top, "a.made", 0700) == 0 || errno == EEXIST);
	CHECK(mkdirat(top, "a.made/in", 0700) == 0 || errno == EEXIST);
	for (int i = 0; i < FILES; i++) {
		name_of(name, i);
		put(name, len_of(i));
	}
}

/* Whole, as it was or sealed; which of both. */
static bool whole(const char *name, size_t len)
{
	int fd = openat(top, name, O_RDONLY);
	bool sealed = fd >= 0 && seal_is_file(fd);

	CHECK(fd >= 0 && sealed_size(fd) == (int64_t)len);
	CHECK(sealed_read(fd, back, sizeof(back)) == (ssize_t)len);
	CHECK(memcmp(back, text, len) == 0);
	close(fd);
	return sealed;
}

static int all_whole(void)
{
	char name[40];
	int sealed = 0;

	for (int i = 0; i < FILES; i++) {
		name_of(name, i);
		sealed += whole(name, len_of(i));
	}
	return sealed;
}

static int left;

static int count_left(const char *path, const struct stat *st, int type,
		      struct FTW *where)
{
	size_t n = strlen(path);

	(void)st;
	(void)type;
	(void)where;
	left += n > 5 && strcmp(path + n - 5, ".seal") == 0;
	return 0;
}

static int n_left(void)
{
	left = 0;
	CHECK(nftw(dir, count_left, 8, FTW_PHYS) == 0);
	return left;
}

static void killed_at_any_time(void)
{
	int before = 0;

	fill();
	for (useconds_t us = 0; before < FILES; us += 150) {
		pid_t pid = fork();
		int status;

		CHECK(pid >= 0);
		if (pid == 0) {
			struct sealing sealing = {.keys = &keys};

			_exit(sealing_name(&sealing, top, "a.made") ? 1 : 0);
		}
		usleep(us);
		kill(pid, SIGKILL);
		CHECK(waitpid(pid, &status, 0) == pid);
		CHECK(!WIFEXITED(status) || WEXITSTATUS(status) == 0);
		CHECK(all_whole() >= before);
		before = all_whole();
	}
}

/* Killed in the middle of one: what it had written is no file of ours, and goes. */
static void what_was_begun_goes(void)
{
	struct sealing sealing = {.keys = &keys};

	fill();
	put("a.made/3.bin.seal", 1000);
	put("a.made/in/gone.bin.seal", 1000);
	put("a.made/video.mp4.part", 10); /* another's that is being made */
	CHECK(n_left() == 2);
	CHECK(sealing_name(&sealing, top, "a.made") == 0);
	CHECK(n_left() == 0 && all_whole() == FILES);
	CHECK(sealing.sealed == FILES && sealing.already == 0);
	CHECK(!whole("a.made/video.mp4.part", 10));
	CHECK(sealing_name(&sealing, top, "a.made") == 0);
	CHECK(sealing.sealed == FILES && sealing.already == FILES);
	CHECK(sealing_name(&sealing, top, "b.mp4") == 0 && sealing.missing == 1);
}

/* Of one recording: all that is finished, and nothing that is not, for who writes that
 * would go on in a file that has no name any more. */
static void all_of_one(void)
{
	static const char *const finished[] = {
		"r.mp4",
		"r.2.mp4",
		"r.light.mp4",
		"r.light.3.mp4",
		"r.gone.xyz",
		"r.made/video.mp4",
		"r.live.hls/0.m4s",
		"r.tracks.dir/1.mkv",
		"r.tracks.dir/tracks.json",
		"r.attic.mp4",
	};
	static const char *const begun[] = {
		"r.part.mp4",
		"r.light.part.mp4",
		"r.at5000000.mp4",
		"r.light.at7.part.mp4",
		"r.light.at5000000.mp4",
		"r.broken.mp4",
		"r.at1.broken.mp4",
		"r.sound.m4a.tmp",
		"r.mp4.part",
		"r.live.part.hls/0.m4s",
		"r.tracks.part.dir/1.mkv",
	};
	static const char *const folders[] = {"r.made", "r.live.hls", "r.tracks.dir",
					      "r.live.part.hls", "r.tracks.part.dir"};
	const size_t n = sizeof(finished) / sizeof(finished[0]);
	struct sealing sealing = {.keys = &keys};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		CHECK(mkdirat(top, folders[i], 0700) == 0);
	for (size_t i = 0; i < n; i++)
		put(finished[i], 100 + i);
	for (size_t i = 0; i < sizeof(begun) / sizeof(begun[0]); i++)
		put(begun[i], 100 + i);
	put("r.light.mp4.seal", 10); /* of one that was killed */
	put("rr.mp4", 10);           /* of another recording */
	/* each by its name, as a shell says it, and as one */
	for (size_t i = 0; i < sizeof(begun) / sizeof(begun[0]); i++)
		if (!strchr(begun[i], '/'))
			CHECK(sealing_name(&sealing, top, begun[i]) == 0);
	CHECK(sealing_name(&sealing, top, "r.live.part.hls") == 0);
	CHECK(sealing.missing == 0);
	CHECK(sealing_name(&sealing, top, "r.") == 0);
	CHECK(sealing.sealed == n && sealing.missing == 0 && n_left() == 0);
	for (size_t i = 0; i < n; i++)
		CHECK(whole(finished[i], 100 + i));
	for (size_t i = 0; i < sizeof(begun) / sizeof(begun[0]); i++)
		CHECK(!whole(begun[i], 100 + i));
	CHECK(!whole("rr.mp4", 10));
	CHECK(sealing_name(&sealing, top, "none.") == 0 && sealing.missing == 1);
}

/* Who writes has a lock, whatever the name is; so has who works in a folder. */
static void what_is_written(void)
{
	static const char *const locked[] = {"w.mp4", "w.made", "w.sound.m4a"};
	static const char *const inside[] = {"w.mp4", "w.made/1.jpg", "w.sound.m4a"};
	struct sealing sealing = {.keys = &keys};

	CHECK(mkdirat(top, "w.made", 0700) == 0);
	for (int held = 0; held < 3; held++) {
		int fd;

		for (int i = 0; i < 3; i++)
			put(inside[i], 100);
		fd = openat(top, locked[held], O_RDONLY);
		CHECK(fd >= 0 && flock(fd, LOCK_EX) == 0);
		CHECK(sealing_name(&sealing, top, "w.") == -EAGAIN);
		for (int i = 0; i < 3; i++) /* the rest goes on */
			CHECK(whole(inside[i], 100) == (i != held));
		close(fd);
		CHECK(sealing_name(&sealing, top, "w.") == 0);
		CHECK(whole(inside[held], 100));
	}
}

/* What another works on stays its own, also in the middle of it. */
static void two_at_once(void)
{
	struct sealing sealing = {.keys = &keys};
	int status, fd;

	fill();
	put("a.made/3.bin.seal", 1000);
	fd = openat(top, "a.made/3.bin.seal", O_RDWR);
	CHECK(fd >= 0 && flock(fd, LOCK_EX) == 0);
	CHECK(sealing_name(&sealing, top, "a.made") == -EAGAIN);
	CHECK(sealing.sealed == FILES - 1 && all_whole() == FILES - 1 && n_left() == 1);
	CHECK(lseek(fd, 0, SEEK_END) == 1000);
	close(fd);
	CHECK(sealing_name(&sealing, top, "a.made") == 0);
	CHECK(n_left() == 0 && all_whole() == FILES);
	for (int round = 0; round < 10; round++) {
		fill();
		for (int i = 0; i < 3; i++) {
			pid_t pid = fork();

			CHECK(pid >= 0);
			if (pid > 0)
				continue;
			status = sealing_name(&sealing, top, "a.made");
			_exit(status && status != -EAGAIN);
		}
		for (int i = 0; i < 3; i++)
			CHECK(wait(&status) > 0 && status == 0);
		(void)all_whole();
		CHECK(sealing_name(&sealing, top, "a.made") == 0);
		CHECK(n_left() == 0 && all_whole() == FILES);
	}
}

static void it_keeps_what_it_was(void)
{
	const struct timespec times[2] = {{.tv_sec = 5}, {.tv_sec = 77, .tv_nsec = 123}};
	struct sealing sealing = {.keys = &keys};
	struct stat st;

	put("c.mp4", 5000);
	CHECK(utimensat(top, "c.mp4", times, 0) == 0);
	CHECK(symlinkat("c.mp4", top, "link.mp4") == 0);
	CHECK(sealing_name(&sealing, top, "c.mp4") == 0);
	CHECK(sealing.bytes == 5000 && whole("c.mp4", 5000));
	CHECK(fstatat(top, "c.mp4", &st, 0) == 0 && (st.st_mode & 0777) == 0640);
	CHECK(st.st_mtim.tv_sec == 77 && st.st_mtim.tv_nsec == 123);
	CHECK(sealing_name(&sealing, top, "link.mp4") == 0 && sealing.sealed == 1);
	CHECK(fstatat(top, "link.mp4", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	      S_ISLNK(st.st_mode));
}

/* By a newer key it is sealed anew; what cannot be opened stays, and the rest goes on. */
static void rotation_and_damage(void)
{
	struct sealing sealing = {.keys = &newer}, old = {.keys = &keys};
	int fd;

	fill();
	CHECK(sealing_name(&old, top, "a.made") == 0);
	fd = openat(top, "a.made/0.bin", O_RDWR);
	CHECK(fd >= 0 && pwrite(fd, "x", 1, 5000) == 1);
	CHECK(sealing_name(&sealing, top, "a.made") == -EBADMSG);
	CHECK(sealing.sealed == FILES - 1 && sealing.already == 0 && n_left() == 0);
	CHECK(!seal_is_by(fd, &newer));
	close(fd);
	put("a.made/0.bin", len_of(0));
	sealed_keys(&newer);
	CHECK(sealing_name(&sealing, top, "a.made") == 0 && all_whole() == FILES);
	/* by a key that is not here */
	CHECK(sealing_name(&old, top, "a.made") == -EKEYREJECTED);
	CHECK(n_left() == 0 && all_whole() == FILES);
	sealed_keys(&keys);
}

/* No room: nothing is lost, nothing is left behind. */
static void disk_full(void)
{
	struct sealing sealing = {.keys = &keys};
	struct rlimit was, small;

	put("d.mp4", LEN);
	CHECK(getrlimit(RLIMIT_FSIZE, &was) == 0);
	small = was;
	small.rlim_cur = 2 * SEAL_CHUNK;
	signal(SIGXFSZ, SIG_IGN);
	CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
	CHECK(sealing_name(&sealing, top, "d.mp4") == -EFBIG);
	CHECK(setrlimit(RLIMIT_FSIZE, &was) == 0);
	CHECK(!whole("d.mp4", LEN) && n_left() == 0);
	CHECK(sealing_name(&sealing, top, "d.mp4") == 0 && whole("d.mp4", LEN));
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

int main(void)
{
	for (size_t i = 0; i < LEN; i++)
		text[i] = (uint8_t)(i * 31 + (i >> 9));
	CHECK(mkdtemp(dir));
	top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(top >= 0);
	sealed_keys(&keys);
	killed_at_any_time();
	what_was_begun_goes();
	all_of_one();
	what_is_written();
	two_at_once();
	it_keeps_what_it_was();
	rotation_and_damage();
	disk_full();
	CHECK(nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0);
	return 0;
}
