/* db.h - what is kept: rooms, comings and goings, messages, recordings.
 *
 * SQLite (WAL, embedded) by "sqlite:PATH" or PostgreSQL by a "postgresql://"
 * URL; one SQL text for both. Calls never block: they are done in order on one
 * io thread, which reconnects by itself (0.1 s to 5 s) and keeps up to
 * DB_QUEUE writes meanwhile (policy when full: the newest is refused, counted).
 * Results come back as letters to the loop that was given to db_open.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/attr.h"
#include "base/limits.h"
#include "base/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DB_ROWS_MOST 10000 /* of one answer without a limit of its own */
#define DB_QUEUE     10000
/* Beyond that, for the record of what administrators do. Policy when full: -ENOBUFS;
 * whoever would act asks db_act_room() first, and does nothing then. */
#define DB_QUEUE_ACTS 1000
#define DB_ID         32 /* characters of an id at most */

#define DB_SETTINGS 1024 /* bytes of a room's settings at most */
#define DB_POLICY   128  /* and of what it says of its members */
#define DB_LOOKS    767  /* bytes of them */
#define DB_HEARING  255
#define DB_NET      47 /* of an address as text */

#define DB_OPTIONS (10 * (LIMIT_POLL_OPTION + 1)) /* of a poll */

struct db;

struct db_room {
	char id[DB_ID + 1], code[8];
	char title[LIMIT_TITLE * 4 + 1];
	char layout[LIMIT_LAYOUT_TEXT + 1]; /* its name and its parameters */
	int64_t created_ms;
	char settings[DB_SETTINGS + 1]; /* of its own, see mcu/settings.h */
	char most[8]; /* the level that a lecturer limits it to; empty: none */
	char policy[DB_POLICY + 1];   /* see mcu/policy.h */
	char hearing[DB_HEARING + 1]; /* who hears whom, see mcu/hearing.h */
	char parent[DB_ID +
		    1]; /* it is a group of that one's, see mcu/breakout.h; else empty */
	char looks[DB_LOOKS + 1]; /* layouts of its other pictures, see mcu/looks.h */
};

struct db_seat { /* what is remembered of somebody in a class, see mcu/seats.h */
	char id[DB_ID + 1], room[DB_ID + 1];
	char name[LIMIT_NAME_BYTES + 1];
	char net[DB_NET + 1];           /* whence it was banned; else empty */
	int64_t grants, denies;         /* capabilities, a bit each */
	int64_t admitted_ms, banned_ms; /* 0: not */
};

struct db_deck { /* pages of a class to show, see mcu/deck.h */
	char id[DB_ID + 1], room[DB_ID + 1];
	char title[LIMIT_TITLE * 4 + 1];
	char kind[16];        /* pdf, pictures */
	char seat[DB_ID + 1]; /* whose it is, see mcu/seats.h */
	int64_t pages;
	int64_t bytes; /* of its files as they were uploaded */
	int64_t page;  /* seen last, from 1 */
	int64_t shown; /* 0 or 1 */
	int64_t made_ms;
};

struct db_layout { /* that an administrator made */
	char name[DB_ID + 1];
	char json[LIMIT_OWN_LAYOUT + 1];
	int64_t changed_ms;
};

struct db_setting { /* that counts instead of the configuration's */
	char key[DB_ID + 1], value[256];
};

#define DB_ACT_FIELDS 1024

struct db_act {     /* what an administrator did, or tried; never changed */
	int64_t id; /* rises; nanoseconds since 1970, or a little more */
	int64_t at_ms;
	char actor[12]; /* a member's id */
	char seat[DB_ID + 1], name[LIMIT_NAME_BYTES + 1], role[16];
	char network[64], door[8];
	char room[DB_ID + 1], code[8]; /* of the class that was meant; else empty */
	char command[33], fields[DB_ACT_FIELDS + 1], result[33];
};

#define DB_CUES 65536 /* bytes of a class's cues at most */

struct db_cues { /* of one class, see mcu/cue.h */
	char room[DB_ID + 1];
	char json[DB_CUES + 1];
	int64_t changed_ms;
};

#define DB_LIVE ((1u << 18) - 1) /* bytes at most: too many for a stack */
struct db_live { /* what goes on in a class, for the next process: see mcu/live.h */
	char room[DB_ID + 1];
	char json[DB_LIVE + 1];
	int64_t changed_ms;
};

