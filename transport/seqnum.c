#include "transport/seqnum.h"

bool seqnum_near(const struct seqnum *s, uint16_t seq, int64_t *out)
{
	int delta = (int16_t)(seq - (uint16_t)s->high);

	if (!s->started || delta > SEQNUM_JUMP || delta < -SEQNUM_JUMP)
		return false;
	*out = s->high + delta;
	return true;
}

enum seqnum_verdict seqnum_take(struct seqnum *s, uint16_t seq, int64_t *out)
{
	if (seqnum_near(s, seq, out)) {
		s->strange = false;
		if (*out > s->high)
			s->high = *out;
		return SEQNUM_OK;
	}
	if (s->started && !(s->strange && seq == s->strange_next)) {
		s->strange = true;
		s->strange_next = (uint16_t)(seq + 1);
		return SEQNUM_IGNORE;
	}
	if (s->high)
		s->high += (uint16_t)(seq - (uint16_t)s->high);
	else
		s->high = 65536 + seq;
	s->started = true;
	s->strange = false;
	*out = s->high;
	return SEQNUM_START;
}
