#include "mcu/settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LINE (CONF_NAME + 32) /* of a text, with its zero */

static int refuse(struct settings_wrong *wrong, const char *key, const char *why)
{
	snprintf(wrong->key, sizeof(wrong->key), "%.31s", key);
	snprintf(wrong->why, sizeof(wrong->why), "%s", why);
	return -EINVAL;
}

/* Cuts the next line off `*text`: 1, 0 at the end, -EINVAL when it is none. */
static int line_next(const char **text, char line[LINE], char **value)
{
	size_t n = strcspn(*text, "\n");

	if (!**text)
		return 0;
	if (n >= LINE || (*text)[n] != '\n')
		return -EINVAL;
	memcpy(line, *text, n);
	line[n] = '\0';
	*text += n + 1;
	*value = strchr(line, '=');
	if (!*value)
		return -EINVAL;
	*(*value)++ = '\0';
	return 1;
}

/* Whose line of the ladder is meant: each begins with its key. */
static int refuse_line(struct settings_wrong *wrong, const char *why)
{
	char key[sizeof(wrong->key)];

	snprintf(key, sizeof(key), "%.*s", (int)strcspn(why, " :"), why);
	return refuse(wrong, key, why);
}

static int conf_of(const char *text, struct conf *conf, struct settings_wrong *wrong)
{
	char line[LINE], why[sizeof(wrong->why)], *value;
	int more;

	while ((more = line_next(&text, line, &value)) > 0)
		if (conf_set(conf, line, value, why, sizeof(why)))
			return refuse(wrong, line, why);
	return more < 0 ? refuse(wrong, "", "the stored text has a line that is none")
			: 0;
}

int settings_read(const char *text, const struct conf *conf, const struct ladder *server,
		  struct ladder *ladder, struct settings_wrong *wrong)
{
	struct conf own = *conf;
	char why[sizeof(wrong->why)];
	struct ladder next;
	int err = conf_of(text, &own, wrong);

	if (err)
		return err;
	if (ladder_init(&next, &own, why, sizeof(why)) ||
	    ladder_allowed(&next, server, why, sizeof(why)))
		return refuse_line(wrong, why);
	if (next.top > server->top)
		next.top = server->top;
	next.av1 &= server->av1;
	*ladder = next;
	return 0;
}

bool settings_get(const char *text, const char *key, char out[CONF_NAME])
{
	char line[LINE], *value;
	bool found = false;

	while (line_next(&text, line, &value) > 0)
		if (strcmp(line, key) == 0) { /* the last one counts */
			snprintf(out, CONF_NAME, "%s", value);
			found = true;
		}
	return found;
}

/* All lines but that of `key`. Lines that are none end it: a text that cannot be read
 * is replaced by what is set now. */
static size_t without(const char *text, const char *key, char out[DB_SETTINGS + 1])
{
	char line[LINE], *value;
	size_t n = 0;

	out[0] = '\0';
	while (line_next(&text, line, &value) > 0)
		if (strcmp(line, key) != 0)
			n += (size_t)snprintf(out + n, DB_SETTINGS + 1 - n, "%s=%s\n",
					      line, value);
	return n;
}

int settings_set(struct settings *settings, const struct conf *conf, const char *key,
		 const char *value, struct settings_wrong *wrong)
{
	char why[sizeof(wrong->why)], text[CONF_NAME];
	struct settings next;
	struct conf own = *conf;
	size_t n;
	int err;

	/* what is stored is the value as it was understood */
	err = value ? conf_set(&own, key, value, why, sizeof(why)) : 0;
	if (err || conf_get(&own, key, text, sizeof(text))) {
		if (!err)
			snprintf(why, sizeof(why), "a class has no '%.40s' of its own",
				 key);
		return refuse(wrong, key, why);
	}
	n = without(settings->text, key, next.text);
	if (value && snprintf(next.text + n, sizeof(next.text) - n, "%s=%s\n", key,
			      text) >= (int)(sizeof(next.text) - n))
		return refuse(wrong, key, "is too long");
	*settings = next;
	return 0;
}
