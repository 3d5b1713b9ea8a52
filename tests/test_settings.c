/* What a class has of its own: what is taken, what is refused, and what comes of it. */
#include "mcu/settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/test.h"

static struct conf conf;
static struct ladder server, ladder;
static struct settings_wrong wrong;

static int read_text(const char *text)
{
	wrong = (struct settings_wrong){"", ""};
	return settings_read(text, &conf, &server, &ladder, &wrong);
}

/* Each is refused whole, and says which key. */
static void bad_texts(void)
{
	static const struct {
		const char *text, *key, *says;
	} rows[] = {
		{"rung_top", "", "a line that is none"},
		{"rung_top=low", "", "a line that is none"}, /* cut off */
		{"\n", "", "a line that is none"},
		{"=\n", "", "a class has no ''"},
		{"rung_top=low\n\n", "", "none"},
		{"rung_top=lowest\n", "rung_top", "must be sound"},
		{"rung_top=low \n", "rung_top", "must be sound"},
		{"rung_top=low\nrung_start=x\n", "rung_start", "must be sound"},
		{"rung_tip=low\n", "rung_tip", "a class has no 'rung_tip'"},
		{"view_fps=10\n", "view_fps", "a class has no 'view_fps'"},
		{"rung_most=1920x1080@30/8000\n", "rung_most", "a class has no"},
		{"av1=maybe\n", "av1", "av1"},
		{"audio_kbps=0\n", "audio_kbps", "must be 8 to 128"},
		{"audio_kbps=\n", "audio_kbps", "audio_kbps"},
		{"audio_thin_kbps=129\n", "audio_thin_kbps", "must be 6 to 128"},
		{"rung_main=640x360@15/350\n", "rung_main", "must be like"},
		{"rung_main=640x360@15/350 1280x720@31/300\n", "rung_main",
		 "1 to 30 frames"},
		{"rung_main=-640x-360@15/350 640x360@8/300\n", "rung_main",
		 "must be like"},
		/* more than the server allows */
		{"rung_high=1920x1080@15/900 1280x720@8/700\n", "rung_high",
		 "rung_high: 1920x1080@15/900 is more than this server allows, which is "
		 "1280x720@15/2000"},
		{"rung_high=1280x720@16/900 1280x720@8/700\n", "rung_high", "@16/900 is"},
		{"rung_high=1280x720@15/900 1280x720@8/2001\n", "rung_high",
		 "@8/2001 is"},
		/* each level costs more than the one below */
		{"rung_main=640x360@15/130 1280x720@8/300\n", "rung_main",
		 "must have a higher rate than rung_mid"},
		{"rung_low=320x180@10/200 640x360@5/46\n", "rung_mid",
		 "must have a higher rate than rung_low"},
		{"audio_thin_kbps=128\n", "audio_middle_kbps",
		 "must be higher, or level"},
		{"audio_kbps=8\naudio_middle_kbps=128\n"
		 "rung_high=1280x720@15/400 1280x720@8/400\n",
		 "audio_kbps", "level high costs no more than main"},
	};
	const struct ladder before = ladder;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int err = read_text(rows[i].text);

		if (err != -EINVAL || !strstr(wrong.why, rows[i].says) ||
		    strcmp(wrong.key, rows[i].key) != 0)
			fprintf(stderr, "row %zu: %d, %s, %s\n", i, err, wrong.key,
				wrong.why);
		CHECK(err == -EINVAL && strstr(wrong.why, rows[i].says));
		CHECK(strcmp(wrong.key, rows[i].key) == 0);
		CHECK(memcmp(&ladder, &before, sizeof(ladder)) == 0);
	}
}

static void good_texts(void)
{
	CHECK(read_text("") == 0);
	CHECK(memcmp(&ladder, &server, sizeof(ladder)) == 0);
	CHECK(read_text("rung_main=426x240@12/200 960x540@6/220\nrung_top=main\n"
			"rung_start=low\nav1=false\naudio_kbps=64\n") == 0);
	CHECK(ladder.video[LEVEL_MAIN][CONTENT_PEOPLE].w_px == 426);
	CHECK(ladder.video[LEVEL_MAIN][CONTENT_SLIDES].kbps == 220);
	CHECK(ladder.top == LEVEL_MAIN && ladder.start == LEVEL_LOW && !ladder.av1);
	CHECK(ladder.mix_bps[MIX_FULL] == 64000);
	CHECK(memcmp(ladder.video[LEVEL_HIGH], server.video[LEVEL_HIGH],
		     sizeof(server.video[0])) == 0);
	CHECK(ladder_wire_bps(&ladder, LEVEL_MAIN, CONTENT_PEOPLE, LADDER_SOUND_MS) <
	      ladder_wire_bps(&server, LEVEL_MAIN, CONTENT_PEOPLE, LADDER_SOUND_MS) -
		      140000);
}

