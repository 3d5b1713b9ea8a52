#include "ctl/screen.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define OPEN  "\033[?1049h\033[?25l" /* the other screen, no cursor */
#define CLOSE "\033[?25h\033[?1049l"

static volatile sig_atomic_t ended; /* by a signal */

static void on_signal(int signo)
{
	(void)signo;
	ended = 1;
}

void screen_open(struct screen *screen)
{
	const struct sigaction act = {.sa_handler = on_signal};
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &screen->before) < 0)
		return;
	raw = screen->before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	screen->open = true;
	fputs(OPEN, stdout);
}

void screen_close(struct screen *screen)
{
	if (!screen->open)
		return;
	screen->open = false;
	fputs(CLOSE, stdout);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSANOW, &screen->before);
}

unsigned screen_height(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_row ? 24
									   : size.ws_row;
}

void screen_begin(void)
{
	fputs("\033[H\033[2J", stdout);
}

void screen_end(const char *last)
{
	fprintf(stdout, "\033[%u;1H%s", screen_height(), last);
}

bool screen_quit(bool typed)
{
	struct pollfd in = {STDIN_FILENO, POLLIN, 0};
	char keys[64];
	ssize_t n;

	while (typed && !ended && poll(&in, 1, 0) > 0) {
		n = read(STDIN_FILENO, keys, sizeof(keys));
		if (n <= 0 || memchr(keys, 'q', (size_t)n) ||
		    memchr(keys, 'Q', (size_t)n))
			ended = 1;
	}
	return ended;
}
