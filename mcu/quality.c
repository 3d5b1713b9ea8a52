#include "mcu/quality.h"

#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "mcu/member.h"
#include "mcu/notice.h"
#include "mcu/picture.h"
#include "mcu/programme.h"
#include "mcu/room.h"
#include "mcu/sound.h"
#include "mcu/stills.h"
#include "mixer/vworker.h"
#include "signaling/session.h"
#include "transport/net.h"

#define MINUTE_US (60 * SEC_US)
#define WEAK_LOSS 5 /* percent */

const char *wish_name(enum wish wish)
{
	static const char *const names[] = {"auto", "save", "slides", "sound"};

	return names[wish];
}

enum wish wish_by_name(const char *name)
{
	enum wish wish = WISH_AUTO;

	while (wish < WISHES && strcmp(wish_name(wish), name) != 0)
		wish++;
	return wish;
}

/* ---- how much at most ---------------------------------------------------------- */

struct most {
	enum level level;
	enum choice_why why;
};

static void lower(struct most *m, enum level level, enum choice_why why)
{
	if (level < m->level)
		*m = (struct most){level, why};
}

enum content quality_content(const struct member *member)
{
	const struct room_picture *picture = member->picture;

	if (!picture) /* it waits before the class */
		picture = picture_of_class(member->room);
	return picture ? picture->content : CONTENT_PEOPLE;
}

static enum level wished(const struct member *member)
{
	const struct quality *q = &member->quality;

	switch (q->wish) {
	case WISH_SAVE:
		return LEVEL_LOW;
	case WISH_SLIDES:
		return quality_content(member) == CONTENT_SLIDES ? LEVEL_HIGH
								 : LEVEL_SOUND;
	case WISH_SOUND:
		return LEVEL_SOUND;
	default:
		return LEVEL_HIGH;
	}
}

static struct most most_of(const struct member *member)
{
	const struct room *room = member->room;
	const struct quality *q = &member->quality;
	struct most m = {LEVEL_HIGH, WHY_BEST};

	lower(&m, room->ladder.top, WHY_ROOM);
	lower(&m, room->top, WHY_ROOM);
	lower(&m, room->server->top, WHY_SERVER);
	if (q->budget_bytes)
		lower(&m, q->budget_level, WHY_BUDGET);
	lower(&m, q->cap, WHY_MEMBER);
	lower(&m, wished(member), WHY_MEMBER);
	if (!member->codecs) /* it has no place for pictures */
		lower(&m, LEVEL_SOUND, WHY_MEMBER);
	if (q->hidden)
		lower(&m, LEVEL_SOUND, WHY_HIDDEN);
	return m;
}

uint32_t quality_cost(const struct member *member, enum level level)
{
	return ladder_wire_bps(&member->room->ladder, level, quality_content(member),
			       member->sound_ms);
}

static struct choice_costs costs_of(const struct member *member)
{
	struct choice_costs costs;

	for (enum level level = LEVEL_SOUND; level < LEVELS; level++)
		costs.bps[level] = quality_cost(member, level);
	return costs;
}

/* Who hides the page hears as well as before. */
static enum mix_class mix_of(const struct member *member)
{
	const struct quality *q = &member->quality;

	return level_mix(q->hidden ? q->choice.fit : q->level, member->sound_ms);
}

/* ---- giving it ------------------------------------------------------------------ */

static enum family family_of(const struct member *member, enum level level)
{
	const struct server *server = member->server;

	if (level == LEVEL_LOW && member->codecs & 1u << CODEC_AV1 &&
	    member->room->ladder.av1 && server->ladder.av1 && !server->no_av1)
		return FAMILY_AV1;
	return member->codecs & 1u << CODEC_H264 ? FAMILY_H264 : FAMILY_VP8;
}

static void count_level(enum level level, int n)
{
	static const enum count rows[LEVELS] = {COUNT_LEVEL_SOUND, COUNT_LEVEL_STILL,
						COUNT_LEVEL_LOW,   COUNT_LEVEL_MID,
						COUNT_LEVEL_MAIN,  COUNT_LEVEL_HIGH};

	count_add(rows[level], n);
}

