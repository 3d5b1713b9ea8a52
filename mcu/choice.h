/* choice.h - which level one viewer gets: what its link carries, and what it or
 * others wish at most. A pure state machine: reports and the time go in, a level
 * and probes come out. Down at once; up after a clear spell and a good probe.
 */
#ifndef MCU_CHOICE_H
#define MCU_CHOICE_H

#include "mcu/ladder.h"
#include "transport/net.h"

#include <stdbool.h>
#include <stdint.h>

/* Why a viewer does not get more; told to it as choice_why_name() says. */
enum choice_why {
	WHY_BEST,   /* it has all there is */
	WHY_START,  /* not known yet what the link carries */
	WHY_LINK,   /* the link does not carry more */
	WHY_LOSS,   /* too much is lost on the way */
	WHY_LOST,   /* nothing comes through now */
	WHY_MEMBER, /* as the member chose */
	WHY_BUDGET, /* or its data would not last */
	WHY_HIDDEN, /* nobody looks at it */
	WHY_ROOM,   /* the class has no more */
	WHY_SERVER, /* the server has not the power now */
};
const char *choice_why_name(enum choice_why why);

struct choice {
	enum level fit;      /* what the link is believed to carry */
	enum level max;      /* what is wished at most */
	enum choice_why why; /* of `fit` */
	enum choice_why max_why;
	bool known;           /* a report has come */
	bool clear;           /* the last one was good */
	bool silent;          /* nothing comes through */
	int64_t clear_us;     /* since then */
	int64_t changed_us;   /* of `fit` */
	int64_t tight_us;     /* the last report that said so */
	int64_t spell_us;     /* since then it is said again and again */
	int64_t down_us;      /* the last step down because of the link */
	bool narrow;          /* then it carried little more than the lowest picture */
	bool lossy;           /* much is lost, as the last verdict said */
	int64_t trial_us;     /* pictures are left out since, to see why; 0: no */
	int64_t no_trial_us;  /* not before */
	bool spoilt;          /* seen then: without pictures nothing is lost */
	bool rose;            /* the last change of `fit` was upward */
	enum level probe;     /* being tried; LEVEL_SOUND: none */
	int64_t probe_us;     /* the last one began */
	uint32_t probe_fails; /* in a row */
	/* By level: not again before, and how long the next time. */
	int64_t not_before_us[LEVELS];
	uint32_t penalty_s[LEVELS];
};

/* The cost of each level for this viewer, bits a second on the wire. */
struct choice_costs {
	uint32_t bps[LEVELS];
};

struct choice_out {
	bool changed;       /* of choice_level(), or why */
	bool at_once;       /* the one before must end now */
	uint32_t probe_bps; /* to be tried now; 0: nothing */
};

void choice_init(struct choice *c, enum level start, enum level max, int64_t now_us);

/* What is to be shown now. */
enum level choice_level(const struct choice *c);
enum choice_why choice_why(const struct choice *c);

void choice_report(struct choice *c, const struct choice_costs *costs,
		   const struct link_report *report, int64_t now_us,
		   struct choice_out *out);

/* At most so much from now on, and why. */
void choice_limit(struct choice *c, enum level max, enum choice_why why, int64_t now_us,
		  struct choice_out *out);

/* About each second: time for a probe? */
void choice_tick(struct choice *c, const struct choice_costs *costs, int64_t now_us,
		 struct choice_out *out);

#endif
