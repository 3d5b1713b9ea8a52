#include "tests/lab/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER 4096

struct talk {
	struct control *control;
	bool used;
	int in, out;
	size_t n;
	char line[CONTROL_LINE];
};

struct control {
	struct relay *relay;
	int listen_fd;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct talk talks[CONTROL_TALKS];
};

void control_line(struct relay *relay, const char *line, char *out, size_t size)
{
	struct order order;
	const char *why;

	if (strcmp(line, "stats") == 0) {
		if (relay_stats(relay, out, size) < 0)
			snprintf(out, size, "err no room");
		return;
	}
	snprintf(out, size, "ok");
	if (strcmp(line, "rebind") == 0)
		relay_rebind(relay);
	else if (strcmp(line, "quit") == 0)
		relay_stop(relay);
	else if (strcmp(line, "help") == 0)
		snprintf(out, size, "ok up|down|both KEY VALUE, stats, rebind, quit");
	else if (order_parse(&order, line, &why))
		snprintf(out, size, "err %s", why);
	else
		relay_order(relay, &order);
}

static void talk_end(struct talk *t)
{
	relay_unwatch(t->control->relay, t->in);
	if (t->in != STDIN_FILENO)
		close(t->in);
	t->used = false;
}

/* Answers are short and a client that does not read them is on its own. */
static void say(struct talk *t, const char *line)
{
	char answer[ANSWER];
	size_t n;

	control_line(t->control->relay, line, answer, sizeof(answer) - 1);
	n = strlen(answer);
	answer[n++] = '\n';
	if (t->in == STDIN_FILENO) {
		if (write(t->out, answer, n) < 0)
			relay_stop(t->control->relay); /* nobody listens any more */
	} else {
		(void)!send(t->out, answer, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	}
}

static void on_text(void *ctx, int fd)
{
	struct talk *t = ctx;
	ssize_t got = read(fd, t->line + t->n, sizeof(t->line) - 1 - t->n);
	char *end;

	if (got <= 0) {
		talk_end(t);
		return;
	}
	t->n += (size_t)got;
	t->line[t->n] = '\0';
	while ((end = memchr(t->line, '\n', t->n))) {
		*end = '\0';
		if (end > t->line && end[-1] == '\r')
			end[-1] = '\0';
		if (t->line[0])
			say(t, t->line);
		t->n -= (size_t)(end + 1 - t->line);
		memmove(t->line, end + 1, t->n + 1);
	}
	if (t->n == sizeof(t->line) - 1)
		talk_end(t);
}

static int talk_begin(struct control *c, int in, int out)
{
	for (int i = 0; i < CONTROL_TALKS; i++) {
		struct talk *t = &c->talks[i];
		int err;

		if (t->used)
			continue;
		*t = (struct talk){.control = c, .used = true, .in = in, .out = out};
		err = relay_watch(c->relay, in, on_text, t);
		t->used = !err;
		return err;
	}
	return -ENOSPC;
}

static void on_caller(void *ctx, int fd)
{
	int talk = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

	if (talk >= 0 && talk_begin(ctx, talk, talk))
		close(talk);
}

static int open_socket(struct control *c, const char *path)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct stat st;

	if (strlen(path) >= sizeof(un.sun_path))
		return -ENAMETOOLONG;
	strcpy(un.sun_path, path);
	/* what an earlier run left behind; nothing but a socket is removed */
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(path);
	c->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->listen_fd < 0 || bind(c->listen_fd, (void *)&un, sizeof(un)) < 0)
		return -errno;
	strcpy(c->path, path);
	if (listen(c->listen_fd, CONTROL_TALKS) < 0)
		return -errno;
	return relay_watch(c->relay, c->listen_fd, on_caller, c);
}

int control_create(struct control **out, struct relay *relay, const char *path, bool in)
{
	struct control *c = calloc(1, sizeof(*c));
	int err = 0;

	if (!c)
		return -ENOMEM;
	c->relay = relay;
	c->listen_fd = -1;
	if (path)
		err = open_socket(c, path);
	if (!err && in) {
		err = talk_begin(c, STDIN_FILENO, STDOUT_FILENO);
		if (err == -EPERM) /* a file: epoll does not wait for files */
			err = 0;
	}
	if (err)
		control_destroy(c);
	else
		*out = c;
	return err;
}

void control_destroy(struct control *c)
{
	if (!c)
		return;
	for (int i = 0; i < CONTROL_TALKS; i++)
		if (c->talks[i].used)
			talk_end(&c->talks[i]);
	if (c->listen_fd >= 0) {
		relay_unwatch(c->relay, c->listen_fd);
		close(c->listen_fd);
	}
	if (c->path[0])
		unlink(c->path);
	free(c);
}
