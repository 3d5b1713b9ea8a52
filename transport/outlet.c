#include "transport/outlet.h"

#include "base/clock.h"
#include "base/log.h"
#include "transport/ahead.h"

#include <errno.h>
#include <stdlib.h>

#define KEY_SPACING_US SEC_US
#define KEY_MANY_US    (2 * SEC_US)
#define MANY_WATCHES   50
#define GOP_AGE_US     (2 * SEC_US)

int outlet_create(struct outlet **out, uint32_t id, enum codec codec,
		  const struct net_events *events)
{
	struct outlet *o = calloc(1, sizeof(*o));

	if (!o)
		return -ENOMEM;
	o->id = id;
	o->codec = codec;
	o->mean = 4 * LOW_UNIT; /* not taken for low before some were seen */
	o->events = events;
	o->key_asked_us = -KEY_MANY_US;
	*out = o;
	return 0;
}

static void gop_clear(struct outlet *o)
{
	for (uint32_t i = 0; i < o->n_gop; i++)
		blob_put(o->gop[i]);
	o->n_gop = 0;
	o->gop_bytes = 0;
}

void outlet_destroy(struct outlet *o)
{
	while (o->watches) {
		struct watch *w = o->watches;

		if (w == &w->send->w[w->send->cur])
			w->send->flowing = false;
		outlet_unwatch(w);
	}
	gop_clear(o);
	blob_put(o->giving);
	free(o);
}

/* ---- key frames ------------------------------------------------------------- */

static int64_t key_spacing(const struct outlet *o)
{
	return o->n_watches > MANY_WATCHES ? KEY_MANY_US : KEY_SPACING_US;
}

void outlet_tick(struct outlet *o, int64_t now_us)
{
	if (!o->key_wanted || now_us - o->key_asked_us < key_spacing(o))
		return;
	o->key_wanted = false;
	o->key_asked_us = now_us;
	o->events->key_wanted(o->events->ctx, o->id);
}

void outlet_want_key(struct outlet *o, int64_t now_us)
{
	if (o->codec == CODEC_OPUS)
		return;
	o->key_wanted = true;
	outlet_tick(o, now_us);
}

/* Keeps the unit for newcomers. A group that grew too large is let go, and none
 * is kept until the next key frame. */
static void gop_add(struct outlet *o, struct blob *blob, int64_t now_us)
{
	if (blob->au->flags & AU_KEY) {
		gop_clear(o);
		o->gop_since_us = now_us;
	} else if (!o->n_gop) {
		return;
	}
	if (o->n_gop == GOP_UNITS || o->gop_bytes + blob->au->len > GOP_BYTES ||
	    now_us - o->gop_since_us > GOP_AGE_US) {
		gop_clear(o);
		return;
	}
	o->gop[o->n_gop++] = blob_get(blob);
	o->gop_bytes += blob->au->len;
}

static uint32_t gop_packets(const struct outlet *o)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < o->n_gop; i++)
		n += o->gop[i]->n;
	return n;
}

/* Is the group worth more than another key frame, which all would have to take? Not
 * when a pacer would have to drop half of it; and a large one only when it is there
 * before a key frame may come. */
static bool is_worth(const struct outlet *o, const struct send_path *path, int64_t now_us)
{
	int64_t wait_us = o->key_asked_us + key_spacing(o) - now_us, takes_us;

	if (!path->paced || !path->pace_bps)
		return o->gop_bytes <= GOP_SMALL;
	takes_us = o->gop_bytes * 8 * SEC_US / path->pace_bps;
	if (takes_us >= PACER_AGE_US || gop_packets(o) > PACER_PACKETS)
		return false;
	return o->gop_bytes <= GOP_SMALL || takes_us < wait_us;
}

/* A replay must not send the receiver's clock back. */
static bool can_replay(const struct outlet *o, const struct send *s, int64_t now_us)
{
	return o->n_gop && now_us - o->gop_since_us <= GOP_AGE_US &&
	       o->gop[0]->au->pts_us > s->last_pts_us && is_worth(o, s->path, now_us);
}

/* ---- who watches what ------------------------------------------------------- */

void outlet_unwatch(struct watch *w)
{
	if (!w->outlet)
		return;
	w->outlet->n_watches--;
	if (w->outlet->next == w)
		w->outlet->next = w->next;
	if (w->prev)
		w->prev->next = w->next;
	else
		w->outlet->watches = w->next;
	if (w->next)
		w->next->prev = w->prev;
	w->outlet = NULL;
	w->prev = w->next = NULL;
}

static void link_in(struct watch *w, struct outlet *o)
{
	o->n_watches++;
	w->outlet = o;
	w->unit = 0;
	w->prev = NULL;
	w->next = o->watches;
	if (o->watches)
		o->watches->prev = w;
	o->watches = w;
}

/* What was waited for is shown from here on. */
static void promote(struct watch *w) RUNS_ON(on_net)
{
	struct send *s = w->send;

	if (w != &s->w[s->cur]) {
		outlet_unwatch(&s->w[s->cur]);
		s->cur = !s->cur;
	}
	s->flowing = true;
}

/* Starts a video stream on this outlet, by what is there or by asking. */
static void begin(struct watch *w, int64_t now_us) RUNS_ON(on_net)
{
	struct outlet *o = w->outlet;

	if (o->codec == CODEC_OPUS || !send_ready(w->send, o->codec))
		return;
	if (!can_replay(o, w->send, now_us)) {
		outlet_want_key(o, now_us);
		return;
	}
	promote(w);
	w->unit = o->picture; /* the one that is being handed out is among them */
	for (uint32_t i = 0; i < o->n_gop && w->send->flowing; i++)
		send_blob(w->send, o->gop[i], now_us);
}

