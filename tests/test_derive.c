/* What is made of a recording, and what a run that was killed leaves to the next one. */
#include "derive/make.h"

#include <fcntl.h>
#include <libavutil/log.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/derive_rig.h"
#include "tests/mp4_rig.h"
#include "tests/test.h"

#define SEC 42

/* Black for 2 s, then ten seconds of a colour each; a burst of sound each second. */
#define PICTURE \
	"color=c=black:s=320x180:r=15:d=42,drawbox=c=red:t=fill:" \
	"enable='between(t,2,9.9)',drawbox=c=lime:t=fill:" \
	"enable='between(t,9.99,19.9)',drawbox=c=blue:t=fill:" \
	"enable='between(t,19.99,29.9)',drawbox=c=white:x=80:w=80:h=180:" \
	"t=fill:enable='gte(t,29.99)'"
#define QUIET "aevalsrc='0.05*sin(6283.2*t)*lt(mod(t,1),0.25)':s=48000:d=42"
#define CHAPTERS \
	"[{\"ms\":0,\"title\":\"One\"},{\"ms\":12000,\"title\":" \
	"\"Two & <b>\"},{\"ms\":30500,\"title\":\"\\u0422\\u0440\\u0438\"}," \
	"{\"ms\":99000,\"title\":\"Beyond\"}]"

extern char **environ;

/* ---- sound ---------------------------------------------------------------------- */

static double measured(const char *name, const char *what)
{
	char command[700], out[4000];
	const char *at;

	snprintf(command, sizeof(command),
		 "ffmpeg -nostdin -hide_banner -i '%s' -map 0:a:0 -af ebur128=peak=true "
		 "-f null - 2>&1 | grep -A 20 Summary",
		 derive_path(name));
	mp4_run(command, out, sizeof(out));
	at = strstr(out, what);
	CHECK(at);
	return atof(at + strlen(what));
}

static void is_as_loud_as_speech(const char *name, const struct make_result *result)
{
	double lufs = measured(name, "I:"), peak = measured(name, "Peak:");

	fprintf(stderr, "%s: %.1f LUFS, %.1f dBTP, said %.2f\n", name, lufs, peak,
		result->loudness.made.lufs);
	CHECK(fabs(lufs + 16) <= 0.5 && fabs(result->loudness.made.lufs + 16) <= 0.5);
	CHECK(peak <= -1.0);
}

/* The first loud sample of each second: for half of them at least as loud as its file. */
static void same_time(const char *a, const char *b)
{
	size_t n_a, n_b;
	int16_t *pcm_a = derive_pcm(a, 0, &n_a), *pcm_b = derive_pcm(b, 0, &n_b);
	double top_a = 0, top_b = 0;

	CHECK(n_a > 48000 * (SEC - 1) && n_b > 48000 * (SEC - 1));
	for (size_t i = 48000; i < n_a; i++)
		top_a = fmax(top_a, abs(pcm_a[i]));
	for (size_t i = 48000; i < n_b; i++)
		top_b = fmax(top_b, abs(pcm_b[i]));
	for (size_t sec = 1; sec + 2 < SEC; sec++) {
		/* half a second is silent before each */
		size_t i = sec * 48000 - 24000, k = i;

		while (abs(pcm_a[i]) < top_a / 2)
			i++;
		while (abs(pcm_b[k]) < top_b / 2)
			k++;
		CHECK(labs((long)i - (long)k) < 48 * 40 &&
		      labs((long)i - (long)sec * 48000) < 48 * 40);
	}
	free(pcm_a);
	free(pcm_b);
}

static void test_loud_peaks(void)
{
	struct make_result result;
	int16_t *pcm;
	size_t n;

	derive_record("peaks.mp4", "testsrc2=s=160x90:r=15:d=20",
		      "aevalsrc='0.06*sin(2765*t)+0.5*sin(6283*t)*lt(mod(t,5),0.1)':"
		      "s=48000:d=20",
		      30);
	result = derive_make("peaks.mp4", "peaks");
	CHECK(!result.loudness.linear);
	is_as_loud_as_speech("peaks/sound.m4a", &result);
	/* what looks ahead for peaks moves nothing */
	pcm = derive_pcm("peaks/sound.m4a", 0, &n);
	for (size_t sec = 5; sec < 20; sec += 5) {
		size_t i = sec * 48000 - 24000;

		while (i < n && abs(pcm[i]) < 18000)
			i++;
		CHECK(labs((long)i - (long)sec * 48000) < 48 * 40);
	}
	free(pcm);
}

