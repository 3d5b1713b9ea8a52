#include "base/seal_key.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int key_parse(struct seal_key *key, const char *text, size_t len)
{
	if (len != 2 * SEAL_KEY)
		return -EINVAL;
	for (size_t i = 0; i < SEAL_KEY; i++) {
		int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		key->bytes[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

/* Blanks at its end do not count, nor does the end of a line of other systems. */
static size_t line_len(const char *line, size_t len)
{
	while (len > 0 &&
	       (line[len - 1] == ' ' || line[len - 1] == '\t' || line[len - 1] == '\r'))
		len--;
	return len;
}

int seal_keys_parse(struct seal_keys *keys, const char *text, size_t len)
{
	struct seal_keys read = {0};
	int err = 0;

	while (!err && len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t whole = end ? (size_t)(end - text) : len;
		size_t n = line_len(text, whole);

		if (n > 0 && *text != '#' && read.n == SEAL_KEYS)
			err = -E2BIG;
		else if (n > 0 && *text != '#')
			err = key_parse(&read.list[read.n++], text, n);
		text += whole + (end != NULL);
		len -= whole + (end != NULL);
	}
	if (!err && read.n == 0)
		err = -EINVAL;
	if (!err)
		*keys = read;
	seal_keys_wipe(&read);
	return err;
}

static int check_file(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOENT;
	return st.st_mode & (S_IRWXG | S_IRWXO) ? -EPERM : 0;
}

int seal_keys_read(struct seal_keys *keys, const char *path)
{
	char text[SEAL_KEYS_TEXT + 1];
	size_t len = 0;
	ssize_t n = 1;
	int err, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	err = check_file(fd);
	while (!err && n > 0 && len < sizeof(text)) {
		n = read(fd, text + len, sizeof(text) - len);
		if (n > 0)
			len += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			err = -errno;
	}
	close(fd);
	if (!err)
		err = len > SEAL_KEYS_TEXT ? -EINVAL : seal_keys_parse(keys, text, len);
	OPENSSL_cleanse(text, sizeof(text));
	return err;
}

size_t seal_keys_print(const struct seal_keys *keys, char out[SEAL_KEYS_PRINTED])
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (uint32_t i = 0; i < keys->n; i++) {
		for (size_t b = 0; b < SEAL_KEY; b++) {
			out[n++] = digits[keys->list[i].bytes[b] >> 4];
			out[n++] = digits[keys->list[i].bytes[b] & 15];
		}
		out[n++] = '\n';
	}
	return n;
}

const char *seal_keys_why(int err)
{
	switch (err) {
	case -EINVAL:
		return "each line must be a key of 64 hexadecimal digits, as of "
		       "'openssl rand -hex 32'";
	case -E2BIG:
		return "there are more than 8 keys in it";
	case -EPERM:
		return "others than its owner may read or write it: chmod 600";
	case -EACCES:
		return "it may not be read";
	case -ENOENT:
		return "there is no such file";
	default:
		return "it cannot be read";
	}
}

void seal_keys_wipe(struct seal_keys *keys)
{
	OPENSSL_cleanse(keys, sizeof(*keys));
}

int seal_key_id(uint8_t out[SEAL_KEY_ID], const struct seal_key *key)
{
	static const char domain[] = "aula seal 1";
	uint8_t text[sizeof(domain) + SEAL_KEY], hash[EVP_MAX_MD_SIZE];
	int ok;

	memcpy(text, domain, sizeof(domain));
	memcpy(text + sizeof(domain), key->bytes, SEAL_KEY);
	ok = EVP_Digest(text, sizeof(text), hash, NULL, EVP_sha256(), NULL);
	OPENSSL_cleanse(text, sizeof(text));
	if (!ok)
		return -EIO;
	memcpy(out, hash, SEAL_KEY_ID);
	return 0;
}

const struct seal_key *seal_keys_find(const struct seal_keys *keys,
				      const uint8_t id[SEAL_KEY_ID])
{
	uint8_t own[SEAL_KEY_ID];

	for (uint32_t i = 0; i < keys->n; i++)
		if (seal_key_id(own, &keys->list[i]) == 0 &&
		    memcmp(own, id, SEAL_KEY_ID) == 0)
			return &keys->list[i];
	return NULL;
}
