/* doctor_files.c - the configuration, and the files that it names. */
#include "ctl/doctor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "ctl/process.h"
#include "db/db_driver.h"
#include "db/db_schema.h"

#define SECRET_BYTES 32

/* ---- configuration, plugins ---------------------------------------------------------
 */

/* The last line of `text` that is not empty. */
static const char *last_line(char *text)
{
	char *end = text + strlen(text), *line;

	while (end > text && end[-1] == '\n')
		*--end = '\0';
	line = strrchr(text, '\n');
	return line ? line + 1 : text;
}

/* What aulad warned of while it loaded them: lines "time warn event key=value". */
static void tell_plugins(struct patient *p, const char *text)
{
	const char *at = strstr(text, "plugin_");
	unsigned n = p->site->conf.n_plugins;

	if (!at)
		doctor_say(p, DOCTOR_OK, "plugins", "", "all %u load", n);
	else
		doctor_say(p, DOCTOR_WARN, "plugins",
			   "put it right, or take its name out of plugins", "%.*s",
			   (int)strcspn(at, "\n"), at);
}

void doctor_conf(struct patient *p)
{
	const char *path = p->site->conf_path;
	char *const with[] = {p->site->aulad, (char *)"-c", (char *)path,
			      (char *)"--check-config", NULL};
	char *const without[] = {p->site->aulad, (char *)"--check-config", NULL};
	char text[8192];
	int code = -1;

	if (!p->site->aulad[0]) {
		doctor_say(p, DOCTOR_FAIL, "server", "install aulad, or set AULAD",
			   "aulad is not installed");
		return;
	}
	code = process_output(path ? with : without, PROCESS_TAKE, text, sizeof(text));
	if (code == 127) {
		doctor_say(p, DOCTOR_FAIL, "server", "set AULAD to the program",
			   "%s cannot be run", p->site->aulad);
		return;
	}
	if (code) {
		doctor_say(p, DOCTOR_FAIL, "configuration",
			   "the line above says where; the server would not start", "%s",
			   last_line(text));
		return;
	}
	doctor_say(p, DOCTOR_OK, "configuration", "", "%s is good",
		   path ? path : "the built-in one");
	if (p->conf_good)
		tell_plugins(p, text);
	if (p->pid)
		doctor_say(p, DOCTOR_OK, "server", "", "runs as process %d", (int)p->pid);
	else
		doctor_say(p, DOCTOR_WARN, "server", "systemctl start aulad",
			   "does not run");
}

/* ---- the secret ---------------------------------------------------------------------
 */

static void judge_secret(struct patient *p, const char *path, const struct stat *st)
{
	struct stat dir;
	char advice[400];

	snprintf(advice, sizeof(advice), "chmod 600 %s", path);
	if (st->st_mode & 077)
		doctor_say(p, DOCTOR_FAIL, "secret", advice,
			   "others may read it: the server does not start so");
	else if (st->st_size != SECRET_BYTES)
		doctor_say(p, DOCTOR_FAIL, "secret",
			   "put it back from a copy; without it all links are void",
			   "%s has %lld bytes instead of %d", path,
			   (long long)st->st_size, SECRET_BYTES);
	else if (stat(p->site->conf.data_dir, &dir) == 0 && dir.st_uid != st->st_uid)
		doctor_say(p, DOCTOR_WARN, "secret",
			   "chown it to the server's user: the server cannot read it",
			   "%s is not of the user that has the folder", path);
	else
		doctor_say(p, DOCTOR_OK, "secret", "", "is there, for the server alone");
}

void doctor_secret(struct patient *p)
{
	const char *dir = p->site->conf.data_dir;
	char path[CONF_PATH + 32];
	struct stat st;

	if (stat(dir, &st) == 0 && st.st_mode & 027)
		doctor_say(p, DOCTOR_WARN, "data_dir", "chmod 700: recordings and chats",
			   "%s may be read by others", dir);
	site_secret_path(p->site, path, sizeof(path));
	if (stat(path, &st) == 0)
		judge_secret(p, path, &st);
	else if (errno == ENOENT)
		doctor_say(p, p->pid ? DOCTOR_FAIL : DOCTOR_WARN, "secret",
			   p->pid ? "restart: links change" : "the first start makes it",
			   "%s is not there", path);
	else
		doctor_say(p, DOCTOR_WARN, "secret", "be root, or the server's user",
			   "%s: %s", path, strerror(errno));
}

