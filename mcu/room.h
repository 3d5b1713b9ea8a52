/* room.h - a class: its members, what it shows, what it records. Its media
 * (view, mix, outlets) exist while somebody is in it. Control thread.
 */
#ifndef MCU_ROOM_H
#define MCU_ROOM_H

#include "base/attr.h"
#include "base/limits.h"
#include "base/thread.h"
#include "db/db.h"
#include "mcu/countdown.h"
#include "mcu/deck.h"
#include "mcu/hands.h"
#include "mcu/hearing.h"
#include "mcu/ids.h"
#include "mcu/joins.h"
#include "mcu/ladder.h"
#include "mcu/live.h"
#include "mcu/looks.h"
#include "mcu/picture.h"
#include "mcu/policy.h"
#include "mcu/poll.h"
#include "mcu/reactions.h"
#include "mcu/seats.h"
#include "mcu/server.h"
#include "mixer/aworker.h"
#include "mixer/scene.h"
#include "signaling/session.h"

#include <stdbool.h>
#include <stdint.h>

#define ROOM_CHAT 50 /* messages that a newcomer sees; the oldest goes */

/* What the members were told last of their number. */
struct room_roster {
	int64_t at_us;
	uint32_t n, listed;
};

/* Who knocked, see lobby.h. */
struct room_lobby {
	uint32_t n;
	bool dirty; /* not all of it was told */
	int64_t told_us;
};

struct room {
	struct server *server;
	uint32_t base; /* its block of ids */
	int64_t made_us;
	struct db_room row;
	uint32_t n_members;
	struct member *members[LIMIT_ROOM_MEMBERS]; /* in order of joining */
	uint32_t n_listed;                          /* of them, see roster.h */
	struct room_roster roster;
	struct join_line joins, resumes; /* see joins.h */
	uint32_t n_baseline;             /* who take H.264, but not high profile */
	int64_t baseline_us;             /* since when there are none; 0: never */
	bool media;                      /* view, mix and outlets are open */
	uint32_t nets; /* threads that have its outlets, a bit each; see nets.h */
	uint32_t home, n_placed;
	bool dirty;           /* to be arranged again soon */
	struct policy policy; /* what members may, see policy.h */
	struct seats seats;   /* whom it remembers */
	struct room_lobby lobby;
	/* what is seen */
	uint32_t generation; /* of the newest scene of any view */
	uint32_t n_pictures, next_picture;
	struct room_picture
		*pictures[PICTURES_MAX]; /* the class's first; see picture.h */
	struct looks looks;              /* the layouts of the others */
	enum level top;       /* nobody in this class gets more, by a lecturer's word */
	struct ladder ladder; /* its own: the server's under what row.settings says */
	/* what is heard */
	struct hearing hearing;
	bool sound_due;    /* see sound_tick() */
	uint32_t channels; /* whose outlets are open, a bit each; see sound.h */
	uint32_t n_listeners[MIX_CHANNELS][MIX_CLASSES];
	uint8_t mix_loss[MIX_CHANNELS][MIX_CLASSES]; /* %, as the encoders were told */
	uint32_t screen_owner;                       /* base of a member, or 0 */
	uint32_t pinned;                             /* base of a member, or 0 */
	uint32_t interpreter, guest; /* the same: whom layouts have places for */
	uint32_t n_speakers;
	uint32_t speakers[SPEAKERS_MAX]; /* bases of members, loudest first */
	struct session_alike alike;      /* what was told to one after the other lately */
	struct director *director;       /* see director.h; NULL: nothing to direct */
	/* what is recorded */
	bool recording;
	bool recording_paused;
	bool recording_waits; /* paused, since everybody is in groups */
	/* the block of its own picture, see picture_recorded(); 0: the class's is
	 * recorded */
	uint32_t recorded_base;
	uint32_t editions; /* a bit of each that runs, see editions.h */
	/* of each edition when it began: whatever becomes of the ladder meanwhile */
	enum level recorded_levels[EDITIONS];
	int edition_errs[EDITIONS]; /* of those that ended early */
	struct db_recording recording_row;
	/* how far it was at that time, by the wall and by clock_us(); it stays there
	 * while `recorded_counts` is false: before the first frame, in a pause, and
	 * before the first after it */
	int64_t recorded_ms, recorded_at_ms, recorded_at_us;
	bool recorded_counts;
	uint32_t n_marks;
	struct happenings *happenings;       /* see happenings.h; NULL: none yet */
	int64_t stored_bytes, growing_bytes; /* of its recordings, see keeper.h */
	int64_t grown_bytes; /* of a class: recorded of it and its groups, ever */
	struct disk_watch quota_watch; /* of a class: see quota_watch.h */
	uint32_t n_watchers;           /* without a seat, see watchers.h; each second */
	uint32_t take;   /* its number, of those that this process started */
	uint32_t n_told; /* members who were told of it */
	/* what was said */
	uint32_t n_chat;
	struct db_message *chat;     /* the last ROOM_CHAT, oldest first */
	uint32_t chat_by[ROOM_CHAT]; /* base of who said it; 0: before this process */
	/* what it is asked, and what it asks for */
	struct hands hands;
	struct reactions reactions;
	struct countdown countdown;
	struct poll *poll; /* the last one; NULL: none */
	struct poll *poll_read; /* of the database: nobody sees it without its votes */
	struct room_decks decks;
	/* see breakout.h and live.h */
	struct room *parent;       /* whose group it is; NULL: a class of its own */
	struct breakout *breakout; /* its groups; NULL: none now */
	struct live live;
};

