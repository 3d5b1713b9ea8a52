/* options.h - the command line of aulad. */
#ifndef MCU_OPTIONS_H
#define MCU_OPTIONS_H

#include "base/conf.h"

enum options_do { DO_RUN, DO_CHECK, DO_PRINT, DO_LINK, DO_EXIT };

struct options {
	enum options_do what;
	int exit_code;         /* DO_EXIT: all is said already */
	const char *config;    /* path, or NULL: defaults */
	const char *link_role; /* DO_LINK: "admin" or "lecturer" */
	const char *link_code; /* the class of a lecturer */
	const char *data_dir;  /* overrides */
};

/* Reads argv; prints help, version or what is wrong by itself. */
void options_read(struct options *options, int argc, char **argv);

/* Configuration file over defaults, overrides over both, empty paths filled in.
 * 0, or -EINVAL with a line in `why`. */
int options_conf(const struct options *options, struct conf *conf, char *why,
		 size_t why_len);

#endif
