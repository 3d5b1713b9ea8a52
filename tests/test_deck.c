/* Decks of a class against a whole server: uploaded by HTTP with a ticket, shown as the
 * page that all see, turned over, looked at closely, limited, taken away; and found
 * again after the server's end.
 */
#include "mcu/deck.h"

#include "base/clock.h"
#include "mcu/picture.h"
#include "mcu/room.h"
#include "tests/class_world.h"
#include "tests/deck_files.h"
#include "tests/deck_http.h"
#include "tests/rights_client.h"
#include "tests/stream.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NO_DECK "{\"deck\":\"nosuchdeck\"}"

static const struct class_world *world;
static struct rights_client lecturer, student;
static const char *const ok;
static char deck[DB_ID + 1], url[DECK_URL]; /* of the last reply */
static char page[300];                      /* over the end of the server */

static int put_bytes(const char *target, const void *data, size_t len, size_t said)
{
	return deck_http_put(world, target, data, len, said);
}

static int put_file(const char *target, const char *path)
{
	return deck_http_put_file(world, target, path);
}

static int get(const char *target)
{
	return deck_http_get(world, target);
}

/* ---- asking ---------------------------------------------------------------- */

static void ask(struct rights_client *c, const char *want, const char *type,
		const char *d)
{
	const char *got = rights_ask(c, type, d);

	if (want ? !got || strcmp(got, want) != 0 : got != NULL)
		fprintf(stderr, "%s %s: %s\n", type, d, got ? got : "ok");
	CHECK(want ? got && strcmp(got, want) == 0 : !got);
}

static const char *named(const char *id)
{
	static char d[80];

	snprintf(d, sizeof(d), "{\"deck\":\"%s\"}", id);
	return d;
}

static void ticket(struct rights_client *c, const char *d)
{
	ask(c, ok, "deck.ticket", d);
	deck_http_word(c, "deck", deck, sizeof(deck));
	deck_http_word(c, "url", url, sizeof(url));
}

/* Begins, and is gone. */
static void put_and_leave(const char *target)
{
	struct stream *s = stream_open("127.0.0.1", world->port, false);
	char head[600];
	int n = snprintf(head, sizeof(head),
			 "PUT %s HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"
			 "%%PDF-1.4 and then it ends",
			 target);

	CHECK(s && stream_write(s, head, (size_t)n));
	usleep(100000); /* so that it began; without that the test is a weaker one */
	stream_close(s);
}

static const char *file(const char *name)
{
	static char path[100];

	snprintf(path, sizeof(path), "%s/%s", world->dir, name);
	return path;
}

/* ---- what is seen ----------------------------------------------------------- */

struct shown {
	bool there;
	uint32_t page, w_px;
	uint32_t n; /* decks, with those that wait for their upload */
};

static void look(void *arg)
{
	struct shown *out = arg;
	const struct room *room;
	const struct tile_map *map;

	thread_claim(&on_ctl);
	room = room_by_code(world->server, world->code);
	map = room->media ? views_newest(picture_of_class(room), 0) : NULL;
	*out = (struct shown){false, room->decks.on_air, room->decks.w_px, room->decks.n};
	for (uint32_t i = 0; map && i < map->n; i++)
		out->there |= id_part(map->tiles[i].source) == ID_DECK &&
			      map->tiles[i].video && map->slides;
}

static struct shown shown(void)
{
	struct shown now;

	class_world_on(world, look, &now);
	return now;
}

static void until_page(uint32_t n)
{
	for (int i = 0; i < 2000; i++) {
		struct shown now = shown();

		if (n ? now.there && now.page == n && now.w_px == 1280 : !now.there)
			return;
		usleep(20000);
	}
	CHECK(!"the page is seen");
}

static void come(void)
{
	rights_join(&lecturer, world, ROLE_LECTURER, "", false);
	rights_join(&student, world, ROLE_STUDENT, "", false);
	CHECK(!lecturer.code[0] && !student.code[0]);
}

/* ---- uploads ---------------------------------------------------------------- */

static const uint32_t colours[] = {0xc03030, 0x30a040, 0x3050c8};

