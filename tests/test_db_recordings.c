/* Recordings in a database: their rows and files, what is made of them, lists, the trash,
 * how much there is, and links to them. */
#include "db/db.h"

#include "tests/db_rig.h"

#include <errno.h>

DB_TAKER(recording)
DB_TAKER(share)
DB_TAKER(usage)

static void recordings(void)
{
	struct db *db = db_rig_open();
	struct db_recording r = {.id = "r1", .room = "a", .state = "running"};

	r.started_ms = 7;
	r.bytes = INT64_C(1) << 50;
	db_rig_fill(r.file, sizeof(r.file), "f");
	snprintf(r.title, sizeof(r.title), "%s", db_rig_nasty);
	CHECK(db_recording_put(db, &r) == 0);
	snprintf(r.state, sizeof(r.state), "interrupted");
	CHECK(db_recording_put(db, &r) == 0);
	db_rig_wait(db_rig_list(db, "a", 0, 10, take_recordings));
	CHECK(db_got.n == 1 && memcmp(&db_got.recordings[0], &r, sizeof(r)) == 0);
	db_rig_wait(db_recording(db, "r1", take_recordings, &db_got));
	CHECK(db_got.n == 1 && memcmp(&db_got.recordings[0], &r, sizeof(r)) == 0);
	db_rig_wait(db_recordings_running(db, take_recordings, &db_got));
	CHECK(db_got.err == 0 && db_got.n == 0);
	snprintf(r.id, sizeof(r.id), "r0");
	snprintf(r.room, sizeof(r.room), "b");
	snprintf(r.state, sizeof(r.state), "running");
	CHECK(db_recording_put(db, &r) == 0);
	db_rig_wait(db_recordings_running(db, take_recordings, &db_got));
	CHECK(db_got.n == 1 && strcmp(db_got.recordings[0].id, "r0") == 0);
	snprintf(r.state, sizeof(r.state), "waiting"); /* for its first file */
	CHECK(db_recording_put(db, &r) == 0);
	db_rig_wait(db_recordings_running(db, take_recordings, &db_got));
	CHECK(db_got.n == 1 && strcmp(db_got.recordings[0].state, "waiting") == 0);
	CHECK(db_recording_delete(db, "r0") == 0);
	CHECK(db_recording_delete(db, "nobody") == 0);
	db_rig_wait(db_recording(db, "r0", take_recordings, &db_got));
	CHECK(db_got.err == 0 && db_got.n == 0);
	db_rig_close(db);
}

static void take_file(void *ctx, int err, const struct db_recording_file *rows,
		      uint32_t n)
{
	CHECK(ctx == &db_got && err == 0 && n == 1);
	db_got.file = rows[0];
	db_rig_answered(err, n);
}

/* Without a length it says nothing new of a file that is known. */
static void recording_files(void)
{
	struct db *db = db_rig_open();
	struct db_recording r = {
		.id = "f1", .room = "f", .state = "running", .started_ms = 7};
	struct db_recording_file file = {.id = "f1.full",
					 .recording = "f1",
					 .edition = "full",
					 .ext = "mp4",
					 .err = "disk_full",
					 .bytes = 9,
					 .duration_ms = 1234};

	CHECK(db_recording_put(db, &r) == 0 && db_recording_file_put(db, &file) == 0);
	file.duration_ms = 0;
	file.err[0] = '\0';
	file.bytes = 10;
	CHECK(db_recording_file_put(db, &file) == 0);
	db_rig_wait(db_recording_files(db, "f", 0, 10, take_file, &db_got));
	CHECK(db_got.file.bytes == 10 && db_got.file.duration_ms == 1234);
	CHECK(strcmp(db_got.file.err, "disk_full") == 0);
	r.bytes = 10; /* as a rescue tells that it is there */
	CHECK(db_recording_put(db, &r) == 0);
	db_rig_wait(db_recording(db, "f1", take_recordings, &db_got));
	CHECK(db_got.n == 1 && db_got.recordings[0].duration_ms == 1234);
	r.bytes = 11;
	CHECK(db_recording_put(db, &r) == 0);
	db_rig_wait(db_recording(db, "f1", take_recordings, &db_got));
	CHECK(db_got.n == 1 && db_got.recordings[0].duration_ms == 1234);
	r.bytes = file.bytes = 0;
	file.err[0] = 'x';
	file.err[1] = '\0';
	CHECK(db_recording_put(db, &r) == 0 && db_recording_file_put(db, &file) == 0);
	db_rig_wait(db_recording(db, "f1", take_recordings, &db_got));
	CHECK(db_got.n == 1 && db_got.recordings[0].duration_ms == 0);
	db_rig_wait(db_recording_files(db, "f", 0, 10, take_file, &db_got));
	CHECK(db_got.file.duration_ms == 0 && strcmp(db_got.file.err, "x") == 0);
	CHECK(db_recording_delete(db, "f1") == 0);
	db_rig_close(db);
}

