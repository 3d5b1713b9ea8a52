#include "base/conf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf_file.h"
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
	CHECK(conf.max_strangers_per_address == 64 && conf.max_joins_per_address == 5);
	CHECK(read_text(&conf, "max_strangers_per_address = 2000\nmax_joins = 7\n"
			       "origins = {\"https://a:80\", \"http://a:443\", "
			       "\"https://[::443]\", \"https://[::1]:8443\"}\n") == 0);
	CHECK(conf.max_strangers_per_address == 2000 && conf.max_joins == 7);
	CHECK(conf.n_origins == 4);
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
		{"viewfps = 15\n", "did you mean 'view_fps'"},
		{"veiw_fps = 15\n", "did you mean 'view_fps'"},
		{"public_ur = \"x\"\n", "did you mean 'public_url'"},
		{"dir_data = \"x\"\n", "no such option 'dir_data'"},
		{"rung_low = \"320x180@10/46\"\n", "must be like"},
		{"rung_low = \"321x180@10/46 640x360@5/46\"\n", "has a size"},
		{"rung_low = \"320x180@31/46 640x360@5/46\"\n", "frames a second"},
		{"rung_low = \"320x180@10/46 640x360@5/9\"\n", "20 to 8000 kbit/s"},
		{"rung_low = \"320x180@10/46 640x360@5/46 x\"\n", "two parts"},
		{"rung_low = \"-320x-180@10/46 640x360@5/46\"\n", "must be like"},
		{"rung_low = \"65536x180@10/46 640x360@5/46\"\n", "must be like"},
		{"rung_low = \"320x180@10/46640x360@5/46\"\n", "20 to 8000 kbit/s"},
		{"rung_low = \"320x180@10/46\\t640x360@5/46\"\n", "must be like"},
		{"rung_low = \"320x180@10/46 9998x9998@5/46\"\n", "has a size"},
		{"rung_top = \"highest\"\n", "must be sound"},
		{"rung_start = \"top\"\n", "rung_start: \"top\" must be sound"},
		{"rung_most = \"1280x720@30\"\n", "rung_most: \"1280x720@30\" must be"},
		{"rung_most = \"1280x720@30/2000 x\"\n", "must be like"},
		{"rung_most = \"1280x720@60/2000\"\n", "1 to 30 frames"},
		{"listen = {\"127.0.0.1\", \"localhost\"}\n",
		 ": listen: \"localhost\" is not an IP address"},
		{"listen = {\"127.0.0.1:80\"}\n", "is not an IP address"},
		{"metrics_allow = {\"10.0.0.0/8\"}\n", "metrics_allow: \"10.0.0.0/8\""},
		{"net_threads = 9\n", "net_threads must be 0 to 8"},
		{"net_spread = 0\n", "net_spread must be 1 to 8000"},
		{"advertise_udp_port = 65536\n", "advertise_udp_port must be 0 to 65535"},
		{"advertise = {\"1.2.3\"}\n", "advertise: \"1.2.3\" is not an IP"},
		{"advertise = {\"0.0.0.0\"}\n", "advertise: \"0.0.0.0\" is no address"},
		{"advertise = {\"::\"}\n", "advertise: \"::\" is no address"},
		{"advertise = {\"\"}\n", "advertise"},
		{"origins = {\"class.example.org\"}\n",
		 "origins: \"class.example.org\" must"},
		{"origins = {\"https://a/\"}\n", "origins"},
		{"origins = {\"https://\"}\n", "origins"},
		{"origins = {\"https://a:0\"}\n", "origins"},
		{"origins = {\"https://a:443\"}\n", "would never match"},
		{"origins = {\"HTTPS://[::1]:0443\"}\n", "would never match"},
		{"origins = {\"http://a:80\"}\n", "would never match"},
		{"max_joins = 0\n", "max_joins must be 1 to"},
		{"max_joins_per_address = 10001\n", "max_joins_per_address must be"},
		{"max_strangers_per_address = 2001\n", "must be 1 to 2000"},
		{"origins = {\"https://a:65536\"}\n", "origins"},
		{"origins = {\"https://a:\"}\n", "origins"},
		{"origins = {\"https://[::1\"}\n", "origins"},
		{"origins = {\"ftp://a\"}\n", "origins"},
		{"origins = {\"*\"}\n", "origins"},
		{"public_url = \"class.example.org\"\n",
		 "public_url: \"class.example.org\""},
		{"public_url = \"https://a?b\"\n", "public_url"},
		{"data_dir = \"\"\n", "data_dir: \"\" must not be empty"},
		{"data_dir = \"  \"\n", "data_dir"},
		{"plugins_dir = \"\"\n", "plugins_dir"},
		{"plugins = {\"\"}\n", "plugins"},
		{"recorder = \"\"\n", "recorder"},
		{"recorder_sound = \"\"\n", "recorder_sound"},
		{"record_editions = {\"full\", \"slides\"}\n", "record_editions"},
		{"record_level = \"mid\"\n", "record_level"},
		{"record_light = \"main\"\n", "record_light"},
		{"record_live = \"still\"\n", "record_live"},
		{"record_editions = {\"push\"}\n", "record_editions"},
		{"record_part_min = 1441\n", "record_part_min"},
		{"push_hosts = {\"\"}\n", "push_hosts"},
		{"layout = \"\"\n", "layout"},
		{"database = \"mysql://aula:secret@db/aula\"\n",
		 ": database must be sqlite:PATH or postgresql://"},
		{"database = \"/var/lib/aula.db\"\n", "database must be"},
		{"database = \"sqlite:\"\n", "database must be"},
		{"certificate = \"/a.pem\"\n", "key is needed"},
		{"key = \"/a.pem\"\n", "certificate is needed"},
		{"log_level = \"\"\n", "log_level must be debug, info"},
		{"listen = {\"1\",\"2\",\"3\",\"4\",\"5\"}\n", "listen"},
		{"listen = {\"a name that is far longer than an address may be, by "
		 "much\"}\n",
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
		CHECK(strncmp(why, path, strlen(path)) == 0);
		CHECK(memcmp(&conf, &before, sizeof(conf)) == 0);
	}
	CHECK(read_text(&conf, "nonsense = 1\n") == -EINVAL);
	CHECK(!strstr(why, "mean")); /* nothing is near */
	CHECK(read_text(&conf, "database = \"mysql://aula:secret@db\"\n") == -EINVAL);
	CHECK(!strstr(why, "secret"));
}

