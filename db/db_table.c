#include "db/db_table.h"

#include "db/db.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(type, field) \
	{ \
		offsetof(struct type, field), sizeof(((struct type *)0)->field) \
	}
#define NUMBER(type, field) \
	{ \
		offsetof(struct type, field), 0 \
	}

const struct db_table db_table_rooms = {
	sizeof(struct db_room),
	"INSERT INTO rooms (id, code, title, layout, created_ms, settings, most, policy,"
	" hearing, parent, looks) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
	" ON CONFLICT (id) DO UPDATE SET"
	" code = excluded.code, title = excluded.title, layout = excluded.layout,"
	" created_ms = excluded.created_ms, settings = excluded.settings,"
	" most = excluded.most, policy = excluded.policy, hearing = excluded.hearing,"
	" parent = excluded.parent, looks = excluded.looks",
	11,
	{TEXT(db_room, id), TEXT(db_room, code), TEXT(db_room, title),
	 TEXT(db_room, layout), NUMBER(db_room, created_ms), TEXT(db_room, settings),
	 TEXT(db_room, most), TEXT(db_room, policy), TEXT(db_room, hearing),
	 TEXT(db_room, parent), TEXT(db_room, looks)},
};

const struct db_table db_table_seats = {
	sizeof(struct db_seat),
	"INSERT INTO seats"
	" (id, room, name, net, grants, denies, admitted_ms, banned_ms)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET"
	" room = excluded.room, name = excluded.name, net = excluded.net,"
	" grants = excluded.grants, denies = excluded.denies,"
	" admitted_ms = excluded.admitted_ms, banned_ms = excluded.banned_ms",
	8,
	{TEXT(db_seat, id), TEXT(db_seat, room), TEXT(db_seat, name), TEXT(db_seat, net),
	 NUMBER(db_seat, grants), NUMBER(db_seat, denies), NUMBER(db_seat, admitted_ms),
	 NUMBER(db_seat, banned_ms)},
};

const struct db_table db_table_decks = {
	sizeof(struct db_deck),
	"INSERT INTO decks (id, room, title, kind, seat, pages, bytes, page, shown,"
	" made_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
	" ON CONFLICT (id) DO UPDATE SET room = excluded.room, title = excluded.title,"
	" kind = excluded.kind, seat = excluded.seat, pages = excluded.pages,"
	" bytes = excluded.bytes, page = excluded.page, shown = excluded.shown,"
	" made_ms = excluded.made_ms",
	10,
	{TEXT(db_deck, id), TEXT(db_deck, room), TEXT(db_deck, title),
	 TEXT(db_deck, kind), TEXT(db_deck, seat), NUMBER(db_deck, pages),
	 NUMBER(db_deck, bytes), NUMBER(db_deck, page), NUMBER(db_deck, shown),
	 NUMBER(db_deck, made_ms)},
};

const struct db_table db_table_layouts = {
	sizeof(struct db_layout),
	"INSERT INTO layouts (name, json, changed_ms) VALUES ($1, $2, $3)"
	" ON CONFLICT (name) DO UPDATE SET json = excluded.json,"
	" changed_ms = excluded.changed_ms",
	3,
	{TEXT(db_layout, name), TEXT(db_layout, json), NUMBER(db_layout, changed_ms)},
};

const struct db_table db_table_settings = {
	sizeof(struct db_setting),
	"INSERT INTO settings (key, value) VALUES ($1, $2)"
	" ON CONFLICT (key) DO UPDATE SET value = excluded.value",
	2,
	{TEXT(db_setting, key), TEXT(db_setting, value)},
};

/* Done a second time, after a connection was lost, it changes nothing. */
const struct db_table db_table_acts = {
	sizeof(struct db_act),
	"INSERT INTO acts (id, at_ms, actor, seat, name, role, network, door, room,"
	" code, command, fields, result) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"
	" $10, $11, $12, $13) ON CONFLICT (id) DO NOTHING",
	13,
	{NUMBER(db_act, id), NUMBER(db_act, at_ms), TEXT(db_act, actor),
	 TEXT(db_act, seat), TEXT(db_act, name), TEXT(db_act, role),
	 TEXT(db_act, network), TEXT(db_act, door), TEXT(db_act, room),
	 TEXT(db_act, code), TEXT(db_act, command), TEXT(db_act, fields),
	 TEXT(db_act, result)},
};

const struct db_table db_table_lives = {
	sizeof(struct db_live),
	"INSERT INTO lives (room, json, changed_ms) VALUES ($1, $2, $3)"
	" ON CONFLICT (room) DO UPDATE SET json = excluded.json,"
	" changed_ms = excluded.changed_ms",
	3,
	{TEXT(db_live, room), TEXT(db_live, json), NUMBER(db_live, changed_ms)},
};

