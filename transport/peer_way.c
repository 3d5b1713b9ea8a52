#include "transport/peer.h"

#include "base/clock.h"
#include "transport/outlet.h"

#define START_BPS     300000 /* for a link of which nothing is known */
#define START_GROWTH  8  /* one part of so many more, each feedback, while all is well */
#define START_QUEUE   30 /* ms */
#define START_US      (2 * SEC_US)
#define PACED_US      (60 * SEC_US) /* after it was tight */
#define PACE_LEAST    40000         /* bits a second */
#define PACE_GROWTH   8             /* one part of so many more, each second, */
#define PACE_ROOM     5 / 4         /* up to so much of what is usually sent */
#define PACE_FREE     2             /* no detours where so much is known to fit */
#define PACE_LOSSY    3 / 2
#define PACE_LOSS     0.01 /* bursts are not good for a way that loses more */
#define USUAL_US      (4 * SEC_US)
#define QUEUE_SOME_MS 60            /* then it gets a little less than it carries */
#define QUEUE_HOLD_MS 200           /* then it gets nothing */
#define HOLD_US       (600 * MS_US) /* without feedback, that is not believed longer */
#define FEEDBACK_US   (5 * SEC_US)  /* agreed to, it should have come by then */
#define PROBE_CALM_US SEC_US        /* a queue that a probe left */
#define REGULAR_US    (60 * SEC_US) /* feedback, before its silence counts again, */
#define REGULAR_MAX   (32 * REGULAR_US) /* and at most, where it often failed */
#define GAP_US        SEC_US
#define SHORT_US      (6 * SEC_US)  /* a silence after which nothing else is expected */
#define BLOCKS_US     (500 * MS_US) /* between two reports that are judged */
#define RED_ON        0.03
#define RED_OFF       0.01
#define RED_MORE      0.1 /* one copy alone is lost too often */
#define RED_LESS      0.06
#define RED_MAX       0.6
#define RED_BPS       12000 /* that each needs, about */
#define RED_OFF_US    (10 * SEC_US)
#define COPIES_MAX    3
#define COPIES_BPS    270000 /* of video, with the copies */
#define HEADERS       68     /* bytes of IP to SRTP around a payload, about */
#define COPIES_LOST   0.012  /* of the packets of which no copy came through */

/* ---- what is told ----------------------------------------------------------- */

static void post(struct peer *peer, const struct link_report *report)
{
	struct hub *hub = peer->hub;

	if (hub->events.link_report && !peer->gone)
		hub->events.link_report(hub->events.ctx, peer->id, report);
}

static void describe(const struct peer *peer, struct link_report *report)
{
	int64_t rtt_ms = (peer->path.rtt_us + 999) / MS_US;

	*report = peer->bwe.report;
	report->rtt_ms = (uint16_t)(rtt_ms < UINT16_MAX ? rtt_ms : UINT16_MAX);
}

static void end_probe(struct peer *peer, enum probe_end end, int64_t now_us)
{
	struct link_report report;
	uint32_t carried_bps = probe_carried(&peer->probe);

	describe(peer, &report);
	report.verdict = end == PROBE_GOOD   ? LINK_PROBE_GOOD
			 : end == PROBE_NONE ? LINK_PROBE_NONE
					     : LINK_PROBE_BAD;
	report.probe_bps = peer->probe.target_bps;
	if (carried_bps)
		report.carried_bps = carried_bps;
	if (end == PROBE_GOOD && peer->fits_bps < peer->probe.target_bps)
		peer->fits_bps = peer->probe.target_bps;
	peer->probe.target_bps = 0;
	bwe_expect(&peer->bwe, now_us + PROBE_CALM_US);
	post(peer, &report);
}

/* ---- pace ------------------------------------------------------------------- */

