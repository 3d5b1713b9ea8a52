/* The protocol's messages: the table of bad JSON, fields, names, writing. */
#include "signaling/proto.h"

#include "base/count.h"
#include "base/limits.h"
#include "signaling/proto_scan.h"
#include "signaling/utf8.h"
#include "tests/test.h"
#include "tests/tsv.h"

#include <string.h>

static void row(void *ctx, const char *id, const char *expect, const char *bytes,
		size_t len)
{
	int64_t before = count_get(COUNT_REJECT_JSON);
	char *tight = malloc(len ? len : 1); /* without a zero at the end */
	struct proto_msg msg;
	const char *code = "ok";
	int err;

	(void)ctx;
	CHECK(tight);
	memcpy(tight, bytes, len);
	err = proto_parse(&msg, tight, len, &code);
	if (strcmp(code, expect) != 0 || (err < 0) != (strcmp(expect, "ok") != 0) ||
	    count_get(COUNT_REJECT_JSON) - before != (err < 0)) {
		fprintf(stderr, "%s: %s, not %s\n", id, code, expect);
		exit(1);
	}
	if (!err) {
		CHECK(cJSON_IsObject(msg.d));
		proto_msg_fini(&msg);
	}
	free(tight);
}

static void test_fields(void)
{
	static const struct proto_field ok[] = {
		{"text", PROTO_STRING, true, 1, 5},  {"n", PROTO_INT, false, -3, 100},
		{"on", PROTO_BOOL, true, 0, 0},      {"o", PROTO_OBJECT, false, 0, 0},
		{"absent", PROTO_INT, false, 0, 10}, {NULL, PROTO_INT, false, 0, 0},
	};
	static const struct {
		const char *d, *key;
	} rows[] = {
		{"{\"text\":\"hello\",\"n\":100,\"on\":true,\"o\":{}}", NULL},
		{"{\"text\":\"h\",\"on\":false,\"n\":-3,\"more\":1}", NULL},
		{"{\"on\":true}", "text"},
		{"{\"text\":\"\",\"on\":true}", "text"},
		{"{\"text\":\"hellos\",\"on\":true}", "text"},
		{"{\"text\":\"\xc3\xa4\xc3\xa4\xc3\xa4\",\"on\":true}", "text"},
		{"{\"text\":5,\"on\":true}", "text"},
		{"{\"text\":null,\"on\":true}", "text"},
		{"{\"Text\":\"a\",\"on\":true}", "text"},
		{"{\"text\":\"a\",\"on\":1}", "on"},
		{"{\"text\":\"a\",\"on\":\"true\"}", "on"},
		{"{\"text\":\"a\",\"on\":true,\"n\":101}", "n"},
		{"{\"text\":\"a\",\"on\":true,\"n\":-4}", "n"},
		{"{\"text\":\"a\",\"on\":true,\"n\":1.5}", "n"},
		{"{\"text\":\"a\",\"on\":true,\"n\":\"1\"}", "n"},
		{"{\"text\":\"a\",\"on\":true,\"n\":1e300}", "n"},
		{"{\"text\":\"a\",\"on\":true,\"o\":[]}", "o"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cJSON *d = cJSON_Parse(rows[i].d);
		const char *key = NULL;

		CHECK(d);
		CHECK((proto_check(d, ok, &key) < 0) == (rows[i].key != NULL));
		CHECK(rows[i].key ? strcmp(key, rows[i].key) == 0 : !key);
		cJSON_Delete(d);
	}
}

static void test_values(void)
{
	static const char text[] =
		"{\"t\":\"x.y_z\",\"id\":5,\"d\":{\"s\":\"a\",\"n\":-7,"
		"\"b\":true}}";
	struct proto_msg msg;
	const char *code;

	CHECK(proto_parse(&msg, text, sizeof(text) - 1, &code) == 0);
	CHECK(strcmp(msg.type, "x.y_z") == 0 && msg.id == 5);
	CHECK(strcmp(proto_string(msg.d, "s"), "a") == 0);
	CHECK(!proto_string(msg.d, "S") && !proto_string(msg.d, "n"));
	CHECK(proto_int(msg.d, "n", 1) == -7 && proto_int(msg.d, "s", 1) == 1);
	CHECK(proto_bool(msg.d, "b", false) && proto_bool(msg.d, "n", true));
	proto_msg_fini(&msg);
	proto_msg_fini(&msg);
}

static void is(char *text, const char *want)
{
	CHECK(text);
	if (strcmp(text, want) != 0) {
		fprintf(stderr, "%s, not %s\n", text, want);
		exit(1);
	}
	free(text);
}

static void test_writing(void)
{
	cJSON *d = cJSON_CreateObject();

	CHECK(cJSON_AddStringToObject(d, "x", "a\"b\xc3\xa4\n"));
	is(proto_ok(7, NULL), "{\"t\":\"ok\",\"id\":7,\"d\":{}}");
	is(proto_ok(9007199254740991, d),
	   "{\"t\":\"ok\",\"id\":9007199254740991,\"d\":{\"x\":\"a\\\"b\xc3\xa4\\n\"}}");
	is(proto_err(7, "bad_field", "text"),
	   "{\"t\":\"err\",\"id\":7,\"code\":\"bad_field\",\"field\":\"text\"}");
	is(proto_err_why(7, "bad_field", "a", "is \"b\""),
	   "{\"t\":\"err\",\"id\":7,\"code\":\"bad_field\",\"field\":\"a\","
	   "\"why\":\"is \\\"b\\\"\"}");
	is(proto_err_later(7, "too_fast", 1850),
	   "{\"t\":\"err\",\"id\":7,\"code\":\"too_fast\",\"after_ms\":1850}");
	is(proto_err(0, "bad_json", NULL), "{\"t\":\"err\",\"code\":\"bad_json\"}");
	is(proto_event("bye", 3, NULL), "{\"t\":\"bye\",\"seq\":3,\"d\":{}}");
	is(proto_event("speakers", 0, NULL), "{\"t\":\"speakers\",\"d\":{}}");
}

/* Who asked wrongly is answered by number, where that can be read. */
static void test_ids(void)
{
	static const struct {
		const char *text;
		int64_t id;
	} rows[] = {
		{"{\"t\":\"chat.send\",\"id\":7,\"d\":{\"text\":\"a\\u0000\"}}", 7},
		{"{\"d\":{\"text\":\"\\u0000\\ud800\"},\"t\":\"a\",\"id\": 8 }", 8},
		{"{\"t\":\"a\",\"id\":9,\"d\":{\"x\":1e308}}", 9},
		{"{\"t\":\"a\",\"id\":9,\"d\":{\"x\":1e99999999999999}}", 9},
		{"{\"id\":9,\"x\":0.3333333333333333333333333333333333333}", 9},
		{"{\"t\":\"a\",\"id\":10,\"d\":{\"x\":1,\"x\":2}}", 10},
		{"{\"t\":\"a\",\"t\":\"b\",\"id\":11}", 11},
		{"{\"t\":5,\"id\":12,\"d\":[]}", 12},
		{"{\"id\":9007199254740991}", 9007199254740991},
		{"{\"id\":9007199254740992}", 0},
		{"{\"id\":99999999999999999999999999}", 0},
		{"{\"id\":1,\"id\":1}", 0},
		{"{\"id\":-1}", 0},
		{"{\"id\":1.5}", 0},
		{"{\"id\":1e1}", 0},
		{"{\"id\":\"1\"}", 0},
		{"{\"id\":{\"id\":1}}", 0},
		{"{\"d\":{\"id\":1}}", 0},
		{"[{\"id\":1}]", 0},
		{"{\"id\":1", 0},
		{"{\"id\":1}x", 0},
		{"{\"id\":01}", 0},
		{"{\"id\":1,\"x\":\"\\u00g0\"}", 0},
		{"\"id\":1}", 0},
		{"", 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].text);
		char *tight = malloc(len ? len : 1);
		int64_t id;

		CHECK(tight);
		memcpy(tight, rows[i].text, len);
		id = proto_scan_id(tight, len);
		free(tight);
		if (id != rows[i].id) {
			fprintf(stderr, "id %zu: %lld\n", i, (long long)id);
			exit(1);
		}
	}
}

