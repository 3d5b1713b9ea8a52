#include "mcu/workshop_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/console.h"
#include "mcu/server.h"

static const struct form {
	enum edition edition;
	const char *ext;
} forms[FORMS] = {
	{EDITION_FULL, "mp4"},
	{EDITION_LIGHT, "mp4"},
	{EDITION_SOUND, "m4a"},
};

enum edition form_edition(unsigned form)
{
	return forms[form].edition;
}

const char *form_extension(unsigned form)
{
	return forms[form].ext;
}

void form_path(const char *dir, const char *id, unsigned form, char out[FORM_PATH])
{
	bool full = forms[form].edition == EDITION_FULL;

	snprintf(out, FORM_PATH, "%s/%s%s%s.%s", dir, id, full ? "" : ".",
		 full ? "" : edition_name(forms[form].edition), forms[form].ext);
}

void forms_sweep(const char *dir, const char *id)
{
	char path[FORM_PATH + 8];

	for (unsigned i = 0; i < FORMS; i++) {
		form_path(dir, id, i, path);
		strcat(path, ".part");
		if (unlink(path) && errno != ENOENT)
			log_warn("cut_not_swept", "recording=%s err=%d", id, -errno);
	}
}

bool workshop_part_has_form(const struct workshop_part *part)
{
	for (unsigned i = 0; i < FORMS; i++)
		if (part->bytes[i] > 0)
			return true;
	return false;
}

bool workshop_part_away(const struct server *server, const char *id)
{
	char path[FORM_PATH];
	bool away = server->vault != NULL;

	/* Where a storage is, and then seldom: when somebody asks for a cut. A disk that
	 * is known to hang is not asked, what is on it could not be cut now either. */
	if (away && !disks_well(&server->console->health.disks, clock_us()))
		return true;
	for (unsigned i = 0; i < FORMS && away; i++) {
		form_path(server->conf->recordings_dir, id, i, path);
		away = access(path, F_OK) != 0;
	}
	return away;
}

/* ---- looking for them ------------------------------------------------------- */

/* One after the other: first the row of one, then its files. */
struct search {
	struct server *server;
	void (*found)(void *ctx, int err, const struct workshop_part *list, uint32_t n);
	void *ctx;
	struct workshop_part list[LIMIT_JOINS];
	int64_t row_bytes; /* of the one that is looked at */
	uint32_t n, at;
};

static void over(struct search *search, int err) RUNS_ON(on_ctl)
{
	search->found(search->ctx, err, search->list, err ? 0 : search->n);
	free(search);
}

static void next(struct search *search) RUNS_ON(on_ctl);

static void take_file(struct workshop_part *part, const struct db_recording_file *file)
{
	for (unsigned i = 0; i < FORMS; i++)
		if (edition_by_name(file->edition) == forms[i].edition &&
		    file->bytes > 0 && strcmp(file->ext, forms[i].ext) == 0)
			part->bytes[i] = file->bytes;
}

/* Of before there were editions its only file is the full one. */
static void got_files(void *ctx, int err, const struct db_recording_file *rows,
		      uint32_t n)
{
	struct search *search = ctx;
	struct workshop_part *part = &search->list[search->at];
	uint32_t known = 0;

	thread_claim(&on_ctl);
	if (err) {
		over(search, err);
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		if (strcmp(rows[i].recording, part->id) == 0) {
			known++;
			take_file(part, &rows[i]);
		}
	if (!known)
		part->bytes[0] = search->row_bytes;
	search->at++;
	next(search);
}

static void got_row(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct search *search = ctx;
	struct workshop_part *part = &search->list[search->at];

	thread_claim(&on_ctl);
	if (!err && n == 0)
		err = -ENOENT;
	if (!err) {
		memcpy(part->room, rows[0].room, sizeof(part->room));
		memcpy(part->title, rows[0].title, sizeof(part->title));
		part->started_ms = rows[0].started_ms;
		part->duration_ms = rows[0].duration_ms;
		part->fit = rows[0].bytes > 0 && !rows[0].deleted_ms &&
			    strcmp(rows[0].state, "running") != 0;
		search->row_bytes = rows[0].bytes;
		err = db_recording_files(search->server->db, part->room, part->started_ms,
					 part->started_ms + 1, got_files, search);
	}
	if (err)
		over(search, err);
}

static void next(struct search *search)
{
	int err = 0;

	if (search->at < search->n)
		err = db_recording(search->server->db, search->list[search->at].id,
				   got_row, search);
	if (err || search->at == search->n)
		over(search, err);
}

int workshop_parts_find(struct server *server, char (*ids)[DB_ID + 1], uint32_t n,
			void (*found)(void *ctx, int err,
				      const struct workshop_part *list, uint32_t n),
			void *ctx)
{
	struct search *search = calloc(1, sizeof(*search));
	int err;

	if (!search)
		return -ENOMEM;
	search->server = server;
	search->found = found;
	search->ctx = ctx;
	search->n = n;
	for (uint32_t i = 0; i < n; i++)
		memcpy(search->list[i].id, ids[i], DB_ID + 1);
	err = db_recording(server->db, ids[0], got_row, search);
	if (err)
		free(search);
	return err;
}