/* Puts a room into the server's list; takes nothing. */
int room_create(struct room **out, struct server *server, const struct db_room *row)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
void room_destroy(struct room *room) RUNS_ON(on_ctl); /* sends nothing */

/* A new class with a fresh code, stored. -ENOSPC at LIMIT_ROOMS. */
int room_new(struct room **out, struct server *server, const char *title)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* One that no class has. */
void room_code_fresh(const struct server *server, char out[8]) RUNS_ON(on_ctl);

/* By code, in any case, dashes and spaces ignored. NULL: none. */
struct room *room_by_code(struct server *server, const char *code) RUNS_ON(on_ctl);
struct room *room_by_id(struct server *server, const char *id) RUNS_ON(on_ctl);
/* By any id of its block. */
struct room *room_by_number(struct server *server, uint32_t id) RUNS_ON(on_ctl);

/* What the token of a role in a class is derived from. */
#define ROOM_PURPOSE_MAX 32
void room_purpose(const char *code, char out[ROOM_PURPOSE_MAX]); /* a lecturer's */
void room_role_purpose(const char *code, enum role role, char out[ROOM_PURPOSE_MAX]);
/* A code as people write it (any case, dashes, spaces) as it is stored. False
 * when it cannot be one. */
bool room_code_read(const char *text, char out[8]);

/* The token that makes a lecturer of whoever joins with it. */
void room_lecturer_token(const struct room *room, char out[AUTH_TOKEN + 1]);
/* "https://.../j/CODE", with the lecturer's token when asked. */
void room_url(const struct room *room, bool lecturer, char *out, size_t size);
/* The same for any role; a student's has no token. */
void room_role_url(const struct room *room, enum role role, char *out, size_t size);

bool room_full(const struct room *room);
int room_add(struct room *room, struct member *member) RUNS_ON(on_ctl) AULA_MUST_CHECK;
void room_remove(struct room *room, struct member *member) RUNS_ON(on_ctl);
struct member *room_member(const struct room *room, uint32_t base);

/* Stored, and in force at once: another upper level, other settings (which
 * settings_read() made this ladder of). Nothing is changed on an error. */
int room_limit(struct room *room, enum level most) RUNS_ON(on_ctl) AULA_MUST_CHECK;
int room_settle(struct room *room, const char *settings, const struct ladder *ladder)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* What was said before, oldest first; it comes before what has been said since. */
void room_chat_read(struct room *room, const struct db_message *rows, uint32_t n)
	RUNS_ON(on_ctl);
/* Keeps the last ROOM_CHAT; stores it, tells it. `by` NULL: a notice of the server, which
 * has no name. */
int room_chat(struct room *room, const struct member *by,
	      const struct db_message *message) RUNS_ON(on_ctl);

#endif
