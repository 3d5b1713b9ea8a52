#include "transport/sdp.h"

#include "transport/sdp_writer.h"

#include <errno.h>
#include <string.h>

#define LEVEL_MAX 0x1f /* H.264 level 3.1, as in our offers */

/* True when a section only carries what we send. */
static bool only_view(const struct sdp_media *m)
{
	return m->in == SDP_IN_NONE && m->out == SDP_OUT_VIEW;
}

/* Baseline, main and high: 8 bits, 4:2:0. Decoders of all three take constrained
 * baseline. High 4:4:4 predictive may be more than that: we never take it. */
static bool is_our_h264(const struct sdp_media *m, const struct sdp_codec *c)
{
	uint32_t profile = c->h264_profile >> 16;

	if (profile == SDP_HIGH_444)
		return c->h264_mode == 1 && only_view(m);
	return c->h264_mode == 1 &&
	       (profile == 0x42 || profile == 0x4d || profile == SDP_HIGH);
}

static bool is_ours(const struct sdp_media *m, const struct sdp_codec *c)
{
	switch (c->codec) {
	case CODEC_OPUS:
	case CODEC_VP8:
		return true;
	case CODEC_H264:
		return is_our_h264(m, c);
	case CODEC_VP9: /* we take it, but never send it */
		return m->in != SDP_IN_NONE || m->out == SDP_OUT_NONE;
	case CODEC_AV1: /* we send it, but never take it */
		return only_view(m);
	default:
		return false;
	}
}

/* How well a codec fits the view: an exact profile first. */
static unsigned int view_rank(const struct sdp_codec *c)
{
	uint32_t profile = c->h264_profile >> 16;

	if (c->codec != CODEC_H264)
		return c->codec == CODEC_AV1 ? 5 : 4;
	if (profile != 0x42)
		return profile == SDP_HIGH_444 ? 3 : 2;
	return c->h264_profile & 0x4000 ? 0 : 1; /* constraint_set1: constrained */
}

/* Best first, else in the order of the client's preference. */
static void sort_for_view(struct sdp_media *m)
{
	for (uint32_t i = 1; i < m->n_codecs; i++) {
		struct sdp_codec c = m->codecs[i];
		uint32_t k = i;

		for (; k > 0 && view_rank(&m->codecs[k - 1]) > view_rank(&c); k--)
			m->codecs[k] = m->codecs[k - 1];
		m->codecs[k] = c;
	}
}

static void reduce_codecs(struct sdp_media *m)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->n_codecs; i++)
		if (is_ours(m, &m->codecs[i]))
			m->codecs[n++] = m->codecs[i];
	if (m->kind == SDP_AUDIO && n > 1)
		n = 1;
	m->n_codecs = n;
	if (m->in != SDP_IN_VOICE && m->out != SDP_OUT_MIX)
		m->red_pt = 0;
	if (m->out == SDP_OUT_VIEW)
		sort_for_view(m);
}

/* The extensions that mean something in a section, as a bit set. */
static unsigned int useful_exts(const struct sdp_media *m)
{
	unsigned int set = 1 << SDP_EXT_MID | 1 << SDP_EXT_TWCC;

	if (m->in == SDP_IN_VOICE)
		set |= 1 << SDP_EXT_AUDIO_LEVEL;
	if (m->in == SDP_IN_CAMERA || m->in == SDP_IN_SCREEN)
		set |= 1 << SDP_EXT_RID | 1 << SDP_EXT_REPAIRED_RID |
		       1 << SDP_EXT_ORIENTATION | 1 << SDP_EXT_ABS_SEND_TIME;
	if (m->out == SDP_OUT_VIEW)
		set |= 1 << SDP_EXT_PLAYOUT_DELAY;
	return set;
}

static void reject(struct sdp_media *m)
{
	m->rejected = true;
	m->in = SDP_IN_NONE;
	m->out = SDP_OUT_NONE;
	m->dir = 0;
}

/* What our section `mid` carries when the client's direction is m->dir. */
static void assign_ours(struct sdp_media *m, char mid)
{
	static const struct {
		char mid;
		enum sdp_in in;
		enum sdp_out out;
	} ours[] = {
		{'a', SDP_IN_VOICE, SDP_OUT_MIX},
		{'v', SDP_IN_NONE, SDP_OUT_VIEW},
		{'c', SDP_IN_CAMERA, SDP_OUT_NONE},
		{'s', SDP_IN_SCREEN, SDP_OUT_NONE},
	};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (ours[i].mid != mid)
			continue;
		m->in = m->dir & SDP_SEND ? ours[i].in : SDP_IN_NONE;
		m->out = m->dir & SDP_RECV ? ours[i].out : SDP_OUT_NONE;
	}
	m->dir = (m->in ? SDP_SEND : 0) | (m->out ? SDP_RECV : 0);
}

static bool uses_pt(const struct sdp_media *m, uint8_t pt)
{
	for (uint32_t i = 0; i < m->n_codecs; i++)
		if (m->codecs[i].pt == pt || m->codecs[i].rtx_pt == pt)
			return true;
	return m->red_pt == pt;
}

