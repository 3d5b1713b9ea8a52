#include "mcu/poll_read.h"

#include <errno.h>
#include <string.h>

#include "signaling/proto.h"

static bool has_texts(enum poll_kind kind)
{
	return kind == POLL_ONE || kind == POLL_SEVERAL;
}

/* ---- what is asked ---------------------------------------------------------- */

static int options_read(struct poll_ask *ask, const cJSON *list)
{
	const cJSON *one;

	if (!cJSON_IsArray(list))
		return -EINVAL;
	cJSON_ArrayForEach(one, list)
	{
		char *out = ask->options[ask->n];

		if (ask->n == POLL_OPTIONS || !cJSON_IsString(one) ||
		    proto_text(out, sizeof(ask->options[0]), one->valuestring) ||
		    strchr(out, '\n'))
			return -EINVAL;
		ask->n++;
	}
	return ask->n < 2 ? -EINVAL : 0;
}

/* How many there are of those that have no texts. */
static int numbers_read(struct poll_ask *ask, const cJSON *d)
{
	const cJSON *n = cJSON_GetObjectItemCaseSensitive(d, "n");

	ask->n = 2;
	if (ask->kind == POLL_YES_NO || !n)
		return 0;
	if (!cJSON_IsNumber(n) || n->valuedouble != n->valueint || n->valueint < 2 ||
	    n->valueint > POLL_KEYS)
		return -EINVAL;
	ask->n = (uint32_t)n->valueint;
	return 0;
}

int poll_ask_read(struct poll_ask *out, const cJSON *d, const char **field)
{
	const char *kind = proto_string(d, "kind"),
		   *question = proto_string(d, "question");
	struct poll_ask ask = {.named = proto_bool(d, "named", false),
			       .show = proto_bool(d, "show", false)};

	*field = "kind";
	ask.kind = kind ? poll_kind_by_name(kind) : POLL_KINDS;
	if (ask.kind == POLL_KINDS)
		return -EINVAL;
	*field = "question";
	if (question && *question &&
	    proto_text(ask.question, sizeof(ask.question), question))
		return -EINVAL;
	*field = has_texts(ask.kind) ? "options" : "n";
	if (has_texts(ask.kind)
		    ? options_read(&ask, cJSON_GetObjectItemCaseSensitive(d, "options"))
		    : numbers_read(&ask, d))
		return -EINVAL;
	*field = NULL;
	*out = ask;
	return 0;
}

/* ---- what is answered ------------------------------------------------------- */

static int choice_add(const struct poll_ask *ask, const cJSON *item, uint16_t *bits)
{
	if (!cJSON_IsNumber(item) || item->valuedouble != item->valueint ||
	    item->valueint < 1 || item->valueint > (int)ask->n)
		return -EINVAL;
	*bits |= (uint16_t)(1u << (item->valueint - 1));
	return 0;
}

int poll_choices_read(const struct poll_ask *ask, const cJSON *d, uint16_t *out)
{
	const cJSON *one = cJSON_GetObjectItemCaseSensitive(d, "choice"), *item;
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(d, "choices");
	uint16_t bits = 0;

	if (!one == !list)
		return -EINVAL;
	if (one) {
		if (choice_add(ask, one, &bits))
			return -EINVAL;
		*out = bits;
		return 0;
	}
	if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > POLL_OPTIONS)
		return -EINVAL;
	cJSON_ArrayForEach(item, list) if (choice_add(ask, item, &bits)) return -EINVAL;
	if (ask->kind != POLL_SEVERAL && (bits == 0 || (bits & (bits - 1))))
		return -EINVAL;
	*out = bits;
	return 0;
}
