#include "base/conf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/test.h"

static char path[64], why[300];

static int read_text(struct conf *conf, const char *text)
{
	FILE *f = fopen(path, "w");

	CHECK(f);
	fputs(text, f);
	fclose(f);
	why[0] = '\0';
	return conf_read(conf, path, why, sizeof(why));
}

static void good_values(void)
{
	struct conf conf;

	conf_init(&conf);
	CHECK(read_text(&conf, "# a comment\nhttp_port = 9000\nplain_http = true\n"
			       "advertise = {\"192.0.2.1\", \"2001:db8::1\"}\n"
			       "log_level = \"warn\"\nplugins = {}\n") == 0);
	CHECK(conf.http_port == 9000 && conf.plain_http);
	CHECK(conf.n_advertise == 2 && strcmp(conf.advertise[1], "2001:db8::1") == 0);
	CHECK(conf.log_level == 2);
	CHECK(conf.n_plugins == 0);
	CHECK(conf.view_fps == 15); /* what is not named keeps its default */
}

/* each is refused whole, with a line that helps */
static void bad_values(void)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{"http_prt = 1\n", "did you mean 'http_port'"},
		{"\n\nnonsense = 1\n", ":3:"},
		{"http_port = 65536\n", "http_port must be 0 to 65535"},
		{"http_port = -1\n", "http_port must be"},
		{"http_port = many\n", ":1:"},
		{"view_fps = 0\n", "view_fps must be 1 to 30"},
		{"view_fps = 31\n", "view_fps"},
		{"log_level = \"loud\"\n", "log_level"},
		{"plain_http = perhaps\n", ":1:"},
		{"listen = {\"1\",\"2\",\"3\",\"4\",\"5\"}\n", "listen"},
		{"listen = {\"a name that is far longer than an address may be, by much\"}\n",
		 "listen"},
		{"http_port 8443\n", ":1:"},
		{"data_dir = \"unfinished\n", ":"},
	};
	struct conf conf, before;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		conf_init(&conf);
		before = conf;
		CHECK(read_text(&conf, rows[i].text) == -EINVAL);
		if (!strstr(why, rows[i].says))
			fprintf(stderr, "row %zu said: %s\n", i, why);
		CHECK(strstr(why, rows[i].says));
		CHECK(memcmp(&conf, &before, sizeof(conf)) == 0);
	}
	CHECK(conf_read(&conf, "/no/such/file", why, sizeof(why)) == -ENOENT);
}

/* what is printed can be read again and says the same */
static void round_trip(void)
{
	static char text[16384], again[16384];
	struct conf conf, back;

	conf_init(&conf);
	CHECK(read_text(&conf, "public_url = \"https://a\\\"b\"\norigins = {\"x\", \"y\"}\n") == 0);
	conf_print(&conf, text, sizeof(text));
	conf_init(&back);
	back.n_plugins = 0;
	CHECK(read_text(&back, text) == 0);
	conf_print(&back, again, sizeof(again));
	CHECK(strcmp(text, again) == 0);
	CHECK(strcmp(back.public_url, "https://a\"b") == 0);

	/* a password never shows */
	snprintf(conf.database, sizeof(conf.database), "postgresql://u:secret@h/d");
	conf_print(&conf, text, sizeof(text));
	CHECK(!strstr(text, "secret"));
}

int main(void)
{
	snprintf(path, sizeof(path), "/tmp/aula-conf-%ld", (long)getpid());
	good_values();
	bad_values();
	round_trip();
	unlink(path);
	return 0;
}
