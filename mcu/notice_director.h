/* notice_director.h - what those who direct a class are told. Control thread. */
#ifndef MCU_NOTICE_DIRECTOR_H
#define MCU_NOTICE_DIRECTOR_H

#include "base/thread.h"
#include "mcu/picture.h"

#include <cjson/cJSON.h>
#include <stdint.h>

struct member;
struct room;
struct server;

/* What became of a request. */
enum fate {
	FATE_LIVE,      /* the first frame with it was made */
	FATE_OVERTAKEN, /* a newer one was there before that */
	FATE_UNSEEN     /* nobody is shown this picture */
};

struct air_news {
	enum fate fate;
	enum picture_kind picture;
	uint32_t asked;      /* the generation of the reply */
	uint32_t generation; /* of the scene that is seen */
	int64_t pts_us;      /* of its first frame; of FATE_LIVE */
	int64_t ms;          /* since the request */
};

/* To who asked. */
void notice_air(const struct member *member, const struct air_news *news) RUNS_ON(on_ctl);

/* The cue list: as in the event, which goes to all who choose layouts. */
cJSON *notice_json_cues(struct room *room) RUNS_ON(on_ctl);
void notice_cues(struct room *room) RUNS_ON(on_ctl);

/* A layout does not work, and the grid stands in for it: to all who choose layouts, in
 * all classes, and to administrators. */
void notice_aside(struct server *server, const char *layout, const char *why)
	RUNS_ON(on_ctl);

#endif