static void refused_uploads(void)
{
	char used[DECK_URL];

	CHECK(put_bytes("/api/v1/decks/x?ticket=y", "abcdefghijklmnopq", 17, 17) == 403);
	CHECK(put_bytes("/api/v1/other", "abcdefghijklmnopq", 17, 17) == 404);
	CHECK(put_bytes("/api/v1/decks/x", "abcdefghijklmnopq", 17, 17) == 403);
	ticket(&lecturer, "{}");
	CHECK(put_bytes(url, NULL, 0, 3 << 20) == 413 &&
	      strstr(deck_http_body(), "too_large"));
	CHECK(put_bytes(url, "abc", 3, 3) == 415);
	/* the ticket is still good: nothing came by it */
	CHECK(put_bytes(url, "neither page nor picture", 24, 24) == 415);
	CHECK(strstr(deck_http_body(), "deck_not_supported"));
	CHECK(put_bytes(url, "neither page nor picture", 24, 24) == 403);
	ticket(&lecturer, "{\"title\":\"Locked\"}");
	deck_locked_pdf(file("locked.pdf"));
	CHECK(put_file(url, file("locked.pdf")) == 422);
	CHECK(strstr(deck_http_body(), "deck_encrypted"));
	ticket(&lecturer, "{}");
	strcpy(used, url);
	put_and_leave(url);
	for (int i = 0; i < 1000 && shown().n > 0; i++)
		usleep(20000);
	CHECK(shown().n == 0); /* of none of these anything is left */
	CHECK(put_file(used, file("locked.pdf")) == 403);
	ask(&lecturer, ok, "deck.list", "{}");
	CHECK(strstr(lecturer.reply, "\"decks\":[]"));
}

static void upload_pdf(void)
{
	deck_pdf(file("three.pdf"), colours, 3);
	ticket(&lecturer, "{\"title\":\"Optics\"}");
	ask(&lecturer, "unknown_deck", "deck.show", named(deck)); /* not yet */
	CHECK(put_file(url, file("three.pdf")) == 201);
	CHECK(strstr(deck_http_body(), "\"pages\":3") &&
	      strstr(deck_http_body(), "\"title\":\"Optics\""));
	CHECK(rights_hears(&lecturer, "\"decks\""));
	ask(&lecturer, ok, "deck.list", "{}");
	CHECK(strstr(lecturer.reply, "\"kind\":\"pdf\"") &&
	      strstr(lecturer.reply, "{n}.thumb.webp"));
}

/* ---- showing ---------------------------------------------------------------- */

static void turn_pages(void)
{
	ask(&lecturer, "no_deck", "deck.next", "{}");
	ask(&lecturer, "no_deck", "deck.hide", "{}");
	ask(&student, "no_deck", "deck.still", "{}");
	ask(&lecturer, "unknown_deck", "deck.show", NO_DECK);
	rights_forget(&student);
	ask(&lecturer, ok, "deck.show", named(deck));
	until_page(1);
	CHECK(rights_hears(&student, "\"title\":\"Optics\",\"page\":1,\"pages\":3"));
	ask(&lecturer, "no_page", "deck.prev", "{}");
	ask(&lecturer, ok, "deck.next", "{}");
	until_page(2);
	ask(&lecturer, ok, "deck.next", "{}");
	until_page(3);
	ask(&lecturer, "no_page", "deck.next", "{}");
	ask(&lecturer, "no_page", "deck.go", "{\"page\":4}");
	ask(&lecturer, "bad_field", "deck.go", "{\"page\":0}");
	ask(&lecturer, ok, "deck.go", "{\"page\":1}");
	until_page(1);
	CHECK(rights_hears(&student, "\"page\":3"));
}

/* Pages that were asked for one after the other: the last one is seen. */
static void leaf_through(void)
{
	for (int i = 0; i < 4; i++) {
		ask(&lecturer, ok, "deck.go", "{\"page\":3}");
		ask(&lecturer, ok, "deck.go", "{\"page\":1}");
	}
	ask(&lecturer, ok, "deck.go", "{\"page\":2}");
	until_page(2);
	rights_pass(&lecturer, 300);
	CHECK(shown().page == 2);
}

