#include "signaling/auth_key.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rand.h"

static int key_make(struct auth_key *key, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), err = 0;

	if (fd < 0)
		return -errno;
	rand_bytes(key->secret, sizeof(key->secret));
	if (write(fd, key->secret, sizeof(key->secret)) != (ssize_t)sizeof(key->secret) ||
	    fsync(fd) < 0)
		err = errno ? -errno : -EIO;
	if (close(fd) < 0 && !err)
		err = -errno;
	if (err)
		unlink(path);
	return err;
}

int auth_key_load(struct auth_key *key, const char *path)
{
	uint8_t buf[sizeof(key->secret) + 1];
	struct stat st;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return errno == ENOENT ? key_make(key, path) : -errno;
	if (fstat(fd, &st) < 0)
		err = -errno;
	else if (st.st_mode & 077)
		err = -EPERM;
	n = err ? 0 : read(fd, buf, sizeof(buf));
	close(fd);
	if (err)
		return err;
	if (n != (ssize_t)sizeof(key->secret))
		return -EBADMSG;
	memcpy(key->secret, buf, sizeof(key->secret));
	OPENSSL_cleanse(buf, sizeof(buf));
	return 0;
}

void auth_key_token(const struct auth_key *key, const char *purpose,
		    char out[AUTH_TOKEN + 1])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	HMAC(EVP_sha256(), key->secret, sizeof(key->secret), (const uint8_t *)purpose,
	     strlen(purpose), mac, &n);
	for (unsigned i = 0; i < AUTH_TOKEN; i++)
		out[i] = letters[mac[i] & 31];
	out[AUTH_TOKEN] = '\0';
}

bool auth_equal(const char *a, const char *b)
{
	size_t n = strlen(a);

	return n == strlen(b) && CRYPTO_memcmp(a, b, n) == 0;
}

bool auth_key_matches(const struct auth_key *key, const char *purpose, const char *token)
{
	char want[AUTH_TOKEN + 1];

	if (!token || strlen(token) != AUTH_TOKEN)
		return false;
	auth_key_token(key, purpose, want);
	return CRYPTO_memcmp(want, token, AUTH_TOKEN) == 0;
}
