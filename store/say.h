/* say.h - what the program tells while it works: lines of JSON on its output. A line that
 * is lost is no harm; when nobody listens any more it ends by SIGPIPE.
 */
#ifndef STORE_SAY_H
#define STORE_SAY_H

#include <stdbool.h>
#include <stdint.h>

struct say {
	const char *step;  /* needs no escapes */
	int64_t done, all; /* bytes, of all files */
	int told;          /* the last hundredth; -1: none */
	int64_t objects;
};

void say_step(struct say *say, const char *step, int64_t all);
/* So many bytes of what is not counted in `done` yet. One line a hundredth at most. */
void say_at(struct say *say, int64_t more);
/* It is over: `more` bytes of it. */
void say_done(struct say *say, int64_t more);
void say_object(const char *name, int64_t bytes, const char *tag);
void say_ok(const struct say *say);
void say_fault(int err, const char *name); /* name: of what, or NULL */

#endif
