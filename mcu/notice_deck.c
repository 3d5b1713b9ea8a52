#include "mcu/notice_deck.h"

#include "base/clock.h"
#include "mcu/clip.h"
#include "mcu/deck.h"
#include "mcu/member.h"
#include "mcu/notice_json.h"
#include "signaling/session.h"

cJSON *notice_json_deck(const struct room *room)
{
	const struct room_decks *decks = &room->decks;
	const struct deck *deck = deck_pages(room);
	cJSON *d;

	if (!deck)
		return cJSON_CreateNull();
	d = cJSON_CreateObject();
	cJSON_AddStringToObject(d, "id", deck->row.id);
	cJSON_AddStringToObject(d, "title", deck->row.title);
	cJSON_AddNumberToObject(d, "page", (double)deck->row.page);
	cJSON_AddNumberToObject(d, "pages", (double)deck->row.pages);
	notice_json_ref(d, "by", room, decks->by);
	if (decks->fault)
		cJSON_AddStringToObject(d, "error", sheet_fault_name(decks->fault));
	return d;
}

cJSON *notice_json_clip(const struct room *room)
{
	const struct room_decks *decks = &room->decks;
	const struct room_clip *clip = &decks->clip;
	cJSON *d;

	if (!clip->run)
		return cJSON_CreateNull();
	d = cJSON_CreateObject();
	cJSON_AddStringToObject(d, "id", decks->shown->row.id);
	cJSON_AddStringToObject(d, "title", decks->shown->row.title);
	notice_json_ref(d, "by", room, decks->by);
	cJSON_AddBoolToObject(d, "playing", clip->playing);
	cJSON_AddNumberToObject(d, "at_ms", clip_at_ms(room));
	cJSON_AddNumberToObject(d, "length_ms", clip->length_ms);
	cJSON_AddNumberToObject(d, "now_ms", (double)clock_wall_ms());
	return d;
}

cJSON *notice_json_deck_row(const struct room *room, const struct deck *deck,
			    uint32_t reader)
{
	cJSON *d = cJSON_CreateObject();
	char url[DECK_URL];

	deck_thumbs_url(deck, reader, url);
	cJSON_AddStringToObject(d, "id", deck->row.id);
	cJSON_AddStringToObject(d, "title", deck->row.title);
	cJSON_AddStringToObject(d, "kind", deck->row.kind);
	cJSON_AddNumberToObject(d, "page", (double)deck->row.page);
	cJSON_AddNumberToObject(d, "pages", (double)deck->row.pages);
	cJSON_AddNumberToObject(d, "bytes", (double)deck->row.bytes);
	cJSON_AddNumberToObject(d, "made_ms", (double)deck->row.made_ms);
	cJSON_AddBoolToObject(d, "shown", room->decks.shown == deck);
	cJSON_AddStringToObject(d, "thumbs", url);
	return d;
}

char *notice_deck_text(const struct room *room, const struct deck *deck, uint32_t reader)
{
	cJSON *d = notice_json_deck_row(room, deck, reader);
	char *text = cJSON_PrintUnformatted(d);

	cJSON_Delete(d);
	return text;
}

/* Takes `d`. */
static void tell(const struct room *room, const char *event, cJSON *d, uint32_t caps)
	RUNS_ON(on_ctl)
{
	struct session_text *text = session_text_create(event, cJSON_PrintUnformatted(d));

	for (uint32_t i = 0; i < room->n_members; i++)
		if (member_may(room->members[i], caps))
			session_event_shared(room->members[i]->session, text);
	session_text_put(text);
	cJSON_Delete(d);
}

void notice_deck(const struct room *room)
{
	tell(room, "deck", notice_json_deck(room), 0);
}

void notice_clip(const struct room *room)
{
	tell(room, "clip", notice_json_clip(room), 0);
}

void notice_decks(const struct room *room)
{
	cJSON *d = cJSON_CreateObject();

	cJSON_AddNumberToObject(d, "n", room->decks.n);
	tell(room, "decks", d, CAP_SHARE);
}