/* The server's own word holds, too; what it has itself is always allowed. */
static void under_the_server(void)
{
	char why[200];

	conf.av1 = false;
	snprintf(conf.rung_top, sizeof(conf.rung_top), "mid");
	snprintf(conf.rung_most, sizeof(conf.rung_most), "320x180@5/100");
	CHECK(ladder_init(&server, &conf, why, sizeof(why)) == 0);
	CHECK(read_text("rung_top=high\nav1=true\n") == 0);
	CHECK(ladder.top == LEVEL_MID && !ladder.av1);
	CHECK(read_text("rung_top=still\n") == 0 && ladder.top == LEVEL_STILL);
	CHECK(read_text("rung_main=640x360@15/350 1280x720@8/300\n") == 0);
	CHECK(read_text("rung_main=640x360@15/351 1280x720@8/300\n") == -EINVAL);
	CHECK(read_text("rung_low=320x180@5/100 160x90@1/20\n") == 0);
	conf_init(&conf);
	CHECK(ladder_init(&server, &conf, why, sizeof(why)) == 0);
}

static void set_and_forget(void)
{
	struct settings s = {""};
	char text[CONF_NAME];

	CHECK(settings_set(&s, &conf, "rung_top", "low", &wrong) == 0);
	CHECK(settings_set(&s, &conf, "audio_kbps", "0x20", &wrong) == 0);
	CHECK(settings_set(&s, &conf, "av1", "no", &wrong) == 0);
	CHECK(strcmp(s.text, "rung_top=low\naudio_kbps=32\nav1=false\n") == 0);
	CHECK(settings_set(&s, &conf, "rung_top", "mid", &wrong) == 0);
	CHECK(settings_get(s.text, "rung_top", text) && strcmp(text, "mid") == 0);
	CHECK(settings_set(&s, &conf, "av1", NULL, &wrong) == 0);
	CHECK(!settings_get(s.text, "av1", text));
	CHECK(settings_set(&s, &conf, "rung_low", NULL, &wrong) == 0); /* has none */
	CHECK(settings_set(&s, &conf, "nonsense", NULL, &wrong) == -EINVAL);
	CHECK(strstr(wrong.why, "'nonsense'"));
	CHECK(settings_set(&s, &conf, "rung_low", "320x180@10/46\nav1=true", &wrong) ==
	      -EINVAL);
	CHECK(strcmp(wrong.key, "rung_low") == 0);
	CHECK(strcmp(s.text, "audio_kbps=32\nrung_top=mid\n") == 0);
	CHECK(settings_get("rung_top=low\nrung_top=mid\n", "rung_top", text));
	CHECK(strcmp(text, "mid") == 0); /* as it is read */
	CHECK(read_text("rung_top=low\nrung_top=mid\n") == 0 && ladder.top == LEVEL_MID);
	/* a stored text that is none gives way */
	snprintf(s.text, sizeof(s.text), "audio_kbps=32\nwhat is this\nav1=false\n");
	CHECK(settings_set(&s, &conf, "rung_top", "mid", &wrong) == 0);
	CHECK(strcmp(s.text, "audio_kbps=32\nrung_top=mid\n") == 0);
}

/* All keys, each as long as it can be, have room. */
static void the_longest(void)
{
	struct settings s = {""};
	char text[CONF_NAME];
	const char *key;

	for (size_t i = 0; (key = conf_own_key(i)); i++) {
		if (strncmp(key, "rung_", 5) == 0 && strcmp(key, "rung_top") != 0 &&
		    strcmp(key, "rung_start") != 0)
			snprintf(text, sizeof(text), "%-127s",
				 "1280x720@15/1999 1280x720@15/1999");
		else
			CHECK(conf_get(&conf, key, text, sizeof(text)) == 0);
		CHECK(settings_set(&s, &conf, key, text, &wrong) == 0);
	}
}

int main(void)
{
	char why[200];

	conf_init(&conf);
	CHECK(ladder_init(&server, &conf, why, sizeof(why)) == 0);
	bad_texts();
	good_texts();
	under_the_server();
	set_and_forget();
	the_longest();
	return 0;
}
