/* Real media through the recorder "rtmp" to a real server, which is ffmpeg: whole, with a
 * server that dies, one that stands still, one that never answers, and none at all.
 * Without ffmpeg and ffprobe it is skipped.
 */
#include "tests/form_rig.h"
#include "tests/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libavutil/log.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugins/record_rtmp.h"

#define BOTH (FORM_PICTURES | FORM_SOUND)

static struct rtmp_limits limits;
static struct aula_recorder_ops ops; /* with limits of this test */
static char out[2][120], url[100];
static int port;

static bool listed = true; /* the server is this machine: whoever runs Aula allows it */

static int start(void **self, const struct aula_start *s)
{
	struct aula_start of_listed = *s;

	of_listed.target_listed = listed;
	return rtmp_start(self, &of_listed, &limits);
}

static const struct rtmp_limits short_ones = {.io_ms = 3000,
					      .first_ms = 20000,
					      .lost_ms = 20000,
					      .steady_ms = 100,
					      .wait_ms = 50,
					      .wait_most_ms = 100,
					      .close_ms = 10000};

/* ---- a server
 * --------------------------------------------------------------------------- */

static int listener(void)
{
	struct sockaddr_in addr = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&addr, len) == 0);
	CHECK(getsockname(fd, (struct sockaddr *)&addr, &len) == 0);
	port = ntohs(addr.sin_port);
	snprintf(url, sizeof(url), "rtmp://127.0.0.1:%d/live/secret-key", port);
	return fd;
}

static void free_port(void)
{
	close(listener());
}

/* Writes what it gets into `file`, until the sender says good-bye. */
static pid_t server(const char *file)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid)
		return pid;
	execlp("ffmpeg", "ffmpeg", "-nostdin", "-v", "error", "-listen", "1", "-timeout",
	       "60", "-i", url, "-c", "copy", "-flush_packets", "1", "-y", file,
	       (char *)NULL);
	_exit(127);
}

