/* The attributes that a description may carry, each with its reader. */
#include "transport/sdp_reader.h"

#include <string.h>

#define EXTMAPS_MAX   32 /* in one section; Chromium offers 14 */
#define PACKET_MS_MAX 10000

#define URI_TWCC \
	"http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

static bool at_session(const struct sdp_reader *r)
{
	return r->media == &r->session;
}

static int read_ufrag(struct sdp_reader *r, struct span value, uint8_t unused)
{
	(void)unused;
	if (value.len < 4 || !span_is_ice(value) ||
	    !span_copy(value, r->media->ufrag, sizeof(r->media->ufrag)))
		return sdp_bad(r, "ice-ufrag");
	return 0;
}

static int read_pwd(struct sdp_reader *r, struct span value, uint8_t unused)
{
	(void)unused;
	if (value.len < 22 || !span_is_ice(value) ||
	    !span_copy(value, r->media->pwd, sizeof(r->media->pwd)))
		return sdp_bad(r, "ice-pwd");
	return 0;
}

/* Each byte as two digits, with colons between. */
static bool read_hex_pairs(struct span s, uint8_t *out, size_t n)
{
	if (s.len != 3 * n - 1)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = span_hex_digit(s.p[3 * i]);
		int low = span_hex_digit(s.p[3 * i + 1]);

		if (high < 0 || low < 0 || (i + 1 < n && s.p[3 * i + 2] != ':'))
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static int read_fingerprint(struct sdp_reader *r, struct span value, uint8_t unused)
{
	struct sdp *sdp = &r->sdp;
	uint8_t print[32];

	(void)unused;
	if (!span_is_nocase(span_word(&value, ' '), "sha-256"))
		return 0; /* weaker or rarer: not a reason to refuse a good one */
	if (!read_hex_pairs(value, print, sizeof(print)))
		return sdp_bad(r, "fingerprint");
	for (uint32_t i = 0; i < sdp->n_fingerprints; i++)
		if (memcmp(sdp->fingerprints[i], print, sizeof(print)) == 0)
			return 0; /* each section repeats it */
	if (sdp->n_fingerprints == 2)
		return sdp_over(r, "too many fingerprints");
	memcpy(sdp->fingerprints[sdp->n_fingerprints++], print, sizeof(print));
	return 0;
}

static int read_setup(struct sdp_reader *r, struct span value, uint8_t unused)
{
	static const char *const names[] = {
		[SDP_ACTPASS] = "actpass",
		[SDP_ACTIVE] = "active",
		[SDP_PASSIVE] = "passive",
	};

	(void)unused;
	for (unsigned int i = 0; i < 3; i++) {
		if (!span_is_nocase(value, names[i]))
			continue;
		if (r->has_setup && r->sdp.setup != i)
			return sdp_bad(r, "setup differs between sections");
		r->has_setup = true;
		r->sdp.setup = i;
		return 0;
	}
	return sdp_bad(r, "setup");
}

static int read_group(struct sdp_reader *r, struct span value, uint8_t unused)
{
	(void)unused;
	if (!at_session(r) || !span_is(span_word(&value, ' '), "BUNDLE"))
		return 0;
	if (r->bundle.p)
		return sdp_bad(r, "two BUNDLE groups");
	r->bundle = value;
	return 0;
}

static int read_mid(struct sdp_reader *r, struct span value, uint8_t unused)
{
	(void)unused;
	if (!span_is_token(value) || r->media->mid[0] ||
	    !span_copy(value, r->media->mid, sizeof(r->media->mid)))
		return sdp_bad(r, "mid");
	return 0;
}

static int read_mux(struct sdp_reader *r, struct span value, uint8_t unused)
{
	(void)value;
	(void)unused;
	r->section->mux = true;
	return 0;
}

int sdp_read_packet_ms(struct sdp_reader *r, struct span value, uint16_t *ms)
{
	uint32_t v;

	if (!span_millis(value, PACKET_MS_MAX, &v))
		return sdp_bad(r, "ptime or maxptime");
	if (!*ms || v < *ms)
		*ms = (uint16_t)v;
	return 0;
}

static int read_ptime(struct sdp_reader *r, struct span value, uint8_t unused)
{
	(void)unused;
	return sdp_read_packet_ms(r, value, &r->section->ptime_ms);
}

static int read_maxptime(struct sdp_reader *r, struct span value, uint8_t unused)
{
	(void)unused;
	return sdp_read_packet_ms(r, value, &r->media->maxptime_ms);
}

static int read_rsize(struct sdp_reader *r, struct span value, uint8_t unused)
{
	(void)value;
	(void)unused;
	r->media->rsize = true;
	return 0;
}

static int read_bundle_only(struct sdp_reader *r, struct span value, uint8_t unused)
{
	(void)value;
	(void)unused;
	r->section->bundle_only = true;
	return 0;
}

static int read_direction(struct sdp_reader *r, struct span value, uint8_t dir)
{
	(void)value;
	r->media->dir = dir;
	r->section->has_dir = true;
	return 0;
}

const char *sdp_ext_uri(enum sdp_ext ext)
{
	static const char *const uris[SDP_EXT_N] = {
		[SDP_EXT_MID] = "urn:ietf:params:rtp-hdrext:sdes:mid",
		[SDP_EXT_RID] = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
		[SDP_EXT_REPAIRED_RID] =
			"urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
		[SDP_EXT_TWCC] = URI_TWCC,
		[SDP_EXT_AUDIO_LEVEL] = "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
		[SDP_EXT_ORIENTATION] = "urn:3gpp:video-orientation",
		[SDP_EXT_PLAYOUT_DELAY] =
			"http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
		[SDP_EXT_ABS_SEND_TIME] =
			"http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
	};

	return uris[ext];
}

static uint8_t ext_direction(struct span dir)
{
	if (span_is(dir, "sendonly"))
		return SDP_SEND;
	if (span_is(dir, "recvonly"))
		return SDP_RECV;
	return span_is(dir, "inactive") ? 0 : SDP_SEND | SDP_RECV;
}

/* "id[/direction] URI ..." */
static int read_extmap(struct sdp_reader *r, struct span value, uint8_t unused)
{
	struct span dir = span_word(&value, ' '), number = span_word(&dir, '/');
	struct span uri = span_word(&value, ' ');
	struct sdp_section *section = r->section;
	uint32_t id;

	(void)unused;
	if (!span_number(number, 4351, &id) || id == 0 || (id > 255 && id < 4096))
		return sdp_bad(r, "extmap id");
	if (uri.len == 0)
		return sdp_bad(r, "extmap");
	if (++section->n_extmaps > EXTMAPS_MAX)
		return sdp_over(r, "too many extmaps");
	/* The one-byte form says 1 to 14, and it is the only one we write. Of two
	 * that claim one id the first has it. */
	if (id > 14 || section->ext_ids[id / 8] & 1 << id % 8)
		return 0;
	section->ext_ids[id / 8] |= (uint8_t)(1 << id % 8);
	for (int i = 0; i < SDP_EXT_N; i++) {
		if (!span_is(uri, sdp_ext_uri((enum sdp_ext)i)) || r->media->ext[i])
			continue;
		r->media->ext_dir[i] = ext_direction(dir);
		r->media->ext[i] = r->media->ext_dir[i] ? (uint8_t)id : 0;
	}
	return 0;
}

static int read_ssrc(struct sdp_reader *r, struct span value, uint8_t unused)
{
	uint32_t ssrc;

	(void)unused;
	if (!span_number(span_word(&value, ' '), UINT32_MAX, &ssrc))
		return sdp_bad(r, "ssrc");
	if (!r->media->ssrc)
		r->media->ssrc = ssrc;
	return 0;
}

static int read_ssrc_group(struct sdp_reader *r, struct span value, uint8_t unused)
{
	uint32_t ssrc, rtx;

	(void)unused;
	if (!span_is(span_word(&value, ' '), "FID"))
		return 0;
	if (!span_number(span_word(&value, ' '), UINT32_MAX, &ssrc) ||
	    !span_number(span_word(&value, ' '), UINT32_MAX, &rtx) || ssrc == rtx)
		return sdp_bad(r, "ssrc-group");
	if (!r->section->fid) { /* further ones are simulcast of the old kind */
		r->section->fid = true;
		r->media->ssrc = ssrc;
		r->media->rtx_ssrc = rtx;
	}
	return 0;
}

static int read_rid(struct sdp_reader *r, struct span value, uint8_t unused)
{
	struct sdp_media *m = r->media;
	struct span id = span_word(&value, ' ');

	(void)unused;
	if (m->n_rids < SDP_RIDS_MAX && span_is(span_word(&value, ' '), "send") &&
	    span_is_token(id) && span_copy(id, m->rids[m->n_rids], sizeof(m->rids[0])))
		m->n_rids++;
	return 0;
}

enum { /* where an attribute means something */
       IN_SESSION = 1,
       IN_RTP = 2,
       IN_OTHER = 4,
};

static const struct attribute {
	const char *name;
	int (*read)(struct sdp_reader *r, struct span value, uint8_t arg);
	uint8_t where, arg;
} attributes[] = {
	{"ice-ufrag", read_ufrag, IN_SESSION | IN_RTP, 0},
	{"ice-pwd", read_pwd, IN_SESSION | IN_RTP, 0},
	{"fingerprint", read_fingerprint, IN_SESSION | IN_RTP, 0},
	{"setup", read_setup, IN_SESSION | IN_RTP, 0},
	{"group", read_group, IN_SESSION, 0},
	{"mid", read_mid, IN_RTP | IN_OTHER, 0},
	{"rtcp-mux", read_mux, IN_RTP, 0},
	{"rtcp-mux-only", read_mux, IN_RTP, 0},
	{"rtcp-rsize", read_rsize, IN_RTP, 0},
	{"ptime", read_ptime, IN_RTP, 0},
	{"maxptime", read_maxptime, IN_RTP, 0},
	{"bundle-only", read_bundle_only, IN_RTP | IN_OTHER, 0},
	{"sendrecv", read_direction, IN_SESSION | IN_RTP, SDP_SEND | SDP_RECV},
	{"sendonly", read_direction, IN_SESSION | IN_RTP, SDP_SEND},
	{"recvonly", read_direction, IN_SESSION | IN_RTP, SDP_RECV},
	{"inactive", read_direction, IN_SESSION | IN_RTP, 0},
	{"rtpmap", sdp_read_rtpmap, IN_RTP, 0},
	{"fmtp", sdp_read_fmtp, IN_RTP, 0},
	{"rtcp-fb", sdp_read_rtcp_fb, IN_RTP, 0},
	{"extmap", read_extmap, IN_RTP, 0},
	{"ssrc", read_ssrc, IN_RTP, 0},
	{"ssrc-group", read_ssrc_group, IN_RTP, 0},
	{"rid", read_rid, IN_RTP, 0},
};

int sdp_read_attribute(struct sdp_reader *r, struct span line)
{
	struct span name = span_word(&line, ':');
	uint8_t here = at_session(r)                 ? IN_SESSION
		       : r->media->kind == SDP_OTHER ? IN_OTHER
						     : IN_RTP;

	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (attributes[i].where & here && span_is(name, attributes[i].name))
			return attributes[i].read(r, line, attributes[i].arg);
	return 0;
}
