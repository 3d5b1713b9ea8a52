#include "tests/lab/order.h"

#include "base/clock.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum unit { PERCENT, MS, RATE, BYTES, SWITCH };

struct key {
	const char *name;
	enum unit unit;
	enum { DOUBLE, INT64, BOOL } type;
	size_t at; /* in struct lane_conf */
	double max;
	const char *what;
};

#define AT(f) offsetof(struct lane_conf, f)

static const struct key keys[] = {
	{"rate", RATE, DOUBLE, AT(rate_bps), 1e10,
	 "bits a second with headers, 80k, 1.5m; 0 or off: no limit"},
	{"queue", MS, INT64, AT(queue_us), 60000, "ms that may wait at that rate"},
	{"delay", MS, INT64, AT(delay_us), 60000, "ms, fixed"},
	{"jitter", MS, INT64, AT(jitter_us), 10000, "ms, standard deviation"},
	{"jitter-cap", MS, INT64, AT(jitter_cap_us), 10000,
	 "ms off the delay at most (4 deviations)"},
	{"keep-order", SWITCH, BOOL, AT(keep_order), 1, "jitter overtakes nothing (on)"},
	{"loss", PERCENT, DOUBLE, AT(loss), 100, "% of the packets, independent"},
	{"burst-loss", PERCENT, DOUBLE, AT(burst_loss), 100,
	 "% of the time in which all is lost"},
	{"burst", MS, INT64, AT(burst_us), 60000, "ms of such a time in the mean (100)"},
	{"reorder", PERCENT, DOUBLE, AT(reorder), 100, "% of the packets come late"},
	{"reorder-by", MS, INT64, AT(reorder_us), 10000, "ms by which (10)"},
	{"duplicate", PERCENT, DOUBLE, AT(duplicate), 100, "% of the packets come twice"},
	{"corrupt", PERCENT, DOUBLE, AT(corrupt), 100, "% of the packets: one bit flips"},
	{"overhead", BYTES, INT64, AT(overhead), 1000,
	 "bytes of headers that a packet costs beside its own (28)"},
	{"hole", SWITCH, BOOL, AT(hole), 1, "nothing comes through, on or off"},
	{"link", SWITCH, BOOL, AT(down), 1, "the link itself, on or off (on)"},
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

const char *order_key(unsigned i, const char **what)
{
	if (i >= N_KEYS)
		return NULL;
	*what = keys[i].what;
	return keys[i].name;
}

static const struct suffix {
	enum unit unit;
	const char *text;
	double factor;
} suffixes[] = {
	{PERCENT, "", 0.01},
	{PERCENT, "%", 0.01},
	{MS, "", (double)MS_US},
	{MS, "ms", (double)MS_US},
	{MS, "s", (double)SEC_US},
	{RATE, "", 1},
	{RATE, "k", 1e3},
	{RATE, "K", 1e3},
	{RATE, "m", 1e6},
	{RATE, "M", 1e6},
	{BYTES, "", 1},
};

/* What a number of this unit with this behind it is multiplied by; < 0: it is none. */
static double factor(enum unit unit, const char *text)
{
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (suffixes[i].unit == unit && strcmp(suffixes[i].text, text) == 0)
			return suffixes[i].factor;
	return -1;
}

/* What `max` is counted in. */
static double plain(enum unit unit)
{
	return unit == PERCENT ? 0.01 : unit == MS ? (double)MS_US : 1;
}

static int read_value(double *out, const struct key *key, const char *text,
		      const char **why)
{
	bool on = strcmp(text, "on") == 0, off = strcmp(text, "off") == 0;
	double value, by;
	char *end;

	if (on || off) {
		*why = "a number is wanted";
		if (on && key->unit != SWITCH)
			return -EINVAL;
		*out = on;
		return 0;
	}
	*why = key->unit == SWITCH ? "on or off is wanted" : "a number is wanted";
	if (key->unit == SWITCH || (*text != '.' && (*text < '0' || *text > '9')))
		return -EINVAL;
	value = strtod(text, &end);
	by = factor(key->unit, end);
	if (by < 0) {
		*why = "what stands behind the number is no unit of it";
		return -EINVAL;
	}
	value *= by;
	*why = "too large";
	if (!isfinite(value) || value > key->max * plain(key->unit))
		return -EINVAL;
	*out = value;
	return 0;
}

int order_make(struct order *out, unsigned dirs, const char *key, const char *value,
	       const char **why)
{
	struct order order = {.dirs = dirs};
	int err;

	while (order.key < N_KEYS && strcmp(keys[order.key].name, key) != 0)
		order.key++;
	*why = "there is no such setting";
	if (order.key == N_KEYS)
		return -EINVAL;
	err = read_value(&order.value, &keys[order.key], value, why);
	if (err)
		return err;
	if (keys[order.key].at == AT(down))
		order.value = !order.value;
	*out = order;
	return 0;
}

int order_parse(struct order *out, const char *text, const char **why)
{
	char words[4][32];
	unsigned n = 0, dirs;

	while (*(text += strspn(text, " \t\r\n"))) {
		size_t len = strcspn(text, " \t\r\n");

		*why = "DIRECTION KEY VALUE is wanted";
		if (n == 3 || len >= sizeof(words[0]))
			return -EINVAL;
		memcpy(words[n], text, len);
		words[n++][len] = '\0';
		text += len;
	}
	*why = "DIRECTION KEY VALUE is wanted";
	if (n != 3)
		return -EINVAL;
	dirs = strcmp(words[0], "up") == 0     ? ORDER_UP
	       : strcmp(words[0], "down") == 0 ? ORDER_DOWN
	       : strcmp(words[0], "both") == 0 ? ORDER_UP | ORDER_DOWN
					       : 0;
	*why = "the direction is up, down or both";
	return dirs ? order_make(out, dirs, words[1], words[2], why) : -EINVAL;
}

void order_apply(const struct order *order, struct lane_conf *conf)
{
	const struct key *key = &keys[order->key];
	char *field = (char *)conf + key->at;

	switch (key->type) {
	case DOUBLE:
		memcpy(field, &order->value, sizeof(double));
		break;
	case INT64:
		memcpy(field, &(int64_t){(int64_t)order->value}, sizeof(int64_t));
		break;
	case BOOL:
		memcpy(field, &(bool){order->value != 0}, sizeof(bool));
		break;
	}
}
