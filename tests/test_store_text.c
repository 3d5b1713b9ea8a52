/* What a storage may answer, and what is read of it; files of keys; names. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf_check.h"
#include "store/fault.h"
#include "store/keep.h"
#include "store/keys.h"
#include "store/kind.h"
#include "store/parts.h"
#include "store/refusal.h"
#include "store/tree.h"
#include "store/xml.h"
#include "tests/test.h"

static struct xml of(const char *text)
{
	return (struct xml){text, text + strlen(text)};
}

static void elements(void)
{
	struct xml in = of(
		"<?xml version=\"1.0\"?><R xmlns='x'><Key>a</Key><Keys>no</Keys>"
		"<Part n=\"1\"><N>1</N></Part><Part ><N>22</N></Part><E/>"
		"<T>&lt;&amp;&#x41;&#66;&quot;</T></R>");
	struct xml part, rest = in;
	char text[16];
	long long n = -1;

	CHECK(xml_text(in, "Key", text, sizeof(text)) && strcmp(text, "a") == 0);
	CHECK(xml_text(in, "T", text, sizeof(text)) && strcmp(text, "<&AB\"") == 0);
	CHECK(xml_text(in, "E", text, sizeof(text)) == false || !*text);
	CHECK(xml_next(&rest, "Part", &part) && xml_number(part, "N", &n) && n == 1);
	CHECK(xml_next(&rest, "Part", &part) && xml_number(part, "N", &n) && n == 22);
	CHECK(!xml_next(&rest, "Part", &part));
	CHECK(!xml_text(in, "Key", text, 1) && !*text);
	CHECK(!xml_text(in, "R", text, sizeof(text))); /* it has elements */
}

static void bad_elements(void)
{
	static const char *const none[] = {
		"",
		"<",
		"<K",
		"<K>",
		"<K>a",
		"<K>a</",
		"<K>a</K",
		"</K><K>",
		"<KK>a</KK>",
		"<k>a</k>",
		"<K>a<b></K>",
		"<K>&</K>",
		"<K>&x;</K>",
		"<K>&#0;</K>",
		"<K>&#x110000;</K>",
		"<K>&;</K>",
		"<K>\n</K>",
		"<K>&#10;</K>",
		"<K>&amp</K>",
		"<K a",
	};
	char text[16];
	long long n = 7;

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		CHECK(!xml_text(of(none[i]), "K", text, sizeof(text)) && !*text);
	CHECK(!xml_number(of("<K>-1</K>"), "K", &n) && n == 7);
	CHECK(!xml_number(of("<K>1x</K>"), "K", &n) && n == 7);
	CHECK(!xml_number(of("<K>99999999999999999999</K>"), "K", &n) && n == 7);
	CHECK(!xml_number(of("<K></K>"), "K", &n) && n == 7);
}

static int answer(long status, const char *text)
{
	return refusal_of(status, text, strlen(text));
}