static void set_pace(struct peer *peer)
{
	struct send_path *path = &peer->path;
	uint32_t queue_ms = peer->bwe.report.queue_ms;
	uint64_t bps = peer->fits_bps < PACE_LEAST ? PACE_LEAST : peer->fits_bps;

	if (queue_ms > QUEUE_SOME_MS)
		bps = bps * 9 / 10;
	path->pace_bps = bps < UINT32_MAX ? (uint32_t)bps : UINT32_MAX;
	path->held = path->feedback && queue_ms > QUEUE_HOLD_MS;
}

/* What a key frame of little does to the queue of a way that hardly carries more than
 * that is worth the detour; where more is sent ways are wide. */
static bool fits_freely(const struct peer *peer)
{
	return peer->fits_bps >= peer->usual_bps * PACE_FREE ||
	       (peer->usual_bps >= START_BPS && peer->bwe.loss <= PACE_LOSS);
}

/* A link that proved good is sent to without detours. */
static void unpace(struct peer *peer, int64_t now_us)
{
	struct send_path *path = &peer->path;

	if (!path->paced || !pacer_is_empty(&path->pacer) || now_us < peer->paced_us ||
	    !fits_freely(peer))
		return;
	path->paced = path->held = false;
	pacer_fini(&path->pacer); /* most links never need it again */
}

static void pace(struct peer *peer, uint32_t bps, int64_t until_us)
{
	peer->path.paced = true;
	peer->paced_us = until_us;
	peer->fits_bps = bps;
	set_pace(peer);
}

/* ---- more than once --------------------------------------------------------- */

static bool has_room(const struct peer *peer, uint32_t bps)
{
	return !peer->path.paced || peer->fits_bps >= peer->usual_bps + bps;
}

static void set_red(struct peer *peer, int64_t now_us)
{
	struct send_path *path = &peer->path;
	double loss = peer->bwe.loss;
	bool tight = peer->bwe.report.verdict == LINK_TIGHT;

	if (loss >= RED_OFF)
		peer->red_us = now_us;
	if (tight || loss > RED_MAX || now_us - peer->red_us >= RED_OFF_US)
		path->red = 0;
	else if (!path->red && loss >= RED_ON && has_room(peer, RED_BPS))
		path->red = 1;
	else if (path->red == 1 && loss >= RED_MORE && has_room(peer, RED_BPS))
		path->red = 2;
	else if (path->red == 2 && loss < RED_LESS)
		path->red = 1;
}

/* At few pictures a second it takes long until one is seen to be missing, and what is
 * sent again is lost as often. Where much is lost by chance and little is sent, each
 * packet of it goes out several times at once: as often as it takes, if that is not
 * more than the way was seen to carry. */
static void set_copies(struct peer *peer, int64_t now_us)
{
	const struct bwe *b = &peer->bwe;
	uint32_t most_bps = COPIES_BPS, seen_bps = peer->fits_bps;
	double left = b->loss;
	uint8_t n = 0;

	peer->path.copies = 0;
	if (!peer->path.feedback || b->report.verdict != LINK_LOSSY || b->loss > RED_MAX)
		return;
	if (seen_bps < b->fits_bps)
		seen_bps = b->fits_bps;
	if (now_us - b->sign_us < PACED_US && seen_bps / 4 * 3 < most_bps)
		most_bps = seen_bps / 4 * 3; /* sound needs some of it */
	for (; n < COPIES_MAX && left > COPIES_LOST; n++)
		left *= b->loss;
	while (n && (uint64_t)peer->video_bps * (n + 1U) > most_bps)
		n--;
	peer->path.copies = n;
}

/* ---- verdicts --------------------------------------------------------------- */

static void silence(struct peer *peer, bool silent, int64_t now_us) RUNS_ON(on_net)
{
	if (peer->path.silent == silent)
		return;
	if (!silent) { /* after a while it may carry less than before */
		uint32_t most = now_us - peer->silent_us < SHORT_US ? UINT32_MAX
								    : START_BPS;
		uint32_t fits = peer->fits_bps;

		if (fits < peer->usual_bps) /* it was not paced: more was never needed */
			fits = peer->usual_bps;
		pace(peer, fits < most ? fits : most, now_us + START_US);
	}
	peer->path.silent = silent;
	peer->silent_us = now_us;
	outlet_resume(&peer->video, now_us);
}

