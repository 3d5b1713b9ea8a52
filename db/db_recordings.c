/* db_recordings.c - what is kept of recordings: their files, marks and links. */
#include "db/db.h"

#include "base/log.h"
#include "db/db_call.h"
#include "db/db_fold.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* ---- writes --------------------------------------------------------------- */

/* The row's own columns and, behind them, a text as it is searched. */
static int put_folded(struct db *db, const struct db_table *table, const void *row,
		      int n_stored, const char *text, size_t text_size)
{
	struct db_param params[DB_PARAMS];
	char folded[LIMIT_TITLE * 4 + LIMIT_MARK_BYTES + 1];
	int err = db_table_params(table, row, params);

	if (err)
		return err;
	memcpy(folded, text, text_size);
	db_fold(folded);
	params[n_stored] = (struct db_param){.text = folded};
	return db_post(db, table->put, params, n_stored + 1);
}

int db_recording_put(struct db *db, const struct db_recording *recording)
{
	/* the links are counted, not stored */
	return put_folded(db, &db_table_recordings, recording, db_table_recordings.n - 1,
			  recording->title, sizeof(recording->title));
}

int db_mark_put(struct db *db, const struct db_mark *mark)
{
	return put_folded(db, &db_table_marks, mark, db_table_marks.n, mark->text,
			  sizeof(mark->text));
}

int db_recording_made(struct db *db, const char *id, const char *made, const char *json)
{
	/* there are files anew that may not be sealed */
	static const char sql[] = "UPDATE recordings SET made = $2, made_json = $3,"
				  " sealed = 0 WHERE id = $1";
	const struct db_param params[] = {{.text = id}, {.text = made}, {.text = json}};

	return strlen(json) > DB_MADE ? -EINVAL : db_post(db, sql, params, 3);
}

int db_recording_sealed(struct db *db, const char *id, bool well)
{
	const struct db_param params[] = {{.text = id}, {.number = well ? 1 : 2}};

	return db_post(db, "UPDATE recordings SET sealed = $2 WHERE id = $1", params, 2);
}

int db_recording_seal_anew(struct db *db, const char *id)
{
	const struct db_param param = {.text = id};

	return db_post(db, "UPDATE recordings SET sealed = 0 WHERE id = $1", &param, 1);
}

int db_recordings_seal_again(struct db *db)
{
	return db_post(db, "UPDATE recordings SET sealed = 0 WHERE sealed = 2", NULL, 0);
}

int db_recording_rename(struct db *db, const char *id, const char *title)
{
	static const char sql[] = "UPDATE recordings SET title = $2, folded = $3"
				  " WHERE id = $1";
	char folded[sizeof(((struct db_recording *)NULL)->title)];
	const struct db_param params[] = {
		{.text = id}, {.text = title}, {.text = folded}};
	size_t len = strlen(title);

	if (len >= sizeof(folded))
		return -EINVAL;
	memcpy(folded, title, len + 1);
	db_fold(folded);
	return db_post(db, sql, params, 3);
}

int db_recording_cut_end(struct db *db, const struct db_recording *row)
{
	static const char sql[] = "UPDATE recordings SET state = $2, duration_ms = $3,"
				  " bytes = $4 WHERE id = $1";
	const struct db_param params[] = {{.text = row->id},
					  {.text = row->state},
					  {.number = row->duration_ms},
					  {.number = row->bytes}};

	return db_post(db, sql, params, 4);
}

static int set_number(struct db *db, const char *sql, const char *id, int64_t number)
{
	const struct db_param params[] = {{.text = id}, {.number = number}};

	return db_post(db, sql, params, 2);
}

int db_recording_trash(struct db *db, const char *id, int64_t deleted_ms)
{
	return set_number(db, "UPDATE recordings SET deleted_ms = $2 WHERE id = $1", id,
			  deleted_ms);
}

