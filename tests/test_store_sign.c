/* Signatures: the examples that Amazon publishes in "Authenticating Requests (AWS
 * Signature Version 4)", and what is escaped, sorted and refused.
 */
#include "store/sign.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/digest.h"
#include "store/place.h"
#include "tests/test.h"

#define AT_MS INT64_C(1369353600000) /* 2013-05-24 00:00:00 */

static const struct sign_keys keys = {"AKIAIOSFODNN7EXAMPLE",
				      "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};

static struct sign_request example(const char *path, char nothing[SIGN_HEX])
{
	CHECK(sign_sha256(nothing, "", 0) == 0);
	return (struct sign_request){.keys = &keys,
				     .method = "GET",
				     .host = "examplebucket.s3.amazonaws.com",
				     .path = path,
				     .body = nothing,
				     .region = "us-east-1",
				     .at_ms = AT_MS};
}

static void signature_is(const struct sign_request *req, const char *names,
			 const char *signature)
{
	char date[SIGN_DATE], authorization[SIGN_FIELD], want[SIGN_FIELD];

	CHECK(sign_fields(date, authorization, req) == 0);
	CHECK(strcmp(date, "20130524T000000Z") == 0);
	snprintf(want, sizeof(want),
		 "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
		 "aws4_request, SignedHeaders=%s, Signature=%s",
		 names, signature);
	CHECK(strcmp(authorization, want) == 0);
}

static void fields(void)
{
	const struct sign_pair range = {"range", "bytes=0-9"};
	const struct sign_pair put[] = {{"x-amz-storage-class", "REDUCED_REDUNDANCY"},
					{"date", "Fri, 24 May 2013 00:00:00 GMT"}};
	const struct sign_pair lifecycle = {"lifecycle", ""};
	const struct sign_pair list[] = {{"prefix", "J"}, {"max-keys", "2"}};
	char nothing[SIGN_HEX], body[SIGN_HEX];
	struct sign_request req = example("/test.txt", nothing);

	req.fields = &range;
	req.n_fields = 1;
	signature_is(&req, "host;range;x-amz-content-sha256;x-amz-date",
		     "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
	req = example("/test$file.text", nothing);
	CHECK(sign_sha256(body, "Welcome to Amazon S3.", 21) == 0);
	req.method = "PUT";
	req.body = body;
	req.fields = put;
	req.n_fields = 2;
	signature_is(&req,
		     "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
		     "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
	req = example("/", nothing);
	req.query = &lifecycle;
	req.n_query = 1;
	signature_is(&req, "host;x-amz-content-sha256;x-amz-date",
		     "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
	req.query = list;
	req.n_query = 2;
	signature_is(&req, "host;x-amz-content-sha256;x-amz-date",
		     "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

static void links(void)
{
	char nothing[SIGN_HEX], link[SIGN_TARGET];
	struct sign_request req = example("/test.txt", nothing);

	CHECK(sign_link(link, &req, 86400) == 0);
	CHECK(strcmp(link,
		     "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
		     "AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
		     "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400"
		     "&X-Amz-SignedHeaders=host&X-Amz-Signature="
		     "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d40"
		     "4") == 0);
	CHECK(sign_link(link, &req, 0) == -EINVAL);
	CHECK(sign_link(link, &req, SIGN_LINK_SEC + 1) == -EINVAL);
}

static void targets(void)
{
	const struct sign_pair query[] = {
		{"prefix", "a b/\xc3\xa9"}, {"a", "2"}, {"a", "1&="}, {"empty", ""}};
	char nothing[SIGN_HEX], target[SIGN_TARGET], *path = malloc(SIGN_TARGET);
	struct sign_request req = example("/b/x+y ~(1).mp4", nothing);

	req.query = query;
	req.n_query = 4;
	CHECK(sign_target(target, &req) == 0);
	CHECK(strcmp(target, "/b/x%2By%20~%281%29.mp4?a=1%26%3D&a=2&empty=&prefix="
			     "a%20b%2F%C3%A9") == 0);
	/* no byte too many, and then one */
	memset(path, 'a', SIGN_TARGET);
	path[0] = '/';
	path[SIGN_TARGET - 1] = '\0';
	req.path = path;
	req.n_query = 0;
	CHECK(sign_target(target, &req) == 0);
	req.n_query = 1;
	CHECK(sign_target(target, &req) == -E2BIG);
	CHECK(sign_link(target, &req, 60) == -E2BIG);
	free(path);
}

static struct conf conf_of(const char *endpoint, bool virtual_host)
{
	struct conf conf;

	conf_init(&conf);
	snprintf(conf.s3_endpoint, sizeof(conf.s3_endpoint), "%s", endpoint);
	snprintf(conf.s3_bucket, sizeof(conf.s3_bucket), "class");
	snprintf(conf.s3_prefix, sizeof(conf.s3_prefix), "aula/");
	conf.s3_virtual_host = virtual_host;
	return conf;
}

static void places(void)
{
	struct conf conf = conf_of("https://S3.example.org:9000", false);
	const struct place_wish wish = {.method = "GET",
					.name = "abc.mp4",
					.type = "video/mp4",
					.save = "class-abc.mp4"};
	char link[PLACE_LINK], path[PLACE_PATH], again[PLACE_LINK];
	struct sign_keys lent = keys;
	struct place place;

	CHECK(place_make(&place, &conf) == 0);
	CHECK(strcmp(place.host, "s3.example.org:9000") == 0);
	CHECK(strcmp(place.origin, "https://s3.example.org:9000") == 0);
	CHECK(place_path(path, &place, "x") == 0 && strcmp(path, "/class/x") == 0);
	CHECK(place_link(link, &place, &keys, &wish, AT_MS, 600) == 0);
	CHECK(strncmp(link,
		      "https://s3.example.org:9000/class/aula/abc.mp4?X-Amz-Algorithm=",
		      strlen("https://s3.example.org:9000/class/aula/abc.mp4?")) == 0);
	CHECK(strstr(link, "&response-content-disposition=attachment%3B%20filename%3D%22"
			   "class-abc.mp4%22&response-content-type=video%2Fmp4"));
	CHECK(!strstr(link, keys.secret) && !strstr(link, "Token"));
	snprintf(lent.token, sizeof(lent.token), "a/b");
	CHECK(place_link(again, &place, &lent, &wish, AT_MS, 600) == 0);
	CHECK(strstr(again, "&X-Amz-Security-Token=a%2Fb&"));
	CHECK(strcmp(strstr(link, "Signature="), strstr(again, "Signature=")) != 0);
	conf = conf_of("https://s3.example.org", true);
	CHECK(place_make(&place, &conf) == 0);
	CHECK(strcmp(place.host, "class.s3.example.org") == 0);
	CHECK(place_path(path, &place, "x") == 0 && strcmp(path, "/x") == 0);
}

static void digests(void)
{
	unsigned char two[2 * DIGEST_MD5];
	char tag[DIGEST_TAG];
	struct digest d;
	FILE *f = tmpfile();

	CHECK(f && fputs("xxhello", f) >= 0 && fflush(f) == 0);
	CHECK(digest_file(&d, fileno(f), 2, 5) == 0);
	CHECK(strcmp(d.md5_hex, "5d41402abc4b2a76b9719d911017c592") == 0);
	CHECK(strcmp(d.md5_base64, "XUFAKrxLKna5cZ2REBfFkg==") == 0);
	CHECK(strcmp(d.sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362"
			       "938b9824") == 0);
	CHECK(digest_file(&d, fileno(f), 2, 6) == -EBUSY);
	memcpy(two, d.md5, DIGEST_MD5);
	memcpy(two + DIGEST_MD5, d.md5, DIGEST_MD5);
	CHECK(digest_tag(tag, two, 2) == 0);
	CHECK(strlen(tag) == 34 && strcmp(tag + 32, "-2") == 0);
	fclose(f);
}

int main(void)
{
	fields();
	links();
	targets();
	places();
	digests();
	return 0;
}
