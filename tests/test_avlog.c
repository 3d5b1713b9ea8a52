/* Libraries write into our log, in its form and within its limits, or not at all. */
#include "mixer/avlog.h"

#include <event2/event.h>
#include <fcntl.h>
#include <libavutil/log.h>
#include <pango/pango.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/loop.h"
#include "mixer/text.h"
#include "tests/test.h"

#define LINES 200

static char written[100000];

/* What goes to stderr meanwhile. */
static const char *caught(void (*fn)(void))
{
	char path[] = "/tmp/test_avlog.XXXXXX";
	int fd = mkstemp(path), before = dup(STDERR_FILENO);
	ssize_t n;

	CHECK(fd >= 0 && before >= 0 && unlink(path) == 0);
	fflush(stderr);
	CHECK(dup2(fd, STDERR_FILENO) >= 0);
	fn();
	fflush(stderr);
	CHECK(dup2(before, STDERR_FILENO) >= 0 && lseek(fd, 0, SEEK_SET) == 0);
	n = read(fd, written, sizeof(written) - 1);
	CHECK(n >= 0);
	written[n] = '\0';
	close(fd);
	close(before);
	return written;
}

static const char *name_of(void *ctx)
{
	(void)ctx;
	return "h264";
}

static const AVClass class = {.class_name = "test", .item_name = name_of};
static const struct {
	const AVClass *class;
} context = {&class};

static void say(int level)
{
	av_log((void *)&context, level, "error while \"decoding\" MB %d\n", 7);
}

static const char *rtmps(void *ctx)
{
	(void)ctx;
	return "rtmps";
}

/* A platform's answer, with what only it and we should know. */
static void secret(void)
{
	static const AVClass answers = {.class_name = "test", .item_name = rtmps};
	static const struct {
		const AVClass *class;
	} link = {&answers};

	av_log((void *)&link, AV_LOG_ERROR, "Server error: no such stream: the-key\n");
	av_log((void *)&link, AV_LOG_FATAL, "Server error: no such stream: the-key\n");
}

static void usual(void)
{
	say(AV_LOG_INFO);
	say(AV_LOG_WARNING);
	say(AV_LOG_ERROR);
	av_log(NULL, AV_LOG_ERROR, "no context\n");
}

static void hostile(void)
{
	for (int i = 0; i < LINES; i++)
		say(AV_LOG_ERROR);
}

static void fatal(void)
{
	av_log(NULL, AV_LOG_FATAL, "%s\n", "out of\tmemory");
}

static int lines(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* A second without a line of it may come in between. */
static void all_are_ours(const char *text, const char *event)
{
	char line[400];

	for (; *text; text += strcspn(text, "\n") + 1) {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\n"), text);
		CHECK(line[0] == '2' && strstr(line, "Z ") && strstr(line, event));
		CHECK(!strstr(line, "0x"));
	}
}

static void others(void)
{
	struct loop *loop;
	struct text *text;

	CHECK(loop_create(&loop, 4) == 0);
	/* an event of no loop: libevent says so */
	CHECK(event_base_once(NULL, -1, EV_READ, NULL, NULL, NULL) < 0);
	event_base_free(NULL);
	loop_destroy(loop);
	CHECK(text_create(&text) == 0);
	g_warning("no font for %d", 5);
	text_destroy(text);
}

int main(void)
{
	const char *text;

	avlog_take();
	CHECK(!*caught(usual));
	text = caught(fatal);
	CHECK(strstr(text, " error ffmpeg of=none text=\"out of?memory\"\n"));

	log_set_level(LOG_DEBUG);
	CHECK(!*caught(secret));
	text = caught(usual);
	CHECK(lines(text) == 3 && !strstr(text, "\n\n"));
	CHECK(strstr(text,
		     " debug ffmpeg of=h264 text=\"error while ?decoding? MB 7\"\n"));
	all_are_ours(text, " ffmpeg ");
	text = caught(hostile);
	CHECK(lines(text) < LINES / 2);
	all_are_ours(text, " ffmpeg ");

	log_set_level(LOG_WARN);
	text = caught(others);
	CHECK(strstr(text, " warn libevent text=") && strstr(text, " warn glib text="));
	CHECK(lines(text) == 2);
	return 0;
}