static void show(struct member *member, bool at_once) RUNS_ON(on_ctl)
{
	struct quality *q = &member->quality;
	const struct quality old = *q;
	enum level level = choice_level(&q->choice);
	bool moving = level >= LEVEL_VIDEO && member->codecs;

	q->picture = member->picture;
	q->level = level;
	q->shape = q->tall ? SHAPE_TALL : SHAPE_WIDE;
	q->family = moving ? family_of(member, level) : FAMILY_H264;
	q->video = moving;
	if (moving) {
		rungs_take(q->picture, q->shape, q->family, level);
		net_peer_watch_video(member->net, member->peer,
				     rungs_id(q->picture, q->shape, q->family, level),
				     at_once);
	} else {
		net_peer_watch_video(member->net, member->peer, 0, true);
	}
	if (old.video)
		rungs_leave(old.picture, old.shape, old.family, old.level);
	if (old.level != level) {
		count_level(old.level, -1);
		count_level(level, 1);
		count_add(level < old.level ? COUNT_LEVEL_DOWN : COUNT_LEVEL_UP, 1);
	}
	if (old.picture != q->picture || views_of(q->picture, old.shape, old.level) !=
						 views_of(q->picture, q->shape, level))
		notice_layout_to(member);
	stills_set(member, level == LEVEL_STILL);
}

void quality_show_again(struct member *member)
{
	const struct quality *q = &member->quality;

	if (q->on && q->video)
		net_peer_watch_video(member->net, member->peer,
				     rungs_id(q->picture, q->shape, q->family, q->level),
				     false);
}

void quality_look(struct member *member)
{
	struct quality *q = &member->quality;

	if (q->on) {
		show(member, false);
		quality_limit(member); /* of other content other levels may be wished */
	}
	notice_quality(member);
}

static void hear(struct member *member) RUNS_ON(on_ctl)
{
	struct quality *q = &member->quality;
	struct room *room = member->room;
	struct aworker *aworker = member->server->aworker;
	enum mix_class c = mix_of(member), before = q->mix;
	uint32_t channel = sound_channel(member), left = q->channel;
	bool moves = before != c || left != channel;

	if (q->heard && !moves)
		return;
	q->heard = true;
	/* in this order nobody is without sound in between, or hears itself */
	if (moves)
		sound_listen(room, channel, c, 1);
	if (left != channel)
		aworker_voice_hears(aworker, member->base + ID_VOICE, channel);
	net_peer_watch_audio(member->net, member->peer, sound_outlet(room, channel, c));
	if (!moves)
		return;
	q->mix = c;
	q->channel = channel;
	aworker_voice_class(aworker, member->base + ID_VOICE, c);
	sound_listen(room, left, before, -1);
}

void quality_hear(struct member *member)
{
	if (member->quality.on)
		hear(member);
}

static void note_minute(struct quality *q)
{
	enum level level = choice_level(&q->choice);

	if (level < q->now.level) {
		q->now.level = (uint8_t)level;
		q->now.why = (uint8_t)choice_why(&q->choice);
	}
	if (q->now.changes < UINT8_MAX)
		q->now.changes++;
}

/* What the machine said is done. */
static void obey(struct member *member, const struct choice_out *out) RUNS_ON(on_ctl)
{
	struct quality *q = &member->quality;
	enum level before = q->level;

	if (out->probe_bps && q->on)
		net_peer_probe(member->net, member->peer, out->probe_bps);
	if (!q->on)
		return;
	if (!out->changed) {
		hear(member); /* a hidden page's sound follows its link, too */
		return;
	}
	if (choice_level(&q->choice) != before) {
		show(member, out->at_once);
		log_debug("level", "member=%u level=%s why=%s", member->base / ID_BLOCK,
			  level_name(q->level), choice_why_name(choice_why(&q->choice)));
	}
	hear(member);
	note_minute(q);
	notice_quality(member);
}

/* ---- life ----------------------------------------------------------------------- */

void quality_init(struct member *member)
{
	member->quality = (struct quality){
		.cap = LEVEL_HIGH,
		.hint = LEVELS,
		.budget_level = LEVEL_HIGH,
		.now = {.level = LEVEL_HIGH},
		.minute_us = clock_us(),
		.voice_loss = QUALITY_VOICE_LOSS,
	};
}

static bool baseline(const struct member *member)
{
	return member->codecs & 1u << CODEC_H264 && !member->high;
}

/* The class says where one begins of whom nothing is known. A page that knows of a slow
 * net begins lower; of a fast one, a level higher. */
static enum level start_of(const struct member *member)
{
	enum level hint = member->quality.hint, start = member->room->ladder.start;

	if (hint == LEVELS)
		return start;
	if (hint <= start)
		return hint;
	return hint == LEVEL_MAIN && start < LEVEL_MAIN ? start + 1 : start;
}

/* A link that is known keeps what is known: the client may agree anew at any time,
 * and a fresh peer goes the same way. */
