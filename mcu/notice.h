/* notice.h - what members are told, as JSON. Control thread. */
#ifndef MCU_NOTICE_H
#define MCU_NOTICE_H

#include "base/thread.h"
#include "db/db.h"
#include "mcu/member.h"
#include "mcu/room.h"
#include "mcu/stills.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

cJSON *notice_snapshot(const struct member *member, bool resumed) RUNS_ON(on_ctl);
/* The answer to who joins warm: nothing of the class but its name. */
cJSON *notice_porch(const struct member *member) RUNS_ON(on_ctl);
/* For this member, NULL: for nobody in particular, with `links` of its own. The edition
 * tracks is listed for who has CAP_RECORD alone.
 * `files`: rows of its editions; those with an empty id count for nothing. */
cJSON *notice_recording(const struct member *reader, bool links,
			const struct db_recording *row,
			const struct db_recording_file *files, uint32_t n_files)
	RUNS_ON(on_ctl);
/* False: it is of tracks alone, so there is nothing to play, or to be made of it. */
bool notice_plays(const struct db_recording_file *files, uint32_t n_files);

/* To all members of the room but `except` (may be NULL). Of who is not listed, see
 * roster.h, nothing is told. */
void notice_member(const char *event, const struct member *about,
		   const struct member *except) RUNS_ON(on_ctl);
void notice_left(const struct member *about, const char *why) RUNS_ON(on_ctl);
/* How many members there are, and how many of them are listed. */
void notice_roster(const struct room *room) RUNS_ON(on_ctl);
/* To those who are shown this view. */
void notice_layout(const struct room_picture *picture, uint32_t view) RUNS_ON(on_ctl);
void notice_speakers(const struct room *room) RUNS_ON(on_ctl);
void notice_chat(const struct room *room, uint32_t by, const struct db_message *message)
	RUNS_ON(on_ctl); /* `by`: base of a member, or 0 */
void notice_pinned(const struct room *room) RUNS_ON(on_ctl);
/* Who is meant by the places that layouts keep, see layout.part. */
void notice_parts(const struct room *room) RUNS_ON(on_ctl);
/* The names that may be chosen, to all, as in the snapshot. */
void notice_layouts(const struct room *room) RUNS_ON(on_ctl);
void notice_limited(const struct room *room) RUNS_ON(on_ctl);
void notice_hearing(const struct room *room) RUNS_ON(on_ctl);
/* What the class says of its members. */
void notice_room(const struct room *room) RUNS_ON(on_ctl);
void notice_record_state(const struct room *room, const char *error) RUNS_ON(on_ctl);
void notice_recording_ready(const struct room *room, const struct db_recording *row,
			    const struct db_recording_file *files, uint32_t n_files)
	RUNS_ON(on_ctl);
/* To those who wait for this picture. */
void notice_poster(const struct room_picture *picture, const void *jpeg, size_t len)
	RUNS_ON(on_ctl);

/* To those who get stills of the shape. */
void notice_still(const struct room_picture *picture, enum shape shape,
		  const struct still_part *part) RUNS_ON(on_ctl);
/* To lecturers: at most LINKS_MAX weak links, and how many get what. */
#define LINKS_MAX 30
void notice_links(const struct room *room) RUNS_ON(on_ctl);
cJSON *notice_link_minutes(const struct member *member) RUNS_ON(on_ctl);

/* To one member. */
void notice_roster_to(const struct member *member) RUNS_ON(on_ctl);
void notice_layout_to(const struct member *member) RUNS_ON(on_ctl);
void notice_quality(const struct member *member) RUNS_ON(on_ctl);
void notice_asks(const struct member *member) RUNS_ON(on_ctl);
void notice_offer(const struct member *member, const char *sdp, bool fresh)
	RUNS_ON(on_ctl);
void notice_renew(const struct member *member) RUNS_ON(on_ctl);
void notice_rtc_state(const struct member *member, const char *state) RUNS_ON(on_ctl);
void notice_muted(const struct member *member, const struct member *by) RUNS_ON(on_ctl);
void notice_bye(const struct member *member, const char *why, uint32_t after_ms)
	RUNS_ON(on_ctl);

#endif
