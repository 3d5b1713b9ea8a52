#include "mixer/aenc.h"

#include <errno.h>
#include <opus/opus.h>
#include <stdlib.h>

#include "mixer/pcm.h"

#define COMPLEXITY 5 /* 240 us per 20 ms at 24 kbit/s; 10 would cost twice that */
#define LOSS       10

struct aenc {
	OpusEncoder *opus;
	int samples; /* of a packet */
};

int aenc_create(struct aenc **out, uint32_t bps)
{
	struct aenc *enc = calloc(1, sizeof(*enc));
	int err;

	if (!enc)
		return -ENOMEM;
	enc->opus = opus_encoder_create(PCM_HZ, 1, OPUS_APPLICATION_VOIP, &err);
	if (!enc->opus) {
		free(enc);
		return -ENOMEM;
	}
	opus_encoder_ctl(enc->opus, OPUS_SET_COMPLEXITY(COMPLEXITY));
	opus_encoder_ctl(enc->opus, OPUS_SET_INBAND_FEC(1));
	opus_encoder_ctl(enc->opus, OPUS_SET_DTX(0)); /* feed.c knows silence itself */
	aenc_class(enc, MIX_FULL, bps);
	aenc_loss(enc, LOSS);
	*out = enc;
	return 0;
}

void aenc_destroy(struct aenc *enc)
{
	if (!enc)
		return;
	opus_encoder_destroy(enc->opus);
	free(enc);
}

/* At 12 kbit/s more than wide band would only make it rougher; up to there a
 * packet of 60 ms is one frame of SILK with one set of headers. */
static opus_int32 bandwidth(enum mix_class c)
{
	switch (c) {
	case MIX_THIN:
	case MIX_SHORT:
		return OPUS_BANDWIDTH_WIDEBAND;
	case MIX_MIDDLE:
		return OPUS_BANDWIDTH_SUPERWIDEBAND;
	default:
		return OPUS_BANDWIDTH_FULLBAND;
	}
}

void aenc_class(struct aenc *enc, enum mix_class c, uint32_t bps)
{
	if (bps < 6000)
		bps = 6000;
	if (bps > 128000)
		bps = 128000;
	enc->samples = (int)mix_class_ms(c) * (PCM_HZ / 1000);
	opus_encoder_ctl(enc->opus, OPUS_SET_BITRATE((opus_int32)bps));
	opus_encoder_ctl(enc->opus, OPUS_SET_MAX_BANDWIDTH(bandwidth(c)));
}

void aenc_loss(struct aenc *enc, uint8_t percent)
{
	opus_int32 loss = percent < AENC_LOSS_MAX ? percent : AENC_LOSS_MAX;

	opus_encoder_ctl(enc->opus, OPUS_SET_PACKET_LOSS_PERC(loss));
}

void aenc_reset(struct aenc *enc)
{
	opus_encoder_ctl(enc->opus, OPUS_RESET_STATE);
}

void aenc_warm(struct aenc *enc, const float pcm[PCM_TICK])
{
	uint8_t gone[AENC_BYTES];
	int n = opus_encode_float(enc->opus, pcm, PCM_TICK, gone, sizeof(gone));

	(void)n; /* without it there is no more than a click */
}

int aenc_encode(struct aenc *enc, const float *pcm, uint8_t out[AENC_BYTES])
{
	int n = opus_encode_float(enc->opus, pcm, enc->samples, out, AENC_BYTES);

	return n > 0 ? n : -EINVAL;
}
