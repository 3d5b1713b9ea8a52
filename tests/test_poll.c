/* Polls without a server: what may be asked and answered, that each counts once, and
 * what is stored comes back. And the timer and the signs, which are as pure.
 */
#include "mcu/poll.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mcu/countdown.h"
#include "mcu/poll_read.h"
#include "mcu/reactions.h"
#include "tests/test.h"

/* ---- what is asked ----------------------------------------------------------------- */

static int read_ask(struct poll_ask *ask, const char *json, const char **field)
{
	cJSON *d = cJSON_Parse(json);
	int err;

	CHECK(d);
	err = poll_ask_read(ask, d, field);
	/* what the field is called is a constant, not a part of `d` */
	cJSON_Delete(d);
	return err;
}

static void good_questions(void)
{
	struct poll_ask ask;
	const char *field;

	CHECK(read_ask(&ask,
		       "{\"kind\":\"one\",\"question\":\" Why? \",\"options\":[\" a \","
		       "\"b\"],\"named\":true}",
		       &field) == 0);
	CHECK(ask.kind == POLL_ONE && ask.n == 2 && ask.named && !ask.show);
	CHECK(strcmp(ask.question, "Why?") == 0 && strcmp(ask.options[0], "a") == 0);
	CHECK(read_ask(&ask,
		       "{\"kind\":\"several\",\"options\":[\"1\",\"2\",\"3\",\"4\",\"5\","
		       "\"6\",\"7\",\"8\",\"9\",\"10\"],\"show\":true}",
		       &field) == 0);
	CHECK(ask.n == POLL_OPTIONS && ask.show && !*ask.question);
	CHECK(read_ask(&ask, "{\"kind\":\"yesno\",\"question\":\"Ready?\"}", &field) ==
	      0);
	CHECK(ask.n == 2 && !*ask.options[0]);
	CHECK(read_ask(&ask, "{\"kind\":\"number\",\"n\":9}", &field) == 0 && ask.n == 9);
}

static void bad_questions(void)
{
	static const struct {
		const char *json, *field;
	} bad[] = {
		{"{}", "kind"},
		{"{\"kind\":\"many\"}", "kind"},
		{"{\"kind\":7}", "kind"},
		{"{\"kind\":\"one\"}", "options"},
		{"{\"kind\":\"one\",\"options\":\"a\"}", "options"},
		{"{\"kind\":\"one\",\"options\":{\"0\":\"a\"}}", "options"},
		{"{\"kind\":\"one\",\"options\":[\"a\"]}", "options"},
		{"{\"kind\":\"one\",\"options\":[\"a\",\"\"]}", "options"},
		{"{\"kind\":\"one\",\"options\":[\"a\",\"  \"]}", "options"},
		{"{\"kind\":\"one\",\"options\":[\"a\",1]}", "options"},
		{"{\"kind\":\"one\",\"options\":[\"a\",[\"b\"]]}", "options"},
		{"{\"kind\":\"one\",\"options\":[\"a\",\"b\\nc\"]}", "options"},
		{"{\"kind\":\"one\",\"options\":[\"a\",\"b\\u0007\"]}", "options"},
		{"{\"kind\":\"one\",\"options\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\","
		 "\"7\",\"8\",\"9\",\"10\",\"11\"]}",
		 "options"},
		{"{\"kind\":\"number\",\"n\":1}", "n"},
		{"{\"kind\":\"number\",\"n\":10}", "n"},
		{"{\"kind\":\"number\",\"n\":2.5}", "n"},
		{"{\"kind\":\"number\",\"n\":\"3\"}", "n"},
		{"{\"kind\":\"number\",\"n\":1e30}", "n"},
		{"{\"kind\":\"yesno\",\"question\":\"a\\u0001\"}", "question"},
	};
	struct poll_ask ask, before;
	const char *field;

	memset(&before, 0x5a, sizeof(before));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memcpy(&ask, &before, sizeof(ask));
		CHECK(read_ask(&ask, bad[i].json, &field) == -EINVAL);
		CHECK(strcmp(field, bad[i].field) == 0);
		CHECK(memcmp(&ask, &before, sizeof(ask)) == 0);
	}
}

