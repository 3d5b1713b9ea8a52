/* What may be said of a storage for recordings, see conf_check.h. */
#include "base/conf_check.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyz"

const char *conf_no_storage(const char *v)
{
	if (strcmp(v, "folder") == 0 || strcmp(v, "s3") == 0)
		return NULL;
	return "must be folder or s3";
}

/* Keys and recordings do not go through a network in the clear. */
const char *conf_no_endpoint(const char *v)
{
	static const char *const near[] = {"http://127.", "http://localhost",
					   "http://[::1]"};

	if (!*v)
		return NULL;
	if (conf_no_origin(v))
		return "must be https://host or https://host:port, with nothing after "
		       "it and no usual port";
	if (strncasecmp(v, "https:", 6) == 0)
		return NULL;
	for (size_t i = 0; i < sizeof(near) / sizeof(near[0]); i++) {
		const char *rest = v + strlen(near[i]);

		if (strncasecmp(v, near[i], strlen(near[i])) != 0)
			continue;
		if (i == 0 ? rest[strspn(rest, DIGITS ".:")] == '\0'
			   : *rest == '\0' || *rest == ':')
			return NULL;
	}
	return "must be https, but for a server on this machine";
}

const char *conf_no_bucket(const char *v)
{
	size_t n = strlen(v);

	if (!n)
		return NULL;
	if (n < 3 || n > 63 || v[strspn(v, LETTERS DIGITS ".-")] || strstr(v, "..") ||
	    strchr(".-", v[0]) || strchr(".-", v[n - 1]))
		return "is not the name of a bucket: 3 to 63 of a-z, 0-9, '.' and '-'";
	return NULL;
}

const char *conf_no_region(const char *v)
{
	if (*v && !v[strspn(v, LETTERS DIGITS "-")])
		return NULL;
	return "is not the name of a region: a-z, 0-9 and '-'";
}

const char *conf_no_prefix(const char *v)
{
	if (v[strspn(v, LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS "/_.-")] ||
	    *v == '/' || strstr(v, "//") || strstr(v, "./"))
		return "may have letters, digits and '/_.-', no '/' first, no empty and "
		       "no dotted part";
	return NULL;
}

const char *conf_no_encryption(const char *v)
{
	if (!*v || strcmp(v, "AES256") == 0 || strcmp(v, "aws:kms") == 0)
		return NULL;
	return "must be AES256 or aws:kms, or empty";
}
