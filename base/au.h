/* au.h - one encoded unit of media: a video access unit or an Opus packet.
 * Immutable once shared, counted, may cross threads.
 */
#ifndef BASE_AU_H
#define BASE_AU_H

#include "base/attr.h"
#include "base/ref.h"

#include <stddef.h>
#include <stdint.h>

enum codec { CODEC_NONE, CODEC_H264, CODEC_VP8, CODEC_VP9, CODEC_AV1, CODEC_OPUS };

enum {
	AU_KEY = 1 << 0,        /* decodable without anything before it */
	AU_AFTER_LOSS = 1 << 1, /* something before it is missing for good */
	AU_HIGH = 1 << 2,       /* H.264 of high profile, not constrained baseline */
};

#define AU_LEVEL_UNKNOWN 255
#define AU_SKIP_MAX      16

struct au {
	struct ref ref;
	enum codec codec;
	uint32_t flags; /* AU_* */
	/* Outgoing: the server's monotonic clock. Incoming: the sender's RTP
	 * timestamp, unwrapped, in µs; only differences mean something. */
	int64_t pts_us;
	int64_t arrival_us;    /* incoming: clock_us() of the last packet */
	uint32_t duration_us;  /* outgoing: until the next unit is due */
	uint32_t seq;          /* incoming sound: RTP sequence number, unwrapped */
	uint16_t w_px, h_px;   /* outgoing video */
	uint16_t rotation_deg; /* incoming video: 0, 90, 180 or 270, clockwise */
	uint8_t level_dbov;    /* incoming sound, RFC 6464: 0 loud .. 127 silent */
	/* Outgoing sound of the listeners' mix: members that this unit is not
	 * for, by the id of their voice, since they get one without it. */
	uint8_t n_skip;
	uint32_t skip[AU_SKIP_MAX];
	size_t len;    /* bytes */
	uint8_t *data; /* video is Annex B for H.264, a bare frame for VP8/VP9 */
};

/* Makes a unit with `len` bytes, copied from `data` unless that is NULL. The
 * other fields are zero, the level is unknown. -ENOMEM. ANY_THREAD */
int au_create(struct au **out, const void *data, size_t len) AULA_MUST_CHECK;

static inline struct au *au_get(struct au *au)
{
	ref_get(&au->ref);
	return au;
}

/* NULL is accepted. */
static inline void au_put(struct au *au)
{
	if (au)
		ref_put(&au->ref);
}

const char *codec_name(enum codec codec);

#endif