static void choice_begin(struct member *member, const struct most *most)
{
	struct quality *q = &member->quality;
	int64_t now_us = clock_us();
	struct choice_out out = {0};

	if (!q->choice.known && q->peer != member->peer)
		choice_init(&q->choice, start_of(member), most->level, now_us);
	q->peer = member->peer;
	choice_limit(&q->choice, most->level, most->why, now_us, &out);
}

void quality_start(struct member *member)
{
	struct quality *q = &member->quality;
	struct most most = most_of(member);

	quality_end(member); /* when it agrees anew: the codecs may be others */
	choice_begin(member, &most);
	q->on = true;
	q->video = q->heard = false;
	if (baseline(member))
		rungs_baseline(member->room, 1);
	q->level = choice_level(&q->choice);
	q->mix = mix_of(member);
	q->channel = sound_channel(member);
	sound_listen(member->room, q->channel, q->mix, 1);
	aworker_voice_hears(member->server->aworker, member->base + ID_VOICE, q->channel);
	aworker_voice_class(member->server->aworker, member->base + ID_VOICE, q->mix);
	count_level(q->level, 1);
	show(member, false);
	hear(member);
	notice_layout_to(member);
	notice_quality(member);
}

void quality_end(struct member *member)
{
	struct quality *q = &member->quality;

	if (!q->on)
		return;
	q->on = false;
	if (baseline(member))
		rungs_baseline(member->room, -1);
	count_level(q->level, -1);
	if (q->video)
		rungs_leave(q->picture, q->shape, q->family, q->level);
	q->video = false;
	stills_set(member, false);
	sound_listen(member->room, q->channel, q->mix, -1);
}

void quality_report(struct member *member, const struct link_report *report)
{
	struct quality *q = &member->quality;
	struct choice_costs costs;
	struct choice_out out = {0};

	q->link = *report;
	if (!q->on)
		return;
	costs = costs_of(member);
	choice_report(&q->choice, &costs, report, clock_us(), &out);
	obey(member, &out);
}

void quality_limit(struct member *member)
{
	struct quality *q = &member->quality;
	struct most most = most_of(member);
	struct choice_out out = {0};

	choice_limit(&q->choice, most.level, most.why, clock_us(), &out);
	obey(member, &out);
	if (q->on && (q->tall != (q->shape == SHAPE_TALL) ||
		      (q->video && q->family != family_of(member, q->level)))) {
		show(member, false);
		notice_quality(member);
	}
}

static void tick_one(struct member *member, int64_t now_us) RUNS_ON(on_ctl)
{
	struct quality *q = &member->quality;
	struct choice_costs costs;
	struct choice_out out = {0};

	if (now_us - q->minute_us >= MINUTE_US) {
		q->minutes[q->n_minutes++ % QUALITY_MINUTES] = q->now;
		q->minute_us = now_us;
		q->now = (struct quality_minute){
			.level = (uint8_t)q->level,
			.why = (uint8_t)choice_why(&q->choice),
		};
	}
	if (!q->on || !member->connected)
		return;
	costs = costs_of(member);
	choice_tick(&q->choice, &costs, now_us, &out);
	obey(member, &out);
}

void quality_tick(struct room *room, int64_t now_us)
{
	for (uint32_t i = 0; i < room->n_members; i++)
		tick_one(room->members[i], now_us);
}

/* ---- budget --------------------------------------------------------------------- */

/* The highest level that lasts: what is left, spread over the time that is left. What
 * the member itself sends is not foreseen, but what it has sent is gone. A
 * step up must be worth it, so that the level does not flutter. */
static enum level lasting(const struct member *member, int64_t now_us)
{
	const struct quality *q = &member->quality;
	uint64_t used = q->used - q->budget_from;
	uint64_t left = used < q->budget_bytes ? q->budget_bytes - used : 0;
	int64_t left_us = q->budget_until_us - now_us;
	enum level level = LEVEL_HIGH;
	uint64_t bps;

	if (left_us < MINUTE_US)
		left_us = MINUTE_US;
	bps = left * 8 * 1000 / (uint64_t)(left_us / MS_US);
	for (; level > LEVEL_SOUND; level--) {
		uint64_t cost = quality_cost(member, level);

		if (level > q->budget_level)
			cost += cost / 8;
		if (cost <= bps)
			break;
	}
	return level;
}

static void plan(struct member *member) RUNS_ON(on_ctl)
{
	struct quality *q = &member->quality;
	enum level level;

	if (!q->budget_bytes)
		return;
	level = lasting(member, clock_us());
	if (level == q->budget_level)
		return;
	q->budget_level = level;
	quality_limit(member);
}