/* ---- pictures ------------------------------------------------------------------- */

static void packets(const char *name, char *out, size_t size)
{
	char command[700];

	snprintf(command, sizeof(command),
		 "ffprobe -v error -select_streams v -show_entries "
		 "packet=pts_time,size,flags -of csv=p=0 '%s' | cut -d, -f1-3",
		 derive_path(name));
	mp4_run(command, out, size);
}

static void pictures_are_as_they_were(const char *recording, const char *video)
{
	static char a[100000], b[100000];

	packets(recording, a, sizeof(a));
	packets(video, b, sizeof(b));
	CHECK(strlen(a) > 1000 && strcmp(a, b) == 0);
	mp4_decodes(derive_path(video));
}

/* How the packets of both tracks lie: in runs, each key frame behind the sound of its own
 * time, and that behind all pictures from before. */
static void lies_in_runs(const char *video, const char *tracks, int runs_most)
{
	static char text[400000];
	double sound_s = -1;
	char command[700];
	int runs = 0, before = -1;

	snprintf(command, sizeof(command),
		 "ffprobe -v error -show_entries stream=codec_name -of csv=p=0 '%s'",
		 derive_path(video));
	mp4_run(command, text, sizeof(text));
	CHECK(strncmp(text, tracks, strlen(tracks)) == 0 && !strstr(text, "opus"));
	snprintf(command, sizeof(command),
		 "ffprobe -v error -show_entries packet=pos,stream_index,pts_time,flags "
		 "-of csv=p=0 '%s' | awk -F, '$1 < 2 {print $3, $1, $2, $4}' | sort -n",
		 derive_path(video));
	mp4_run(command, text, sizeof(text));
	for (char *at = text; *at; at = strchr(at, '\n') + 1) {
		int track, used;
		double at_s;
		char key;

		CHECK(sscanf(at, "%*d %d %lf %c%n", &track, &at_s, &key, &used) == 3);
		runs += track != before;
		if (track == 1 && before != 1)
			sound_s = at_s;
		if (track == 0 && key == 'K')
			CHECK(before == 1 && sound_s <= at_s && sound_s > at_s - 1.1);
		before = track;
	}
	fprintf(stderr, "%s: %d runs\n", video, runs);
	CHECK(runs <= runs_most);
}

