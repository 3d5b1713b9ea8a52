/* xml.h - finds what we ask for in the answers of a storage: elements without attributes
 * that matter, none inside another of its name. No document is made of them, and nothing
 * is read but the text that was given. Pure.
 */
#ifndef STORE_XML_H
#define STORE_XML_H

#include <stdbool.h>
#include <stddef.h>

struct xml { /* a part of a text; its start moves on */
	const char *at, *end;
};

/* What is inside the next <name>, and goes behind it. False: there is no whole one. */
bool xml_next(struct xml *in, const char *name, struct xml *inside);
/* The text of the first <name>, its references resolved. False: there is none, it has
 * elements, is of more than size - 1 bytes or no UTF-8 that we let through; `out` is
 * empty then. */
bool xml_text(struct xml in, const char *name, char *out, size_t size);
/* The same as a number from 0 on. */
bool xml_number(struct xml in, const char *name, long long *out);

#endif
