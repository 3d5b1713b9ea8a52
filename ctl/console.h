/* console.h - the connection of an administrator's console: one request after the other,
 * and the hints that come in between. Blocking, with deadlines. Each function that fails
 * has said why, and gives an exit code.
 */
#ifndef CTL_CONSOLE_H
#define CTL_CONSOLE_H

#include "base/attr.h"
#include "ctl/json.h"
#include "ctl/site.h"

#define CONSOLE_PATIENCE_MS 10000

struct console;

int console_open(struct console **out, struct site *site) AULA_MUST_CHECK;
void console_close(struct console *console); /* NULL is accepted */

/* Sends a request; takes `d`, NULL for an empty one. The reply's `d` is to be deleted.
 * What is refused as too fast is tried again for some seconds. */
int console_ask(struct console *console, const char *type, cJSON *d,
		cJSON **reply) AULA_MUST_CHECK;
/* The same; the reply is of no use. */
int console_do(struct console *console, const char *type, cJSON *d) AULA_MUST_CHECK;

/* The same in a connection of its own. */
int console_once(struct site *site, const char *type, cJSON *d,
		 cJSON **reply) AULA_MUST_CHECK;

/* Waits until the event `type` comes; its `d` is to be deleted. *d is NULL when it did
 * not within `timeout_ms`, or `fd` (negative: none) can be read. */
int console_event(struct console *console, const char *type, int timeout_ms, int fd,
		  cJSON **d) AULA_MUST_CHECK;

/* What a refusal means: `asked` is what was asked with. */
void console_words(const cJSON *refusal, const char *type, const cJSON *asked, char *out,
		   size_t size);

#endif
