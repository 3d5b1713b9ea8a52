#include "transport/ufrags.h"

#include "base/rand.h"
#include "transport/hash.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define BUCKETS 16384 /* two a peer */

struct ufrags {
	uint64_t seed;
	struct ufrag *buckets[BUCKETS];
};

int ufrags_create(struct ufrags **out)
{
	struct ufrags *ufrags = calloc(1, sizeof(*ufrags));

	if (!ufrags)
		return -ENOMEM;
	rand_bytes(&ufrags->seed, sizeof(ufrags->seed));
	*out = ufrags;
	return 0;
}

void ufrags_destroy(struct ufrags *ufrags)
{
	if (!ufrags)
		return;
	for (uint32_t i = 0; i < BUCKETS; i++)
		assert(!ufrags->buckets[i]);
	free(ufrags);
}

static uint32_t bucket_of(const struct ufrags *ufrags, const char *name, size_t len)
{
	return (uint32_t)(hash_bytes(ufrags->seed, name, len) % BUCKETS);
}

struct ufrag *ufrags_find(const struct ufrags *ufrags, const char *name, size_t len)
{
	struct ufrag *u = ufrags->buckets[bucket_of(ufrags, name, len)];

	while (u && (strlen(u->name) != len || memcmp(u->name, name, len) != 0))
		u = u->chain;
	return u;
}

int ufrags_add(struct ufrags *ufrags, struct ufrag **out, struct link *link,
	       const char *name, const char *pwd)
{
	size_t name_len = strlen(name), pwd_len = strlen(pwd);
	struct ufrag *ufrag;
	uint32_t i;

	if (name_len < 4 || name_len > 32 || pwd_len < 22 || pwd_len > 32)
		return -EINVAL;
	if (ufrags_find(ufrags, name, name_len))
		return -EEXIST;
	ufrag = calloc(1, sizeof(*ufrag));
	if (!ufrag)
		return -ENOMEM;
	i = bucket_of(ufrags, name, name_len);
	ufrag->link = link;
	memcpy(ufrag->name, name, name_len + 1);
	memcpy(ufrag->pwd, pwd, pwd_len + 1);
	ufrag->chain = ufrags->buckets[i];
	ufrags->buckets[i] = ufrag;
	*out = ufrag;
	return 0;
}

static void drop_theirs(struct ufrag *ufrag)
{
	while (ufrag->n_theirs)
		free(ufrag->theirs[--ufrag->n_theirs]);
}

void ufrags_remove(struct ufrags *ufrags, struct ufrag *ufrag)
{
	struct ufrag **p;

	if (!ufrag)
		return;
	p = &ufrags->buckets[bucket_of(ufrags, ufrag->name, strlen(ufrag->name))];
	while (*p != ufrag)
		p = &(*p)->chain;
	*p = ufrag->chain;
	drop_theirs(ufrag);
	explicit_bzero(ufrag->pwd, sizeof(ufrag->pwd));
	free(ufrag);
}

static bool among(char *const *list, uint32_t n, const char *name, size_t len)
{
	for (uint32_t i = 0; i < n; i++)
		if (strlen(list[i]) == len && memcmp(list[i], name, len) == 0)
			return true;
	return false;
}

int ufrag_set_theirs(struct ufrag *ufrag, const char *const *names, uint32_t n)
{
	char *list[LIMIT_SDP_MEDIA];
	uint32_t got = 0;

	assert(n <= LIMIT_SDP_MEDIA);
	for (uint32_t i = 0; i < n; i++) {
		if (among(list, got, names[i], strlen(names[i])))
			continue;
		list[got] = strdup(names[i]);
		if (!list[got])
			goto fail;
		got++;
	}
	drop_theirs(ufrag);
	memcpy(ufrag->theirs, list, got * sizeof(*list));
	ufrag->n_theirs = got;
	return 0;
fail:
	while (got)
		free(list[--got]);
	return -ENOMEM;
}

bool ufrag_takes(const struct ufrag *ufrag, const char *theirs, size_t len)
{
	return ufrag->n_theirs == 0 || among(ufrag->theirs, ufrag->n_theirs, theirs, len);
}
