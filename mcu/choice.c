#include "mcu/choice.h"

#include "base/clock.h"

/* A report of trouble so soon after a step down is still about what was sent
 * before it. */
#define DRAIN_US (2500 * MS_US)
/* Little is sent in pictures no more: the sound alone must drain the queue. */
#define DRAIN_STILL_US (6 * SEC_US)
/* What should fit gives way only to trouble that lasts. */
#define SPELL_US       (3500 * MS_US)
#define CLEAR_FIRST_US (1500 * MS_US) /* before the next step up is tried */
#define RETRY_FIRST_US (3 * SEC_US)   /* after a probe that failed */
#define RETRY_MAX_US   (6 * SEC_US)   /* small ones; what lies high is asked for less */
#define RETRY_LOW_US   (10 * SEC_US)  /* what carries so little is easily disturbed */
#define RETRY_MANY     6              /* failures; then half as often */
#define RETRY_HIGH_US  (30 * SEC_US)
#define BLIND_US       (10 * SEC_US)
#define TRIAL_US       (6 * SEC_US)
#define TRIAL_WAIT_US  (3 * SEC_US)
#define TRIAL_TIGHT_US (60 * SEC_US)
#define NO_TRIAL_US    (300 * SEC_US)
#define LEAP_US        (10 * SEC_US)
#define PROBE_LOST_US  (5 * SEC_US) /* no answer: it is forgotten */
/* Who fell back from a level so soon after it had risen to it waits longer and
 * longer before it is tried again. */
#define FELL_BACK_US  (30 * SEC_US)
#define PENALTY_FIRST 20 /* s */
#define PENALTY_TRIED 60
#define PENALTY_MAX   300

/* What is sent may fill so much of what is carried, in percent. The lowest moving
 * picture may fill more: below it there is none. */
#define FILL       88
#define FILL_LOW   106
#define FILL_SOUND 75
/* A probe shows that the level fits with this room to spare: or the first look at it
 * would take it away again. */
#define PROBE_FILL     116
#define PROBE_FILL_LOW 104

#define LOSS_HEAVY  (65536 * 18 / 100)
#define LOSS_STRONG (65536 * 12 / 100)

const char *choice_why_name(enum choice_why why)
{
	static const char *const names[] = {
		"best",   "start",  "link",   "loss", "lost",
		"member", "budget", "hidden", "room", "server",
	};

	return names[why];
}

void choice_init(struct choice *c, enum level start, enum level max, int64_t now_us)
{
	*c = (struct choice){
		.fit = start,
		.max = max,
		.why = WHY_START,
		.max_why = WHY_ROOM,
		.clear = true, /* a good link has nothing to report */
		.changed_us = now_us,
		.clear_us = now_us,
		.tight_us = now_us - FELL_BACK_US,
		.down_us = now_us - FELL_BACK_US,
	};
}

enum level choice_level(const struct choice *c)
{
	return c->fit < c->max ? c->fit : c->max;
}

enum choice_why choice_why(const struct choice *c)
{
	if (c->silent)
		return WHY_LOST;
	if (c->fit < c->max)
		return c->why;
	return c->max == LEVEL_HIGH ? WHY_BEST : c->max_why;
}

struct before {
	enum level level;
	enum choice_why why;
};

static struct before before(const struct choice *c)
{
	return (struct before){choice_level(c), choice_why(c)};
}

static void note(const struct choice *c, struct before b, struct choice_out *out)
{
	out->changed |= choice_level(c) != b.level || choice_why(c) != b.why;
	out->at_once |= choice_level(c) < b.level;
}

static void set_fit(struct choice *c, enum level fit, enum choice_why why, int64_t now_us)
{
	c->why = why;
	if (fit == c->fit)
		return;
	c->rose = fit > c->fit;
	c->fit = fit;
	c->changed_us = now_us;
	c->probe = LEVEL_SOUND;
}

/* ---- down -------------------------------------------------------------------- */

static enum level fitting(const struct choice_costs *costs, uint32_t carried_bps)
{
	enum level level = LEVEL_HIGH;

	for (; level > LEVEL_STILL; level--) {
		uint64_t fill = level == LEVEL_LOW ? FILL_LOW : FILL;

		if (costs->bps[level] * UINT64_C(100) <= carried_bps * fill)
			break;
	}
	/* sound that often takes less than its rate was seen to be all that arrived */
	if (level == LEVEL_STILL &&
	    carried_bps * UINT64_C(100) < costs->bps[LEVEL_SOUND] * (uint64_t)FILL_SOUND)
		level = LEVEL_SOUND;
	return level;
}

