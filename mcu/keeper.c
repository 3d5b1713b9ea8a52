#include "mcu/keeper.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "base/loop.h"
#include "mcu/audit.h"
#include "mcu/hls_files.h"
#include "mcu/notice_library.h"
#include "mcu/quota_watch.h"
#include "mcu/recording.h"
#include "mcu/room.h"
#include "mcu/workshop.h"
#include "mcu/workshop_cut.h"
#include "mcu/workshop_parts.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

struct keeper {
	struct server *server;
	uint32_t seconds;
	bool sweeping;         /* the database is asked, or rows are being removed */
	char after[DB_ID + 1]; /* the last row of the sweep before; empty: all are new */
	struct due {
		char id[DB_ID + 1], room[DB_ID + 1];
		bool aged; /* else it was in the trash */
	} due[KEEPER_ROWS];
	uint32_t n, at;
	bool measuring, looking;
	/* Whose files are gone, and no letter told of it: pushed by record threads, taken
	 * all at once by keeper_tick(). */
	struct removal *_Atomic untold;
};

/* ---- one recording goes --------------------------------------------------------- */

struct removal {
	struct workshop_hold hold;
	struct removal *next; /* of `untold` */
	struct server *server;
	char id[DB_ID + 1], room[DB_ID + 1], dir[CONF_PATH];
	void (*done)(void *ctx, int err);
	void *ctx;
	bool held;
	int err;
};

static void over(struct removal *removal, int err) RUNS_ON(on_ctl)
{
	if (removal->held)
		workshop_release(removal->server->workshop);
	removal->done(removal->ctx, err);
	free(removal);
}

/* The row goes last: while there is a file, somebody can see it and try again. */
static void files_removed(void *arg)
{
	struct removal *removal = arg;
	int err = removal->err;

	thread_claim(&on_ctl);
	if (!err)
		err = db_recording_delete(removal->server->db, removal->id);
	log_info("recording_deleted", "recording=%s err=%d", removal->id, err);
	if (!err)
		hls_files_forget(removal->server->hls_files, removal->id);
	if (!err)
		notice_library_gone(removal->server, removal->room, removal->id);
	over(removal, err);
}

/* On a record thread. What a cut that was given up has begun is no file of the
 * recorder's. */
static void on_files_removed(void *ctx, int err)
{
	struct removal *removal = ctx;
	struct removal *_Atomic *untold;

	forms_sweep(removal->dir, removal->id);
	removal->err = err;
	if (loop_post_must(removal->server->loop, files_removed, removal) == 0)
		return;
	count_add(COUNT_REJECT_QUEUE, 1);
	log_warn("control_queue_full", "recording=%s", removal->id);
	untold = &removal->server->keeper->untold; /* it outlives the record threads */
	removal->next = atomic_load(untold);
	while (!atomic_compare_exchange_weak(untold, &removal->next, removal))
		;
}

static void tell(struct keeper *keeper) RUNS_ON(on_ctl)
{
	struct removal *removal = atomic_exchange(&keeper->untold, NULL);

	while (removal) {
		struct removal *next = removal->next;

		files_removed(removal);
		removal = next;
	}
}

/* Nothing is made of it any more. */
static void remove_files(struct workshop_hold *hold)
{
	struct removal *removal = (struct removal *)hold; /* hold is its first field */
	int err = -ESHUTDOWN;

	thread_claim(&on_ctl);
	/* the recorder is gone before the database */
	if (!removal->server->draining)
		err = recorder_delete(removal->server->recorder, removal->id,
				      on_files_removed, removal);
	if (err)
		over(removal, err);
}

/* No cut of it is being made any more. */
static void hold_workshop(struct workshop_hold *hold)
{
	struct removal *removal = (struct removal *)hold;

	thread_claim(&on_ctl);
	if (removal->server->draining) {
		over(removal, -ESHUTDOWN);
		return;
	}
	removal->held = true;
	removal->hold.ready = remove_files;
	workshop_hold(removal->server->workshop, &removal->hold, removal->id);
}

void keeper_remove(struct server *server, const struct db_recording *row,
		   void (*done)(void *ctx, int err), void *ctx)
{
	struct removal *removal = calloc(1, sizeof(*removal));

	if (!removal || server->draining) {
		free(removal);
		done(ctx, server->draining ? -ESHUTDOWN : -ENOMEM);
		return;
	}
	removal->server = server;
	removal->done = done;
	removal->ctx = ctx;
	snprintf(removal->id, sizeof(removal->id), "%s", row->id);
	snprintf(removal->room, sizeof(removal->room), "%s", row->room);
	snprintf(removal->dir, sizeof(removal->dir), "%s", server->conf->recordings_dir);
	removal->hold.ready = hold_workshop;
	workshop_cut_end(server, &removal->hold, row->id);
}

/* ---- sweeps -------------------------------------------------------------------------
 */

static bool runs(const struct db_recording *row)
{
	return strcmp(row->state, "running") == 0;
}

