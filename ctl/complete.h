/* complete.h - what may stand next on a command line, for the completion of shells. */
#ifndef CTL_COMPLETE_H
#define CTL_COMPLETE_H

#include "ctl/site.h"

/* `argv`: the number of the word that is being written, from 0, then the words behind
 * "aulactl". Prints a line for each candidate: it, a tab, what it is; or ":files". Asks
 * the server for what only it knows, for 2 s at most. Never says that anything is wrong:
 * always 0. */
int complete(struct site *site, int argc, char **argv);

#endif
