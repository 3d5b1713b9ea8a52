#include "derive/progress.h"

#include <stdio.h>
#include <unistd.h>

void progress_init(struct progress *progress, int fd)
{
	*progress = (struct progress){.fd = fd, .step = "", .told = -1};
}

static void tell(struct progress *progress, int percent)
{
	char line[100];
	int n;

	if (percent <= progress->told || progress->fd < 0)
		return;
	progress->told = percent;
	n = snprintf(line, sizeof(line), "{\"step\":\"%.30s\",\"done\":%d.%02d}\n",
		     progress->step, percent / 100, percent % 100);
	/* a line that is lost is no harm; one that listens no more ends us by SIGPIPE */
	if (write(progress->fd, line, (size_t)n) < 0)
		return;
}

void progress_step(struct progress *progress, const char *step)
{
	progress->step = step;
	progress->told = -1;
	tell(progress, 0);
}

void progress_at(struct progress *progress, int64_t at, int64_t all)
{
	if (all <= 0 || at < 0)
		return;
	tell(progress, at >= all ? 99 : (int)(at * 100 / all));
}

void progress_done(struct progress *progress)
{
	tell(progress, 100);
}
