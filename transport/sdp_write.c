#include "transport/sdp_writer.h"

#include "transport/sdp_reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CNAME "aula"

static void add(struct sdp_text *t, const char *fmt, ...) AULA_PRINTF(2, 3);

static void add(struct sdp_text *t, const char *fmt, ...)
{
	va_list args;
	int n;

	if (t->full)
		return;
	va_start(args, fmt);
	n = vsnprintf(t->out + t->len, t->size - t->len, fmt, args);
	va_end(args);
	if (n < 0 || (size_t)n >= t->size - t->len)
		t->full = true;
	else
		t->len += (size_t)n;
}

void sdp_write_head(struct sdp_text *t, const struct sdp_local *local,
		    const struct sdp_media *media, uint32_t n)
{
	add(t,
	    "v=0\r\no=- %llu %u IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
	    "a=ice-lite\r\na=group:BUNDLE",
	    (unsigned long long)local->session_id, local->version);
	for (uint32_t i = 0; i < n; i++)
		if (!media[i].rejected)
			add(t, " %s", media[i].mid);
	add(t, "\r\na=msid-semantic: WMS *\r\n");
}

/* RFC 8445, 5.1.2.1; TCP below all of UDP (RFC 6544, 4.2). */
static uint32_t priority(const struct sdp_candidate *c, uint32_t i)
{
	return (c->tcp ? 90u : 126u) << 24 | (65535 - i) << 8 | 255;
}

static void write_transport(struct sdp_text *t, const struct sdp_local *local,
			    const char *setup)
{
	add(t, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=fingerprint:sha-256 ", local->ufrag,
	    local->pwd);
	for (size_t i = 0; i < sizeof(local->fingerprint); i++)
		add(t, "%s%02X", i ? ":" : "", local->fingerprint[i]);
	add(t, "\r\na=setup:%s\r\na=rtcp-mux\r\n", setup);
	for (uint32_t i = 0; i < local->n_candidates; i++) {
		const struct sdp_candidate *c = &local->candidates[i];

		add(t, "a=candidate:%u 1 %s %u %s %u typ host%s\r\n", i + 1,
		    c->tcp ? "tcp" : "udp", priority(c, i), c->ip, c->port,
		    c->tcp ? " tcptype passive" : "");
	}
	add(t, "a=end-of-candidates\r\n");
}

static const char *rtp_name(enum codec codec)
{
	static const char *const names[] = {
		[CODEC_H264] = "H264/90000",   [CODEC_VP8] = "VP8/90000",
		[CODEC_VP9] = "VP9/90000",     [CODEC_AV1] = "AV1/90000",
		[CODEC_OPUS] = "opus/48000/2",
	};

	return names[codec];
}

static void write_codec(struct sdp_text *t, const struct sdp_codec *c)
{
	add(t, "a=rtpmap:%u %s\r\n", c->pt, rtp_name(c->codec));
	if (c->codec == CODEC_OPUS)
		add(t, "a=fmtp:%u minptime=10%s\r\n", c->pt,
		    c->opus_fec ? ";useinbandfec=1" : "");
	if (c->codec == CODEC_H264)
		add(t,
		    "a=fmtp:%u level-asymmetry-allowed=1;packetization-mode=%u;"
		    "profile-level-id=%06x\r\n",
		    c->pt, c->h264_mode, c->h264_profile);
	if (c->codec == CODEC_VP9)
		add(t, "a=fmtp:%u profile-id=0\r\n", c->pt);
	if (c->codec == CODEC_AV1)
		add(t, "a=fmtp:%u level-idx=5;profile=0;tier=0\r\n", c->pt);
	if (c->nack)
		add(t, "a=rtcp-fb:%u nack\r\n", c->pt);
	if (c->pli)
		add(t, "a=rtcp-fb:%u nack pli\r\n", c->pt);
	if (c->fir)
		add(t, "a=rtcp-fb:%u ccm fir\r\n", c->pt);
	if (c->twcc)
		add(t, "a=rtcp-fb:%u transport-cc\r\n", c->pt);
	if (c->remb)
		add(t, "a=rtcp-fb:%u goog-remb\r\n", c->pt);
	if (c->rtx_pt)
		add(t, "a=rtpmap:%u rtx/90000\r\na=fmtp:%u apt=%u\r\n", c->rtx_pt,
		    c->rtx_pt, c->pt);
}

