/* refusal.h - what a storage means that does not do what it was asked for. Pure. */
#ifndef STORE_REFUSAL_H
#define STORE_REFUSAL_H

#include "store/fault.h"

#include <stddef.h>

/* Of an answer's status and text (NULL: none): 0, or of fault.h. An error may come with
 * a status of success, when it began to answer before it knew. */
int refusal_of(long status, const char *text, size_t len);

#endif