static struct db_recording_place behind;

static bool unmade(struct db *db, const char *id)
{
	db_rig_wait(db_recording_unmade(db, &behind, take_recordings, &db_got));
	CHECK(db_got.err == 0 && db_got.n <= 1);
	return id ? db_got.n == 1 && strcmp(db_got.recordings[0].id, id) == 0
		  : db_got.n == 0;
}

static bool unsealed(struct db *db, const char *id)
{
	db_rig_wait(db_recording_unsealed(db, &behind, take_recordings, &db_got));
	CHECK(db_got.err == 0 && db_got.n <= 1);
	return id ? db_got.n == 1 && strcmp(db_got.recordings[0].id, id) == 0
		  : db_got.n == 0;
}

/* Those of which all was made, and those of the trash; anew when more is made. */
static void sealed(void)
{
	struct db *db = db_rig_open();
	struct db_recording r = {
		.id = "s1", .room = "s", .state = "ready", .bytes = 9, .started_ms = 1};

	while (!unsealed(db, NULL))
		CHECK(db_recording_sealed(db, db_got.recordings[0].id, true) == 0);
	CHECK(db_recording_put(db, &r) == 0 && unsealed(db, NULL));
	CHECK(db_recording_trash(db, "s1", 5) == 0 && unsealed(db, "s1"));
	CHECK(db_recording_trash(db, "s1", 0) == 0 && unsealed(db, NULL));
	CHECK(db_recording_made(db, "s1", "failed", "{}") == 0 && unsealed(db, "s1"));
	CHECK(db_recording_sealed(db, "s1", true) == 0 && unsealed(db, NULL));
	CHECK(db_recordings_seal_again(db) == 0 && unsealed(db, NULL));
	CHECK(db_recording_made(db, "s1", "ready", "{}") == 0 && unsealed(db, "s1"));
	CHECK(db_recording_sealed(db, "s1", false) == 0 && unsealed(db, NULL));
	CHECK(db_recordings_seal_again(db) == 0 && unsealed(db, "s1"));
	CHECK(db_recording_sealed(db, "s1", true) == 0 && unsealed(db, NULL));
	CHECK(db_recording_seal_anew(db, "s1") == 0 && unsealed(db, "s1"));
	/* behind a place: by time, then by id */
	snprintf(r.id, sizeof(r.id), "s0");
	CHECK(db_recording_put(db, &r) == 0);
	CHECK(db_recording_made(db, "s0", "ready", "{}") == 0 && unsealed(db, "s0"));
	behind = (struct db_recording_place){.started_ms = 1, .id = "s0"};
	CHECK(unsealed(db, "s1"));
	behind.started_ms = 2;
	CHECK(unsealed(db, NULL) && unmade(db, NULL));
	behind = (struct db_recording_place){.started_ms = 0, .id = "z"};
	CHECK(unsealed(db, "s0"));
	behind = (struct db_recording_place){.started_ms = 1, .id = "s1"};
	CHECK(unsealed(db, NULL));
	behind = (struct db_recording_place){.started_ms = 0};
	CHECK(db_recording_delete(db, "s0") == 0 && unsealed(db, "s1"));
	CHECK(db_recording_delete(db, "s1") == 0 && unsealed(db, NULL));
	db_rig_close(db);
}