static void look_closely(void)
{
	char still[DECK_URL], thumbs[DECK_URL], target[DECK_URL + 16], *at;

	ask(&student, "forbidden", "deck.still", "{\"page\":3}"); /* not ahead of it */
	ask(&student, ok, "deck.still", "{}");
	CHECK(strstr(student.reply, "\"page\":2"));
	deck_http_word(&student, "url", still, sizeof(still));
	CHECK(get(still) == 200 && strstr(deck_http_body(), "image/webp"));
	ask(&lecturer, ok, "deck.still", "{\"page\":3}");
	deck_http_word(&lecturer, "url", target, sizeof(target));
	CHECK(get(target) == 200);
	at = strstr(target, "/3.webp");
	CHECK(at);
	at[1] = '1'; /* of another page: signed it is not */
	CHECK(get(target) == 403);
	*strstr(still, "&sig") = '\0';
	CHECK(get(still) == 403);
	CHECK(get("/api/v1/decks/../../secret.key?sig=1") == 400);
	CHECK(get("/api/v1/decks/x/0.webp?sig=1") == 404);
	CHECK(get("/api/v1/decks/x/1.src?sig=1") == 404);
	ask(&lecturer, ok, "deck.list", "{}");
	deck_http_word(&lecturer, "thumbs", thumbs, sizeof(thumbs));
	at = strstr(thumbs, "{n}");
	CHECK(at);
	*at = '\0';
	for (int i = 1; i <= 4; i++) {
		snprintf(target, sizeof(target), "%s%d%s", thumbs, i, at + 3);
		CHECK(get(target) == (i <= 3 ? 200 : 404));
	}
}

static void who_may(void)
{
	ask(&student, "forbidden", "deck.next", "{}");
	ask(&student, "forbidden", "deck.hide", "{}");
	ask(&student, "forbidden", "deck.delete", named(deck));
	ask(&student, "screen_busy", "screen.set", "{\"on\":true}");
	ask(&lecturer, ok, "room.set", "{\"share\":false}");
	ask(&student, "forbidden", "deck.ticket", "{}");
	ask(&student, "forbidden", "deck.list", "{}");
	ask(&lecturer, ok, "room.set", "{\"share\":true}");
	ask(&student, ok, "deck.list", "{}");
	CHECK(strstr(student.reply, "\"decks\":[]")); /* those of others are not his */
}

/* An administrator turns the pages of a class that it is not in; a deck of its own it
 * could not have there. */
static void by_code(void)
{
	static struct rights_client admin;
	char d[150];

	rights_join(&admin, world, ROLE_ADMIN, "", true);
	snprintf(d, sizeof(d), "{\"code\":\"%s\"}", world->code);
	ask(&admin, "bad_state", "deck.list", "{}");
	ask(&admin, "no_seat", "deck.ticket", d);
	ask(&admin, ok, "deck.list", d);
	CHECK(strstr(admin.reply, deck) && strstr(admin.reply, "\"shown\":true"));
	ask(&admin, ok, "deck.hide", d);
	until_page(0);
	ask(&admin, "no_deck", "deck.next", d);
	snprintf(d, sizeof(d), "{\"code\":\"%s\",\"deck\":\"%s\",\"page\":2}",
		 world->code, deck);
	ask(&admin, ok, "deck.show", d);
	CHECK(rights_hears(&student, "\"page\":2,\"pages\":3,\"by\":\"\""));
	until_page(2);
	ask(&admin, "not_a_clip", "clip.play", d);
	ask(&admin, ok, "deck.still", d);
	deck_http_word(&admin, "url", url, sizeof(url));
	CHECK(get(url) == 200);
	snprintf(d, sizeof(d), "{\"code\":\"%s\"}", world->code);
	ask(&admin, "no_clip", "clip.stop", d);
	/* what it does there is recorded, what it looks at is not */
	ask(&admin, ok, "audit.list", d);
	CHECK(strstr(admin.reply, "\"command\":\"deck.show\""));
	CHECK(strstr(admin.reply, "\"command\":\"deck.hide\""));
	CHECK(!strstr(admin.reply, "\"command\":\"deck.list\""));
	rights_drop(&admin);
	/* nobody of the class shows it now: it yields to staff only */
	ask(&student, "screen_busy", "screen.set", "{\"on\":true}");
	ask(&student, "forbidden", "deck.hide", "{}");
	ask(&lecturer, ok, "deck.next", "{}");
	until_page(3);
	ask(&lecturer, ok, "deck.prev", "{}");
	until_page(2);
}

/* One screen or one deck. */
static void or_a_screen(void)
{
	ask(&lecturer, ok, "screen.set", "{\"on\":true}");
	until_page(0);
	CHECK(rights_hears(&student, "\"t\":\"deck\""));
	ask(&lecturer, ok, "deck.show", named(deck));
	until_page(2); /* where it was */
	ask(&lecturer, ok, "deck.hide", "{}");
	until_page(0);
	ask(&student, ok, "screen.set", "{\"on\":true}");
	ask(&lecturer, ok, "deck.show", named(deck)); /* the staff takes it */
	until_page(2);
	ask(&lecturer, ok, "deck.hide", "{}");
}

