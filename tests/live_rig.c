#include "tests/live_rig.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/db.h"
#include "mcu/editions.h"
#include "mcu/room.h"
#include "tests/deck_http.h"
#include "tests/stream.h"
#include "tests/test.h"

struct live_rig rig;

/* ---- files ------------------------------------------------------------------- */

void rig_path_of(char out[300], const char *folder, const char *name)
{
	snprintf(out, 300, "%s%s%s%s", rig.world->dir, folder, name ? "/" : "",
		 name ? name : "");
}

void rig_put(const char *folder, const char *name, const char *text, int at_s)
{
	struct timespec times[2];
	char path[300];
	FILE *f;

	rig_path_of(path, folder, name);
	f = fopen(path, "w");
	CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
	times[0] = (struct timespec){.tv_sec = time(NULL) + at_s};
	times[1] = times[0];
	CHECK(utimensat(AT_FDCWD, path, times, 0) == 0);
}

void rig_put_list(const char *folder, const char *name, int n, int at_s)
{
	static char text[60000];
	size_t at = (size_t)sprintf(text,
				    "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n"
				    "#EXT-X-MAP:URI=\"init0.mp4\"\n");

	for (int i = 0; i < n; i++)
		at += (size_t)sprintf(text + at, "#EXTINF:4.000,\n%d.m4s\n", i);
	rig_put(folder, name, text, at_s);
}

/* Locked, as by who records: the recorder that looks for what a crash left passes it by.
 * Returns what holds the lock. */
static int make_folder(void)
{
	char path[300], link[300];
	int fd;

	rig_path_of(link, "/recordings/new", NULL);
	CHECK(mkdir(link, 0700) == 0);
	fd = open(link, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0);
	rig_path_of(path, RIG_PART, NULL);
	CHECK(rename(link, path) == 0);
	rig_put(RIG_PART, "init0.mp4", "the map", -10);
	rig_put(RIG_PART, "0.m4s", "piece 0", -10);
	rig_put(RIG_PART, "1.m4s", "piece 1", -10);
	rig_put_list(RIG_PART, "index.m3u8", 1000, -5);
	rig_put_list(RIG_PART, "live.m3u8", 2, -5);
	rig_put(RIG_PART, "2.m4s", "half of", 0); /* it is being written */
	rig_path_of(path, RIG_PART, "link.m4s");
	snprintf(link, sizeof(link), "%s/secret.key", rig.world->dir);
	CHECK(symlink(link, path) == 0);
	rig_path_of(path, RIG_PART, "dir.m4s");
	CHECK(mkdir(path, 0700) == 0);
	return fd;
}

static void remove_folder(const char *folder)
{
	char path[300];
	const struct dirent *entry;
	DIR *dir;

	rig_path_of(path, folder, NULL);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && unlinkat(dirfd(dir), entry->d_name, 0))
			(void)unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	if (dir)
		closedir(dir);
	(void)rmdir(path);
}

/* ---- requests ------------------------------------------------------------------ */

int rig_ask(const char *method, const char *target, const char *fields, const char *body)
{
	struct stream *s = stream_open("127.0.0.1", rig.world->port, false);
	char head[1200];
	size_t n = 0;
	int got;

	CHECK(s);
	snprintf(head, sizeof(head),
		 "%s %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s"
		 "Content-Length: %zu\r\n\r\n%s",
		 method, target, fields, strlen(body), body);
	CHECK(stream_write(s, head, strlen(head)));
	while ((got = stream_read(s, rig.last + n, sizeof(rig.last) - 1 - n, 60000)) > 0)
		n += (size_t)got;
	rig.last[n] = '\0';
	stream_close(s);
	return n > 12 ? atoi(rig.last + 9) : 0;
}

int rig_get(const char *target)
{
	return rig_ask("GET", target, "", "");
}

int rig_get_named(const char *name)
{
	char target[400];

	snprintf(target, sizeof(target), "%s%s", rig.base, name);
	return rig_get(target);
}

const char *rig_body(void)
{
	const char *end = strstr(rig.last, "\r\n\r\n");

	return end ? end + 4 : "";
}

/* ---- the recording, as if it ran -------------------------------------------------- */

static void runs(void *arg)
{
	struct room *room;
	const bool *on = arg;

	thread_claim(&on_ctl);
	room = room_by_code(rig.world->server, rig.world->code);
	room->recording = *on;
	room->editions = *on ? EDITION_BIT(EDITION_LIVE) : 0;
	snprintf(room->recording_row.id, sizeof(room->recording_row.id), "%s", RIG_ID);
}

void rig_set_running(bool on)
{
	class_world_on(rig.world, runs, &on);
}

/* As of a class that ended two minutes ago. */
static void put_row(void *arg)
{
	struct db_recording row = {
		.id = RIG_ID, .file = RIG_ID, .state = "ready", .made = "failed"};

	(void)arg;
	thread_claim(&on_ctl);
	snprintf(row.room, sizeof(row.room), "%s", class_world_room(rig.world)->row.id);
	row.started_ms = clock_wall_ms() - 121000;
	row.duration_ms = 1000;
	row.bytes = 7;
	CHECK(db_recording_put(rig.world->server->db, &row) == 0);
}

void rig_link(void)
{
	char *slash;

	OK(rig.pupil, "recording.live", "{}");
	CHECK(strstr(rig.pupil.reply, "\"at_ms\":"));
	deck_http_word(&rig.pupil, "url", rig.base, sizeof(rig.base));
	CHECK(strncmp(rig.base, LIVE_PATH RIG_ID "/", strlen(LIVE_PATH RIG_ID "/")) == 0);
	slash = strrchr(rig.base, '/');
	CHECK(strcmp(slash, "/index.m3u8") == 0);
	slash[1] = '\0';
}

int rig_open(struct class_world *of)
{
	int lock;

	rig.world = of;
	remove_folder(RIG_PART);
	remove_folder(RIG_DONE);
	lock = make_folder();
	rights_join(&rig.lecturer, rig.world, ROLE_LECTURER, "", false);
	rights_join(&rig.pupil, rig.world, ROLE_STUDENT, "", false);
	class_world_on(rig.world, put_row, NULL);
	return lock;
}

void rig_close(int lock)
{
	rig_set_running(false);
	rights_drop(&rig.pupil);
	rights_drop(&rig.lecturer);
	remove_folder(RIG_PART);
	remove_folder(RIG_DONE);
	close(lock);
}