struct db_visit { /* one coming and going */
	char id[DB_ID + 1], room[DB_ID + 1];
	char name[LIMIT_NAME_BYTES + 1], role[16];
	int64_t joined_ms, left_ms; /* left 0: still there */
};

struct db_message {
	char id[DB_ID + 1], room[DB_ID + 1], visit[DB_ID + 1];
	char name[LIMIT_NAME_BYTES + 1];
	char text[LIMIT_CHAT_BYTES + 1];
	int64_t sent_ms;
};

#define DB_MADE   4096
#define DB_JOINED (LIMIT_JOINS * (DB_ID + 1))

struct db_recording {
	char id[DB_ID + 1], room[DB_ID + 1];
	char file[128], title[LIMIT_TITLE * 4 + 1];
	char state[16]; /* running, ready, interrupted, failed */
	int64_t started_ms, duration_ms, bytes;
	/* What was made of it, see mcu/workshop.h. No put but that of a new row changes
	 * it: db_recording_made() does. */
	char made[8]; /* ready, failed, none (nothing can be); empty: not yet */
	char made_json[DB_MADE + 1];
	/* Of these, and of the title, the same is true: the calls named after them do. */
	int64_t deleted_ms;     /* in the trash since; 0: it is not there */
	int64_t kept;           /* 1: it does not go because it is old */
	char origin[DB_ID + 1]; /* the recording that it is cut from; else empty */
	int64_t cut_from_ms, cut_to_ms; /* in that one's time */
	/* Those that it is joined of, in their order, a space between them; the first one
	 * is its origin. Else empty. */
	char joined[DB_JOINED + 1];
	int64_t added_ms; /* when a cut was asked for; 0: its end counts, see keeper.h */
	int64_t shares;   /* links that are good, where a list is asked for; never put */
};

#define DB_SALT     32
#define DB_VERIFIER 64

struct db_share { /* a link to a recording for who has no place in the class */
	char id[DB_ID + 1], recording[DB_ID + 1];
	/* of its password, see signaling/auth_password.h; empty: it has none */
	char salt[DB_SALT + 1], verifier[DB_VERIFIER + 1];
	int64_t download; /* 0 or 1 */
	int64_t made_ms, expires_ms;
	int64_t opened; /* times; no put but that of a new row changes it */
};

struct db_usage { /* of one class, or group */
	char room[DB_ID + 1];
	int64_t bytes; /* of the files of its recordings, those in the trash included */
};

struct db_recording_file {       /* one edition of a recording, see mcu/editions.h */
	char id[DB_ID + 1 + 16]; /* of the recording, a dot, and its edition */
	char recording[DB_ID + 1];
	char edition[16], ext[8];
	int64_t bytes, duration_ms; /* bytes 0: there is no file */
	char err[24];               /* why it ended early, or empty */
};

struct db_mark { /* a place in a recording that somebody wants to find again */
	char id[DB_ID + 1], recording[DB_ID + 1];
	int64_t at_ms; /* in the recording */
	char text[LIMIT_MARK_BYTES + 1];
	int64_t made_ms;
};

struct db_happening { /* what came up in a recording by itself, see mcu/happenings.h */
	char id[DB_ID + 1], recording[DB_ID + 1];
	int64_t at_ms; /* in the recording */
	char kind[12];
	char text[LIMIT_MARK_BYTES + 1];
	int64_t number; /* of a page; else 0 */
};

struct db_poll { /* a question to a class, see mcu/poll.h */
	char id[DB_ID + 1], room[DB_ID + 1];
	char kind[16];
	char question[LIMIT_POLL_QUESTION + 1];
	char options[DB_OPTIONS + 1];   /* one a line */
	int64_t named, shown;           /* 0 or 1 */
	int64_t started_ms, stopped_ms; /* stopped 0: it runs */
};

struct db_vote {
	char id[DB_ID + 1], poll[DB_ID + 1], room[DB_ID + 1];
	char name[LIMIT_NAME_BYTES + 1]; /* empty: anonymous */
	int64_t choices;                 /* a bit each */
	int64_t voted_ms;
};

/* A recording whose files are kept in the vault, too, or shall be: see mcu/vault.h. */
struct db_vault {
	char id[DB_ID + 1];
	/* begun, failed (its files were not there), copied, away; of db_vault_next() what
	 * is to be done */
	char state[8];
	int64_t at_ms; /* begun, failed: not before then; copied, away: since then */
};

