/* test_tuples - the two tables of a net thread: 5-tuples and our user names. */
#include "transport/tuples.h"

#include "base/limits.h"
#include "tests/test.h"
#include "transport/ufrags.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define PWD "abcdefghijklmnopqrstuvwx"

/* The tables never look into a link, a socket or a connection. */
static struct link *fake_link(uintptr_t n)
{
	return (struct link *)n;
}

static struct path path_of(uint16_t port, uint8_t local)
{
	struct path path = {.sock = (struct sock *)(uintptr_t)16,
			    .local = {[15] = local}};

	CHECK(addr_parse(&path.remote, "10.0.0.1", port) == 0);
	return path;
}

static void test_tuple_table(void)
{
	struct tuples *tuples;
	struct tuple_list list = {0}, other = {0};
	struct path path;
	struct tuple *t;

	CHECK(tuples_create(&tuples) == 0);
	for (uint16_t i = 0; i < LIMIT_TUPLES; i++) {
		path = path_of(i, 1);
		CHECK(!tuples_find(tuples, &path));
		t = tuples_add(tuples, &list, fake_link(8), &path, 1000 + i);
		CHECK(t && tuples_find(tuples, &path) == t && t->link == fake_link(8));
	}
	/* the same source that writes to another address of ours is another one */
	path = path_of(3, 2);
	CHECK(!tuples_find(tuples, &path));
	CHECK(tuples_add(tuples, &other, fake_link(24), &path, 1));
	CHECK(tuples_find(tuples, &path)->link == fake_link(24));
	path.sock = (struct sock *)(uintptr_t)32;
	CHECK(!tuples_find(tuples, &path));

	path = path_of(0, 1);
	t = tuples_find(tuples, &path);
	CHECK(tuples_idlest(&list) == t);
	list.chosen = t; /* is never the one to go */
	CHECK(tuples_idlest(&list)->path.remote.port == 1);
	tuples_remove(tuples, &list, t);
	CHECK(!tuples_find(tuples, &path) && list.n == LIMIT_TUPLES - 1);
	CHECK(list.chosen && list.chosen->checked_us == 1000 + LIMIT_TUPLES - 1);
	while (list.first)
		tuples_remove(tuples, &list, list.first);
	CHECK(list.n == 0 && !list.chosen);
	tuples_remove(tuples, &other, other.first);
	tuples_destroy(tuples);
}

/* A connection is known by itself, whatever its addresses are. */
static void test_connections(void)
{
	struct tuples *tuples;
	struct tuple_list list = {0};
	struct path path = path_of(7, 1), key = {0};

	CHECK(tuples_create(&tuples) == 0);
	path.sock = NULL;
	path.conn = (struct tcp_conn *)(uintptr_t)64;
	CHECK(tuples_add(tuples, &list, fake_link(8), &path, 1));
	key.conn = path.conn;
	CHECK(tuples_find(tuples, &key) == list.first);
	key.conn = (struct tcp_conn *)(uintptr_t)65;
	CHECK(!tuples_find(tuples, &key));
	tuples_remove(tuples, &list, list.first);
	tuples_destroy(tuples);
}

static void test_ufrags(void)
{
	static const char *names[] = {"them", "others", "them"};
	struct ufrags *ufrags;
	struct ufrag *a, *b, *c = NULL;

	CHECK(ufrags_create(&ufrags) == 0);
	CHECK(ufrags_add(ufrags, &a, fake_link(8), "aaaa", PWD) == 0);
	CHECK(ufrags_add(ufrags, &b, fake_link(24), "aaab", PWD) == 0);
	CHECK(ufrags_add(ufrags, &c, fake_link(24), "aaaa", PWD) == -EEXIST);
	CHECK(ufrags_add(ufrags, &c, fake_link(24), "aaa", PWD) == -EINVAL);
	CHECK(ufrags_add(ufrags, &c, fake_link(24), "aaac", "abcdefghijklmnopqrstu") ==
	      -EINVAL);
	CHECK(ufrags_add(ufrags, &c, fake_link(24), "abcdefghijklmnopqrstuvwxyz0123456",
			 PWD) == -EINVAL);
	CHECK(!c);
	CHECK(ufrags_find(ufrags, "aaaab", 4) == a &&
	      ufrags_find(ufrags, "aaab", 4) == b);
	CHECK(!ufrags_find(ufrags, "aaaa", 3) && !ufrags_find(ufrags, "aaaab", 5));
	CHECK(!ufrags_find(ufrags, "", 0));

	CHECK(ufrag_takes(a, "anybody", 7));
	CHECK(ufrag_set_theirs(a, names, 3) == 0 && a->n_theirs == 2);
	CHECK(ufrag_takes(a, "them", 4) && ufrag_takes(a, "others", 6));
	CHECK(!ufrag_takes(a, "the", 3) && !ufrag_takes(a, "anybody", 7));
	CHECK(ufrag_set_theirs(a, names + 1, 1) == 0 && !ufrag_takes(a, "them", 4));
	ufrags_remove(ufrags, a);
	ufrags_remove(ufrags, b);
	ufrags_remove(ufrags, NULL);
	CHECK(!ufrags_find(ufrags, "aaaa", 4));
	ufrags_destroy(ufrags);
}

int main(void)
{
	test_tuple_table();
	test_connections();
	test_ufrags();
	return 0;
}
