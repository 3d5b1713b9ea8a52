#include "mixer/vsource.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "base/log.h"
#include "mixer/cputime.h"
#include "mixer/decoder.h"
#include "mixer/framesize.h"
#include "mixer/keygate.h"
#include "mixer/scale.h"

#include <errno.h>
#include <stdlib.h>

#define WINDOW_US       (10 * SEC_US) /* of LIMIT_SIZE_CHANGES */
#define RESET_WINDOW_US (30 * SEC_US)
#define RESETS_MAX      3  /* in that time; then it is not decoded for as long */
#define ERRORS_MAX      30 /* bad units in a row that a decoder is kept for */

/* Counts what happens within a time. */
struct burst {
	int64_t since_us;
	uint32_t n;
};

struct vsource {
	uint32_t id;
	uint32_t viewer;     /* a view */
	uint32_t tap;        /* for whom its units are copied; 0: for nobody */
	struct decoder *dec; /* NULL until the first key frame */
	enum codec codec;
	struct picture *newest;  /* as it was decoded */
	struct picture *upright; /* made of it when it is shown, if it needs it */
	uint32_t serial;
	bool off;
	bool placed;       /* the picture was put there; no units */
	bool seen;         /* by a viewer */
	bool heard;        /* units came since it was opened or switched on */
	bool frozen;       /* until the next picture */
	bool need_key;     /* nothing can be decoded before one */
	bool hurt;         /* decodes, but something is missing until a key frame */
	int64_t unit_us;   /* of the last one that was decoded */
	int64_t heard_us;  /* of the last one that came */
	int64_t hidden_us; /* since when nobody sees it */
	uint32_t spent_us;
	int64_t barred_until_us;
	uint32_t errors; /* in a row */
	struct keygate keys;
	struct burst sizes, resets;
	uint16_t w_px, h_px;           /* upright; 0: not known */
	uint16_t last_w_px, last_h_px; /* as it was coded last: 0 before */
};

static bool burst_over(struct burst *b, int64_t now_us, int64_t window_us, uint32_t max)
{
	if (!b->n || now_us - b->since_us >= window_us)
		*b = (struct burst){now_us, 0};
	return ++b->n > max;
}

int vsource_create(struct vsource **out, uint32_t id)
{
	struct vsource *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->id = id;
	s->need_key = true;
	s->serial = 1;
	*out = s;
	return 0;
}

static void forget_picture(struct vsource *s)
{
	if (s->upright != s->newest)
		picture_destroy(s->upright);
	picture_destroy(s->newest);
	s->upright = s->newest = NULL;
}

static void drop_decoder(struct vsource *s)
{
	if (s->dec)
		count_add(COUNT_DECODERS, -1);
	decoder_destroy(s->dec);
	s->dec = NULL;
	s->need_key = true;
	s->hurt = false;
	s->errors = 0;
}

void vsource_destroy(struct vsource *s)
{
	if (!s)
		return;
	forget_picture(s);
	drop_decoder(s);
	free(s);
}

uint32_t vsource_id(const struct vsource *s)
{
	return s->id;
}

void vsource_show_to(struct vsource *s, uint32_t view)
{
	s->viewer = view;
}

uint32_t vsource_viewer(const struct vsource *s)
{
	return s->viewer;
}

uint32_t vsource_serial(const struct vsource *s)
{
	return s->serial;
}

void vsource_size(const struct vsource *s, uint16_t *w_px, uint16_t *h_px)
{
	*w_px = s->w_px;
	*h_px = s->h_px;
}

static uint32_t want_key(struct vsource *s, int64_t now_us)
{
	if (now_us < s->barred_until_us) /* it would not be decoded */
		return 0;
	keygate_ask(&s->keys);
	if (!keygate_open(&s->keys, now_us))
		return 0;
	keygate_passed(&s->keys, now_us);
	return VSOURCE_KEY_WANTED;
}

static void bar(struct vsource *s, int64_t until_us, const char *why)
{
	log_warn("source_barred", "source=%u why=%s", s->id, why);
	drop_decoder(s);
	s->barred_until_us = until_us;
}