int db_recording_keep(struct db *db, const char *id, bool kept)
{
	return set_number(db, "UPDATE recordings SET kept = $2 WHERE id = $1", id, kept);
}

int db_recording_delete(struct db *db, const char *id)
{
	static const char *const others[] = {
		"DELETE FROM recording_marks WHERE recording = $1",
		"DELETE FROM recording_happenings WHERE recording = $1",
		"DELETE FROM recording_files WHERE recording = $1",
		"DELETE FROM recording_shares WHERE recording = $1",
	};
	const struct db_param param = {.text = id};
	int err = db_post(db, "DELETE FROM recordings WHERE id = $1", &param, 1);

	/* without its row nobody sees the others, whatever becomes of them */
	for (size_t i = 0; !err && i < sizeof(others) / sizeof(others[0]); i++)
		if (db_post(db, others[i], &param, 1))
			log_warn("recording_rows_left", "recording=%s", id);
	return err;
}

int db_recording_file_put(struct db *db, const struct db_recording_file *file)
{
	return db_put(db, &db_table_recording_files, file);
}

int db_share_put(struct db *db, const struct db_share *share)
{
	return db_put(db, &db_table_shares, share);
}

int db_share_delete(struct db *db, const char *id)
{
	return db_post(db, "DELETE FROM recording_shares WHERE id = $1",
		       &(struct db_param){.text = id}, 1);
}

int db_share_opened(struct db *db, const char *id)
{
	return db_post(db,
		       "UPDATE recording_shares SET opened = opened + 1 WHERE id = $1",
		       &(struct db_param){.text = id}, 1);
}

/* ---- recordings ----------------------------------------------------------- */

typedef void recordings_done(void *ctx, int err, const struct db_recording *rows,
			     uint32_t n);
typedef void files_done(void *ctx, int err, const struct db_recording_file *rows,
			uint32_t n);
typedef void marks_done(void *ctx, int err, const struct db_mark *rows, uint32_t n);
typedef void shares_done(void *ctx, int err, const struct db_share *rows, uint32_t n);
typedef void usage_done(void *ctx, int err, const struct db_usage *rows, uint32_t n);

static void deliver_recordings(const struct db_job *job)
{
	((recordings_done *)job->done)(job->ctx, job->err, (const void *)job->rows,
				       job->n_rows);
}

#define COLUMNS \
	"SELECT id, room, file, title, state, started_ms, duration_ms, bytes, made," \
	" made_json, deleted_ms, kept, origin, cut_from_ms, cut_to_ms, added_ms, " \
	"joined, "
#define RECORDINGS COLUMNS "0 FROM recordings"
#define LISTED \
	COLUMNS "(SELECT COUNT(*) FROM recording_shares s WHERE s.recording =" \
		" recordings.id AND s.expires_ms > $1) FROM recordings"
#define MANY "10000" /* rows: DB_ROWS_MAX */

static int ask_recordings(struct db *db, const char *sql, recordings_done *done,
			  void *ctx, const struct db_param *params, int n)
{
	struct db_query query = {
		sql, &db_table_recordings, deliver_recordings, (void (*)(void))done, ctx,
	};

	return db_ask(db, &query, params, n);
}

/* A text is looked for in what the room and the times leave, which an index finds. */
int db_recordings(struct db *db, const struct db_recordings_wish *wish,
		  recordings_done *done, void *ctx)
{
	static const char sql[] = LISTED
		" WHERE room = $2 AND started_ms < $3 AND started_ms >= $4"
		" AND started_ms <= $5 AND ($6 = '' OR state = $6)"
		" AND (deleted_ms > 0) = ($7 > 0)"
		" AND ($8 = '' OR folded LIKE $8 ESCAPE '!' OR EXISTS (SELECT 1"
		" FROM recording_marks m WHERE m.recording = recordings.id"
		" AND m.folded LIKE $8 ESCAPE '!'))"
		" ORDER BY started_ms DESC, id DESC LIMIT $9";
	char pattern[2 * DB_SEARCH + 3] = "";
	const struct db_param params[] = {
		{.number = wish->now_ms},
		{.text = wish->room},
		{.number = wish->before_ms > 0 ? wish->before_ms : INT64_MAX},
		{.number = wish->from_ms},
		{.number = wish->to_ms > 0 ? wish->to_ms : INT64_MAX},
		{.text = wish->state},
		{.number = wish->trash},
		{.text = pattern},
		{.number = wish->limit < DB_ROWS_MAX ? wish->limit : DB_ROWS_MAX},
	};
	int err = *wish->text ? db_fold_pattern(pattern, sizeof(pattern), wish->text) : 0;

	return err ? err : ask_recordings(db, sql, done, ctx, params, 9);
}

