/* Decks as the program of their own reads them: good pages, a table of bad files, a
 * program that hangs, dies or lies, and uploads on their way to the disk.
 */
#include "slides/shelf.h"

#include "base/limits.h"
#include "tests/deck_files.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64], reader[400];
static int bells[2];

struct answer {
	enum sheet_fault fault;
	uint32_t pages;
	struct leaf *leaf;
};

static void on_page(void *ctx, enum sheet_fault fault, uint32_t pages, struct leaf *leaf)
{
	const struct answer answer = {fault, pages, leaf};

	(void)ctx;
	CHECK(write(bells[1], &answer, sizeof(answer)) == sizeof(answer));
}

static struct answer wait_page(void)
{
	struct answer answer;

	CHECK(read(bells[0], &answer, sizeof(answer)) == sizeof(answer));
	return answer;
}

static void path_of(char out[SHELF_PATH], const char *name)
{
	snprintf(out, SHELF_PATH, "%s/%s", dir, name);
}

static struct shelf_ask ask_of(const char *name, enum deck_kind kind, uint32_t page)
{
	struct shelf_ask ask = {.kind = kind,
				.page = page,
				.box_w_px = 1280,
				.box_h_px = 720,
				.done = on_page};

	path_of(ask.source, name);
	return ask;
}

static struct answer page_of(struct shelf *shelf, const char *name, enum deck_kind kind,
			     uint32_t page)
{
	const struct shelf_ask ask = ask_of(name, kind, page);

	CHECK(shelf_draw(shelf, &ask) == 0);
	return wait_page();
}

static struct shelf *shelf_with(const char *helper)
{
	const struct shelf_conf conf = {helper, 0};
	struct shelf *shelf;

	CHECK(shelf_create(&shelf, &conf) == 0);
	return shelf;
}

/* Near enough to what BT.601 in limited range makes of it. */
static bool looks(const struct leaf *leaf, int y, int u, int v)
{
	int at = leaf->h_px / 2 * leaf->y_stride + leaf->w_px / 2;
	int c = leaf->h_px / 4 * leaf->c_stride + leaf->w_px / 4;

	if (abs(leaf->y[at] - y) <= 3 && abs(leaf->u[c] - u) <= 3 &&
	    abs(leaf->v[c] - v) <= 3)
		return true;
	fprintf(stderr, "%d %d %d\n", leaf->y[at], leaf->u[c], leaf->v[c]);
	return false;
}

static size_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (size_t)st.st_size : 0;
}