/* One more byte than fits, and as many as fit. */
static void long_texts(void)
{
	char option[LIMIT_POLL_OPTION + 2], json[2 * sizeof(option)];
	struct poll_ask ask;
	const char *field;

	memset(option, 'x', sizeof(option));
	option[LIMIT_POLL_OPTION + 1] = '\0';
	snprintf(json, sizeof(json), "{\"kind\":\"one\",\"options\":[\"a\",\"%s\"]}",
		 option);
	CHECK(read_ask(&ask, json, &field) == -EINVAL);
	option[LIMIT_POLL_OPTION] = '\0';
	snprintf(json, sizeof(json), "{\"kind\":\"one\",\"options\":[\"a\",\"%s\"]}",
		 option);
	CHECK(read_ask(&ask, json, &field) == 0);
	CHECK(strcmp(ask.options[1], option) == 0);
}

/* ---- what is answered -------------------------------------------------------------- */

static void answers(void)
{
	static const struct {
		const char *json;
		int one, several; /* the bits, -1: refused */
	} rows[] = {
		{"{\"choice\":1}", 1, 1},
		{"{\"choice\":3}", 4, 4},
		{"{\"choice\":0}", -1, -1},
		{"{\"choice\":4}", -1, -1},
		{"{\"choice\":-1}", -1, -1},
		{"{\"choice\":1.5}", -1, -1},
		{"{\"choice\":\"1\"}", -1, -1},
		{"{\"choice\":null}", -1, -1},
		{"{\"choice\":4294967297}", -1, -1},
		{"{}", -1, -1},
		{"{\"choice\":1,\"choices\":[1]}", -1, -1},
		{"{\"choices\":[2]}", 2, 2},
		{"{\"choices\":[2,2]}", 2, 2},
		{"{\"choices\":[1,3]}", -1, 5},
		{"{\"choices\":[]}", -1, 0},
		{"{\"choices\":[1,4]}", -1, -1},
		{"{\"choices\":{}}", -1, -1},
		{"{\"choices\":[1,1,1,1,1,1,1,1,1,1,1]}", -1, -1},
	};
	struct poll_ask ask = {.n = 3};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cJSON *d = cJSON_Parse(rows[i].json);
		uint16_t bits = 99;

		CHECK(d);
		ask.kind = POLL_ONE;
		CHECK(poll_choices_read(&ask, d, &bits) ==
		      (rows[i].one < 0 ? -EINVAL : 0));
		CHECK(bits == (rows[i].one < 0 ? 99 : rows[i].one));
		bits = 99;
		ask.kind = POLL_SEVERAL;
		CHECK(poll_choices_read(&ask, d, &bits) ==
		      (rows[i].several < 0 ? -EINVAL : 0));
		CHECK(bits == (rows[i].several < 0 ? 99 : rows[i].several));
		cJSON_Delete(d);
	}
}

/* ---- counting ---------------------------------------------------------------------- */

static struct poll *new_poll(bool named)
{
	struct poll_ask ask = {.kind = POLL_SEVERAL, .n = 3, .named = named};
	struct poll *poll;

	snprintf(ask.question, sizeof(ask.question), "Which?");
	snprintf(ask.options[0], sizeof(ask.options[0]), "=1+1");
	snprintf(ask.options[1], sizeof(ask.options[1]), "say \"b\"");
	snprintf(ask.options[2], sizeof(ask.options[2]), "c, d");
	CHECK(poll_create(&poll, &ask, 1000) == 0);
	return poll;
}

static uint32_t vote(struct poll *poll, uint32_t member, uint32_t hint,
		     const char *ballot, uint16_t choices)
{
	struct poll_vote v = {member, ballot, hint, "Asha", choices, 2000};
	uint32_t at = UINT32_MAX;

	CHECK(poll_vote_put(poll, &v, &at) == 0);
	return at;
}