/* The oldest that is finished waits first; what was made of one no put takes back. */
static void made(void)
{
	struct db *db = db_rig_open();
	struct db_recording r = {.id = "m1", .room = "m", .state = "running"};
	const struct db_recording none = {.id = "m0", .state = "ready", .bytes = 9};
	char json[DB_MADE + 2];

	CHECK(db_recording_delete(db, "r1") == 0);
	CHECK(db_recording_cut_end(db, &none) == 0); /* it makes no row */
	CHECK(unmade(db, NULL));
	r.started_ms = 20;
	r.bytes = 9;
	CHECK(db_recording_put(db, &r) == 0 && unmade(db, NULL));
	snprintf(r.state, sizeof(r.state), "ready");
	CHECK(db_recording_put(db, &r) == 0 && unmade(db, "m1"));
	snprintf(r.id, sizeof(r.id), "m2");
	snprintf(r.state, sizeof(r.state), "interrupted");
	r.started_ms = 10;
	CHECK(db_recording_put(db, &r) == 0 && unmade(db, "m2"));
	snprintf(r.id, sizeof(r.id), "m3");
	r.bytes = r.started_ms = 0; /* it has no file */
	CHECK(db_recording_put(db, &r) == 0 && unmade(db, "m2"));
	db_rig_fill(json, sizeof(json), "j");
	CHECK(db_recording_made(db, "m2", "ready", json) == -EINVAL && unmade(db, "m2"));
	json[DB_MADE] = '\0';
	CHECK(db_recording_made(db, "m2", "ready", json) == 0 && unmade(db, "m1"));
	CHECK(db_recording_made(db, "m1", "failed", "{}") == 0 && unmade(db, NULL));
	CHECK(db_recording_made(db, "nobody", "failed", "{}") == 0);
	snprintf(r.id, sizeof(r.id), "m2");
	r.bytes = 10;
	CHECK(db_recording_put(db, &r) == 0);
	db_rig_wait(db_recording(db, "m2", take_recordings, &db_got));
	CHECK(db_got.n == 1 && db_got.recordings[0].bytes == 10);
	CHECK(strcmp(db_got.recordings[0].made, "ready") == 0);
	CHECK(strcmp(db_got.recordings[0].made_json, json) == 0);
	db_rig_close(db);
}

static const char *const found_rows[][2] = {
	/* what is looked for, and the ids that it is found in, the newest first */
	{"physics", "s2 s1"},
	{"PHYSICS", "s2 s1"},
	{"физика", "s4 s3"},
	{"ФИЗИКА", "s4 s3"},
	{"еж", "s4"}, /* yo is written ye as well */
	{"ЁЖ", "s4"},
	{"straße", "s2"},
	{"ÉCOLE", "s1"},
	{"школа", "s3"}, /* a mark */
	{"Школа", "s3"},
	{"100%", "s5"},
	{"1_0", "s5"},
	{"a!b", "s5"},
	{"%", "s5"},
	{"_", "s5"},
	{"!", "s5"},
	{"'", "s5"},
	{"\\", "s5"},
	{"100%%", ""},
	{"__________________", ""},
	{"nowhere", ""},
};

static void finds(struct db *db, const struct db_recordings_wish *wish, const char *want)
{
	char ids[64] = "";

	db_rig_wait(db_recordings(db, wish, take_recordings, &db_got));
	CHECK(db_got.err == 0);
	for (uint32_t i = 0; i < db_got.n && i < 8; i++)
		snprintf(ids + strlen(ids), sizeof(ids) - strlen(ids), "%s%s",
			 i ? " " : "", db_got.recordings[i].id);
	if (strcmp(ids, want) != 0)
		fprintf(stderr, "%s: \"%s\" instead of \"%s\"\n", wish->text, ids, want);
	CHECK(strcmp(ids, want) == 0);
}

