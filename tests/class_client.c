#include "tests/class_client.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/rand.h"
#include "mixer/adec.h"
#include "mixer/framesize.h"
#include "mixer/pcm.h"
#include "tests/class_media.h"
#include "tests/peer_client.h"
#include "tests/test.h"
#include "tests/tone.h"
#include "tests/ws_client.h"
#include "transport/depay.h"
#include "transport/rtp.h"
#include "transport/sdp.h"

#define MESSAGE_MAX 70000
#define PT_OPUS     111

struct class_client {
	struct class_client_conf conf;
	struct ws_client *ws;
	struct peer_client *pc;
	struct sdp *offer; /* the last one */
	struct adec *adec;
	struct depay *depay; /* of H.264 */
	struct class_client_stats stats;
	int64_t next_id;
	char reply[8192], error[40];
	int64_t asked; /* the id whose reply is waited for, 0: none */
	bool closed;
	const struct class_media *media;
	float *heard; /* the last second; NULL: it does not listen */
	bool send_video, send_audio;
	int64_t media_start_us;
	uint32_t video_at, audio_at; /* units sent so far */
	uint16_t seq[2];
	uint32_t ssrc[2]; /* sound, camera */
	char text[MESSAGE_MAX];
};

static void send_text(struct class_client *c, const char *type, const char *d, int64_t id)
{
	char *text = malloc(strlen(d) + 200);

	CHECK(text);
	sprintf(text, "{\"t\":\"%s\",\"id\":%lld,\"d\":%s}", type, (long long)id, d);
	ws_client_send(c->ws, text);
	free(text);
}

/* ---- media in ---------------------------------------------------------------- */

#define LOUD 0.01f

static void keep_sound(struct class_client *c, const float *pcm, int n)
{
	if (!c->heard)
		return;
	memmove(c->heard, c->heard + n, (size_t)(PCM_HZ - n) * sizeof(*pcm));
	memcpy(c->heard + PCM_HZ - n, pcm, (size_t)n * sizeof(*pcm));
}

void class_client_listen(struct class_client *c)
{
	if (!c->heard)
		c->heard = calloc(PCM_HZ, sizeof(*c->heard));
	CHECK(c->heard);
}

double class_client_tone(const struct class_client *c, double hz)
{
	return tone_db(c->heard, PCM_HZ, hz);
}

static bool audible(struct class_client *c, const struct rtp_packet *p)
{
	float pcm[3 * PCM_TICK];
	int n = adec_decode(c->adec, p->payload, p->payload_len, pcm, 3 * PCM_TICK);

	CHECK(n == PCM_TICK || n == 2 * PCM_TICK || n == 3 * PCM_TICK);
	c->stats.lengths[n / PCM_TICK - 1]++;
	keep_sound(c, pcm, n);
	for (int i = 0; i < n; i++)
		if (pcm[i] > LOUD)
			return true;
	return false;
}

static bool is_h264(const struct class_client *c, uint8_t pt)
{
	for (uint32_t i = 0; i < c->offer->n_media; i++)
		for (uint32_t k = 0; k < c->offer->media[i].n_codecs; k++)
			if (c->offer->media[i].codecs[k].pt == pt)
				return c->offer->media[i].codecs[k].codec == CODEC_H264;
	return false;
}

/* A sequence parameter set, alone or the first of several (RFC 6184, 5.6 and 5.7.1). */
static bool begins_key(const struct rtp_packet *p)
{
	const uint8_t *b = p->payload;
	uint32_t type = p->payload_len > 3 ? b[0] & 31u : 0;

	return type == 7 || (type == 24 && (b[3] & 31) == 7);
}

static void look(struct class_client *c, const struct rtp_packet *p)
{
	struct au *au = NULL;

	c->stats.keys += is_h264(c, p->pt) && begins_key(p);
	if (!is_h264(c, p->pt) || depay_push(c->depay, p, false, &au) || !au)
		return;
	(void)!framesize_read(au, &c->stats.w_px, &c->stats.h_px);
	au_put(au);
}

static void on_rtp(void *ctx, uint8_t *data, size_t len)
{
	struct class_client *c = ctx;
	struct rtp_packet p;

	CHECK(rtp_parse(&p, data, len) == 0);
	c->stats.bytes += len;
	if (p.pt == PT_OPUS) {
		c->stats.audio++;
		c->stats.audible += audible(c, &p);
		return;
	}
	if (!c->stats.first_video_us)
		c->stats.first_video_us = clock_us();
	c->stats.video++;
	c->stats.frames += p.marker;
	look(c, &p);
}

/* ---- the answer --------------------------------------------------------------- */

struct text {
	char *out;
	size_t size, n;
};