static bool sums(const struct poll *poll, uint32_t a, uint32_t b, uint32_t c, uint32_t n)
{
	return poll->counts[0] == a && poll->counts[1] == b && poll->counts[2] == c &&
	       poll->voters == n;
}

static void each_counts_once(void)
{
	struct poll *poll = new_poll(false);
	uint32_t at = vote(poll, 64, 0, NULL, 1), other;
	char id[DB_ID + 1];

	CHECK(at == 0 && sums(poll, 1, 0, 0, 1));
	CHECK(vote(poll, 64, at + 1, NULL, 6) == at && sums(poll, 0, 1, 1, 1));
	CHECK(vote(poll, 64, at + 1, NULL, 0) == at && sums(poll, 0, 0, 0, 0));
	CHECK(vote(poll, 64, at + 1, NULL, 2) == at && sums(poll, 0, 1, 0, 1));
	/* another one who says the same ballot, or a wrong index, gets a new one */
	snprintf(id, sizeof(id), "%s", poll->ballots[at].id);
	other = vote(poll, 128, at + 1, id, 4);
	CHECK(other == 1 && sums(poll, 0, 1, 1, 2));
	CHECK(strcmp(poll->ballots[other].id, id) != 0);
	/* but when its member is gone, its page may come back with it */
	poll_vote_leave(poll, at);
	CHECK(vote(poll, 192, 0, id, 1) == at && sums(poll, 1, 0, 1, 2));
	CHECK(vote(poll, 256, 0, "nonsense", 1) == 2 && sums(poll, 2, 0, 1, 3));
	CHECK(!poll->ballots[0].name);
	poll_destroy(poll);
}

static void full(void)
{
	struct poll *poll = new_poll(false);
	struct poll_vote v = {1, NULL, 0, "N", 1, 0};
	uint32_t at = 7;

	for (uint32_t i = 0; i < POLL_BALLOTS; i++)
		vote(poll, (i + 1) * 64, 0, NULL, 1);
	CHECK(poll_vote_put(poll, &v, &at) == -ENOSPC && at == 7);
	CHECK(poll->counts[0] == POLL_BALLOTS && poll->voters == POLL_BALLOTS);
	poll_destroy(poll);
}

/* ---- as it is stored --------------------------------------------------------------- */

static void comes_back(void)
{
	struct poll *poll = new_poll(true), *again = NULL;
	struct db_poll row;
	struct db_vote one;

	vote(poll, 64, 0, NULL, 5);
	vote(poll, 128, 0, NULL, 2);
	poll_row(poll, "r1", &row);
	CHECK(strcmp(row.room, "r1") == 0 && row.named == 1 && row.stopped_ms == 0);
	CHECK(poll_row_read(&again, &row) == 0);
	CHECK(strcmp(again->id, poll->id) == 0 && again->on && again->ask.named);
	CHECK(again->ask.n == 3 && strcmp(again->ask.options[2], "c, d") == 0);
	for (uint32_t i = 0; i < 2; i++) {
		poll_vote_row(poll, i, "r1", &one);
		CHECK(strcmp(one.name, "Asha") == 0);
		CHECK(poll_vote_row_read(again, &one) == 0);
	}
	CHECK(sums(again, 1, 1, 1, 2));
	one.choices = 8; /* there is no fourth */
	CHECK(poll_vote_row_read(again, &one) == -EINVAL);
	one.choices = -1;
	CHECK(poll_vote_row_read(again, &one) == -EINVAL && sums(again, 1, 1, 1, 2));
	poll_destroy(again);

	snprintf(row.options, sizeof(row.options), "a\nb"); /* a line without its end */
	CHECK(poll_row_read(&again, &row) == -EINVAL);
	snprintf(row.options, sizeof(row.options), "a\n");
	CHECK(poll_row_read(&again, &row) == -EINVAL);
	snprintf(row.options, sizeof(row.options), "\n\n\n\n\n\n\n\n\n\n\n");
	CHECK(poll_row_read(&again, &row) == -EINVAL);
	snprintf(row.options, sizeof(row.options), "\n\n");
	CHECK(poll_row_read(&again, &row) == 0);
	poll_destroy(again);
	snprintf(row.kind, sizeof(row.kind), "x");
	CHECK(poll_row_read(&again, &row) == -EINVAL);
	poll_destroy(poll);
}

