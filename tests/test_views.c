/* What is no matter of a whole server: when the rungs are told of another kind of
 * content.
 */
#include "mcu/views.h"

#include "base/clock.h"
#include "mcu/room.h"
#include "tests/test.h"

#include <stdlib.h>

int main(void)
{
	struct room *room = calloc(1, sizeof(*room));
	struct room_view *view = calloc(1, sizeof(*view));
	int64_t now_us = 100 * SEC_US;

	CHECK(room && view);
	CHECK(!views_content_due(room, now_us)); /* nothing is open */
	room->views[0] = view;
	CHECK(!views_content_due(room, now_us)); /* nothing was posted */
	view->generation = 1;
	view->n_posted = 1;
	CHECK(!views_content_due(room, now_us));
	view->maps[0].slides = true;
	CHECK(views_content_due(room, now_us));
	room->content = CONTENT_SLIDES;
	room->content_us = now_us;
	CHECK(!views_content_due(room, now_us));
	/* who toggles it changes the rungs once in a while only, both ways */
	view->maps[0].slides = false;
	CHECK(!views_content_due(room, now_us + VIEW_CONTENT_US - 1));
	CHECK(views_content_due(room, now_us + VIEW_CONTENT_US));
	room->content = CONTENT_PEOPLE;
	view->maps[0].slides = true;
	CHECK(!views_content_due(room, now_us + VIEW_CONTENT_US - 1));
	CHECK(views_content_due(room, now_us + VIEW_CONTENT_US));
	free(view);
	free(room);
	return 0;
}
