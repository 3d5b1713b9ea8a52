#include "mcu/bridge.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "mcu/call.h"
#include "mcu/console.h"
#include "mcu/director.h"
#include "mcu/member.h"
#include "mcu/nets.h"
#include "mcu/notice.h"
#include "mcu/preview.h"
#include "mcu/programme.h"
#include "mcu/recording.h"
#include "mcu/room.h"
#include "mcu/takes.h"
#include "mcu/workshop.h"

/* What a media thread tells the control thread: copied, handed over, freed. */
struct letter {
	struct server *server;
	void (*fn)(struct server *server, struct letter *letter);
	uint32_t id, number;
	int64_t value;
	struct au *au;
	void *more; /* of malloc */
	uint32_t n;
	bool must; /* what nothing later would say again */
	bool last; /* of several that belong together */
};

static void letter_open(void *arg)
{
	struct letter *letter = arg;

	letter->fn(letter->server, letter);
	au_put(letter->au);
	free(letter->more);
	free(letter);
}

static void post(struct server *server, const struct letter *from)
{
	struct letter *letter = malloc(sizeof(*letter));

	if (letter) {
		*letter = *from;
		letter->server = server;
		if ((from->must ? loop_post_must : loop_post)(server->loop, letter_open,
							      letter) == 0)
			return;
	}
	free(letter);
	free(from->more);
	au_put(from->au);
	count_add(COUNT_REJECT_QUEUE, 1);
	log_warn("control_queue_full", "id=%u", from->id);
}

static void *copy(const void *from, size_t len)
{
	void *to = malloc(len ? len : 1);

	if (to)
		memcpy(to, from, len);
	return to;
}

/* ---- net -------------------------------------------------------------------- */

static void got_peer_state(struct server *server, struct letter *letter)
{
	struct member *member;

	thread_claim(&on_ctl);
	member = member_by_peer(server, letter->id);
	if (member)
		call_state(member, (enum peer_state)letter->value);
}

static void on_peer_state(void *ctx, uint32_t peer, enum peer_state state)
{
	post(ctx,
	     &(struct letter){
		     .fn = got_peer_state, .id = peer, .value = state, .must = true});
}

static void got_key_wanted(struct server *server, struct letter *letter)
{
	thread_claim(&on_ctl);
	if (!server->draining)
		vworker_rung_key(server->vworker, letter->id);
}

/* Not straight to the video thread, which stops before this one: see
 * server_destroy. It is asked at most once a second per outlet. */
static void on_key_wanted(void *ctx, uint32_t outlet)
{
	post(ctx, &(struct letter){.fn = got_key_wanted, .id = outlet});
}

static void got_link_report(struct server *server, struct letter *letter)
{
	struct member *member;

	thread_claim(&on_ctl);
	member = member_by_peer(server, letter->id);
	if (member)
		quality_report(member, letter->more);
}

/* A verdict is said once: it must arrive. */
static void on_link_report(void *ctx, uint32_t peer, const struct link_report *report)
{
	struct letter letter = {.fn = got_link_report,
				.id = peer,
				.more = copy(report, sizeof(*report)),
				.must = true};

	if (letter.more)
		post(ctx, &letter);
}

static void got_stats(struct server *server, struct letter *letter)
{
	const struct peer_stats *stats = letter->more;

	thread_claim(&on_ctl);
	for (uint32_t i = 0; i < letter->n; i++) {
		struct member *member = member_by_peer(server, stats[i].peer);

		if (member)
			quality_stats(member, &stats[i], letter->value);
	}
	for (uint32_t i = 0; letter->last && i < server->n_rooms; i++)
		quality_losses(server->rooms[i]);
}

void bridge_net_stats(struct server *server, const struct peer_stats *stats, uint32_t n,
		      bool last)
{
	struct letter letter = {
		.fn = got_stats, .n = n, .last = last, .value = clock_us()};

	letter.more = copy(stats, n * sizeof(*stats));
	if (letter.more)
		post(server, &letter);
}