static void test_pages(struct shelf *shelf)
{
	static const uint32_t colours[] = {0xff0000, 0x00ff00, 0x0000ff};
	struct shelf_ask ask;
	struct answer a;
	char path[SHELF_PATH];
	uint8_t head[12];
	int fd;

	path_of(path, "good.pdf");
	deck_pdf(path, colours, 3);
	a = page_of(shelf, "good.pdf", DECK_PDF, 1);
	CHECK(!a.fault && a.pages == 3 && a.leaf);
	CHECK(a.leaf->w_px == 1280 && a.leaf->h_px == 720 && looks(a.leaf, 81, 90, 240));
	leaf_put(a.leaf);
	a = page_of(shelf, "good.pdf", DECK_PDF, 3);
	CHECK(!a.fault && looks(a.leaf, 41, 240, 110));
	leaf_put(a.leaf);
	a = page_of(shelf, "good.pdf", DECK_PDF, 4);
	CHECK(a.fault == SHEET_NO_PAGE && !a.leaf);

	/* files beside the picture, or instead of it */
	ask = ask_of("good.pdf", DECK_PDF, 2);
	path_of(ask.still, "2.webp");
	path_of(ask.thumb, "2.thumb.webp");
	ask.box_w_px = 0;
	CHECK(shelf_draw(shelf, &ask) == 0);
	a = wait_page();
	CHECK(!a.fault && a.pages == 3 && !a.leaf);
	CHECK(size_of(ask.still) > 1000 && size_of(ask.still) < (80u << 10));
	CHECK(size_of(ask.thumb) > 100 && size_of(ask.thumb) < size_of(ask.still));
	fd = open(ask.still, O_RDONLY);
	CHECK(fd >= 0 && read(fd, head, sizeof(head)) == sizeof(head));
	CHECK(memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WEBP", 4) == 0);
	close(fd);
	/* what was written is a picture itself */
	a = page_of(shelf, "2.webp", DECK_PICTURES, 1);
	CHECK(!a.fault && a.pages == 1 && looks(a.leaf, 145, 54, 34));
	leaf_put(a.leaf);
}

static void test_pictures(struct shelf *shelf)
{
	struct answer a;
	char path[SHELF_PATH];

	path_of(path, "tall.png");
	deck_png(path, 0xffffff, 900, 1600);
	a = page_of(shelf, "tall.png", DECK_PICTURES, 1);
	CHECK(!a.fault && a.leaf->w_px == 404 && a.leaf->h_px == 720);
	CHECK(looks(a.leaf, 235, 128, 128));
	leaf_put(a.leaf);
	path_of(path, "small.png"); /* is not blown up */
	deck_png(path, 0x000000, 101, 51);
	a = page_of(shelf, "small.png", DECK_PICTURES, 1);
	CHECK(!a.fault && a.leaf->w_px == 100 && a.leaf->h_px == 50);
	leaf_put(a.leaf);
	path_of(path, "grey.jpg");
	deck_jpeg(path, 640, 480);
	a = page_of(shelf, "grey.jpg", DECK_PICTURES, 1);
	CHECK(!a.fault && a.leaf->w_px == 640 && looks(a.leaf, 126, 128, 128));
	leaf_put(a.leaf);
	a = page_of(shelf, "grey.jpg", DECK_PICTURES, 2);
	CHECK(a.fault == SHEET_NO_PAGE);
}

/* What layouts show: larger, upright ones too, and with what can be seen through. */
static void test_arts(struct shelf *shelf)
{
	struct shelf_ask ask;
	struct answer a;
	char path[SHELF_PATH];
	const struct leaf *leaf;

	path_of(path, "half.png");
	deck_half_png(path, 0xff0000, 400, 200);
	a = page_of(shelf, "half.png", DECK_ART, 1);
	leaf = a.leaf;
	CHECK(!a.fault && leaf->w_px == 400 && leaf->h_px == 200 && leaf->a);
	CHECK(leaf->a[100 * leaf->y_stride + 100] == 255);
	CHECK(leaf->a[100 * leaf->y_stride + 300] == 0);
	CHECK(abs(leaf->y[100 * leaf->y_stride + 100] - 81) <= 3);
	/* over black, so that it adds nothing */
	CHECK(leaf->y[100 * leaf->y_stride + 300] == 16);
	CHECK(leaf->u[50 * leaf->c_stride + 150] == 128 &&
	      leaf->v[50 * leaf->c_stride + 150] == 128);
	leaf_put(a.leaf);
	/* the same as a page lies on white */
	a = page_of(shelf, "half.png", DECK_PICTURES, 1);
	CHECK(!a.fault && !a.leaf->a);
	CHECK(abs(a.leaf->y[100 * a.leaf->y_stride + 300] - 235) <= 3);
	leaf_put(a.leaf);
	ask = ask_of("tall.png", DECK_ART, 1);
	ask.box_w_px = 1920;
	ask.box_h_px = 1088;
	CHECK(shelf_draw(shelf, &ask) == 0);
	a = wait_page();
	CHECK(!a.fault && a.leaf->w_px == 900 && a.leaf->h_px == 1600 && !a.leaf->a);
	leaf_put(a.leaf);
	path_of(path, "wide.png");
	deck_png(path, 0xffffff, LIMIT_ART_SIDE + 1, 16);
	a = page_of(shelf, "wide.png", DECK_ART, 1);
	CHECK(a.fault == SHEET_LARGE && !a.leaf);
	a = page_of(shelf, "good.pdf", DECK_ART, 1);
	CHECK(a.fault == SHEET_OTHER);
	a = page_of(shelf, "2.webp", DECK_ART, 1);
	CHECK(a.fault == SHEET_OTHER);
	path_of(path, "cut.png");
	deck_half_png(path, 0xff0000, 400, 200);
	deck_cut(path, 60);
	a = page_of(shelf, "cut.png", DECK_ART, 1);
	CHECK(a.fault == SHEET_DAMAGED);
}

/* ---- bad files ------------------------------------------------------------ */

#define BOX "/MediaBox[0 0 200 100]"

static void make_locked(const char *path)
{
	deck_locked_pdf(path);
}

static void make_many(const char *path)
{
	static const uint32_t colours[LIMIT_DECK_PAGES + 1];

	deck_pdf(path, colours, LIMIT_DECK_PAGES + 1);
}

static void make_declared(const char *path)
{
	deck_raw_pdf(path, "/Count 100000", BOX, "");
}

static void make_loop(const char *path)
{
	static const char text[] =
		"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n"
		"<</Type/Pages/Kids[2 0 R]/Count 1>>\nendobj\n"
		"trailer\n<</Root 1 0 R>>\n%%EOF\n";

	deck_text(path, text, sizeof(text) - 1);
}

static void make_nothing(const char *path)
{
	deck_text(path, "", 0);
}

static void make_text(const char *path)
{
	deck_text(path, "These are no pages at all.\n", 27);
}

static void make_head(const char *path)
{
	deck_text(path, "%PDF-1.7\nand then nothing", 25);
}

static void make_cut_png(const char *path)
{
	deck_png(path, 0x123456, 600, 400);
	deck_cut(path, 50);
}

static void make_cut_jpeg(const char *path)
{
	deck_jpeg(path, 600, 400);
	deck_cut(path, 30);
}

/* A few bytes that say they are 2.5 thousand million pixels. */
static void make_bomb(const char *path)
{
	static const uint8_t png[] = {0x89, 'P',  'N',  'G',  '\r', '\n', 0x1a, '\n', 0,
				      0,    0,    13,   'I',  'H',  'D',  'R',  0,    0,
				      0xc3, 0x50, 0,    0,    0xc3, 0x50, 8,    2,    0,
				      0,    0,    0x12, 0x34, 0x56, 0x78};

	deck_text(path, png, sizeof(png));
}

static const struct bad {
	const char *name;
	void (*make)(const char *path);
	enum deck_kind kind;
	enum sheet_fault fault;
} bad[] = {
	{"locked", make_locked, DECK_PDF, SHEET_ENCRYPTED},
	{"declared", make_declared, DECK_PDF, SHEET_DAMAGED},
	{"many", make_many, DECK_PDF, SHEET_PAGES},
	{"loop", make_loop, DECK_PDF, SHEET_DAMAGED},
	{"nothing", make_nothing, DECK_PDF, SHEET_OTHER},
	{"nothing", make_nothing, DECK_PICTURES, SHEET_DAMAGED},
	{"text", make_text, DECK_PDF, SHEET_OTHER},
	{"text", make_text, DECK_PICTURES, SHEET_OTHER},
	{"head", make_head, DECK_PDF, SHEET_DAMAGED},
	{"head", make_head, DECK_PICTURES, SHEET_OTHER},
	{"cut.png", make_cut_png, DECK_PICTURES, SHEET_DAMAGED},
	{"cut.jpg", make_cut_jpeg, DECK_PICTURES, SHEET_DAMAGED},
	{"bomb.png", make_bomb, DECK_PICTURES, SHEET_LARGE},
	{"bomb.png", make_bomb, DECK_PDF, SHEET_OTHER},
};

static void test_bad(struct shelf *shelf)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char path[SHELF_PATH];
		struct answer a;

		path_of(path, bad[i].name);
		bad[i].make(path);
		a = page_of(shelf, bad[i].name, bad[i].kind, 1);
		if (a.fault != bad[i].fault)
			fprintf(stderr, "%s as %d: %s\n", bad[i].name, bad[i].kind,
				sheet_fault_name(a.fault));
		CHECK(a.fault == bad[i].fault && !a.leaf);
	}
	CHECK(page_of(shelf, "not there", DECK_PDF, 1).fault == SHEET_NO_PAGE);
}

