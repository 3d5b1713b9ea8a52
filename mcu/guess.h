/* guess.h - stops who tries codes and tokens until one fits. Control thread.
 *
 * An address (of IPv6 its /64, what one subscriber has) may be wrong
 * GUESS_WRONG_IP times a minute. All addresses that were wrong lately share
 * GUESS_WRONG_ALL a minute: against many machines at once. An address that was
 * never wrong is not stopped by that, so a flood does not lock a class out.
 */
#ifndef MCU_GUESS_H
#define MCU_GUESS_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

#define GUESS_WRONG_IP  10
#define GUESS_WRONG_ALL 100
#define GUESS_ADDRESSES 1024 /* remembered; policy: the oldest goes */

struct guess;

int guess_create(struct guess **out) AULA_MUST_CHECK;
void guess_destroy(struct guess *guess); /* NULL is accepted */

/* May somebody at `ip` try a code or a token now? Asked before each try, counts
 * nothing. What is no address counts as one address. `now_us` is clock_us(). */
bool guess_allowed(const struct guess *guess, const char *ip, int64_t now_us);
/* It was wrong. */
void guess_wrong(struct guess *guess, const char *ip, int64_t now_us);

#endif
