/* quality.h - what one member receives: its level, chosen by its link, its own
 * wishes and what the class and the server allow. Control thread.
 */
#ifndef MCU_QUALITY_H
#define MCU_QUALITY_H

#include "base/thread.h"
#include "mcu/choice.h"
#include "mcu/ladder.h"

#include <stdbool.h>
#include <stdint.h>

struct member;
struct room_picture;
struct room;
struct peer_stats;

/* What the member asked for. */
enum wish {
	WISH_AUTO,
	WISH_SAVE,   /* little data: the low picture at most */
	WISH_SLIDES, /* moving pictures only while a page is shown */
	WISH_SOUND,
	WISHES
};
const char *wish_name(enum wish wish);
/* WISHES: no such name. */
enum wish wish_by_name(const char *name);

#define QUALITY_MINUTES 60 /* that are remembered, for the lecturer */

/* One minute of a link, in little space. */
struct quality_minute {
	uint8_t level, why; /* the lowest, and why */
	uint8_t loss;       /* percent */
	uint8_t changes;
};

/* What encoders of sound assume of a link that nothing is known of, percent. */
#define QUALITY_VOICE_LOSS 10

struct quality {
	bool on; /* its peer is up: it is counted below */
	struct choice choice;
	enum wish wish;
	enum level cap; /* of the member's choosing */
	bool hidden;    /* nobody looks at the page */
	bool tall;
	enum level hint; /* a guess of the page, before anything is known; LEVELS: none */
	/* a budget of data: 0 bytes: none */
	uint64_t budget_bytes, budget_from;
	int64_t budget_until_us;
	enum level budget_level;
	/* what it is given now */
	bool video, heard; /* net was told what it gets */
	uint32_t peer;     /* for which the choice was begun */
	enum shape shape;
	enum family family;
	enum level level;
	enum mix_class mix;
	uint32_t channel;   /* of sound, see sound.h */
	uint8_t voice_loss; /* percent, as the encoder of its own was told */
	struct room_picture
		*picture;           /* what it was given last; of a `video` it is open */
	struct room_picture *still; /* counted in its stills, of this shape; NULL: not */
	enum shape still_shape;
	/* what its link is like */
	struct link_report link;
	uint32_t rtt_ms;
	uint64_t used;              /* bytes on the wire, both ways, of all its peers */
	uint64_t peer_in, peer_out; /* of the one at hand, as it said last */
	uint32_t kbps, in_kbps;     /* lately, to it and from it */
	int64_t stats_us;           /* when it said that; 0: never */
	uint32_t n_minutes;
	struct quality_minute now;
	struct quality_minute minutes[QUALITY_MINUTES]; /* by n_minutes, a ring */
	int64_t minute_us;
};

void quality_init(struct member *member) RUNS_ON(on_ctl);
/* What the client takes is known (again): its codecs are in the member. */
void quality_start(struct member *member) RUNS_ON(on_ctl);
/* The outlet it watches was opened anew. */
void quality_show_again(struct member *member) RUNS_ON(on_ctl);
/* Its peer is gone. */
void quality_end(struct member *member) RUNS_ON(on_ctl);

void quality_report(struct member *member, const struct link_report *report)
	RUNS_ON(on_ctl);
/* Something of what it may get at most has changed. */
void quality_limit(struct member *member) RUNS_ON(on_ctl);
/* The channel that it shall hear may be another. */
void quality_hear(struct member *member) RUNS_ON(on_ctl);
/* Each second, for all of a room. */
void quality_tick(struct room *room, int64_t now_us) RUNS_ON(on_ctl);
/* Figures of its peer as of `at_us`, each few seconds. */
void quality_stats(struct member *member, const struct peer_stats *stats, int64_t at_us)
	RUNS_ON(on_ctl);

/* After the figures of all: what listeners lose is told to the encoders of sound. */
void quality_losses(struct room *room) RUNS_ON(on_ctl);

/* Data that the member may use from now on; 0 bytes: no limit. */
void quality_budget(struct member *member, uint64_t bytes, int64_t minutes)
	RUNS_ON(on_ctl);

/* Another picture is its own now, see viewer.h. */
void quality_look(struct member *member) RUNS_ON(on_ctl);
/* What kind of content it is shown. */
enum content quality_content(const struct member *member);

/* What the level costs this member, bits a second on the wire: see ladder_wire_bps(). */
uint32_t quality_cost(const struct member *member, enum level level);

/* Worth a lecturer's look. */
bool quality_weak(const struct member *member);

#endif