/* Chromium sends what we offered to take, even when its answer, narrowed by
 * setCodecPreferences, names only other codecs: what we offered stays good. */
static void keep_offered(struct sdp_media *m)
{
	uint32_t n;
	const struct sdp_codec *offered = sdp_offered_camera(&n);

	for (uint32_t i = 0; i < n && m->n_codecs < LIMIT_PTS; i++)
		if (!uses_pt(m, offered[i].pt) && !uses_pt(m, offered[i].rtx_pt))
			m->codecs[m->n_codecs++] = offered[i];
}

/* Fits one section of an answer to the same one of our offer. */
static const char *take_section(struct sdp_media *m, const char *mid)
{
	if (strcmp(m->mid, mid) != 0 && !(m->rejected && !m->mid[0]))
		return "mid is not the one of the offer";
	if (m->kind != (mid[0] == 'a' ? SDP_AUDIO : SDP_VIDEO))
		return "kind is not the one of the offer";
	memcpy(m->mid, mid, strlen(mid) + 1);
	if (m->rejected) {
		reject(m);
		return NULL;
	}
	assign_ours(m, mid[0]);
	reduce_codecs(m);
	if (m->n_codecs == 0)
		return "no codec in common";
	if (m->in == SDP_IN_CAMERA || m->in == SDP_IN_SCREEN)
		keep_offered(m);
	for (int i = 0; i < SDP_EXT_N; i++)
		if (m->ext[i] != sdp_ext_id((enum sdp_ext)i))
			m->ext[i] = 0; /* an answer may not choose another id */
	m->n_rids = 0;                 /* we offer no simulcast */
	return NULL;
}

int sdp_take_answer(struct sdp *answer, const char **why)
{
	static const char *const mids[] = {"a", "v", "c", "s"};
	struct sdp v = *answer;
	const char *wrong = NULL;
	bool any = false;

	if (v.n_media != 3 && v.n_media != 4)
		wrong = "number of sections is not the one of the offer";
	else if (v.setup == SDP_PASSIVE)
		wrong = "setup:passive, but we never open the handshake";
	for (uint32_t i = 0; !wrong && i < v.n_media; i++) {
		wrong = take_section(&v.media[i], mids[i]);
		any |= !v.media[i].rejected;
	}
	if (!wrong && !any)
		wrong = "everything is rejected";
	if (wrong) {
		*why = wrong;
		return -EPROTO;
	}
	*answer = v;
	return 0;
}

struct roles { /* which are given away already */
	bool audio, camera, view, screen;
};

static void assign(struct sdp_media *m, struct roles *taken)
{
	bool sends = m->dir & SDP_SEND, receives = m->dir & SDP_RECV;

	m->in = SDP_IN_NONE;
	m->out = SDP_OUT_NONE;
	if (m->kind == SDP_AUDIO) {
		if (m->dir == 0 || taken->audio)
			return;
		taken->audio = true;
		m->in = sends ? SDP_IN_VOICE : SDP_IN_NONE;
		m->out = receives ? SDP_OUT_MIX : SDP_OUT_NONE;
		return;
	}
	if (sends && !taken->camera) {
		m->in = SDP_IN_CAMERA;
		taken->camera = true;
	} else if (sends && !taken->screen) {
		m->in = SDP_IN_SCREEN;
		taken->screen = true;
	}
	if (receives && !taken->view) {
		m->out = SDP_OUT_VIEW;
		taken->view = true;
	}
}

/* One map of extensions for the transport: an id means one thing and a thing
 * has one id; of two that disagree the first one counts. */
static void reduce_exts(struct sdp_media *m, uint8_t map[SDP_EXT_N])
{
	unsigned int useful = useful_exts(m);

	for (int i = 0; i < SDP_EXT_N; i++) {
		bool clash = map[i] && map[i] != m->ext[i];

		for (int k = 0; k < SDP_EXT_N; k++)
			clash |= k != i && map[k] == m->ext[i];
		if (!m->ext[i] || clash || !(useful & 1u << i))
			m->ext[i] = 0;
		else
			map[i] = m->ext[i];
	}
}

static void cap_levels(struct sdp_media *m)
{
	for (uint32_t i = 0; i < m->n_codecs; i++) {
		uint32_t *profile = &m->codecs[i].h264_profile;

		if (m->codecs[i].codec == CODEC_H264 && (*profile & 0xff) > LEVEL_MAX)
			*profile = (*profile & 0xffff00) | LEVEL_MAX;
	}
}