static void search(void)
{
	static const char *const titles[] = {"Physics, \xc3\x89"
					     "cole",
					     "Physics: Stra\xc3\x9f"
					     "e",
					     "Физика", "ФИЗИКА и Ёж",
					     "100% 1_0 a!b ' \\"};
	struct db_recordings_wish wish = {
		.room = "s", .text = "", .state = "", .limit = 10, .now_ms = 1000};
	struct db_mark mark = {.id = "sm", .recording = "s3", .text = "Наша ШКОЛА"};
	struct db_recording r = {.room = "s", .state = "ready"};
	char longest[DB_SEARCH + 1];
	struct db *db = db_rig_open();

	for (int i = 0; i < 5; i++) {
		snprintf(r.id, sizeof(r.id), "s%d", i + 1);
		snprintf(r.title, sizeof(r.title), "%s", titles[i]);
		r.started_ms = 100 + i;
		CHECK(db_recording_put(db, &r) == 0);
	}
	CHECK(db_mark_put(db, &mark) == 0);
	for (size_t i = 0; i < sizeof(found_rows) / sizeof(found_rows[0]); i++) {
		wish.text = found_rows[i][0];
		finds(db, &wish, found_rows[i][1]);
	}
	memset(longest, '%', sizeof(longest) - 1);
	longest[DB_SEARCH] = '\0';
	wish.text = longest;
	finds(db, &wish, "");
	wish.text = "";
	wish.from_ms = 101;
	wish.to_ms = 103;
	finds(db, &wish, "s4 s3 s2");
	wish.before_ms = 103;
	wish.state = "ready";
	finds(db, &wish, "s3 s2");
	wish.state = "failed";
	finds(db, &wish, "");
	/* by its new name, and no longer by the old one */
	wish = (struct db_recordings_wish){.room = "s", .state = "", .limit = 10};
	CHECK(db_recording_rename(db, "s1", "Химия") == 0);
	snprintf(r.id, sizeof(r.id), "s1");
	r.started_ms = 100;
	CHECK(db_recording_put(db, &r) == 0); /* does not bring the old one back */
	wish.text = "хим";
	finds(db, &wish, "s1");
	CHECK(strcmp(db_got.recordings[0].title, "Химия") == 0);
	wish.text = "physics";
	finds(db, &wish, "s2");
	db_rig_close(db);
}

static bool due(struct db *db, int64_t trash_ms, int64_t age_ms, const char *after,
		const char *first, uint32_t n)
{
	const struct db_due of = {after, trash_ms, age_ms, 2};

	db_rig_wait(db_recordings_due(db, &of, take_recordings, &db_got));
	CHECK(db_got.err == 0);
	return db_got.n == n && (n == 0 || strcmp(db_got.recordings[0].id, first) == 0);
}