static void write_codecs(struct sdp_text *t, const struct sdp_media *m)
{
	for (uint32_t i = 0; i < m->n_codecs; i++)
		write_codec(t, &m->codecs[i]);
	if (m->red_pt)
		add(t, "a=rtpmap:%u red/48000/2\r\na=fmtp:%u %u/%u\r\n", m->red_pt,
		    m->red_pt, m->codecs[0].pt, m->codecs[0].pt);
	if (m->kind == SDP_AUDIO && m->maxptime_ms)
		add(t, "a=maxptime:%u\r\n", m->maxptime_ms);
}

static void write_extensions(struct sdp_text *t, const struct sdp_media *m)
{
	static const char *const dirs[] = {
		[SDP_SEND] = "/sendonly",
		[SDP_RECV] = "/recvonly",
		[SDP_SEND | SDP_RECV] = "",
	};

	for (int i = 0; i < SDP_EXT_N; i++)
		if (m->ext[i])
			add(t, "a=extmap:%u%s %s\r\n", m->ext[i], dirs[m->ext_dir[i]],
			    sdp_ext_uri((enum sdp_ext)i));
}

/* What we send: all of it is one stream, so that browsers keep it in sync. */
static void write_sending(struct sdp_text *t, const struct sdp_media *m)
{
	add(t, "a=msid:" CNAME " %s\r\n", m->kind == SDP_AUDIO ? "mix" : "view");
	if (m->rtx_ssrc)
		add(t, "a=ssrc-group:FID %u %u\r\n", m->ssrc, m->rtx_ssrc);
	add(t, "a=ssrc:%u cname:" CNAME "\r\n", m->ssrc);
	if (m->rtx_ssrc)
		add(t, "a=ssrc:%u cname:" CNAME "\r\n", m->rtx_ssrc);
}

static void write_rejected(struct sdp_text *t, const struct sdp_media *m)
{
	if (m->kind == SDP_OTHER)
		add(t, "m=%s 0 %s %s\r\n", m->type, m->proto, m->format);
	else
		add(t, "m=%s 0 %s %u\r\n", m->kind == SDP_AUDIO ? "audio" : "video",
		    m->proto, m->n_codecs ? m->codecs[0].pt : 0u);
	add(t, "c=IN IP4 0.0.0.0\r\n");
	if (m->mid[0])
		add(t, "a=mid:%s\r\n", m->mid);
	add(t, "a=inactive\r\n");
}

void sdp_write_section(struct sdp_text *t, const struct sdp_local *local,
		       const struct sdp_media *m, const char *setup)
{
	static const char *const dirs[] = {
		[0] = "inactive",
		[SDP_SEND] = "sendonly",
		[SDP_RECV] = "recvonly",
		[SDP_SEND | SDP_RECV] = "sendrecv",
	};

	if (m->rejected) {
		write_rejected(t, m);
		return;
	}
	add(t, "m=%s 9 %s", m->kind == SDP_AUDIO ? "audio" : "video", m->proto);
	for (uint32_t i = 0; i < m->n_codecs; i++) {
		add(t, " %u", m->codecs[i].pt);
		if (m->codecs[i].rtx_pt)
			add(t, " %u", m->codecs[i].rtx_pt);
	}
	if (m->red_pt)
		add(t, " %u", m->red_pt);
	add(t, "\r\nc=IN IP4 0.0.0.0\r\na=mid:%s\r\na=%s\r\n", m->mid, dirs[m->dir]);
	write_transport(t, local, setup);
	if (m->rsize)
		add(t, "a=rtcp-rsize\r\n");
	write_codecs(t, m);
	write_extensions(t, m);
	if (m->dir & SDP_SEND)
		write_sending(t, m);
}

static const struct sdp_codec offer_opus[] = {
	{.codec = CODEC_OPUS, .pt = 111, .twcc = true, .opus_fec = true},
};

#define OFFER_VIDEO(c, number, profile) \
	{ \
		.codec = (c), .pt = (number), .rtx_pt = (number) + 1, \
		.h264_profile = (profile), .h264_mode = (c) == CODEC_H264, .nack = true, \
		.pli = true, .fir = true, .twcc = true, .remb = true, \
	}

/* One number means one codec in the whole bundle. High profile is said in both ways,
 * as some clients know the first one and Safari the second, constrained, one; we send
 * no B frames and no fields, so both are true. Of the third see sdp_is_high(). */
static const struct sdp_codec offer_view[] = {
	OFFER_VIDEO(CODEC_H264, 96, 0x42e01f),  OFFER_VIDEO(CODEC_H264, 104, 0x64001f),
	OFFER_VIDEO(CODEC_H264, 108, 0x640c1f), OFFER_VIDEO(CODEC_H264, 112, 0xf4001f),
	OFFER_VIDEO(CODEC_VP8, 98, 0),          OFFER_VIDEO(CODEC_AV1, 106, 0),
};

