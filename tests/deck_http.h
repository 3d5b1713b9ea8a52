/* deck_http.h - what a page does with decks by HTTP: it puts files and gets pages. One
 * thread.
 */
#ifndef TESTS_DECK_HTTP_H
#define TESTS_DECK_HTTP_H

#include "tests/class_world.h"
#include "tests/rights_client.h"

#include <stddef.h>

/* The status, 0 without an answer. `said`: the length as the head has it. */
int deck_http_put(const struct class_world *world, const char *target, const void *data,
		  size_t len, size_t said);
int deck_http_put_file(const struct class_world *world, const char *target,
		       const char *path);
int deck_http_post(const struct class_world *world, const char *target, const char *text);
int deck_http_delete(const struct class_world *world, const char *target);
int deck_http_get(const struct class_world *world, const char *target);
/* The whole last answer, as text. */
const char *deck_http_body(void);

/* The program that reads decks: that of this build, or $AULA_DECK. */
void deck_http_reader(struct conf *conf);

/* The text behind "key":" in the last reply. */
void deck_http_word(const struct rights_client *c, const char *key, char *out,
		    size_t size);

#endif