/* ---- disk ---------------------------------------------------------------------------
 */

/* May the user that has data_dir write there? By the folder's mode: root may always, and
 * that says nothing of the server. */
static bool server_may_write(const struct patient *p, const struct stat *dir)
{
	struct stat home;

	if (stat(p->site->conf.data_dir, &home) < 0)
		return access(p->site->conf.recordings_dir, W_OK) == 0;
	if (dir->st_uid == home.st_uid)
		return (dir->st_mode & 0300) == 0300;
	if (dir->st_gid == home.st_gid)
		return (dir->st_mode & 0030) == 0030;
	return (dir->st_mode & 0003) == 0003;
}

void doctor_recordings(struct patient *p)
{
	const char *dir = p->site->conf.recordings_dir;
	double reserve = p->site->conf.recording_reserve_mb, left;
	struct statvfs fs;
	struct stat st;

	if (stat(dir, &st) < 0) {
		doctor_say(p, errno == ENOENT && !p->pid ? DOCTOR_OK : DOCTOR_FAIL,
			   "recordings",
			   p->pid || errno != ENOENT ? "make it, for the server's user"
						     : "",
			   "%s: %s", dir,
			   errno == ENOENT && !p->pid ? "the first start makes it"
						      : strerror(errno));
		return;
	}
	if (!server_may_write(p, &st)) {
		doctor_say(p, DOCTOR_FAIL, "recordings", "chown it to the server's user",
			   "%s: the server may not write there", dir);
		return;
	}
	if (statvfs(dir, &fs) < 0)
		return;
	left = (double)fs.f_bavail * (double)fs.f_frsize / 1048576;
	if (left <= reserve)
		doctor_say(p, DOCTOR_FAIL, "recordings", "free some, or another disk",
			   "%.0f MB are free: below recording_reserve_mb nothing is "
			   "recorded",
			   left);
	else /* a class of "main" is about 200 MB an hour */
		doctor_say(p, left < reserve + 2048 ? DOCTOR_WARN : DOCTOR_OK,
			   "recordings",
			   left < reserve + 2048 ? "that is a few hours of classes" : "",
			   "%.1f GB are free in %s", left / 1024, dir);
}

/* ---- database -----------------------------------------------------------------------
 */

static void take_number(void *ctx, const struct db_cell *cells, int n)
{
	long long *out = ctx;

	if (n == 1 && sscanf(cells[0].text, "%lld", out) != 1)
		*out = -1;
}

static void judge_version(struct patient *p, long long version)
{
	long long newest = (long long)db_schema_newest();

	if (version > newest)
		doctor_say(p, DOCTOR_FAIL, "database", "install the newer aulad",
			   "it is of version %lld, this program knows up to %lld",
			   version, newest);
	else if (version < newest)
		doctor_say(p, DOCTOR_WARN, "database",
			   "keep a copy: the next start brings it up to date",
			   "it is of version %lld, this program has %lld", version,
			   newest);
	else
		doctor_say(p, DOCTOR_OK, "database", "", "answers, version %lld",
			   version);
}

void doctor_database(struct patient *p)
{
	const char *url = p->site->conf.database, *where = url;
	const struct db_driver *driver = &db_postgres;
	struct db_conn *conn = NULL;
	long long version = -1;
	char why[300] = "";
	int err;

	if (strncmp(url, "sqlite:", 7) == 0) {
		driver = &db_sqlite;
		where = url + 7;
		if (access(where, F_OK) < 0 && errno == ENOENT) {
			doctor_say(p, p->pid ? DOCTOR_FAIL : DOCTOR_WARN, "database",
				   p->pid ? "restart the server"
					  : "the first start makes it",
				   "%s is not there", where);
			return;
		}
	}
	err = driver->open(&conn, where, false, why, sizeof(why));
	if (!err)
		err = driver->exec(conn, "SELECT MAX(version) FROM schema_version", NULL,
				   0, take_number, &version, why, sizeof(why));
	if (err)
		doctor_say(p, DOCTOR_FAIL, "database",
			   "calls go on without it, but nothing is kept", "%s", why);
	else
		judge_version(p, version);
	driver->close(conn);
}
