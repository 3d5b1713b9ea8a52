/* rand.h - random bytes of the operating system's generator, by OpenSSL. */
#ifndef BASE_RAND_H
#define BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

/* ANY_THREAD. Aborts when the system has no randomness: nothing is safe then. */
void rand_bytes(void *out, size_t n);
uint32_t rand_u32(void);

/* `n` characters of [a-z0-9] (5 bits each) and a zero: `out` has n + 1 bytes. */
void rand_token(char *out, size_t n);

/* A class code: 7 letters that nobody mistakes, "K7M4QXW", and a zero. */
void rand_code(char out[8]);

#endif
