#include "mixer/aenc.h"

#include <errno.h>
#include <opus/opus.h>
#include <stdlib.h>

#include "mixer/pcm.h"

struct aenc {
	OpusEncoder *opus;
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
	if (bps < 6000)
		bps = 6000;
	if (bps > 128000)
		bps = 128000;
	opus_encoder_ctl(enc->opus, OPUS_SET_BITRATE((opus_int32)bps));
	opus_encoder_ctl(enc->opus, OPUS_SET_COMPLEXITY(5));
	opus_encoder_ctl(enc->opus, OPUS_SET_INBAND_FEC(1));
	opus_encoder_ctl(enc->opus, OPUS_SET_PACKET_LOSS_PERC(10));
	opus_encoder_ctl(enc->opus, OPUS_SET_DTX(0));
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

void aenc_reset(struct aenc *enc)
{
	opus_encoder_ctl(enc->opus, OPUS_RESET_STATE);
}

int aenc_encode(struct aenc *enc, const float *pcm, uint8_t out[AENC_BYTES])
{
	int n = opus_encode_float(enc->opus, pcm, PCM_TICK, out, AENC_BYTES);

	return n > 0 ? n : -EINVAL;
}