const struct db_table db_table_cues = {
	sizeof(struct db_cues),
	"INSERT INTO cues (room, json, changed_ms) VALUES ($1, $2, $3)"
	" ON CONFLICT (room) DO UPDATE SET json = excluded.json,"
	" changed_ms = excluded.changed_ms",
	3,
	{TEXT(db_cues, room), TEXT(db_cues, json), NUMBER(db_cues, changed_ms)},
};

const struct db_table db_table_visits = {
	sizeof(struct db_visit),
	"INSERT INTO visits (id, room, name, role, joined_ms, left_ms)"
	" VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET"
	" room = excluded.room, name = excluded.name, role = excluded.role,"
	" joined_ms = excluded.joined_ms, left_ms = excluded.left_ms",
	6,
	{TEXT(db_visit, id), TEXT(db_visit, room), TEXT(db_visit, name),
	 TEXT(db_visit, role), NUMBER(db_visit, joined_ms), NUMBER(db_visit, left_ms)},
};

const struct db_table db_table_messages = {
	sizeof(struct db_message),
	"INSERT INTO messages (id, room, visit, name, text, sent_ms)"
	" VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET"
	" room = excluded.room, visit = excluded.visit, name = excluded.name,"
	" text = excluded.text, sent_ms = excluded.sent_ms",
	6,
	{TEXT(db_message, id), TEXT(db_message, room), TEXT(db_message, visit),
	 TEXT(db_message, name), TEXT(db_message, text), NUMBER(db_message, sent_ms)},
};

const struct db_table db_table_polls = {
	sizeof(struct db_poll),
	"INSERT INTO polls (id, room, kind, question, options, named, shown,"
	" started_ms, stopped_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
	" ON CONFLICT (id) DO UPDATE SET room = excluded.room, kind = excluded.kind,"
	" question = excluded.question, options = excluded.options,"
	" named = excluded.named, shown = excluded.shown,"
	" started_ms = excluded.started_ms, stopped_ms = excluded.stopped_ms",
	9,
	{TEXT(db_poll, id), TEXT(db_poll, room), TEXT(db_poll, kind),
	 TEXT(db_poll, question), TEXT(db_poll, options), NUMBER(db_poll, named),
	 NUMBER(db_poll, shown), NUMBER(db_poll, started_ms),
	 NUMBER(db_poll, stopped_ms)},
};

const struct db_table db_table_votes = {
	sizeof(struct db_vote),
	"INSERT INTO votes (id, poll, room, name, choices, voted_ms)"
	" VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET"
	" poll = excluded.poll, room = excluded.room, name = excluded.name,"
	" choices = excluded.choices, voted_ms = excluded.voted_ms",
	6,
	{TEXT(db_vote, id), TEXT(db_vote, poll), TEXT(db_vote, room), TEXT(db_vote, name),
	 NUMBER(db_vote, choices), NUMBER(db_vote, voted_ms)},
};

/* A length of 0 of what has bytes is one that is not known: a file that was finished
 * just before the server died. What is known of it stays. The last parameter is no
 * column of the struct: the title as it is searched, see db_recordings.c. */
const struct db_table db_table_recordings = {
	sizeof(struct db_recording),
	"INSERT INTO recordings"
	" (id, room, file, title, state, started_ms, duration_ms, bytes, made, made_json,"
	" deleted_ms, kept, origin, cut_from_ms, cut_to_ms, added_ms, joined, folded)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,"
	" $17, $18) ON CONFLICT (id) DO UPDATE SET"
	" room = excluded.room, file = excluded.file,"
	" state = excluded.state, started_ms = excluded.started_ms,"
	" bytes = excluded.bytes, duration_ms = CASE"
	" WHEN excluded.duration_ms = 0 AND excluded.bytes > 0 THEN COALESCE("
	"(SELECT MAX(f.duration_ms) FROM recording_files f WHERE f.recording ="
	" excluded.id AND f.bytes = excluded.bytes), recordings.duration_ms)"
	" ELSE excluded.duration_ms END",
	18,
	{TEXT(db_recording, id), TEXT(db_recording, room), TEXT(db_recording, file),
	 TEXT(db_recording, title), TEXT(db_recording, state),
	 NUMBER(db_recording, started_ms), NUMBER(db_recording, duration_ms),
	 NUMBER(db_recording, bytes), TEXT(db_recording, made),
	 TEXT(db_recording, made_json), NUMBER(db_recording, deleted_ms),
	 NUMBER(db_recording, kept), TEXT(db_recording, origin),
	 NUMBER(db_recording, cut_from_ms), NUMBER(db_recording, cut_to_ms),
	 NUMBER(db_recording, added_ms), TEXT(db_recording, joined),
	 NUMBER(db_recording, shares)},
};