struct db_vault_wish {
	int64_t now_ms, copied_before_ms;
	int64_t made; /* 0: whatever was made of them, or not */
};

/* Opens, waits until the migrations are done. `why` gets one line on failure. */
int db_open(struct db **out, const char *url, struct loop *reply, char *why,
	    size_t why_len) AULA_MUST_CHECK;
/* The same for who only looks: a file that is not there is an error, and not made. */
int db_open_there(struct db **out, const char *url, struct loop *reply, char *why,
		  size_t why_len) AULA_MUST_CHECK;
/* Does what is queued, at most 5 s; the last answers are posted, or told, when this
 * returns. From then on everything is refused with -ESHUTDOWN. NULL is accepted. */
void db_stop(struct db *db);
/* Stops it first. Answers that its loop has got and not told yet need none of it. */
void db_close(struct db *db);
/* ANY_THREAD. Did the last call succeed? For /healthz. */
bool db_healthy(const struct db *db);
/* ANY_THREAD. Calls that wait. */
uint32_t db_waiting(const struct db *db);

/* Writes: insert or replace by id. -ENOBUFS when the queue is full. */
int db_room_put(struct db *db, const struct db_room *room);
/* With all that was said and asked in it; its recordings are from now on those of
 * `heir`. */
int db_room_delete(struct db *db, const char *id, const char *heir) AULA_MUST_CHECK;
int db_live_put(struct db *db, const struct db_live *live);
int db_visit_put(struct db *db, const struct db_visit *visit);
int db_seat_put(struct db *db, const struct db_seat *seat);
int db_seat_delete(struct db *db, const char *id);
int db_message_put(struct db *db, const struct db_message *message);
int db_poll_put(struct db *db, const struct db_poll *poll);
int db_vote_put(struct db *db, const struct db_vote *vote);
int db_recording_put(struct db *db, const struct db_recording *recording);
/* At most DB_MADE bytes of `json`, else -EINVAL. Its files count as not sealed then. */
int db_recording_made(struct db *db, const char *id, const char *made,
		      const char *json) AULA_MUST_CHECK;
/* `well`: its files are sealed (base/seal.h); else they could not be. */
int db_recording_sealed(struct db *db, const char *id, bool well) AULA_MUST_CHECK;
/* One of its files may not be, whatever the row said. */
int db_recording_seal_anew(struct db *db, const char *id) AULA_MUST_CHECK;
/* Those that could not be are tried again. */
int db_recordings_seal_again(struct db *db) AULA_MUST_CHECK;
/* By its title it is found, too. -EINVAL: that is too long. */
int db_recording_rename(struct db *db, const char *id, const char *title) AULA_MUST_CHECK;
/* 0: out of the trash. */
int db_recording_trash(struct db *db, const char *id, int64_t deleted_ms) AULA_MUST_CHECK;
int db_recording_keep(struct db *db, const char *id, bool kept) AULA_MUST_CHECK;
/* With its files' rows, its marks and its links. On failure all of it is there. */
int db_recording_delete(struct db *db, const char *id);
/* A cut is over: its state, its bytes and its duration, if it is still there. */
int db_recording_cut_end(struct db *db, const struct db_recording *row) AULA_MUST_CHECK;
int db_recording_file_put(struct db *db, const struct db_recording_file *file);
int db_mark_put(struct db *db, const struct db_mark *mark);
int db_happening_put(struct db *db, const struct db_happening *happening);
int db_share_put(struct db *db, const struct db_share *share) AULA_MUST_CHECK;
int db_share_delete(struct db *db, const char *id) AULA_MUST_CHECK;
int db_share_opened(struct db *db, const char *id); /* once more */
int db_vault_put(struct db *db, const struct db_vault *row) AULA_MUST_CHECK;
int db_vault_delete(struct db *db, const char *id) AULA_MUST_CHECK;
int db_deck_put(struct db *db, const struct db_deck *deck);
int db_deck_delete(struct db *db, const char *id);
int db_layout_put(struct db *db, const struct db_layout *layout);
int db_layout_delete(struct db *db, const char *name);
int db_setting_put(struct db *db, const struct db_setting *setting);
int db_setting_delete(struct db *db, const char *key);