/* The decoder is let go; if that happens again and again, so is the source. */
static void reset_decoder(struct vsource *s, int64_t now_us, const char *why)
{
	if (burst_over(&s->resets, now_us, RESET_WINDOW_US, RESETS_MAX))
		bar(s, now_us + RESET_WINDOW_US, why);
	else
		drop_decoder(s);
}

/* Notes the size as it was coded. False when it changes too often: then the source
 * is barred. */
static bool note_coded(struct vsource *s, uint16_t w_px, uint16_t h_px, int64_t now_us)
{
	if (w_px == s->last_w_px && h_px == s->last_h_px)
		return true;
	if (s->last_w_px &&
	    burst_over(&s->sizes, now_us, WINDOW_US, LIMIT_SIZE_CHANGES)) {
		count_add(COUNT_REJECT_DECODE, 1);
		bar(s, s->sizes.since_us + WINDOW_US, "sizes");
		return false;
	}
	s->last_w_px = w_px;
	s->last_h_px = h_px;
	return true;
}

/* Notes the size as it is shown. Returns VSOURCE_*. */
static uint32_t note_shown(struct vsource *s, uint16_t w_px, uint16_t h_px,
			   uint16_t rotation_deg)
{
	bool aside = rotation_deg == 90 || rotation_deg == 270;
	uint16_t w = aside ? h_px : w_px, h = aside ? w_px : h_px;

	if (w == s->w_px && h == s->h_px)
		return 0;
	s->w_px = w;
	s->h_px = h;
	return VSOURCE_RESIZED;
}

/* Takes the picture. Returns VSOURCE_*. */
static uint32_t show(struct vsource *s, struct picture *pic, int64_t now_us)
{
	if (!note_coded(s, pic->w_px, pic->h_px, now_us)) {
		picture_destroy(pic);
		return 0;
	}
	forget_picture(s);
	s->newest = pic;
	s->frozen = false;
	s->serial++;
	return note_shown(s, pic->w_px, pic->h_px, pic->rotation_deg);
}

static uint32_t refuse(struct vsource *s, int err, int64_t now_us)
{
	count_add(COUNT_REJECT_DECODE, 1);
	s->hurt = true;
	if (err == -EFBIG) /* the next units would be refused as well */
		drop_decoder(s);
	else if (++s->errors >= ERRORS_MAX)
		reset_decoder(s, now_us, "errors");
	return want_key(s, now_us);
}

static uint32_t decode(struct vsource *s, struct au *au, int64_t now_us)
{
	struct picture *pic = NULL;
	int64_t before = cputime_us(), used;
	int err = decoder_decode(s->dec, au, &pic);
	uint32_t told = 0;

	used = cputime_us() - before;
	s->spent_us += (uint32_t)used;
	if (err)
		told = refuse(s, err, now_us);
	else
		s->errors = 0;
	if (pic) {
		count_add(COUNT_FRAMES_DECODED, 1);
		told |= show(s, pic, now_us);
	}
	if (used > VSOURCE_BUDGET_US && s->dec) {
		count_add(COUNT_REJECT_DECODE, 1);
		reset_decoder(s, now_us, "time");
		told |= want_key(s, now_us);
	}
	return told;
}

/* Makes the decoder fit the unit. False when it is not to be decoded. */
static bool prepare(struct vsource *s, const struct au *au)
{
	if (s->dec && au->codec != s->codec)
		drop_decoder(s);
	if (au->flags & AU_KEY) {
		s->need_key = false;
		s->hurt = false;
	} else if (au->flags & AU_AFTER_LOSS) {
		s->hurt = true;
	}
	if (s->need_key)
		return false;
	if (!s->dec) {
		if (decoder_create(&s->dec, au->codec)) {
			count_add(COUNT_REJECT_DECODE, 1);
			s->need_key = true;
			return false;
		}
		count_add(COUNT_DECODERS, 1);
	}
	s->codec = au->codec;
	return true;
}

