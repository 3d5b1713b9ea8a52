/* takes_rig.h - a room that is recorded, with neither a recorder nor a database nor a
 * mixer: what they are told, and what they answer. For tests of mcu/recording.h and
 * mcu/takes.h.
 */
#ifndef TESTS_TAKES_RIG_H
#define TESTS_TAKES_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mcu/recording.h"
#include "mcu/room.h"
#include "mcu/server.h"
#include "mcu/takes.h"

extern struct takes_rig {
	struct server server;
	struct room room;
	/* the row that was written last */
	char put[16]; /* its state; empty: none was */
	int64_t put_bytes, put_ms;
	char put_before[16];           /* what was written when it was looked at last */
	struct db_recording_file file; /* the last of an edition that was written */
	/* those that the database has of it, beside the one that is told */
	struct db_recording_file others[2];
	uint32_t n_others;
	/* what the class was told last: the state, and of how many editions */
	char told[16];
	int n_told;
	/* what was asked for, and who waits for the answer */
	void (*got)(void *ctx, int err, const struct db_recording *rows, uint32_t n);
	void (*got_one)(void *ctx, int err, const struct db_recording *rows, uint32_t n);
	void *got_ctx;
	/* how often */
	int n_ready, n_files, n_asked, n_recovered, n_stops, n_seal_late, n_made_anew;
	int n_own;       /* pictures of their own that were opened and are not closed */
	uint32_t tapped; /* rungs, a bit each */
	int n_taps;      /* on or off */
	char act[400];   /* what the server did by itself last */
	char layout[40]; /* the last that was chosen for a picture of its own */
	/* what they answer */
	int start_err, rescue_err, own_err, layout_err;
	bool left; /* of each result */
} rig;

/* A recording of the room, of these editions. */
int rig_begins(const char *title, uint32_t editions) RUNS_ON(on_ctl);
/* The recorder told that this edition of it ended. */
void rig_ends(uint32_t edition, int err, uint64_t bytes) RUNS_ON(on_ctl);

#endif
