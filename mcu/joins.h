/* joins.h - how fast members may come: each is told to others, so that a loop of
 * coming and going would cost the whole class. One line at the door of a class,
 * one for each subscriber (subscriber.h). Control thread.
 *
 * Who is refused gets the next free place of the line as a time to come back at.
 * So thousands who come at the bell come in one after another, and do not all
 * knock again at once.
 */
#ifndef MCU_JOINS_H
#define MCU_JOINS_H

#include "base/attr.h"
#include "mcu/bucket.h"

#include <stdint.h>

#define JOINS_LONGEST_MS 60000 /* to wait, as we tell it */
/* Subscribers remembered; policy when full: whoever has the emptiest bucket goes. */
#define JOINS_PLACES 4096

struct join_line { /* zeroed: nobody was there */
	struct bucket bucket;
	int64_t next_us; /* when the next one who is refused may come back */
};

/* 0: come in, it is counted. Else in how many ms to come back. */
uint32_t join_line_wait(struct join_line *line, const struct bucket_rate *rate,
			int64_t now_us);

struct joins;

int joins_create(struct joins **out, const struct bucket_rate *rate) AULA_MUST_CHECK;
void joins_destroy(struct joins *joins); /* NULL is accepted */
/* From now on so many a second of one address, and twenty times as many at once. */
void joins_rate(struct joins *joins, uint32_t per_second);

/* The same for the subscriber of an address. */
uint32_t joins_wait(struct joins *joins, const char *ip, int64_t now_us);

#endif
