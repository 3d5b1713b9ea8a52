/* fuzz_sdp - any text as a description, and a good one with some bytes of the
 * input written over it. An answer to what is read must read as well, and must
 * not hold more than was offered.
 */
#include "base/bytes.h"
#include "tests/sdp_samples.h"
#include "tests/test.h"
#include "transport/sdp.h"

#include <errno.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void answer(struct sdp *offer)
{
	static char out[32768];
	const struct sdp_local local = {.ufrag = "ourU",
					.pwd = "ourpasswordourpasswordourpasswor",
					.n_candidates = 1,
					.candidates = {{"::1", 1, false}},
					.ssrc_audio = 1,
					.ssrc_video = 2,
					.ssrc_rtx = 3};
	struct sdp before = *offer, again;
	const char *why = NULL;
	int len = sdp_answer_offer(offer, out, sizeof(out), &local, &why);

	CHECK(len > 0 || (len == -EPROTO && why));
	if (len < 0)
		return;
	CHECK(sdp_parse(&again, out, (size_t)len, &why) == 0);
	CHECK(again.n_media == before.n_media);
	for (uint32_t i = 0; i < again.n_media; i++) {
		const struct sdp_media *a = &again.media[i], *o = &before.media[i];

		CHECK(a->kind == o->kind && strcmp(a->mid, o->mid) == 0);
		CHECK(a->rejected || (!o->rejected && a->n_codecs <= o->n_codecs));
		CHECK(!a->maxptime_ms ||
		      (o->maxptime_ms && (a->maxptime_ms <= o->maxptime_ms ||
					  a->maxptime_ms == SDP_SOUND_SHORT)));
		for (int k = 0; k < SDP_EXT_N; k++)
			CHECK(!a->ext[k] || a->ext[k] == o->ext[k]);
	}
}

static void read(const char *text, size_t len)
{
	struct sdp sdp, copy;
	const char *why = NULL;
	int err = sdp_parse(&sdp, text, len, &why);

	CHECK(err == 0 || ((err == -EBADMSG || err == -E2BIG) && why));
	if (err)
		return;
	copy = sdp;
	err = sdp_take_answer(&copy, &why);
	CHECK(err == 0 || err == -EPROTO);
	sdp_view_codec(&copy);
	CHECK(sdp_sound_ms(&copy) % SDP_SOUND_SHORT == 0);
	answer(&sdp);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const samples[] = {CHROMIUM_SENDRECV, CHROMIUM_SIMULCAST,
					      FIREFOX, AIORTC, GSTREAMER};
	const char *sample = samples[size ? data[0] % 5 : 0];
	size_t len = strlen(sample);
	char *text = malloc(len);

	read((const char *)data, size);
	CHECK(text);
	memcpy(text, sample, len);
	for (size_t i = 1; i + 3 <= size && i < 12; i += 3)
		text[rd16(data + i) % len] = (char)(32 + data[i + 2] % 96);
	read(text, len - (size > 1 && data[1] & 1 ? rd16(data + size - 2) % len : 0));
	free(text);
	return 0;
}
