/* rights_client.h - a member of a test class without media: what it asks, and what it is
 * told, as text. One thread.
 */
#ifndef TESTS_RIGHTS_CLIENT_H
#define TESTS_RIGHTS_CLIENT_H

#include "mcu/policy.h"
#include "tests/class_world.h"
#include "tests/ws_client.h"

#include <stdbool.h>

#define HEARD 200000

struct rights_client {
	struct ws_client *ws;
	int id;
	char code[32]; /* of the last refusal; empty: it was ok */
	char reply[70000];
	char heard[HEARD]; /* events since the last forget, a line each */
	size_t n_heard;
	char seat[64], session[64], self[12];
};

/* The token of the link of a role; empty for a student. */
void rights_token(const struct class_world *world, enum role role,
		  char out[AUTH_TOKEN + 1]);

/* Connects and joins: `extra` is put behind the name, as `,"warm":true`. Its code is in
 * c->code. An administrator joins the class, too, unless `console`. */
void rights_join(struct rights_client *c, const struct class_world *world, enum role role,
		 const char *extra, bool console);
/* NULL when it was ok, else the code; "closed" without a connection. */
const char *rights_ask(struct rights_client *c, const char *type, const char *d);
/* It gets an event that has this text, within 20 s. */
bool rights_hears(struct rights_client *c, const char *part);
/* Forgets what it heard; what still comes within `ms` is heard. */
void rights_forget(struct rights_client *c);
void rights_pass(struct rights_client *c, int ms);
void rights_drop(struct rights_client *c); /* the connection, without a word */

#endif