/* A page larger than a country is one page. */
static void test_huge(struct shelf *shelf)
{
	char path[SHELF_PATH];
	struct answer a;

	path_of(path, "huge.pdf");
	deck_raw_pdf(path, "/Count 1", "/MediaBox[0 0 900000 300000]", "");
	a = page_of(shelf, "huge.pdf", DECK_PDF, 1);
	CHECK(!a.fault && a.leaf->w_px == 1280 && a.leaf->h_px == 426);
	CHECK(looks(a.leaf, 235, 128, 128));
	leaf_put(a.leaf);
	path_of(path, "thin.pdf");
	deck_raw_pdf(path, "/Count 1", "/MediaBox[0 0 14400 3]", "");
	a = page_of(shelf, "thin.pdf", DECK_PDF, 1);
	CHECK(!a.fault && a.leaf->h_px == 16);
	leaf_put(a.leaf);
}

/* ---- a program gone bad --------------------------------------------------- */

static enum sheet_fault with_program(const char *text)
{
	char path[SHELF_PATH];
	struct shelf *shelf;
	struct answer a;

	path_of(path, "program");
	deck_text(path, text, (uint32_t)strlen(text));
	CHECK(chmod(path, 0700) == 0);
	shelf = shelf_with(path);
	a = page_of(shelf, "good.pdf", DECK_PDF, 1);
	CHECK(!a.leaf);
	shelf_destroy(shelf);
	return a.fault;
}

