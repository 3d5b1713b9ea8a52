#include "slides/press.h"

#include "base/log.h"
#include "slides/helper.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A picture of the largest box with its alpha, and both files. */
#define ANSWER_MAX (SHEET_HEAD + 1920u * 1088u * 5 / 2 + 2u * SHEET_STILL_MAX)

struct press {
	struct loop *loop;
	char path[SHELF_PATH];
	struct press_done done;
	struct loop_timer *deadline;
	struct loop_fd *watch; /* of `fd` */
	struct helper helper;  /* fd -1: none runs */
	uint8_t *answer;       /* ANSWER_MAX bytes */
	size_t n;
};

static void end(struct press *press)
{
	loop_timer_stop(press->deadline);
	loop_fd_destroy(press->watch);
	press->watch = NULL;
	helper_end(&press->helper);
}

static void tell(struct press *press, const struct sheet_head *head)
{
	end(press);
	press->done.done(press->done.ctx, head, press->answer + SHEET_HEAD);
}

static void tell_fault(struct press *press, enum sheet_fault fault)
{
	const struct sheet_head head = {.fault = fault};

	tell(press, &head);
}

/* It closed the pipe: it is done, or died on what it read. */
static void finished(struct press *press)
{
	struct sheet_head head;

	if (press->n < SHEET_HEAD || sheet_head_read(&head, press->answer, SHEET_HEAD) ||
	    press->n != SHEET_HEAD + sheet_body_len(&head)) {
		log_warn("deck_reader_died", "bytes=%zu", press->n);
		tell_fault(press, SHEET_DAMAGED);
		return;
	}
	tell(press, &head);
}

static void on_readable(void *ctx, int ready)
{
	struct press *press = ctx;
	ssize_t n;

	(void)ready;
	if (press->n == ANSWER_MAX) { /* more than there can be */
		tell_fault(press, SHEET_DAMAGED);
		return;
	}
	n = read(press->helper.fd, press->answer + press->n, ANSWER_MAX - press->n);
	if (n > 0)
		press->n += (size_t)n;
	else if (n == 0)
		finished(press);
	else if (errno != EAGAIN && errno != EINTR)
		tell_fault(press, SHEET_BUSY);
}

static void on_deadline(void *ctx)
{
	struct press *press = ctx;

	if (press->helper.fd < 0)
		return;
	log_warn("deck_reader_slow", "bytes=%zu", press->n);
	tell_fault(press, SHEET_SLOW);
}

int press_create(struct press **out, struct loop *loop, const char *helper,
		 const struct press_done *done)
{
	struct press *press = calloc(1, sizeof(*press));
	int err = -ENOMEM;

	if (!press)
		return err;
	press->loop = loop;
	press->done = *done;
	press->helper.fd = -1;
	snprintf(press->path, sizeof(press->path), "%s", helper);
	press->answer = malloc(ANSWER_MAX);
	if (press->answer)
		err = loop_timer_create(&press->deadline, loop, on_deadline, press);
	if (err)
		press_destroy(press);
	else
		*out = press;
	return err;
}

void press_destroy(struct press *press)
{
	if (!press)
		return;
	if (press->helper.fd >= 0)
		end(press);
	loop_timer_destroy(press->deadline);
	free(press->answer);
	free(press);
}

/* ---- starting ------------------------------------------------------------- */

int press_start(struct press *press, const struct shelf_ask *ask)
{
	char kind[12], page[12], w[12], h[12], still[12], thumb[12];
	char *const argv[] = {press->path, kind, page, w, h, still, thumb, NULL};
	int err;

	if (press->helper.fd >= 0)
		return -EBUSY;
	snprintf(kind, sizeof(kind), "%d", (int)ask->kind);
	snprintf(page, sizeof(page), "%u", ask->page);
	snprintf(w, sizeof(w), "%u", ask->box_w_px);
	snprintf(h, sizeof(h), "%u", ask->box_h_px);
	snprintf(still, sizeof(still), "%d", ask->still[0] ? SHELF_STILL_PX : 0);
	snprintf(thumb, sizeof(thumb), "%d", ask->thumb[0] ? SHELF_THUMB_PX : 0);
	err = helper_start(&press->helper, ask->source, argv);
	if (err)
		return err;
	press->n = 0;
	err = loop_fd_create(&press->watch, press->loop, press->helper.fd, on_readable,
			     press);
	if (err)
		end(press);
	else
		loop_timer_once(press->deadline, SHELF_DRAW_US);
	return err;
}
