/* console.h - what administrators are shown while they watch: the classes of the whole
 * server each two seconds, a picture of each. Control thread.
 */
#ifndef MCU_CONSOLE_H
#define MCU_CONSOLE_H

#include "base/attr.h"
#include "base/au.h"
#include "base/conf.h"
#include "base/thread.h"
#include "mcu/audit.h"
#include "mcu/costs.h"
#include "mcu/health.h"
#include "mcu/revoked.h"
#include "signaling/session.h"

#include <stdbool.h>
#include <stdint.h>

struct member;
struct room;
struct server;

#define CONSOLE_WATCHERS  64  /* policy when full: no_resources */
#define CONSOLE_ROOMS     200 /* in one hint */
#define CONSOLE_EVERY     2   /* seconds between two hints */
#define CONSOLE_POSTERS   64  /* pictures kept; the oldest goes */
#define CONSOLE_ASKS      256 /* who waits for one; policy when full: server_busy */
#define CONSOLE_POSTER_US INT64_C(2000000) /* between two pictures of a class */
#define CONSOLE_WAIT_US   INT64_C(3000000) /* for one; then no_picture */

/* The last picture of one class. */
struct console_poster {
	uint32_t room; /* its base; 0: free */
	int64_t asked_us, at_us;
	struct au *jpeg; /* NULL: none came yet */
};

/* Who waits for one. */
struct console_ask {
	uint32_t room;
	int64_t since_us, id;
	char session[SESSION_TOKEN + 1];
};

struct console {
	struct audit audit;
	struct revoked revoked;
	struct costs costs;
	struct health health;
	int64_t started_us;
	/* the configuration in force: the file's, and over it what is stored */
	struct conf live;
	const struct conf *file;
	uint32_t stored; /* keys of tuning.c with a stored value, a bit each */
	uint32_t n_watchers;
	struct member *watchers[CONSOLE_WATCHERS];
	struct console_poster posters[CONSOLE_POSTERS];
	uint32_t n_asks;
	struct console_ask asks[CONSOLE_ASKS];
};

/* server->console, and server->conf becomes the live one. */
int console_create(struct server *server) RUNS_ON(on_ctl) AULA_MUST_CHECK;
void console_destroy(struct server *server) RUNS_ON(on_ctl); /* none is accepted */

/* -ENOSPC */
int console_watch(struct member *member, bool on) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* It goes. */
void console_forget(struct member *member) RUNS_ON(on_ctl);
/* It was removed: the links that it has are good no more. */
void console_revoke(const struct member *member) RUNS_ON(on_ctl);
/* An event of the server to all who watch. Takes `d`. */
void console_tell(struct server *server, const char *event, cJSON *d) RUNS_ON(on_ctl);

/* The class's last picture when that is fresh. NULL: it was asked for, and
 * whoever waits gets it by command_reply(). -ENOENT: there is none to be had. */
int console_poster_ask(struct room *room, const char *session, int64_t id,
		       struct au **jpeg) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* One is there. */
void console_poster_take(struct room *room, struct au *jpeg) RUNS_ON(on_ctl);
/* {"jpeg"} */
cJSON *console_poster_json(const struct au *jpeg);

/* Each second. */
void console_tick(struct server *server, int64_t now_us) RUNS_ON(on_ctl);

#endif
