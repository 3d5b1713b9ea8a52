#include "mcu/server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"
#include "mcu/breakout.h"
#include "mcu/bridge.h"
#include "mcu/captions.h"
#include "mcu/check.h"
#include "mcu/clip.h"
#include "mcu/command.h"
#include "mcu/console.h"
#include "mcu/director.h"
#include "mcu/editions.h"
#include "mcu/gallery.h"
#include "mcu/guess.h"
#include "mcu/happenings.h"
#include "mcu/ids.h"
#include "mcu/joins.h"
#include "mcu/keeper.h"
#include "mcu/layouts.h"
#include "mcu/lobby.h"
#include "mcu/member.h"
#include "mcu/nets.h"
#include "mcu/notice.h"
#include "mcu/overload.h"
#include "mcu/page_files.h"
#include "mcu/porch.h"
#include "mcu/preview.h"
#include "mcu/programme.h"
#include "mcu/recording.h"
#include "mcu/rest.h"
#include "mcu/rest_live.h"
#include "mcu/room.h"
#include "mcu/roster.h"
#include "mcu/seals.h"
#include "mcu/server_load.h"
#include "mcu/share.h"
#include "mcu/takes.h"
#include "mcu/tools.h"
#include "mcu/tuning.h"
#include "mcu/vault.h"
#include "mcu/workshop.h"
#include "mcu/workshop_cut.h"
#include "mixer/avlog.h"
#include "plugins/set.h"
#include "signaling/http.h"
#include "signaling/session.h"

#define CONTROL_LETTERS 4096

/* Between the goodbye and the close frames: replies and last events go out. */
#define GOODBYE_US (INT64_C(300) * MS_US)
/* Then clients have some time to answer those, looked at each CLOSING_LOOK_US. */
#define CLOSING_US      INT64_C(1000000)
#define CLOSING_LOOK_US (20 * MS_US)
#define WS_RESTART      1012 /* RFC 6455, 11.7, as registered with IANA */
#define STOP_SEC        9

#define STATS_SEC 3 /* between two looks at all links */

uint32_t server_block(struct server *server)
{
	server->next_id += ID_BLOCK;
	return server->next_id;
}

void server_url(const struct server *server, char *out, size_t size)
{
	const struct conf *conf = server->conf;
	char host[256] = "localhost";
	unsigned port = server->http ? http_port(server->http) : conf->http_port;

	if (conf->public_url[0]) {
		snprintf(out, size, "%s", conf->public_url);
		return;
	}
	if (conf->n_advertise)
		snprintf(host, sizeof(host),
			 strchr(conf->advertise[0], ':') ? "[%s]" : "%s",
			 conf->advertise[0]);
	snprintf(out, size, "%s://%s:%u", conf->plain_http ? "http" : "https", host,
		 port);
}

/* ---- connections ------------------------------------------------------------- */

static void on_request(void *ctx, struct http_request *req)
{
	thread_claim(&on_ctl);
	rest_request(ctx, req);
}

static void on_ws_open(void *ctx, struct ws *ws)
{
	(void)ctx;
	ws_set_data(ws, NULL);
}

static void on_ws_text(void *ctx, struct ws *ws, const char *text, size_t len)
{
	thread_claim(&on_ctl);
	command_run(ctx, ws, text, len);
}

static void on_ws_closed(void *ctx, struct ws *ws)
{
	const struct server *server = ctx;
	struct member *member = ws_data(ws);

	thread_claim(&on_ctl);
	if (!member)
		return;
	if (server->draining) /* all go: nobody is told of each */
		session_attach(member->session, NULL);
	else
		member_away(member);
}

/* ---- time and signals --------------------------------------------------------- */

static void room_sweep(struct room *room, int64_t now) RUNS_ON(on_ctl)
{
	for (uint32_t i = room->n_members; i-- > 0;) {
		struct member *member = room->members[i];

		if (member->away_since_us &&
		    now - member->away_since_us > room->server->away_us)
			member_leave(member, "vanished", NULL);
		else if (member->away_since_us)
			room->dirty = true; /* whether it is still seen: cast.c */
	}
}

static void room_second(struct room *room, int64_t now) RUNS_ON(on_ctl)
{
	if (!room->n_members)
		return;
	room_sweep(room, now);
	quality_tick(room, now);
	programme_tick(room);
	stills_tick(room, now);
	roster_tick(room, now);
	lobby_tick(room, now);
	recording_second(room);
	happenings_look(room);
	decks_second(room, now);
	if (room->server->seconds % STATS_SEC == STATS_SEC - 1)
		notice_links(room);
}

