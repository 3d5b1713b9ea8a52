#include "mcu/ladder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/conf_check.h"

/* On the wire around each packet: IPv4 and UDP 28, RTP 12, extensions 8, the tag
 * of AES-GCM 16. */
#define PACKET_BYTES  64
#define PAYLOAD_BYTES 1000
#define REPORTS_BPS   1500 /* RTCP to the viewer, and STUN */

static const char *const names[LEVELS] = {"sound", "still", "low", "mid", "main", "high"};

const char *level_name(enum level level)
{
	return names[level];
}

enum level level_by_name(const char *name)
{
	enum level level = LEVEL_SOUND;

	while (level < LEVELS && strcmp(names[level], name) != 0)
		level++;
	return level;
}

const char *content_name(enum content content)
{
	return content == CONTENT_SLIDES ? "slides" : "people";
}

const char *shape_name(enum shape shape)
{
	return shape == SHAPE_TALL ? "tall" : "wide";
}

/* ---- configuration ----------------------------------------------------------- */

/* conf.c has checked it. */
static const char *spec_read(const char *text, struct ladder_spec *spec)
{
	struct conf_rung rung = {0, 0, 0, 0};
	const char *rest = conf_rung_read(text, &rung);

	*spec = (struct ladder_spec){(uint16_t)rung.w_px, (uint16_t)rung.h_px,
				     (uint16_t)rung.fps, rung.kbps};
	return rest ? rest : "";
}

static void rung_read(struct ladder *ladder, enum level level, const char *text)
{
	text = spec_read(text, &ladder->video[level][CONTENT_PEOPLE]);
	spec_read(text, &ladder->video[level][CONTENT_SLIDES]);
}

/* With all headers and the sound, in packets as long as different clients take. */
static bool costs_more(const struct ladder *ladder, enum level level, enum content c)
{
	for (uint32_t ms = 20; ms <= 60; ms += 20)
		if (ladder_wire_bps(ladder, level, c, ms) <=
		    ladder_wire_bps(ladder, level - 1, c, ms))
			return false;
	return true;
}

/* Each level must cost more than the one below, or a link that carries little
 * would be given more. */
static int order_check(const struct ladder *ladder, char *why, size_t why_len)
{
	for (enum level level = LEVEL_VIDEO + 1; level < LEVELS; level++)
		for (enum content c = CONTENT_PEOPLE; c < CONTENTS; c++) {
			const char *below = names[level - 1];

			if (ladder->video[level][c].kbps <=
			    ladder->video[level - 1][c].kbps)
				snprintf(why, why_len,
					 "rung_%s must have a higher rate than rung_%s",
					 names[level], below);
			else if (!costs_more(ladder, level, c))
				snprintf(why, why_len,
					 "%s must be higher, or level %s costs no more "
					 "than %s",
					 level == LEVEL_HIGH ? "audio_kbps"
							     : "audio_middle_kbps",
					 names[level], below);
			else
				continue;
			return -EINVAL;
		}
	return 0;
}

static bool same(const struct ladder_spec *a, const struct ladder_spec *b)
{
	return a->w_px == b->w_px && a->h_px == b->h_px && a->fps == b->fps &&
	       a->kbps == b->kbps;
}

int ladder_allowed(const struct ladder *own, const struct ladder *server, char *why,
		   size_t why_len)
{
	const struct ladder_spec *most = &server->limit;

	for (enum level level = LEVEL_VIDEO; level < LEVELS; level++)
		for (int content = 0; content < CONTENTS; content++) {
			const struct ladder_spec *spec = &own->video[level][content];

			if (same(spec, &server->video[level][content]) ||
			    (spec->w_px * spec->h_px <= most->w_px * most->h_px &&
			     spec->fps <= most->fps && spec->kbps <= most->kbps))
				continue;
			snprintf(why, why_len,
				 "rung_%s: %ux%u@%u/%u is more than this server allows, "
				 "which is %ux%u@%u/%u",
				 names[level], spec->w_px, spec->h_px, spec->fps,
				 spec->kbps, most->w_px, most->h_px, most->fps,
				 most->kbps);
			return -EINVAL;
		}
	return 0;
}

