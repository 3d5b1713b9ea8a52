/* notice_deck.h - what members are told of decks. Control thread. */
#ifndef MCU_NOTICE_DECK_H
#define MCU_NOTICE_DECK_H

#include "base/thread.h"
#include "mcu/room.h"

#include <cjson/cJSON.h>

/* What is shown, as in the snapshot; null: nothing. */
cJSON *notice_json_deck(const struct room *room) RUNS_ON(on_ctl);
/* What is played, and where it is now; null: nothing. */
cJSON *notice_json_clip(const struct room *room) RUNS_ON(on_ctl);
/* One of the list, for a member (its base) who may see all its pages. */
cJSON *notice_json_deck_row(const struct room *room, const struct deck *deck,
			    uint32_t reader) RUNS_ON(on_ctl);

/* The same as text; the caller frees. NULL without memory. */
char *notice_deck_text(const struct room *room, const struct deck *deck, uint32_t reader)
	RUNS_ON(on_ctl);

void notice_deck(const struct room *room) RUNS_ON(on_ctl); /* to all */
void notice_clip(const struct room *room) RUNS_ON(on_ctl); /* to all */
/* To those who may share: the list is another one. */
void notice_decks(const struct room *room) RUNS_ON(on_ctl);

#endif
