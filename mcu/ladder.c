#include "mcu/ladder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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

/* "640x360@15/350": size, frames a second, kbit/s. */
static const char *spec_read(const char *text, struct ladder_spec *spec)
{
	unsigned w = 0, h = 0, fps = 0, kbps = 0;
	int n = 0;

	sscanf(text, " %4ux%4u@%2u/%5u%n", &w, &h, &fps, &kbps, &n);
	*spec = (struct ladder_spec){(uint16_t)w, (uint16_t)h, (uint16_t)fps, kbps};
	return text + n;
}

/* conf.c has checked it. */
static void rung_read(struct ladder *ladder, enum level level, const char *text)
{
	text = spec_read(text, &ladder->video[level][CONTENT_PEOPLE]);
	spec_read(text, &ladder->video[level][CONTENT_SLIDES]);
}

/* Each level must cost more than the one below, or a link that carries little
 * would be given more. */
static int order_check(const struct ladder *ladder, char *why, size_t why_len)
{
	for (enum level level = LEVEL_VIDEO + 1; level < LEVELS; level++)
		for (int content = 0; content < CONTENTS; content++)
			if (ladder->video[level][content].kbps <=
			    ladder->video[level - 1][content].kbps) {
				snprintf(why, why_len,
					 "rung_%s must have a higher rate than rung_%s",
					 names[level], names[level - 1]);
				return -EINVAL;
			}
	return 0;
}

int ladder_init(struct ladder *ladder, const struct conf *conf, char *why, size_t why_len)
{
	*ladder = (struct ladder){
		.mix_bps = {conf->audio_thin_kbps * 1000, conf->audio_middle_kbps * 1000,
			    conf->audio_kbps * 1000},
		.top = level_by_name(conf->rung_top),
		.av1 = conf->av1,
		.vbv_ms = conf->view_vbv_ms,
		.still_bytes = {3000, 4500},
		.still_ms = 5000,
	};
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

enum mix_class level_mix(enum level level)
{
	if (level <= LEVEL_LOW)
		return MIX_THIN;
	return level == LEVEL_HIGH ? MIX_FULL : MIX_MIDDLE;
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

static uint32_t sound_bps(const struct ladder *ladder, enum level level)
{
	enum mix_class c = level_mix(level);

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
			 enum content content)
{
	uint32_t bps = sound_bps(ladder, level) + REPORTS_BPS;

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
