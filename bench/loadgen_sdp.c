#include "bench/loadgen_sdp.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct text {
	char *out;
	size_t size, n;
	bool full;
};

static void add(struct text *t, const char *fmt, ...) AULA_PRINTF(2, 3);
static void add(struct text *t, const char *fmt, ...)
{
	va_list args;
	int n;

	if (t->full)
		return;
	va_start(args, fmt);
	n = vsnprintf(t->out + t->n, t->size - t->n, fmt, args);
	va_end(args);
	if (n < 0 || (size_t)n >= t->size - t->n)
		t->full = true;
	else
		t->n += (size_t)n;
}

#define EOL "\\r\\n" /* inside of JSON */

static bool taken(const struct lg_answer *a, const struct sdp_codec *c)
{
	return !(a->options->vp8 && c->codec == CODEC_H264) &&
	       (c->codec == CODEC_H264 || c->codec == CODEC_VP8 ||
		c->codec == CODEC_OPUS);
}

static void add_codec(struct text *t, const struct lg_answer *a,
		      const struct sdp_codec *c)
{
	unsigned pt = c->pt;

	add(t, "a=rtpmap:%u %s" EOL, pt,
	    c->codec == CODEC_OPUS   ? "opus/48000/2"
	    : c->codec == CODEC_H264 ? "H264/90000"
				     : "VP8/90000");
	if (c->codec == CODEC_OPUS)
		add(t, "a=fmtp:%u minptime=10;useinbandfec=1" EOL, pt);
	if (c->codec == CODEC_H264)
		add(t, "a=fmtp:%u packetization-mode=%u;profile-level-id=%06x" EOL, pt,
		    c->h264_mode, (unsigned)c->h264_profile);
	if (c->codec != CODEC_OPUS) {
		add(t, "a=rtcp-fb:%u nack" EOL "a=rtcp-fb:%u nack pli" EOL, pt, pt);
		if (c->rtx_pt)
			add(t, "a=rtpmap:%u rtx/90000" EOL "a=fmtp:%u apt=%u" EOL,
			    c->rtx_pt, c->rtx_pt, pt);
	}
	if (c->twcc && !a->options->no_twcc)
		add(t, "a=rtcp-fb:%u transport-cc" EOL, pt);
}

static void add_extensions(struct text *t, const struct lg_answer *a,
			   const struct sdp_media *m)
{
	if (m->ext[SDP_EXT_MID])
		add(t, "a=extmap:%u urn:ietf:params:rtp-hdrext:sdes:mid" EOL,
		    m->ext[SDP_EXT_MID]);
	if (m->ext[SDP_EXT_TWCC] && !a->options->no_twcc)
		add(t,
		    "a=extmap:%u http://www.ietf.org/id/"
		    "draft-holmer-rmcat-transport-wide-cc-extensions-01" EOL,
		    m->ext[SDP_EXT_TWCC]);
}

static bool takes_red(const struct lg_answer *a, const struct sdp_media *m)
{
	return m->kind == SDP_AUDIO && m->red_pt && m->n_codecs && !a->options->no_red;
}

static void add_line(struct text *t, const struct lg_answer *a, const struct sdp_media *m)
{
	add(t, "m=%s 9 UDP/TLS/RTP/SAVPF", m->kind == SDP_AUDIO ? "audio" : "video");
	for (uint32_t i = 0; i < m->n_codecs; i++) {
		if (!taken(a, &m->codecs[i]))
			continue;
		add(t, " %u", m->codecs[i].pt);
		if (m->codecs[i].rtx_pt)
			add(t, " %u", m->codecs[i].rtx_pt);
	}
	if (takes_red(a, m))
		add(t, " %u", m->red_pt);
	add(t, EOL "c=IN IP4 0.0.0.0" EOL "a=mid:%s" EOL "a=rtcp-mux" EOL, m->mid);
}

static const char *direction(const struct lg_answer *a, const struct sdp_media *m)
{
	if (m->dir == SDP_SEND)
		return "recvonly";
	if (m->kind == SDP_AUDIO)
		return a->sends ? "sendrecv" : "recvonly";
	return a->sends ? "sendonly" : "inactive";
}

static void add_media(struct text *t, const struct lg_answer *a,
		      const struct sdp_media *m)
{
	add_line(t, a, m);
	add(t, "a=%s" EOL, direction(a, m));
	if (m->rsize)
		add(t, "a=rtcp-rsize" EOL);
	for (uint32_t i = 0; i < m->n_codecs; i++)
		if (taken(a, &m->codecs[i]))
			add_codec(t, a, &m->codecs[i]);
	if (takes_red(a, m))
		add(t, "a=rtpmap:%u red/48000/2" EOL "a=fmtp:%u %u/%u" EOL, m->red_pt,
		    m->red_pt, m->codecs[0].pt, m->codecs[0].pt);
	add_extensions(t, a, m);
	if (a->sends && m->dir != SDP_SEND)
		add(t, "a=ssrc:%u cname:loadgen" EOL,
		    m->kind == SDP_AUDIO ? a->ssrc_voice : a->ssrc_camera);
}

int lg_answer_write(const struct lg_answer *a, unsigned v, char *out, size_t size)
{
	struct text t = {out, size, 0, false};

	add(&t, "{\"v\":%u,\"sdp\":\"v=0" EOL "o=- 1 %u IN IP4 127.0.0.1" EOL, v, v);
	add(&t, "s=-" EOL "t=0 0" EOL "a=group:BUNDLE");
	for (uint32_t i = 0; i < a->offer->n_media; i++)
		add(&t, " %s", a->offer->media[i].mid);
	add(&t, EOL "a=ice-ufrag:%s" EOL "a=ice-pwd:%s" EOL "a=setup:active" EOL,
	    a->ufrag, a->pwd);
	add(&t, "a=fingerprint:sha-256 ");
	for (int i = 0; i < 32; i++)
		add(&t, i ? ":%02X" : "%02X", a->fingerprint[i]);
	add(&t, EOL);
	for (uint32_t i = 0; i < a->offer->n_media; i++)
		add_media(&t, a, &a->offer->media[i]);
	add(&t, "\"}");
	return t.full ? -ENOSPC : (int)t.n;
}

int lg_candidate(struct endpoint *out, const char *sdp)
{
	const char *line = sdp;
	char kind[4], ip[64], text[80];
	unsigned port;

	while ((line = strstr(line, "a=candidate:"))) {
		if (sscanf(line, "a=candidate:%*s 1 %3s %*s %63s %u", kind, ip, &port) ==
			    3 &&
		    strcmp(kind, "udp") == 0) {
			snprintf(text, sizeof(text), "%s:%u", ip, port);
			return endpoint_parse(out, text);
		}
		line++;
	}
	return -ENOENT;
}

const struct sdp_media *lg_section(const struct sdp *sdp, const char *mid)
{
	for (uint32_t i = 0; i < sdp->n_media; i++)
		if (strcmp(sdp->media[i].mid, mid) == 0)
			return &sdp->media[i];
	return NULL;
}
