/* spell.h - how alike two words are, to say what was meant. Pure; any thread. */
#ifndef BASE_SPELL_H
#define BASE_SPELL_H

#include <stddef.h>

#define SPELL_WORD 48 /* bytes of a word, with its zero */

/* How many characters to put in, leave out, replace or swap with the next one make
 * the one word the other (Damerau, Levenshtein). Both are shorter than SPELL_WORD. */
size_t spell_distance(const char *a, const char *b);

#endif
