/* member.h - one participant: its session, its peer, its sources. Control thread. */
#ifndef MCU_MEMBER_H
#define MCU_MEMBER_H

#include "base/attr.h"
#include "base/au.h"
#include "base/limits.h"
#include "base/thread.h"
#include "db/db.h"
#include "mcu/asks.h"
#include "mcu/bucket.h"
#include "mcu/ids.h"
#include "mcu/picture.h"
#include "mcu/policy.h"
#include "mcu/quality.h"
#include "mcu/seats.h"
#include "mcu/subscriber.h"
#include "transport/sdp.h"

#include <stdbool.h>
#include <stdint.h>

struct net;
struct room;
struct server;
struct session;
struct ws;

/* A vanished client is shown as away in at most 10 s, when its silence is noticed. Its
 * seat is held this long for it to come back: a phone that changes its network, or a
 * page that is loaded anew, takes up to a minute on a bad link. */
#define MEMBER_AWAY_US (INT64_C(60) * 1000000)

/* The part of struct sdp_local that is the peer's own; the rest is that of all of its
 * net thread, and too much to be kept with each. */
struct call_self {
	char ufrag[33], pwd[33];
	uint64_t session_id;
	uint32_t ssrc_audio, ssrc_video, ssrc_rtx;
};

#define MEMBER_BUCKETS 8 /* one per enum command_rate */

struct member {
	struct server *server;
	struct room *room; /* NULL: an admin's console */
	uint32_t base;     /* its block of ids */
	struct net *net;   /* its net thread, see nets.h; NULL: a console */
	uint32_t net_at;   /* the number of it */
	enum role role;
	struct policy_own own;  /* what was said of it alone */
	uint32_t caps;          /* what it may, as it was told */
	char seat[SEAT_ID + 1]; /* see seats.h */
	char ip[DB_NET + 1];    /* of its last connection */
	int64_t knock_us;       /* it waits in the lobby since; 0: not */
	char name[LIMIT_NAME_BYTES + 1];
	struct subscriber from;     /* of its last connection */
	uint32_t tracks, tracks_of; /* see track_tap.h: parts, of which recording */
	uint32_t told_of;           /* the number of the recording that it knows of */
	bool listed;                /* the others are told of it, see roster.h */
	bool warm;                  /* not in the class yet, see porch.h */
	uint32_t place;             /* among those */
	struct session *session;
	int64_t joined_us, away_since_us; /* 0: here */
	int64_t heard_us;                 /* its media came last; 0: never */
	bool mic, cam, screen;
	uint8_t speaks, listens;       /* languages, see hearing.h; 0: the floor */
	int8_t gains_db[MIX_CHANNELS]; /* of its voice, as the mix was told */
	int64_t key_us;                /* it asked for a key frame last; 0: never */
	bool first_frame;              /* it told that it sees one */
	uint8_t posters;               /* pictures that it was sent until then */
	bool in_picture;               /* it has a cell in the full view of any picture */
	bool seen_here;                /* in the picture that is being arranged */
	enum picture_kind view;        /* which one it chose, see viewer.h */
	uint32_t view_front;           /* and whom it put in front; 0: nobody */
	struct room_picture *picture; /* what it is shown; NULL: it is not in the class */
	bool hand;                    /* it is in the queue of hands.h */
	uint32_t ballot; /* its place among those of the poll, from 1; 0: none yet */
	struct bucket buckets[MEMBER_BUCKETS];
	struct bucket resumes;
	struct bucket refused; /* see audit.h */
	uint64_t resume_seq;   /* while it resumes: the last event it saw */
	/* its call */
	uint32_t peer;         /* 0: none */
	struct call_self self; /* what is ours in its descriptions */
	uint32_t offer_v;      /* of the last description we offered */
	bool answered;         /* that one was answered */
	bool fresh;            /* that one was for a new peer */
	bool client_offers;    /* the client's own offer made this peer */
	bool connected;
	bool screen_line;  /* section "s" exists */
	uint32_t codecs;   /* that the view may be sent in, 1 << enum codec; 0: none */
	bool high;         /* H.264 of high profile, too */
	uint32_t sound_ms; /* packets of sound are no longer than that */
	struct quality quality;
	struct asks asks;                                /* what it is to send */
	uint16_t camera_w, camera_h, screen_w, screen_h; /* decoded pictures, 0: none */
	char visit[DB_ID + 1];                           /* the id of its row */
	int64_t visit_ms;                                /* wall clock; it came */
};

struct member_conf {
	struct server *server;
	struct room *room;
	enum role role;
	const char *name;
	const char *seat; /* SEAT_ID letters; NULL: without a room */
	struct ws *ws;
	bool warm; /* it waits before the class until member_enter() */
};

/* Makes the session and binds the connection, tells the others, stores the
 * visit. The caller replies with the snapshot, then calls call_offer. */
int member_join(struct member **out, const struct member_conf *conf)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

struct member_entry {
	const char *name; /* NULL or empty: the one it came with */
	bool mic, cam;    /* on from the beginning */
};

/* Lets in who waited: from here on as if it had joined now. On failure it goes on
 * waiting. The caller replies with the snapshot, then calls call_enter. */
int member_enter(struct member *member, const struct member_entry *entry)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* It is in another class from here on: its call, its session and its id are the same,
 * its role there is `role`. What it may not there is switched off; a screen that it
 * shared always. Tells the others of both classes. -ENOSPC: that one is full; on an
 * error nothing has changed, but when even its old place is gone: -EIO, it left. See
 * move.h, which tells the member. */
int member_move(struct member *member, struct room *to, enum role role)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* Ends it: peer, sources, session; tells the others `why` ("left", ...). The
 * connection is closed with `bye` when there is one (NULL: silently). */
void member_leave(struct member *member, const char *why, const char *bye)
	RUNS_ON(on_ctl);

/* Its connection was lost, or is back. */
void member_away(struct member *member) RUNS_ON(on_ctl);
void member_back(struct member *member, struct ws *ws) RUNS_ON(on_ctl);

/* What it may now. The one question of every way in. */
uint32_t member_caps(const struct member *member) RUNS_ON(on_ctl);
/* All of these? */
bool member_may(const struct member *member, uint32_t caps) RUNS_ON(on_ctl);

/* Switches: tell the media threads and the others. */
void member_set_mic(struct member *member, bool on) RUNS_ON(on_ctl);
void member_set_camera(struct member *member, bool on) RUNS_ON(on_ctl);
void member_set_screen(struct member *member, bool on) RUNS_ON(on_ctl);

struct member *member_by_session(struct server *server, const char *token)
	RUNS_ON(on_ctl);
struct member *member_by_peer(struct server *server, uint32_t peer) RUNS_ON(on_ctl);
/* "m7" as in the protocol. */
void member_id(const struct member *member, char out[12]);
uint32_t member_base_of(const char *id); /* 0: not one */

#endif
