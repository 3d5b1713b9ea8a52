/* Links to the pages of a deck are those of one member: good while it is in the class, in
 * a group of it or away for a moment, and for administrators without a seat; not once it
 * left or was removed, and not as somebody else's.
 */
#include "mcu/deck.h"
#include "mcu/member.h"
#include "mcu/room.h"
#include "tests/class_world.h"
#include "tests/deck_files.h"
#include "tests/deck_http.h"
#include "tests/rights_client.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct class_world *world;
static struct rights_client lecturer, student, admin;
static char still[DECK_URL], thumb[DECK_URL];

static void ask(struct rights_client *c, const char *type, const char *d)
{
	const char *got = rights_ask(c, type, d);

	if (got)
		fprintf(stderr, "%s %s: %s\n", type, d, got);
	CHECK(!got);
}

/* The link of a thumb, of page 1. */
static void first_thumb(const char *thumbs)
{
	const char *at = strstr(thumbs, "{n}");

	CHECK(at);
	snprintf(thumb, sizeof(thumb), "%.*s1%s", (int)(at - thumbs), thumbs, at + 3);
}

static int get(const char *url)
{
	return deck_http_get(world, url);
}

static void upload(void)
{
	static const uint32_t colours[] = {0xc03030, 0x3050c8};
	char url[DECK_URL], deck[DB_ID + 1], d[80], path[100];

	snprintf(path, sizeof(path), "%s/two.pdf", world->dir);
	deck_pdf(path, colours, 2);
	ask(&lecturer, "deck.ticket", "{\"title\":\"Optics\"}");
	deck_http_word(&lecturer, "url", url, sizeof(url));
	deck_http_word(&lecturer, "deck", deck, sizeof(deck));
	CHECK(deck_http_put_file(world, url, path) == 201);
	snprintf(d, sizeof(d), "{\"deck\":\"%s\"}", deck);
	ask(&lecturer, "deck.show", d);
	ask(&lecturer, "deck.list", "{}");
	deck_http_word(&lecturer, "thumbs", url, sizeof(url));
	first_thumb(url);
	CHECK(get(thumb) == 200 && strstr(deck_http_body(), "image/webp"));
}

static void student_comes(void)
{
	rights_join(&student, world, ROLE_STUDENT, "", false);
	ask(&student, "deck.still", "{}");
	deck_http_word(&student, "url", still, sizeof(still));
	CHECK(get(still) == 200);
	CHECK(get(still) == 200); /* as often as it likes */
}

/* What is signed for one is not good with the name of another, or without. */
static void of_one(void)
{
	char other[DECK_URL], *m;

	snprintf(other, sizeof(other), "%s", still);
	m = strstr(other, "?m=");
	CHECK(m);
	m[3] = m[3] == '9' ? '8' : '9';
	CHECK(get(other) == 403);
	memcpy(m, "?n=", 3);
	CHECK(get(other) == 403);
	memcpy(m, "?m=-", 4);
	CHECK(get(other) == 403);
}

static void away_and_back(void)
{
	char d[200];

	rights_forget(&lecturer);
	rights_drop(&student);
	CHECK(rights_hears(&lecturer, "\"state\":\"away\""));
	CHECK(get(still) == 200);
	student.ws = ws_client_open("127.0.0.1", world->port, false, NULL, NULL);
	snprintf(d, sizeof(d), "{\"token\":\"%s\",\"seq\":0}", student.session);
	ask(&student, "resume", d);
	CHECK(get(still) == 200);
}

static void find_student(void *arg)
{
	const struct member *member;
	bool *group = arg;

	thread_claim(&on_ctl);
	member = member_by_session(world->server, student.session);
	CHECK(member);
	*group = member->room && member->room->parent;
}

static void until_group(bool group)
{
	bool at = !group;

	for (int i = 0; i < 1000 && at != group; i++) {
		rights_pass(&student, 10);
		rights_pass(&lecturer, 10);
		class_world_on(world, find_student, &at);
	}
	CHECK(at == group);
}

static void in_a_group(void)
{
	ask(&lecturer, "breakout.start", "{\"n\":1,\"how\":\"even\"}");
	until_group(true);
	CHECK(get(still) == 200);
	ask(&lecturer, "breakout.end", "{\"seconds\":0}");
	until_group(false);
}

/* An administrator's console has no seat in the class. */
static void console_link(void *arg)
{
	const struct room *room;
	char url[DECK_URL];

	(void)arg;
	thread_claim(&on_ctl);
	room = room_by_code(world->server, world->code);
	CHECK(world->server->n_consoles == 1);
	deck_thumbs_url(TAILQ_FIRST(&room->decks.list), world->server->consoles[0]->base,
			url);
	first_thumb(url);
}

static void of_the_console(void)
{
	rights_join(&admin, world, ROLE_ADMIN, "", true);
	CHECK(!admin.code[0]);
	class_world_on(world, console_link, NULL);
	CHECK(get(thumb) == 200);
	ask(&admin, "leave", "{}");
	CHECK(get(thumb) == 403);
}

static void removed(void)
{
	char d[80], ticket[DECK_URL];

	ask(&student, "deck.ticket", "{}");
	deck_http_word(&student, "url", ticket, sizeof(ticket));
	CHECK(get(still) == 200);
	snprintf(d, sizeof(d), "{\"member\":\"%s\",\"ban\":false}", student.self);
	ask(&lecturer, "member.remove", d);
	CHECK(get(still) == 403 && strstr(deck_http_body(), "bad_link"));
	CHECK(deck_http_put(world, ticket, "%PDF-1.4 of who is gone", 23, 23) == 403);
	rights_drop(&student);
	student_comes(); /* with links of its own again */
	ask(&student, "leave", "{}");
	CHECK(get(still) == 403);
}

static void clients(struct class_world *w)
{
	world = w;
	rights_join(&lecturer, world, ROLE_LECTURER, "", false);
	CHECK(!lecturer.code[0]);
	upload();
	student_comes();
	of_one();
	away_and_back();
	in_a_group();
	of_the_console();
	removed();
	rights_drop(&student);
	rights_drop(&admin);
	rights_drop(&lecturer);
}

int main(void)
{
	return class_world_run(deck_http_reader, clients);
}