/* ---- pictures, and the end --------------------------------------------------- */

static void pictures(void)
{
	char pdf[DB_ID + 1], d[120];

	strcpy(pdf, deck);
	snprintf(d, sizeof(d), "{\"deck\":\"%s\"}", pdf);
	ask(&lecturer, "not_pictures", "deck.ticket", d);
	deck_png(file("a.png"), 0xff0000, 1280, 720);
	deck_jpeg(file("b.jpg"), 1280, 720);
	ticket(&student, "{\"title\":\"My pictures\"}");
	CHECK(put_file(url, file("a.png")) == 201 &&
	      strstr(deck_http_body(), "\"pages\":1"));
	snprintf(d, sizeof(d), "{\"deck\":\"%s\"}", deck);
	ticket(&student, d);
	CHECK(put_file(url, file("three.pdf")) == 415 &&
	      strstr(deck_http_body(), "not_a_picture"));
	for (int i = 0; i < 500 && rights_ask(&student, "deck.ticket", d); i++)
		usleep(20000); /* until the other is taken back */
	ticket(&student, d);
	CHECK(put_file(url, file("b.jpg")) == 201 &&
	      strstr(deck_http_body(), "\"pages\":2"));
	ask(&student, ok, "deck.show", d);
	until_page(1);
	ask(&student, ok, "deck.next", "{}");
	until_page(2);
	ask(&student, ok, "deck.delete", d);
	until_page(0);
	ask(&student, "unknown_deck", "deck.show", d);
	strcpy(deck, pdf);
}

/* One pupil does not take all there is. */
static void pupils_share(void)
{
	for (int i = 0; i < LIMIT_DECKS_OWN; i++)
		ticket(&student, "{}");
	ask(&student, "too_many_decks", "deck.ticket", "{}");
	CHECK(put_bytes(url, NULL, 0, (1 << 20) + 1) == 413 &&
	      strstr(deck_http_body(), "deck_quota"));
}

/* What a class may keep has an end. */
static void quota(void)
{
	static char data[1 << 20];

	memcpy(data, "%PDF-1.4", 8);
	for (int i = 0; i < 2; i++) {
		ticket(&lecturer, "{}");
		CHECK(put_bytes(url, data, sizeof(data), sizeof(data)) == 422);
	}
	ticket(&lecturer, "{}");
	CHECK(put_bytes(url, NULL, 0, 2 << 20) == 413 &&
	      strstr(deck_http_body(), "deck_quota"));
}

static void first(struct class_world *w)
{
	char id[DB_ID + 1];

	world = w;
	come();
	refused_uploads();
	upload_pdf();
	turn_pages();
	leaf_through();
	look_closely();
	who_may();
	by_code();
	or_a_screen();
	pictures();
	strcpy(id, deck);
	pupils_share();
	quota();
	strcpy(deck, id);
	snprintf(page, sizeof(page), "\"id\":\"%s\",\"title\":\"Optics\",\"page\":2",
		 deck);
	ask(&lecturer, ok, "deck.show", named(deck));
	until_page(2);
	rights_drop(&student);
	rights_drop(&lecturer);
}

/* It is shown where it was, before anybody has asked for it. */
static void second(struct class_world *w)
{
	world = w;
	come();
	/* the decks are read beside the first who come: they are told when it is there */
	CHECK(strstr(student.reply, page) || rights_hears(&student, page));
	until_page(2);
	ask(&lecturer, ok, "deck.next", "{}");
	until_page(3);
	ask(&student, ok, "deck.still", "{}");
	deck_http_word(&student, "url", url, sizeof(url));
	CHECK(get(url) == 200);
	ask(&lecturer, ok, "deck.delete", named(deck));
	until_page(0);
	ask(&lecturer, ok, "deck.list", "{}");
	CHECK(strstr(lecturer.reply, "\"decks\":[]"));
	rights_drop(&student);
	rights_drop(&lecturer);
}

static void tune(struct conf *conf)
{
	conf->deck_max_mb = 2;
	conf->clip_max_mb = 2;
	conf->deck_quota_mb = 2;
	conf->recording_reserve_mb = 0;
	deck_http_reader(conf);
}

int main(void)
{
	void (*const clients[])(struct class_world * w) = {first, second};

	return class_world_run_each(tune, clients, 2);
}