/* Whatever the path leads to: a line, and never the end of the process or a wait. */
static void not_a_text(void)
{
	static const struct {
		const char *path, *says;
	} rows[] = {
		{"/", "/: is not a file"},
		{"/dev/null", "is not a file"},
		{"/proc/self/mem", "/proc/self/mem: "}, /* cannot be read at 0 */
		{"/no/such/file/", "No such file"},
		{"", "No such file"},
	};
	char pipe_path[80], *large;
	struct conf conf, before;

	conf_init(&conf);
	before = conf;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK(conf_read(&conf, rows[i].path, why, sizeof(why)) < 0);
		CHECK(strstr(why, rows[i].says));
	}
	CHECK(conf_read(&conf, "/no/such/file", why, sizeof(why)) == -ENOENT);
	snprintf(pipe_path, sizeof(pipe_path), "%s.pipe", path);
	CHECK(mkfifo(pipe_path, 0600) == 0);
	CHECK(conf_read(&conf, pipe_path, why, sizeof(why)) == -EINVAL);
	CHECK(strstr(why, "is not a file") && unlink(pipe_path) == 0);

	CHECK(read_text(&conf, "") == 0);
	CHECK(read_text(&conf, "view_fps = 15") == 0); /* no end of line */
	memcpy(before.said, conf.said, sizeof(before.said));
	CHECK(conf_said(&conf, "view_fps") && !conf_said(&conf, "listen"));
	large = malloc(CONF_FILE_MAX + 2);
	CHECK(large);
	memset(large, '\n', CONF_FILE_MAX + 1);
	large[CONF_FILE_MAX + 1] = '\0';
	CHECK(read_text(&conf, large) == -EINVAL && strstr(why, "larger than 256 KiB"));
	large[CONF_FILE_MAX] = '\0';
	CHECK(read_text(&conf, large) == 0);
	free(large);
	CHECK(memcmp(&conf, &before, sizeof(conf)) == 0);
}