static void on_verdict(struct peer *peer, int64_t now_us) RUNS_ON(on_net)
{
	struct link_report report;
	enum link_verdict verdict = peer->bwe.report.verdict;

	if (probe_runs(&peer->probe) && (verdict == LINK_TIGHT || verdict == LINK_SILENT))
		end_probe(peer, PROBE_BAD, now_us);
	if (verdict == LINK_TIGHT)
		pace(peer, peer->bwe.report.carried_bps, now_us + PACED_US);
	set_red(peer, now_us);
	set_copies(peer, now_us);
	describe(peer, &report);
	post(peer, &report);
	silence(peer, verdict == LINK_SILENT, now_us);
}

static void on_silent(void *ctx, int64_t now_us)
{
	struct peer *peer = ctx;

	thread_claim(&on_net);
	if (!peer->path.silent && bwe_silent(&peer->bwe, now_us))
		on_verdict(peer, now_us);
}

static void on_queued(void *ctx)
{
	struct peer *peer = ctx;

	hub_peer_list(peer->hub, peer, HUB_ACTIVE, true);
}

const struct send_owner peer_way_owner = {on_silent, on_queued};

/* ---- what it says ----------------------------------------------------------- */

void peer_way_status(struct peer *peer, uint16_t seq, int64_t recv_us, int64_t now_us)
{
	struct twcc_news news;

	if (!twcc_tx_report(&peer->path.tx, seq, recv_us >= 0, now_us, &news))
		return;
	peer->path.feedback = true;
	peer->feedback_us = now_us;
	bwe_packet(&peer->bwe, &news, recv_us);
	if (probe_runs(&peer->probe))
		probe_packet(&peer->probe, &news, recv_us);
}

static void judge_probe(struct peer *peer, int64_t now_us)
{
	enum probe_end end;

	if (!probe_runs(&peer->probe))
		return;
	end = probe_judge(&peer->probe, bwe_queue(&peer->bwe), now_us);
	if (end != PROBE_RUNS)
		end_probe(peer, end, now_us);
}

/* The first seconds: it may be more with each feedback that shows no queue. */
static void start_growth(struct peer *peer, int64_t now_us)
{
	const struct link_report *report = &peer->bwe.report;

	if (now_us - peer->up_us < START_US && report->verdict == LINK_CLEAR &&
	    !pacer_is_empty(&peer->path.pacer) && report->queue_ms < START_QUEUE &&
	    peer->bwe.loss <= PACE_LOSS && peer->fits_bps < UINT32_MAX / 2)
		peer->fits_bps += peer->fits_bps / START_GROWTH;
}

/* Feedback that once failed to come while the way worked says nothing by its silence,
 * until it has come for long without a gap. Or else a link that breaks would be sent
 * pictures for ever after. */
static void note_regular(struct peer *peer, int64_t now_us)
{
	struct send_path *path = &peer->path;

	if (!path->irregular)
		return;
	if (path->tx.waiting_us && now_us - path->tx.waiting_us > GAP_US)
		peer->regular_us = now_us;
	else if (now_us - peer->regular_us >= peer->regular_for_us)
		path->irregular = false;
}

void peer_way_feedback(struct peer *peer, int64_t now_us)
{
	struct send_path *path = &peer->path;

	if (peer->feedback_us != now_us) /* nothing in it was new */
		return;
	note_regular(peer, now_us);
	path->tx.waiting_us = 0;
	if (bwe_end(&peer->bwe, path->tx.untold, now_us))
		on_verdict(peer, now_us);
	path->tx.untold = 0;
	judge_probe(peer, now_us);
	set_red(peer, now_us);
	set_copies(peer, now_us);
	start_growth(peer, now_us);
	if (path->paced) {
		set_pace(peer);
		unpace(peer, now_us);
	}
}

/* Feedback of the transport-wide kind is there, or is still waited for. */
static bool has_feedback(const struct peer *peer, int64_t now_us)
{
	bool agreed = peer->audio.ext_twcc || peer->video.ext_twcc;

	return peer->path.feedback || (agreed && now_us - peer->up_us < FEEDBACK_US);
}

