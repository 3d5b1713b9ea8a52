/* conf_file.h - the text of a configuration file, whole. Parsers get it from memory:
 * libconfuse ends the process when a file cannot be read to its end.
 */
#ifndef BASE_CONF_FILE_H
#define BASE_CONF_FILE_H

#include "base/attr.h"

#include <stddef.h>

#define CONF_FILE_MAX 262144 /* bytes */

/* The text with a zero behind it, to be freed by the caller, and its length. Never
 * waits: a pipe or a device is refused. -ENOENT when nothing is there, else
 * -EINVAL or -ENOMEM; `why` is then the end of a sentence that begins with the path. */
int conf_file_read(char **out, size_t *len, const char *path, char *why,
		   size_t why_len) AULA_MUST_CHECK;

#endif