static void show_nothing(struct send *s) RUNS_ON(on_net)
{
	outlet_unwatch(&s->w[s->cur]);
	s->flowing = false;
	if (s->video)
		send_drop(s);
}

void outlet_watch(struct send *s, struct outlet *o, bool at_once, int64_t now_us)
{
	struct watch *cur = &s->w[s->cur], *other = &s->w[!s->cur];

	if (o && o == other->outlet) {
		if (at_once) { /* it is waited for already, now with nothing before it */
			show_nothing(s);
			s->cur = !s->cur;
		}
		return;
	}
	outlet_unwatch(other);
	if (o && o == cur->outlet)
		return;
	if (!o || at_once || !s->flowing || !cur->outlet ||
	    cur->outlet->codec != o->codec) {
		show_nothing(s);
		other = cur;
	}
	if (!o)
		return;
	link_in(other, o);
	begin(other, now_us);
}

void outlet_resume(struct send *s, int64_t now_us)
{
	struct watch *cur = &s->w[s->cur], *other = &s->w[!s->cur];

	if (cur->outlet && !send_ready(s, cur->outlet->codec)) {
		s->flowing = false;
		if (s->video)
			send_drop(s);
	}
	if (other->outlet)
		begin(other, now_us);
	else if (cur->outlet && !s->flowing)
		begin(cur, now_us);
}

/* ---- fan-out ---------------------------------------------------------------- */

static bool skips(const struct au *au, uint32_t voice)
{
	for (uint8_t i = 0; i < au->n_skip && i < AU_SKIP_MAX; i++)
		if (au->skip[i] == voice)
			return true;
	return false;
}

static void give_sound(struct send *s, struct blob *blob, struct red_out *red,
		       int64_t now_us) RUNS_ON(on_net)
{
	/* A member that changes between the mix of all and its own may be given
	 * the same moment twice: only the first one counts. */
	if (send_ready(s, CODEC_OPUS) && blob->au->pts_us > s->last_pts_us)
		send_sound(s, blob, red, now_us);
}

static void give_video(struct watch *w, struct blob *blob, int64_t now_us) RUNS_ON(on_net)
{
	struct send *s = w->send;
	bool shown = w == &s->w[s->cur];

	if (!send_ready(s, blob->au->codec))
		return;
	if (!shown || !s->flowing) {
		if (!(blob->au->flags & AU_KEY)) {
			if (!shown || now_us >= s->ask_after_us)
				outlet_want_key(w->outlet, now_us);
			return;
		}
		promote(w);
	}
	send_blob(s, blob, now_us);
}

static size_t payload_max(struct outlet *o, const struct au *au)
{
	uint32_t len = (uint32_t)au->len;

	if (o->codec == CODEC_OPUS)
		return SEND_PAYLOAD_MAX;
	o->mean = o->mean - o->mean / 16 + len / 16;
	return o->mean < LOW_UNIT ? SEND_PAYLOAD_LOW : SEND_PAYLOAD_MAX;
}

/* Takes the unit. NULL: it cannot be sent. */
static struct blob *packetise(struct outlet *o, struct au *au)
{
	struct blob *blob;
	int err = -EINVAL;

	if (au->codec == o->codec)
		err = blob_create(&blob, au, payload_max(o, au), o->picture++);
	au_put(au);
	if (!err)
		return blob;
	log_warn("unit_dropped", "outlet=%u err=%d", o->id, err);
	return NULL;
}

void outlet_begin(struct outlet *o, struct au *au, int64_t now_us)
{
	outlet_give(o, UINT32_MAX, now_us);
	o->giving = packetise(o, au);
	if (!o->giving)
		return;
	gop_add(o, o->giving, now_us);
	if (o->giving->au->flags & AU_KEY)
		o->key_wanted = false;
	o->next = o->watches;
}

uint32_t outlet_give(struct outlet *o, uint32_t n, int64_t now_us)
{
	struct ahead ahead;
	uint32_t given;

	ahead_begin(&ahead, o->next);
	for (given = 0; o->next && given < n; given++) {
		struct watch *w = o->next;

		o->next = w->next;
		ahead_step(&ahead);
		if (w->unit != o->picture)
			give_video(w, o->giving, now_us);
	}
	if (!o->next) {
		blob_put(o->giving);
		o->giving = NULL;
	}
	return given;
}

static void push_sound(struct outlet *o, struct au *au, int64_t now_us) RUNS_ON(on_net)
{
	struct blob *blob = packetise(o, au);
	struct watch *w, *next;
	struct red_out red;
	struct ahead ahead;

	if (!blob)
		return;
	red_out_begin(&red);
	ahead_begin(&ahead, o->watches);
	for (w = o->watches; w; w = next) {
		next = w->next;
		ahead_step(&ahead);
		if (!skips(blob->au, w->send->path->voice))
			give_sound(w->send, blob, &red, now_us);
	}
	blob_put(blob);
}

void outlet_push(struct outlet *o, struct au *au, int64_t now_us)
{
	if (o->codec == CODEC_OPUS) {
		push_sound(o, au, now_us);
		return;
	}
	outlet_begin(o, au, now_us);
	outlet_give(o, UINT32_MAX, now_us);
}

void outlet_push_alone(struct send *s, struct au *au, int64_t now_us)
{
	struct red_out red;
	struct blob *blob;

	red_out_begin(&red);
	if (au->codec != CODEC_OPUS || blob_create(&blob, au, SEND_PAYLOAD_MAX, 0))
		return;
	give_sound(s, blob, &red, now_us);
	blob_put(blob);
}
