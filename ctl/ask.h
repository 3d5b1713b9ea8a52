/* ask.h - a command that is one request. */
#ifndef CTL_ASK_H
#define CTL_ASK_H

#include "base/attr.h"
#include "ctl/console.h"
#include "ctl/spec.h"

/* What a reply means to people. */
typedef void ask_tell_fn(const struct call *call, const cJSON *reply);

/* Asks in a connection of its own; takes `d`. Prints the reply, with --json as it is. An
 * exit code. */
int ask(struct call *call, const char *type, cJSON *d, ask_tell_fn *tell) AULA_MUST_CHECK;

#endif
