#include "base/conf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Up to `size` bytes; what a file says of its length is not believed. */
static ssize_t read_all(int fd, char *to, size_t size)
{
	size_t n = 0;
	ssize_t got;

	do {
		got = read(fd, to + n, size - n);
		if (got > 0)
			n += (size_t)got;
	} while ((got > 0 && n < size) || (got < 0 && errno == EINTR));
	return got < 0 ? -errno : (ssize_t)n;
}

static int take(char **out, size_t *len, int fd, char *why, size_t why_len)
{
	char *text = malloc(CONF_FILE_MAX + 1);
	ssize_t n = text ? read_all(fd, text, CONF_FILE_MAX + 1) : -ENOMEM;

	if (n < 0) {
		snprintf(why, why_len, "%s", strerror((int)-n));
	} else if (n > CONF_FILE_MAX) {
		snprintf(why, why_len, "is larger than %d KiB", CONF_FILE_MAX / 1024);
	} else if (memchr(text, 0, (size_t)n)) {
		snprintf(why, why_len, "is no text");
	} else {
		text[n] = '\0';
		*out = text;
		*len = (size_t)n;
		return 0;
	}
	free(text);
	return n == -ENOMEM ? -ENOMEM : -EINVAL;
}

int conf_file_read(char **out, size_t *len, const char *path, char *why, size_t why_len)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), err;
	struct stat st;

	if (fd < 0) {
		err = errno;
		snprintf(why, why_len, "%s", strerror(err));
		return err == ENOENT ? -ENOENT : -EINVAL;
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		snprintf(why, why_len, "is not a file");
		err = -EINVAL;
	} else {
		err = take(out, len, fd, why, why_len);
	}
	close(fd);
	return err;
}