static void add(struct text *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	t->n += (size_t)vsnprintf(t->out + t->n, t->size - t->n, fmt, ap);
	va_end(ap);
	CHECK(t->n < t->size);
}

static void add_media(struct text *t, const struct class_client *c,
		      const struct sdp_media *m)
{
	static const char *const names[] = {"", "H264", "VP8", "VP9", "AV1", "opus"};
	bool audio = m->kind == SDP_AUDIO;

	add(t, "m=%s 9 UDP/TLS/RTP/SAVPF", audio ? "audio" : "video");
	for (uint32_t i = 0; i < m->n_codecs; i++)
		if (!(c->conf.vp8 && m->codecs[i].codec == CODEC_H264))
			add(t, " %u", m->codecs[i].pt);
	add(t, "\\r\\nc=IN IP4 0.0.0.0\\r\\na=mid:%s\\r\\na=rtcp-mux\\r\\na=%s\\r\\n",
	    m->mid,
	    audio                ? "sendrecv"
	    : m->dir == SDP_SEND ? "recvonly"
				 : "sendonly");
	for (uint32_t i = 0; i < m->n_codecs; i++) {
		const struct sdp_codec *k = &m->codecs[i];

		if (c->conf.vp8 && k->codec == CODEC_H264)
			continue;
		add(t, "a=rtpmap:%u %s/%s\\r\\n", k->pt, names[k->codec],
		    audio ? "48000/2" : "90000");
		if (audio)
			add(t, "a=fmtp:%u minptime=10;useinbandfec=1\\r\\n", k->pt);
		if (k->codec == CODEC_H264)
			add(t,
			    "a=fmtp:%u packetization-mode=%u;profile-level-id=%06x\\r\\n",
			    k->pt, k->h264_mode, (unsigned)k->h264_profile);
		if (!audio)
			add(t, "a=rtcp-fb:%u nack\\r\\na=rtcp-fb:%u nack pli\\r\\n",
			    k->pt, k->pt);
	}
	if (m->ext[SDP_EXT_MID])
		add(t, "a=extmap:%u urn:ietf:params:rtp-hdrext:sdes:mid\\r\\n",
		    m->ext[SDP_EXT_MID]);
	if (audio && c->conf.maxptime_ms)
		add(t, "a=maxptime:%u\\r\\n", c->conf.maxptime_ms);
	if (audio)
		add(t, "a=ssrc:%u cname:x\\r\\n", c->ssrc[0]);
	else if (m->dir == SDP_RECV && strcmp(m->mid, "c") == 0)
		add(t, "a=ssrc:%u cname:x\\r\\n", c->ssrc[1]);
}

static void answer(struct class_client *c, unsigned v)
{
	struct text t = {malloc(16384), 16384, 0};
	const uint8_t *fp = peer_client_fingerprint(c->pc);

	CHECK(t.out);
	add(&t,
	    "{\"v\":%u,\"sdp\":\"v=0\\r\\no=- 1 %u IN IP4 127.0.0.1\\r\\ns=-\\r\\nt=0 "
	    "0\\r\\na=group:BUNDLE",
	    v, v);
	for (uint32_t i = 0; i < c->offer->n_media; i++)
		add(&t, " %s", c->offer->media[i].mid);
	add(&t,
	    "\\r\\na=ice-ufrag:%s\\r\\na=ice-pwd:%s\\r\\na=setup:active\\r\\na="
	    "fingerprint:sha-256 ",
	    peer_client_ufrag(c->pc), "0123456789abcdef0123456789abcdef");
	for (int i = 0; i < 32; i++)
		add(&t, i ? ":%02X" : "%02X", fp[i]);
	add(&t, "\\r\\n");
	for (uint32_t i = 0; i < c->offer->n_media; i++)
		add_media(&t, c, &c->offer->media[i]);
	add(&t, "\"}");
	send_text(c, "rtc.answer", t.out, ++c->next_id);
	free(t.out);
}

static void port_of(const char *sdp, bool tcp, uint16_t *port)
{
	const char *line = sdp;
	char kind[4], ip[64];
	unsigned n;

	while ((line = strstr(line, "a=candidate:"))) {
		CHECK(sscanf(line, "a=candidate:%*s 1 %3s %*s %63s %u", kind, ip, &n) ==
		      3);
		if ((kind[0] == 't' || kind[0] == 'T') == tcp)
			*port = (uint16_t)n;
		line++;
	}
}

