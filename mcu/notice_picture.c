/* notice_picture.c - pictures over the WebSocket, in base64. */
#include "mcu/notice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mcu/notice_json.h"
#include "signaling/session.h"

/* To one member: each newcomer of a large class has one made, and a client that
 * never says what it sees would be sent them all. */
#define POSTERS_MAX 8

void notice_base64(char *out, const uint8_t *data, size_t len)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		uint32_t v = (uint32_t)data[i] << 16;

		if (i + 1 < len)
			v |= (uint32_t)data[i + 1] << 8;
		if (i + 2 < len)
			v |= data[i + 2];
		*out++ = letters[v >> 18];
		*out++ = letters[v >> 12 & 63];
		*out++ = i + 1 < len ? letters[v >> 6 & 63] : '=';
		*out++ = i + 2 < len ? letters[v & 63] : '=';
	}
	*out = '\0';
}

/* For the first picture; not of those who get no moving ones. */
static bool waits(const struct member *member, const struct room_picture *picture)
{
	const struct quality *q = &member->quality;

	return member->picture == picture && !member->first_frame && member->posters < POSTERS_MAX &&
	       (!q->on || q->video);
}

/* Only for those who do not see the video yet. */
void notice_poster(const struct room_picture *picture, const void *jpeg, size_t len)
{
	const struct room *room = picture->room;
	size_t n = (len + 2) / 3 * 4;
	char *d = malloc(n + 16);
	struct session_text *text;

	if (!d)
		return;
	memcpy(d, "{\"jpeg\":\"", 9);
	notice_base64(d + 9, jpeg, len);
	memcpy(d + 9 + n, "\"}", 3);
	text = session_text_create("poster", d);
	for (uint32_t i = 0; i < room->n_members; i++)
		if (waits(room->members[i], picture)) {
			room->members[i]->posters++;
			session_hint_shared(room->members[i]->session, text);
		}
	session_text_put(text);
}

/* A part of a picture for those who get stills, see stills.h. */
void notice_still(const struct room_picture *picture, enum shape shape,
		  const struct still_part *part)
{
	const struct room *room = picture->room;
	char *d = malloc((part->len + 2) / 3 * 4 + 96);
	struct session_text *text;
	int n;

	if (!d)
		return;
	n = sprintf(d, "{\"n\":%u,\"i\":%u,\"of\":%u,\"b\":\"", part->number, part->index,
		    part->of);
	notice_base64(d + n, part->data, part->len);
	strcat(d, "\"}");
	text = session_text_create("still", d);
	for (uint32_t i = 0; i < room->n_members; i++) {
		const struct quality *q = &room->members[i]->quality;

		if (q->on && q->still == picture && q->still_shape == shape)
			session_hint_shared(room->members[i]->session, text);
	}
	session_text_put(text);
}
