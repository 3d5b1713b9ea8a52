#include "tests/deck_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/stream.h"
#include "tests/test.h"

static char body[300000];

const char *deck_http_body(void)
{
	return body;
}

static int talk(const struct class_world *world, const char *head, const void *data,
		size_t len)
{
	struct stream *s = stream_open("127.0.0.1", world->port, false);
	size_t n = 0;
	int got;

	CHECK(s && stream_write(s, head, strlen(head)));
	if (len)
		(void)stream_write(s, data, len); /* it may be refused before */
	while ((got = stream_read(s, body + n, sizeof(body) - 1 - n, 60000)) > 0)
		n += (size_t)got;
	body[n] = '\0';
	stream_close(s);
	return n > 12 ? atoi(body + 9) : 0;
}

void deck_http_reader(struct conf *conf)
{
	const char *given = getenv("AULA_DECK");
	char *slash;
	ssize_t n;

	n = readlink("/proc/self/exe", conf->deck_reader, sizeof(conf->deck_reader) - 32);
	CHECK(n > 0);
	conf->deck_reader[n] = '\0';
	slash = strrchr(conf->deck_reader, '/');
	CHECK(slash);
	snprintf(slash, 32, "/../aula-deck");
	if (given)
		snprintf(conf->deck_reader, sizeof(conf->deck_reader), "%s", given);
}

int deck_http_put(const struct class_world *world, const char *target, const void *data,
		  size_t len, size_t said)
{
	char head[600];

	snprintf(head, sizeof(head),
		 "PUT %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
		 "Content-Length: %zu\r\n\r\n",
		 target, said);
	return talk(world, head, data, len);
}

int deck_http_put_file(const struct class_world *world, const char *target,
		       const char *path)
{
	static char data[8 << 20];
	FILE *f = fopen(path, "r");
	size_t n;

	CHECK(f);
	n = fread(data, 1, sizeof(data), f);
	fclose(f);
	return deck_http_put(world, target, data, n, n);
}

int deck_http_post(const struct class_world *world, const char *target, const char *text)
{
	char head[600];

	snprintf(head, sizeof(head),
		 "POST %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
		 "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
		 target, strlen(text));
	return talk(world, head, text, strlen(text));
}

int deck_http_delete(const struct class_world *world, const char *target)
{
	char head[600];

	snprintf(head, sizeof(head),
		 "DELETE %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", target);
	return talk(world, head, NULL, 0);
}

int deck_http_get(const struct class_world *world, const char *target)
{
	char head[600];

	snprintf(head, sizeof(head),
		 "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", target);
	return talk(world, head, NULL, 0);
}

void deck_http_word(const struct rights_client *c, const char *key, char *out,
		    size_t size)
{
	char name[32];
	const char *at;
	size_t n;

	snprintf(name, sizeof(name), "\"%s\":\"", key);
	at = strstr(c->reply, name);
	CHECK(at);
	at += strlen(name);
	n = strcspn(at, "\"");
	CHECK(n < size);
	memcpy(out, at, n);
	out[n] = '\0';
}