int db_recordings_running(struct db *db, recordings_done *done, void *ctx)
{
	return ask_recordings(db,
			      RECORDINGS " WHERE state IN ('running', 'waiting')"
					 " AND origin = ''"
					 " ORDER BY started_ms, id LIMIT " MANY,
			      done, ctx, NULL, 0);
}

#define BEHIND \
	" AND ($2 = '' OR started_ms > $1 OR (started_ms = $1 AND id > $2))" \
	" ORDER BY started_ms, id LIMIT 1"

int db_recording_unmade(struct db *db, const struct db_recording_place *after,
			recordings_done *done, void *ctx)
{
	const struct db_param params[] = {{.number = after->started_ms},
					  {.text = after->id}};

	return ask_recordings(db,
			      RECORDINGS
			      " WHERE made = '' AND bytes > 0 AND state IN"
			      " ('ready', 'interrupted') AND deleted_ms = 0" BEHIND,
			      done, ctx, params, 2);
}

/* What is in the trash waits for nothing to be made of it. */
int db_recording_unsealed(struct db *db, const struct db_recording_place *after,
			  recordings_done *done, void *ctx)
{
	const struct db_param params[] = {{.number = after->started_ms},
					  {.text = after->id}};

	return ask_recordings(db,
			      RECORDINGS
			      " WHERE sealed = 0 AND bytes > 0"
			      " AND (made <> '' OR deleted_ms > 0) AND state IN"
			      " ('ready', 'interrupted')" BEHIND,
			      done, ctx, params, 2);
}

int db_recording_uncut(struct db *db, recordings_done *done, void *ctx)
{
	return ask_recordings(db,
			      RECORDINGS " WHERE state = 'running' AND origin <> ''"
					 " ORDER BY added_ms, id LIMIT 1",
			      done, ctx, NULL, 0);
}

int db_recordings_due(struct db *db, const struct db_due *due, recordings_done *done,
		      void *ctx)
{
	static const char sql[] = RECORDINGS
		" WHERE id > $1 AND state <> 'running' AND"
		" ((deleted_ms > 0 AND deleted_ms <= $2) OR (deleted_ms = 0"
		" AND kept = 0 AND started_ms < $3 AND CASE WHEN added_ms > 0"
		" THEN added_ms ELSE started_ms + duration_ms END < $3))"
		" ORDER BY id LIMIT $4";
	const struct db_param params[] = {
		{.text = due->after},
		{.number = due->trash_ms},
		{.number = due->age_ms},
		{.number = due->limit},
	};

	return ask_recordings(db, sql, done, ctx, params, 4);
}

int db_recording(struct db *db, const char *id, recordings_done *done, void *ctx)
{
	return ask_recordings(db, RECORDINGS " WHERE id = $1", done, ctx,
			      &(struct db_param){.text = id}, 1);
}

static void deliver_usage(const struct db_job *job)
{
	((usage_done *)job->done)(job->ctx, job->err, (const void *)job->rows,
				  job->n_rows);
}

#define OF_CLASS \
	"($1 = '' OR r.room = $1 OR r.room IN (SELECT id FROM rooms WHERE parent = $1))"

