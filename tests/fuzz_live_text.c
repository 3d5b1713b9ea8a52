/* What goes on in a class, as it was stored: whatever is read fits, and is the same when
 * it was written and read again. The class of the test has three groups, and a stranger
 * beside it.
 */
#include "mcu/live_text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/breakout.h"
#include "mcu/room.h"
#include "signaling/utf8.h"

#define ROOMS 5 /* the class, its groups, the stranger */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct server *server;

static void set_up(void)
{
	server = calloc(1, sizeof(*server));
	if (!server)
		abort();
	thread_enter(&on_ctl);
	for (uint32_t i = 0; i < ROOMS; i++) {
		struct room *room = calloc(1, sizeof(*room));

		if (!room)
			abort();
		room->server = server;
		snprintf(room->row.id, sizeof(room->row.id), "r%u", i);
		if (i > 0 && i < ROOMS - 1)
			snprintf(room->row.parent, sizeof(room->row.parent), "r0");
		server->rooms[server->n_rooms++] = room;
	}
}

static void forget(void) RUNS_ON(on_ctl)
{
	struct room *class = server->rooms[0];

	breakout_close(class);
	live_fini(&class->live);
	class->countdown = (struct countdown){0};
}

static void check(const struct room *class)
{
	const struct breakout *b = class->breakout;

	if (class->live.n > LIVE_DUE_MAX || class->live.n > class->live.size)
		abort();
	for (uint32_t i = 0; i < class->live.n; i++)
		if (class->live.due[i].what >= LIVE_WHATS ||
		    strlen(class->live.due[i].seat) != LIVE_SEAT ||
		    class->live.due[i].n < 0)
			abort();
	if (class->countdown.on &&
	    (class->countdown.total_ms < 1 ||
	     !utf8_valid(class->countdown.label, strlen(class->countdown.label))))
		abort();
	for (uint32_t i = 0; b && i < b->n; i++)
		for (uint32_t k = 0; k < i; k++)
			if (b->groups[i].room == b->groups[k].room)
				abort();
	for (uint32_t i = 0; b && i < b->n_seats; i++)
		if (b->seats[i].own > b->n || b->seats[i].at > b->n)
			abort();
	if (b && (!b->n || b->n > ROOMS - 2))
		abort(); /* never the stranger, never the class itself */
}

/* All but the times, which go on. */
struct what {
	uint32_t due, groups, seats;
	uint64_t sum;
	bool timer;
};

static struct what now(const struct room *class)
{
	const struct breakout *b = class->breakout;
	struct what what = {.due = class->live.n, .timer = class->countdown.on};

	for (uint32_t i = 0; i < class->live.n; i++) {
		const struct live_due *due = &class->live.due[i];

		what.sum = what.sum * 31 + due->what + (uint64_t)due->n;
		for (const char *p = due->seat; *p; p++)
			what.sum = what.sum * 31 + (uint8_t)*p;
	}
	for (uint32_t i = 0; b && i < b->n_seats; i++)
		what.sum = what.sum * 31 + b->seats[i].own * 64u + b->seats[i].at;
	what.groups = b ? b->n : 0;
	what.seats = b ? b->n_seats : 0;
	return what;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *written;
	struct what first, again;

	if (!text)
		abort();
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (!server)
		set_up();
	thread_claim(&on_ctl);
	if (live_text_read(server->rooms[0], text) == 0) {
		check(server->rooms[0]);
		first = now(server->rooms[0]);
		written = live_text_write(server->rooms[0], &server->rooms[0]->live);
		if (!written)
			abort();
		forget();
		if (live_text_read(server->rooms[0], written))
			abort();
		check(server->rooms[0]);
		again = now(server->rooms[0]);
		/* a timer or groups may have come to their end meanwhile */
		if (again.due != first.due || again.timer > first.timer ||
		    (again.groups &&
		     (again.groups != first.groups || again.seats != first.seats ||
		      again.sum != first.sum)))
			abort();
		free(written);
	}
	forget();
	free(text);
	return 0;
}
