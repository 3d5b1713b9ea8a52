/* Links to recordings, and what cuts of them are told by: the texts. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/bucket.h"
#include "mcu/notice_share.h"
#include "mcu/share.h"
#include "mcu/workshop_text_cut.h"
#include "signaling/auth_password.h"
#include "tests/test.h"

/* ---- texts ---------------------------------------------------------------------------
 */

static void passwords(void)
{
	char salt[AUTH_SALT + 1], other[AUTH_SALT + 1], a[AUTH_VERIFIER + 1],
		b[AUTH_VERIFIER + 1];

	CHECK(auth_password_make("пароль", salt, a) == 0);
	CHECK(strlen(salt) == AUTH_SALT && strlen(a) == AUTH_VERIFIER);
	CHECK(auth_password_check("пароль", salt, a) == 0);
	CHECK(auth_password_check("Пароль", salt, a) == -EACCES);
	CHECK(auth_password_check("", salt, a) == -EACCES);
	CHECK(auth_password_check("пароль", salt, "") == -EACCES);
	CHECK(auth_password_make("пароль", other, b) == 0);
	CHECK(strcmp(salt, other) != 0 && strcmp(a, b) != 0);
	CHECK(auth_password_check("пароль", other, a) == -EACCES);
}

/* As Python's hashlib.scrypt has it, with n 8192, r 8, p 1. */
static void known_password(void)
{
	static const char verifier[] = "ae2b3f1794d52cc7fa93568f0f2e52a0"
				       "f759a95a77216c2a23b3ef8a96c6a49f";

	CHECK(auth_password_check("secret", "00112233445566778899aabbccddeeff",
				  verifier) == 0);
}

static void bodies(void)
{
	static const char *const none[] = {
		"",
		"x",
		"[]",
		"{}",
		"null",
		"\"secret\"",
		"{\"password\":7}",
		"{\"password\":\"\"}",
		"{\"password\":\"a\",\"password\":\"b\"}",
		"{\"password\":\"secret\"",
	};
	char password[SHARE_PASSWORD_MAX * 4 + 1], text[400];

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		CHECK(notice_share_password(none[i], strlen(none[i]), password) < 0);
	CHECK(notice_share_password(NULL, 0, password) < 0);
	CHECK(notice_share_password("{\"password\":\"secret\"}", 21, password) == 0);
	CHECK(strcmp(password, "secret") == 0);
	snprintf(text, sizeof(text), "{\"password\":\"%0*d\"}", SHARE_PASSWORD_MAX * 4,
		 7);
	CHECK(notice_share_password(text, strlen(text), password) == 0);
	snprintf(text, sizeof(text), "{\"password\":\"%0*d\"}",
		 SHARE_PASSWORD_MAX * 4 + 1, 7);
	CHECK(notice_share_password(text, strlen(text), password) < 0);
}

static void lines(void)
{
	static const char *const none[] = {
		"",
		"x",
		"[]",
		"{\"ok\":true}",
		"{\"ok\":true,\"files\":[],\"duration_ms\":5,\"from_ms\":0}",
		"{\"ok\":true,\"files\":[{\"bytes\":0}],\"duration_ms\":5,\"from_ms\":0}",
		"{\"ok\":true,\"files\":[{\"bytes\":1e300}],\"duration_ms\":5,\"from_"
		"ms\":0}",
		"{\"ok\":true,\"files\":[{\"bytes\":7}],\"duration_ms\":-5,\"from_ms\":"
		"0}",
		"{\"ok\":true,\"files\":[{\"bytes\":7}],\"duration_ms\":5,\"from_ms\":-"
		"1}",
		"{\"ok\":true,\"files\":[{\"bytes\":7}],\"duration_ms\":5}",
		"{\"ok\":true,\"files\":[{\"bytes\":7}],\"duration_ms\":5,"
		"\"parts_ms\":[0]}",
		"{\"ok\":true,\"files\":[{\"bytes\":7}],\"duration_ms\":5,"
		"\"parts_ms\":[0,6]}",
		"{\"ok\":true,\"files\":[{\"bytes\":7}],\"duration_ms\":5,"
		"\"parts_ms\":[0,3,2]}",
		"{\"ok\":true,\"files\":[{\"bytes\":7}],\"duration_ms\":5,"
		"\"parts_ms\":[0,0,0,0,0,0,0,0,0]}",
		"{\"step\":\"make\",\"done\":0.5}",
		"{\"step\":\"trim\",\"done\":1.5}",
		"{\"ok\":false,\"code\":\"Bad code\"}",
	};
	struct cut_line line;

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		cut_read(&line, none[i]);
		CHECK(line.said == SAID_NOTHING);
	}
	cut_read(&line, "{\"step\":\"trim\",\"done\":0.5}");
	CHECK(line.said == SAID_STEP && line.done == 0.5);
	cut_read(&line, "{\"ok\":false,\"code\":\"damaged\",\"why\":\"x\"}");
	CHECK(line.said == SAID_FAILED && strcmp(line.code, "damaged") == 0);
	cut_read(&line, "{\"step\":\"join\",\"done\":1}");
	CHECK(line.said == SAID_STEP);
	cut_read(&line, "{\"ok\":true,\"files\":[{\"bytes\":7}],\"duration_ms\":9,"
			"\"parts_ms\":[0,5]}");
	CHECK(line.said == SAID_READY && line.n_parts == 2 && line.parts_ms[1] == 5);
	cut_read(&line, "{\"ok\":true,\"files\":[{\"name\":\"x.mp4\",\"bytes\":7}],"
			"\"duration_ms\":2000,\"from_ms\":500,\"to_ms\":2500}");
	CHECK(line.said == SAID_READY && line.bytes == 7 && line.duration_ms == 2000 &&
	      line.from_ms == 500);
}

static void buckets(void)
{
	const struct bucket_rate rate = {1, 3};
	struct bucket bucket = {0};

	for (int i = 0; i < 3; i++) {
		CHECK(bucket_wait(&bucket, &rate, BUCKET_DEED_US, 1000) == 0);
		bucket_take(&bucket, BUCKET_DEED_US);
	}
	CHECK(bucket_wait(&bucket, &rate, BUCKET_DEED_US, 1000) > 0);
	bucket_give(&bucket, BUCKET_DEED_US);
	CHECK(bucket_wait(&bucket, &rate, BUCKET_DEED_US, 1000) == 0);
	bucket_give(&bucket, 100 * BUCKET_DEED_US); /* not more than was taken */
	for (int i = 0; i < 3; i++)
		bucket_take(&bucket, BUCKET_DEED_US);
	CHECK(bucket_wait(&bucket, &rate, BUCKET_DEED_US, 1000) > 0);
}

int main(void)
{
	passwords();
	known_password();
	bodies();
	lines();
	buckets();
	return 0;
}
