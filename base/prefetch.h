/* prefetch.h - asks for memory that will be read soon, without waiting for it. */
#ifndef BASE_PREFETCH_H
#define BASE_PREFETCH_H

#include <stddef.h>
#include <stdint.h>

#define CACHE_LINE 64 /* bytes; where it is another size, this only helps less */

/* `at` may be any address, even one that cannot be read. */
static inline void prefetch(const void *at, size_t len)
{
	const char *from = at;

	for (size_t i = 0; i < len; i += CACHE_LINE)
		__builtin_prefetch(from + i);
	__builtin_prefetch(from + len - 1);
}

#endif
