/* A disk that does not answer: it is said, and nobody who talks has to wait for it. The
 * disk of the test hangs where a page is a pipe that nobody writes into: whoever opens
 * it waits for a writer.
 */
#include "mcu/disks.h"

#include "base/clock.h"
#include "mcu/console.h"
#include "mcu/deck.h"
#include "mcu/room.h"
#include "tests/class_world.h"
#include "tests/deck_files.h"
#include "tests/deck_http.h"
#include "tests/rights_client.h"
#include "tests/stream.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- what is known -------------------------------------------------------- */

static void states(void)
{
	struct disks disks = {0};

	CHECK(disks_well(&disks, 100) && disks_waiting_us(&disks, 100) == 0);
	disks.list[DISK_DATA].asked = true;
	disks.list[DISK_DATA].at_us = 1000;
	CHECK(disks_waiting_us(&disks, 3000) == 2000);
	CHECK(disks_well(&disks, 1000 + DISKS_SILENT_US));
	CHECK(!disks_well(&disks, 1001 + DISKS_SILENT_US));
	disks_answer(&disks, DISK_RECORDINGS, 77,
		     2000); /* that of another does not help */
	CHECK(!disks_well(&disks, 1001 + DISKS_SILENT_US));
	CHECK(disks.list[DISK_RECORDINGS].known);
	CHECK(disks.list[DISK_RECORDINGS].free_bytes == 77);
	disks_answer(&disks, DISK_DATA, -EIO, 3000);
	CHECK(disks_well(&disks, 1001 + DISKS_SILENT_US));
	CHECK(!disks.list[DISK_DATA].known); /* it answered, but not that */
}

/* ---- one that hangs ------------------------------------------------------- */

static const struct class_world *world;
static struct rights_client lecturer;
static char thumbs[DECK_URL], pipe_path[400];

static void ask(const char *type, const char *d)
{
	const char *got = rights_ask(&lecturer, type, d);

	if (got)
		fprintf(stderr, "%s %s: %s\n", type, d, got);
	CHECK(!got);
}

static const char *thumb(int page)
{
	static char url[DECK_URL + 8];
	const char *at = strstr(thumbs, "{n}");

	CHECK(at);
	snprintf(url, sizeof(url), "%.*s%d%s", (int)(at - thumbs), thumbs, page, at + 3);
	return url;
}

static void upload(void)
{
	static const uint32_t colours[] = {0xc03030, 0x3050c8};
	char url[DECK_URL], deck[DB_ID + 1], path[100];

	snprintf(path, sizeof(path), "%s/two.pdf", world->dir);
	deck_pdf(path, colours, 2);
	ask("deck.ticket", "{\"title\":\"Optics\"}");
	deck_http_word(&lecturer, "url", url, sizeof(url));
	deck_http_word(&lecturer, "deck", deck, sizeof(deck));
	CHECK(deck_http_put_file(world, url, path) == 201);
	ask("deck.list", "{}");
	deck_http_word(&lecturer, "thumbs", thumbs, sizeof(thumbs));
	snprintf(pipe_path, sizeof(pipe_path), "%s/decks/%s/2.thumb.webp",
		 world->conf.data_dir, deck);
}

static bool healthy(void)
{
	CHECK(deck_http_get(world, "/healthz") == 200); /* calls go on */
	return strstr(deck_http_body(), "\"disk\":true");
}

static struct stream *hang(void)
{
	struct stream *s = stream_open("127.0.0.1", world->port, false);
	char head[600];

	unlink(pipe_path);
	CHECK(mkfifo(pipe_path, 0600) == 0);
	snprintf(head, sizeof(head),
		 "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", thumb(2));
	CHECK(s && stream_write(s, head, strlen(head)));
	return s;
}

static void silent(void *arg)
{
	const struct health *health = &world->server->console->health;
	bool *out = arg;

	thread_claim(&on_ctl);
	CHECK(health->disks.list[DISK_RECORDINGS].known); /* by another thread */
	*out = health->disks.list[DISK_DATA].silent;
}

static void clients(struct class_world *w)
{
	struct stream *s;
	char answer[4000] = "";
	bool said = false;
	int64_t end_us;
	int n, fd;

	world = w;
	rights_join(&lecturer, world, ROLE_LECTURER, "", false);
	CHECK(!lecturer.code[0]);
	upload();
	CHECK(deck_http_get(world, thumb(1)) == 200);
	CHECK(healthy());
	s = hang();
	end_us = clock_us() + 25 * SEC_US; /* then the page is waited for in vain */
	for (n = 0; healthy() && clock_us() < end_us; n++) {
		ask("ping", "{}"); /* each in its turn, while the disk hangs */
		rights_pass(&lecturer, 100);
	}
	CHECK(!healthy() && n > 0);
	for (; !said && clock_us() < end_us; rights_pass(&lecturer, 100))
		class_world_on(world, silent, &said);
	CHECK(said);                                  /* once a second it is looked for */
	CHECK(deck_http_get(world, thumb(1)) == 200); /* it is kept in memory */
	ask("chat.send", "{\"text\":\"do you hear me?\"}");
	/* the disk is back */
	fd = open(pipe_path, O_WRONLY);
	CHECK(fd >= 0 && write(fd, "a page", 6) == 6);
	close(fd);
	for (size_t at = 0;
	     (n = stream_read(s, answer + at, sizeof(answer) - 1 - at, 20000)) > 0;)
		at += (size_t)n;
	CHECK(strncmp(answer, "HTTP/1.1 200", 12) == 0 && strstr(answer, "a page"));
	stream_close(s);
	end_us = clock_us() + 60 * SEC_US;
	while (!healthy() && clock_us() < end_us)
		rights_pass(&lecturer, 20);
	CHECK(healthy());
	rights_drop(&lecturer);
}

int main(void)
{
	states();
	return class_world_run(deck_http_reader, clients);
}
