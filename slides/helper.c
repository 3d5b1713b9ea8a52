#include "slides/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIPE_BYTES (1 << 20)

static int spawn(pid_t *pid, char *const argv[], int in, int out, int other)
{
	char path[] = "PATH=/usr/bin", lang[] = "LC_ALL=C.UTF-8", home[] = "HOME=/";
	char *const envp[] = {path, lang, home, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, usual;
	int err;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE); /* when nobody listens any more, it shall end */
	err = posix_spawnattr_init(&attr);
	if (err)
		return -err;
	err = posix_spawn_file_actions_init(&files);
	if (err) {
		posix_spawnattr_destroy(&attr);
		return -err;
	}
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &usual);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	err = posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	if (!err)
		err = posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null",
						       O_WRONLY, 0);
	/* last: its number there may be that of one of the others here */
	if (!err && other >= 0)
		err = posix_spawn_file_actions_adddup2(&files, other, HELPER_OTHER);
	if (!err)
		err = posix_spawn_file_actions_addclosefrom_np(
			&files, other >= 0 ? HELPER_OTHER + 1 : HELPER_OTHER);
	if (!err)
		err = posix_spawn(pid, argv[0], &files, &attr, argv, envp);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return -err;
}

int helper_spawn(struct helper *out, int in, int other, char *const argv[])
{
	int ends[2], err;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES); /* fewer turns of the loop */
	err = spawn(&out->pid, argv, in, ends[1], other);
	close(ends[1]);
	if (err)
		close(ends[0]);
	else
		out->fd = ends[0];
	return err;
}

int helper_start(struct helper *out, const char *source, char *const argv[])
{
	int in = open(source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), err;

	if (in < 0)
		return -errno;
	err = helper_spawn(out, in, -1, argv);
	close(in);
	return err;
}

void helper_end(struct helper *helper)
{
	int status;

	close(helper->fd);
	/* It said all it may say. When it does not end by itself it is ended, so that
	 * this wait is a short one. */
	kill(helper->pid, SIGKILL);
	while (waitpid(helper->pid, &status, 0) < 0 && errno == EINTR)
		;
	helper->fd = -1;
	helper->pid = 0;
}
