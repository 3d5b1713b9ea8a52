/* Where a class may be sent to: what is no such address, and what nobody may reach
 * through the server.
 */
#include "mcu/push_target.h"

#include <stdio.h>
#include <string.h>

#include "plugins/record_rtmp.h"
#include "recorder/recorder.h"
#include "tests/test.h"

static struct conf conf;

static bool good(const char *url)
{
	const char *wrong = push_target_wrong(url, &conf);

	/* whatever is wrong, the key is not said */
	CHECK(!wrong || !strstr(wrong, "secret"));
	return !wrong;
}

static void by_form(void)
{
	static const char *const bad[] = {
		"",
		"rtmp",
		"rtmp://",
		"rtmp:/a.example/live/secret",
		"http://a.example/live/secret",
		"file:///etc/live/secret",
		"rtmpt://a.example/live/secret",
		"rtmp:///live/secret",
		"rtmp://a.example",
		"rtmp://a.example/",
		"rtmp://a.example/live",
		"rtmp://a.example/live/",
		"rtmp://a.example//secret",
		"rtmp://a.example:/live/secret",
		"rtmp://a.example:0/live/secret",
		"rtmp://a.example:65536/live/secret",
		"rtmp://a.example:-1/live/secret",
		"rtmp://a.example:1935x/live/secret",
		"rtmp://user:secret@a.example/live/k",
		"rtmp://-a.example/live/secret",
		"rtmp://.a.example/live/secret",
		"rtmp://a_b.example/live/secret",
		"rtmp://a.example/live/se cret",
		"rtmp://a.example/live/secret\n",
		"rtmp://a.example/live/secret\"",
		"rtmp://a.example\\live\\secret",
		"rtmp://a.example/live/\xd0\xb6",
		"rtmp://[2600::1/live/secret",
		"rtmp://[]/live/secret",
		"rtmp://[0000:0000:0000:0000:0000:0000:0000:0000:0000:1]/live/secret",
		" rtmp://a.example/live/secret",
	};
	char url[TARGET_MAX + 2];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (good(bad[i]))
			fprintf(stderr, "taken: %s\n", bad[i]);
		CHECK(!good(bad[i]));
	}
	CHECK(good("rtmp://a.example/live/secret"));
	CHECK(good("RTMPS://A.example:443/live/secret?x=1&y=2"));
	CHECK(good("rtmps://a.example./app/inst/secret"));
	CHECK(good("rtmp://8.8.8.8/live/secret"));
	CHECK(good("rtmp://[2600::1]:1935/live/secret"));
	memset(url, 'a', sizeof(url));
	memcpy(url, "rtmp://a.example/live/", 22);
	url[TARGET_MAX] = '\0';
	CHECK(good(url));
	url[TARGET_MAX] = 'a';
	url[TARGET_MAX + 1] = '\0';
	CHECK(!good(url));
}

/* What is taken here the plugin takes, too: else a class is told that it is sent, and it
 * never is. */
static void by_sign(void)
{
	char url[] = "rtmp://a.example/live/secret?";
	size_t at = sizeof(url) - 2;
	uint32_t n = 0;

	for (int sign = 1; sign < 256; sign++) {
		url[at] = (char)sign;
		CHECK(good(url) == (rtmp_url_check(url) == 0));
		n += good(url);
	}
	CHECK(n == 62 + 20);
	CHECK(!good("rtmp://a.example/live/secret^1") &&
	      !good("rtmp://a.example/live/secret|1") &&
	      !good("rtmp://a.example/live/secret#1"));
}

static void by_place(void)
{
	static const char *const inner[] = {
		"127.0.0.1",
		"10.1.2.3",
		"172.16.0.1",
		"172.31.255.255",
		"192.168.1.1",
		"169.254.169.254",
		"100.64.0.1",
		"0.0.0.0",
		"224.0.0.1",
		"255.255.255.255",
		"localhost",
		"a.localhost",
		"127.1",
		"2130706433",
		"0x7f000001",
		"0x7f.1",
		"[::1]",
		"[::]",
		"[fe80::1]",
		"[fd00::1]",
		"[::ffff:10.0.0.1]",
		"[2002:7f00:1::]",
		"[64:ff9b::7f00:1]",
		"[2001::1]",
		"[ff02::1]",
		"LOCALHOST",
		"localhost.",
	};
	char url[100];

	for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++) {
		snprintf(url, sizeof(url), "rtmp://%s/live/secret", inner[i]);
		if (good(url))
			fprintf(stderr, "taken: %s\n", url);
		CHECK(!good(url));
	}
	CHECK(good("rtmp://172.32.0.1/live/k") && good("rtmp://9.255.255.255/live/k"));
	CHECK(good("rtmp://1a.example/live/k"));
}

static void by_list(void)
{
	conf.n_push_hosts = 3;
	snprintf(conf.push_hosts[0], sizeof(conf.push_hosts[0]), "a.example");
	snprintf(conf.push_hosts[1], sizeof(conf.push_hosts[1]), ".b.example");
	snprintf(conf.push_hosts[2], sizeof(conf.push_hosts[2]), "127.0.0.1");
	CHECK(good("rtmp://A.Example/live/k") && good("rtmp://x.b.example/live/k"));
	CHECK(good("rtmp://127.0.0.1:1935/live/k"));
	CHECK(!good("rtmp://b.example/live/k") && !good("rtmp://xa.example/live/k"));
	CHECK(!good("rtmp://xb.example/live/k") && !good("rtmp://10.0.0.1/live/k"));
	CHECK(!good("rtmp://a.example.evil.example/live/k"));
}

int main(void)
{
	conf_init(&conf);
	by_form();
	by_sign();
	by_place();
	by_list();
	return 0;
}