static void test_programs(void)
{
	CHECK(with_program("#!/bin/sh\nexit 0\n") == SHEET_DAMAGED);
	CHECK(with_program("#!/bin/sh\nkill -SEGV $$\n") == SHEET_DAMAGED);
	CHECK(with_program("#!/bin/sh\nprintf ADK1; head -c 28 /dev/zero\n") ==
	      SHEET_DAMAGED);
	CHECK(with_program("#!/bin/sh\nprintf ADK2; head -c 9 /dev/zero\n") ==
	      SHEET_DAMAGED);
	CHECK(with_program("#!/bin/sh\nexec cat /dev/zero\n") == SHEET_DAMAGED);
	CHECK(with_program("no program\n") == SHEET_BUSY);
}

/* Its queue has an end, and what is urgent has its place in it. */
static void test_queue(void)
{
	char path[SHELF_PATH];
	struct shelf_ask ask = ask_of("good.pdf", DECK_PDF, 1);
	struct shelf *shelf;
	uint32_t busy = 0;

	path_of(path, "sleeper");
	deck_text(path, "#!/bin/sh\nexec sleep 1000\n", 26);
	CHECK(chmod(path, 0700) == 0);
	shelf = shelf_with(path);
	for (uint32_t i = 0; i < LIMIT_DECK_JOBS + 3; i++) {
		ask.owner = i;
		CHECK(shelf_draw(shelf, &ask) == 0);
	}
	ask.owner = UINT32_MAX;
	ask.urgent = true;
	CHECK(shelf_draw(shelf, &ask) == 0);
	/* one runs; two had no place, and one gave way */
	for (int i = 0; i < 3; i++)
		busy += wait_page().fault == SHEET_BUSY;
	CHECK(busy == 3);
	shelf_destroy(shelf); /* the sleeper is not waited for */
	for (int i = 0; i < LIMIT_DECK_JOBS + 1; i++)
		CHECK(wait_page().fault == SHEET_BUSY);
}

