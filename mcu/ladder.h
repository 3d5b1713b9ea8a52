/* ladder.h - the levels in which a class can be received, from sound alone to a
 * high picture, and what each costs on the wire. Pure functions of a table.
 */
#ifndef MCU_LADDER_H
#define MCU_LADDER_H

#include "base/attr.h"
#include "base/conf.h"
#include "mixer/aworker.h"
#include "mixer/vworker.h"

#include <stddef.h>
#include <stdint.h>

/* Rising. SOUND and STILL have no encoder of pictures. */
enum level {
	LEVEL_SOUND, /* nothing but sound */
	LEVEL_STILL, /* and a picture each few seconds, over the WebSocket */
	LEVEL_LOW,
	LEVEL_MID,
	LEVEL_MAIN,
	LEVEL_HIGH,
	LEVELS
};
#define LEVEL_VIDEO LEVEL_LOW /* the first that has moving pictures */

/* Who decodes what: each family is encoded only while somebody needs it. AV1 exists
 * at LEVEL_LOW only, where its bits count most. */
enum family { FAMILY_H264, FAMILY_AV1, FAMILY_VP8, FAMILIES };

/* Landscape, and 9:16 for phones held upright. */
enum shape { SHAPE_WIDE, SHAPE_TALL, SHAPES };

/* People want motion, pages of text want sharpness. */
enum content { CONTENT_PEOPLE, CONTENT_SLIDES, CONTENTS };

struct ladder {
	struct ladder_spec {
		uint16_t w_px, h_px; /* landscape */
		uint16_t fps;
		uint32_t kbps;
	} video[LEVELS][CONTENTS];
	struct ladder_spec limit; /* of each, in what a class gives itself */
	uint32_t mix_bps[MIX_CLASSES];
	enum level top;   /* no viewer gets more */
	enum level start; /* of who nothing is known of, see quality.c */
	bool av1;         /* for those who decode it */
	uint32_t vbv_ms;  /* of people; pages of text have twice as much */
	uint32_t still_bytes[CONTENTS];
	uint32_t still_ms; /* from one to the next */
};

/* -EINVAL when a level costs no more than the one below, with a line in `why` that
 * begins with the key that is wrong. */
int ladder_init(struct ladder *ladder, const struct conf *conf, char *why,
		size_t why_len) AULA_MUST_CHECK;
/* Whether a class may have it instead of the server's: -EINVAL and `why` as above when
 * a rung that differs is beyond the server's limit. */
int ladder_allowed(const struct ladder *own, const struct ladder *server, char *why,
		   size_t why_len) AULA_MUST_CHECK;

/* What to tell the encoder of a rung. */
struct rung_conf ladder_rung(const struct ladder *ladder, enum shape shape,
			     enum family family, enum level level, enum content content);

enum codec family_codec(enum family family);
/* The sound of a level for who takes packets of up to `sound_ms`, 20 or more. */
enum mix_class level_mix(enum level level, uint32_t sound_ms);

#define LADDER_SOUND_MS 60 /* what browsers take */

/* All that such a viewer of the level is sent, bits a second on the wire: sound,
 * picture, headers of RTP, UDP and IP, reports. */
uint32_t ladder_wire_bps(const struct ladder *ladder, enum level level,
			 enum content content, uint32_t sound_ms);

/* The largest canvas that a rung of this level needs. */
void ladder_canvas(const struct ladder *ladder, enum shape shape, enum level top,
		   enum content content, struct view_conf *out);

const char *level_name(enum level level);
/* LEVELS: no such name. */
enum level level_by_name(const char *name);
const char *content_name(enum content content);
const char *shape_name(enum shape shape);

#endif