void bridge_ask_stats(struct server *server)
{
	nets_ask_stats(server->nets);
}

struct net_events bridge_net(struct server *server)
{
	return (struct net_events){server, on_peer_state, on_key_wanted, on_link_report};
}

/* ---- video ------------------------------------------------------------------ */

static void got_picture(struct server *server, struct letter *letter)
{
	uint16_t w = (uint16_t)(letter->value >> 16), h = (uint16_t)letter->value;
	struct member *member;

	thread_claim(&on_ctl);
	member = idmap_get(&server->member_of, id_base(letter->id));
	if (!member)
		return;
	if (id_part(letter->id) == ID_CAMERA) {
		member->camera_w = member->cam ? w : 0;
		member->camera_h = member->cam ? h : 0;
	} else {
		member->screen_w = w;
		member->screen_h = h;
	}
	programme_arrange(member->room);
}

static void on_source_picture(void *ctx, uint32_t source, uint16_t w, uint16_t h)
{
	post(ctx, &(struct letter){.fn = got_picture,
				   .id = source,
				   .value = (int64_t)w << 16 | h});
}

static void on_source_key(void *ctx, uint32_t source)
{
	struct server *server = ctx;

	nets_source_key(server->nets, source);
}

static void got_scene_live(struct server *server, struct letter *letter)
{
	struct room_picture *picture;

	thread_claim(&on_ctl);
	picture = picture_by_number(server, letter->id);
	if (!picture)
		return;
	views_live(picture, id_part(letter->id) - ID_VIEW, letter->number, letter->value);
	director_live(picture->room, picture->key.kind, letter->number, letter->value);
}

static void on_scene_live(void *ctx, uint32_t view, uint32_t generation, int64_t pts_us)
{
	post(ctx, &(struct letter){.fn = got_scene_live,
				   .id = view,
				   .number = generation,
				   .value = pts_us});
}

static void got_poster(struct server *server, struct letter *letter)
{
	struct room_picture *picture;

	thread_claim(&on_ctl);
	picture = picture_by_number(server, letter->id);
	if (picture)
		notice_poster(picture, letter->au->data, letter->au->len);
	if (picture && picture == picture_of_class(picture->room))
		console_poster_take(picture->room, letter->au);
}

static void on_poster(void *ctx, uint32_t view, struct au *jpeg)
{
	post(ctx, &(struct letter){.fn = got_poster, .id = view, .au = jpeg});
}

static void got_still(struct server *server, struct letter *letter)
{
	struct room_picture *picture;

	thread_claim(&on_ctl);
	if (preview_picture(server->previews, letter->id, letter->au)) {
		letter->au = NULL;
		return;
	}
	picture = picture_by_number(server, letter->id);
	if (picture)
		stills_take(picture, id_part(letter->id) - ID_VIEW, au_get(letter->au));
}

static void on_still(void *ctx, uint32_t view, struct au *picture)
{
	post(ctx, &(struct letter){.fn = got_still, .id = view, .au = picture});
}

static void got_costs(struct server *server, struct letter *letter)
{
	struct cost *list = letter->more;

	thread_claim(&on_ctl);
	letter->more = NULL;
	costs_take(&server->console->costs, list, letter->n, letter->number,
		   letter->value);
}

static void on_costs(void *ctx, const struct vworker_stats *stats)
{
	struct letter letter = {
		.fn = got_costs, .number = stats->late_p99_us, .value = clock_us()};

	letter.more = costs_copy(stats, &letter.n);
	if (letter.more)
		post(ctx, &letter);
}

void bridge_ask_costs(struct server *server)
{
	if (vworker_stats(server->vworker, on_costs, server))
		log_debug("costs_unknown", "n=0");
}

static void got_rung_failed(struct server *server, struct letter *letter)
{
	struct room_picture *picture;

	thread_claim(&on_ctl);
	picture = picture_by_number(server, letter->id);
	if (picture)
		rungs_failed(picture, letter->id);
}

static void on_rung_failed(void *ctx, uint32_t rung)
{
	post(ctx, &(struct letter){.fn = got_rung_failed, .id = rung, .must = true});
}

