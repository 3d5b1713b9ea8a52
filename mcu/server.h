/* server.h - the whole server: its threads, its rooms, and who calls whom.
 * Everything here is owned by the control thread.
 */
#ifndef MCU_SERVER_H
#define MCU_SERVER_H

#include "base/attr.h"
#include "base/conf.h"
#include "base/idmap.h"
#include "base/limits.h"
#include "base/loop.h"
#include "base/thread.h"
#include "mcu/disk_watch.h"
#include "mcu/ladder.h"
#include "signaling/auth_key.h"

#include <stdbool.h>
#include <stdint.h>

struct early_files;
struct live_ends;
struct room;
struct member;
struct nets;
struct vworker;
struct aworker;
struct console;
struct recorder;
struct db;
struct gallery;
struct http_server;
struct plugin_set;
struct guess;
struct joins;
struct overload;
struct previews;
struct projector;
struct caption_job;
struct page_files;
struct hls_files;
struct live_ends;
struct watchers;
struct shelf;
struct cutter;
struct shares;
struct keeper;
struct take;
struct vault;
struct workshop;

struct server {
	const struct conf *conf;
	struct ladder ladder; /* of conf */
	struct loop *loop;
	struct auth_key key; /* links are made of it */
	struct nets *nets;
	struct vworker *vworker;
	struct aworker *aworker;
	struct recorder *recorder;
	struct db *db;
	struct http_server *http;
	struct plugin_set *plugins;
	struct joins *joins;       /* how fast members come from one address */
	struct guess *guess;       /* who tries codes and tokens */
	struct loop_timer *second; /* deadlines */
	struct room *rooms[LIMIT_ROOMS];
	uint32_t n_rooms;
	struct idmap room_of;        /* base of a room -> struct room */
	struct idmap member_of;      /* base of a member -> struct member */
	struct idmap peer_of;        /* peer -> struct member */
	struct idmap session_of;     /* see member.c */
	struct member *consoles[64]; /* admins without a room */
	uint32_t n_consoles;
	struct member *waiting[LIMIT_WAITING]; /* before a class, see porch.h */
	uint32_t n_waiting;
	struct take *takes;   /* recordings that run or are being finished */
	uint32_t n_takes;     /* started so far: numbers them */
	int64_t takes_ask_us; /* when the unfinished ones are asked for again; 0: not */
	struct disk_watch disk_watch;
	struct keeper *keeper;     /* how long recordings are kept */
	struct shares *shares;     /* links to them, see share.h */
	struct cutter *cutter;     /* of parts of them; NULL: nothing is cut */
	struct joining *joinings;  /* that may become one, see workshop_join.h */
	struct workshop *workshop; /* what is made of finished ones; NULL: nothing */
	struct vault *vault;       /* where they are kept elsewhere; NULL: nowhere */
	/* By which their files are sealed, see seals.h; constant. NULL: they are not */
	struct seal_keys *seal_keys;
	uint32_t next_id;
	uint32_t n_pins; /* pictures with somebody in front, see picture.h */
	int64_t away_us; /* how long a seat is held: MEMBER_AWAY_US but in tests */
	int64_t tick_us; /* of the last second's tick, for /healthz */
	bool loaded;     /* classes and their seats are there, see server_load.h */
	bool draining;
	bool no_newcomers;       /* by an administrator's word */
	struct console *console; /* what administrators are shown, see console.h */
	int64_t closing_us;      /* when the close frames were sent; 0: not yet */
	/* what overload has taken away */
	struct overload *overload;
	enum level top;
	bool no_av1;
	uint32_t seconds;         /* of the timer */
	struct loop_timer *tools; /* see tools.h */
	bool tools_even;
	struct loop_timer *director; /* see director.h */
	struct previews *previews;   /* see preview.h */
	struct loop_timer *stop_timer;
	struct shelf *shelf;           /* of decks, see deck.h */
	struct page_files *page_files; /* what is fetched of them */
	struct caption_job *captions;  /* one after the other, see captions.h */
	uint32_t n_captions;
	uint32_t n_uploads;          /* of them, that run */
	struct hls_files *hls_files; /* of recordings that run, see hls_files.h */
	struct watchers *watchers;   /* who watches them without a seat */
	struct early_files *early_files;
	struct live_ends *live_ends; /* which of them ended just now */
	struct gallery *gallery;     /* of layouts, see gallery.h */
	struct projector *projector; /* of clips, see clip.h */
	uint32_t n_clips;            /* that are played */
	uint32_t clip_runs;          /* so far */
};

/* Starts everything; on failure one line for the operator is in `why` and the
 * result is the exit code of sysexits.h as a negative number. */
int server_create(struct server **out, const struct conf *conf, char *why, size_t why_len)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* Runs until a SIGTERM or SIGINT was obeyed. */
void server_run(struct server *server) RUNS_ON(on_ctl);

/* Stops the threads in reverse order; recordings are finished. */
void server_destroy(struct server *server) RUNS_ON(on_ctl);

/* A fresh block of ids. */
uint32_t server_block(struct server *server) RUNS_ON(on_ctl);

/* "https://host:port", without a slash at its end. */
void server_url(const struct server *server, char *out, size_t size);

#endif
