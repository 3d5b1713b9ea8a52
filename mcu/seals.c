#include "mcu/seals.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/seal_key.h"
#include "mcu/errand.h"
#include "mcu/server.h"
#include "mcu/workshop.h"
#include "slides/shelf.h"

/* A key that nothing is sealed by would only seem to protect anything. */
static int check_use(const struct conf *conf, char *why, size_t why_len)
{
	char program[SHELF_PATH];

	workshop_program(conf, program);
	if (strcmp(conf->storage, "folder") != 0)
		snprintf(
			why, why_len,
			"recording_key_file: recordings are sealed in their folder only, "
			"not with storage = \"%s\"",
			conf->storage);
	else if (!conf->derive)
		snprintf(why, why_len,
			 "recording_key_file: nothing is sealed without derive = true");
	else if (access(program, X_OK))
		snprintf(why, why_len,
			 "recording_key_file: what seals is not there: %s: %s", program,
			 strerror(errno));
	else
		return 0;
	return -EINVAL;
}

int seals_check(const struct conf *conf, char *why, size_t why_len)
{
	struct seal_keys keys;
	int err;

	if (!*conf->recording_key_file)
		return 0;
	err = seal_keys_read(&keys, conf->recording_key_file);
	if (err) {
		snprintf(why, why_len, "recording_key_file: %s: %s",
			 conf->recording_key_file, seal_keys_why(err));
		return err;
	}
	seal_keys_wipe(&keys);
	return check_use(conf, why, why_len);
}

int seals_create(struct seal_keys **out, const struct conf *conf)
{
	struct seal_keys *keys;
	int err;

	*out = NULL;
	if (!*conf->recording_key_file)
		return 0;
	keys = calloc(1, sizeof(*keys));
	if (!keys)
		return -ENOMEM;
	err = seal_keys_read(keys, conf->recording_key_file);
	if (err) {
		log_error("no_recording_key", "path=%s why=\"%s\"",
			  conf->recording_key_file, seal_keys_why(err));
		seals_destroy(keys);
		return err;
	}
	log_info("recordings_sealed", "keys=%u", keys->n);
	*out = keys;
	return 0;
}

void seals_destroy(struct seal_keys *keys)
{
	if (keys)
		seal_keys_wipe(keys);
	free(keys);
}

/* A file in memory, as one that an operator writes. -1 in *out: there are none. */
static int keys_file(int *out, const struct seal_keys *keys)
{
	char text[SEAL_KEYS_PRINTED];
	size_t len;
	int fd;

	*out = -1;
	if (!keys)
		return 0;
	fd = memfd_create("keys", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = seal_keys_print(keys, text);
	if (fchmod(fd, 0600) || write(fd, text, len) != (ssize_t)len) {
		close(fd);
		fd = -ENOMEM;
	}
	explicit_bzero(text, sizeof(text));
	if (fd < 0)
		return fd;
	*out = fd;
	return 0;
}

const char *seals_path(const struct seal_keys *keys)
{
	return keys ? ERRAND_OTHER : NULL;
}

int seals_errand(struct errand **out, struct server *server, int in, char *const argv[],
		 const struct errand_events *events)
{
	struct errand_call call = {.argv = argv, .in = in};
	int err = keys_file(&call.other, server->seal_keys);

	if (!err)
		err = errand_start(out, server->loop, &call, events);
	if (call.other >= 0)
		close(call.other);
	return err;
}