/* Of before there were editions a recording's only file has no row. */
int db_recordings_usage(struct db *db, const char *room, usage_done *done, void *ctx)
{
	struct db_query query = {
		"SELECT room, CAST(SUM(n) AS BIGINT) FROM (SELECT r.room AS room,"
		" f.bytes AS n FROM recordings r JOIN recording_files f ON"
		" f.recording = r.id WHERE " OF_CLASS " UNION ALL SELECT r.room, r.bytes"
		" FROM recordings r WHERE " OF_CLASS " AND NOT"
		" EXISTS (SELECT 1 FROM recording_files f WHERE f.recording = r.id))"
		" AS sizes GROUP BY room ORDER BY room LIMIT " MANY,
		&db_table_usage,
		deliver_usage,
		(void (*)(void))done,
		ctx,
	};

	return db_ask(db, &query, &(struct db_param){.text = room}, 1);
}

/* ---- files, marks, links -------------------------------------------------- */

static void deliver_files(const struct db_job *job)
{
	((files_done *)job->done)(job->ctx, job->err, (const void *)job->rows,
				  job->n_rows);
}

int db_recording_files(struct db *db, const char *room, int64_t from_ms,
		       int64_t before_ms, files_done *done, void *ctx)
{
	struct db_query query = {
		"SELECT f.id, f.recording, f.edition, f.ext, f.bytes, f.duration_ms, "
		"f.err"
		" FROM recording_files f JOIN recordings r ON r.id = f.recording"
		" WHERE r.room = $1 AND r.started_ms >= $2 AND r.started_ms < $3"
		" ORDER BY r.started_ms DESC, r.id DESC, f.id LIMIT " MANY,
		&db_table_recording_files,
		deliver_files,
		(void (*)(void))done,
		ctx,
	};
	struct db_param params[] = {
		{.text = room}, {.number = from_ms}, {.number = before_ms}};

	return db_ask(db, &query, params, 3);
}

static void deliver_marks(const struct db_job *job)
{
	((marks_done *)job->done)(job->ctx, job->err, (const void *)job->rows,
				  job->n_rows);
}

int db_marks(struct db *db, const char *room, const char *recording, marks_done *done,
	     void *ctx)
{
	struct db_query query = {
		"SELECT m.id, m.recording, m.at_ms, m.text, m.made_ms"
		" FROM recording_marks m JOIN recordings r ON r.id = m.recording"
		" WHERE r.room = $1 AND m.recording = $2 ORDER BY m.at_ms, m.id LIMIT $3",
		&db_table_marks,
		deliver_marks,
		(void (*)(void))done,
		ctx,
	};
	struct db_param params[] = {
		{.text = room}, {.text = recording}, {.number = LIMIT_MARKS}};

	return db_ask(db, &query, params, 3);
}

static void deliver_shares(const struct db_job *job)
{
	((shares_done *)job->done)(job->ctx, job->err, (const void *)job->rows,
				   job->n_rows);
}

#define SHARES \
	"SELECT id, recording, salt, verifier, download, made_ms, expires_ms, opened" \
	" FROM recording_shares"

int db_share(struct db *db, const char *id, shares_done *done, void *ctx)
{
	struct db_query query = {
		SHARES " WHERE id = $1",
		&db_table_shares,
		deliver_shares,
		(void (*)(void))done,
		ctx,
	};

	return db_ask(db, &query, &(struct db_param){.text = id}, 1);
}

int db_shares(struct db *db, const char *recording, int64_t now_ms, shares_done *done,
	      void *ctx)
{
	struct db_query query = {
		SHARES " WHERE recording = $1 AND expires_ms > $2"
		       " ORDER BY made_ms, id LIMIT $3",
		&db_table_shares,
		deliver_shares,
		(void (*)(void))done,
		ctx,
	};
	struct db_param params[] = {
		{.text = recording}, {.number = now_ms}, {.number = LIMIT_SHARES}};

	return db_ask(db, &query, params, 3);
}