static void server_ends(pid_t pid)
{
	int status;

	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void server_dies(pid_t pid)
{
	CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
}

static long file_bytes(const char *file)
{
	FILE *f = fopen(file, "r");
	long n = 0;

	if (f) {
		CHECK(fseek(f, 0, SEEK_END) == 0);
		n = ftell(f);
		fclose(f);
	}
	return n;
}

/* Media at about four times the speed of life, until `file` has so many bytes. */
static int feed_until(struct form *f, const char *file, long bytes)
{
	int err = 0;

	for (int i = 0; !err && i < 3000 && file_bytes(file) < bytes; i++) {
		err = form_run(f, f->at_us + 80000);
		usleep(20000);
	}
	return err;
}

static void begin(struct form *f)
{
	CHECK(form_begin(f, &ops, "h264", BOTH, NULL, url) == 0);
	f->key_us = 500000;
}

/* ---- to a server that does as it should
 * --------------------------------------------------- */

static void whole(void)
{
	struct form f;
	pid_t pid;

	free_port();
	limits = short_ones;
	pid = server(out[0]);
	begin(&f);
	CHECK(feed_until(&f, out[0], 60000) == 0);
	CHECK(form_change(&f, "base") == 0); /* other sets */
	CHECK(feed_until(&f, out[0], 160000) == 0);
	CHECK(form_end(&f) == 0);
	server_ends(pid);
	form_has_streams(out[0], "h264\naac\n");
	mp4_decodes(out[0]);
	CHECK(mp4_probe(out[0], "", "format=duration") > 2);
	CHECK(fabs(mp4_probe(out[0], "v:0", "stream=start_time") -
		   mp4_probe(out[0], "a:0", "stream=start_time")) < 0.1);
	unlink(out[0]);
}

static void sound_alone(void)
{
	struct form f;
	pid_t pid;

	free_port();
	pid = server(out[0]);
	CHECK(form_begin(&f, &ops, "h264", FORM_SOUND, NULL, url) == 0);
	CHECK(feed_until(&f, out[0], 20000) == 0);
	CHECK(form_end(&f) == 0);
	server_ends(pid);
	form_has_streams(out[0], "aac\n");
	mp4_decodes(out[0]);
	unlink(out[0]);
}

/* It comes back on the same port: what it gets then begins with a key frame. */
static void server_comes_back(void)
{
	struct form f;
	pid_t pid;

	free_port();
	limits = short_ones;
	pid = server(out[0]);
	begin(&f);
	CHECK(feed_until(&f, out[0], 60000) == 0);
	server_dies(pid);
	CHECK(form_run(&f, f.at_us + 2000000) == 0); /* nobody there, and no error */
	pid = server(out[1]);
	CHECK(feed_until(&f, out[1], 100000) == 0);
	CHECK(form_end(&f) == 0);
	server_ends(pid);
	form_has_streams(out[1], "h264\naac\n");
	mp4_decodes(out[1]);
	CHECK(mp4_probe(out[1], "v:0", "stream=start_time") < 1);
	unlink(out[0]);
	unlink(out[1]);
}

/* ---- to others
 * ----------------------------------------------------------------------------- */

/* Until it gives up: that is told by write(), and by close(). */
static int gives_up(struct form *f)
{
	int64_t from_ms = rtmp_now_ms();
	int err = 0;

	while (!err && rtmp_now_ms() - from_ms < 60000) {
		int64_t before_ms = rtmp_now_ms();

		err = form_run(f, f->at_us + 400000);
		/* who records does not wait for the network */
		CHECK(rtmp_now_ms() - before_ms < 2000);
		usleep(5000);
	}
	CHECK(form_end(f) == err);
	return err;
}

static void nobody(void)
{
	struct form f;

	free_port();
	limits = short_ones;
	limits.first_ms = 200;
	begin(&f);
	CHECK(gives_up(&f) == -ECONNREFUSED);
	/* nor when it is told to end meanwhile */
	limits.first_ms = 60000;
	begin(&f);
	CHECK(form_run(&f, 1000000) == 0 && form_end(&f) != 0);
}

/* A name of this machine is as good as its address: nothing is connected to that nobody
 * allowed, and the recording hears at once. */
static void inner(void)
{
	char name[100], before[100];
	struct form f;
	int fd = listener();
	pid_t pid;

	CHECK(listen(fd, 8) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
	snprintf(before, sizeof(before), "%s", url);
	snprintf(name, sizeof(name), "rtmp://localhost:%d/live/key", port);
	limits = short_ones;
	listed = false;
	for (int i = 0; i < 2; i++) {
		begin(&f);
		CHECK(gives_up(&f) == -EACCES);
		CHECK(accept(fd, NULL, NULL) == -1 && errno == EAGAIN);
		snprintf(url, sizeof(url), "%s", name);
	}
	close(fd);
	/* who runs the server has named it: by its name, too, it is found */
	listed = true;
	snprintf(url, sizeof(url), "%s", before);
	pid = server(out[0]);
	snprintf(url, sizeof(url), "%s", name);
	CHECK(form_begin(&f, &ops, "h264", FORM_SOUND, NULL, url) == 0);
	CHECK(feed_until(&f, out[0], 20000) == 0);
	CHECK(form_end(&f) == 0);
	server_ends(pid);
	snprintf(url, sizeof(url), "%s", before);
	unlink(out[0]);
}

static void silent(void)
{
	struct form f;
	int fd = listener();

	CHECK(listen(fd, 8) == 0);
	limits = short_ones;
	limits.io_ms = 300;
	limits.first_ms = 500;
	begin(&f);
	CHECK(gives_up(&f) == -ETIMEDOUT);
	/* it is told to end while it waits for the answer */
	limits.io_ms = 60000;
	limits.close_ms = 200;
	begin(&f);
	CHECK(form_run(&f, 500000) == 0);
	{
		int64_t from_ms = rtmp_now_ms();

		CHECK(form_end(&f) != 0);
		CHECK(rtmp_now_ms() - from_ms < 20000);
	}
	close(fd);
}

/* It takes nothing any more: memory is bounded, and it is given up. */
static void stands_still(void)
{
	struct form f;
	pid_t pid;

	free_port();
	limits = short_ones;
	limits.io_ms = 400;
	limits.lost_ms = 1000;
	pid = server(out[0]);
	begin(&f);
	f.key_us = 100000; /* much to send */
	CHECK(feed_until(&f, out[0], 30000) == 0);
	CHECK(kill(pid, SIGSTOP) == 0);
	CHECK(gives_up(&f) < 0);
	CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
	unlink(out[0]);
}

/* ---- pieces
 * --------------------------------------------------------------------------------- */

static AVPacket *packet(int track, bool key, int64_t us, int size)
{
	AVPacket *p = av_packet_alloc();

	CHECK(p && av_new_packet(p, size) == 0);
	p->stream_index = track;
	p->flags = key ? AV_PKT_FLAG_KEY : 0;
	p->pts = us;
	return p;
}

static void queue_is_bounded(void)
{
	struct rtmp_queue *q = calloc(1, sizeof(*q));
	AVPacket *p;

	CHECK(q && rtmp_queue_init(q, true) == 0);
	/* nothing before a key frame */
	CHECK(rtmp_queue_put(q, packet(RTMP_SOUND, true, 0, 10)) == 0 && q->n == 0);
	CHECK(rtmp_queue_put(q, packet(RTMP_VIDEO, false, 0, 10)) == 0 && q->n == 0);
	CHECK(rtmp_queue_put(q, packet(RTMP_VIDEO, true, 1, 10)) == 0 && q->n == 1);
	/* too long: all goes, up to the next key frame */
	CHECK(rtmp_queue_put(q, packet(RTMP_VIDEO, false, RTMP_QUEUE_US + 2, 10)) == 0);
	CHECK(q->n == 0 && q->bytes == 0 && q->wait_key);
	CHECK(rtmp_queue_put(q, packet(RTMP_SOUND, true, 20, 10)) == 0 && q->n == 0);
	/* too much */
	for (int i = 0; i < 5; i++)
		CHECK(rtmp_queue_put(q, packet(RTMP_VIDEO, true, i, RTMP_QUEUE_B / 4)) ==
		      0);
	CHECK(q->n == 1 && q->bytes == RTMP_QUEUE_B / 4);
	CHECK(rtmp_queue_put(q, packet(RTMP_VIDEO, true, 9, RTMP_QUEUE_B + 1)) == 0);
	CHECK(q->n == 0);
	/* too many */
	for (int i = 0; i <= RTMP_QUEUE; i++)
		CHECK(rtmp_queue_put(q, packet(RTMP_VIDEO, i == 0, i, 1)) == 0);
	CHECK(q->n == 0 && q->n_lost > RTMP_QUEUE);
	/* in order, around the end of the ring */
	CHECK(rtmp_queue_put(q, packet(RTMP_VIDEO, true, 1, 10)) == 0);
	CHECK(rtmp_queue_put(q, packet(RTMP_SOUND, true, 2, 10)) == 0);
	p = rtmp_queue_get(q);
	CHECK(p && p->pts == 1);
	av_packet_free(&p);
	rtmp_queue_stop(q);
	p = rtmp_queue_get(q);
	CHECK(p && p->pts == 2);
	av_packet_free(&p);
	CHECK(!rtmp_queue_get(q) && !rtmp_queue_wait(q, 100000));
	rtmp_queue_fail(q, -EIO);
	CHECK(rtmp_queue_put(q, packet(RTMP_VIDEO, true, 3, 10)) == -EIO && q->n == 0);
	rtmp_queue_fini(q);
	free(q);
}

static void urls(void)
{
	static const char *const good[] = {
		"rtmp://a/live/key",
		"rtmps://live-api-s.example.com:443/rtmp/FB-123?s_bl=1&s=x",
		"RTMP://127.0.0.1:1935/app",
		"rtmp://[::1]:1935/app/key",
		"rtmp://a.example/app/inst/st-re_am~1",
	};
	static const char *const bad[] = {
		"",
		"rtmp:",
		"rtmp://",
		"rtmp:///app/key",
		"rtmp://host",
		"rtmp://host/",
		"rtmp://host//key",
		"http://host/app/key",
		"file:///etc/passwd",
		"rtmpt://host/app/key",
		"concat:rtmp://host/app",
		"rtmp://user:word@host/app/key",
		"rtmp://host/app/key tcurl=x",
		"rtmp://host/app/key\tx",
		"rtmp://host/app/key\r\nx",
		"rtmp://host/app/\"key",
		"rtmp://host/app/\x7f",
		"rtmp://host/app/\xc3\xa4",
		"rtmp://ho st/app/key",
		"rtmp://host?listen=1/app/key",
		"rtmp://host:0/app/key",
		"rtmp://host:65536/app/key",
		"rtmp://host:/app/key",
		"rtmp://host:1935x/app/key",
		"rtmp://-host/app/key",
		"rtmp://.host/app/key",
		"rtmp://[::1/app/key",
		"rtmp://[]/app/key",
		"rtmp://[::1]x/app/key",
		" rtmp://host/app/key",
	};
	char text[700] = "rtmp://host/app/";

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(rtmp_url_check(good[i]) == 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (rtmp_url_check(bad[i]) != -EINVAL)
			fprintf(stderr, "taken: %s\n", bad[i]);
		CHECK(rtmp_url_check(bad[i]) == -EINVAL);
	}
	CHECK(rtmp_url_check(NULL) == -EINVAL);
	memset(text + 16, 'k', 495);
	CHECK(strlen(text) == RTMP_URL_MAX && rtmp_url_check(text) == 0);
	strcat(text, "k");
	CHECK(rtmp_url_check(text) == -EINVAL);
}

static void refusals(const struct aula_recorder_ops *plugin)
{
	struct aula_track v = {
		.size = sizeof(v), .kind = AULA_TRACK_VIDEO, .codec = "vp8"};
	const struct aula_track *tracks[] = {&v};
	struct aula_start s = {.size = sizeof(s), .tracks = tracks, .n_tracks = 1};
	struct aula_packet p = {
		.size = sizeof(p), .data = (const uint8_t *)"x", .len = 1, .track = 2};
	struct form f;
	void *self;

	CHECK(plugin->flags == AULA_RECORDER_REMOTE && !plugin->finish);
	CHECK(plugin->open(&self, "x", tracks, 1) == -ENOTSUP);
	CHECK(plugin->start(&self, &s) == -EINVAL); /* no target */
	free_port();
	s.target = url;
	CHECK(plugin->start(&self, &s) == -ENOTSUP);
	strcpy(v.codec, "h264");
	CHECK(plugin->start(&self, &s) == -EINVAL); /* no sets, no size */
	begin(&f);
	CHECK(ops.write(f.self, &p) == -EINVAL);
	CHECK(ops.change(f.self, 2, &v) == -ENOTSUP);
	CHECK(ops.change(f.self, 0, &v) == -EINVAL);
	form_end(&f);
}

int main(void)
{
	static const struct aula_recorder_ops *plugin; /* the loaded one is never freed */

	if (!mp4_setup())
		return 77;
	av_log_set_level(AV_LOG_FATAL); /* links that break are the point */
	plugin = mp4_load("record_rtmp", "rtmp");
	ops = *plugin;
	ops.start = start;
	ops.write = rtmp_write;
	ops.close = rtmp_close;
	ops.change = rtmp_change;
	for (int i = 0; i < 2; i++)
		snprintf(out[i], sizeof(out[i]), "%s/%d.flv", mp4_dir, i);
	urls();
	queue_is_bounded();
	limits = short_ones;
	refusals(plugin);
	whole();
	sound_alone();
	server_comes_back();
	nobody();
	inner();
	silent();
	stands_still();
	mp4_teardown();
	return 0;
}
