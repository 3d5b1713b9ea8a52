/* guess.h - stops who tries codes and tokens until one fits. Control thread.
 *
 * A subscriber (subscriber.h) may be wrong GUESS_WRONG_IP times a minute, its
 * network (an IPv4 /24, an IPv6 /48) GUESS_WRONG_NET times, whatever addresses it
 * takes. All subscribers that were wrong lately share GUESS_WRONG_ALL a minute:
 * against many machines at once. A subscriber that was never wrong is not stopped
 * by that, so a flood does not lock a class out, as long as there is a place left
 * to remember it. When there is none, it is stopped like those who were wrong:
 * else whoever has more addresses than we have places could try for ever.
 */
#ifndef MCU_GUESS_H
#define MCU_GUESS_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

#define GUESS_WRONG_IP  10
#define GUESS_WRONG_NET (10 * GUESS_WRONG_IP)
#define GUESS_WRONG_ALL 100
/* Remembered for an hour, of each kind. Policy when full: the oldest goes, at most
 * GUESS_WRONG_ALL of them a minute. */
#define GUESS_PLACES 65536

struct guess;

int guess_create(struct guess **out) AULA_MUST_CHECK;
void guess_destroy(struct guess *guess); /* NULL is accepted */

/* May somebody at `ip` try a code or a token now? Asked before each try, counts
 * nothing. What is no address counts as one address. `now_us` is clock_us(). */
bool guess_allowed(const struct guess *guess, const char *ip, int64_t now_us);
/* It was wrong. */
void guess_wrong(struct guess *guess, const char *ip, int64_t now_us);

#endif
