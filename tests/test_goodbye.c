/* The end of a server, as its clients see it: the event bye, what was said before it,
 * then a close frame that says why. Nobody who does not answer that keeps it up.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/class_world.h"
#include "tests/test.h"
#include "tests/ws_client.h"

#define N         40
#define WAIT_MS   20000
#define RESTARTED 1012

static char text[70000];

static struct ws_client *come(const struct class_world *world, bool warm)
{
	struct ws_client *ws = ws_client_open("127.0.0.1", world->port, false, NULL,
					      NULL);
	char ask[300];

	CHECK(ws);
	snprintf(ask, sizeof(ask),
		 "{\"t\":\"join\",\"id\":1,\"d\":{\"code\":\"%s\",\"name\":\"Asha\","
		 "\"token\":\"%s\"%s}}",
		 world->code, world->token, warm ? ",\"warm\":true" : "");
	CHECK(ws_client_send(ws, ask));
	do
		CHECK(ws_client_recv(ws, text, sizeof(text), WAIT_MS) > 0);
	while (!strstr(text, "\"id\":1,"));
	CHECK(strncmp(text, "{\"t\":\"ok\"", 9) == 0);
	return ws;
}

/* What comes until the close frame. */
static void sees(struct ws_client *ws, bool a_bye)
{
	bool bye = false;
	int n;

	while ((n = ws_client_recv(ws, text, sizeof(text), WAIT_MS)) > 0) {
		/* a class that ends is not told of each who goes */
		CHECK(!bye || !strstr(text, "\"member."));
		bye |= strncmp(text, "{\"t\":\"bye\"", 10) == 0 &&
		       strstr(text, "\"restart\"") && strstr(text, "\"after_ms\":");
	}
	if (n != -EPIPE || ws_client_code(ws) != RESTARTED)
		fprintf(stderr, "%d, code %u\n", n, ws_client_code(ws));
	CHECK(n == -EPIPE && ws_client_code(ws) == RESTARTED);
	CHECK(bye == a_bye);
}

static void clients(struct class_world *world)
{
	struct ws_client *list[N], *waiting, *stranger;

	for (int i = 0; i < N; i++)
		list[i] = come(world, false);
	waiting = come(world, true);
	stranger = ws_client_open("127.0.0.1", world->port, false, NULL, NULL);
	CHECK(stranger);
	CHECK(kill(getpid(), SIGTERM) == 0);
	for (int i = 0; i < N; i++)
		sees(list[i], true);
	sees(waiting, true);
	sees(stranger, false);
	for (int i = 0; i < N; i++)
		ws_client_close(list[i]);
	ws_client_close(waiting);
	ws_client_close(stranger);
}

int main(void)
{
	return class_world_run(NULL, clients);
}
