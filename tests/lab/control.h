/* control.h - lines that change a relay while it runs, from standard input or
 * through a UNIX socket: orders as in order.h, and "stats", "rebind", "quit",
 * "help". Each line gets one line back: "ok", "err WHY", or JSON. The relay's thread.
 */
#ifndef TESTS_LAB_CONTROL_H
#define TESTS_LAB_CONTROL_H

#include "base/attr.h"
#include "tests/lab/relay.h"

#define CONTROL_TALKS 8   /* at once; more are closed unheard */
#define CONTROL_LINE  256 /* bytes; a longer one ends the talk */

struct control;

/* `path` NULL: no socket; `in`: also standard input, whose end means nothing. */
int control_create(struct control **out, struct relay *relay, const char *path,
		   bool in) AULA_MUST_CHECK;
void control_destroy(struct control *control); /* NULL is accepted */

/* What a line is answered with, without its end. */
void control_line(struct relay *relay, const char *line, char *out, size_t size);

#endif
