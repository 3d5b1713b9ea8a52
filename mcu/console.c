#include "mcu/console.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/bridge.h"
#include "mcu/command.h"
#include "mcu/notice_console.h"
#include "mcu/notice_json.h"
#include "mcu/room.h"
#include "mcu/server.h"
#include "mixer/vworker.h"

int console_create(struct server *server)
{
	struct console *console = calloc(1, sizeof(*console));

	if (!console)
		return -ENOMEM;
	console->started_us = clock_us();
	console->file = server->conf;
	console->live = *server->conf;
	if (health_init(&console->health)) {
		free(console);
		return -ENOMEM;
	}
	server->console = console;
	server->conf = &console->live;
	return 0;
}

void console_destroy(struct server *server)
{
	struct console *console = server->console;

	if (!console)
		return;
	for (uint32_t i = 0; i < CONSOLE_POSTERS; i++)
		au_put(console->posters[i].jpeg);
	costs_fini(&console->costs);
	health_fini(&console->health);
	server->conf = console->file;
	server->console = NULL;
	free(console);
}

/* ---- who watches ---------------------------------------------------------------- */

void console_forget(struct member *member)
{
	struct console *console = member->server->console;

	for (uint32_t i = 0; console && i < console->n_watchers; i++)
		if (console->watchers[i] == member) {
			console->watchers[i] = console->watchers[--console->n_watchers];
			return;
		}
}

void console_revoke(const struct member *member)
{
	struct console *console = member->server->console;

	if (console)
		revoked_add(&console->revoked, member->base, clock_wall_ms());
}

int console_watch(struct member *member, bool on)
{
	struct console *console = member->server->console;

	console_forget(member);
	if (!on)
		return 0;
	if (console->n_watchers == CONSOLE_WATCHERS)
		return -ENOSPC;
	console->watchers[console->n_watchers++] = member;
	session_hint(member->session, "admin.rooms",
		     notice_console_rooms(member->server));
	return 0;
}

void console_tell(struct server *server, const char *event, cJSON *d)
{
	struct console *console = server->console;
	struct session_text *text = session_text_create(event, cJSON_PrintUnformatted(d));

	for (uint32_t i = 0; console && i < console->n_watchers; i++)
		session_event_shared(console->watchers[i]->session, text);
	session_text_put(text);
	cJSON_Delete(d);
}

static void tell_rooms(struct server *server) RUNS_ON(on_ctl)
{
	const struct console *console = server->console;
	struct session_text *text;
	cJSON *d;

	if (!console->n_watchers)
		return;
	d = notice_console_rooms(server);
	text = session_text_create("admin.rooms", cJSON_PrintUnformatted(d));
	for (uint32_t i = 0; i < console->n_watchers; i++)
		session_hint_shared(console->watchers[i]->session, text);
	session_text_put(text);
	cJSON_Delete(d);
}

/* ---- pictures ------------------------------------------------------------------- */

/* The place of this class; else the one that was asked for longest ago. */
static struct console_poster *place_of(struct console *console, uint32_t room)
{
	struct console_poster *oldest = &console->posters[0];

	for (uint32_t i = 0; i < CONSOLE_POSTERS; i++) {
		struct console_poster *p = &console->posters[i];

		if (p->room == room)
			return p;
		if (p->asked_us < oldest->asked_us)
			oldest = p;
	}
	au_put(oldest->jpeg);
	*oldest = (struct console_poster){.room = room};
	return oldest;
}

static int wait_for(struct console *console, uint32_t room, const char *session,
		    int64_t id, int64_t now_us)
{
	struct console_ask *ask;

	if (console->n_asks == CONSOLE_ASKS)
		return -ENOSPC;
	ask = &console->asks[console->n_asks++];
	*ask = (struct console_ask){.room = room, .since_us = now_us, .id = id};
	snprintf(ask->session, sizeof(ask->session), "%s", session);
	return 0;
}

int console_poster_ask(struct room *room, const char *session, int64_t id,
		       struct au **jpeg)
{
	struct console *console = room->server->console;
	struct console_poster *p;
	int64_t now_us = clock_us();

	if (!room->media)
		return -ENOENT;
	*jpeg = NULL;
	p = place_of(console, room->base);
	if (p->jpeg && now_us - p->at_us < CONSOLE_POSTER_US) {
		*jpeg = p->jpeg;
		return 0;
	}
	if (!p->asked_us || now_us - p->asked_us >= CONSOLE_POSTER_US) {
		int err = vworker_poster(room->server->vworker, room->base + ID_VIEW);

		if (err)
			return err;
		p->asked_us = now_us;
	}
	return wait_for(console, room->base, session, id, now_us);
}

/* Takes the asks of a class (0: of all) that are older than `before_us`. */
static void answer(struct server *server, uint32_t room, int64_t before_us,
		   const struct au *jpeg) RUNS_ON(on_ctl)
{
	struct console *console = server->console;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < console->n_asks; i++) {
		const struct console_ask *ask = &console->asks[i];

		if ((room && ask->room != room) || ask->since_us > before_us)
			console->asks[kept++] = *ask;
		else
			command_reply(server, ask->session, ask->id,
				      jpeg ? console_poster_json(jpeg) : NULL,
				      jpeg ? NULL : "no_picture");
	}
	console->n_asks = kept;
}

void console_poster_take(struct room *room, struct au *jpeg)
{
	struct console *console = room->server->console;
	struct console_poster *p;
	bool wanted = false;

	for (uint32_t i = 0; i < console->n_asks; i++)
		wanted |= console->asks[i].room == room->base;
	if (!wanted)
		return; /* of who comes into the class */
	p = place_of(console, room->base);
	au_put(p->jpeg);
	p->jpeg = au_get(jpeg);
	p->at_us = clock_us();
	answer(room->server, room->base, INT64_MAX, jpeg);
}

cJSON *console_poster_json(const struct au *jpeg)
{
	char *text = malloc((jpeg->len + 2) / 3 * 4 + 1);
	cJSON *d = cJSON_CreateObject();

	if (text) {
		notice_base64(text, jpeg->data, jpeg->len);
		cJSON_AddStringToObject(d, "jpeg", text);
	}
	free(text);
	return d;
}

void console_tick(struct server *server, int64_t now_us)
{
	health_tick(server, now_us);
	audit_tick(server, now_us);
	answer(server, 0, now_us - CONSOLE_WAIT_US, NULL);
	if (server->seconds % CONSOLE_EVERY)
		return;
	bridge_ask_costs(server);
	tell_rooms(server);
}