/* The trash, retention, cuts, and how much there is; of the rows of search(), too. */
static void keeping(void)
{
	struct db_recordings_wish wish = {
		.room = "s", .text = "", .state = "", .limit = 10, .trash = true};
	struct db_recording cut = {.id = "c1",
				   .room = "k",
				   .state = "running",
				   .origin = "s1",
				   .started_ms = 5,
				   .cut_from_ms = 1,
				   .cut_to_ms = 9,
				   .added_ms = 900,
				   .kept = 1,
				   .deleted_ms = 3};
	struct db *db = db_rig_open();

	db_rig_meddle("DELETE FROM recordings WHERE room <> 's'");
	finds(db, &wish, "");
	CHECK(db_recording_trash(db, "s2", 500) == 0);
	CHECK(db_recording_trash(db, "s3", 600) == 0);
	CHECK(db_recording_trash(db, "s4", 600) == 0);
	CHECK(db_recording_trash(db, "nobody", 600) == 0);
	finds(db, &wish, "s4 s3 s2");
	CHECK(db_got.recordings[2].deleted_ms == 500);
	wish.trash = false;
	finds(db, &wish, "s5 s1");
	CHECK(due(db, 499, 0, "", "", 0) && due(db, 500, 0, "", "s2", 1));
	CHECK(due(db, 600, 0, "", "s2", 2) && due(db, 600, 0, "s3", "s4", 1));
	CHECK(db_recording_trash(db, "s2", 0) == 0 && due(db, 600, 0, "", "s3", 2));
	/* what is kept does not go because it is old, but what is in the trash does */
	CHECK(due(db, 0, 102, "", "s1", 2) && due(db, 0, 100, "", "", 0));
	CHECK(db_recording_keep(db, "s1", true) == 0 && due(db, 0, 102, "", "s2", 1));
	CHECK(db_recording_trash(db, "s1", 7) == 0 && due(db, 7, 0, "", "s1", 1));
	CHECK(db_recording_keep(db, "s2", true) == 0 && due(db, 0, 102, "", "", 0));
	CHECK(db_recording_keep(db, "s2", false) == 0 && due(db, 0, 102, "", "s2", 1));

	CHECK(db_recording_put(db, &cut) == 0);
	db_rig_wait(db_recording_uncut(db, take_recordings, &db_got));
	CHECK(db_got.n == 1 && memcmp(&db_got.recordings[0], &cut, sizeof(cut)) == 0);
	db_rig_wait(db_recordings_running(db, take_recordings, &db_got));
	CHECK(db_got.n == 0); /* nobody rescues it */
	snprintf(cut.state, sizeof(cut.state), "ready");
	CHECK(db_recording_put(db, &cut) == 0);
	db_rig_wait(db_recording_uncut(db, take_recordings, &db_got));
	CHECK(db_got.n == 0);
	/* it began long ago, but is not old */
	CHECK(db_recording_trash(db, "c1", 0) == 0 &&
	      db_recording_keep(db, "c1", 0) == 0);
	CHECK(due(db, 0, 900, "", "s2", 2));
	CHECK(due(db, 0, 901, "", "c1", 2));
	db_rig_close(db);
}

static void usage(void)
{
	struct db_recording_file file = {
		.id = "u1.full", .recording = "u1", .edition = "full", .bytes = 40};
	struct db_recording r = {.id = "u1", .room = "u", .state = "ready", .bytes = 40};
	struct db *db = db_rig_open();

	db_rig_wait(db_recordings_usage(db, "u", take_usages, &db_got));
	CHECK(db_got.err == 0 && db_got.n == 0);
	CHECK(db_recording_put(db, &r) == 0 && db_recording_file_put(db, &file) == 0);
	snprintf(file.id, sizeof(file.id), "u1.sound");
	file.bytes = INT64_C(1) << 40;
	CHECK(db_recording_file_put(db, &file) == 0);
	snprintf(r.id, sizeof(r.id), "u2"); /* as before there were editions */
	r.bytes = 2;
	CHECK(db_recording_put(db, &r) == 0);
	CHECK(db_recording_trash(db, "u2", 7) == 0); /* it is there all the same */
	snprintf(r.id, sizeof(r.id), "u3");
	snprintf(r.room, sizeof(r.room), "v");
	CHECK(db_recording_put(db, &r) == 0);
	db_rig_wait(db_recordings_usage(db, "u", take_usages, &db_got));
	CHECK(db_got.n == 1 && db_got.usages[0].bytes == (INT64_C(1) << 40) + 42);
	db_rig_wait(db_recordings_usage(db, "", take_usages, &db_got));
	CHECK(db_got.err == 0 && db_got.n > 2);
	db_rig_close(db);
}

