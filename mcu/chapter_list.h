/* chapter_list.h - the chapters of a recording, of what people marked in it and of what
 * came up by itself. Pure.
 */
#ifndef MCU_CHAPTER_LIST_H
#define MCU_CHAPTER_LIST_H

#include "db/db.h"

#include <stdint.h>

#define CHAPTER_LIST_LEAST_MS INT64_C(10000) /* from any to one that nobody marked */
#define CHAPTER_LIST_MOST     100            /* of all; more when people marked more */

/* As aula-derive takes them: [{"ms","title","kind","number"}], for free(); both by time.
 * All marks are there (of those of one moment the first): one without a text is named by
 * its time. What came up fills the gaps, the more important first; when it is too much
 * the gaps grow. NULL: there are none, or there is no memory. */
char *chapter_list(const struct db_mark *marks, uint32_t n_marks,
		   const struct db_happening *happenings, uint32_t n_happenings);

#endif