static void refusals(void)
{
	CHECK(refusal_of(200, NULL, 0) == 0 && answer(204, "") == 0);
	CHECK(answer(200, "<ListBucketResult></ListBucketResult>") == 0);
	/* it began to answer before it knew */
	CHECK(answer(200, "<Error><Code>InternalError</Code></Error>") == FAULT_AWAY);
	CHECK(answer(200, "<Error><Code>Strange</Code></Error>") == FAULT_ANSWER);
	CHECK(answer(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>") ==
	      FAULT_KEYS);
	CHECK(answer(403, "<Error><Code>RequestTimeTooSkewed</Code></Error>") ==
	      FAULT_CLOCK);
	CHECK(answer(403, "<html>") == FAULT_DENIED);
	CHECK(answer(400, "<Error><Code>BadDigest</Code></Error>") == FAULT_DIFFERS);
	CHECK(answer(404, "<Error><Code>NoSuchBucket</Code></Error>") == FAULT_BUCKET);
	CHECK(answer(404, "") == FAULT_MISSING);
	CHECK(answer(503, "") == FAULT_AWAY && answer(429, "") == FAULT_AWAY);
	CHECK(answer(301, "") == FAULT_REGION && answer(418, "") == FAULT_ANSWER);
	CHECK(answer(500, "<Error><Code>") == FAULT_AWAY);
	for (int err = FAULT_PLACE; err <= FAULT_KEYS; err++)
		CHECK(strcmp(fault_of(err)->code, "io") != 0);
	CHECK(strcmp(fault_of(-EXDEV)->code, "io") == 0);
}

static int keys_of(struct sign_keys *keys, const char *text)
{
	char copy[KEYS_FILE + 1];

	snprintf(copy, sizeof(copy), "%s", text);
	return keys_parse(keys, copy);
}

static void key_files(void)
{
	static const char good[] = "# ours\n[default]\r\naws_access_key_id=AK\r\n"
				   "  aws_secret_access_key = s/e+c=r \t\nregion = x\n";
	static const char *const bad[] = {
		"",
		"aws_access_key_id = AK\n",
		"aws_secret_access_key = x\n",
		"aws_access_key_id = A K\naws_secret_access_key = x\n",
		"aws_access_key_id =\naws_secret_access_key = x\n",
		("aws_access_key_id = AK\naws_access_key_id = B\n"
		 "aws_secret_access_key = x"),
		"aws_access_key_id = \x01\naws_secret_access_key = x\n",
	};
	struct sign_keys keys = {.id = "before"};
	char path[64], why[400];
	int fd;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(keys_of(&keys, bad[i]) == -EINVAL &&
		      strcmp(keys.id, "before") == 0);
	CHECK(keys_of(&keys, good) == 0);
	CHECK(strcmp(keys.id, "AK") == 0 && strcmp(keys.secret, "s/e+c=r") == 0);
	CHECK(!*keys.token);
	snprintf(path, sizeof(path), "keys-%d", (int)getpid());
	fd = open(path, O_CREAT | O_WRONLY | O_EXCL, 0600);
	CHECK(fd >= 0 && write(fd, good, strlen(good)) == (ssize_t)strlen(good));
	CHECK(keys_read(&keys, path, why, sizeof(why)) == 0);
	CHECK(fchmod(fd, 0640) == 0);
	CHECK(keys_read(&keys, path, why, sizeof(why)) == -EPERM);
	CHECK(strstr(why, "chmod 600") && !strstr(why, "s/e+c=r"));
	close(fd);
	unlink(path);
	CHECK(keys_read(&keys, path, why, sizeof(why)) == -ENOENT);
}

static void names(void)
{
	CHECK(strcmp(kind_type("a.made/video.mp4"), "video/mp4") == 0);
	CHECK(strcmp(kind_type("a"), "application/octet-stream") == 0);
	CHECK(kind_leaves("a.live.hls/1.m4s") && kind_leaves("a.webm"));
	CHECK(!kind_leaves("a.made/poster.jpg") && !kind_leaves("a.live.hls/index.m3u8"));
	CHECK(keep_id_ok("abc123") && !keep_id_ok("") && !keep_id_ok("a.b") &&
	      !keep_id_ok("../a") && !keep_id_ok("A"));
	CHECK(parts_size(INT64_C(65) << 20) == PARTS_BYTES);
	CHECK(parts_size(INT64_C(1) << 42) * PARTS_MOST >= INT64_C(1) << 42);
	CHECK(parts_size(PARTS_BYTES * PARTS_MOST) % 1048576 == 0);
}

static void settings(void)
{
	CHECK(!conf_no_endpoint("") && !conf_no_endpoint("https://s3.example.org"));
	CHECK(!conf_no_endpoint("http://127.0.0.1:9000"));
	CHECK(!conf_no_endpoint("http://localhost:9000"));
	CHECK(!conf_no_endpoint("http://[::1]:9000"));
	CHECK(conf_no_endpoint("http://s3.example.org"));
	CHECK(conf_no_endpoint("http://127.0.0.1.example.org"));
	CHECK(conf_no_endpoint("http://localhost.example.org"));
	CHECK(conf_no_endpoint("https://s3.example.org/") &&
	      conf_no_endpoint("s3.example.org"));
	CHECK(!conf_no_bucket("my-bucket.1") && conf_no_bucket("a") &&
	      conf_no_bucket("A_b") && conf_no_bucket("a..b") && conf_no_bucket("-ab"));
	CHECK(!conf_no_prefix("") && !conf_no_prefix("a/b-") && conf_no_prefix("/a") &&
	      conf_no_prefix("a//b") && conf_no_prefix("../a") && conf_no_prefix("a b"));
	CHECK(!conf_no_encryption("aws:kms") && conf_no_encryption("aes"));
	CHECK(!conf_no_storage("s3") && conf_no_storage("S3"));
	CHECK(!conf_no_region("eu-central-1") && conf_no_region(""));
}

static void put_file(const char *path)
{
	FILE *f = fopen(path, "w");

	CHECK(f && fputs("x", f) >= 0 && fclose(f) == 0);
}

static void trees(void)
{
	static const char *const want[] = {"abc.live.hls/1.m4s", "abc.made/poster.jpg",
					   "abc.mp4"};
	static const char *const other[] = {"abc.part.mp4", "abc.broken.mp4",
					    "abc.light.mp4.part", "abcd.mp4",
					    "abc.live.part.hls/1.m4s"};
	char top[64];
	struct tree tree;

	snprintf(top, sizeof(top), "tree-%d", (int)getpid());
	CHECK(mkdir(top, 0700) == 0 && chdir(top) == 0);
	CHECK(mkdir("abc.made", 0700) == 0 && mkdir("abc.live.hls", 0700) == 0 &&
	      mkdir("abc.live.part.hls", 0700) == 0);
	for (size_t i = 0; i < 3; i++)
		put_file(want[i]);
	for (size_t i = 0; i < 5; i++)
		put_file(other[i]);
	CHECK(symlink("abcd.mp4", "abc.link.mp4") == 0);
	CHECK(tree_open(&tree, ".", "abc") == 0 && tree.n == 3 && tree.bytes == 3);
	CHECK(tree.left); /* a part */
	for (size_t i = 0; i < 3; i++)
		CHECK(strcmp(tree.files[i].name, want[i]) == 0);
	put_file("abc.mp4");
	tree.files[2].bytes = 7;
	CHECK(tree_file_open(&tree, &tree.files[2]) == -EBUSY);
	tree_close(&tree);
	CHECK(tree_open(&tree, ".", "none") == -ENOENT);
	tree_close(&tree);
	CHECK(tree_open(&tree, "nowhere", "abc") == -ENOENT);
	tree_close(&tree);
	for (size_t i = 0; i < 3; i++)
		unlink(want[i]);
	for (size_t i = 0; i < 5; i++)
		unlink(other[i]);
	unlink("abc.link.mp4");
	CHECK(rmdir("abc.made") == 0 && rmdir("abc.live.hls") == 0 &&
	      rmdir("abc.live.part.hls") == 0);
	CHECK(chdir("..") == 0 && rmdir(top) == 0);
}

/* An edition that could not be joined yet: its pieces are whole files, and must not go,
 * nor may all the rest as if that were all of it. */
static void pieces(void)
{
	static const char *const files[] = {"abc.at0.mp4", "abc.at900000000.mp4",
					    "abc.mp4.tmp", "abc.mp4.seal",
					    "abc.light.mp4"};
	char top[64];
	struct tree tree;

	snprintf(top, sizeof(top), "pieces-%d", (int)getpid());
	CHECK(mkdir(top, 0700) == 0 && chdir(top) == 0);
	put_file(files[0]);
	CHECK(tree_open(&tree, ".", "abc") == 0 && tree.n == 0 && tree.left);
	tree_close(&tree);
	for (size_t i = 1; i < 5; i++)
		put_file(files[i]);
	CHECK(tree_open(&tree, ".", "abc") == 0 && tree.n == 1 && tree.left);
	CHECK(strcmp(tree.files[0].name, "abc.light.mp4") == 0);
	tree_close(&tree);
	unlink(files[0]);
	unlink(files[1]);
	CHECK(tree_open(&tree, ".", "abc") == 0 && tree.n == 1 && !tree.left);
	tree_close(&tree);
	for (size_t i = 2; i < 5; i++)
		unlink(files[i]);
	CHECK(chdir("..") == 0 && rmdir(top) == 0);
}

int main(void)
{
	elements();
	bad_elements();
	refusals();
	key_files();
	names();
	settings();
	trees();
	pieces();
	return 0;
}