/* It had been tried, and did not last. */
static void punish(struct choice *c, enum level level, uint32_t first_s, int64_t now_us)
{
	uint32_t *s = &c->penalty_s[level];

	*s = *s ? *s * 2 : first_s;
	if (*s > PENALTY_MAX)
		*s = PENALTY_MAX;
	for (enum level l = level; l < LEVELS; l++)
		if (c->not_before_us[l] < now_us + *s * SEC_US)
			c->not_before_us[l] = now_us + *s * SEC_US;
}

static void tight(struct choice *c, const struct choice_costs *costs,
		  const struct link_report *r, int64_t now_us)
{
	bool again = now_us - c->tight_us < 3 * SEC_US;
	enum level now = choice_level(c), fit = fitting(costs, r->carried_bps);

	c->clear = false;
	c->probe = LEVEL_SOUND;
	c->tight_us = now_us;
	if (!again)
		c->spell_us = now_us;
	if (now_us - c->down_us < (now > LEVEL_STILL ? DRAIN_US : DRAIN_STILL_US))
		return;
	/* it should fit: a moment's trouble, unless it comes back */
	if (fit >= now)
		fit = now_us - c->spell_us >= SPELL_US && now > LEVEL_SOUND ? now - 1
									    : now;
	if (fit >= now) {
		if (fitting(costs, r->carried_bps) < c->fit) /* beyond what is shown */
			set_fit(c, fitting(costs, r->carried_bps), WHY_LINK, now_us);
		return;
	}
	if (c->rose && c->fit == now && now_us - c->changed_us < FELL_BACK_US)
		punish(c, now, PENALTY_FIRST, now_us);
	c->down_us = c->spell_us = now_us;
	set_fit(c, fit, WHY_LINK, now_us);
}

static void lossy(struct choice *c, const struct link_report *r, int64_t now_us)
{
	enum level most = r->loss_64k >= LOSS_HEAVY    ? LEVEL_LOW
			  : r->loss_64k >= LOSS_STRONG ? LEVEL_MID
						       : LEVEL_HIGH;

	c->probe = LEVEL_SOUND;
	if (c->fit > most)
		set_fit(c, most, WHY_LOSS, now_us);
}

/* On a link that was tight lately and has a short queue, losses may be all that tells
 * that the lowest picture is still too much; and they hit the sound, too. Whether they
 * vanish without pictures says it. */
static void trial(struct choice *c, int64_t now_us)
{
	if (c->trial_us) {
		if (now_us - c->trial_us < TRIAL_US)
			return;
		c->trial_us = 0; /* they are chance, then */
		c->no_trial_us = now_us + NO_TRIAL_US;
		if (c->fit == LEVEL_STILL)
			set_fit(c, LEVEL_LOW, WHY_LOSS, now_us);
		return;
	}
	if (c->fit != LEVEL_LOW || !c->lossy || !c->narrow || now_us < c->no_trial_us ||
	    (!c->spoilt && now_us - c->down_us > TRIAL_TIGHT_US) ||
	    now_us - c->changed_us < TRIAL_WAIT_US)
		return;
	set_fit(c, LEVEL_STILL, WHY_LOSS, now_us);
	c->trial_us = now_us;
}

/* All is well: without pictures. */
static void trial_over(struct choice *c, int64_t now_us)
{
	if (!c->trial_us)
		return;
	c->trial_us = 0;
	c->spoilt = true;
	punish(c, LEVEL_LOW, PENALTY_TRIED, now_us);
}

/* What the client itself allows. */
static void capped(struct choice *c, const struct choice_costs *costs, uint32_t cap_bps,
		   int64_t now_us)
{
	enum level fit;

	if (!cap_bps)
		return;
	fit = fitting(costs, cap_bps);
	if (fit < c->fit)
		set_fit(c, fit, WHY_LINK, now_us);
}

/* ---- up ---------------------------------------------------------------------- */

static void probed(struct choice *c, bool good, int64_t now_us)
{
	enum level level = c->probe;

	c->probe = LEVEL_SOUND;
	if (level == LEVEL_SOUND)
		return; /* overtaken */
	if (!good) {
		c->probe_fails += level == c->fit + 1;
		c->why = WHY_LINK;
		return;
	}
	c->probe_fails = 0;
	if (level >= LEVEL_MID && c->spoilt) { /* another way than it was */
		c->spoilt = false;
		c->penalty_s[LEVEL_LOW] = 0;
		for (enum level l = LEVEL_LOW; l < LEVELS; l++)
			c->not_before_us[l] = now_us;
	}
	if (level > c->fit)
		set_fit(c, level, WHY_LINK, now_us);
}

/* It cannot be tried with padding: with the level itself then, after a longer clear
 * spell. Who falls back from it waits longer and longer, as always. */
static void probed_blindly(struct choice *c, int64_t now_us)
{
	enum level level = c->probe;
	int64_t since = c->clear_us > c->changed_us ? c->clear_us : c->changed_us;

	c->probe = LEVEL_SOUND;
	if (level == c->fit + 1 && now_us - since >= BLIND_US)
		set_fit(c, level, WHY_LINK, now_us);
}

