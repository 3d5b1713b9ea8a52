#include "mcu/watchers.h"

#include <stddef.h>

#include "mcu/subscriber.h"

static bool silent(int64_t seen_us, int64_t now_us)
{
	return now_us - seen_us > WATCHERS_SILENT_US;
}

static uint32_t clients(const struct watcher *watcher, int64_t now_us)
{
	uint32_t n = 0;

	for (int i = 0; watcher->number && i < WATCHERS_CLIENTS; i++)
		n += watcher->clients[i].address &&
		     !silent(watcher->clients[i].seen_us, now_us);
	return n;
}

static bool is_used(const struct watcher *watcher, int64_t now_us)
{
	return watcher->number && !silent(watcher->seen_us, now_us);
}

/* Each number has one place, so that it is found without a search. */
static struct watcher *place(struct watchers *watchers, uint32_t number)
{
	return &watchers->list[number % LIMIT_WATCHERS];
}

uint64_t watchers_address(const struct watchers *watchers, const char *ip)
{
	const struct subscriber who = subscriber_of(ip);
	uint64_t hash = subscriber_hash(&who, watchers->seed);

	return hash ? hash : 1;
}

/* Of all classes; of what is given out from there. */
static uint32_t of_address(const struct watchers *watchers, uint64_t address,
			   int64_t now_us)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < LIMIT_WATCHERS; i++)
		n += is_used(&watchers->list[i], now_us) &&
		     watchers->list[i].clients[0].address == address;
	return n;
}

uint32_t watchers_add(struct watchers *watchers, uint32_t room, uint64_t address,
		      int64_t now_us)
{
	if (of_address(watchers, address, now_us) >= WATCHERS_ADDRESS)
		return 0;
	for (uint32_t i = 0; i < LIMIT_WATCHERS; i++) {
		uint32_t number = ++watchers->last;
		struct watcher *at = place(watchers, number);

		if (!number || is_used(at, now_us))
			continue;
		*at = (struct watcher){.number = number,
				       .room = room,
				       .seen_us = now_us,
				       .window_us = now_us,
				       .clients = {{address, now_us}}};
		return number;
	}
	return 0;
}

/* Its place among those who use the link, or one that is free. */
static struct watcher_client *client_of(struct watcher *at, uint64_t address,
					int64_t now_us)
{
	struct watcher_client *free = NULL;

	for (int i = 0; i < WATCHERS_CLIENTS; i++) {
		struct watcher_client *client = &at->clients[i];

		if (client->address == address)
			return client;
		if (!free && (!client->address || silent(client->seen_us, now_us)))
			free = client;
	}
	return free;
}

/* One page asks for a list each few seconds: many of them are many pages. */
static bool too_often(struct watcher *at, int64_t now_us)
{
	if (now_us - at->window_us > WATCHERS_SILENT_US) {
		at->window_us = now_us;
		at->lists = 0;
	}
	return ++at->lists > WATCHERS_LISTS;
}

bool watchers_seen(struct watchers *watchers, uint32_t number, uint64_t address,
		   bool list, int64_t now_us)
{
	struct watcher *at = place(watchers, number);
	struct watcher_client *client;

	if (!number || at->number != number || now_us - at->seen_us > WATCHERS_IDLE_US)
		return false;
	client = client_of(at, address, now_us);
	if (!client || (list && too_often(at, now_us)))
		return false;
	*client = (struct watcher_client){address, now_us};
	at->seen_us = now_us;
	return true;
}

uint32_t watchers_count(const struct watchers *watchers, uint32_t room, int64_t now_us)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < LIMIT_WATCHERS; i++)
		if (!room || watchers->list[i].room == room)
			n += clients(&watchers->list[i], now_us);
	return n;
}
