#include "slides/tone.h"

#include "slides/track.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <libswresample/swresample.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define HZ       48000
#define TOGETHER (HZ / 25) /* samples: nearer to what was before is right behind it */
#define CHANNELS 8
#define MOST     (1 << 20) /* samples of one frame, converted */

struct tone {
	struct track *track;
	SwrContext *swr;
	/* what it converts from */
	AVChannelLayout layout;
	int format, rate_hz;
	int16_t *have; /* converted */
	size_t room, n, used;
	int64_t have_at; /* samples since the beginning: of the first unused one */
	int64_t at;      /* of the next piece */
	bool follows;    /* something came before, since the beginning or a seek */
	bool ended;
};

int tone_open(struct tone **out, int fd)
{
	struct tone *tone = calloc(1, sizeof(*tone));
	int err;

	if (!tone)
		return -ENOMEM;
	err = track_open(&tone->track, fd, true);
	if (err)
		tone_close(tone);
	else
		*out = tone;
	return err;
}

void tone_close(struct tone *tone)
{
	if (!tone)
		return;
	track_close(tone->track);
	swr_free(&tone->swr);
	av_channel_layout_uninit(&tone->layout);
	free(tone->have);
	free(tone);
}

static int64_t samples(int64_t us)
{
	return us * 48 / 1000;
}

int64_t tone_at_us(const struct tone *tone)
{
	return tone->at * 1000 / 48;
}

void tone_seek(struct tone *tone, int64_t at_us)
{
	track_seek(tone->track, at_us);
	tone->at = samples(at_us) / REEL_BLOCK * REEL_BLOCK;
	tone->n = tone->used = 0;
	tone->follows = tone->ended = false;
	swr_free(&tone->swr);
}

/* ---- converting ----------------------------------------------------------- */

static int arrange(struct tone *tone, const AVFrame *frame)
{
	AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO, from;
	int count = frame->ch_layout.nb_channels;

	if (tone->swr && tone->format == frame->format &&
	    tone->rate_hz == frame->sample_rate &&
	    av_channel_layout_compare(&tone->layout, &frame->ch_layout) == 0)
		return 0;
	if (count < 1 || count > CHANNELS || frame->sample_rate < 8000 ||
	    frame->sample_rate > 192000)
		return -ENOTSUP;
	swr_free(&tone->swr);
	if (av_channel_layout_copy(&tone->layout, &frame->ch_layout) < 0)
		return -ENOMEM;
	tone->format = frame->format;
	tone->rate_hz = frame->sample_rate;
	from = tone->layout;
	if (from.order == AV_CHANNEL_ORDER_UNSPEC)
		av_channel_layout_default(&from, count);
	if (swr_alloc_set_opts2(&tone->swr, &mono, AV_SAMPLE_FMT_S16, HZ, &from,
				frame->format, frame->sample_rate, 0, NULL) < 0)
		return -ENOMEM;
	return swr_init(tone->swr) < 0 ? -ENOTSUP : 0;
}

static int convert(struct tone *tone, const AVFrame *frame)
{
	int most = swr_get_out_samples(tone->swr, frame->nb_samples), n;
	uint8_t *to;

	if (most < 0 || most > MOST)
		return -EBADMSG;
	if ((size_t)most > tone->room) {
		int16_t *larger = realloc(tone->have, (size_t)most * sizeof(*larger));

		if (!larger)
			return -ENOMEM;
		tone->have = larger;
		tone->room = (size_t)most;
	}
	to = (uint8_t *)tone->have;
	n = swr_convert(tone->swr, &to, most, (const uint8_t **)frame->extended_data,
			frame->nb_samples);
	if (n < 0)
		return -EBADMSG;
	tone->used = 0;
	tone->n = (size_t)n;
	return 0;
}

/* The next frame, and where it belongs. Stamps are rounded, so that what follows is
 * right behind what was before. */
static int fetch(struct tone *tone)
{
	int64_t at_us, at, behind = tone->have_at;
	const AVFrame *frame;
	int err = track_next(tone->track, &frame, &at_us);

	if (!err)
		err = arrange(tone, frame);
	if (!err)
		err = convert(tone, frame);
	if (err)
		return err;
	at = samples(at_us);
	if (!tone->follows || llabs(at - behind) > TOGETHER)
		tone->have_at = at;
	tone->follows = true;
	return 0;
}

/* ---- pieces --------------------------------------------------------------- */

static void drop(struct tone *tone, size_t n)
{
	tone->used += n;
	tone->have_at += (int64_t)n;
}

int tone_next(struct tone *tone, int16_t out[REEL_BLOCK])
{
	int64_t done = 0;
	int err = 0;

	memset(out, 0, REEL_BLOCK * sizeof(*out));
	while (done < REEL_BLOCK) {
		size_t left = tone->n - tone->used, n;
		int64_t ahead = tone->have_at - (tone->at + done);

		if (!left) {
			err = tone->ended ? -ENODATA : fetch(tone);
			if (err == -ENODATA)
				tone->ended = true;
			if (err)
				break;
			continue;
		}
		if (ahead < 0) { /* over already */
			drop(tone, left < (size_t)-ahead ? left : (size_t)-ahead);
			continue;
		}
		if (ahead >= REEL_BLOCK - done)
			break; /* silence up to there */
		done += ahead;
		n = (size_t)(REEL_BLOCK - done);
		n = left < n ? left : n;
		memcpy(out + done, tone->have + tone->used, n * sizeof(*out));
		drop(tone, n);
		done += (int64_t)n;
	}
	if (err && (err != -ENODATA || !done))
		return err;
	tone->at += REEL_BLOCK;
	return 0;
}
