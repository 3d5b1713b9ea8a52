#include "bench/loadgen_sync.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "bench/loadgen_tone.h"
#include "mixer/adec.h"
#include "mixer/decoder.h"
#include "transport/depay.h"

#define SEEN      0.01 /* part of a picture that has the colour */
#define AGAIN_US  SEC_US
#define PAIR_US   SEC_US /* a tone belongs to a flash that is not farther away */
#define VIDEO_HZ  90000
#define SOUND_MAX 5760 /* samples of the longest packet */

/* Where a stream's timestamps stand on the server's clock. */
struct timing {
	bool known;
	int64_t us; /* since 1900 */
	uint32_t ts;
	double hz;
};

/* What was found of one beacon, and not yet paired. */
struct find {
	bool lit;                  /* in the picture before */
	int64_t flash_us, tone_us; /* the newest; 0: none, or taken */
	int64_t flashed_us;        /* the newest, taken or not */
	uint32_t flashes, tones, n;
	struct lg_sync_event *events;
	struct lg_tone tone;
};

struct lg_sync {
	struct timing video, sound;
	struct depay *depay;
	struct decoder *dec;
	enum codec codec;
	bool started, need_key;
	uint16_t next_seq;
	int64_t first_us; /* of the first picture; 0: none yet */
	struct adec *adec;
	struct rtp_unwrap samples;
	struct find finds[LG_BEACONS];
	float pcm[SOUND_MAX];
};

/* ---- time ---------------------------------------------------------------------------
 */

void lg_sync_report(struct lg_sync *s, bool video, const struct rtcp_sr *sr)
{
	struct timing *t = video ? &s->video : &s->sound;

	t->known = true;
	t->us = (int64_t)(sr->ntp >> 32) * SEC_US +
		(int64_t)(((sr->ntp & 0xffffffffu) * SEC_US) >> 32);
	t->ts = sr->rtp_ts;
}

/* On the server's clock; `part` is a fraction of a tick more. */
static int64_t time_of(const struct timing *t, uint32_t ts, double part)
{
	double ticks = (double)(int32_t)(ts - t->ts) + part;

	return t->us + llround(ticks * 1e6 / t->hz);
}

/* ---- pairs --------------------------------------------------------------------------
 */

static void pair(struct lg_sync *s, struct find *f)
{
	int64_t skew = f->tone_us - f->flash_us;

	if (!f->flash_us || !f->tone_us || skew > PAIR_US || skew < -PAIR_US)
		return;
	if (f->n < LG_SYNC_EVENTS)
		f->events[f->n++] = (struct lg_sync_event){f->flash_us - s->first_us,
							   (int32_t)skew};
	f->flash_us = f->tone_us = 0;
}

/* ---- picture ------------------------------------------------------------------------
 */

static void look(struct lg_sync *s, const struct picture *pic, uint32_t ts)
{
	int64_t at_us = time_of(&s->video, ts, 0);

	if (!s->first_us)
		s->first_us = at_us;
	for (unsigned i = 0; i < LG_BEACONS; i++) {
		struct find *f = &s->finds[i];
		bool lit = lg_beacon_seen(pic, i) > SEEN;

		if (lit && !f->lit &&
		    (!f->flashed_us || at_us - f->flashed_us > AGAIN_US)) {
			f->flash_us = f->flashed_us = at_us;
			f->flashes++;
			pair(s, f);
		}
		f->lit = lit;
	}
}

static void lose_decoder(struct lg_sync *s)
{
	if (s->dec)
		decoder_destroy(s->dec);
	depay_destroy(s->depay);
	s->dec = NULL;
	s->depay = NULL;
}

static bool ready_for(struct lg_sync *s, enum codec codec)
{
	if (s->dec && s->codec == codec)
		return true;
	lose_decoder(s);
	s->codec = codec;
	s->need_key = true;
	if (!depay_create(&s->depay, codec) && !decoder_create(&s->dec, codec))
		return true;
	lose_decoder(s);
	return false;
}

/* Without a report its time is not known, and what it shows is of no use; but what
 * comes after it needs it. */
