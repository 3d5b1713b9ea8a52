/* avlog.h - what FFmpeg's libraries say, as lines of our log. */
#ifndef MIXER_AVLOG_H
#define MIXER_AVLOG_H

/* From here on nothing of it goes to stderr by another way. Damaged input is normal
 * here, and what fails is told by who asked for it: so errors are lines at debug only,
 * and the rest is left out. Before the threads start; again does nothing. */
void avlog_take(void);

#endif