/* May one more act be put? Puts of other kinds do not change that. */
bool db_act_room(const struct db *db);
/* Adds an act; the database itself refuses to change or delete it. */
int db_act_put(struct db *db, const struct db_act *act);
/* Lets go of acts before that time. The database takes nothing of the last day, never
 * an earlier time than before, and adds an act "audit.purge" by itself. */
int db_acts_purge(struct db *db, int64_t before_ms);

int db_cues_put(struct db *db, const struct db_cues *cues);
int db_cues_delete(struct db *db, const char *room);

/* Reads: done(ctx, err, rows, n) on the reply loop, exactly once, oldest first
 * unless it says otherwise. The rows live during the call. */
int db_rooms(struct db *db,
	     void (*done)(void *ctx, int err, const struct db_room *rows, uint32_t n),
	     void *ctx) AULA_MUST_CHECK;
/* Of all rooms. */
int db_decks(struct db *db,
	     void (*done)(void *ctx, int err, const struct db_deck *rows, uint32_t n),
	     void *ctx) AULA_MUST_CHECK;
int db_layouts(struct db *db,
	       void (*done)(void *ctx, int err, const struct db_layout *rows, uint32_t n),
	       void *ctx) AULA_MUST_CHECK;
int db_settings(struct db *db,
		void (*done)(void *ctx, int err, const struct db_setting *rows,
			     uint32_t n),
		void *ctx) AULA_MUST_CHECK;

#define DB_ACTS_MAX 101 /* of one answer */

struct db_acts_wish {
	int64_t before;   /* an id; 0: from the newest on */
	const char *code; /* of a class, or "" */
	const char *who;  /* a seat, a member's id or a name, or "" */
	uint32_t limit;
};
/* The newest first. */
int db_acts(struct db *db, const struct db_acts_wish *wish,
	    void (*done)(void *ctx, int err, const struct db_act *rows, uint32_t n),
	    void *ctx) AULA_MUST_CHECK;
/* Of one class: one row or none. */
int db_cues(struct db *db, const char *room,
	    void (*done)(void *ctx, int err, const struct db_cues *rows, uint32_t n),
	    void *ctx) AULA_MUST_CHECK;
/* Of one room: one row or none. */
int db_live(struct db *db, const char *room,
	    void (*done)(void *ctx, int err, const struct db_live *rows, uint32_t n),
	    void *ctx) AULA_MUST_CHECK;
int db_messages(struct db *db, const char *room, uint32_t last_n,
		void (*done)(void *ctx, int err, const struct db_message *rows,
			     uint32_t n),
		void *ctx) AULA_MUST_CHECK;
#define DB_SEARCH (LIMIT_TITLE * 4)

struct db_recordings_wish {
	const char *room;
	int64_t before_ms;      /* only what began before; 0: all */
	int64_t from_ms, to_ms; /* began then or between; 0: no such end */
	const char *text;  /* in the title or in a mark, at most DB_SEARCH bytes; or "" */
	const char *state; /* or "" */
	bool trash;        /* only what is there; else only what is not */
	int64_t now_ms;    /* of which links are counted */
	uint32_t limit;
};
/* The newest first. A class has one recording at a time, and cuts are put between them,
 * so that no two begin together: the last one's time asks for the next page. -EINVAL. */
int db_recordings(struct db *db, const struct db_recordings_wish *wish,
		  void (*done)(void *ctx, int err, const struct db_recording *rows,
			       uint32_t n),
		  void *ctx) AULA_MUST_CHECK;
/* Of all rooms, by id, those whose time is over: in the trash since `trash_ms` or
 * longer; finished (a cut: asked for) before `age_ms` and not kept. Behind `after`. */
struct db_due {
	const char *after;
	int64_t trash_ms, age_ms; /* 0: none of these */
	uint32_t limit;
};
int db_recordings_due(struct db *db, const struct db_due *due,
		      void (*done)(void *ctx, int err, const struct db_recording *rows,
				   uint32_t n),
		      void *ctx) AULA_MUST_CHECK;
/* Of all rooms, the cut that waits longest: one row or none. */
int db_recording_uncut(struct db *db,
		       void (*done)(void *ctx, int err, const struct db_recording *rows,
				    uint32_t n),
		       void *ctx) AULA_MUST_CHECK;
