/* What is no matter of a whole server: when the rungs are told of another kind of
 * content.
 */
#include "mcu/views.h"

#include "base/clock.h"
#include "mcu/picture.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

/* Another layout fades, whatever its parameters; who comes and goes does not. */
static void fades(void)
{
	struct tile_map *from = calloc(2, sizeof(*from)), *to = from + 1;
	struct view_conf conf = {1280, 720, 15};

	CHECK(from);
	strcpy(from->layout, "grid");
	strcpy(to->layout, "speaker strip=3");
	to->n = 4;
	CHECK(views_fade_us(from, to, &conf, 250) == 250000);
	CHECK(views_fade_us(from, to, &conf, 1000) == 1000000);
	CHECK(views_fade_us(from, to, &conf, 0) == 0);
	CHECK(views_fade_us(NULL, to, &conf, 250) == 0);
	conf.fps = VIEW_FADE_FPS - 1;
	CHECK(views_fade_us(from, to, &conf, 250) == 0);
	conf.fps = VIEW_FADE_FPS;
	CHECK(views_fade_us(from, to, &conf, 250) == 250000);
	strcpy(from->layout, "speaker strip=2");
	CHECK(views_fade_us(from, to, &conf, 250) == 250000);
	strcpy(from->layout, to->layout);
	CHECK(views_fade_us(from, to, &conf, 250) == 0);
	free(from);
}

int main(void)
{
	struct room_picture *picture = calloc(1, sizeof(*picture));
	struct room_view *view = calloc(1, sizeof(*view));
	int64_t now_us = 100 * SEC_US;

	fades();
	CHECK(picture && view);
	CHECK(!views_content_due(picture, now_us)); /* nothing is open */
	picture->views[0] = view;
	CHECK(!views_content_due(picture, now_us)); /* nothing was posted */
	view->generation = 1;
	view->n_posted = 1;
	CHECK(!views_content_due(picture, now_us));
	view->maps[0].slides = true;
	CHECK(views_content_due(picture, now_us));
	picture->content = CONTENT_SLIDES;
	picture->content_us = now_us;
	CHECK(!views_content_due(picture, now_us));
	/* who toggles it changes the rungs once in a while only, both ways */
	view->maps[0].slides = false;
	CHECK(!views_content_due(picture, now_us + VIEW_CONTENT_US - 1));
	CHECK(views_content_due(picture, now_us + VIEW_CONTENT_US));
	picture->content = CONTENT_PEOPLE;
	view->maps[0].slides = true;
	CHECK(!views_content_due(picture, now_us + VIEW_CONTENT_US - 1));
	CHECK(views_content_due(picture, now_us + VIEW_CONTENT_US));
	free(view);
	free(picture);
	return 0;
}
