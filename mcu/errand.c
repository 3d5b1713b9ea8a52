#include "mcu/errand.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "slides/helper.h"

#define LOOK_US   (20 * MS_US) /* between two looks whether it is gone */
#define LOOKS     50           /* then it is killed: it closed its output long ago */
#define READ_MOST 8            /* times in one turn of the loop */

struct errand {
	struct errand_events events;
	struct helper helper;
	struct loop_fd *fd; /* NULL: it says nothing any more */
	struct loop_timer *look;
	unsigned looks;
	bool killed;
	bool dropping; /* up to the next end of line */
	size_t len;
	char line[ERRAND_LINE + 1];
};

/* ---- its end ------------------------------------------------------------------ */

static void no_more_lines(struct errand *errand)
{
	loop_fd_destroy(errand->fd);
	errand->fd = NULL;
	if (errand->helper.fd >= 0)
		close(errand->helper.fd);
	errand->helper.fd = -1;
}

static void forget(struct errand *errand)
{
	no_more_lines(errand);
	loop_timer_destroy(errand->look);
	free(errand);
}

/* Nobody else waits for it, so that its number is its own until it is asked for. */
static void strike(struct errand *errand)
{
	if (!errand->killed)
		kill(errand->helper.pid, SIGKILL);
	errand->killed = true;
}

static void on_look(void *ctx)
{
	struct errand *errand = ctx;
	struct errand_events events = errand->events;
	int status = SIGKILL; /* as of one that was killed, when nothing is known */
	pid_t pid = waitpid(errand->helper.pid, &status, WNOHANG);

	thread_claim(&on_ctl);
	if (pid == 0 || (pid < 0 && errno == EINTR)) {
		if (++errand->looks == LOOKS)
			strike(errand);
		loop_timer_once(errand->look, LOOK_US);
		return;
	}
	forget(errand);
	events.ended(events.ctx, status);
}

void errand_kill(struct errand *errand)
{
	no_more_lines(errand);
	strike(errand);
	loop_timer_once(errand->look, 0);
}

void errand_destroy(struct errand *errand)
{
	int status;

	if (!errand)
		return;
	strike(errand);
	while (waitpid(errand->helper.pid, &status, 0) < 0 && errno == EINTR)
		;
	forget(errand);
}

/* ---- what it says --------------------------------------------------------------- */

static void take_line(struct errand *errand, char *end)
{
	*end = '\0';
	if (!errand->dropping)
		errand->events.line(errand->events.ctx, errand->line);
	errand->dropping = false;
}

/* Whole lines go out, what is left goes to the front. False: it was ended meanwhile. */
static bool take_lines(struct errand *errand)
{
	char *end;

	while (errand->fd && (end = memchr(errand->line, '\n', errand->len))) {
		size_t n = (size_t)(end - errand->line) + 1;

		take_line(errand, end);
		errand->len -= n;
		memmove(errand->line, errand->line + n, errand->len);
	}
	if (errand->len == ERRAND_LINE) {
		errand->dropping = true;
		errand->len = 0;
	}
	return errand->fd;
}

static void on_ready(void *ctx, int ready)
{
	struct errand *errand = ctx;
	ssize_t n = 1;

	(void)ready;
	thread_claim(&on_ctl);
	for (int i = 0; i < READ_MOST && n > 0; i++) {
		n = read(errand->helper.fd, errand->line + errand->len,
			 ERRAND_LINE - errand->len);
		if (n > 0) {
			errand->len += (size_t)n;
			if (!take_lines(errand))
				return;
		}
	}
	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	no_more_lines(errand);
	loop_timer_once(errand->look, 0);
}

int errand_start(struct errand **out, struct loop *loop, const struct errand_call *call,
		 const struct errand_events *events)
{
	struct errand *errand = calloc(1, sizeof(*errand));
	int err;

	if (!errand)
		return -ENOMEM;
	errand->events = *events;
	errand->helper.fd = -1;
	err = loop_timer_create(&errand->look, loop, on_look, errand);
	if (!err)
		err = helper_spawn(&errand->helper, call->in, call->other, call->argv);
	if (err) {
		forget(errand);
		return err;
	}
	err = loop_fd_create(&errand->fd, loop, errand->helper.fd, on_ready, errand);
	if (err) {
		errand_destroy(errand);
		return err;
	}
	*out = errand;
	return 0;
}