static void shares(void)
{
	struct db_recordings_wish wish = {
		.room = "u", .text = "", .state = "", .limit = 10, .now_ms = 49};
	struct db_share a = {
		.id = "h1", .recording = "u1", .made_ms = 3, .expires_ms = 50};
	struct db_share b = {
		.id = "h2", .recording = "u1", .made_ms = 2, .expires_ms = 60};
	struct db *db = db_rig_open();

	db_rig_fill(a.salt, sizeof(a.salt), "5");
	db_rig_fill(a.verifier, sizeof(a.verifier), "a");
	CHECK(db_share_put(db, &a) == 0 && db_share_put(db, &b) == 0);
	CHECK(db_share_opened(db, "h1") == 0 && db_share_opened(db, "h1") == 0);
	CHECK(db_share_put(db, &a) == 0); /* it was opened as often as it was */
	a.opened = 2;
	db_rig_wait(db_share(db, "h1", take_shares, &db_got));
	CHECK(db_got.n == 1 && memcmp(&db_got.shares[0], &a, sizeof(a)) == 0);
	db_rig_wait(db_shares(db, "u1", 49, take_shares, &db_got));
	CHECK(db_got.n == 2 && strcmp(db_got.shares[0].id, "h2") == 0);
	db_rig_wait(db_shares(db, "u1", 50, take_shares, &db_got));
	CHECK(db_got.n == 1 && strcmp(db_got.shares[0].id, "h2") == 0);
	db_rig_wait(db_recordings(db, &wish, take_recordings, &db_got));
	CHECK(db_got.n == 1 && db_got.recordings[0].shares == 2);
	wish.now_ms = 60;
	db_rig_wait(db_recordings(db, &wish, take_recordings, &db_got));
	CHECK(db_got.n == 1 && db_got.recordings[0].shares == 0);
	CHECK(db_share_delete(db, "h1") == 0 && db_share_delete(db, "h1") == 0);
	db_rig_wait(db_share(db, "h1", take_shares, &db_got));
	CHECK(db_got.err == 0 && db_got.n == 0);
	CHECK(db_recording_delete(db, "u1") == 0);
	db_rig_wait(db_share(db, "h2", take_shares, &db_got));
	CHECK(db_got.err == 0 && db_got.n == 0);
	db_rig_close(db);
}

/* From the newest to the oldest, each once, those of other rooms left out. */
static void pages(void)
{
	struct db_recording r = {.state = "ready"};
	struct db *db = db_rig_open();
	int64_t before = 0;

	for (int i = 1; i <= 20; i++) {
		snprintf(r.id, sizeof(r.id), "p%02d", i);
		snprintf(r.room, sizeof(r.room), i % 5 ? "paged" : "other");
		r.started_ms = 1000 + i;
		CHECK(db_recording_put(db, &r) == 0);
	}
	for (int left = 16, last = 1021; left > 0;) {
		db_rig_wait(db_rig_list(db, "paged", before, 7, take_recordings));
		CHECK(db_got.err == 0 && db_got.n == (uint32_t)(left < 7 ? left : 7));
		for (uint32_t i = 0; i < db_got.n; i++) {
			before = db_got.recordings[i].started_ms;
			CHECK(before == last - 1 ||
			      (before == last - 2 && last % 5 == 1));
			last = (int)before;
		}
		left -= (int)db_got.n;
	}
	db_rig_wait(db_rig_list(db, "paged", before, 7, take_recordings));
	CHECK(db_got.err == 0 && db_got.n == 0);
	db_rig_wait(db_rig_list(db, "paged", 0, 0, take_recordings));
	CHECK(db_got.err == 0 && db_got.n == 0);
	db_rig_wait(db_rig_list(db, "paged", -5, UINT32_MAX, take_recordings));
	CHECK(db_got.n == 16 && strcmp(db_got.recordings[0].id, "p19") == 0);
	db_rig_close(db);
}

static void run_all(void)
{
	recordings();
	recording_files();
	made();
	sealed();
	search();
	keeping();
	usage();
	shares();
	pages();
}

int main(void)
{
	db_rig_run(run_all);
	return 0;
}
