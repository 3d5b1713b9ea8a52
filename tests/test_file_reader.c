/* Files by HTTP over a disk that is slow or hangs: who asks for them waits, or is told
 * so, and nobody else notices.
 */
#include "signaling/file_reader.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/disk_hang.h"
#include "tests/http_ask.h"
#include "tests/test.h"

#define SMALL 200000
#define BIG   (64 << 20) /* more than all buffers on its way */
#define EVER  60000

static const struct http_times times = {
	.hello_us = 5000000,
	.head_us = 5000000,
	.body_us = 5000000,
	.upload_us = 5000000,
	.idle_us = 5000000,
	.read_us = 5000000,
	.linger_us = 200000,
	.disk_us = 400000,
};

static char small_path[64], big_path[64], text[SMALL + 1];
static struct rig *rig;

static int descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	CHECK(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void calm(int n)
{
	for (int i = 0; i < 5000 && descriptors() > n; i++)
		poll(NULL, 0, 2);
	CHECK(descriptors() <= n);
}

static struct stream *begin(const char *target)
{
	struct stream *s = stream_open("127.0.0.1", rig_port(rig), false);
	char head[200];

	snprintf(head, sizeof(head),
		 "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", target);
	CHECK(s && stream_write(s, head, strlen(head)));
	return s;
}

static void wait_hanging(int n)
{
	for (int i = 0; i < 5000 && disk_hang_waiting() < n; i++)
		poll(NULL, 0, 2);
	CHECK(disk_hang_waiting() >= n);
}

/* Ten answers, none of which waits for the disk. */
static void others_go_on(void)
{
	for (int i = 0; i < 10; i++) {
		int64_t since_us = clock_us();

		CHECK(ask_get(rig, "/echo", "") == 200);
		CHECK(clock_us() - since_us < 2 * SEC_US);
	}
}

static void told_so(struct stream *s)
{
	ask_read_all(s);
	stream_close(s);
	CHECK(ask_status_of(ask_reply) == 503 && strstr(ask_body(), "\"no_resources\""));
	CHECK(strstr(ask_reply, "Retry-After: "));
}

static void hangs_at_first(unsigned at)
{
	struct stream *all[4];

	rig_file(rig, small_path);
	disk_hang(small_path, at, EVER);
	for (int i = 0; i < 4; i++)
		all[i] = begin("/file");
	wait_hanging(FILE_READERS);
	others_go_on();
	for (int i = 0; i < 4; i++)
		told_so(all[i]);
	disk_hang_end();
	CHECK(ask_get(rig, "/file", "") == 200 && strcmp(ask_body(), text) == 0);
}

static void slow_but_there(void)
{
	rig_file(rig, small_path);
	disk_hang(small_path, HANG_OPEN | HANG_READ | HANG_CLOSE, 50);
	CHECK(ask_get(rig, "/file", "") == 200 && strcmp(ask_body(), text) == 0);
	CHECK(ask_get(rig, "/file", "Range: bytes=-10\r\n") == 206);
	CHECK(strcmp(ask_body(), text + SMALL - 10) == 0);
	disk_hang_end();
}

/* Its length was promised: the connection ends. */
static void hangs_later(void)
{
	static char bytes[1 << 20];
	struct stream *s;
	int64_t all = 0;
	int n;

	rig_file(rig, big_path);
	s = begin("/file");
	n = stream_read(s, bytes, sizeof(bytes), ASK_WAIT_MS);
	CHECK(n > 0 && ask_status_of(bytes) == 200);
	disk_hang(big_path, HANG_READ, EVER);
	do {
		all += n;
		n = stream_read(s, bytes, sizeof(bytes), ASK_WAIT_MS);
	} while (n > 0);
	CHECK(n != -ETIMEDOUT && all < BIG);
	others_go_on();
	stream_close(s);
	disk_hang_end();
}

/* What is read then goes nowhere, and all of it is let go. */
static void leaves(unsigned at)
{
	int before = descriptors();
	struct stream *all[6];

	rig_file(rig, small_path);
	disk_hang(small_path, at, EVER);
	for (int i = 0; i < 6; i++)
		all[i] = begin("/file");
	wait_hanging(FILE_READERS);
	for (int i = 0; i < 6; i++)
		stream_close(all[i]);
	others_go_on();
	disk_hang_end();
	calm(before);
}

static void leaves_in_the_middle(void)
{
	int before = descriptors();
	struct stream *s;
	char bytes[1000];

	rig_file(rig, big_path);
	for (int i = 0; i < 20; i++) {
		s = begin("/file");
		CHECK(stream_read(s, bytes, sizeof(bytes), ASK_WAIT_MS) > 0);
		stream_close(s);
	}
	calm(before);
}

/* ---- the line ---------------------------------------------------------------- */

static uint32_t n_told;

static void told(void *ctx, ssize_t n)
{
	(void)ctx;
	(void)n;
	n_told++;
}

static void fill(struct http_server *server)
{
	static struct file_read *all[FILE_LINE + FILE_READERS];
	const struct file_asker asker = {told, NULL};
	struct file_read *more;

	thread_claim(&on_ctl);
	for (int i = 0; i < FILE_LINE + FILE_READERS; i++)
		CHECK(file_read_open(&all[i], server->files, small_path, &asker) == 0);
	CHECK(file_read_open(&more, server->files, small_path, &asker) == -ENOBUFS);
	/* who gives up makes room */
	file_read_close(all[FILE_LINE]);
	CHECK(file_read_open(&all[FILE_LINE], server->files, small_path, &asker) == 0);
	CHECK(file_read_open(&more, server->files, small_path, &asker) == -ENOBUFS);
	for (int i = 0; i < FILE_LINE + FILE_READERS; i++)
		file_read_close(all[i]);
	CHECK(file_read_open(&more, server->files, small_path, &asker) == 0);
	file_read_close(more);
}

static void is_bounded(void)
{
	int before = descriptors();

	disk_hang(small_path, HANG_OPEN, EVER);
	rig_call(rig, fill);
	disk_hang_end();
	CHECK(ask_get(rig, "/echo", "") == 200);
	CHECK(n_told == 0);
	calm(before);
}

/* ---- the rest ---------------------------------------------------------------- */

static void what_is_no_file(void)
{
	rig_file(rig, "/tmp/test_file_reader.none");
	CHECK(ask_get(rig, "/file", "") == 404 && strstr(ask_body(), "\"not_there\""));
	rig_file(rig, "/tmp");
	CHECK(ask_get(rig, "/file", "") == 404 && strstr(ask_body(), "\"no_file\""));
	rig_file(rig, "/proc/self/exe"); /* a link */
	CHECK(ask_get(rig, "/file", "") == 404 && strstr(ask_body(), "\"no_file\""));
	rig_file(rig, small_path);
	CHECK(ask_get(rig, "/memory", "Range: bytes=100000-\r\n") == 206);
	CHECK(strcmp(ask_body(), text + 100000) == 0);
}

/* The end does not wait for the disk. */
static void ends_while_it_hangs(void)
{
	int64_t since_us;
	struct stream *all[4];

	rig_file(rig, small_path);
	disk_hang(small_path, HANG_READ, EVER);
	for (int i = 0; i < 4; i++)
		all[i] = begin("/file");
	wait_hanging(FILE_READERS);
	since_us = clock_us();
	rig_destroy(rig);
	CHECK(clock_us() - since_us < FILE_STOP_US + 5 * SEC_US);
	CHECK(disk_hang_waiting() == FILE_READERS);
	for (int i = 0; i < 4; i++)
		stream_close(all[i]);
	disk_hang_end();
	for (int i = 0; i < 5000 && disk_hang_waiting(); i++)
		poll(NULL, 0, 2);
	poll(NULL, 0, 200); /* they end */
}

static void files_make(void)
{
	FILE *f;

	snprintf(small_path, sizeof(small_path), "/tmp/test_file_small.%d",
		 (int)getpid());
	snprintf(big_path, sizeof(big_path), "/tmp/test_file_big.%d", (int)getpid());
	for (int i = 0; i < SMALL / 10; i++)
		snprintf(text + (size_t)i * 10, 11, "%09d\n", i);
	f = fopen(small_path, "w");
	CHECK(f && fwrite(text, 1, SMALL, f) == SMALL && fclose(f) == 0);
	f = fopen(big_path, "w");
	CHECK(f && fclose(f) == 0 && truncate(big_path, BIG) == 0);
}

int main(void)
{
	files_make();
	rig = rig_create(&rig_plain, &times);
	hangs_at_first(HANG_OPEN);
	hangs_at_first(HANG_READ);
	slow_but_there();
	hangs_later();
	leaves(HANG_OPEN);
	leaves(HANG_READ);
	leaves_in_the_middle();
	is_bounded();
	what_is_no_file();
	ends_while_it_hangs();
	unlink(small_path);
	unlink(big_path);
	return 0;
}
