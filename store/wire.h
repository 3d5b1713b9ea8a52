/* wire.h - one request to the storage and its answer, by libcurl: signed, with a time
 * limit, and made again after what may pass, five times at most, later each time.
 */
#ifndef STORE_WIRE_H
#define STORE_WIRE_H

#include "base/attr.h"
#include "store/digest.h"
#include "store/place.h"
#include "store/say.h"

#include <stdbool.h>
#include <stdint.h>

#define WIRE_TEXT  (4u << 20) /* bytes of an answer in text; a longer one is none */
#define WIRE_TRIES 5

struct wire;

struct wire_conf {
	const struct place *place; /* these live as long as the wire */
	const struct sign_keys *keys;
	const char *ca_file;   /* "": who the machine trusts */
	uint32_t patience_sec; /* without any progress to speak of */
	struct say *say;       /* is told of what was sent */
};

struct wire_ask {
	const char *method, *key; /* with all prefixes; "": the bucket */
	const struct sign_pair *query;
	size_t n_query;
	/* What is sent: a text, or a range of a file; neither: nothing. */
	const char *text;
	int fd; /* counts with `bytes` */
	int64_t from, bytes;
	const struct digest *digest; /* of what is sent; needed with it */
	const char *type;            /* Content-Type, or NULL */
	const char *sum;             /* kept with the object that is made; or NULL */
	bool encrypt; /* with the field that asks for it, when it is wanted */
	int to; /* the answer's body goes into this file, from its start; 0: it is text */
};

struct wire_said {
	char *text; /* with a zero behind it; wire's, until the next request */
	size_t len;
	int64_t bytes;        /* Content-Length; -1: not said */
	char tag[DIGEST_TAG]; /* ETag without quotes; empty: none, or longer */
	char sum[DIGEST_TAG]; /* that was kept with it; empty: none */
	bool sealed;          /* encrypted so that the tag says nothing of the content */
};

int wire_open(struct wire **out, const struct wire_conf *conf) AULA_MUST_CHECK;
void wire_close(struct wire *wire); /* NULL is accepted */
/* 0, or of fault.h, when the answer is none of success. */
int wire_ask(struct wire *wire, const struct wire_ask *ask,
	     struct wire_said *said) AULA_MUST_CHECK;
const struct place *wire_place(const struct wire *wire);
struct say *wire_say(const struct wire *wire);

#endif
