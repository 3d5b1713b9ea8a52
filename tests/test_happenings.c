/* What comes up in a class: what stays for a while, once, and when it came. */
#include "mcu/happenings.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"

#define SEC 1000000

static struct happenings_watch watch;
static struct happening_now now[HAPPENINGS];
static char told[2000];
static int64_t t_us;

static void note(void *ctx, enum happening kind, const struct happening_now *what,
		 int64_t at_ms)
{
	size_t n = strlen(told);

	CHECK(!ctx);
	snprintf(told + n, sizeof(told) - n, "%s %s %u %lld;", happening_name(kind),
		 what->text, what->number, (long long)at_ms);
}

static void set(enum happening kind, const char *who, uint32_t number)
{
	snprintf(now[kind].who, sizeof(now[kind].who), "%s", who);
	snprintf(now[kind].text, sizeof(now[kind].text), "%s", who);
	now[kind].number = number;
}

/* A look now, and each second for so long. */
static void pass(int sec)
{
	happenings_see(&watch, now, t_us / 1000, t_us, note, NULL);
	for (int i = 0; i < sec; i++) {
		t_us += SEC;
		happenings_see(&watch, now, t_us / 1000, t_us, note, NULL);
	}
}

static void is_told(const char *want)
{
	if (strcmp(told, want) != 0)
		fprintf(stderr, "told \"%s\", not \"%s\"\n", told, want);
	CHECK(strcmp(told, want) == 0);
	told[0] = '\0';
}

static void begin(void)
{
	memset(&watch, 0, sizeof(watch));
	memset(now, 0, sizeof(now));
	told[0] = '\0';
	t_us = 0;
}

static void test_first(void)
{
	begin();
	set(HAPPENING_SLIDE, "deck", 3);
	set(HAPPENING_LAYOUT, "grid", 0);
	set(HAPPENING_HAND, "anna", 0);
	pass(1);
	is_told("");
	pass(5);
	is_told("slide deck 3 0;"); /* the others were so before */
	set(HAPPENING_LAYOUT, "speaker", 0);
	set(HAPPENING_HAND, "boris", 0);
	pass(5);
	is_told("hand boris 0 6000;layout speaker 0 6000;");
}

static void test_debounced(void)
{
	begin();
	set(HAPPENING_SLIDE, "deck", 1);
	pass(10);
	is_told("slide deck 1 0;");
	/* leafed through: only where it stays */
	for (uint32_t page = 2; page < 9; page++) {
		set(HAPPENING_SLIDE, "deck", page);
		pass(1);
	}
	pass(10);
	is_told("slide deck 8 16000;");
	/* gone for a moment */
	set(HAPPENING_SLIDE, "", 0);
	pass(1);
	set(HAPPENING_SLIDE, "deck", 8);
	pass(10);
	is_told("");
	set(HAPPENING_SLIDE, "", 0);
	pass(10);
	set(HAPPENING_SLIDE, "deck", 8);
	pass(10);
	is_told("slide deck 8 48000;");
	set(HAPPENING_SCREEN, "anna", 0);
	pass(1);
	set(HAPPENING_SCREEN, "", 0);
	pass(10);
	is_told("");
}

static void test_speaker(void)
{
	begin();
	set(HAPPENING_SPEAKER, "anna", 0);
	pass(19);
	is_told("");
	pass(1);
	is_told("speaker anna 0 0;");
	pass(100);
	/* a question, and silence */
	set(HAPPENING_SPEAKER, "boris", 0);
	pass(2);
	set(HAPPENING_SPEAKER, "", 0);
	pass(30);
	set(HAPPENING_SPEAKER, "anna", 0);
	pass(30);
	is_told("");
	/* another takes over at 182 s, through an interruption */
	set(HAPPENING_SPEAKER, "boris", 0);
	pass(10);
	set(HAPPENING_SPEAKER, "anna", 0);
	pass(2);
	set(HAPPENING_SPEAKER, "boris", 0);
	pass(7);
	is_told("");
	pass(2);
	is_told("speaker boris 0 182000;");
	/* not told again when it was only interrupted for long */
	set(HAPPENING_SPEAKER, "anna", 0);
	pass(10);
	set(HAPPENING_SPEAKER, "boris", 0);
	pass(60);
	is_told("");
}

int main(void)
{
	for (enum happening kind = 0; kind < HAPPENINGS; kind++)
		CHECK(happening_by_name(happening_name(kind)) == kind);
	CHECK(happening_by_name("mark") == HAPPENINGS);
	test_first();
	test_debounced();
	test_speaker();
	return 0;
}
