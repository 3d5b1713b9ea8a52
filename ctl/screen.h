/* screen.h - the whole terminal, given back as it was whatever ends us. */
#ifndef CTL_SCREEN_H
#define CTL_SCREEN_H

#include <stdbool.h>
#include <termios.h>

struct screen { /* zeroed at first */
	struct termios before;
	bool open;
};

void screen_open(struct screen *screen);
void screen_close(struct screen *screen); /* when it is open */
unsigned screen_height(void);

/* What is written in between replaces what was there. */
void screen_begin(void);
void screen_end(const char *last); /* its last line */

/* Reads what was typed; true after q, Ctrl-C, the end of input, or a signal. */
bool screen_quit(bool typed);

#endif
