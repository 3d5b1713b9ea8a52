/* workshop_row.h - the row of what is cut or joined, as long as it is made: it says what
 * of. No function of these asks the database.
 */
#ifndef MCU_WORKSHOP_ROW_H
#define MCU_WORKSHOP_ROW_H

#include "db/db.h"

#include <stdint.h>

/* A new one, of this class; it stands just behind `at_ms` in the list. Its title and what
 * it is made of are the caller's to add. */
void workshop_row(struct db_recording *to, const char *room, const char *origin,
		  int64_t at_ms);

/* The ids of those that it is cut from or joined of; their number. */
uint32_t workshop_row_ids(const struct db_recording *row,
			  char ids[LIMIT_JOINS][DB_ID + 1]);

#endif