/* A report that names one of ours of after it fell silent: the way works, only the
 * other kind of feedback does not come any more. */
static void wake(struct peer *peer, const struct rtcp_block *block, int64_t now_us)
	RUNS_ON(on_net)
{
	uint32_t since = send_ntp_middle(&peer->path, peer->silent_us);

	if (!peer->path.silent || !block->lsr || (int32_t)(block->lsr - since) <= 0)
		return;
	peer->path.feedback = false;
	peer->path.irregular = true;
	peer->regular_us = now_us;
	peer->regular_for_us = peer->regular_for_us ? peer->regular_for_us * 2
						    : REGULAR_US;
	if (peer->regular_for_us > REGULAR_MAX)
		peer->regular_for_us = REGULAR_MAX;
	if (bwe_back(&peer->bwe, now_us))
		on_verdict(peer, now_us);
}

void peer_way_block(struct peer *peer, const struct rtcp_block *block, int64_t rtt_us,
		    int64_t now_us)
{
	int64_t past_us = now_us - peer->block_us;
	uint64_t sent = peer->path.wire - peer->block_wire;
	uint32_t main_ssrc = peer->video.flowing ? peer->video.ssrc : peer->audio.ssrc;

	wake(peer, block, now_us);
	if (has_feedback(peer, now_us) || block->ssrc != main_ssrc || past_us < BLOCKS_US)
		return;
	peer->block_us = now_us;
	peer->block_wire = peer->path.wire;
	if (past_us > 10 * SEC_US) /* the first one */
		return;
	peer->sent_bps = (uint32_t)(sent * 8 * SEC_US / (uint64_t)past_us);
	if (bwe_block(&peer->bwe, block->fraction_lost, rtt_us, peer->sent_bps, now_us))
		on_verdict(peer, now_us);
	set_red(peer, now_us);
	if (peer->path.paced)
		set_pace(peer);
}

void peer_way_cap(struct peer *peer, uint64_t bps, int64_t now_us)
{
	if (bwe_cap(&peer->bwe, bps, !has_feedback(peer, now_us), peer->sent_bps, now_us))
		on_verdict(peer, now_us);
}

/* ---- time ------------------------------------------------------------------- */

/* Bytes of video, each packet once; its low bits. */
static uint32_t video_wire(const struct peer *peer)
{
	const struct send *video = &peer->video;

	return video->bytes + video->packets * HEADERS;
}

void peer_way_up(struct peer *peer, int64_t now_us)
{
	peer->up_us = now_us;
	peer->usual_us = now_us;
	peer->usual_wire = peer->path.wire - peer->path.probed;
	peer->video_wire = video_wire(peer);
	pace(peer, START_BPS, now_us + START_US);
	peer_way_look(peer);
}

void peer_way_look(struct peer *peer)
{
	struct link_info info = {0};
	bool v6;

	link_describe(peer->path.link, &info);
	v6 = info.remote[0] == '[';
	peer->path.overhead = (uint8_t)((info.tcp ? 42 : 28) + (v6 ? 20 : 0));
}

void peer_way_agreed(struct peer *peer, int64_t now_us)
{
	if (peer->audio.ext_twcc || peer->video.ext_twcc)
		return;
	peer->path.feedback = false;
	set_copies(peer, now_us);
	if (bwe_back(&peer->bwe, now_us))
		on_verdict(peer, now_us);
}

/* Drawn towards what `bytes` of the time since then say. */
static uint32_t average(uint32_t bps, uint64_t bytes, int64_t past_us)
{
	double now = (double)bytes * 8 * SEC_US / (double)past_us;

	now = bps + (now - bps) * (double)past_us / (double)(past_us + USUAL_US);
	return now < UINT32_MAX / 2 ? (uint32_t)now : UINT32_MAX / 2;
}

