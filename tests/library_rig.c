#include "tests/library_rig.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "mcu/room.h"
#include "tests/test.h"

struct library_rig library;

/* ---- what there is ------------------------------------------------------------------
 */

void library_put_row(void *arg)
{
	struct db_recording *row = arg;
	struct room *room;

	thread_claim(&on_ctl);
	room = class_world_room(library.world);
	if (!*row->room)
		snprintf(row->room, sizeof(row->room), "%s", room->row.id);
	CHECK(db_recording_put(room->server->db, row) == 0);
}

void library_path_of(const char *name, char out[400])
{
	snprintf(out, 400, "%s/%s", library.world->conf.recordings_dir, name);
}

void library_make_file(const char *name, size_t bytes)
{
	char path[400];
	int fd;

	library_path_of(name, path);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	CHECK(fd >= 0 && ftruncate(fd, (off_t)bytes) == 0 && close(fd) == 0);
}

bool library_exists(const char *name)
{
	char path[400];

	library_path_of(name, path);
	return access(path, F_OK) == 0;
}

struct db_recording library_row_of(const char *id, const char *title, int64_t days)
{
	struct db_recording row = {.state = "ready", .bytes = 9, .duration_ms = 3600000};
	char file[64];

	snprintf(row.id, sizeof(row.id), "%s", id);
	snprintf(row.file, sizeof(row.file), "%s", id);
	snprintf(row.title, sizeof(row.title), "%s", title);
	row.started_ms = clock_wall_ms() - days * DAY_MS - 3600000;
	snprintf(file, sizeof(file), "%s.mp4", id);
	library_make_file(file, 9);
	return row;
}

void library_add(const char *id, const char *title, int64_t days)
{
	struct db_recording row = library_row_of(id, title, days);

	class_world_on(library.world, library_put_row, &row);
}

/* ---- what is said --------------------------------------------------------------------
 */

bool library_is(const char *type, const char *d, const char *want)
{
	const char *got = rights_ask(&library.who, type, d);
	bool same;

	for (int i = 0; got && strcmp(got, "too_fast") == 0 && i < 300; i++) {
		rights_pass(&library.who, 210);
		got = rights_ask(&library.who, type, d);
	}
	same = got && want ? strcmp(got, want) == 0 : got == want;
	if (!same)
		fprintf(stderr, "%s %s: %s\n", type, d, got ? got : "ok");
	return same;
}

bool library_says(const char *part)
{
	bool so = strstr(library.who.reply, part);

	if (!so)
		fprintf(stderr, "%.2000s\nsays not %s\n", library.who.reply, part);
	return so;
}

static int rows(void)
{
	int n = 0;

	for (const char *at = library.who.reply; (at = strstr(at, "{\"id\":\"")); at++)
		n++;
	return n;
}

bool library_found(const char *d, int n)
{
	CHECK(library_is("recording.list", d, NULL));
	if (rows() != n)
		fprintf(stderr, "%s: %d rows\n", d, rows());
	return rows() == n;
}

void library_prepare(struct conf *conf)
{
	log_set_level(LOG_ERROR);
	conf->recording_grace_days = 7;
	conf->recording_keep_days = 30;
	conf->recording_quota_mb = 1;
}
