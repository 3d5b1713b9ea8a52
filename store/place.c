#include "store/place.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

int place_make(struct place *out, const struct conf *conf)
{
	const char *host = strstr(conf->s3_endpoint, "://");
	bool before = conf->s3_virtual_host;
	struct place p = {0};
	int n;

	if (!host)
		return -EINVAL;
	host += 3;
	n = snprintf(p.host, sizeof(p.host), "%s%s%s", before ? conf->s3_bucket : "",
		     before ? "." : "", host);
	if (n < 0 || (size_t)n >= sizeof(p.host))
		return -E2BIG;
	for (char *c = p.host; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	snprintf(p.origin, sizeof(p.origin), "%s://%s",
		 strncasecmp(conf->s3_endpoint, "https", 5) == 0 ? "https" : "http",
		 p.host);
	n = snprintf(p.root, sizeof(p.root), "/%s%s", before ? "" : conf->s3_bucket,
		     before ? "" : "/");
	if (n < 0 || (size_t)n >= sizeof(p.root))
		return -E2BIG;
	snprintf(p.prefix, sizeof(p.prefix), "%s", conf->s3_prefix);
	snprintf(p.region, sizeof(p.region), "%s", conf->s3_region);
	snprintf(p.encryption, sizeof(p.encryption), "%s", conf->s3_encryption);
	*out = p;
	return 0;
}

int place_path(char out[PLACE_PATH], const struct place *place, const char *key)
{
	char path[PLACE_PATH];
	int n = snprintf(path, sizeof(path), "%s%s", place->root, key);

	if (strlen(key) > PLACE_KEY || n < 0 || (size_t)n >= sizeof(path))
		return -E2BIG;
	memcpy(out, path, (size_t)n + 1);
	return 0;
}

int place_link(char out[PLACE_LINK], const struct place *place,
	       const struct sign_keys *keys, const struct place_wish *wish, int64_t at_ms,
	       uint32_t sec)
{
	char path[PLACE_PATH], key[PLACE_KEY + 1], save[256], target[SIGN_TARGET];
	struct sign_pair query[2];
	struct sign_request req = {.keys = keys,
				   .method = wish->method,
				   .host = place->host,
				   .path = path,
				   .query = query,
				   .body = SIGN_ANY_BODY,
				   .region = place->region,
				   .at_ms = at_ms};
	int n = snprintf(key, sizeof(key), "%s%s", place->prefix, wish->name), err;

	if (n < 0 || (size_t)n >= sizeof(key))
		return -E2BIG;
	if (wish->save) {
		n = snprintf(save, sizeof(save), "attachment; filename=\"%s\"",
			     wish->save);
		if (n < 0 || (size_t)n >= sizeof(save))
			return -E2BIG;
		query[req.n_query++] = (struct sign_pair){"response-content-disposition",
							  save};
	}
	if (wish->type)
		query[req.n_query++] = (struct sign_pair){"response-content-type",
							  wish->type};
	err = place_path(path, place, key);
	if (!err)
		err = sign_link(target, &req, sec);
	if (!err)
		snprintf(out, PLACE_LINK, "%s%s", place->origin, target);
	return err;
}