static void got_offer(struct class_client *c, const cJSON *d)
{
	const char *sdp = cJSON_GetObjectItem(d, "sdp")->valuestring, *why = "";
	unsigned v = (unsigned)cJSON_GetObjectItem(d, "v")->valuedouble;

	if (c->conf.no_media)
		return;
	if (sdp_parse(c->offer, sdp, strlen(sdp), &why)) {
		fprintf(stderr, "offer: %s\n%s\n", why, sdp);
		exit(1);
	}
	if (!c->pc) {
		struct peer_client_conf conf = {.ip = c->conf.host,
						.tcp = c->conf.tcp,
						.ufrag = c->offer->media[0].ufrag,
						.pwd = c->offer->media[0].pwd,
						.fingerprint = c->offer->fingerprints[0],
						.ctx = c,
						.rtp = on_rtp};

		port_of(sdp, c->conf.tcp, &conf.port);
		c->stats.media_port = conf.port;
		c->pc = peer_client_create(&conf);
		CHECK(c->pc);
	}
	answer(c, v);
}

/* ---- messages ------------------------------------------------------------------ */

static void got_layout(struct class_client *c, const cJSON *d)
{
	const cJSON *tile;

	c->stats.generation = (uint32_t)cJSON_GetObjectItem(d, "generation")->valuedouble;
	c->stats.tiles = 0;
	cJSON_ArrayForEach(tile, cJSON_GetObjectItem(d, "tiles"))
		c->stats.tiles += cJSON_IsTrue(cJSON_GetObjectItem(tile, "video"));
}

static void got_event(struct class_client *c, const char *t, const cJSON *d)
{
	snprintf(c->stats.last_event, sizeof(c->stats.last_event), "%s", t);
	if (strcmp(t, "rtc.offer") == 0)
		got_offer(c, d);
	else if (strcmp(t, "layout") == 0)
		got_layout(c, d);
	else if (strcmp(t, "quality") == 0)
		c->stats.main_kbps = (uint32_t)cJSON_GetNumberValue(
			cJSON_GetObjectItem(cJSON_GetObjectItem(d, "kbps"), "main"));
}

static void got_text(struct class_client *c, const char *text)
{
	cJSON *root = cJSON_Parse(text);
	const cJSON *t = cJSON_GetObjectItem(root, "t"),
		    *id = cJSON_GetObjectItem(root, "id");
	const cJSON *code = cJSON_GetObjectItem(root, "code");

	CHECK(root && cJSON_IsString(t));
	if (cJSON_IsNumber(id)) {
		if ((int64_t)id->valuedouble != c->asked) {
			cJSON_Delete(root);
			return; /* of an answer to an offer */
		}
		c->asked = 0;
		snprintf(c->reply, sizeof(c->reply), "%.8000s", text);
		snprintf(c->error, sizeof(c->error), "%s",
			 cJSON_IsString(code) ? code->valuestring : "");
	} else {
		c->stats.events += cJSON_GetObjectItem(root, "seq") != NULL;
		got_event(c, t->valuestring, cJSON_GetObjectItem(root, "d"));
	}
	cJSON_Delete(root);
}

/* One message, if there is one within `ms`. */
static void read_one(struct class_client *c, int ms)
{
	int n;

	if (c->closed)
		return;
	n = ws_client_recv(c->ws, c->text, sizeof(c->text), ms);
	if (n >= 0)
		got_text(c, c->text);
	else if (n != -ETIMEDOUT)
		c->closed = true;
}

/* ---- media out ------------------------------------------------------------------ */

static void send_blob(struct class_client *c, const struct blob *blob, bool video,
		      uint32_t ts)
{
	const struct sdp_media *m = NULL;
	uint8_t pt = PT_OPUS, buf[1400];

	for (uint32_t i = 0; video && i < c->offer->n_media; i++)
		if (strcmp(c->offer->media[i].mid, "c") == 0)
			m = &c->offer->media[i];
	for (uint32_t i = 0; m && i < m->n_codecs; i++)
		if (m->codecs[i].codec == blob->au->codec) {
			pt = m->codecs[i].pt;
			break;
		}
	for (uint32_t i = 0; i < blob->n; i++) {
		struct rtp_packet p = {.marker = video && i + 1 == blob->n,
				       .pt = pt,
				       .seq = c->seq[video]++,
				       .ts = ts,
				       .ssrc = c->ssrc[video]};
		size_t n = rtp_header_write(buf, &p, NULL, 0);

		memcpy(buf + n, blob->data + blob->packets[i].offset,
		       blob->packets[i].len);
		peer_client_send_rtp(c->pc, buf, n + blob->packets[i].len);
	}
}

static void send_due(struct class_client *c)
{
	int64_t now = clock_us() - c->media_start_us;

	if (!c->media || !c->pc)
		return;
	while (c->send_audio && now >= (int64_t)c->audio_at * 20000) {
		send_blob(c, c->media->audio[c->audio_at % 50], false, c->audio_at * 960);
		c->audio_at++;
	}
	while (c->send_video && now >= (int64_t)c->video_at * SEC_US / CLASS_FPS) {
		send_blob(c, c->media->video[c->video_at % CLASS_FPS], true,
			  c->video_at * (90000 / CLASS_FPS));
		c->video_at++;
	}
}

