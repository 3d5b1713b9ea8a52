/* Who waits before a class: how many, how long, and that what they send is dropped
 * meanwhile. Time is the test's.
 */
#include "mcu/porch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "mcu/ids.h"
#include "mcu/member.h"
#include "mcu/notice.h"
#include "mcu/server.h"
#include "tests/test.h"
#include "transport/net.h"

static struct server server;
static struct member *members;
static bool muted[LIMIT_WAITING + 1][4]; /* by block, by part */
static uint32_t n_byes;
static const char *last_why;

int net_source_mute(struct net *net, uint32_t source, bool on)
{
	(void)net;
	muted[source / ID_BLOCK][id_part(source)] = on;
	return 0;
}

void notice_bye(const struct member *member, const char *why, uint32_t after_ms)
{
	(void)member;
	CHECK(strcmp(why, "restart") == 0 && after_ms >= 1000);
	n_byes++;
}

void member_leave(struct member *member, const char *why, const char *bye)
{
	thread_claim(&on_ctl);
	CHECK(bye && strcmp(why, bye) == 0);
	last_why = why;
	porch_remove(member);
}

static bool is_muted(uint32_t i)
{
	return muted[i][ID_VOICE] && muted[i][ID_CAMERA] && muted[i][ID_SCREEN];
}

int main(void)
{
	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	members = calloc(LIMIT_WAITING + 1, sizeof(*members));
	CHECK(members);
	for (uint32_t i = 0; i <= LIMIT_WAITING; i++)
		members[i] = (struct member){
			.server = &server, .base = i * ID_BLOCK, .joined_us = i * SEC_US};

	for (uint32_t i = 0; i < LIMIT_WAITING; i++) {
		CHECK(porch_add(&members[i]) == 0);
		CHECK(members[i].warm && is_muted(i));
	}
	CHECK(porch_add(&members[LIMIT_WAITING]) == -ENOSPC);
	CHECK(!members[LIMIT_WAITING].warm && !is_muted(LIMIT_WAITING));

	/* who goes leaves no hole, and may send; the microphone has its own switch */
	porch_remove(&members[3]);
	CHECK(!members[3].warm && server.n_waiting == LIMIT_WAITING - 1);
	CHECK(muted[3][ID_VOICE] && !muted[3][ID_CAMERA] && !muted[3][ID_SCREEN]);
	for (uint32_t i = 0; i < server.n_waiting; i++)
		CHECK(server.waiting[i]->place == i && server.waiting[i] != &members[3]);
	CHECK(porch_add(&members[3]) == 0);

	porch_bye(&server);
	CHECK(n_byes == LIMIT_WAITING);

	porch_tick(&server, PORCH_US - 1);
	CHECK(server.n_waiting == LIMIT_WAITING && !last_why);
	porch_tick(&server, PORCH_US + 9 * SEC_US); /* the first ten */
	CHECK(server.n_waiting == LIMIT_WAITING - 10);
	CHECK(strcmp(last_why, "waited") == 0);
	for (uint32_t i = 0; i < 20; i++)
		CHECK(members[i].warm == (i >= 10));
	porch_tick(&server, PORCH_US + LIMIT_WAITING * SEC_US);
	CHECK(server.n_waiting == 0);
	free(members);
	return 0;
}
