#include "base/unfinished.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* ".at5000000": a piece that others will be joined with. */
static bool is_place(const char *at, size_t n)
{
	return n > 2 && memcmp(at, "at", 2) == 0 && strspn(at + 2, "0123456789") == n - 2;
}

static enum unfinished word_of(const char *at, size_t n)
{
	static const struct {
		const char *word;
		enum unfinished is;
	} words[] = {
		{"part", UNFINISHED_LEFT},
		{"tmp", UNFINISHED_TMP},
		{"seal", UNFINISHED_TMP},
		{"broken", UNFINISHED_BROKEN},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (n == strlen(words[i].word) && memcmp(at, words[i].word, n) == 0)
			return words[i].is;
	return is_place(at, n) ? UNFINISHED_LEFT : UNFINISHED_NOT;
}

enum unfinished unfinished_name(const char *name)
{
	enum unfinished is = UNFINISHED_NOT;

	/* the word that says the most: what is broken, or only begun, is no part */
	for (const char *at = strchr(name, '.'); at; at = strchr(at, '.')) {
		enum unfinished word;

		at++;
		word = word_of(at, strcspn(at, "."));
		/* the recorder's parts have an extension */
		if (word == UNFINISHED_LEFT && !strchr(at, '.'))
			word = UNFINISHED_TMP;
		if (word > is)
			is = word;
	}
	return is;
}