void quality_budget(struct member *member, uint64_t bytes, int64_t minutes)
{
	struct quality *q = &member->quality;

	q->budget_bytes = bytes;
	q->budget_from = q->used;
	q->budget_until_us = clock_us() + minutes * MINUTE_US;
	q->budget_level = LEVEL_HIGH;
	if (bytes)
		plan(member);
	quality_limit(member);
}

/* ---- figures -------------------------------------------------------------------- */

/* Another peer counts from zero. */
static uint64_t growth(uint64_t now, uint64_t before)
{
	return now >= before ? now - before : now;
}

void quality_stats(struct member *member, const struct peer_stats *stats, int64_t at_us)
{
	struct quality *q = &member->quality;
	int64_t since_us = q->stats_us ? at_us - q->stats_us : 0;
	uint32_t loss = (uint32_t)stats->link.loss_64k * 100 / 65536;
	uint64_t out = growth(stats->wire_out, q->peer_out);
	uint64_t in = growth(stats->wire_in, q->peer_in);

	q->used += out + in;
	q->peer_out = stats->wire_out;
	q->peer_in = stats->wire_in;
	q->stats_us = at_us;
	if (since_us > 0) {
		q->kbps = (uint32_t)(out * 8 * 1000 / (uint64_t)since_us);
		q->in_kbps = (uint32_t)(in * 8 * 1000 / (uint64_t)since_us);
	}
	q->rtt_ms = stats->rtt_ms;
	q->link.loss_64k = stats->link.loss_64k;
	q->link.queue_ms = stats->link.queue_ms;
	if (loss > q->now.loss)
		q->now.loss = (uint8_t)(loss < 100 ? loss : 100);
	member->heard_us = stats->heard_us;
	session_alive(member->session, stats->heard_us);
	plan(member);
}

#define LOSS_MOST  30 /* percent; beyond it redundancy does not help */
#define LOSS_SHARE 10 /* one listener of so many may lose more than is cared for */
#define LOSS_FEW   3  /* so few are all cared for */

/* Redundancy costs all listeners of a class some quality, so it is made for what
 * nine of ten of them lose; of few listeners for what half of them do, so that
 * nobody's false reports decide for the others. */
static uint8_t loss_of(const uint32_t losing[LOSS_MOST + 1], uint32_t n)
{
	uint32_t left = n < LOSS_FEW ? 0 : n <= LOSS_SHARE ? n / 2 : n / LOSS_SHARE;

	for (uint8_t percent = LOSS_MOST; percent > 0; percent--) {
		if (losing[percent] > left)
			return percent;
		left -= losing[percent];
	}
	return 0;
}

static void own_loss(struct member *member, uint8_t percent) RUNS_ON(on_ctl)
{
	struct quality *q = &member->quality;

	if (!member->mic || percent == q->voice_loss)
		return;
	q->voice_loss = percent;
	aworker_voice_loss(member->server->aworker, member->base + ID_VOICE, percent);
}

void quality_losses(struct room *room)
{
	uint32_t losing[MIX_CHANNELS][MIX_CLASSES][LOSS_MOST + 1] = {{{0}}};
	uint32_t n[MIX_CHANNELS][MIX_CLASSES] = {{0}};

	for (uint32_t i = 0; i < room->n_members; i++) {
		const struct quality *q = &room->members[i]->quality;
		uint32_t percent = (uint32_t)q->link.loss_64k * 100 / 65536;

		if (percent > LOSS_MOST)
			percent = LOSS_MOST;
		if (!q->on)
			continue;
		losing[sound_like(room, q->channel)][q->mix][percent]++;
		n[sound_like(room, q->channel)][q->mix]++;
		own_loss(room->members[i], (uint8_t)percent);
	}
	for (uint32_t k = 0; k < MIX_CHANNELS; k++)
		for (enum mix_class c = 0; c < MIX_CLASSES; c++) {
			uint32_t like = sound_like(room, k);

			sound_loss(room, k, c, loss_of(losing[like][c], n[like][c]));
		}
}

bool quality_weak(const struct member *member)
{
	const struct quality *q = &member->quality;
	enum choice_why why = choice_why(&q->choice);

	if (!q->on)
		return false;
	return why == WHY_LOST || why == WHY_LOSS ||
	       (why == WHY_LINK && q->level < LEVEL_MAIN) ||
	       (uint32_t)q->link.loss_64k * 100 / 65536 >= WEAK_LOSS;
}
