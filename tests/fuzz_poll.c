#include "mcu/poll_read.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is taken is the same when it comes back from the database, and can be answered
 * and written out. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cJSON *d = cJSON_ParseWithLength((const char *)data, size);
	struct poll_vote vote = {64, NULL, 0, "=\"N", 0, 0};
	struct poll *poll = NULL, *again = NULL;
	struct poll_ask ask;
	struct db_poll row;
	uint32_t at, from = 0;
	const char *field;

	if (d && poll_ask_read(&ask, d, &field) == 0) {
		if (ask.n < 2 || ask.n > POLL_OPTIONS || poll_create(&poll, &ask, 1))
			abort();
		poll_row(poll, "room", &row);
		if (poll_row_read(&again, &row) || again->ask.n != ask.n ||
		    memcmp(again->ask.options, ask.options, sizeof(ask.options)) != 0)
			abort();
		if (poll_choices_read(&ask, d, &vote.choices) == 0 &&
		    (vote.choices >> ask.n || poll_vote_put(poll, &vote, &at)))
			abort();
		free(poll_csv(poll, &from));
		poll_destroy(poll);
		poll_destroy(again);
	}
	cJSON_Delete(d);
	return 0;
}
