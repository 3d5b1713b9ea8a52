/* sdp.h - session descriptions (RFC 8866, 8829, 9143): strict about what we
 * use, blind to what we do not know. Pure functions, ANY_THREAD.
 */
#ifndef TRANSPORT_SDP_H
#define TRANSPORT_SDP_H

#include "base/attr.h"
#include "base/au.h"
#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SDP_MID_MAX        16
#define SDP_UFRAG_MAX      256
#define SDP_PWD_MAX        256
#define SDP_RIDS_MAX       3
#define SDP_CANDIDATES_MAX 32

enum sdp_kind { SDP_AUDIO, SDP_VIDEO, SDP_OTHER };
enum { SDP_SEND = 1, SDP_RECV = 2 }; /* of whoever wrote the description */

enum sdp_ext { /* header extensions that we use */
	       SDP_EXT_MID,
	       SDP_EXT_RID,
	       SDP_EXT_REPAIRED_RID,
	       SDP_EXT_TWCC,
	       SDP_EXT_AUDIO_LEVEL,
	       SDP_EXT_ORIENTATION,
	       SDP_EXT_PLAYOUT_DELAY,
	       SDP_EXT_ABS_SEND_TIME,
	       SDP_EXT_N
};

/* What a media section carries, seen from the server. */
enum sdp_in { SDP_IN_NONE, SDP_IN_VOICE, SDP_IN_CAMERA, SDP_IN_SCREEN };
enum sdp_out { SDP_OUT_NONE, SDP_OUT_MIX, SDP_OUT_VIEW };

struct sdp_codec {
	enum codec codec;
	uint8_t pt, rtx_pt;    /* rtx_pt 0: none */
	uint32_t h264_profile; /* profile-level-id as a number, 0x42e01f */
	uint8_t h264_mode;     /* packetization-mode */
	bool nack, pli, fir, twcc, remb;
	bool opus_fec;   /* useinbandfec=1 */
	bool opus_plain; /* nothing is said of it */
};

struct sdp_media {
	enum sdp_kind kind;
	enum sdp_in in;   /* assigned by us, not read */
	enum sdp_out out; /* assigned by us, not read */
	bool rejected;    /* port 0 without bundle-only */
	uint8_t dir;      /* SDP_SEND | SDP_RECV of the writer */
	char mid[SDP_MID_MAX + 1];
	uint32_t n_codecs;
	struct sdp_codec codecs[LIMIT_PTS]; /* known ones, in order of preference */
	uint8_t red_pt;                     /* audio/red of Opus; 0: none */
	uint16_t maxptime_ms;               /* the writer takes no longer packets of
					     * sound: its maxptime, else its ptime
					     * (RFC 8866, 6.4); 0: not said */
	uint8_t ext[SDP_EXT_N];             /* id of each extension; 0: none */
	uint8_t ext_dir[SDP_EXT_N];         /* SDP_SEND | SDP_RECV of the writer */
	bool rsize;                         /* reduced-size RTCP */
	uint32_t ssrc, rtx_ssrc;            /* what the writer sends; 0: not said */
	uint32_t n_rids;
	char rids[SDP_RIDS_MAX][SDP_MID_MAX + 1];
	char ufrag[SDP_UFRAG_MAX + 1],
		pwd[SDP_PWD_MAX + 1]; /* its own, or the session's */
	/* of the m= line, to be echoed; type and format of SDP_OTHER only */
	char proto[32], type[16], format[32];
};

struct sdp {
	uint32_t n_media;
	struct sdp_media media[LIMIT_SDP_MEDIA];
	uint32_t n_fingerprints; /* SHA-256 ones, 1 or 2 */
	uint8_t fingerprints[2][32];
	enum { SDP_ACTPASS, SDP_ACTIVE, SDP_PASSIVE } setup;
};

/* Reads an offer or an answer. Returns 0; or -EBADMSG, -E2BIG (over a limit)
 * with *why naming what is wrong, a constant; `out` is then untouched. */
int sdp_parse(struct sdp *out, const char *text, size_t len,
	      const char **why) AULA_MUST_CHECK;

/* What the server says of itself in each description it writes. */
struct sdp_local {
	char ufrag[33], pwd[33];
	uint8_t fingerprint[32]; /* SHA-256 of our certificate */
	uint32_t n_candidates;
	struct sdp_candidate {
		char ip[46];
		uint16_t port;
		bool tcp; /* passive */
	} candidates[SDP_CANDIDATES_MAX];
	uint64_t session_id;
	uint32_t version;                          /* one more with each description */
	uint32_t ssrc_audio, ssrc_video, ssrc_rtx; /* what we send */
};

/* Writes the server's offer: sections "a" (voice in, mix out), "v" (view out),
 * "c" (camera in) and, when `screen` or an earlier offer had it (`screen_line`),
 * "s" (screen in, inactive without `screen`). Returns the length, or -ENOSPC. */
int sdp_write_offer(char *out, size_t size, const struct sdp_local *local,
		    bool screen_line, bool screen);

/* Fits the client's answer to our offer: checks that each of our sections is
 * there, sets in/out, and leaves in each section what both sides said.
 * -EPROTO with *why when it does not fit. */
int sdp_take_answer(struct sdp *answer, const char **why) AULA_MUST_CHECK;

/* Answers a client's offer (any standard client): fills in/out of `offer` (first
 * audio: voice and mix; first video that sends: camera; first that receives:
 * view; next that sends: screen), reduces its codecs and extensions to ours
 * while keeping its payload types and ids, and writes the answer. Returns the
 * length, -ENOSPC, or -EPROTO with *why. */
int sdp_answer_offer(struct sdp *offer, char *out, size_t size,
		     const struct sdp_local *local, const char **why) AULA_MUST_CHECK;

/* The first byte of profile-level-id. */
#define SDP_HIGH     0x64
#define SDP_HIGH_444 0xf4

/* True for what units flagged AU_HIGH may be sent as, in fragments: high profile,
 * constrained or not; or high 4:4:4 predictive, whose decoders take all that is high
 * (H.264, A.2.11), and which is all that many a Chromium lists beyond main. */
static inline bool sdp_is_high(const struct sdp_codec *c)
{
	uint32_t profile = c->h264_profile >> 16;

	return c->codec == CODEC_H264 && c->h264_mode == 1 &&
	       (profile == SDP_HIGH || profile == SDP_HIGH_444);
}

/* The codec that the view is to be sent in: H.264 where taken, else VP8, else
 * CODEC_NONE. */
enum codec sdp_view_codec(const struct sdp *remote);
/* All that it may be sent in, as bits 1 << enum codec. */
uint32_t sdp_view_codecs(const struct sdp *remote);
/* H.264 of high profile is taken, too (the units are flagged AU_HIGH). */
bool sdp_view_high(const struct sdp *remote);

/* What we send of sound comes in packets of these lengths, in ms. */
#define SDP_SOUND_SHORT  20
#define SDP_SOUND_MIDDLE 40
#define SDP_SOUND_LONG   60
/* The longest of them that may be sent. Who takes only shorter ones than we make
 * gets the short ones, and so does who says nothing at all of its Opus: there are
 * clients that have room for nothing else and do not say so (RFC 7587, 7, has 20 ms
 * as the usual length). */
uint32_t sdp_sound_ms(const struct sdp *remote);

#endif