/* A unit that nobody sees: what comes after it cannot be decoded before a key
 * frame. Who arranges the picture wants to know the size all the same. */
static uint32_t pass_by(struct vsource *s, const struct au *au, int64_t now_us)
{
	uint16_t w = 0, h = 0;

	s->need_key = true;
	if (au->flags & AU_KEY && framesize_read(au, &w, &h) == 0)
		return note_coded(s, w, h, now_us) ? note_shown(s, w, h, au->rotation_deg)
						   : 0;
	return s->w_px ? 0 : want_key(s, now_us);
}

uint32_t vsource_tap(struct vsource *s, uint32_t to, int64_t now_us)
{
	s->tap = to;
	return to && !s->off && !s->placed ? want_key(s, now_us) : 0;
}

uint32_t vsource_tapped(const struct vsource *s)
{
	return s->off || s->placed ? 0 : s->tap;
}

uint32_t vsource_put(struct vsource *s, struct picture *picture)
{
	drop_decoder(s);
	forget_picture(s);
	s->placed = true;
	s->newest = picture;
	s->frozen = false;
	s->serial++;
	return note_shown(s, picture->w_px, picture->h_px, picture->rotation_deg);
}

uint32_t vsource_unit(struct vsource *s, struct au *au, int64_t now_us)
{
	uint32_t told = 0;

	if (s->placed || s->off || now_us < s->barred_until_us)
		return 0;
	s->heard = true;
	s->heard_us = now_us;
	if (!s->seen)
		return pass_by(s, au, now_us);
	if (prepare(s, au)) {
		s->unit_us = now_us; /* others do not keep the picture alive */
		told = decode(s, au, now_us);
	}
	if (s->need_key || s->hurt)
		told |= want_key(s, now_us);
	return told;
}

uint32_t vsource_off(struct vsource *s, bool off, int64_t now_us)
{
	uint32_t told = 0;

	if (s->off == off)
		return 0;
	s->off = off;
	drop_decoder(s);
	if (!off)
		return want_key(s, now_us);
	if (s->w_px)
		told = VSOURCE_RESIZED;
	forget_picture(s);
	s->w_px = s->h_px = 0;
	s->frozen = s->heard = s->placed = false;
	return told;
}

uint32_t vsource_seen(struct vsource *s, bool seen, int64_t now_us)
{
	if (s->seen == seen)
		return 0;
	s->seen = seen;
	if (!seen)
		s->hidden_us = now_us;
	return seen && s->need_key && s->heard && !s->off ? want_key(s, now_us) : 0;
}

void vsource_rest(struct vsource *s, int64_t now_us)
{
	if (s->seen || s->placed || now_us - s->hidden_us < VSOURCE_REST_US ||
	    !(s->dec || s->newest))
		return;
	drop_decoder(s);
	forget_picture(s);
	s->frozen = false;
}

bool vsource_settled(const struct vsource *s, int64_t now_us)
{
	if (s->placed || s->off || !s->heard || now_us < s->barred_until_us)
		return true;
	if (now_us - s->heard_us >= VSOURCE_FROZEN_US) /* its sender is gone */
		return true;
	return s->newest && !s->need_key;
}

uint32_t vsource_spent_us(struct vsource *s)
{
	uint32_t spent = s->spent_us;

	s->spent_us = 0;
	return spent;
}

enum vsource_look vsource_look(struct vsource *s, int64_t now_us)
{
	if (!s->newest)
		return VSOURCE_NAME;
	if (!s->placed && now_us - s->unit_us >= VSOURCE_FROZEN_US)
		s->frozen = true;
	return s->frozen ? VSOURCE_FROZEN : VSOURCE_LIVE;
}

const struct picture *vsource_picture(struct vsource *s)
{
	if (!s->newest || s->upright)
		return s->upright;
	if (!s->newest->rotation_deg && !s->newest->full_range)
		s->upright = s->newest;
	else if (scale_upright(&s->upright, s->newest))
		return NULL;
	return s->upright;
}
