/* settings.h - what a class has of its own instead of the server's: its ladder. As it
 * is stored, a text of lines KEY=VALUE; the keys and what they may be are those of the
 * configuration, see conf_own_key(). Pure functions.
 */
#ifndef MCU_SETTINGS_H
#define MCU_SETTINGS_H

#include "base/attr.h"
#include "base/conf.h"
#include "db/db.h"
#include "mcu/ladder.h"

#include <stdbool.h>

struct settings {
	char text[DB_SETTINGS + 1];
};

/* Why settings were refused. */
struct settings_wrong {
	char key[32];  /* empty: the text itself */
	char why[200]; /* one line, for people */
};

/* Reads a stored text ("": nothing of its own) over the server's configuration into
 * `ladder`. -EINVAL and `wrong` when anything of it is wrong; `ladder` is untouched
 * then. What the server does not have, a class has not either: the lower of both tops
 * counts, and AV1 only where both have it. */
int settings_read(const char *text, const struct conf *conf, const struct ladder *server,
		  struct ladder *ladder, struct settings_wrong *wrong) AULA_MUST_CHECK;

/* The class's own value of a key, as text. False: it has none. */
bool settings_get(const char *text, const char *key, char out[CONF_NAME]);

/* Gives the class its own value, or with NULL the server's again. -EINVAL and `wrong`:
 * there is no such key, or the value is none; that it goes with the others is judged by
 * settings_read(). */
int settings_set(struct settings *settings, const struct conf *conf, const char *key,
		 const char *value, struct settings_wrong *wrong) AULA_MUST_CHECK;

#endif
