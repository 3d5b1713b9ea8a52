#include "bench/loadgen_sender.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "transport/rtcp.h"
#include "transport/rtp.h"

#define KEPT     256 /* packets for repetition, of the camera */
#define ROOM     1400
#define TICK_US  (20 * MS_US)
#define NTP_1970 INT64_C(2208988800) /* seconds */

struct kept {
	uint16_t seq, len;
	uint8_t data[ROOM];
};

struct lg_sender {
	struct lg_sender_conf conf;
	bool started, key;
	int64_t start_us;
	uint32_t n_sound, n_frame; /* sent so far */
	uint32_t at;               /* in the clip */
	uint32_t piece;            /* packets of this frame sent so far */
	uint16_t seq[2];           /* sound, camera */
	uint32_t packets[2], bytes[2];
	struct kept kept[KEPT];
};

static void send_packet(struct lg_sender *s, struct lg_peer *peer, bool video,
			const struct blob *blob, uint32_t i, uint32_t ts)
{
	const struct blob_packet *piece = &blob->packets[i];
	struct rtp_packet p = {
		.marker = video ? i + 1 == blob->n : s->n_sound == 0,
		.pt = video ? s->conf.pt_camera : s->conf.pt_voice,
		.seq = s->seq[video]++,
		.ts = ts,
		.ssrc = video ? s->conf.ssrc_camera : s->conf.ssrc_voice,
	};
	struct kept *k = &s->kept[p.seq % KEPT];
	_Alignas(16) uint8_t buf[ROOM];
	size_t n = rtp_header_write(buf, &p, NULL, 0);

	memcpy(buf + n, blob->data + piece->offset, piece->len);
	n += piece->len;
	s->packets[video]++;
	s->bytes[video] += piece->len;
	if (lg_peer_send_rtp(peer, buf, &n) || !video)
		return;
	k->seq = p.seq;
	k->len = (uint16_t)n;
	memcpy(k->data, buf, n);
}

static uint32_t sound_ts(const struct lg_sender *s)
{
	return s->n_sound * 960;
}

static uint32_t fps(const struct lg_sender *s)
{
	return s->conf.beacon ? LG_BEACON_FPS : s->conf.clip->fps;
}

static uint32_t frame_ts(const struct lg_sender *s)
{
	return (uint32_t)((uint64_t)s->n_frame * 90000 / fps(s));
}

static const struct blob *frame(const struct lg_sender *s)
{
	return s->conf.beacon ? lg_beacon_frame(s->conf.beacon, s->n_frame)
			      : s->conf.clip->video[s->at];
}

/* When our clock says that, the sender's own has gone so far. */
static int64_t due_at(const struct lg_sender *s, bool video, int64_t own_us)
{
	int64_t ppm = s->conf.ppm[video];

	return s->start_us + own_us - own_us * ppm / (1000000 + ppm);
}

static int64_t own_time(const struct lg_sender *s, bool video, int64_t now_us)
{
	int64_t since_us = now_us - s->start_us;

	return since_us + since_us * s->conf.ppm[video] / 1000000;
}

/* The packets of a frame leave over half of its time, as a pacer does it. */
static int64_t piece_due(const struct lg_sender *s)
{
	int64_t each = SEC_US / fps(s), at_us = (int64_t)s->n_frame * SEC_US / fps(s);

	return due_at(s, true, at_us + each / 2 * s->piece / frame(s)->n);
}

static void next_frame(struct lg_sender *s)
{
	s->piece = 0;
	s->n_frame++;
	s->at = s->key ? 0 : (s->at + 1) % s->conf.clip->n_video;
	s->key = false;
}

static int64_t run_video(struct lg_sender *s, struct lg_peer *peer, int64_t now_us)
{
	int64_t due;

	while ((due = piece_due(s)) <= now_us) {
		const struct blob *blob = frame(s);

		if (now_us - due < SEC_US) /* else: we were away, do not flood */
			send_packet(s, peer, true, blob, s->piece, frame_ts(s));
		if (++s->piece == blob->n)
			next_frame(s);
	}
	return due;
}

/* The next 20 ms; NULL without memory. */
static struct blob *next_sound(struct lg_sender *s)
{
	const struct lg_clip *clip = s->conf.clip;
	uint32_t at = s->n_sound + s->conf.phase * 7;
	struct blob *blob = NULL;

	if (!s->conf.beacon)
		return blob_get(clip->audio[at % clip->n_audio]);
	if (lg_beacon_sound(s->conf.beacon, &blob))
		return NULL;
	return blob;
}

/* A packet can leave when the last of its sound was said, not before. */
static int64_t run_audio(struct lg_sender *s, struct lg_peer *peer, int64_t now_us)
{
	int64_t due;

	while ((due = due_at(s, false, (s->n_sound + 1) * TICK_US)) <= now_us) {
		struct blob *blob = next_sound(s);

		if (blob && now_us - due < SEC_US)
			send_packet(s, peer, false, blob, 0, sound_ts(s));
		blob_put(blob);
		s->n_sound++;
	}
	return due;
}

int64_t lg_sender_run(struct lg_sender *s, struct lg_peer *peer, int64_t now_us)
{
	int64_t next = now_us + SEC_US, due;

	if (!s->started) {
		s->started = true;
		s->start_us = now_us + s->conf.phase * 3 * MS_US % (100 * MS_US);
	}
	if (s->conf.pt_voice)
		next = run_audio(s, peer, now_us);
	if (s->conf.pt_camera) {
		due = run_video(s, peer, now_us);
		if (due < next)
			next = due;
	}
	return next;
}

void lg_sender_key(struct lg_sender *s)
{
	s->key = true;
}

void lg_sender_again(struct lg_sender *s, struct lg_peer *peer, uint32_t ssrc,
		     uint16_t seq)
{
	const struct kept *k = &s->kept[seq % KEPT];

	if (ssrc == s->conf.ssrc_camera && k->len && k->seq == seq)
		lg_peer_send_raw(peer, k->data, k->len);
}

void lg_sender_report(struct lg_sender *s, struct lg_peer *peer, int64_t now_us)
{
	int64_t wall_us = clock_wall_ms() * MS_US;

	if (!s->started || now_us <= s->start_us)
		return;
	for (int video = 0; video < 2; video++) {
		int64_t own_us = own_time(s, video, now_us);
		_Alignas(16) uint8_t buf[200];
		struct rtcp_out o = {.data = buf, .size = 128};
		const struct rtcp_sr sr = {
			.ssrc = video ? s->conf.ssrc_camera : s->conf.ssrc_voice,
			.ntp = (uint64_t)(wall_us / SEC_US + NTP_1970) << 32 |
			       (uint64_t)((wall_us % SEC_US << 32) / SEC_US),
			.rtp_ts = (uint32_t)(own_us * (video ? 9 : 6) /
					     (video ? 100 : 125)),
			.packets = s->packets[video],
			.bytes = s->bytes[video],
		};

		if (!s->packets[video])
			continue;
		rtcp_put_sr(&o, &sr, NULL, 0);
		rtcp_put_cname(&o, sr.ssrc, "loadgen");
		lg_peer_send_rtcp(peer, buf, o.len);
	}
}

int lg_sender_create(struct lg_sender **out, const struct lg_sender_conf *conf)
{
	struct lg_sender *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->conf = *conf;
	*out = s;
	return 0;
}

void lg_sender_destroy(struct lg_sender *s)
{
	if (!s)
		return;
	lg_beacon_destroy(s->conf.beacon);
	free(s);
}
