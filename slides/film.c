#include "slides/film.h"

#include "base/log.h"
#include "slides/helper.h"
#include "slides/shelf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BEGIN_SOUNDS 6 /* of these wait before it begins */

struct film {
	struct loop *loop;
	struct helper helper;
	struct loop_fd *watch; /* NULL: it ended */
	bool full;
	struct reel_head start;
	bool started, ended;
	enum sheet_fault fault;
	/* What comes just now. */
	uint8_t head[REEL_HEAD], *body;
	size_t n_head, n_body;
	struct reel_head piece;       /* when the header is whole */
	int64_t picture_us, sound_us; /* of the last ones: times grow */
	struct film_picture pictures[FILM_PICTURES];
	uint32_t picture_first, n_pictures;
	struct film_sound sounds[FILM_SOUNDS];
	uint32_t sound_first, n_sounds;
};

/* ---- what waits ----------------------------------------------------------- */

const struct reel_head *film_start(const struct film *film)
{
	return film->started ? &film->start : NULL;
}

const struct film_picture *film_picture(const struct film *film)
{
	return film->n_pictures ? &film->pictures[film->picture_first] : NULL;
}

const struct film_sound *film_sound(const struct film *film)
{
	return film->n_sounds ? &film->sounds[film->sound_first] : NULL;
}

static bool is_full(const struct film *film)
{
	return film->n_pictures == FILM_PICTURES || film->n_sounds == FILM_SOUNDS;
}

static void listen_again(struct film *film)
{
	if (!film->full || !film->watch || is_full(film))
		return;
	film->full = false;
	loop_fd_want(film->watch, LOOP_READ);
}

struct leaf *film_picture_take(struct film *film)
{
	struct leaf *leaf = film->pictures[film->picture_first].leaf;

	film->picture_first = (film->picture_first + 1) % FILM_PICTURES;
	film->n_pictures--;
	listen_again(film);
	return leaf;
}

void film_sound_take(struct film *film)
{
	film->sound_first = (film->sound_first + 1) % FILM_SOUNDS;
	film->n_sounds--;
	listen_again(film);
}

bool film_ready(const struct film *film)
{
	if (film->ended)
		return true;
	if (film->full)
		return film->started;
	return film->n_pictures > 1 &&
	       (!film->start.sound || film->n_sounds >= BEGIN_SOUNDS);
}

bool film_ended(const struct film *film, enum sheet_fault *fault)
{
	*fault = film->fault;
	return film->ended;
}

/* ---- what comes ----------------------------------------------------------- */

static void end(struct film *film, enum sheet_fault fault)
{
	if (film->ended)
		return;
	film->ended = true;
	film->fault = fault;
	loop_fd_destroy(film->watch);
	film->watch = NULL;
	helper_end(&film->helper);
}

static int add_picture(struct film *film)
{
	struct film_picture *to =
		&film->pictures[(film->picture_first + film->n_pictures) % FILM_PICTURES];

	if (film->piece.w_px != film->start.w_px ||
	    film->piece.h_px != film->start.h_px || film->piece.at_us <= film->picture_us)
		return -EBADMSG;
	film->picture_us = film->piece.at_us;
	if (leaf_create(&to->leaf, film->piece.w_px, film->piece.h_px, film->body))
		return 0; /* one less */
	to->at_us = film->piece.at_us;
	film->n_pictures++;
	return 0;
}

static int add_sound(struct film *film)
{
	struct film_sound *to =
		&film->sounds[(film->sound_first + film->n_sounds) % FILM_SOUNDS];

	if (!film->start.sound || film->piece.at_us <= film->sound_us)
		return -EBADMSG;
	film->sound_us = film->piece.at_us;
	to->at_us = film->piece.at_us;
	memcpy(to->pcm, film->body, sizeof(to->pcm));
	film->n_sounds++;
	return 0;
}

/* A piece is whole. */
static int take(struct film *film)
{
	if (film->started == (film->piece.kind == REEL_START) &&
	    film->piece.kind != REEL_END)
		return -EBADMSG; /* it comes first, and once */
	switch (film->piece.kind) {
	case REEL_START:
		film->start = film->piece;
		film->started = true;
		return 0;
	case REEL_PICTURE:
		return add_picture(film);
	case REEL_SOUND:
		return add_sound(film);
	default:
		end(film, film->piece.fault);
		return 0;
	}
}

/* What `at` is to be filled with, up to `len`. False: not yet, or it ended. */
static bool fill(struct film *film, uint8_t *at, size_t *n, size_t len)
{
	ssize_t got;

	if (*n == len)
		return true;
	got = read(film->helper.fd, at + *n, len - *n);
	if (got > 0)
		*n += (size_t)got;
	else if (got == 0)
		end(film, SHEET_DAMAGED); /* without a word */
	else if (errno != EAGAIN && errno != EINTR)
		end(film, SHEET_BUSY);
	return *n == len && got > 0;
}

static void on_readable(void *ctx, int ready)
{
	struct film *film = ctx;
	int err = 0;

	(void)ready;
	if (!fill(film, film->head, &film->n_head, REEL_HEAD))
		return;
	if (film->n_body == 0)
		err = reel_head_read(&film->piece, film->head, REEL_HEAD);
	if (!err && !fill(film, film->body, &film->n_body, reel_body_len(&film->piece)))
		return;
	film->n_head = film->n_body = 0;
	if (!err)
		err = take(film);
	if (err) {
		log_warn("clip_reader_lies", "kind=%d", (int)film->piece.kind);
		end(film, SHEET_DAMAGED);
	}
	if (!film->ended && is_full(film)) {
		film->full = true;
		loop_fd_want(film->watch, 0);
	}
}

/* ---- life ----------------------------------------------------------------- */

static int start(struct film *film, const char *helper, const char *source,
		 uint32_t from_ms)
{
	char program[SHELF_PATH], play[] = "play", from[12], w[12], h[12];
	char *const argv[] = {program, play, from, w, h, NULL};
	int err;

	snprintf(program, sizeof(program), "%s", helper);
	snprintf(from, sizeof(from), "%u", from_ms);
	snprintf(w, sizeof(w), "%u", 1280u);
	snprintf(h, sizeof(h), "%u", 720u);
	err = helper_start(&film->helper, source, argv);
	if (err)
		return err;
	err = loop_fd_create(&film->watch, film->loop, film->helper.fd, on_readable,
			     film);
	if (err)
		helper_end(&film->helper);
	return err;
}

int film_create(struct film **out, struct loop *loop, const char *helper,
		const char *source, uint32_t from_ms)
{
	struct film *film = calloc(1, sizeof(*film));
	int err = -ENOMEM;

	if (!film)
		return err;
	film->loop = loop;
	film->picture_us = film->sound_us = -1;
	film->body = malloc(REEL_BODY);
	if (film->body)
		err = start(film, helper, source, from_ms);
	if (err) {
		free(film->body);
		free(film);
	} else {
		*out = film;
	}
	return err;
}

void film_destroy(struct film *film)
{
	if (!film)
		return;
	end(film, SHEET_FINE);
	while (film->n_pictures > 0)
		leaf_put(film_picture_take(film));
	free(film->body);
	free(film);
}
