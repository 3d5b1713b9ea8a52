/* What was said before the server began comes before what has been said since. */
#include "mcu/room.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/class_world.h"
#include "tests/test.h"

static void said(struct db_message *m, const char *room, char letter, int n)
{
	*m = (struct db_message){.sent_ms = n};
	snprintf(m->id, sizeof(m->id), "%c%d", letter, n);
	snprintf(m->room, sizeof(m->room), "%s", room);
	snprintf(m->text, sizeof(m->text), "%c%d", letter, n);
}

static bool is(const struct room *room, uint32_t at, const char *text)
{
	return at < room->n_chat && strcmp(room->chat[at].text, text) == 0;
}

/* On the control thread. */
static void read_late(void *arg)
{
	struct room *room;
	static struct db_message rows[ROOM_CHAT];
	struct db_message now;

	thread_claim(&on_ctl);
	room = class_world_room(arg);
	for (int i = 0; i < ROOM_CHAT; i++)
		said(&rows[i], room->row.id, 'b', i);
	CHECK(room->n_chat == 0);
	said(&now, room->row.id, 'n', 0);
	CHECK(room_chat(room, NULL, &now) == 0);
	room->chat_by[0] = 64;
	room_chat_read(room, rows, 3);
	CHECK(room->n_chat == 4 && is(room, 0, "b0") && is(room, 2, "b2"));
	CHECK(is(room, 3, "n0") && room->chat_by[3] == 64 && !room->chat_by[0]);
	/* as many as are kept: the newest */
	room_chat_read(room, rows, ROOM_CHAT);
	CHECK(room->n_chat == ROOM_CHAT && is(room, 0, "b4"));
	CHECK(is(room, ROOM_CHAT - 5, "b49") && is(room, ROOM_CHAT - 1, "n0"));
	CHECK(room->chat_by[ROOM_CHAT - 1] == 64 && !room->chat_by[ROOM_CHAT - 2]);
	/* no more room: what was said since stays */
	room_chat_read(room, rows, 2);
	CHECK(room->n_chat == ROOM_CHAT && is(room, 0, "b4"));
	said(&now, room->row.id, 'n', 1);
	CHECK(room_chat(room, NULL, &now) == 0 && is(room, ROOM_CHAT - 1, "n1"));
}

static void first(struct class_world *world)
{
	class_world_on(world, read_late, world);
}

/* And it is there again, as soon as it is read. */
struct again {
	const struct class_world *world;
	uint32_t n;
};

static void look(void *arg)
{
	struct again *again = arg;
	const struct room *room;

	thread_claim(&on_ctl);
	room = class_world_room(again->world);
	again->n = room->n_chat;
	CHECK(!again->n || (is(room, 0, "n0") && is(room, 1, "n1")));
}

static void second(struct class_world *world)
{
	struct again again = {world, 0};

	for (int i = 0; i < 3000 && !again.n; i++) {
		usleep(20000);
		class_world_on(world, look, &again);
	}
	CHECK(again.n == 2);
}

int main(void)
{
	void (*const clients[])(struct class_world * w) = {first, second};

	return class_world_run_each(NULL, clients, 2);
}
