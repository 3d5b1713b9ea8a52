/* poll_csv.c - the answers of a poll as a table for other programs. */
#include "mcu/poll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A page: as JSON it may be twice that, and a message has at most 256 KiB. */
#define PAGE_BYTES (48 << 10)

/* Always quoted. What a spreadsheet would take for a formula is a text with an
 * apostrophe in front: names and answers come from anybody. */
static void cell(FILE *out, const char *text)
{
	putc('"', out);
	if (strchr("=+-@\t\r", *text) && *text)
		putc('\'', out);
	for (; *text; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	putc('"', out);
}

static void option_text(const struct poll_ask *ask, uint32_t i, char *out, size_t size)
{
	if (ask->kind == POLL_YES_NO)
		snprintf(out, size, "%s", i ? "no" : "yes");
	else if (ask->kind == POLL_NUMBER)
		snprintf(out, size, "%u", (unsigned)i + 1);
	else
		snprintf(out, size, "%s", ask->options[i]);
}

static void sums(FILE *out, const struct poll *poll)
{
	char text[LIMIT_POLL_OPTION + 1];

	fputs("answer,votes\r\n", out);
	for (uint32_t i = 0; i < poll->ask.n; i++) {
		option_text(&poll->ask, i, text, sizeof(text));
		cell(out, text);
		fprintf(out, ",%u\r\n", (unsigned)poll->counts[i]);
	}
}

static void voter(FILE *out, const struct poll *poll, const struct ballot *ballot)
{
	char text[LIMIT_POLL_OPTION + 1], at[32];
	time_t seconds = (time_t)(ballot->voted_ms / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%SZ", &tm);
	for (uint32_t i = 0; i < poll->ask.n; i++) {
		if (!(ballot->choices & 1u << i))
			continue;
		option_text(&poll->ask, i, text, sizeof(text));
		cell(out, ballot->name ? ballot->name : "");
		putc(',', out);
		cell(out, text);
		fprintf(out, ",%s\r\n", at);
	}
}

char *poll_csv(const struct poll *poll, uint32_t *from)
{
	uint32_t i = *from, next = 0;
	size_t len = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	if (!poll->ask.named) {
		sums(out, poll);
	} else {
		if (i == 0)
			fputs("name,answer,time\r\n", out);
		for (; i < poll->n && !next; i++) {
			voter(out, poll, &poll->ballots[i]);
			if (ftell(out) > PAGE_BYTES)
				next = i + 1 < poll->n ? i + 1 : 0;
		}
	}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	*from = next;
	return text;
}