/* What lies before the media: nearly nothing but the size of each packet. */
static int64_t index_bytes(const char *name)
{
	size_t len;
	char *file = derive_read(name, &len);
	const unsigned char *at = (const unsigned char *)file;
	int64_t bytes;

	CHECK(len > 64);
	at += at[3]; /* behind `ftyp` */
	CHECK(memcmp(at + 4, "moov", 4) == 0);
	bytes = (int64_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
	free(file);
	return bytes;
}

/* One that our own recorder made. */
static void test_recorded(void)
{
	struct recorder *r = mp4_make(mp4_dir);
	struct make_result result;
	struct mp4_media media;
	int64_t v = 0;

	mp4_media_open(&media);
	mp4_begin(r, "derive");
	for (int64_t t = -300000; t < 20000000; t += MP4_SOUND_US) {
		mp4_push(r, mp4_sound(&media, t));
		if (t < v + 80000)
			continue;
		mp4_push(r, mp4_picture(&media, v, MP4_FRAME_US));
		v += MP4_FRAME_US;
	}
	recorder_stop(r, 1);
	mp4_wait_done(1);
	recorder_destroy(r);
	mp4_media_close(&media);
	CHECK(mp4_results[0].err == 0);
	CHECK(rename(mp4_results[0].path, derive_path("recorded.mp4")) == 0);
	result = derive_make("recorded.mp4", "recorded");
	is_as_loud_as_speech("recorded/video.mp4", &result);
	mp4_is_fast_start(derive_path("recorded/video.mp4"));
	pictures_are_as_they_were("recorded.mp4", "recorded/video.mp4");
	lies_in_runs("recorded/video.mp4", "h264\naac\n", 2 * (20 + 4 * 4 + 2));
	CHECK(fabs(mp4_probe(derive_path("recorded/video.mp4"), "a:0",
			     "stream=duration") -
		   20) < 0.1);
}

static void test_chapters(void)
{
	char command[700], out[1000];
	char *vtt = derive_read("all/chapters.vtt", NULL);

	snprintf(command, sizeof(command),
		 "ffprobe -v error -show_entries "
		 "chapter=start_time,end_time:chapter_tags=title -of csv=p=0 '%s'",
		 derive_path("all/video.mp4"));
	mp4_run(command, out, sizeof(out));
	CHECK(strncmp(out, "0.000000,12.000000,One\n12.000000,30.500000,Two & <b>\n",
		      53) == 0);
	CHECK(strstr(out, "30.500000,42.0") && strstr(out, "Три\n"));
	CHECK(strncmp(vtt,
		      "WEBVTT\n\n1\n00:00:00.000 --> 00:00:12.000\nOne\n\n"
		      "2\n00:00:12.000 --> 00:00:30.500\nTwo &amp; &lt;b&gt;\n\n"
		      "3\n00:00:30.500 --> 00:00:42.0",
		      125) == 0);
	CHECK(!strstr(vtt, "Beyond"));
	free(vtt);
}

/* One pixel of a picture, red, green and blue. */
static void pixel(const char *name, int x, int y, int rgb[3])
{
	char command[700];
	unsigned char out[8] = {0};
	FILE *f;

	snprintf(command, sizeof(command),
		 "ffmpeg -nostdin -v error -i '%s' -vf "
		 "format=rgb24,crop=1:1:%d:%d:exact=1 -f rawvideo -",
		 derive_path(name), x, y);
	f = popen(command, "r");
	CHECK(f && fread(out, 1, 3, f) == 3);
	CHECK(pclose(f) == 0);
	for (int i = 0; i < 3; i++)
		rgb[i] = out[i];
}

static void is_about(const char *name, int x, int y, int r, int g, int b)
{
	int rgb[3];

	pixel(name, x, y, rgb);
	if (abs(rgb[0] - r) > 30 || abs(rgb[1] - g) > 30 || abs(rgb[2] - b) > 30)
		fprintf(stderr, "%s %d,%d: %d %d %d\n", name, x, y, rgb[0], rgb[1],
			rgb[2]);
	CHECK(abs(rgb[0] - r) <= 30 && abs(rgb[1] - g) <= 30 && abs(rgb[2] - b) <= 30);
}

static void test_sprite(void)
{
	char *vtt = derive_read("all/sprite.vtt", NULL);
	int n = 0;

	is_about("all/sprite-1.jpg", 80, 45, 0, 0, 0);
	is_about("all/sprite-1.jpg", 240, 45, 0, 255, 0);
	is_about("all/sprite-1.jpg", 400, 45, 0, 0, 255);
	is_about("all/sprite-1.jpg", 480 + 60, 45, 255, 255, 255);
	is_about("all/sprite-1.jpg", 480 + 120, 45, 0, 0, 0);
	for (const char *at = vtt; (at = strstr(at, "-->")); at++)
		n++;
	CHECK(n == 5);
	CHECK(strstr(vtt, "\n00:00:20.000 --> 00:00:30.000\n"
			  "sprite-1.jpg#xywh=320,0,160,90\n"));
	free(vtt);
	/* the first that is not of one colour */
	CHECK(mp4_probe(derive_path("all/poster.jpg"), "v:0", "stream=width") == 640);
	CHECK(mp4_probe(derive_path("all/poster.jpg"), "v:0", "stream=height") == 360);
	is_about("all/poster.jpg", 240, 180, 255, 255, 255);
	is_about("all/poster.jpg", 500, 180, 0, 0, 0);
}

static void test_wave(void)
{
	static const char head[] = "{\"version\":2,\"channels\":1,\"sample_rate\":48000,"
				   "\"samples_per_pixel\":4800,\"bits\":8,\"length\":";
	char *text = derive_read("all/waveform.json", NULL), *at;
	long n, low[420], high[420];

	CHECK(strncmp(text, head, sizeof(head) - 1) == 0);
	n = strtol(text + sizeof(head) - 1, &at, 10);
	CHECK(n >= SEC * 10 && n <= SEC * 10 + 1);
	at = strstr(at, "[");
	for (int i = 0; i < SEC * 10; i++) {
		CHECK(*at == '[' || *at == ',');
		low[i] = strtol(at + 1, &at, 10);
		CHECK(*at == ',');
		high[i] = strtol(at + 1, &at, 10);
	}
	CHECK(strcmp(strchr(at, ']'), "]}\n") == 0);
	/* 0.05 is 6.4 of 128 */
	for (int i = 0; i < SEC * 10; i += 10) {
		CHECK(low[i] >= -8 && low[i] <= -6 && high[i] >= 5 && high[i] <= 7);
		CHECK(low[i + 5] >= -1 && high[i + 5] <= 1);
	}
	free(text);
}

/* ---- again ---------------------------------------------------------------------- */

static int64_t made_at(const char *name)
{
	struct stat st;

	CHECK(stat(derive_path(name), &st) == 0);
	return st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec;
}

/* What was made of the same is kept; of other chapters only what tells of chapters. */
static void test_again(void)
{
	int64_t sound = made_at("all/sound.m4a"), video = made_at("all/video.mp4");
	int in = derive_open("in.mp4"), chapters;
	struct make_result result = {0};
	struct progress progress;
	struct folder folder;

	progress_init(&progress, -1);
	CHECK(folder_open(&folder, derive_path("all")) == 0);
	chapters = derive_open("chapters.json");
	CHECK(make_all(&result, &folder, in, chapters, &progress) == 0);
	CHECK(made_at("all/sound.m4a") == sound && made_at("all/video.mp4") == video);
	CHECK(result.loudness.is_made && fabs(result.loudness.made.lufs + 16) <= 0.5);
	CHECK(make_all(&result, &folder, in, -1, &progress) == 0);
	CHECK(made_at("all/sound.m4a") == sound && made_at("all/video.mp4") != video);
	/* another recording: nothing is kept */
	close(in);
	in = derive_open("peaks.mp4");
	CHECK(make_all(&result, &folder, in, chapters, &progress) == 0);
	CHECK(made_at("all/sound.m4a") != sound && result.length_us / 1000000 == 20);
	close(in);
	close(chapters);
	folder_close(&folder);
}

/* ---- the program ---------------------------------------------------------------- */

static FILE *start(pid_t *pid, char *const argv[])
{
	char program[400];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 32);
	posix_spawn_file_actions_t files;
	char *slash;
	int ends[2];

	/* one line fits in it: who is not listened to does not go on */
	CHECK(n > 0 && pipe2(ends, O_CLOEXEC | O_DIRECT) == 0);
	CHECK(fcntl(ends[1], F_SETPIPE_SZ, 4096) >= 0);
	program[n] = '\0';
	slash = strstr(program, "/.libs/");
	slash = slash ? slash : strrchr(program, '/');
	snprintf(slash, 32, "/../aula-derive");
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
	CHECK(posix_spawn(pid, program, &files, NULL, argv, environ) == 0);
	posix_spawn_file_actions_destroy(&files);
	close(ends[1]);
	return fdopen(ends[0], "r");
}

