#include "tests/amix_rig.h"

#include "base/clock.h"
#include "mixer/feed.h"
#include "tests/test.h"
#include "tests/tone.h"

#include <string.h>

struct rig rig;

static void keep(struct person *person, const float *pcm, uint32_t ticks)
{
	uint32_t over = person->n_heard + ticks > RIG_TICKS ? ticks : 0;

	memmove(person->heard, person->heard + over * PCM_TICK,
		(person->n_heard - over) * PCM_TICK * sizeof(float));
	person->n_heard -= over;
	memcpy(person->heard + person->n_heard * PCM_TICK, pcm,
	       ticks * PCM_TICK * sizeof(float));
	person->n_heard += ticks;
}

static void check_silent(const float *pcm, uint32_t n, float below)
{
	for (uint32_t i = 0; i < n; i++)
		CHECK(fabsf(pcm[i]) < below);
}

/* Nothing twice, nothing never; while loose, what is wrong is counted. */
static void check_time(struct person *person, const struct au *au)
{
	int64_t gap_us = au->pts_us - person->until_us;

	if (!person->last_pts_us)
		return;
	CHECK(gap_us == 0 || person->loose);
	person->missed_us += gap_us > 0 ? gap_us : 0;
	person->repeated_us += gap_us < 0 ? -gap_us : 0;
}

static void hear(struct person *person, const struct au *au, bool own)
{
	uint32_t ticks = au->duration_us / PCM_TICK_US, n = ticks * PCM_TICK;
	float pcm[3 * PCM_TICK];

	if (person->last_pts_us && au->pts_us <= person->last_pts_us) {
		CHECK(person->loose);
		return; /* as the net thread does it */
	}
	check_time(person, au);
	person->last_pts_us = au->pts_us;
	person->until_us = au->pts_us + au->duration_us;
	*(own ? &person->own : &person->shared) += ticks;
	person->got_own = own;
	if (person->must_be_silent) { /* in the copy of the packet before, too */
		adec_reset(person->fec);
		CHECK(adec_recover(person->fec, au->data, au->len, pcm, n) == (int)n);
		check_silent(pcm, n, 5e-3f); /* the decoder begins with a little */
	}
	CHECK(adec_decode(person->dec, au->data, au->len, pcm, n) == (int)n);
	if (person->must_be_silent)
		check_silent(pcm, n, 1e-3f);
	keep(person, pcm, ticks);
}

static void on_unit(void *ctx, uint32_t nets, uint32_t id, struct au *au)
{
	bool other = id >= RIG_MORE;
	uint32_t at = other ? id - RIG_MORE + MIX_CLASSES : id - RIG_OUTLET;
	uint32_t k = at / MIX_CLASSES, c = at % MIX_CLASSES;

	(void)ctx, (void)nets;
	CHECK(au->codec == CODEC_OPUS && au->n_skip <= AU_SKIP_MAX);
	CHECK((au->pts_us + FEED_BEHIND_US) % au->duration_us == 0);
	CHECK(au->pts_us + FEED_BEHIND_US + au->duration_us == rig.now_us + PCM_TICK_US);
	if (id >= RIG_OUTLET) {
		CHECK(k < MIX_CHANNELS && !rig.shared[k][c]);
		CHECK(au->duration_us == mix_class_ms((enum mix_class)c) * 1000);
		for (uint32_t i = 0; i < c; i++)
			CHECK(!rig.shared[k][i]); /* the short ones come first */
		rig.shared[k][c] = au;
		rig.units[c] += k == 0;
		return;
	}
	CHECK(id >= 1 && id <= rig.n && au->n_skip == 0);
	hear(&rig.people[id - 1], au, true);
	au_put(au);
}

static void on_tap(void *ctx, uint32_t id, struct au *au)
{
	(void)ctx;
	CHECK(id == RIG_MIX && au->duration_us == 20000);
	CHECK(au->pts_us + FEED_BEHIND_US == rig.now_us);
	rig.taps++;
	au_put(au);
}

static void on_speakers(void *ctx, uint32_t id, const struct speaker *list, uint32_t n)
{
	(void)ctx;
	CHECK(id == RIG_MIX && n <= SPEAKERS_MAX);
	memcpy(rig.speakers, list, n * sizeof(*list));
	rig.n_speakers = n;
	rig.reports++;
}

void rig_class(uint32_t i, enum mix_class c)
{
	thread_claim(&on_aud);
	amix_class(rig.mix, 0, c, true, 10);
	rig.people[i].class = c;
	rig.people[i].voice->class_next = c;
}

void rig_hears(uint32_t i, uint32_t channel)
{
	struct person *person = &rig.people[i];

	thread_claim(&on_aud);
	amix_class(rig.mix, channel, person->class, true, 10);
	amix_hears(rig.mix, person->voice, channel);
	person->channel = channel;
}

