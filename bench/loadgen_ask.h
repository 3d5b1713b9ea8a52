/* loadgen_ask.h - one request of an administrator's console, for scripts on machines
 * that have no other client. Blocking.
 */
#ifndef BENCH_LOADGEN_ASK_H
#define BENCH_LOADGEN_ASK_H

#include "base/attr.h"

#include <stddef.h>

/* `argv`: the server's URL, the type of the request, then fields as KEY=VALUE, or
 * OBJECT.KEY=VALUE for those of an object; without a value it is null. The token is that
 * of the environment's AULA_TOKEN. Prints the reply, a line for each value: its path, a
 * space, the value. What the server refuses goes to standard error. An exit code: 0; 1
 * refused; 64 usage; 69 no server there; 71 no memory. */
int lg_ask(int argc, char **argv) AULA_MUST_CHECK;

/* {"t","id","d"} of such arguments; NULL: one of them is none, or there is no memory. To
 * be freed. */
char *lg_ask_text(const char *type, int argc, char **argv);

#endif
