/* Who is in the picture of a big class, and that it does not flutter. */
#include "mcu/cast.h"

#include <string.h>

#include "base/idmap.h"
#include "mcu/server.h"
#include "tests/test.h"

#define N 200

static struct server server;
static struct room room;
static struct room_picture picture;
static struct member members[N];

static void class_init(void)
{
	memset(&room, 0, sizeof(room));
	memset(members, 0, sizeof(members));
	memset(&picture, 0, sizeof(picture));
	picture.room = &room;
	room.server = &server;
	room.n_members = N;
	for (uint32_t i = 0; i < N; i++) {
		members[i].room = &room;
		members[i].base = (i + 1) * ID_BLOCK;
		members[i].role = ROLE_STUDENT;
		members[i].cam = true;
		members[i].camera_w = 640;
		members[i].camera_h = 360;
		room.members[i] = &members[i];
		CHECK(idmap_put(&server.member_of, members[i].base, &members[i]) == 0);
	}
}

static bool has(const struct cast *cast, uint32_t i, uint32_t part)
{
	const struct member *owner = NULL;

	return cast_find(cast, members[i].base + part, &owner) != NULL &&
	       owner == &members[i];
}

int main(void)
{
	struct cast cast;

	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	class_init();
	cast_make(&cast, &picture, CAST_MAX);
	CHECK(cast.n == CAST_PEOPLE); /* the first ones, in order of joining */
	CHECK(has(&cast, 0, ID_CAMERA) && has(&cast, CAST_PEOPLE - 1, ID_CAMERA));
	CHECK(!has(&cast, CAST_PEOPLE, ID_CAMERA));
	for (uint32_t i = 1; i < cast.n; i++)
		CHECK(cast.sources[i - 1].id < cast.sources[i].id);

	/* who matters comes in, wherever they are in the list */
	members[190].role = ROLE_LECTURER;
	room.pinned = members[180].base;
	room.n_speakers = 2;
	room.speakers[0] = members[150].base;
	room.speakers[1] = members[151].base;
	cast_make(&cast, &picture, 4);
	CHECK(cast.n == 4);
	CHECK(has(&cast, 150, ID_CAMERA) && has(&cast, 151, ID_CAMERA));
	CHECK(has(&cast, 180, ID_CAMERA) && has(&cast, 190, ID_CAMERA));
	CHECK(cast.sources[0].talk_rank == 0 && cast.sources[1].talk_rank == 1);
	CHECK(cast.sources[2].flags & AULA_SRC_PINNED);
	CHECK(cast.sources[3].flags & AULA_SRC_LECTURER);
	cast_make(&cast, &picture, 1);
	CHECK(cast.n == 1 && has(&cast, 180, ID_CAMERA));

	/* a screen takes one of the places */
	room.screen_owner = members[199].base;
	members[199].screen_w = 1280;
	members[199].screen_h = 720;
	cast_make(&cast, &picture, 1);
	CHECK(cast.n == 1 && has(&cast, 199, ID_SCREEN));
	cast_make(&cast, &picture, CAST_MAX);
	CHECK(cast.n == CAST_PEOPLE + 1 && has(&cast, 199, ID_SCREEN));

	/* equals: who is seen stays; a camera goes before a microphone, before none */
	memset(&room.speakers, 0, sizeof(room.speakers));
	room.n_speakers = 0;
	room.screen_owner = room.pinned = 0;
	members[190].role = ROLE_STUDENT;
	members[100].seen_here = true;
	cast_make(&cast, &picture, 2);
	CHECK(has(&cast, 100, ID_CAMERA) && has(&cast, 0, ID_CAMERA));
	for (uint32_t i = 0; i < N; i++)
		members[i].cam = false;
	members[120].mic = true;
	members[121].cam = true;
	cast_make(&cast, &picture, 2);
	CHECK(has(&cast, 120, ID_CAMERA) && has(&cast, 121, ID_CAMERA));
	cast_make(&cast, &picture, CAST_MAX); /* without cameras everybody is a name */
	CHECK(cast.n == CAST_PEOPLE);
	idmap_fini(&server.member_of);
	return 0;
}
