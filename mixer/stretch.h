/* stretch.h - makes a piece of sound shorter or longer by 2.5 to 15 ms without
 * changing its pitch: finds where it repeats itself and fades over there.
 */
#ifndef MIXER_STRETCH_H
#define MIXER_STRETCH_H

#include <stdbool.h>
#include <stdint.h>

#define STRETCH_MIN   120 /* samples by which the length changes */
#define STRETCH_MAX   720
#define STRETCH_NEEDS 960 /* samples that must be there */

/* Works at the beginning of `pcm`, which holds `n` samples, and returns how many
 * it holds then; `n` itself where nothing repeats well enough, unless `force`. */
uint32_t stretch_shrink(float *pcm, uint32_t n, bool force);

/* The same, longer; `pcm` has room for n + STRETCH_MAX. */
uint32_t stretch_grow(float *pcm, uint32_t n, bool force);

#endif