/* Nor does one class take all the places. */
static void test_share(void)
{
	char path[SHELF_PATH];
	struct shelf_ask ask = ask_of("good.pdf", DECK_PDF, 1);
	struct shelf *shelf;

	path_of(path, "sleeper");
	shelf = shelf_with(path);
	ask.owner = 7;
	for (uint32_t i = 0; i < SHELF_OWN + 3; i++) /* one of them runs */
		CHECK(shelf_draw(shelf, &ask) == 0);
	for (int i = 0; i < 2; i++)
		CHECK(wait_page().fault == SHEET_BUSY);
	shelf_destroy(shelf);
	for (uint32_t i = 0; i < SHELF_OWN + 1; i++)
		CHECK(wait_page().fault == SHEET_BUSY);
}

/* ---- uploads -------------------------------------------------------------- */

static void on_written(void *ctx, int64_t n)
{
	int64_t *sum = ctx;

	*sum += n; /* of the shelf's thread until the file is closed */
}

static void on_closed(void *ctx, int err)
{
	(void)ctx;
	CHECK(write(bells[1], &err, sizeof(err)) == sizeof(err));
}

static int upload(struct shelf *shelf, const char *path, bool keep, int64_t *sum)
{
	struct shelf_file *file;
	int err;

	*sum = 0;
	CHECK(shelf_file_open(&file, shelf, path, on_written, sum) == 0);
	CHECK(shelf_file_write(file, "abc", 3) == 0);
	CHECK(shelf_file_write(file, "defg", 4) == 0);
	shelf_file_close(file, keep, on_closed, NULL);
	CHECK(read(bells[0], &err, sizeof(err)) == sizeof(err));
	return err;
}

static void test_uploads(struct shelf *shelf)
{
	const struct shelf_conf full = {reader, UINT64_MAX};
	char path[SHELF_PATH], folder[SHELF_PATH];
	struct shelf *other;
	int64_t sum;

	path_of(folder, "deck");
	path_of(path, "deck/1.src");
	CHECK(upload(shelf, path, true, &sum) == 0 && sum == 7 && size_of(path) == 7);
	CHECK(upload(shelf, path, false, &sum) == 0 && access(path, F_OK) != 0);
	CHECK(upload(shelf, path, true, &sum) == 0);
	CHECK(shelf_remove(shelf, folder) == 0);
	CHECK(upload(shelf, path, false, &sum) == 0); /* behind it in the queue */
	CHECK(shelf_remove(shelf, folder) == 0);
	path_of(path, "no/such/place");
	CHECK(upload(shelf, path, true, &sum) == -ENOENT && sum < 0);
	CHECK(shelf_create(&other, &full) == 0);
	path_of(path, "deck/1.src");
	CHECK(upload(other, path, true, &sum) == -ENOSPC && access(path, F_OK) != 0);
	CHECK(shelf_remove(other, folder) == 0);
	shelf_destroy(other);
}

int main(void)
{
	const char *given = getenv("AULA_DECK");
	struct shelf *shelf;
	char *slash;
	ssize_t n;

	n = readlink("/proc/self/exe", reader, sizeof(reader) - 32);
	CHECK(n > 0 && (slash = strrchr(reader, '/')));
	snprintf(slash, 32, "/../aula-deck");
	if (given)
		snprintf(reader, sizeof(reader), "%s", given);
	CHECK(pipe(bells) == 0);
	snprintf(dir, sizeof(dir), "/tmp/test_shelf.%d", (int)getpid());
	CHECK(mkdir(dir, 0700) == 0);
	shelf = shelf_with(reader);
	test_pages(shelf);
	test_pictures(shelf);
	test_arts(shelf);
	test_bad(shelf);
	test_huge(shelf);
	test_uploads(shelf);
	test_programs();
	test_queue();
	test_share();
	CHECK(shelf_remove(shelf, dir) == 0);
	shelf_destroy(shelf);
	return 0;
}