#define X8(s)  s s s s s s s s
#define X64(s) X8(X8(s))
#define ACUTE  "\xcc\x81"

static void test_names(void)
{
	static const struct {
		const char *in, *out; /* out NULL: refused */
	} rows[] = {
		{"Asha", "Asha"},
		{"  Asha \t", NULL},
		{"  Asha  ", "Asha"},
		{"\xc2\xa0"
		 "Asha\xe3\x80\x80"
		 "B\xe2\x80\x8a",
		 "Asha B"},
		{"Asha   Rao", "Asha Rao"},
		{"", NULL},
		{"   ", NULL},
		{X64("a"), X64("a")},
		{X64("a") "a", NULL},
		{X64("\xf0\x9f\x98\x80"), X64("\xf0\x9f\x98\x80")},
		{X64("a") "   ", X64("a")},
		{"a\nb", NULL},
		{"a\x1b[31m", NULL},
		{"a\x7f", NULL},
		{"a\xc2\x85", NULL},
		{"a\xe2\x80\xaa"
		 "b",
		 NULL}, /* U+202A */
		{"a\xe2\x80\xae"
		 "b",
		 NULL}, /* U+202E */
		{"a\xe2\x81\xa6"
		 "b",
		 NULL}, /* U+2066 */
		{"a\xe2\x81\xa9"
		 "b",
		 NULL}, /* U+2069 */
		{"a\xe2\x80\x8b"
		 "b",
		 NULL},                  /* U+200B */
		{"a\xef\xbb\xbf", NULL}, /* U+FEFF */
		{"a\xe2\x80\xa8"
		 "b",
		 NULL},                  /* U+2028 */
		{"a\xee\x80\x80", NULL}, /* U+E000 */
		{"a\xef\xbf\xbf", NULL}, /* U+FFFF */
		{"\xff", NULL},
		{"a\xc0\xaf", NULL},
		{"a\xed\xa0\x80", NULL},
		{"\xe0\xa4\x86\xe0\xa4\xb6\xe0\xa4\xbe", /* Devanagari */
		 "\xe0\xa4\x86\xe0\xa4\xb6\xe0\xa4\xbe"},
		{"\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d\xe0\xa4\xb7", /* with ZWJ */
		 "\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d\xe0\xa4\xb7"},
		{"\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae", /* Persian with ZWNJ */
		 "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae"},
		{"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac", /* emoji with ZWJ */
		 "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac"},
		{"\xe2\x80\x8d"
		 "a",
		 NULL},
		{"a\xe2\x80\x8d", NULL},
		{"a\xe2\x80\x8d\xe2\x80\x8d"
		 "b",
		 NULL},
		{"a \xe2\x80\x8d"
		 "b",
		 NULL},
		{"a\xe2\x80\x8d b", NULL},
		{"a" X8(ACUTE), "a" X8(ACUTE)},
		{"a" X8(ACUTE) ACUTE, NULL},
		{"a" X8(ACUTE) "b" X8(ACUTE), "a" X8(ACUTE) "b" X8(ACUTE)},
		{ACUTE "a", NULL},
		{"a " ACUTE "b", NULL},
		{"<b>%s%n'; DROP", "<b>%s%n'; DROP"},
	};
	char out[LIMIT_NAME_BYTES + 1], small[4] = "old";

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int err = proto_name(out, sizeof(out), rows[i].in);

		if ((err == 0) != (rows[i].out != NULL) ||
		    (!err && strcmp(out, rows[i].out) != 0)) {
			fprintf(stderr, "name %zu\n", i);
			exit(1);
		}
	}
	CHECK(proto_name(small, sizeof(small), "abc") == 0);
	CHECK(proto_name(small, sizeof(small), "defg") < 0 && strcmp(small, "abc") == 0);
}