static void on_second(void *ctx)
{
	struct server *server = ctx;

	thread_claim(&on_ctl);
	server->tick_us = clock_us();
	for (uint32_t i = 0; i < server->n_rooms; i++)
		room_second(server->rooms[i], server->tick_us);
	porch_tick(server, server->tick_us);
	page_files_tick(server->page_files, server->tick_us);
	rest_live_tick(server, server->tick_us);
	gallery_second(server->gallery);
	console_tick(server, server->tick_us);
	disk_watch_tick(server, server->tick_us);
	workshop_tick(server->workshop, server->tick_us);
	vault_tick(server->vault, server->tick_us);
	cutter_tick(server->cutter);
	keeper_tick(server->keeper, server->tick_us);
	takes_second(server);
	captions_second(server);
	if (server->conf->shed)
		overload_tick(server->overload, server->tick_us);
	if (++server->seconds % STATS_SEC == 0)
		bridge_ask_stats(server);
}

static void on_tools(void *ctx)
{
	struct server *server = ctx;
	int64_t now = clock_us();

	thread_claim(&on_ctl);
	server->tools_even = !server->tools_even;
	for (uint32_t i = server->n_rooms; i-- > 0;) {
		if (i >= server->n_rooms) /* groups that ended were among those behind */
			continue;
		if (server->rooms[i]->n_members)
			tools_tick(server->rooms[i], now, server->tools_even);
		if (server->tools_even)
			live_tick(server->rooms[i], now);
		if (!server->draining)
			breakout_tick(server->rooms[i], now);
	}
}

static void on_goodbye_over(void *ctx)
{
	struct server *server = ctx;
	int64_t now = clock_us();

	thread_claim(&on_ctl);
	if (!server->closing_us) {
		server->closing_us = now;
		http_ws_close(server->http, WS_RESTART);
	}
	if (http_ws_open(server->http) && now - server->closing_us < CLOSING_US)
		loop_timer_once(server->stop_timer, CLOSING_LOOK_US);
	else
		loop_stop(server->loop);
}

static void on_stop(void *ctx, int signo)
{
	struct server *server = ctx;

	thread_claim(&on_ctl);
	if (server->draining) {
		loop_stop(server->loop);
		return;
	}
	log_info("stopping", "signal=%d rooms=%u", signo, server->n_rooms);
	/* whatever hangs from here on, the process ends in time; what a recording
	 * still needs is then done at the next start, from its part file */
	alarm(STOP_SEC);
	server->draining = true;
	http_drain(server->http);
	for (uint32_t r = 0; r < server->n_rooms; r++) {
		struct room *room = server->rooms[r];

		live_save(room);
		recording_stop(room, "restart");
		for (uint32_t i = 0; i < room->n_members; i++)
			/* spread, so that they do not all come back at once */
			notice_bye(room->members[i], "restart", 1000 + 40 * (i % 100));
	}
	porch_bye(server);
	workshop_stop(server->workshop);
	vault_stop(server->vault);
	cutter_stop(server->cutter);
	loop_timer_once(server->stop_timer, GOODBYE_US);
}

static void on_reload(void *ctx, int signo)
{
	struct server *server = ctx;
	char why[200];

	(void)signo;
	thread_claim(&on_ctl);
	if (http_reload_tls(server->http, why, sizeof(why)))
		log_error("reload_failed", "why=\"%s\"", why);
	else
		log_info("reloaded", "what=certificate");
	gallery_reload(server->gallery);
}

/* ---- starting ----------------------------------------------------------------- */

static int dirs_make(const struct conf *conf, char *why, size_t why_len)
{
	const char *const dirs[] = {conf->data_dir, conf->recordings_dir};

	for (int i = 0; i < 2; i++)
		if (mkdir(dirs[i], 0700) < 0 && errno != EEXIST) {
			snprintf(why, why_len, "%s: %s", dirs[i], strerror(errno));
			return -EX_CANTCREAT;
		}
	return 0;
}

/* Who comes how fast, and who tries codes. */
static int doors_make(struct server *server)
{
	const uint32_t n = server->conf->max_joins_per_address;
	const struct bucket_rate rate = {n,
					 n * (LIMIT_JOINS_IP_BURST / LIMIT_JOINS_IP_SEC)};
	int err = guess_create(&server->guess);

	return err ? err : joins_create(&server->joins, &rate);
}

static int store_open(struct server *server, char *why, size_t why_len) RUNS_ON(on_ctl)
{
	const struct conf *conf = server->conf;
	char path[CONF_PATH + 32];
	int err;

	snprintf(path, sizeof(path), "%s/secret.key", conf->data_dir);
	err = auth_key_load(&server->key, path);
	if (err) {
		snprintf(why, why_len, "%s: %s", path,
			 err == -EPERM ? "others may read it: chmod 600"
				       : strerror(-err));
		return -EX_NOPERM;
	}
	if (db_open(&server->db, conf->database, server->loop, why, why_len))
		return -EX_UNAVAILABLE;
	return 0;
}

