#include "mixer/feed.h"

#include "mixer/aenc.h"
#include "mixer/limiter.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#define REST_TICKS 50

struct feed {
	struct aenc *enc;
	struct limiter limiter;
	uint32_t silent; /* ticks in a row, saturates at REST_TICKS */
};

/* RFC 6716: CELT, 20 ms, mono, one frame, which begins with the silence flag */
static const uint8_t silence[3] = {0xf8, 0xff, 0xfe};

int feed_create(struct feed **out, uint32_t bps)
{
	struct feed *feed = calloc(1, sizeof(*feed));

	if (!feed)
		return -ENOMEM;
	if (aenc_create(&feed->enc, bps)) {
		free(feed);
		return -ENOMEM;
	}
	limiter_init(&feed->limiter);
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

void feed_reset(struct feed *feed)
{
	aenc_reset(feed->enc);
	limiter_init(&feed->limiter);
	feed->silent = 0;
}

static bool is_silent(const float pcm[PCM_TICK])
{
	for (int i = 0; i < PCM_TICK; i++)
		if (pcm[i] != 0)
			return false;
	return true;
}

static int make_unit(struct au **out, const uint8_t *data, int len, int64_t pts_us)
{
	struct au *au;
	int err;

	if (len < 0)
		return len;
	err = au_create(&au, data, (size_t)len);
	if (err)
		return err;
	au->codec = CODEC_OPUS;
	au->flags = AU_KEY;
	au->pts_us = pts_us;
	au->duration_us = (uint32_t)PCM_TICK_US;
	*out = au;
	return 0;
}

int feed_run(struct feed *feed, float pcm[PCM_TICK], int64_t pts_us, struct au **out)
{
	uint8_t data[AENC_BYTES];

	if (!is_silent(pcm)) {
		if (feed->silent == REST_TICKS)
			aenc_reset(feed->enc); /* as the decoder is after silence */
		feed->silent = 0;
	} else if (feed->silent < REST_TICKS) {
		feed->silent++;
	}
	if (feed->silent == REST_TICKS)
		return make_unit(out, silence, sizeof(silence), pts_us);
	limiter_run(&feed->limiter, pcm);
	return make_unit(out, data, aenc_encode(feed->enc, pcm, data), pts_us);
}