/* What a class may have of its own, one by one, by the same checks. */
static void own_values(void)
{
	static const struct {
		const char *key, *value, *says;
		int err;
	} rows[] = {
		{"rung_low", "320x180@10/46", "rung_low: \"320x180@10/46\" must be like",
		 -EINVAL},
		{"rung_top", "", "rung_top: \"\" must be sound", -EINVAL},
		{"rung_start", "MAIN", "rung_start: \"MAIN\" must be", -EINVAL},
		{"av1", "perhaps", "av1", -EINVAL},
		{"audio_kbps", "129", "audio_kbps must be 8 to 128", -EINVAL},
		{"audio_kbps", "4294967336", "audio_kbps must be 8 to 128", -EINVAL},
		{"audio_kbps", "", "audio_kbps", -EINVAL},
		{"audio_kbps", "40k", "audio_kbps", -EINVAL},
		{"audio_thin_kbps", "5", "audio_thin_kbps must be 6 to 128", -EINVAL},
		{"rung_most", "1280x720@30/8000", "no 'rung_most'", -ENOENT},
		{"view_fps", "10", "no 'view_fps' of its own", -ENOENT},
		{"data_dir", "/", "no 'data_dir'", -ENOENT},
		{"", "", "no ''", -ENOENT},
	};
	struct conf conf, before;
	char text[CONF_NAME];
	size_t n = 0;

	conf_init(&conf);
	before = conf;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		why[0] = '\0';
		CHECK(conf_set(&conf, rows[i].key, rows[i].value, why, sizeof(why)) ==
		      rows[i].err);
		if (!strstr(why, rows[i].says))
			fprintf(stderr, "row %zu said: %s\n", i, why);
		CHECK(strstr(why, rows[i].says));
		CHECK(memcmp(&conf, &before, sizeof(conf)) == 0);
	}
	CHECK(conf_set(&conf, "rung_high", " 640x360@20/900  1280x720@10/700 ", why,
		       sizeof(why)) == 0);
	CHECK(conf_get(&conf, "rung_high", text, sizeof(text)) == 0);
	CHECK(strcmp(text, " 640x360@20/900  1280x720@10/700 ") == 0);
	CHECK(conf_set(&conf, "audio_kbps", "64", why, sizeof(why)) == 0);
	CHECK(conf_get(&conf, "audio_kbps", text, sizeof(text)) == 0);
	CHECK(strcmp(text, "64") == 0 && conf.audio_kbps == 64);
	CHECK(conf_set(&conf, "av1", "off", why, sizeof(why)) == 0 && !conf.av1);
	CHECK(conf_get(&conf, "av1", text, sizeof(text)) == 0);
	CHECK(strcmp(text, "false") == 0);
	CHECK(conf_get(&conf, "database", text, sizeof(text)) == -ENOENT);
	while (conf_own_key(n)) /* each can be read, and set to what it is */
		CHECK(conf_get(&conf, conf_own_key(n), text, sizeof(text)) == 0 &&
		      conf_set(&conf, conf_own_key(n++), text, why, sizeof(why)) == 0);
	CHECK(n == 10);
}

/* All keys, one by one, whoever asks. */
static void all_values(void)
{
	struct conf conf;
	char text[1000];
	size_t n = 0;

	conf_init(&conf);
	while (conf_key(n))
		CHECK(conf_show(&conf, conf_key(n++), text, sizeof(text)) == 0);
	CHECK(n > 40 && conf_show(&conf, "nothing", text, sizeof(text)) == -ENOENT);
	CHECK(conf_show(&conf, "plugins", text, sizeof(text)) == 0);
	CHECK(strcmp(text, "layout_grid layout_speaker layout_lecture record_mp4 "
			   "record_audio record_mkv record_webm record_hls "
			   "record_rtmp record_tracks") == 0);
	CHECK(conf_show(&conf, "log_level", text, sizeof(text)) == 0);
	CHECK(strcmp(text, "info") == 0);
	CHECK(conf_change(&conf, "max_members", "0", why, sizeof(why)) == -EINVAL);
	CHECK(conf_change(&conf, "plugins", "x", why, sizeof(why)) == -ENOENT);
	CHECK(!conf_said(&conf, "max_members"));
	CHECK(conf_change(&conf, "max_members", "7", why, sizeof(why)) == 0);
	CHECK(conf.max_members == 7 && conf_said(&conf, "max_members"));
	CHECK(conf_change(&conf, "log_level", "loud", why, sizeof(why)) == -EINVAL);
	CHECK(conf_change(&conf, "log_level", "warn", why, sizeof(why)) == 0);
}

/* what is printed can be read again and says the same */
static void round_trip(void)
{
	static char text[16384], again[16384];
	struct conf conf, back;

	conf_init(&conf);
	CHECK(read_text(&conf,
			"public_url = \"https://a/b\\\\c\"\n"
			"origins = {\"https://x\", \"https://[::1]:8443\"}\n") == 0);
	conf_print(&conf, text, sizeof(text));
	conf_init(&back);
	back.n_plugins = 0;
	CHECK(read_text(&back, text) == 0);
	conf_print(&back, again, sizeof(again));
	CHECK(strcmp(text, again) == 0);
	CHECK(strcmp(back.public_url, "https://a/b\\c") == 0);

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
	not_a_text();
	own_values();
	all_values();
	round_trip();
	unlink(path);
	return 0;
}