/* Of this class and each of its groups, or of each that has any: "". */
int db_recordings_usage(struct db *db, const char *room,
			void (*done)(void *ctx, int err, const struct db_usage *rows,
				     uint32_t n),
			void *ctx) AULA_MUST_CHECK;
/* The one with this id: one row or none. */
int db_share(struct db *db, const char *id,
	     void (*done)(void *ctx, int err, const struct db_share *rows, uint32_t n),
	     void *ctx) AULA_MUST_CHECK;
/* Those of a recording that are good at that time, the oldest first, at most
 * LIMIT_SHARES. */
int db_shares(struct db *db, const char *recording, int64_t now_ms,
	      void (*done)(void *ctx, int err, const struct db_share *rows, uint32_t n),
	      void *ctx) AULA_MUST_CHECK;
/* The files of a class's recordings that began from `from_ms` on and before
 * `before_ms`, in no order but all of a recording behind each other. */
int db_recording_files(struct db *db, const char *room, int64_t from_ms,
		       int64_t before_ms,
		       void (*done)(void *ctx, int err,
				    const struct db_recording_file *rows, uint32_t n),
		       void *ctx) AULA_MUST_CHECK;
/* Of one recording of the class, by time; at most LIMIT_MARKS. */
int db_marks(struct db *db, const char *room, const char *recording,
	     void (*done)(void *ctx, int err, const struct db_mark *rows, uint32_t n),
	     void *ctx) AULA_MUST_CHECK;
/* Of one recording of the class, by time; at most LIMIT_HAPPENINGS. */
int db_happenings(struct db *db, const char *room, const char *recording,
		  void (*done)(void *ctx, int err, const struct db_happening *rows,
			       uint32_t n),
		  void *ctx) AULA_MUST_CHECK;
/* Of all rooms, those of state "running" or "waiting" that are no cuts. */
int db_recordings_running(struct db *db,
			  void (*done)(void *ctx, int err,
				       const struct db_recording *rows, uint32_t n),
			  void *ctx) AULA_MUST_CHECK;
/* A place in the order of all recordings; an empty `id`: before the first. */
struct db_recording_place {
	int64_t started_ms;
	char id[DB_ID + 1];
};
/* Of all rooms, the oldest finished one behind that place that nothing was made of yet
 * and that is not in the trash: one row or none. */
int db_recording_unmade(struct db *db, const struct db_recording_place *after,
			void (*done)(void *ctx, int err, const struct db_recording *rows,
				     uint32_t n),
			void *ctx) AULA_MUST_CHECK;
/* The same of those whose files are neither sealed nor could not be, once what shall be
 * was made of them. */
int db_recording_unsealed(struct db *db, const struct db_recording_place *after,
			  void (*done)(void *ctx, int err,
				       const struct db_recording *rows, uint32_t n),
			  void *ctx) AULA_MUST_CHECK;
/* The one with this id: one row or none. */
int db_recording(struct db *db, const char *id,
		 void (*done)(void *ctx, int err, const struct db_recording *rows,
			      uint32_t n),
		 void *ctx) AULA_MUST_CHECK;
/* Of all rooms, what is next to be done: one row or none. First, as "gone", who has no
 * recording any more; then, as "begun", a finished recording that is not copied, the
 * oldest first; then, as "copied", one that has been so since before that time. */
int db_vault_next(struct db *db, const struct db_vault_wish *wish,
		  void (*done)(void *ctx, int err, const struct db_vault *rows,
			       uint32_t n),
		  void *ctx) AULA_MUST_CHECK;
/* Of all rooms. */
int db_seats(struct db *db,
	     void (*done)(void *ctx, int err, const struct db_seat *rows, uint32_t n),
	     void *ctx) AULA_MUST_CHECK;
/* The newest of a room. */
int db_polls(struct db *db, const char *room, uint32_t last_n,
	     void (*done)(void *ctx, int err, const struct db_poll *rows, uint32_t n),
	     void *ctx) AULA_MUST_CHECK;
/* `poll` is told again: there may be no row to say it. */
int db_votes(struct db *db, const char *poll,
	     void (*done)(void *ctx, int err, const char *poll,
			  const struct db_vote *rows, uint32_t n),
	     void *ctx) AULA_MUST_CHECK;
int db_visits(struct db *db, const char *room,
	      void (*done)(void *ctx, int err, const struct db_visit *rows, uint32_t n),
	      void *ctx) AULA_MUST_CHECK;

#endif