static int64_t pause_us(const struct choice *c, enum level next)
{
	int64_t most = next >= LEVEL_HIGH  ? RETRY_HIGH_US
		       : next == LEVEL_LOW ? RETRY_LOW_US
					   : RETRY_MAX_US;
	int64_t us = CLEAR_FIRST_US;

	for (uint32_t i = 0; i < c->probe_fails && us < most; i++)
		us = us < RETRY_FIRST_US ? RETRY_FIRST_US : us * 2;
	if (us > most)
		us = most;
	return c->probe_fails > RETRY_MANY && next < LEVEL_HIGH ? us * 2 : us;
}

/* STILL needs no probe beyond SOUND: it is tried, and costs little. */
static void rise(struct choice *c, const struct choice_costs *costs, enum level next,
		 int64_t now_us, struct choice_out *out)
{
	if (next == LEVEL_STILL) {
		set_fit(c, next, WHY_LINK, now_us);
		return;
	}
	c->probe = next;
	c->probe_us = now_us;
	out->probe_bps = (uint32_t)(costs->bps[next] *
				    (uint64_t)(next == LEVEL_LOW ? PROBE_FILL_LOW
								 : PROBE_FILL) /
				    100);
}

/* Is it time to try for `next`? A queue in which the lowest picture has no room is not
 * asked about that one for long, but it may be another way by now, and carry far more:
 * that is seen by a few small packets. */
static bool is_time(const struct choice *c, enum level *next, int64_t now_us)
{
	int64_t since = c->clear_us > c->changed_us ? c->clear_us : c->changed_us;

	if (c->probe != LEVEL_SOUND || !c->clear || *next > c->max || *next >= LEVELS)
		return false;
	if (since < c->probe_us)
		since = c->probe_us;
	if (now_us >= c->not_before_us[*next])
		return now_us - since >= pause_us(c, *next);
	if (!c->spoilt || *next != LEVEL_LOW || c->max < LEVEL_MID)
		return false;
	*next = LEVEL_MID;
	return now_us - since >= LEAP_US;
}

void choice_tick(struct choice *c, const struct choice_costs *costs, int64_t now_us,
		 struct choice_out *out)
{
	enum level next = c->fit + 1;
	struct before b = before(c);

	if (c->probe != LEVEL_SOUND && now_us - c->probe_us > PROBE_LOST_US)
		c->probe = LEVEL_SOUND;
	if (is_time(c, &next, now_us))
		rise(c, costs, next, now_us, out);
	trial(c, now_us);
	/* what has lasted is forgiven */
	if (c->penalty_s[c->fit] && now_us - c->changed_us > 4 * FELL_BACK_US)
		c->penalty_s[c->fit] = 0;
	note(c, b, out);
}

/* ---- in ---------------------------------------------------------------------- */

void choice_report(struct choice *c, const struct choice_costs *costs,
		   const struct link_report *r, int64_t now_us, struct choice_out *out)
{
	struct before b = before(c);

	c->known = true;
	c->silent = r->verdict == LINK_SILENT;
	switch (r->verdict) {
	case LINK_CLEAR:
		trial_over(c, now_us);
		c->lossy = false;
		if (!c->clear)
			c->clear_us = now_us;
		c->clear = true;
		c->tight_us = now_us - FELL_BACK_US; /* that trouble is over */
		if (c->why == WHY_START && c->fit < c->max)
			c->why = WHY_LINK;
		break;
	case LINK_TIGHT:
		c->lossy = false;
		c->trial_us = 0; /* that says nothing of pictures */
		c->narrow = r->carried_bps <= costs->bps[LEVEL_LOW] * UINT64_C(3) / 2;
		tight(c, costs, r, now_us);
		break;
	case LINK_LOSSY:
		c->clear = false;
		c->lossy = true;
		lossy(c, r, now_us);
		break;
	case LINK_SILENT:
		c->clear = false;
		c->trial_us = 0;
		c->probe = LEVEL_SOUND;
		break;
	case LINK_PROBE_GOOD:
	case LINK_PROBE_BAD:
		probed(c, r->verdict == LINK_PROBE_GOOD, now_us);
		break;
	case LINK_PROBE_NONE:
		probed_blindly(c, now_us);
		break;
	}
	capped(c, costs, r->cap_bps, now_us);
	note(c, b, out);
}

void choice_limit(struct choice *c, enum level max, enum choice_why why, int64_t now_us,
		  struct choice_out *out)
{
	struct before b = before(c);

	(void)now_us;
	c->max = max;
	c->max_why = why;
	if (c->probe > max)
		c->probe = LEVEL_SOUND;
	note(c, b, out);
}
