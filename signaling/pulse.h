/* pulse.h - when the client of a connection was heard, hence when it is asked for a sign
 * of life and when it is given up. Pure: no I/O, no clock.
 *
 * Who is heard by another way, its media, is there: the silence of the connection then
 * only says that it may hang. A page finds that out by itself and comes back on another
 * one; so it is asked seldom, and not given up for what it does not answer at once.
 */
#ifndef SIGNALING_PULSE_H
#define SIGNALING_PULSE_H

#include "signaling/http_conn.h"

#include <stdint.h>

/* Owner: the connection. All of clock_us(). */
struct pulse {
	int64_t heard_us;  /* by the connection; at first its begin */
	int64_t alive_us;  /* by another way; 0: never */
	int64_t pinged_us; /* at first its begin */
};

int64_t pulse_ping_due(const struct pulse *p, const struct http_times *t);
int64_t pulse_dead_due(const struct pulse *p, const struct http_times *t);

#endif