/* Units of a mix find their recording by the room's block; those of a rung are told
 * which one it is, since its picture may have a block of its own. */
static void on_sound_tap(void *ctx, uint32_t id, struct au *au)
{
	struct server *server = ctx;

	recorder_push(server->recorder, id_base(id) + ID_RECORDING, id, au);
}

static void on_video_tap(void *ctx, uint32_t to, uint32_t rung, struct au *au)
{
	struct server *server = ctx;

	recorder_push(server->recorder, to, rung, au);
}

/* What a member sends, for a recording of tracks. */
static void on_sender_tap(void *ctx, uint32_t to, uint32_t source, struct au *au)
{
	struct server *server = ctx;

	recorder_push_sender(server->recorder, to, source, au);
}

struct vworker_events bridge_vworker(struct server *server)
{
	return (struct vworker_events){.ctx = server,
				       .source_key_wanted = on_source_key,
				       .source_picture = on_source_picture,
				       .scene_live = on_scene_live,
				       .poster = on_poster,
				       .still = on_still,
				       .rung_failed = on_rung_failed,
				       .tap = on_video_tap,
				       .source_tap = on_sender_tap};
}

/* ---- audio ------------------------------------------------------------------ */

static void got_speakers(struct server *server, struct letter *letter)
{
	const struct speaker *list = letter->more;
	struct room *room;

	thread_claim(&on_ctl);
	room = room_by_number(server, letter->id);
	if (!room)
		return;
	room->n_speakers = 0;
	for (uint32_t i = 0; i < letter->n; i++)
		if (room_member(room, id_base(list[i].voice)))
			room->speakers[room->n_speakers++] = id_base(list[i].voice);
	notice_speakers(room);
	programme_arrange(room);
}

static void on_speakers(void *ctx, uint32_t mix, const struct speaker *list, uint32_t n)
{
	struct letter letter = {.fn = got_speakers, .id = mix};

	letter.n = n < SPEAKERS_MAX ? n : SPEAKERS_MAX;
	letter.more = copy(list, letter.n * sizeof(*list));
	if (letter.more)
		post(ctx, &letter);
}

struct aworker_events bridge_aworker(struct server *server)
{
	return (struct aworker_events){server, on_speakers, on_sound_tap, on_sender_tap};
}

/* ---- recorder --------------------------------------------------------------- */

static void got_started(struct server *server, struct letter *letter)
{
	thread_claim(&on_ctl);
	recording_started(server, letter->id, letter->value);
}

static void on_started(void *ctx, uint32_t id, int64_t at_ms)
{
	post(ctx, &(struct letter){.fn = got_started, .id = id, .value = at_ms});
}

static void got_ended(struct server *server, struct letter *letter)
{
	thread_claim(&on_ctl);
	recording_ended(server, letter->more);
}

/* Lost: its done event does the same. */
static void on_ended(void *ctx, const struct recording_result *result)
{
	struct letter letter = {.fn = got_ended, .more = copy(result, sizeof(*result))};

	if (letter.more)
		post(ctx, &letter);
}

static void got_done(struct server *server, struct letter *letter)
{
	thread_claim(&on_ctl);
	takes_done(server, letter->more);
	workshop_look(server->workshop);
}

static void on_done(void *ctx, const struct recording_result *result)
{
	struct letter letter = {
		.fn = got_done, .more = copy(result, sizeof(*result)), .must = true};

	if (letter.more)
		post(ctx, &letter);
}

static void got_track_key(struct server *server, struct letter *letter)
{
	thread_claim(&on_ctl);
	if (!server->draining)
		nets_source_key(server->nets, letter->id);
}

/* Not straight to the net threads, which stop before this one. */
static void on_track_key(void *ctx, uint32_t source)
{
	post(ctx, &(struct letter){.fn = got_track_key, .id = source});
}

struct recorder_events bridge_recorder(struct server *server)
{
	return (struct recorder_events){server, on_started, on_done, on_ended,
					on_track_key};
}
