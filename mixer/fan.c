#include "mixer/fan.h"

int fan_push(const struct fan *fan, uint32_t nets, uint32_t id, struct au *au)
{
	int err = 0, one;

	for (uint32_t i = 0; i < fan->n; i++) {
		if (nets && !(nets & 1u << i))
			continue;
		one = ring_push(fan->ring[i], id, au_get(au));
		if (one)
			err = one;
	}
	au_put(au);
	return err;
}