int64_t keeper_gone_ms(const struct conf *conf, const struct db_recording *row)
{
	int64_t end_ms = row->added_ms ? row->added_ms
				       : row->started_ms + row->duration_ms;

	if (row->deleted_ms)
		return row->deleted_ms + conf->recording_grace_days * DAY_MS;
	if (row->kept || !conf->recording_keep_days || runs(row))
		return 0;
	return end_ms + conf->recording_keep_days * DAY_MS;
}

static void next(struct keeper *keeper) RUNS_ON(on_ctl);

static void act(struct server *server, const struct due *due, int err) RUNS_ON(on_ctl)
{
	char fields[160];

	snprintf(fields, sizeof(fields), "{\"id\":\"%s\",\"why\":\"%s\"}", due->id,
		 due->aged ? "recording_keep_days" : "recording_grace_days");
	audit_own(server, "recording.delete", due->room, fields,
		  err ? "no_resources" : "ok");
}

static void removed(void *ctx, int err)
{
	struct server *server = ctx;
	struct keeper *keeper = server->keeper;
	const struct due *due;

	thread_claim(&on_ctl);
	if (!keeper)
		return;
	due = &keeper->due[keeper->at++];
	if (err != -ESHUTDOWN) {
		log_info("recording_swept", "recording=%s why=%s err=%d", due->id,
			 due->aged ? "age" : "trash", err);
		act(server, due, err);
	}
	next(keeper);
}

/* As it is now: somebody may have taken it out of the trash, or wants to keep it, since
 * the list was read. */
static void got_again(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct server *server = ctx;
	struct keeper *keeper = server->keeper;
	int64_t gone_ms;

	thread_claim(&on_ctl);
	if (!keeper)
		return;
	gone_ms = err || n == 0 ? 0 : keeper_gone_ms(server->conf, &rows[0]);
	if (gone_ms && gone_ms <= clock_wall_ms()) {
		keeper->due[keeper->at].aged = !rows[0].deleted_ms;
		keeper_remove(server, &rows[0], removed, server);
		return;
	}
	keeper->at++;
	next(keeper);
}

/* One after the other, so that the disk has other work, too. What cannot be removed is
 * tried again when the sweeps have been through all. */
static void next(struct keeper *keeper)
{
	struct server *server = keeper->server;

	if (keeper->at == keeper->n || server->draining ||
	    db_recording(server->db, keeper->due[keeper->at].id, got_again, server))
		keeper->sweeping = false;
}

static void got_due(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct server *server = ctx;
	struct keeper *keeper = server->keeper;

	thread_claim(&on_ctl);
	if (!keeper)
		return;
	if (err)
		n = 0;
	keeper->at = 0;
	keeper->n = n < KEEPER_ROWS ? n : KEEPER_ROWS;
	for (uint32_t i = 0; i < keeper->n; i++) {
		struct due *due = &keeper->due[i];

		memcpy(due->id, rows[i].id, sizeof(due->id));
		memcpy(due->room, rows[i].room, sizeof(due->room));
		due->aged = !rows[i].deleted_ms;
	}
	keeper->after[0] = '\0';
	if (n >= KEEPER_ROWS)
		memcpy(keeper->after, rows[KEEPER_ROWS - 1].id, sizeof(keeper->after));
	next(keeper);
}

static void sweep(struct keeper *keeper) RUNS_ON(on_ctl)
{
	const struct conf *conf = keeper->server->conf;
	int64_t now_ms = clock_wall_ms();
	const struct db_due due = {
		.after = keeper->after,
		.trash_ms = now_ms - conf->recording_grace_days * DAY_MS,
		.age_ms = conf->recording_keep_days
				  ? now_ms - conf->recording_keep_days * DAY_MS
				  : 0,
		.limit = KEEPER_ROWS,
	};

	if (keeper->sweeping || keeper->server->draining)
		return;
	keeper->sweeping = db_recordings_due(keeper->server->db, &due, got_due,
					     keeper->server) == 0;
}

/* ---- how much there is ----------------------------------------------------------------
 */

/* A group that was there before this process does not know its class at first. */
const struct room *keeper_class(const struct room *room)
{
	const struct room *class = room->parent;

	if (!class && *room->row.parent)
		class = room_by_id(room->server, room->row.parent);
	return class ? class : room;
}

int64_t keeper_left(const struct room *room)
{
	const struct server *server = room->server;
	const struct room *class = keeper_class(room);
	uint32_t quota_mb = server->conf->recording_quota_mb;
	int64_t bytes = 0;

	if (!quota_mb)
		return INT64_MAX;
	for (uint32_t i = 0; i < server->n_rooms; i++) {
		const struct room *one = server->rooms[i];

		if (one == class || (*one->row.parent && keeper_class(one) == class))
			bytes += one->stored_bytes + one->growing_bytes;
	}
	return ((int64_t)quota_mb << 20) - bytes;
}

static void got_usage(void *ctx, int err, const struct db_usage *rows, uint32_t n)
{
	struct server *server = ctx;
	struct room *room;

	thread_claim(&on_ctl);
	if (!server->keeper)
		return;
	server->keeper->measuring = false;
	for (uint32_t i = 0; !err && i < server->n_rooms; i++)
		server->rooms[i]->stored_bytes = 0;
	for (uint32_t i = 0; !err && i < n; i++) {
		room = room_by_id(server, rows[i].room);
		if (room)
			room->stored_bytes = rows[i].bytes;
	}
}

