/* log.h - one line per event: time, level, event, key=value pairs.
 *
 * error: somebody must act; warn: we coped; info: start, stop, join, leave;
 * debug: the rest. No secrets, no message content, no full addresses at info.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* ANY_THREAD. What is below `level` is not written; info at first. */
void log_set_level(enum log_level level);
int log_level_of(const char *name); /* "debug".."error", or -EINVAL */
bool log_wants(enum log_level level);

/* ANY_THREAD. `event` is [a-z_]+; the text is "key=value key=value". One
 * event may write 20 lines a second; what is beyond is counted and dropped. */
void log_line(enum log_level level, const char *event, const char *fmt, ...)
	AULA_PRINTF(3, 4);

/* Writes `text` as a quoted value without control characters into `out`. */
const char *log_quote(char *out, size_t size, const char *text);

#define log_debug(...) (log_wants(LOG_DEBUG) ? log_line(LOG_DEBUG, __VA_ARGS__) : (void)0)
#define log_info(...)  log_line(LOG_INFO, __VA_ARGS__)
#define log_warn(...)  log_line(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)

#endif