void rig_open(uint32_t n, enum mix_class c)
{
	/* whole waves in 20 ms; few differences that are alike, which a codec's
	 * distortion would make audible as another's tone */
	static const double tones[] = {450, 700,  1150, 1900, 2450, 3100,
				       550, 1450, 2000, 850,  3350, 1000};
	static const struct amix_sink sink = {NULL, on_unit, on_tap, on_speakers};
	struct mix_conf conf = {RIG_OUTLET, {12000, 24000, 12000, 40000}, 0, RIG_MORE};

	thread_claim(&on_aud);
	memset(&rig, 0, sizeof(rig));
	rig.now_us = 6 * SEC_US; /* packets of all classes begin */
	rig.n = n;
	CHECK(amix_create(&rig.mix, RIG_MIX, &conf, &sink) == 0);
	amix_class(rig.mix, 0, c, true, 10);
	for (uint32_t i = 0; i < n; i++) {
		struct person *person = &rig.people[i];

		person->hz = tones[i % 12];
		person->peak = 0.1f;
		person->level_dbov = 23;
		CHECK(aenc_create(&person->enc, 64000) == 0);
		CHECK(adec_create(&person->dec) == 0);
		CHECK(adec_create(&person->fec) == 0);
		CHECK(voice_create(&person->voice, i + 1) == 0);
		amix_add(rig.mix, person->voice);
		rig_class(i, c);
	}
}

void rig_close(void)
{
	thread_claim(&on_aud);
	for (uint32_t i = 0; i < rig.n; i++) {
		amix_remove(rig.mix, rig.people[i].voice);
		voice_destroy(rig.people[i].voice);
		aenc_destroy(rig.people[i].enc);
		adec_destroy(rig.people[i].dec);
		adec_destroy(rig.people[i].fec);
	}
	CHECK(!amix_first(rig.mix));
	amix_destroy(rig.mix);
}

void rig_mute(uint32_t i, bool muted)
{
	thread_claim(&on_aud);
	amix_mute(rig.mix, rig.people[i].voice, muted);
}

/* CELT, 20 ms: whatever is in it is some sound, but for the silence flag. */
static int cheap_packet(uint8_t data[AENC_BYTES], bool noise)
{
	for (int i = 0; i < 60; i++)
		data[i] = noise ? (uint8_t)(i * 37 + 11) : 0xff;
	data[0] = 0xf8;
	return noise ? 60 : 3;
}

static void speak(struct person *person)
{
	float pcm[PCM_TICK] = {0};
	uint8_t data[AENC_BYTES];
	struct au *au;
	int n;

	thread_claim(&on_aud);
	tone_add(pcm, PCM_TICK, person->at, person->hz, person->peak);
	person->at += PCM_TICK;
	if (person->cheap)
		n = cheap_packet(data, person->peak > 0);
	else
		n = aenc_encode(person->enc, pcm, data);
	CHECK(n > 0 && au_create(&au, data, (size_t)n) == 0);
	au->codec = CODEC_OPUS;
	au->seq = person->seq++;
	au->pts_us = pcm_us(person->at);
	au->arrival_us = rig.now_us - 1000;
	au->level_dbov = person->level_dbov;
	voice_push(person->voice, au, rig.now_us);
}

static bool is_skipped(const struct au *au, uint32_t id)
{
	for (int i = 0; i < au->n_skip; i++)
		if (au->skip[i] == id)
			return true;
	return false;
}

void rig_tick(void)
{
	thread_claim(&on_aud);
	for (uint32_t i = 0; i < rig.n; i++)
		speak(&rig.people[i]);
	amix_tick(rig.mix, rig.now_us);
	for (uint32_t i = 0; i < rig.n; i++) {
		struct au *au = rig.shared[rig.people[i].channel][rig.people[i].class];

		if (au && !is_skipped(au, i + 1))
			hear(&rig.people[i], au, false);
	}
	for (int k = 0; k < MIX_CHANNELS; k++)
		for (int c = 0; c < MIX_CLASSES; c++) {
			au_put(rig.shared[k][c]);
			rig.shared[k][c] = NULL;
		}
	rig.now_us += PCM_TICK_US;
}

void rig_ticks(int n)
{
	while (n-- > 0)
		rig_tick();
}

uint32_t rig_selected(void)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < rig.n; i++)
		n += rig.people[i].voice->selected;
	return n;
}

double rig_loudness(uint32_t to, uint32_t of)
{
	const struct person *person = &rig.people[to];

	CHECK(person->n_heard >= 50);
	return tone_db(person->heard + (person->n_heard - 50) * PCM_TICK, 50 * PCM_TICK,
		       rig.people[of].hz);
}
