#include "mixer/feed.h"

#include "mixer/aenc.h"
#include "mixer/limiter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define REST_TICKS 50

struct feed {
	struct aenc *enc;
	enum mix_class class;
	struct limiter limiter;
	uint32_t silent;  /* ticks in a row, saturates at REST_TICKS */
	bool rests;       /* the last packet was a ready-made one */
	int64_t start_us; /* of the packet that is collected */
	uint32_t n;       /* ticks of it so far */
	float pcm[FEED_TICKS * PCM_TICK];
};

/* RFC 6716, 3: CELT, 20 ms, mono; each frame begins with the silence flag. One
 * frame; two of a size; three of a size. */
static const struct {
	size_t len;
	uint8_t data[8];
} silence[MIX_CLASSES] = {
	[MIX_FULL] = {3, {0xf8, 0xff, 0xfe}},
	[MIX_SHORT] = {3, {0xf8, 0xff, 0xfe}},
	[MIX_MIDDLE] = {5, {0xf9, 0xff, 0xfe, 0xff, 0xfe}},
	[MIX_THIN] = {8, {0xfb, 0x03, 0xff, 0xfe, 0xff, 0xfe, 0xff, 0xfe}},
};

int feed_create(struct feed **out, enum mix_class c, uint32_t bps)
{
	struct feed *feed = calloc(1, sizeof(*feed));

	if (!feed)
		return -ENOMEM;
	if (aenc_create(&feed->enc, bps)) {
		free(feed);
		return -ENOMEM;
	}
	feed_reset(feed, c, bps);
	*out = feed;
	return 0;
}

void feed_destroy(struct feed *feed)
{
	if (!feed)
		return;
	aenc_destroy(feed->enc);
	free(feed);
}

void feed_reset(struct feed *feed, enum mix_class c, uint32_t bps)
{
	aenc_reset(feed->enc);
	limiter_init(&feed->limiter);
	feed->silent = 0;
	feed->rests = false;
	feed_class(feed, c, bps);
}

void feed_class(struct feed *feed, enum mix_class c, uint32_t bps)
{
	feed->class = c;
	feed->n = 0;
	aenc_class(feed->enc, c, bps);
}

void feed_rate(struct feed *feed, uint32_t bps)
{
	aenc_class(feed->enc, feed->class, bps);
}

void feed_loss(struct feed *feed, uint8_t percent)
{
	aenc_loss(feed->enc, percent);
}

bool feed_rests(const struct feed *feed)
{
	return feed->rests;
}

static bool is_silent(const float pcm[PCM_TICK])
{
	for (int i = 0; i < PCM_TICK; i++)
		if (pcm[i] != 0)
			return false;
	return true;
}

void feed_warm(struct feed *feed, const float pcm[PCM_TICK])
{
	float gone[PCM_TICK];

	memcpy(gone, pcm, sizeof(gone));
	limiter_run(&feed->limiter, gone);
	if (!is_silent(pcm))
		aenc_warm(feed->enc, gone);
}

static int make_unit(struct au **out, const uint8_t *data, size_t len,
		     const struct feed *feed)
{
	struct au *au;
	int err = au_create(&au, data, len);

	if (err)
		return err;
	au->codec = CODEC_OPUS;
	au->flags = AU_KEY;
	au->pts_us = feed->start_us - FEED_BEHIND_US;
	au->duration_us = mix_class_ms(feed->class) * 1000;
	*out = au;
	return 0;
}

static int make_packet(struct feed *feed, struct au **out)
{
	uint8_t data[AENC_BYTES];
	int len;

	if (feed->silent == REST_TICKS) {
		feed->rests = true;
		return make_unit(out, silence[feed->class].data, silence[feed->class].len,
				 feed);
	}
	if (feed->rests)
		aenc_reset(feed->enc); /* as the decoder is after silence */
	feed->rests = false;
	len = aenc_encode(feed->enc, feed->pcm, data);
	return len < 0 ? len : make_unit(out, data, (size_t)len, feed);
}

/* Time may have jumped: what was collected belongs to another packet then, or
 * ticks of this one are missing. */
static void align(struct feed *feed, int64_t now_us)
{
	uint32_t place = feed_place(feed->class, now_us);
	int64_t start_us = now_us - place * PCM_TICK_US;

	if (feed->start_us != start_us || feed->n > place)
		feed->n = 0;
	feed->start_us = start_us;
	for (; feed->n < place; feed->n++)
		memset(feed->pcm + feed->n * PCM_TICK, 0, PCM_TICK * sizeof(float));
}

int feed_run(struct feed *feed, const float pcm[PCM_TICK], int64_t now_us,
	     struct au **out)
{
	float *tick;

	align(feed, now_us);
	if (!is_silent(pcm))
		feed->silent = 0;
	else if (feed->silent < REST_TICKS)
		feed->silent++;
	tick = feed->pcm + feed->n++ * PCM_TICK;
	memcpy(tick, pcm, PCM_TICK * sizeof(*pcm));
	limiter_run(&feed->limiter, tick);
	*out = NULL;
	if (feed->n * PCM_TICK_US < mix_class_ms(feed->class) * 1000)
		return 0;
	feed->n = 0;
	return make_packet(feed, out);
}