const struct db_table db_table_shares = {
	sizeof(struct db_share),
	"INSERT INTO recording_shares"
	" (id, recording, salt, verifier, download, made_ms, expires_ms, opened)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET"
	" recording = excluded.recording, salt = excluded.salt,"
	" verifier = excluded.verifier, download = excluded.download,"
	" made_ms = excluded.made_ms, expires_ms = excluded.expires_ms",
	8,
	{TEXT(db_share, id), TEXT(db_share, recording), TEXT(db_share, salt),
	 TEXT(db_share, verifier), NUMBER(db_share, download), NUMBER(db_share, made_ms),
	 NUMBER(db_share, expires_ms), NUMBER(db_share, opened)},
};

/* Only ever read. */
const struct db_table db_table_usage = {
	sizeof(struct db_usage),
	NULL,
	2,
	{TEXT(db_usage, room), NUMBER(db_usage, bytes)},
};

const struct db_table db_table_vault = {
	sizeof(struct db_vault),
	"INSERT INTO vault (id, state, at_ms) VALUES ($1, $2, $3)"
	" ON CONFLICT (id) DO UPDATE SET state = excluded.state,"
	" at_ms = excluded.at_ms",
	3,
	{TEXT(db_vault, id), TEXT(db_vault, state), NUMBER(db_vault, at_ms)},
};

const struct db_table db_table_recording_files = {
	sizeof(struct db_recording_file),
	"INSERT INTO recording_files"
	" (id, recording, edition, ext, bytes, duration_ms, err)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET"
	" recording = excluded.recording, edition = excluded.edition,"
	" ext = excluded.ext, bytes = excluded.bytes, duration_ms = CASE"
	" WHEN excluded.duration_ms = 0 AND excluded.bytes > 0"
	" THEN recording_files.duration_ms ELSE excluded.duration_ms END,"
	" err = CASE WHEN excluded.duration_ms = 0 AND excluded.bytes > 0"
	" AND excluded.err = '' THEN recording_files.err ELSE excluded.err END",
	7,
	{TEXT(db_recording_file, id), TEXT(db_recording_file, recording),
	 TEXT(db_recording_file, edition), TEXT(db_recording_file, ext),
	 NUMBER(db_recording_file, bytes), NUMBER(db_recording_file, duration_ms),
	 TEXT(db_recording_file, err)},
};

const struct db_table db_table_marks = {
	sizeof(struct db_mark),
	/* the last parameter: the text as it is searched, see db_recordings.c */
	"INSERT INTO recording_marks (id, recording, at_ms, text, made_ms, folded)"
	" VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET"
	" recording = excluded.recording, at_ms = excluded.at_ms,"
	" text = excluded.text, made_ms = excluded.made_ms, folded = excluded.folded",
	5,
	{TEXT(db_mark, id), TEXT(db_mark, recording), NUMBER(db_mark, at_ms),
	 TEXT(db_mark, text), NUMBER(db_mark, made_ms)},
};

const struct db_table db_table_happenings = {
	sizeof(struct db_happening),
	"INSERT INTO recording_happenings (id, recording, at_ms, kind, text, number)"
	" VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET"
	" recording = excluded.recording, at_ms = excluded.at_ms, kind = excluded.kind,"
	" text = excluded.text, number = excluded.number",
	6,
	{TEXT(db_happening, id), TEXT(db_happening, recording),
	 NUMBER(db_happening, at_ms), TEXT(db_happening, kind), TEXT(db_happening, text),
	 NUMBER(db_happening, number)},
};

int db_table_params(const struct db_table *table, const void *row,
		    struct db_param params[DB_PARAMS])
{
	for (int i = 0; i < table->n; i++) {
		const struct db_column *column = &table->columns[i];
		const char *field = (const char *)row + column->offset;

		params[i] = (struct db_param){NULL, 0};
		if (column->size == 0) {
			memcpy(&params[i].number, field, sizeof(params[i].number));
			continue;
		}
		if (!memchr(field, '\0', column->size) || (i == 0 && !*field))
			return -EINVAL;
		params[i].text = field;
	}
	return 0;
}

static bool fits(const struct db_column *column, const struct db_cell *cell)
{
	char *end;

	if (column->size > 0)
		return cell->len < column->size && strlen(cell->text) == cell->len;
	errno = 0;
	(void)strtoll(cell->text, &end, 10);
	return errno == 0 && end != cell->text && *end == '\0';
}

int db_table_read(const struct db_table *table, const struct db_cell *cells, int n,
		  void *row)
{
	if (n != table->n)
		return -EINVAL;
	for (int i = 0; i < n; i++)
		if (!fits(&table->columns[i], &cells[i]))
			return -EINVAL;
	for (int i = 0; i < n; i++) {
		char *field = (char *)row + table->columns[i].offset;
		int64_t number;

		if (table->columns[i].size > 0) {
			memcpy(field, cells[i].text, cells[i].len + 1);
			continue;
		}
		number = strtoll(cells[i].text, NULL, 10);
		memcpy(field, &number, sizeof(number));
	}
	return 0;
}