int ladder_init(struct ladder *ladder, const struct conf *conf, char *why, size_t why_len)
{
	*ladder = (struct ladder){
		.mix_bps = {[MIX_THIN] = conf->audio_thin_kbps * 1000,
			    [MIX_MIDDLE] = conf->audio_middle_kbps * 1000,
			    [MIX_SHORT] = conf->audio_thin_kbps * 1000,
			    [MIX_FULL] = conf->audio_kbps * 1000},
		.top = level_by_name(conf->rung_top),
		.start = level_by_name(conf->rung_start),
		.av1 = conf->av1,
		.vbv_ms = conf->view_vbv_ms,
		.still_bytes = {3000, 4500},
		.still_ms = 5000,
	};
	spec_read(conf->rung_most, &ladder->limit);
	if (ladder->limit.fps > conf->view_fps) /* the canvas has no more */
		ladder->limit.fps = conf->view_fps;
	rung_read(ladder, LEVEL_LOW, conf->rung_low);
	rung_read(ladder, LEVEL_MID, conf->rung_mid);
	rung_read(ladder, LEVEL_MAIN, conf->rung_main);
	rung_read(ladder, LEVEL_HIGH, conf->rung_high);
	return order_check(ladder, why, why_len);
}

/* ---- what a level is --------------------------------------------------------- */

enum codec family_codec(enum family family)
{
	static const enum codec codecs[] = {CODEC_H264, CODEC_AV1, CODEC_VP8};

	return codecs[family];
}

/* Where the packets of a class are too long, the next one above whose are not costs
 * hardly more on a thin link (headers are most of it), and sounds better. */
enum mix_class level_mix(enum level level, uint32_t sound_ms)
{
	bool middle = sound_ms >= mix_class_ms(MIX_MIDDLE);

	if (level == LEVEL_HIGH)
		return MIX_FULL;
	if (level > LEVEL_LOW)
		return middle ? MIX_MIDDLE : MIX_FULL;
	if (sound_ms >= mix_class_ms(MIX_THIN))
		return MIX_THIN;
	return middle ? MIX_MIDDLE : MIX_SHORT;
}

/* As measured by bench_rungs: where a harder search still gains something. */
static enum rung_effort effort_of(enum level level, enum content content)
{
	if (content == CONTENT_SLIDES)
		return level == LEVEL_LOW ? RUNG_HARD : RUNG_EVEN;
	return level == LEVEL_HIGH ? RUNG_QUICK : RUNG_EVEN;
}

struct rung_conf ladder_rung(const struct ladder *ladder, enum shape shape,
			     enum family family, enum level level, enum content content)
{
	const struct ladder_spec *spec = &ladder->video[level][content];
	bool tall = shape == SHAPE_TALL;

	return (struct rung_conf){
		.codec = family_codec(family),
		.w_px = tall ? spec->h_px : spec->w_px,
		.h_px = tall ? spec->w_px : spec->h_px,
		.fps = spec->fps,
		.bps = spec->kbps * 1000,
		.vbv_ms = content == CONTENT_SLIDES ? 2 * ladder->vbv_ms : ladder->vbv_ms,
		.effort = effort_of(level, content),
		.screen = content == CONTENT_SLIDES,
	};
}

static uint32_t sound_bps(const struct ladder *ladder, enum mix_class c)
{
	return ladder->mix_bps[c] + PACKET_BYTES * 8 * 1000 / mix_class_ms(c);
}

/* A frame fills packets but its last, which on average is half full. */
static uint32_t video_bps(const struct ladder_spec *spec)
{
	uint32_t bps = spec->kbps * 1000;
	uint32_t packets_1000 = bps / 8 * 1000 / PAYLOAD_BYTES + spec->fps * 500u;

	if (packets_1000 < spec->fps * 1000u)
		packets_1000 = spec->fps * 1000u;
	return bps + packets_1000 * PACKET_BYTES * 8 / 1000;
}

uint32_t ladder_wire_bps(const struct ladder *ladder, enum level level,
			 enum content content, uint32_t sound_ms)
{
	uint32_t bps = sound_bps(ladder, level_mix(level, sound_ms)) + REPORTS_BPS;

	if (level == LEVEL_STILL) /* base64, and the headers of TLS and TCP */
		bps += (ladder->still_bytes[content] * 4 / 3 + 600) * 8 * 1000 /
		       ladder->still_ms;
	if (level >= LEVEL_VIDEO)
		bps += video_bps(&ladder->video[level][content]);
	return bps;
}

void ladder_canvas(const struct ladder *ladder, enum shape shape, enum level top,
		   enum content content, struct view_conf *out)
{
	const struct ladder_spec *spec;

	if (top < LEVEL_VIDEO)
		top = LEVEL_VIDEO;
	spec = &ladder->video[top][content];
	out->w_px = shape == SHAPE_TALL ? spec->h_px : spec->w_px;
	out->h_px = shape == SHAPE_TALL ? spec->w_px : spec->h_px;
}
