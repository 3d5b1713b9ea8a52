#include "store/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLANKS " \t\r"

/* Of what is printed, none that would end a field of a request. */
static bool fits(const char *value, size_t size)
{
	size_t n = 0;

	for (; value[n]; n++)
		if (n + 1 >= size || value[n] <= 0x20 || value[n] >= 0x7f)
			return false;
	return n > 0;
}

/* "name = value" into what it names; true: it was none of ours, or good. */
static bool take_line(struct sign_keys *keys, char *line)
{
	const struct {
		const char *name;
		char *to;
		size_t size;
	} known[] = {
		{"aws_access_key_id", keys->id, sizeof(keys->id)},
		{"aws_secret_access_key", keys->secret, sizeof(keys->secret)},
		{"aws_session_token", keys->token, sizeof(keys->token)},
	};
	char *value = strchr(line, '=');
	size_t n;

	line += strspn(line, BLANKS);
	if (*line == '#' || *line == ';' || !value)
		return true;
	*value++ = '\0';
	value += strspn(value, BLANKS);
	for (n = strlen(value); n && strchr(BLANKS, value[n - 1]); n--)
		value[n - 1] = '\0';
	line[strcspn(line, BLANKS)] = '\0';
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(line, known[i].name) != 0)
			continue;
		if (*known[i].to || !fits(value, known[i].size))
			return false;
		snprintf(known[i].to, known[i].size, "%s", value);
	}
	return true;
}

int keys_parse(struct sign_keys *out, char *text)
{
	struct sign_keys keys;
	bool ok = true;

	memset(&keys, 0, sizeof(keys));
	while (ok && text) {
		char *end = strchr(text, '\n');

		if (end)
			*end++ = '\0';
		ok = take_line(&keys, text);
		text = end;
	}
	ok = ok && keys.id[0] && keys.secret[0];
	if (ok)
		*out = keys;
	OPENSSL_cleanse(&keys, sizeof(keys));
	return ok ? 0 : -EINVAL;
}

static int check(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOENT;
	if (st.st_mode & 077)
		return -EPERM;
	return st.st_size > KEYS_FILE ? -EINVAL : 0;
}

int keys_read(struct sign_keys *out, const char *path, char *why, size_t why_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int err = fd < 0 ? -errno : check(fd);
	char text[KEYS_FILE + 1];
	ssize_t n = err ? 0 : read(fd, text, KEYS_FILE);

	if (n < 0)
		err = -EIO;
	if (fd >= 0)
		close(fd);
	if (!err && n >= 0) {
		text[n] = '\0';
		err = strlen(text) == (size_t)n ? keys_parse(out, text) : -EINVAL;
		OPENSSL_cleanse(text, sizeof(text));
	}
	if (err)
		snprintf(why, why_len, "%s: %s", path,
			 err == -EPERM    ? "others than its owner may read it: chmod 600"
			 : err == -EINVAL ? "has no aws_access_key_id and "
					    "aws_secret_access_key that could be keys"
					  : strerror(-err));
	return err;
}
