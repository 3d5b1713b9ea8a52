/* vault_text.h - the lines that aula-store says, see store/main.c. Pure. */
#ifndef MCU_VAULT_TEXT_H
#define MCU_VAULT_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#define VAULT_CODE 31 /* characters of a code */

struct vault_line {
	bool over;                 /* it said what came of it */
	char code[VAULT_CODE + 1]; /* [a-z_]+; empty: it went well */
	int64_t bytes;
};

/* One line; another than the last is no harm. */
void vault_read(struct vault_line *out, const char *line);

/* Is it a trouble of the storage as a whole, not of one recording? */
bool vault_troubles_all(const char *code);
/* Is it a trouble of the program with what it was given? */
bool vault_troubles_program(const char *code);

#endif