static void note_usual(struct peer *peer, int64_t now_us)
{
	uint64_t wire = peer->path.wire - peer->path.probed;
	uint32_t video = video_wire(peer);
	int64_t past_us = now_us - peer->usual_us;

	if (past_us < SEC_US / 2)
		return;
	peer->usual_bps = average(peer->usual_bps, wire - peer->usual_wire, past_us);
	peer->video_bps = average(peer->video_bps, video - peer->video_wire, past_us);
	peer->usual_us = now_us;
	peer->usual_wire = wire;
	peer->video_wire = video;
}

void peer_way_second(struct peer *peer, int64_t now_us)
{
	if (bwe_cap_due(&peer->bwe, now_us)) /* what was too soon to be told */
		on_verdict(peer, now_us);
	struct send_path *path = &peer->path;
	uint32_t carried_bps = peer->bwe.report.carried_bps;

	note_usual(peer, now_us);
	if (!path->paced && path->feedback && peer->bwe.loss > PACE_LOSS)
		pace(peer, peer->usual_bps * PACE_LOSSY, now_us + START_US);
	if (!path->paced)
		return;
	if (peer->bwe.report.verdict != LINK_TIGHT && now_us - peer->up_us > START_US) {
		if (peer->fits_bps < peer->usual_bps * PACE_ROOM)
			peer->fits_bps += peer->fits_bps / PACE_GROWTH;
		if (peer->fits_bps < carried_bps)
			peer->fits_bps = carried_bps;
	}
	set_pace(peer);
	unpace(peer, now_us);
}

static void send_train(struct peer *peer, int64_t now_us) RUNS_ON(on_net)
{
	uint32_t bytes = probe_train(&peer->probe);

	for (int i = 0; bytes && i < PROBE_TRAIN; i++)
		send_padding(&peer->video, bytes, now_us);
}

void peer_way_tick(struct peer *peer, int64_t now_us)
{
	struct send_path *path = &peer->path;
	uint32_t due;

	if (probe_runs(&peer->probe)) {
		send_train(peer, now_us);
		due = probe_due(&peer->probe, path->wire, now_us);
		if (due && !send_padding(&peer->video, due, now_us))
			end_probe(peer, PROBE_BAD, now_us);
		judge_probe(peer, now_us);
	}
	if (now_us - peer->feedback_us > HOLD_US)
		path->held = false;
	if (path->feedback && pacer_is_late(&path->pacer, now_us) &&
	    bwe_held_back(&peer->bwe, peer->fits_bps, peer->usual_bps, now_us))
		on_verdict(peer, now_us);
	if (!pacer_is_empty(&path->pacer))
		send_paced(&peer->video, now_us);
	unpace(peer, now_us);
	if (pacer_is_empty(&path->pacer) && !probe_runs(&peer->probe))
		hub_peer_list(peer->hub, peer, HUB_ACTIVE, false);
}

void peer_probe(struct peer *peer, uint32_t bps, int64_t now_us)
{
	const struct send_path *path = &peer->path;
	enum link_verdict verdict = peer->bwe.report.verdict;

	peer->probe.target_bps = 0;
	if (!bps)
		return;
	probe_start(&peer->probe, bps, peer->bwe.report.carried_bps, peer->bwe.loss,
		    path->wire, now_us);
	if (!path->up || verdict == LINK_TIGHT || verdict == LINK_SILENT) {
		end_probe(peer, PROBE_BAD, now_us);
		return;
	}
	if (!path->feedback || !send_padding(&peer->video, 0, now_us)) {
		end_probe(peer, PROBE_NONE, now_us);
		return;
	}
	bwe_expect(&peer->bwe, now_us + PROBE_TRAIN_US + PROBE_RAMP_US + PROBE_HOLD_US +
				       2 * PROBE_CALM_US);
	hub_peer_list(peer->hub, peer, HUB_ACTIVE, true);
}

void peer_way_stats(const struct peer *peer, struct peer_stats *stats)
{
	stats->probe_out = peer->path.probed;
	stats->red = peer->path.red && peer->audio.red_pt;
	describe(peer, &stats->link);
}