/* Leaves in `offer` what is taken of it. False when that is nothing. */
static bool reduce_offer(struct sdp *offer)
{
	struct roles taken = {0};
	uint8_t map[SDP_EXT_N] = {0};
	bool any = false;

	for (uint32_t i = 0; i < offer->n_media; i++) {
		struct sdp_media *m = &offer->media[i];
		struct roles before = taken;
		bool idle = m->dir == 0; /* may be used later: answered as it is */

		if (m->rejected || m->kind == SDP_OTHER) {
			reject(m);
			continue;
		}
		assign(m, &taken);
		reduce_codecs(m);
		if (m->n_codecs == 0 || (!idle && !m->in && !m->out)) {
			taken = before; /* no role is lost to what we cannot read */
			reject(m);
			continue;
		}
		m->dir = (m->in ? SDP_SEND : 0) | (m->out ? SDP_RECV : 0);
		m->n_rids = 0; /* of a simulcast one layer will come */
		reduce_exts(m, map);
		cap_levels(m);
		any |= !idle;
	}
	return any;
}

static uint8_t mirrored(uint8_t dir)
{
	return (uint8_t)((dir & SDP_SEND ? SDP_RECV : 0) |
			 (dir & SDP_RECV ? SDP_SEND : 0));
}

/* Of what we make, the longest packets that it takes. */
static uint16_t sound_ms(const struct sdp_media *m)
{
	uint16_t most = m->maxptime_ms;

	if (!most)
		most = m->n_codecs && m->codecs[0].opus_plain ? SDP_SOUND_SHORT
							      : SDP_SOUND_LONG;
	if (most < SDP_SOUND_MIDDLE)
		return SDP_SOUND_SHORT;
	return most < SDP_SOUND_LONG ? SDP_SOUND_MIDDLE : SDP_SOUND_LONG;
}

uint32_t sdp_sound_ms(const struct sdp *remote)
{
	for (uint32_t i = 0; i < remote->n_media; i++)
		if (remote->media[i].out == SDP_OUT_MIX && !remote->media[i].rejected)
			return sound_ms(&remote->media[i]);
	return SDP_SOUND_LONG;
}

/* The same section from our side. */
static void mirror(struct sdp_media *to, const struct sdp_media *from,
		   const struct sdp_local *local)
{
	*to = *from;
	to->dir = mirrored(from->dir);
	if (from->maxptime_ms) /* what we keep to */
		to->maxptime_ms = sound_ms(from);
	for (int i = 0; i < SDP_EXT_N; i++)
		to->ext_dir[i] = mirrored(from->ext_dir[i]);
	to->ssrc = to->kind == SDP_AUDIO ? local->ssrc_audio : local->ssrc_video;
	to->rtx_ssrc = 0;
	for (uint32_t i = 0; i < from->n_codecs; i++)
		if (from->codecs[i].rtx_pt)
			to->rtx_ssrc = local->ssrc_rtx;
}

int sdp_answer_offer(struct sdp *offer, char *out, size_t size,
		     const struct sdp_local *local, const char **why)
{
	struct sdp_text t = {.out = out, .size = size};
	struct sdp_media ours[LIMIT_SDP_MEDIA];
	struct sdp v = *offer;

	if (v.setup == SDP_PASSIVE) {
		*why = "setup:passive, but we never open the handshake";
		return -EPROTO;
	}
	if (!reduce_offer(&v)) {
		*why = "nothing of it can be used";
		return -EPROTO;
	}
	for (uint32_t i = 0; i < v.n_media; i++)
		mirror(&ours[i], &v.media[i], local);
	sdp_write_head(&t, local, ours, v.n_media);
	for (uint32_t i = 0; i < v.n_media; i++)
		sdp_write_section(&t, local, &ours[i], "passive");
	if (t.full)
		return -ENOSPC;
	*offer = v;
	return (int)t.len;
}

/* Calls `see` with each codec that the view may be sent in. */
static void each_view_codec(const struct sdp *remote,
			    void (*see)(void *ctx, const struct sdp_codec *c), void *ctx)
{
	for (uint32_t i = 0; i < remote->n_media; i++) {
		const struct sdp_media *m = &remote->media[i];

		if (m->out != SDP_OUT_VIEW || m->rejected)
			continue;
		for (uint32_t k = 0; k < m->n_codecs; k++)
			see(ctx, &m->codecs[k]);
	}
}

static void note_codec(void *ctx, const struct sdp_codec *c)
{
	uint32_t *set = ctx;

	if (c->codec == CODEC_H264 || c->codec == CODEC_VP8 || c->codec == CODEC_AV1)
		*set |= 1u << c->codec;
}

static void note_high(void *ctx, const struct sdp_codec *c)
{
	bool *high = ctx;

	*high |= sdp_is_high(c);
}

uint32_t sdp_view_codecs(const struct sdp *remote)
{
	uint32_t set = 0;

	each_view_codec(remote, note_codec, &set);
	return set;
}

bool sdp_view_high(const struct sdp *remote)
{
	bool high = false;

	each_view_codec(remote, note_high, &high);
	return high;
}

enum codec sdp_view_codec(const struct sdp *remote)
{
	uint32_t set = sdp_view_codecs(remote);

	if (set & 1u << CODEC_H264)
		return CODEC_H264;
	return set & 1u << CODEC_VP8 ? CODEC_VP8 : CODEC_NONE;
}