static void as_csv(void)
{
	struct poll *poll = new_poll(false);
	uint32_t from = 0, pages = 0;
	char *text;

	vote(poll, 64, 0, NULL, 5);
	text = poll_csv(poll, &from);
	CHECK(from == 0);
	CHECK(strcmp(text, "answer,votes\r\n\"'=1+1\",1\r\n\"say \"\"b\"\"\",0\r\n"
			   "\"c, d\",1\r\n") == 0);
	free(text);
	poll_destroy(poll);

	poll = new_poll(true);
	vote(poll, 64, 0, NULL, 5);
	text = poll_csv(poll, &from);
	CHECK(strcmp(text, "name,answer,time\r\n"
			   "\"Asha\",\"'=1+1\",1970-01-01T00:00:02Z\r\n"
			   "\"Asha\",\"c, d\",1970-01-01T00:00:02Z\r\n") == 0);
	free(text);
	for (uint32_t i = 2; i < 5000; i++)
		vote(poll, i * 64, 0, NULL, 1);
	do {
		text = poll_csv(poll, &from);
		CHECK(strlen(text) < 64 << 10);
		free(text);
		pages++;
	} while (from);
	CHECK(pages > 3);
	from = POLL_BALLOTS; /* beyond the end: an empty page */
	text = poll_csv(poll, &from);
	CHECK(*text == '\0' && from == 0);
	free(text);
	poll_destroy(poll);
}

/* ---- the timer and the signs ------------------------------------------------------- */

static void counts_down(void)
{
	struct countdown c = {.on = false};
	int64_t t = 5000000;

	CHECK(countdown_left_ms(&c, t) == 0 && !countdown_stale(&c, t));
	countdown_pause(&c, true, t); /* there is none */
	CHECK(!c.on && !c.paused);
	countdown_set(&c, 60, "Task 1", t);
	CHECK(c.on && c.total_ms == 60000 && countdown_left_ms(&c, t) == 60000);
	CHECK(countdown_left_ms(&c, t + 1) == 60000); /* never too little */
	t += 20000000;
	countdown_pause(&c, true, t);
	CHECK(countdown_left_ms(&c, t + 100000000) == 40000);
	countdown_pause(&c, true, t + 100000000);
	CHECK(!countdown_stale(&c, t + 1000000000));
	t += 200000000;
	countdown_pause(&c, false, t);
	CHECK(countdown_left_ms(&c, t) == 40000);
	CHECK(countdown_left_ms(&c, t + 39999001) == 1);
	CHECK(countdown_left_ms(&c, t + 40000000) == 0);
	CHECK(!countdown_stale(&c, t + 40000000 + COUNTDOWN_KEEP_US));
	CHECK(countdown_stale(&c, t + 40000001 + COUNTDOWN_KEEP_US));
}

static void signs(void)
{
	static const char *const bad[] = {"", "up", "\xf0\x9f\x91",
					  "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd",
					  "\xe2\x9d\xa4"};
	struct reactions r = {.any = false};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!reactions_add(&r, bad[i]));
	CHECK(!r.any);
	for (uint32_t i = 0; i < REACTIONS; i++) {
		CHECK(reactions_add(&r, reaction_sign(i)));
		CHECK(reactions_add(&r, reaction_sign(i)));
		CHECK(r.n[i] == 2 && r.any);
	}
}

int main(void)
{
	good_questions();
	bad_questions();
	long_texts();
	answers();
	each_counts_once();
	full();
	comes_back();
	as_csv();
	counts_down();
	signs();
	return 0;
}
