/* Files of a recording that was thrown away: who may take it back still plays it, and for
 * nobody else it is there, whatever links they have.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mcu/ids.h"
#include "mcu/rest.h"
#include "tests/deck_http.h"
#include "tests/library_rig.h"
#include "tests/test.h"

static struct rights_client student;
static const char *const names[] = {"", "/made/video.mp4", "/made/captions-en.vtt"};

static uint32_t base_of(const struct rights_client *c)
{
	return (uint32_t)strtoul(c->self + 1, NULL, 10) * ID_BLOCK;
}

/* As the list tells them. */
static void links_of(const struct rights_client *c, char links[3][500])
{
	char base[REST_MADE_BASE], query[REST_MADE_QUERY];

	rest_recording_url("math", EDITION_FULL, base_of(c), links[0], 500);
	rest_made_link("math", base_of(c), base, query);
	for (int i = 1; i < 3; i++)
		snprintf(links[i], 500, "%s%s?%s", base, strrchr(names[i], '/') + 1,
			 query);
}

static void all_are(char links[3][500], int status)
{
	for (int i = 0; i < 3; i++) {
		int got = deck_http_get(library.world, links[i]);

		if (got != status)
			fprintf(stderr, "%s: %d\n", names[i], got);
		CHECK(got == status);
		CHECK(status == 200 || strstr(deck_http_body(), "\"unknown_recording\""));
	}
}

static void make_files(void)
{
	char path[400];

	library_path_of("math.made", path);
	CHECK(mkdir(path, 0700) == 0);
	library_make_file("math.made/video.mp4", 9);
	library_make_file("math.made/captions-en.vtt", 9);
}

static void clients(struct class_world *of)
{
	char lecturers[3][500], students[3][500];

	library.world = of;
	rights_join(&library.who, library.world, ROLE_LECTURER, "", false);
	rights_join(&student, library.world, ROLE_STUDENT, "", false);
	library_add("math", "Mathematics", 1);
	make_files();
	links_of(&library.who, lecturers);
	links_of(&student, students);
	all_are(lecturers, 200);
	all_are(students, 200);
	CHECK(library_is("recording.delete", "{\"id\":\"math\"}", NULL));
	all_are(lecturers, 200);
	all_are(students, 404);
	CHECK(library_is("recording.restore", "{\"id\":\"math\"}", NULL));
	all_are(students, 200);
	CHECK(library_is("recording.delete", "{\"id\":\"math\",\"now\":true}", NULL));
	all_are(lecturers, 404);
	rights_drop(&student);
	rights_drop(&library.who);
}

int main(void)
{
	return class_world_run(library_prepare, clients);
}