static void measure(struct keeper *keeper) RUNS_ON(on_ctl)
{
	if (!keeper->measuring)
		keeper->measuring = db_recordings_usage(keeper->server->db, "", got_usage,
							keeper->server) == 0;
}

/* The files that grow: looked at on the thread that writes them. */
struct look {
	struct server *server;
	char dir[CONF_PATH];
	uint32_t n;
	struct {
		uint32_t room; /* its number */
		char id[DB_ID + 1];
		int64_t bytes;
	} list[LIMIT_RECORDINGS];
};

/* All files in a folder, which may be one that is written into right now. */
static int64_t folder_bytes(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int64_t bytes = 0;
	struct stat st;

	if (fd >= 0 && !dir)
		close(fd);
	while (dir && (entry = readdir(dir))) /* NOLINT(concurrency-mt-unsafe) */
		if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode))
			bytes += st.st_size;
	if (dir)
		closedir(dir);
	return bytes;
}

static int64_t entry_bytes(int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return 0;
	return S_ISDIR(st.st_mode) ? folder_bytes(dir, name) : st.st_size;
}

/* The class whose recording that is, as long as it runs. */
static struct room *looked_at(const struct look *look, uint32_t i) RUNS_ON(on_ctl)
{
	struct room *room = room_by_number(look->server, look->list[i].room);
	bool runs_still = room && room->recording &&
			  strcmp(room->recording_row.id, look->list[i].id) == 0;

	return runs_still ? room : NULL;
}

static void look_told(void *arg)
{
	struct look *look = arg;

	thread_claim(&on_ctl);
	if (look->server->keeper)
		look->server->keeper->looking = false;
	for (uint32_t i = 0; i < look->n; i++) {
		struct room *room = looked_at(look, i);

		if (room)
			quota_watch_grew(room, look->list[i].bytes);
	}
	for (uint32_t i = 0; i < look->n; i++) {
		struct room *room = looked_at(look, i);

		if (!room)
			continue;
		quota_watch_look(room, clock_us());
		if (keeper_left(room) > 0)
			continue;
		log_warn("recording_quota_full", "room=%s recording=%s", room->row.id,
			 look->list[i].id);
		recording_stop_why(room, "quota_full");
	}
	free(look);
}

/* On a record thread. A name begins with the id and a dot. */
static void on_look(void *ctx, int64_t free_bytes)
{
	struct look *look = ctx;
	DIR *dir = opendir(look->dir);
	const struct dirent *entry;

	(void)free_bytes;
	while (dir && (entry = readdir(dir))) { /* NOLINT(concurrency-mt-unsafe) */
		size_t len = strcspn(entry->d_name, ".");

		for (uint32_t i = 0; i < look->n; i++)
			if (strlen(look->list[i].id) == len &&
			    strncmp(look->list[i].id, entry->d_name, len) == 0)
				look->list[i].bytes += entry_bytes(dirfd(dir),
								   entry->d_name);
	}
	if (dir)
		closedir(dir);
	if (loop_post_must(look->server->loop, look_told, look)) {
		count_add(COUNT_REJECT_QUEUE, 1);
		free(look); /* the server is about to end: nobody looks any more */
	}
}

static void look_at(struct keeper *keeper) RUNS_ON(on_ctl)
{
	struct server *server = keeper->server;
	struct look *look = keeper->looking ? NULL : calloc(1, sizeof(*look));

	if (!look)
		return;
	look->server = server;
	snprintf(look->dir, sizeof(look->dir), "%s", server->conf->recordings_dir);
	for (uint32_t i = 0; i < server->n_rooms && look->n < LIMIT_RECORDINGS; i++) {
		struct room *room = server->rooms[i];

		if (!room->recording) {
			room->growing_bytes = 0;
			continue;
		}
		look->list[look->n].room = room->base;
		memcpy(look->list[look->n++].id, room->recording_row.id, DB_ID + 1);
	}
	keeper->looking = look->n &&
			  !recorder_free_bytes(server->recorder, on_look, look);
	if (!keeper->looking)
		free(look);
}

/* ---- life ----------------------------------------------------------------------------
 */

void keeper_tick(struct keeper *keeper, int64_t now_us)
{
	uint32_t second = keeper->seconds++;

	(void)now_us;
	tell(keeper);
	if (keeper->server->draining)
		return;
	if (second % KEEPER_SWEEP_SEC == 0)
		sweep(keeper);
	if (!keeper->server->conf->recording_quota_mb)
		return;
	if (second % KEEPER_USAGE_SEC == 0)
		measure(keeper);
	if (second % KEEPER_LOOK_SEC == 0)
		look_at(keeper);
}

int keeper_create(struct keeper **out, struct server *server)
{
	struct keeper *keeper = calloc(1, sizeof(*keeper));

	if (!keeper)
		return -ENOMEM;
	keeper->server = server;
	*out = keeper;
	return 0;
}

void keeper_destroy(struct keeper *keeper)
{
	if (keeper)
		tell(keeper);
	free(keeper);
}