static int media_start(struct server *server, char *why, size_t why_len) RUNS_ON(on_ctl)
{
	const struct conf *conf = server->conf;
	struct recorder_conf rec = {
		.dir = conf->recordings_dir,
		.reserve_bytes = (uint64_t)conf->recording_reserve_mb << 20,
		.part_us = conf->record_part_min * 60 * SEC_US,
	};
	const struct recorder_events rec_events = bridge_recorder(server);
	struct vworker_rings video;
	struct aworker_rings audio;
	const struct vworker_events video_events = bridge_vworker(server);
	const struct aworker_events audio_events = bridge_aworker(server);
	int err;

	err = decks_start(server);
	if (err) {
		snprintf(why, why_len, "%s/decks: %s", conf->data_dir, strerror(-err));
		return -EX_CANTCREAT;
	}
	editions_make(rec.editions, server->plugins, conf);
	err = recorder_create(&server->recorder, &rec, &rec_events);
	if (err) {
		snprintf(why, why_len, "%s: %s", conf->recordings_dir, strerror(-err));
		return -EX_CANTCREAT;
	}
	err = seals_create(&server->seal_keys, conf);
	if (!err)
		err = workshop_create(&server->workshop, server);
	if (!err)
		err = vault_create(&server->vault, server);
	if (!err)
		err = cutter_create(&server->cutter, server);
	if (!err)
		err = keeper_create(&server->keeper, server);
	if (!err)
		err = shares_create(&server->shares, server);
	if (err) {
		snprintf(why, why_len, "%s", strerror(-err));
		return -EX_OSERR;
	}
	err = rest_live_create(server);
	if (err) {
		snprintf(why, why_len, "%s", strerror(-err));
		return -EX_OSERR;
	}
	nets_rings(server->nets, &video, &audio);
	err = vworker_create(&server->vworker, &video, &video_events);
	if (!err)
		err = aworker_create(&server->aworker, &audio, &audio_events);
	if (!err)
		err = clips_start(server);
	if (!err)
		err = gallery_create(&server->gallery, server);
	if (err) {
		snprintf(why, why_len, "media threads: %s", strerror(-err));
		return -EX_OSERR;
	}
	return nets_start(server->nets, why, why_len);
}

static int http_start(struct server *server, char *why, size_t why_len) RUNS_ON(on_ctl)
{
	const struct conf *conf = server->conf;
	const struct http_events events = {.ctx = server,
					   .request = on_request,
					   .upload = deck_upload,
					   .ws_open = on_ws_open,
					   .ws_text = on_ws_text,
					   .ws_closed = on_ws_closed};
	struct http_conf http = {.port = conf->http_port, .plain = conf->plain_http};
	struct check_cert cert;

	http.n_listen = conf->n_listen;
	memcpy(http.listen, conf->listen, sizeof(http.listen));
	http.n_origins = conf->n_origins;
	memcpy(http.origins, conf->origins, sizeof(http.origins));
	http.strangers_ip = conf->max_strangers_per_address;
	http.webroot = conf->webroot[0] ? conf->webroot : NULL;
	if (vault_origin(server->vault))
		snprintf(http.media_origin, sizeof(http.media_origin), " %s",
			 vault_origin(server->vault));
	http.seal_keys = server->seal_keys;
	check_cert(&cert, conf);
	http.cert_path = cert.cert;
	http.key_path = cert.key;
	http.cert_make = cert.own;
	return http_create(&server->http, server->loop, &http, &events, why, why_len)
		       ? -EX_UNAVAILABLE
		       : 0;
}

static int timers_start(struct server *server) RUNS_ON(on_ctl)
{
	int err = loop_timer_create(&server->second, server->loop, on_second, server);

	if (!err)
		err = loop_timer_create(&server->stop_timer, server->loop,
					on_goodbye_over, server);
	if (!err)
		err = loop_timer_create(&server->tools, server->loop, on_tools, server);
	if (!err)
		err = director_start(server);
	if (!err)
		err = previews_create(&server->previews, server);
	if (!err)
		err = loop_signal(server->loop, SIGTERM, on_stop, server);
	if (!err)
		err = loop_signal(server->loop, SIGINT, on_stop, server);
	if (!err)
		err = loop_signal(server->loop, SIGHUP, on_reload, server);
	if (err)
		return -EX_OSERR;
	server->tick_us = clock_us();
	loop_timer_every(server->second, SEC_US);
	loop_timer_every(server->tools, TOOLS_TICK_US);
	return 0;
}

