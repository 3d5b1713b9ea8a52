#include "mixer/adec.h"

#include <errno.h>
#include <limits.h>
#include <opus/opus.h>
#include <stdlib.h>

#include "mixer/pcm.h"

struct adec {
	OpusDecoder *opus;
};

int adec_create(struct adec **out)
{
	struct adec *dec = calloc(1, sizeof(*dec));
	int err;

	if (!dec)
		return -ENOMEM;
	dec->opus = opus_decoder_create(PCM_HZ, 1, &err);
	if (!dec->opus) {
		free(dec);
		return -ENOMEM;
	}
	*out = dec;
	return 0;
}

void adec_destroy(struct adec *dec)
{
	if (!dec)
		return;
	opus_decoder_destroy(dec->opus);
	free(dec);
}

void adec_reset(struct adec *dec)
{
	opus_decoder_ctl(dec->opus, OPUS_RESET_STATE);
}

int adec_samples(const uint8_t *data, size_t len)
{
	int n;

	if (len == 0 || len > INT_MAX)
		return -EINVAL;
	n = opus_packet_get_nb_samples(data, (opus_int32)len, PCM_HZ);
	return n >= 120 && n <= PCM_PACKET ? n : -EINVAL;
}

/* Made-up packets decode to anything, infinity included, and that would stay in
 * every filter behind. */
static void clamp(float *pcm, int n)
{
	for (int i = 0; i < n; i++) {
		if (!(pcm[i] >= -1.0f))
			pcm[i] = pcm[i] < -1.0f ? -1.0f : 0.0f; /* or not a number */
		else if (pcm[i] > 1.0f)
			pcm[i] = 1.0f;
	}
}

static int decode(struct adec *dec, const uint8_t *data, size_t len, float *pcm,
		  uint32_t samples, int fec)
{
	int n = opus_decode_float(dec->opus, data, (opus_int32)len, pcm, (int)samples,
				  fec);

	clamp(pcm, n);
	return n > 0 ? n : -EINVAL;
}

int adec_decode(struct adec *dec, const uint8_t *data, size_t len, float *pcm,
		uint32_t max)
{
	int n = adec_samples(data, len);

	if (n < 0 || (uint32_t)n > max)
		return -EINVAL;
	return decode(dec, data, len, pcm, max, 0);
}

int adec_recover(struct adec *dec, const uint8_t *data, size_t len, float *pcm,
		 uint32_t samples)
{
	if (adec_samples(data, len) < 0)
		return -EINVAL;
	return decode(dec, data, len, pcm, samples, 1);
}

int adec_conceal(struct adec *dec, float *pcm, uint32_t samples)
{
	return decode(dec, NULL, 0, pcm, samples, 0);
}