void class_client_send(struct class_client *c, const struct class_media *m, bool video,
		       bool audio)
{
	c->media = m;
	c->send_video = m && video;
	c->send_audio = m && audio;
	c->media_start_us = clock_us();
	c->video_at = c->audio_at = 0;
}

/* ---- life ------------------------------------------------------------------------ */

void class_client_run(struct class_client *c, int ms)
{
	int64_t end = clock_us() + ms * MS_US;

	do {
		struct pollfd fds[2] = {{ws_client_fd(c->ws), POLLIN, 0},
					{-1, POLLIN, 0}};

		if (c->pc)
			fds[1].fd = peer_client_fd(c->pc);
		poll(fds, 2, 5);
		read_one(c, 0);
		if (c->pc)
			peer_client_step(c->pc);
		send_due(c);
	} while (clock_us() < end);
}

const char *class_client_ask(struct class_client *c, const char *type, const char *d)
{
	int64_t id = ++c->next_id, end = clock_us() + 60 * SEC_US;

	c->asked = id;
	send_text(c, type, d, id);
	while (c->asked) {
		if (c->closed || clock_us() > end)
			return "timeout";
		class_client_run(c, 1);
	}
	return c->error[0] ? c->error : NULL;
}

bool class_client_ok(const char *error)
{
	if (error)
		fprintf(stderr, "refused: %s\n", error);
	return !error;
}

bool class_client_said(const char *error, const char *want)
{
	if (!error || strcmp(error, want) != 0)
		fprintf(stderr, "said %s, not %s\n", error ? error : "ok", want);
	return error && strcmp(error, want) == 0;
}

const char *class_client_enter(struct class_client *c, const char *d)
{
	return class_client_ask(c, "enter", d);
}

const char *class_client_reply(const struct class_client *c)
{
	return c->reply;
}

void class_client_text(const struct class_client *c, const char *key, char *out,
		       size_t size)
{
	const char *at = strstr(c->reply, key);
	size_t n;

	CHECK(at);
	at += strlen(key);
	n = strcspn(at, "\"");
	CHECK(n < size);
	memcpy(out, at, n);
	out[n] = '\0';
}

bool class_client_list(struct class_client *c, unsigned limit)
{
	const char *error;
	char d[40];

	snprintf(d, sizeof(d), "{\"limit\":%u}", limit);
	error = class_client_ask(c, "recording.list", d);
	if (error && strcmp(error, "too_fast") == 0)
		return false;
	CHECK(class_client_ok(error));
	return true;
}

static bool join(struct class_client *c, int timeout_ms)
{
	int64_t end = clock_us() + timeout_ms * MS_US;
	char d[400];

	snprintf(d, sizeof(d), "{\"code\":\"%s\",\"name\":\"%s\",\"token\":\"%s\"%s}",
		 c->conf.code, c->conf.name, c->conf.token ? c->conf.token : "",
		 c->conf.warm ? ",\"warm\":true" : "");
	if (class_client_ask(c, "join", d))
		return false;
	while (!c->conf.no_media &&
	       (!c->pc || peer_client_state(c->pc) != PEER_CLIENT_UP)) {
		if (clock_us() > end || c->closed)
			return false;
		class_client_run(c, 5);
	}
	return true;
}

struct class_client *class_client_join(const struct class_client_conf *conf,
				       int timeout_ms)
{
	struct class_client *c = calloc(1, sizeof(*c));

	CHECK(c);
	c->conf = *conf;
	c->offer = calloc(1, sizeof(*c->offer));
	CHECK(c->offer && adec_create(&c->adec) == 0);
	CHECK(depay_create(&c->depay, CODEC_H264) == 0);
	c->ssrc[0] = rand_u32() | 1;
	c->ssrc[1] = rand_u32() | 1;
	c->ws = ws_client_open(conf->host, conf->port, conf->tls, NULL, NULL);
	if (!c->ws || !join(c, timeout_ms)) {
		class_client_vanish(c);
		return NULL;
	}
	return c;
}

void class_client_vanish(struct class_client *c)
{
	if (!c)
		return;
	if (c->pc)
		peer_client_vanish(c->pc);
	ws_client_close(c->ws);
	adec_destroy(c->adec);
	depay_destroy(c->depay);
	free(c->offer);
	free(c->heard);
	free(c);
}

void class_client_leave(struct class_client *c)
{
	if (!c)
		return;
	class_client_ask(c, "leave", "{}");
	if (c->pc)
		peer_client_destroy(c->pc);
	c->pc = NULL;
	class_client_vanish(c);
}

const struct class_client_stats *class_client_stats(const struct class_client *c)
{
	return &c->stats;
}