/* What needs no other part of the server. */
static int base_make(struct server *server, char *why, size_t why_len) RUNS_ON(on_ctl)
{
	struct checked checked;
	int err = check_conf(&checked, server->conf, why, why_len);

	if (err)
		return err;
	server->ladder = checked.ladder;
	server->plugins = checked.plugins;
	if (console_create(server))
		return -EX_OSERR;
	server->top = LEVEL_HIGH;
	server->away_us = MEMBER_AWAY_US;
	err = dirs_make(server->conf, why, why_len);
	if (!err && (loop_create(&server->loop, CONTROL_LETTERS) || doors_make(server) ||
		     overload_create(&server->overload, server)))
		err = -EX_OSERR;
	if (!err &&
	    nets_create(&server->nets, server, nets_number(server->conf->net_threads)))
		err = -EX_OSERR;
	return err;
}

int server_create(struct server **out, const struct conf *conf, char *why, size_t why_len)
{
	struct server *server = calloc(1, sizeof(*server));
	int err;

	snprintf(why, why_len, "not enough memory");
	if (!server)
		return -EX_OSERR;
	server->conf = conf;
	avlog_take();
	err = base_make(server, why, why_len);
	if (!err)
		err = store_open(server, why, why_len);
	if (!err)
		err = media_start(server, why, why_len);
	if (!err)
		err = http_start(server, why, why_len);
	if (!err)
		err = timers_start(server);
	if (!err && server_load(server))
		err = -EX_UNAVAILABLE;
	if (err) {
		server_destroy(server);
		return err;
	}
	if (nets_only_private(server->nets))
		log_warn("only_private_addresses",
			 "hint=\"members outside of this network cannot connect: set "
			 "'advertise' to the public address\"");
	log_info("started", "http_port=%u media_udp=%u media_tcp=%u net_threads=%u",
		 http_port(server->http), conf->media_udp_port, conf->media_tcp_port,
		 nets_count(server->nets));
	*out = server;
	return 0;
}

void server_run(struct server *server)
{
	loop_run(server->loop);
}

/* Letters that the stopped threads still sent are done, then nothing is left. */
static void letters_drain(struct server *server)
{
	if (!server->loop)
		return;
	loop_stop(server->loop);
	loop_run(server->loop);
}

/* What they look at goes now, while answers that still come are waited for. */
static void timers_stop(struct server *server) RUNS_ON(on_ctl)
{
	struct loop_timer *const timers[] = {server->second, server->tools,
					     server->stop_timer};

	for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		if (timers[i])
			loop_timer_stop(timers[i]);
}

void server_destroy(struct server *server)
{
	if (!server)
		return;
	server->draining = true;
	while (server->n_waiting)
		member_leave(server->waiting[0], NULL, NULL);
	while (server->n_rooms)
		room_destroy(server->rooms[0]);
	while (server->n_consoles)
		member_leave(server->consoles[0], NULL, NULL);
	timers_stop(server);
	http_destroy(server->http);
	rest_live_destroy(server);
	decks_stop(server);
	clips_stop(server);
	/* Callbacks go from video to net and recorder, from sound to recorder, and
	 * from all to this thread: so each ends before whom it calls. */
	vworker_destroy(server->vworker);
	aworker_destroy(server->aworker);
	nets_stop(server->nets);
	recorder_destroy(server->recorder);
	workshop_destroy(server->workshop); /* the recorder's threads let go of it */
	server->workshop = NULL;
	vault_destroy(server->vault);
	server->vault = NULL;
	cutter_destroy(server->cutter);
	server->cutter = NULL;
	keeper_destroy(server->keeper);
	server->keeper = NULL;
	shares_destroy(server->shares);
	server->shares = NULL;
	letters_drain(server);
	/* its last answers find all that they are about, and what they would ask or write
	 * next is refused */
	db_stop(server->db);
	letters_drain(server);
	gallery_destroy(server->gallery);
	takes_forget(server);
	captions_forget(server);
	seals_destroy(server->seal_keys);
	plugin_set_destroy(server->plugins);
	nets_destroy(server->nets);
	loop_timer_destroy(server->second);
	loop_timer_destroy(server->tools);
	director_stop(server);
	previews_destroy(server->previews);
	loop_timer_destroy(server->stop_timer);
	loop_destroy(server->loop);
	db_close(server->db);
	idmap_fini(&server->room_of);
	idmap_fini(&server->member_of);
	idmap_fini(&server->peer_of);
	idmap_fini(&server->session_of);
	guess_destroy(server->guess);
	joins_destroy(server->joins);
	overload_destroy(server->overload);
	console_destroy(server);
	free(server);
}