static void take_unit(struct lg_sync *s, struct au *au, uint32_t ts)
{
	struct picture *pic = NULL;

	if (au->flags & AU_KEY)
		s->need_key = false;
	if (s->need_key)
		return;
	if (decoder_decode(s->dec, au, &pic))
		s->need_key = true;
	if (pic && s->video.known)
		look(s, pic, ts);
	picture_destroy(pic);
}

void lg_sync_video(struct lg_sync *s, const struct rtp_packet *p, enum codec codec)
{
	struct au *au = NULL;
	bool gap = s->started && p->seq != s->next_seq;

	if (gap && (int16_t)(uint16_t)(p->seq - s->next_seq) < 0)
		return;
	s->started = true;
	s->next_seq = (uint16_t)(p->seq + 1);
	if (!p->payload_len || !ready_for(s, codec))
		return;
	if (gap)
		s->need_key = true;
	if (depay_push(s->depay, p, gap, &au) || !au)
		return;
	take_unit(s, au, p->ts);
	au_put(au);
}

bool lg_sync_wants_key(const struct lg_sync *s)
{
	return s->dec && s->need_key;
}

/* ---- sound --------------------------------------------------------------------------
 */

void lg_sync_sound(struct lg_sync *s, uint32_t ts, const uint8_t *opus, size_t len)
{
	int64_t at = rtp_unwrap32(&s->samples, ts);
	int n = adec_decode(s->adec, opus, len, s->pcm, SOUND_MAX);
	double onset;

	for (unsigned i = 0; i < LG_BEACONS && n > 0; i++) {
		struct find *f = &s->finds[i];

		if (!lg_tone_feed(&f->tone, s->pcm, (uint32_t)n, at, &onset) ||
		    !s->sound.known)
			continue;
		f->tone_us = time_of(&s->sound, (uint32_t)(int64_t)floor(onset),
				     onset - floor(onset));
		f->tones++;
		pair(s, f);
	}
}

/* ---- what came of it ------------------------------------------------------------------
 */

void lg_sync_seen(const struct lg_sync *s, unsigned which, struct lg_sync_seen *out)
{
	const struct find *f = &s->finds[which];

	*out = (struct lg_sync_seen){f->flashes, f->tones, f->n, f->events};
}

static void put_events(cJSON *to, const struct lg_sync_seen *seen)
{
	cJSON *list = cJSON_AddArrayToObject(to, "events");

	for (uint32_t i = 0; i < seen->n; i++) {
		cJSON *one = cJSON_CreateArray();

		cJSON_AddItemToArray(
			one, cJSON_CreateNumber((double)seen->events[i].at_us / 1e6));
		cJSON_AddItemToArray(
			one, cJSON_CreateNumber((double)seen->events[i].skew_us / 1e3));
		cJSON_AddItemToArray(list, one);
	}
}

cJSON *lg_sync_json(const struct lg_sync *s, uint32_t member)
{
	cJSON *root = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(root, "beacons");

	cJSON_AddNumberToObject(root, "member", member);
	for (unsigned i = 0; i < LG_BEACONS; i++) {
		cJSON *one = cJSON_CreateObject();
		struct lg_sync_seen seen;

		lg_sync_seen(s, i, &seen);
		cJSON_AddItemToArray(list, one);
		cJSON_AddNumberToObject(one, "flashes", seen.flashes);
		cJSON_AddNumberToObject(one, "tones", seen.tones);
		put_events(one, &seen);
	}
	return root;
}

/* ---- life ---------------------------------------------------------------------------
 */

int lg_sync_create(struct lg_sync **out)
{
	struct lg_sync *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->video.hz = VIDEO_HZ;
	s->sound.hz = LG_TONE_HZ;
	err = adec_create(&s->adec);
	for (unsigned i = 0; i < LG_BEACONS && !err; i++) {
		struct find *f = &s->finds[i];

		lg_tone_init(&f->tone, lg_beacon_hz(i));
		f->events = calloc(LG_SYNC_EVENTS, sizeof(*f->events));
		err = f->events ? 0 : -ENOMEM;
	}
	if (err)
		lg_sync_destroy(s);
	else
		*out = s;
	return err;
}

void lg_sync_destroy(struct lg_sync *s)
{
	if (!s)
		return;
	lose_decoder(s);
	if (s->adec)
		adec_destroy(s->adec);
	for (unsigned i = 0; i < LG_BEACONS; i++)
		free(s->finds[i].events);
	free(s);
}
