/* Payload types of a section: what its lines say about them. */
#include "transport/sdp_reader.h"

#include <string.h>

#define MAX_CHANNELS 16

int sdp_read_formats(struct sdp_reader *r, struct span formats)
{
	struct sdp_pts *pts = &r->pts;
	uint32_t pt;

	memset(pts, 0, sizeof(*pts));
	while (formats.len > 0) {
		if (!span_number(span_word(&formats, ' '), 127, &pt))
			return sdp_bad(r, "payload type");
		if (pt >= 64 && pt <= 95) /* with rtcp-mux they look like RTCP */
			return sdp_bad(r, "payload type that clashes with RTCP");
		if (pts->pt[pt].listed)
			return sdp_bad(r, "payload type twice");
		pts->pt[pt].listed = true;
		pts->order[pts->n++] = (uint8_t)pt;
	}
	return pts->n ? 0 : sdp_bad(r, "no payload type");
}

static enum codec codec_of(struct span name, uint32_t clock, uint32_t channels)
{
	static const struct {
		const char *name;
		enum codec codec;
		uint32_t clock, channels;
	} known[] = {
		{"opus", CODEC_OPUS, 48000, 2}, {"H264", CODEC_H264, 90000, 1},
		{"VP8", CODEC_VP8, 90000, 1},   {"VP9", CODEC_VP9, 90000, 1},
		{"AV1", CODEC_AV1, 90000, 1},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (span_is_nocase(name, known[i].name) && clock == known[i].clock &&
		    channels == known[i].channels)
			return known[i].codec;
	return CODEC_NONE;
}

/* Takes the payload type in front of a value. *pt is NULL when this section
 * does not list it: such lines are left over from other stacks' editing. */
static int take_pt(struct sdp_reader *r, struct span *value, struct sdp_pt **pt)
{
	uint32_t n;

	if (!span_number(span_word(value, ' '), 127, &n))
		return sdp_bad(r, "payload type");
	*pt = r->pts.pt[n].listed ? &r->pts.pt[n] : NULL;
	return 0;
}

int sdp_read_rtpmap(struct sdp_reader *r, struct span value, uint8_t unused)
{
	uint32_t clock, channels = 1;
	struct sdp_pt *pt;
	struct span name;
	int err = take_pt(r, &value, &pt);

	(void)unused;
	if (err)
		return err;
	name = span_word(&value, '/');
	if (!span_number(span_word(&value, '/'), UINT32_MAX, &clock) || clock == 0)
		return sdp_bad(r, "rtpmap clock");
	if (value.len > 0 &&
	    (!span_number(value, MAX_CHANNELS, &channels) || channels == 0))
		return sdp_bad(r, "rtpmap channels");
	if (!pt)
		return 0;
	pt->codec = codec_of(name, clock, channels);
	pt->rtx = span_is_nocase(name, "rtx");
	pt->red = span_is_nocase(name, "red") && clock == 48000 && channels == 2;
	return 0;
}

int sdp_read_fmtp(struct sdp_reader *r, struct span value, uint8_t unused)
{
	struct sdp_pt *pt;
	int err = take_pt(r, &value, &pt);

	(void)unused;
	if (!err && pt)
		pt->fmtp = value;
	return err;
}

int sdp_read_rtcp_fb(struct sdp_reader *r, struct span value, uint8_t unused)
{
	static const struct {
		const char *name;
		uint8_t fb;
	} known[] = {
		{"nack", FB_NACK},         {"nack pli", FB_PLI},   {"ccm fir", FB_FIR},
		{"transport-cc", FB_TWCC}, {"goog-remb", FB_REMB},
	};
	struct span rest = value;
	struct sdp_pt *pt = NULL;
	bool any = span_is(span_word(&rest, ' '), "*");
	int err = any ? 0 : take_pt(r, &value, &pt);

	(void)unused;
	if (err || (!any && !pt))
		return err;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (span_is_nocase(rest, known[i].name))
			*(any ? &r->pts.fb_any : &pt->fb) |= known[i].fb;
	return 0;
}

static int h264_params(struct sdp_reader *r, struct span fmtp, struct sdp_codec *codec)
{
	struct span value;
	uint32_t mode = 0;

	codec->h264_profile = 0x42000a; /* RFC 6184, 8.1: baseline, level 1 */
	if (span_param(fmtp, "profile-level-id", &value)) {
		codec->h264_profile = 0;
		for (size_t i = 0; i < value.len; i++) {
			int digit = span_hex_digit(value.p[i]);

			if (digit < 0 || value.len != 6)
				return sdp_bad(r, "profile-level-id");
			codec->h264_profile = codec->h264_profile << 4 | (uint32_t)digit;
		}
		if (value.len == 0)
			return sdp_bad(r, "profile-level-id");
	}
	if (span_param(fmtp, "packetization-mode", &value) &&
	    !span_number(value, 2, &mode))
		return sdp_bad(r, "packetization-mode");
	codec->h264_mode = (uint8_t)mode;
	return 0;
}

/* RFC 7587, 7, has the lengths of packets as attributes of the section; some write
 * them as parameters. Of minptime, which is no part of it any more, nothing follows:
 * each decoder takes packets as short as ours. */
static int opus_params(struct sdp_reader *r, struct span fmtp, struct sdp_codec *codec)
{
	struct span value;
	int err = 0;

	codec->opus_plain = fmtp.len == 0;
	codec->opus_fec = span_param(fmtp, "useinbandfec", &value) && span_is(value, "1");
	if (span_param(fmtp, "maxptime", &value))
		err = sdp_read_packet_ms(r, value, &r->media->maxptime_ms);
	if (!err && span_param(fmtp, "ptime", &value))
		err = sdp_read_packet_ms(r, value, &r->section->ptime_ms);
	return err;
}

static int add_codec(struct sdp_reader *r, uint8_t number, const struct sdp_pt *pt)
{
	struct sdp_media *m = r->media;
	struct sdp_codec codec = {.codec = pt->codec, .pt = number};
	uint8_t fb = pt->fb | r->pts.fb_any;
	struct span value;
	int err = 0;

	if ((pt->codec == CODEC_OPUS) != (m->kind == SDP_AUDIO) ||
	    m->n_codecs == LIMIT_PTS)
		return 0;
	codec.nack = fb & FB_NACK;
	codec.pli = fb & FB_PLI;
	codec.fir = fb & FB_FIR;
	codec.twcc = fb & FB_TWCC;
	codec.remb = fb & FB_REMB;
	/* profiles 1 to 3 have other chroma or 10 bits */
	if (pt->codec == CODEC_VP9 && span_param(pt->fmtp, "profile-id", &value) &&
	    !span_is(value, "0"))
		return 0;
	/* the other profiles of AV1 as well */
	if (pt->codec == CODEC_AV1 && span_param(pt->fmtp, "profile", &value) &&
	    !span_is(value, "0"))
		return 0;
	if (pt->codec == CODEC_OPUS)
		err = opus_params(r, pt->fmtp, &codec);
	if (pt->codec == CODEC_H264)
		err = h264_params(r, pt->fmtp, &codec);
	if (err)
		return err;
	m->codecs[m->n_codecs++] = codec;
	return 0;
}

static void add_rtx(struct sdp_media *m, uint8_t number, struct span fmtp)
{
	struct span value;
	uint32_t apt;

	if (!span_param(fmtp, "apt", &value) || !span_number(value, 127, &apt))
		return;
	for (uint32_t i = 0; i < m->n_codecs; i++)
		if (m->codecs[i].pt == apt && !m->codecs[i].rtx_pt)
			m->codecs[i].rtx_pt = number;
}

static void add_red(struct sdp_media *m, uint8_t number, struct span fmtp)
{
	uint32_t pt;

	if (m->red_pt || !span_number(span_word(&fmtp, '/'), 127, &pt))
		return;
	for (uint32_t i = 0; i < m->n_codecs; i++)
		if (m->codecs[i].pt == pt)
			m->red_pt = number;
}

int sdp_fold_codecs(struct sdp_reader *r)
{
	struct sdp_pts *pts = &r->pts;

	for (unsigned int i = 0; i < pts->n; i++) {
		uint8_t number = pts->order[i];
		int err = 0;

		if (pts->pt[number].codec != CODEC_NONE)
			err = add_codec(r, number, &pts->pt[number]);
		if (err)
			return err;
	}
	for (unsigned int i = 0; i < pts->n; i++) {
		uint8_t number = pts->order[i];

		if (pts->pt[number].rtx)
			add_rtx(r->media, number, pts->pt[number].fmtp);
		if (pts->pt[number].red && r->media->kind == SDP_AUDIO)
			add_red(r->media, number, pts->pt[number].fmtp);
	}
	return 0;
}
