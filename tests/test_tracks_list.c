/* The list of tracks: what is written is read again, what is damaged counts up to there.
 */
#include "plugins/record_tracks.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/test.h"

#define HEAD  "{\"tracks\":[\n"
#define FIRST "{\"file\":\"1.mkv\",\"name\":\"a\""

static const struct aula_track camera = {.size = sizeof(camera),
					 .kind = AULA_TRACK_VIDEO,
					 .codec = "vp9",
					 .w_px = 640,
					 .h_px = 360,
					 .owner = "m7",
					 .name = "\"},\n{\\ \x01 ,\"end_ms\":5},\n Ж",
					 .from = AULA_FROM_SCREEN,
					 .rotation_deg = 270};

static char dir_name[] = "/tmp/aula-tracks-XXXXXX";
static int dir;

/* Whatever a member is called, it is one line, and JSON. */
static void there_and_back(void)
{
	struct tracks_list list = {.lines = NULL}, again = {.lines = NULL};
	char text[20000];
	cJSON *json, *tracks, *one;
	int fd;
	ssize_t n;

	CHECK(tracks_list_read(&again, dir) == -ENOENT);
	CHECK(tracks_list_write(&list, dir) == 0);
	CHECK(tracks_list_read(&again, dir) == 0 && again.n == 0);
	for (int i = 0; i < 40; i++)
		CHECK(tracks_list_add(&list, &camera, i * 1000) == 0);
	list.end_ms[39] = INT64_C(172800000);
	list.gone[3] = true;
	CHECK(tracks_list_write(&list, dir) == 0);
	fd = openat(dir, "tracks.json", O_RDONLY);
	n = read(fd, text, sizeof(text) - 1);
	CHECK(n > 0);
	close(fd);
	text[n] = '\0';
	json = cJSON_Parse(text);
	tracks = cJSON_GetObjectItem(json, "tracks");
	CHECK(cJSON_GetArraySize(tracks) == 39);
	one = cJSON_GetArrayItem(tracks, 38);
	CHECK(strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(one, "name")),
		     camera.name) == 0);
	CHECK(cJSON_GetNumberValue(cJSON_GetObjectItem(one, "end_ms")) == 172800000);
	CHECK(cJSON_GetNumberValue(cJSON_GetObjectItem(one, "rotation_deg")) == 270);
	cJSON_Delete(json);
	list.gone[3] = false;
	CHECK(tracks_list_write(&list, dir) == 0);
	CHECK(tracks_list_read(&again, dir) == 0 && again.n == 40);
	for (uint32_t i = 0; i < 40; i++)
		CHECK(strcmp(again.lines[i], list.lines[i]) == 0 &&
		      again.end_ms[i] == list.end_ms[i]);
	tracks_list_fini(&list);
	tracks_list_fini(&again);
}

static void damaged(void)
{
	static const struct {
		const char *text;
		int err;
		uint32_t n;
	} of[] = {
		{"", -EBADMSG, 0},
		{"{}", -EBADMSG, 0},
		{"{\"tracks\":[", -EBADMSG, 0},
		{HEAD, 0, 0},
		{HEAD "]}\n", 0, 0},
		{HEAD FIRST ",\"end_ms\":7},\n", 0, 1},
		{HEAD FIRST ",\"end_ms\":7}\n]}\n", 0, 1},
		{HEAD FIRST ",\"end_ms\":7}", 0, 0}, /* half of a line */
		{HEAD FIRST ",\"end_ms\":-7},\n", 0, 0},
		{HEAD FIRST ",\"end_ms\":x},\n", 0, 0},
		{HEAD FIRST ",\"end_ms\":7\n", 0, 0},
		{HEAD FIRST ",\"end_ms\":7}}\n", 0, 0},
		{HEAD FIRST ",\"end_ms\":9999999999999999999},\n", 0, 0},
		{HEAD FIRST "}\n", 0, 0},
		{HEAD "{\"file\":\"2.mkv\",\"end_ms\":7},\n", 0, 0},
		{HEAD "{\"file\":\"../1.mkv\",\"end_ms\":7},\n", 0, 0},
		{HEAD FIRST ",\"end_ms\":7},\n{\"file\":\"3.mkv\",\"end_ms\":7},\n", 0,
		 1},
	};
	char *large = malloc(TRACKS_LINE + 100);

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		struct tracks_list list = {.lines = NULL};
		int err = tracks_list_parse(&list, of[i].text, strlen(of[i].text));

		if (err != of[i].err || list.n != of[i].n)
			fprintf(stderr, "%zu: %d, %u\n", i, err, list.n);
		CHECK(err == of[i].err && list.n == of[i].n);
		tracks_list_fini(&list);
	}
	{
		struct tracks_list list = {.lines = NULL};
		int n = sprintf(large, HEAD FIRST);

		memset(large + n, ' ', TRACKS_LINE);
		memcpy(large + n + TRACKS_LINE, ",\"end_ms\":7},\n", 15);
		CHECK(tracks_list_parse(&list, large, strlen(large)) == 0 && list.n == 0);
		tracks_list_fini(&list);
	}
	free(large);
}

static void too_many(void)
{
	struct tracks_list list = {.lines = NULL};

	for (int i = 0; i < TRACKS_MAX_FILES; i++)
		CHECK(tracks_list_add(&list, &camera, 0) == 0);
	CHECK(tracks_list_add(&list, &camera, 0) == -ENOSPC);
	tracks_list_fini(&list);
}

int main(void)
{
	CHECK(mkdtemp(dir_name));
	dir = open(dir_name, O_RDONLY | O_DIRECTORY);
	CHECK(dir >= 0);
	there_and_back();
	damaged();
	too_many();
	CHECK(unlinkat(dir, "tracks.json", 0) == 0 && rmdir(dir_name) == 0);
	close(dir);
	return 0;
}
