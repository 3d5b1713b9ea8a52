/* kind.h - what kinds of files a recording has. Pure. */
#ifndef STORE_KIND_H
#define STORE_KIND_H

#include <stdbool.h>

/* Its Content-Type by the end of its name. Never NULL. */
const char *kind_type(const char *name);
/* May it be in the storage alone? What a page needs before anybody plays anything stays
 * here, too. */
bool kind_leaves(const char *name);

#endif