static const struct sdp_codec offer_camera[] = {
	OFFER_VIDEO(CODEC_H264, 96, 0x42e01f),  OFFER_VIDEO(CODEC_H264, 102, 0x42001f),
	OFFER_VIDEO(CODEC_H264, 104, 0x64001f), OFFER_VIDEO(CODEC_H264, 108, 0x640c1f),
	OFFER_VIDEO(CODEC_VP8, 98, 0),          OFFER_VIDEO(CODEC_VP9, 100, 0),
};

#define N_VIEW   (sizeof(offer_view) / sizeof(offer_view[0]))
#define N_CAMERA (sizeof(offer_camera) / sizeof(offer_camera[0]))

_Static_assert(N_VIEW <= LIMIT_PTS && N_CAMERA <= LIMIT_PTS, "they fit into a section");

const struct sdp_codec *sdp_offered_camera(uint32_t *n)
{
	*n = N_CAMERA;
	return offer_camera;
}

static const struct offer_section {
	const char *mid;
	enum sdp_kind kind;
	uint8_t dir;
	const struct sdp_codec *codecs;
	uint32_t n_codecs;
	uint8_t red_pt;
	unsigned int exts; /* bit set */
} offer_sections[] = {
	{"a", SDP_AUDIO, SDP_SEND | SDP_RECV, offer_opus, 1, 63,
	 1 << SDP_EXT_MID | 1 << SDP_EXT_TWCC | 1 << SDP_EXT_AUDIO_LEVEL},
	{"v", SDP_VIDEO, SDP_SEND, offer_view, N_VIEW, 0,
	 1 << SDP_EXT_MID | 1 << SDP_EXT_TWCC | 1 << SDP_EXT_PLAYOUT_DELAY},
	{"c", SDP_VIDEO, SDP_RECV, offer_camera, N_CAMERA, 0,
	 1 << SDP_EXT_MID | 1 << SDP_EXT_RID | 1 << SDP_EXT_REPAIRED_RID |
		 1 << SDP_EXT_TWCC | 1 << SDP_EXT_ORIENTATION |
		 1 << SDP_EXT_ABS_SEND_TIME},
	{"s", SDP_VIDEO, SDP_RECV, offer_camera, N_CAMERA, 0,
	 1 << SDP_EXT_MID | 1 << SDP_EXT_RID | 1 << SDP_EXT_REPAIRED_RID |
		 1 << SDP_EXT_TWCC | 1 << SDP_EXT_ORIENTATION |
		 1 << SDP_EXT_ABS_SEND_TIME},
};

static void fill(struct sdp_media *m, const struct offer_section *from,
		 const struct sdp_local *local)
{
	memset(m, 0, sizeof(*m));
	m->kind = from->kind;
	m->dir = from->dir;
	m->rsize = from->kind == SDP_VIDEO;
	m->red_pt = from->red_pt;
	m->n_codecs = from->n_codecs;
	memcpy(m->codecs, from->codecs, from->n_codecs * sizeof(m->codecs[0]));
	memcpy(m->mid, from->mid, strlen(from->mid) + 1);
	memcpy(m->proto, "UDP/TLS/RTP/SAVPF", sizeof("UDP/TLS/RTP/SAVPF"));
	for (int i = 0; i < SDP_EXT_N; i++) {
		if (!(from->exts & 1u << i))
			continue;
		m->ext[i] = sdp_ext_id((enum sdp_ext)i);
		m->ext_dir[i] = SDP_SEND | SDP_RECV;
	}
	if (from->kind == SDP_AUDIO) {
		m->ssrc = local->ssrc_audio;
	} else if (from->dir & SDP_SEND) {
		m->ssrc = local->ssrc_video;
		m->rtx_ssrc = local->ssrc_rtx;
	}
}

int sdp_write_offer(char *out, size_t size, const struct sdp_local *local,
		    bool screen_line, bool screen)
{
	struct sdp_text t = {.out = out, .size = size};
	struct sdp_media media[4];
	uint32_t n = screen_line || screen ? 4 : 3;

	for (uint32_t i = 0; i < n; i++)
		fill(&media[i], &offer_sections[i], local);
	if (n == 4 && !screen)
		media[3].dir = 0;
	sdp_write_head(&t, local, media, n);
	for (uint32_t i = 0; i < n; i++)
		sdp_write_section(&t, local, &media[i], "actpass");
	return t.full ? -ENOSPC : (int)t.len;
}
