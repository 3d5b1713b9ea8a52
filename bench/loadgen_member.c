#include "bench/loadgen_member.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "base/rand.h"
#include "bench/loadgen_receiver.h"
#include "bench/loadgen_sdp.h"
#include "bench/loadgen_sender.h"

#define ANSWER_ROOM 24576
#define JOIN_US     (30 * SEC_US)

struct lg_member {
	struct lg_common *common;
	const struct lg_options *options;
	uint32_t index;
	bool sends, failed, media_on, ready;
	struct wsc *ws;
	int64_t next_id;
	struct lg_peer *peer;
	struct lg_sender *sender;
	struct lg_receiver in;
	uint32_t ssrc_voice, ssrc_camera; /* ours */
	struct lg_stats stats;
};

static void fail(struct lg_member *m, const char *why)
{
	if (m->failed)
		return;
	m->failed = true;
	m->stats.failed = why;
	m->common->n_failed++;
}

uint64_t lg_member_key(const struct lg_member *m, bool media)
{
	return (uint64_t)m->index << 1 | media;
}

static int watch(const struct lg_member *m, int fd, bool media)
{
	struct epoll_event ev = {
		.events = media ? (uint32_t)EPOLLIN
				: (uint32_t)(EPOLLIN | EPOLLOUT | EPOLLET)};

	ev.data.u64 = lg_member_key(m, media);
	return epoll_ctl(m->common->epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0 ? -errno : 0;
}

/* ---- media --------------------------------------------------------------------------
 */

static void on_media(void *ctx, uint8_t *data, size_t len, int64_t at_us)
{
	struct lg_member *m = ctx;

	m->common->packets++;
	lg_receiver_take(&m->in, data, len, at_us);
}

/* ---- offers
 * ----------------------------------------------------------------------------- */

static void send_request(struct lg_member *m, const char *type, const char *d)
{
	static _Thread_local char text[ANSWER_ROOM + 256];
	int n = snprintf(text, sizeof(text), "{\"t\":\"%s\",\"id\":%lld,\"d\":%s}", type,
			 (long long)++m->next_id, d);

	if (wsc_send(m->ws, text, (size_t)n))
		fail(m, "sending");
}

/* The first one has our clock, the second one its own, the third one another for its
 * sound than for its picture, as most devices have. */
static int make_beacon(struct lg_sender_conf *conf, const struct lg_member *m)
{
	struct lg_beacon_conf beacon = {.which = m->index};

	conf->ppm[0] = m->index > 0 ? m->options->sync_ppm : 0;
	conf->ppm[1] = m->index == 1 ? m->options->sync_ppm : 0;
	beacon.ratio = (1e6 + conf->ppm[1]) / (1e6 + conf->ppm[0]);
	return lg_beacon_create(&conf->beacon, &beacon);
}

static void make_sender(struct lg_member *m, const struct sdp *offer)
{
	const struct sdp_media *camera = lg_section(offer, "c");
	const struct sdp_media *voice = lg_section(offer, "a");
	struct lg_sender_conf conf = {.clip = m->common->clip,
				      .ssrc_voice = m->ssrc_voice,
				      .ssrc_camera = m->ssrc_camera,
				      .phase = m->index};

	if (voice && voice->n_codecs)
		conf.pt_voice = voice->codecs[0].pt;
	for (uint32_t i = 0; camera && i < camera->n_codecs && !conf.pt_camera; i++)
		if (camera->codecs[i].codec == conf.clip->codec)
			conf.pt_camera = camera->codecs[i].pt;
	if (m->options->sync && m->index < LG_BEACONS && make_beacon(&conf, m)) {
		fail(m, "memory");
		return;
	}
	if (lg_sender_create(&m->sender, &conf)) {
		lg_beacon_destroy(conf.beacon);
		fail(m, "memory");
	}
}

static int make_peer(struct lg_member *m, const struct sdp *offer, const char *text)
{
	struct lg_peer_conf conf = {.ufrag = offer->media[0].ufrag,
				    .pwd = offer->media[0].pwd,
				    .fingerprint = offer->fingerprints[0],
				    .stats = &m->stats,
				    .ctx = m,
				    .media = on_media};
	int err = 0;

	if (m->options->n_via && (!m->sends || m->options->senders_via))
		conf.to = m->options->via[lg_member_class(m)];
	else
		err = lg_candidate(&conf.to, text);
	if (!err)
		err = lg_peer_create(&m->peer, m->common->peers, &conf);
	if (!err)
		err = watch(m, lg_peer_fd(m->peer), true);
	m->in.peer = m->peer;
	return err;
}

static void take_offer(struct lg_member *m, const char *text, unsigned v, bool fresh)
{
	static _Thread_local struct sdp offer;
	static _Thread_local char out[ANSWER_ROOM];
	struct lg_answer answer = {
		.offer = &offer,
		.options = m->options,
		.fingerprint = lg_peer_ctx_fingerprint(m->common->peers),
		.ssrc_voice = m->ssrc_voice,
		.ssrc_camera = m->ssrc_camera,
		.sends = m->sends};
	const char *why;

	if (sdp_parse(&offer, text, strlen(text), &why) || !offer.n_media ||
	    !offer.n_fingerprints) {
		fail(m, "offer");
		return;
	}
	lg_receiver_learn(&m->in, &offer);
	if (fresh) {
		lg_peer_destroy(m->peer);
		m->peer = m->in.peer = NULL;
	}
	if (!m->peer && make_peer(m, &offer, text)) {
		fail(m, "socket");
		return;
	}
	lg_peer_restart(m->peer, offer.media[0].ufrag, offer.media[0].pwd);
	answer.ufrag = lg_peer_ufrag(m->peer);
	answer.pwd = lg_peer_pwd(m->peer);
	if (lg_answer_write(&answer, v, out, sizeof(out)) < 0) {
		fail(m, "answer");
		return;
	}
	send_request(m, "rtc.answer", out);
	if (m->sends && !m->sender)
		make_sender(m, &offer);
	m->in.sender = m->sender;
}

static void on_offer(struct lg_member *m, const char *text)
{
	cJSON *root = cJSON_Parse(text);
	const cJSON *d = cJSON_GetObjectItem(root, "d");
	const cJSON *sdp = cJSON_GetObjectItem(d, "sdp");
	const cJSON *v = cJSON_GetObjectItem(d, "v");

	if (cJSON_IsString(sdp) && cJSON_IsNumber(v))
		take_offer(m, sdp->valuestring, (unsigned)v->valuedouble,
			   cJSON_IsTrue(cJSON_GetObjectItem(d, "fresh")));
	else
		fail(m, "offer");
	cJSON_Delete(root);
}

/* ---- messages
 * ----------------------------------------------------------------------------- */

static void on_open(void *ctx)
{
	struct lg_member *m = ctx;
	char d[400];

	m->stats.open_us = clock_us();
	snprintf(d, sizeof(d), "{\"code\":\"%s\",\"name\":\"%s %u\",\"token\":\"%s\"}",
		 m->options->code, m->sends ? "Sender" : "Viewer", m->index,
		 m->options->token && m->index == 0 ? m->options->token : "");
	send_request(m, "join", d);
}

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static void on_error(struct lg_member *m, const char *text)
{
	const char *code = strstr(text, "\"code\":\"");

	if (code && !m->stats.error[0])
		snprintf(m->stats.error, sizeof(m->stats.error), "%.*s",
			 (int)strcspn(code + 8, "\""), code + 8);
	if (!m->stats.joined_us)
		fail(m, "join refused");
}

static void on_joined(struct lg_member *m)
{
	char d[60];

	m->stats.joined_us = clock_us();
	if (m->sends || !m->options->n_cap)
		return;
	/* the net is a hint to begin with level main */
	snprintf(d, sizeof(d), "{\"cap\":\"%s\",\"net\":\"4g\"}",
		 m->options->cap[lg_member_class(m)]);
	send_request(m, "rtc.prefer", d);
}

/* Thousands of members hear of thousands: what is of no use here is not parsed. */
static void on_text(void *ctx, char *text, size_t len)
{
	struct lg_member *m = ctx;

	(void)len;
	m->stats.messages++;
	if (m->in.trace)
		lg_trace_text(m->in.trace, text, clock_us());
	if (starts(text, "{\"t\":\"rtc.offer\"")) {
		on_offer(m, text);
	} else if (starts(text, "{\"t\":\"ok\"")) {
		if (!m->stats.joined_us)
			on_joined(m);
	} else if (starts(text, "{\"t\":\"err\"")) {
		on_error(m, text);
	} else if (starts(text, "{\"t\":\"bye\"")) {
		fail(m, "bye");
	}
}

/* ---- steps
 * ----------------------------------------------------------------------------------- */

static void step_ws(struct lg_member *m)
{
	int err = m->ws ? wsc_step(m->ws) : 0;

	if (!err)
		return;
	m->stats.ws_bytes = wsc_bytes(m->ws);
	if (!m->stats.error[0])
		snprintf(m->stats.error, sizeof(m->stats.error), "%u %s",
			 wsc_code(m->ws), strerror(-err));
	fail(m, m->stats.joined_us ? "connection lost" : "cannot connect");
	wsc_destroy(m->ws);
	m->ws = NULL;
}

void lg_member_ready(struct lg_member *m, bool media, int64_t now_us)
{
	if (!media) {
		step_ws(m);
	} else if (m->peer) {
		lg_peer_read(m->peer, now_us);
		lg_receiver_read(&m->in, now_us);
	}
}

static void tick_up(struct lg_member *m, int64_t now_us)
{
	if (!m->media_on) {
		m->media_on = true;
		m->common->n_up++;
		if (m->sends)
			send_request(m, "media.set", "{\"mic\":true,\"cam\":true}");
	}
	if (!m->ready && m->stats.key_us) { /* else posters would go on */
		m->ready = true;
		send_request(m, "view.ready", "{}");
	}
	lg_receiver_tick(&m->in, now_us);
}

void lg_member_tick(struct lg_member *m, int64_t now_us)
{
	enum lg_peer_state state;

	if (!m->media_on && !m->failed && now_us - m->stats.begun_us > JOIN_US)
		fail(m,
		     m->stats.joined_us ? "media does not connect" : "join unanswered");
	if (!m->peer)
		return;
	lg_peer_tick(m->peer, now_us);
	state = lg_peer_state(m->peer);
	if (state == LG_FAILED || state == LG_CLOSED)
		fail(m, state == LG_FAILED ? "DTLS" : "closed by the server");
	if (state == LG_UP && m->ws)
		tick_up(m, now_us);
}

int64_t lg_member_send(struct lg_member *m, int64_t now_us)
{
	if (!m->sender || !m->media_on || m->failed)
		return now_us + 100 * MS_US;
	return lg_sender_run(m->sender, m->peer, now_us);
}

/* ---- life
 * --------------------------------------------------------------------------------------
 */

int lg_member_create(struct lg_member **out, struct lg_common *common, uint32_t index)
{
	struct lg_member *m = calloc(1, sizeof(*m));
	const struct wsc_events events = {m, on_open, on_text};
	const struct wsc_to to = {.address = common->options->host,
				  .port = common->options->port,
				  .tls = common->options->tls ? common->tls : NULL};
	int err;

	if (!m)
		return -ENOMEM;
	m->common = common;
	m->options = common->options;
	m->index = index;
	m->sends = index < common->options->senders;
	m->ssrc_voice = rand_u32() | 1;
	m->ssrc_camera = rand_u32() | 1;
	m->stats.begun_us = clock_us();
	lg_receiver_init(&m->in, m->options, index, rand_u32() | 1, &m->stats);
	*out = m;
	err = wsc_create(&m->ws, &to, &events);
	if (!err)
		err = watch(m, wsc_fd(m->ws), false);
	if (err) {
		snprintf(m->stats.error, sizeof(m->stats.error), "%s", strerror(-err));
		fail(m, "cannot connect");
	}
	return 0;
}

void lg_member_destroy(struct lg_member *m)
{
	if (!m)
		return;
	if (m->ws && m->stats.joined_us)
		send_request(m, "leave", "{}");
	lg_peer_destroy(m->peer);
	wsc_destroy(m->ws);
	lg_sender_destroy(m->sender);
	lg_receiver_fini(&m->in);
	free(m);
}

void lg_member_mark(struct lg_member *m, bool end)
{
	struct lg_mark *mark = &m->stats.marks[end];

	*mark = (struct lg_mark){.at_us = clock_us(),
				 .video = m->in.video.wire_bytes,
				 .audio = m->in.audio.wire_bytes,
				 .rtx = m->stats.rtx_bytes,
				 .other = m->stats.other_bytes,
				 .out = m->stats.out_bytes};
	if (!end) /* what newcomers are shown again is no lateness */
		m->stats.late_video = m->stats.late_audio = (struct lg_late){0};
	if (m->ws)
		m->stats.ws_bytes = wsc_bytes(m->ws);
	if (m->peer)
		m->stats.overflow = lg_peer_overflow(m->peer);
}

uint32_t lg_member_index(const struct lg_member *m)
{
	return m->index;
}

bool lg_member_sends(const struct lg_member *m)
{
	return m->sends;
}

const struct lg_stats *lg_member_stats(const struct lg_member *m)
{
	return &m->stats;
}

const struct lg_track *lg_member_video(const struct lg_member *m)
{
	return &m->in.video;
}

const struct lg_track *lg_member_audio(const struct lg_member *m)
{
	return &m->in.audio;
}

unsigned lg_member_class(const struct lg_member *m)
{
	return m->sends ? 0 : (m->index - m->options->senders) % lg_classes(m->options);
}

bool lg_member_full(const struct lg_member *m)
{
	return m->in.full;
}

const struct lg_trace *lg_member_trace(const struct lg_member *m)
{
	return m->in.trace;
}

const struct lg_sync *lg_member_sync(const struct lg_member *m)
{
	return m->in.sync;
}