static int status_of(pid_t pid)
{
	int status;

	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* It takes what is left, and cannot start programs or call anybody. */
static void is_humble(pid_t pid)
{
	char path[64], line[200];
	int seccomp = -1;
	FILE *f;

	CHECK(getpriority(PRIO_PROCESS, (id_t)pid) == 19);
	CHECK(sched_getscheduler(pid) == SCHED_IDLE);
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	CHECK(f);
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, "Seccomp:", 8) == 0)
			seccomp = atoi(line + 8);
	fclose(f);
	/* a sanitizer needs more than that */
	CHECK(seccomp == 2 || getenv("ASAN_OPTIONS") || getenv("TSAN_OPTIONS"));
}

static void test_killed(void)
{
	char in[400], out[400], line[4000] = "", program[] = "aula-derive",
				verb[] = "make";
	char *argv[] = {program, verb, in, out, NULL};
	int64_t poster, wave;
	int status, steps = 0;
	pid_t pid;
	FILE *f;

	/* a short one: on a machine that is busy it comes to little */
	derive_record("short.mp4", "testsrc2=s=160x90:r=15:d=8",
		      "sine=f=500:r=48000:d=8,volume=0.3", 30);
	snprintf(in, sizeof(in), "%s", derive_path("short.mp4"));
	snprintf(out, sizeof(out), "%s", derive_path("killed"));
	CHECK(mkdir(out, 0700) == 0);
	f = start(&pid, argv);
	while (!strstr(line, "\"sound\",\"done\":0.1"))
		CHECK(fgets(line, sizeof(line), f));
	is_humble(pid);
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, &status, 0) == pid);
	fclose(f);
	CHECK(access(derive_path("killed/sound.m4a"), F_OK) != 0);
	poster = made_at("killed/poster.jpg");
	wave = made_at("killed/waveform.json");
	f = start(&pid, argv);
	while (fgets(line, sizeof(line), f) && strncmp(line, "{\"step\"", 7) == 0) {
		CHECK(!strstr(line, "listen") && !strstr(line, "poster"));
		steps++;
	}
	CHECK(strncmp(line, "{\"ok\":true,\"files\":[{\"name\":\"sound.m4a\",", 40) == 0);
	CHECK(strstr(line, "\"duration_ms\":80") && strstr(line, "\"lufs\":-1"));
	fclose(f);
	CHECK(status_of(pid) == 0 && steps > 20);
	CHECK(made_at("killed/poster.jpg") == poster &&
	      made_at("killed/waveform.json") == wave);
	CHECK(access(derive_path("killed/sound.m4a"), R_OK) == 0);
	CHECK(access(derive_path("killed/sound.m4a.part"), F_OK) != 0);
	mp4_decodes(derive_path("killed/video.mp4"));
}

