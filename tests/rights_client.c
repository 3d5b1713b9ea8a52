#include "tests/rights_client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/room.h"
#include "tests/test.h"

#define PATIENCE_MS 20000

struct wanted {
	const struct class_world *world;
	enum role role;
	char *out;
};

static void make(void *arg)
{
	struct wanted *w = arg;
	char purpose[ROOM_PURPOSE_MAX];

	thread_claim(&on_ctl);
	room_role_purpose(w->world->code, w->role, purpose);
	auth_key_token(&w->world->server->key, w->role == ROLE_ADMIN ? "admin" : purpose,
		       w->out);
}

void rights_token(const struct class_world *world, enum role role,
		  char out[AUTH_TOKEN + 1])
{
	struct wanted wanted = {world, role, out};

	out[0] = '\0';
	if (role != ROLE_STUDENT)
		class_world_on(world, make, &wanted);
}

/* The text of the first field `key` of the reply. */
static void field(const struct rights_client *c, const char *key, char *out, size_t size)
{
	char mark[40];
	const char *from, *end;

	out[0] = '\0';
	snprintf(mark, sizeof(mark), "\"%s\":\"", key);
	from = strstr(c->reply, mark);
	if (!from)
		return;
	from += strlen(mark);
	end = strchr(from, '"');
	if (end && (size_t)(end - from) < size)
		snprintf(out, size, "%.*s", (int)(end - from), from);
}

static void keep(struct rights_client *c, const char *text)
{
	size_t n = strlen(text);

	if (c->n_heard + n + 2 > HEARD)
		rights_forget(c);
	memcpy(c->heard + c->n_heard, text, n);
	c->n_heard += n;
	c->heard[c->n_heard++] = '\n';
	c->heard[c->n_heard] = '\0';
}

static const char *ask_once(struct rights_client *c, const char *type, const char *d)
{
	char text[1200], mark[24];

	if (!c->ws)
		return "closed";
	snprintf(text, sizeof(text), "{\"t\":\"%s\",\"id\":%d,\"d\":%s}", type, ++c->id,
		 d);
	snprintf(mark, sizeof(mark), "\"id\":%d,", c->id);
	if (!ws_client_send(c->ws, text))
		return "closed";
	for (;;) {
		int n = ws_client_recv(c->ws, c->reply, sizeof(c->reply), PATIENCE_MS);

		CHECK(n != -ETIMEDOUT && n != -EMSGSIZE);
		if (n < 0)
			return "closed";
		if (strncmp(c->reply, "{\"t\":\"ok\"", 9) == 0 ||
		    strncmp(c->reply, "{\"t\":\"err\"", 10) == 0)
			break;
		keep(c, c->reply);
	}
	CHECK(strstr(c->reply, mark));
	if (strncmp(c->reply, "{\"t\":\"ok\"", 9) == 0)
		c->code[0] = '\0';
	else
		field(c, "code", c->code, sizeof(c->code));
	return c->code[0] ? c->code : NULL;
}

/* Who asks faster than people do is told so: then again, a little later. */
const char *rights_ask(struct rights_client *c, const char *type, const char *d)
{
	const char *code = ask_once(c, type, d);

	for (int i = 0; i < 50 && code && strcmp(code, "too_fast") == 0; i++) {
		rights_pass(c, 200);
		code = ask_once(c, type, d);
	}
	return code;
}

void rights_join(struct rights_client *c, const struct class_world *world, enum role role,
		 const char *extra, bool console)
{
	char token[AUTH_TOKEN + 1], d[400];

	memset(c, 0, sizeof(*c));
	c->ws = ws_client_open("127.0.0.1", world->port, false, NULL, NULL);
	CHECK(c->ws);
	rights_token(world, role, token);
	snprintf(d, sizeof(d), "{\"code\":\"%s\",\"token\":\"%s\",\"name\":\"The %s\"%s}",
		 console ? "" : world->code, token, role_name(role), extra);
	if (rights_ask(c, "join", d))
		return;
	field(c, "seat", c->seat, sizeof(c->seat));
	field(c, "session", c->session, sizeof(c->session));
	field(c, "self", c->self, sizeof(c->self));
}

void rights_pass(struct rights_client *c, int ms)
{
	int64_t end = clock_us() + ms * MS_US;
	static char text[70000];

	while (c->ws && clock_us() < end)
		if (ws_client_recv(c->ws, text, sizeof(text), 20) > 0)
			keep(c, text);
}

bool rights_hears(struct rights_client *c, const char *part)
{
	int64_t end = clock_us() + PATIENCE_MS * MS_US;

	while (!strstr(c->heard, part) && clock_us() < end)
		rights_pass(c, 30);
	if (!strstr(c->heard, part))
		fprintf(stderr, "%s not heard: %.4000s\n", part, c->heard);
	return strstr(c->heard, part);
}

void rights_forget(struct rights_client *c)
{
	c->n_heard = 0;
	c->heard[0] = '\0';
}

void rights_drop(struct rights_client *c)
{
	ws_client_close(c->ws);
	c->ws = NULL;
}
