/* db_fold.h - texts as they are searched: capital letters are as small ones, in every
 * database alike. Neither knows more than ASCII by itself: SQLite never, PostgreSQL with
 * the locale "C".
 */
#ifndef DB_DB_FOLD_H
#define DB_DB_FOLD_H

#include "base/attr.h"

#include <stddef.h>

/* Makes capital letters small, in place: Latin, Greek, Cyrillic, Armenian. The Russian
 * letter yo becomes ye, as most people write it. Any bytes are taken. */
void db_fold(char *text);

/* What LIKE ... ESCAPE '!' finds this text by, anywhere in a folded one. -EINVAL: it does
 * not fit; twice the text and three bytes always do. */
int db_fold_pattern(char *out, size_t size, const char *text) AULA_MUST_CHECK;

#endif
