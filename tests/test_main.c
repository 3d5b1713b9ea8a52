/* The command that looks a class up beside a running server: it makes no database,
 * and one that cannot be read is not one without this class.
 */
#define main aulad_main
int aulad_main(int argc, char **argv);
#include "mcu/main.c"
#undef main

#include <sqlite3.h>
#include <sys/stat.h>

#include "tests/test.h"

static struct conf conf;
static char dir[] = "/tmp/aula-main-XXXXXX";
static const char *path;

static int find(const char *code, bool *found) RUNS_ON(on_ctl)
{
	struct search search = {.found = false};
	int exit_code;

	snprintf(search.code, sizeof(search.code), "%s", code);
	exit_code = find_class(&conf, &search);
	*found = search.found;
	return exit_code;
}

static void make(void)
{
	const struct db_room room = {.id = "r", .code = "ABC2345", .layout = "grid"};
	struct loop *loop;
	struct db *db;
	char why[300];

	CHECK(loop_create(&loop, 16) == 0);
	CHECK(db_open(&db, conf.database, loop, why, sizeof(why)) == 0);
	CHECK(db_room_put(db, &room) == 0);
	db_close(db);
	loop_destroy(loop);
}

static void spoil(void)
{
	sqlite3 *handle;

	CHECK(sqlite3_open(path, &handle) == SQLITE_OK);
	CHECK(sqlite3_exec(handle, "ALTER TABLE rooms RENAME TO lost", NULL, NULL,
			   NULL) == SQLITE_OK);
	CHECK(sqlite3_close(handle) == SQLITE_OK);
}

int main(void)
{
	struct stat st;
	bool found;

	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	log_set_level(LOG_ERROR);
	CHECK(mkdtemp(dir));
	snprintf(conf.database, sizeof(conf.database), "sqlite:%s/aula.db", dir);
	path = conf.database + strlen("sqlite:");

	CHECK(find("ABC2345", &found) == EX_UNAVAILABLE && !found);
	CHECK(stat(path, &st) < 0);
	make();
	CHECK(find("ABC2345", &found) == 0 && found);
	CHECK(find("XXXXXXX", &found) == 0 && !found);
	spoil();
	CHECK(find("ABC2345", &found) == EX_UNAVAILABLE && !found);

	CHECK(unlink(path) == 0 && rmdir(dir) == 0);
	return 0;
}