static void test_refused(void)
{
	char in[400], out[400], line[1000], program[] = "aula-derive", verb[] = "make";
	char *argv[] = {program, verb, in, out, NULL};
	pid_t pid;
	FILE *f;

	snprintf(in, sizeof(in), "%s", derive_path("nothing.mp4"));
	snprintf(out, sizeof(out), "%s", derive_dir);
	f = start(&pid, argv);
	CHECK(fgets(line, sizeof(line), f));
	CHECK(strncmp(line, "{\"ok\":false,\"code\":\"no_file\",", 29) == 0);
	fclose(f);
	CHECK(status_of(pid) == 66);
	argv[3] = NULL;
	f = start(&pid, argv);
	CHECK(fgets(line, sizeof(line), f) && strstr(line, "\"usage\""));
	fclose(f);
	CHECK(status_of(pid) == 64);
}

int main(void)
{
	struct make_result result;

	if (!mp4_setup() || !derive_setup())
		return 77;
	av_log_set_level(AV_LOG_QUIET);
	derive_record("in.mp4", PICTURE, QUIET, 15);
	derive_put("chapters.json", CHAPTERS, sizeof(CHAPTERS) - 1);
	result = derive_make("in.mp4", "all");
	CHECK(result.loudness.linear && result.has_video && result.has_sound);
	is_as_loud_as_speech("all/sound.m4a", &result);
	is_as_loud_as_speech("all/video.mp4", &result);
	mp4_is_fast_start(derive_path("all/sound.m4a"));
	mp4_is_fast_start(derive_path("all/video.mp4"));
	same_time("in.mp4", "all/sound.m4a");
	same_time("in.mp4", "all/video.mp4");
	pictures_are_as_they_were("in.mp4", "all/video.mp4");
	/* a key frame each second, and each other one begins a piece: 0.2, 0.2, 0.4, 0.2
	 * s, then one of a second */
	lies_in_runs("all/video.mp4", "h264\naac\n", 2 * (5 * SEC / 2 + 5));
	CHECK(index_bytes("all/video.mp4") < SEC * (4 * (15 + 47) + 100) + 2500);
	test_chapters();
	test_sprite();
	test_wave();
	test_loud_peaks();
	test_killed();
	test_refused();
	test_again();
	test_recorded();
	derive_teardown();
	mp4_teardown();
	return 0;
}