static void test_texts(void)
{
	static const struct {
		const char *in, *out; /* out NULL: refused */
	} rows[] = {
		{"Hello", "Hello"},
		{"", NULL},
		{" \n\t ", NULL},
		{"\xc2\xa0\xe3\x80\x80", NULL},
		{" \n a\n\n\tb  c \n\t", "a\n\n\tb  c"},
		{"a\r\nb", NULL},
		{"a\x01", NULL},
		{"a\x0b", NULL},
		{"a\x1b[31m", NULL},
		{"a\x1f", NULL},
		{"a\x7f", NULL},
		{"a\xc2\x85", NULL},
		{"a\xc2\x9f", NULL},
		{"a\xff", NULL},
		{"a\xe2\x80\xaa"
		 "b\xe2\x80\xae"
		 "c",
		 "abc"}, /* U+202A, U+202E */
		{"a\xe2\x81\xa6"
		 "b\xe2\x81\xa9",
		 "ab"},                             /* U+2066, U+2069 */
		{"\xe2\x80\xaa a", "a"},            /* trimmed behind it */
		{"a \xe2\x80\xae", "a"},            /* and before it */
		{"a\xe2\x80\x8f", "a\xe2\x80\x8f"}, /* U+200F */
		{"\xe2\x80\xae", NULL},
		{"\xe2\x80\x8b", NULL}, /* U+200B */
		{"\xe2\x80\x8d", NULL}, /* U+200D */
		{"\xe2\xa0\x80", NULL}, /* U+2800 */
		{"\xef\xbb\xbf", NULL}, /* U+FEFF */
		{"\xef\xb8\x8f", NULL}, /* U+FE0F */
		{"\xe2\x9d\xa4\xef\xb8\x8f", "\xe2\x9d\xa4\xef\xb8\x8f"},
		{"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac",
		 "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac"},
		{ACUTE, NULL},
		{"a" X8(ACUTE) ACUTE ACUTE "b" ACUTE, "a" X8(ACUTE) "b" ACUTE},
		{"<b>%s%n'; DROP", "<b>%s%n'; DROP"},
	};
	char out[200], small[4] = "old";

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int err = proto_text(out, sizeof(out), rows[i].in);

		if ((err == 0) != (rows[i].out != NULL) ||
		    (!err && strcmp(out, rows[i].out) != 0)) {
			fprintf(stderr, "text %zu\n", i);
			exit(1);
		}
	}
	CHECK(proto_text(small, sizeof(small), "abcd") < 0 && strcmp(small, "old") == 0);
	CHECK(proto_text(small, sizeof(small), "a\n") == 0 && strcmp(small, "a") == 0);
	CHECK(proto_text(small, sizeof(small), " abc   ") == 0);
	CHECK(strcmp(small, "abc") == 0);
}

/* Every code point there and back, and every two bytes that are none. */
static void test_utf8(void)
{
	uint32_t cp;

	for (uint32_t v = 0; v < 0x110000; v += v < 0x3000 ? 1 : 97) {
		char s[4];
		size_t n = v < 0x80 ? 1 : v < 0x800 ? 2 : v < 0x10000 ? 3 : 4;

		s[0] = (char)(n == 1 ? v : (0xf00u >> n & 0xff) | v >> (6 * (n - 1)));
		for (size_t i = 1; i < n; i++)
			s[i] = (char)(0x80 | (v >> (6 * (n - 1 - i)) & 0x3f));
		if (v >= 0xd800 && v <= 0xdfff) {
			CHECK(utf8_read(&cp, s, n) == 0);
			continue;
		}
		CHECK(utf8_read(&cp, s, n) == n && cp == v);
		CHECK(n == 1 || utf8_read(&cp, s, n - 1) == 0);
	}
	CHECK(utf8_valid("", 0) && !utf8_valid("a\x80", 2));
}

int main(void)
{
	CHECK(tsv_each("json.tsv", row, NULL) > 90);
	test_fields();
	test_values();
	test_ids();
	test_writing();
	test_names();
	test_texts();
	test_utf8();
	return 0;
}
