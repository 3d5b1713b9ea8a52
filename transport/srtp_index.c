#include "transport/srtp_index.h"

#include <errno.h>
#include <stddef.h>

static struct srtp_index_stream *stream_of(struct srtp_index *index, uint32_t ssrc)
{
	for (uint32_t i = 0; i < index->n; i++)
		if (index->streams[i].ssrc == ssrc)
			return &index->streams[i];
	return NULL;
}

int srtp_index_take(struct srtp_index *index, uint32_t ssrc, uint16_t seq, uint64_t *out)
{
	struct srtp_index_stream *s = stream_of(index, ssrc);
	int64_t ahead;

	if (!s) {
		if (index->n == SRTP_INDEX_SSRCS)
			return -EMFILE;
		index->streams[index->n++] = (struct srtp_index_stream){ssrc, seq, 1};
		*out = seq;
		return 0;
	}
	ahead = (int16_t)(uint16_t)(seq - (uint16_t)s->highest);
	if (ahead > 0) {
		s->highest += (uint64_t)ahead;
		s->used = (ahead < 64 ? s->used << ahead : 0) | 1;
		*out = s->highest;
		return 0;
	}
	/* numbers before the first one would wrap to a counter of -1 */
	if (-ahead > 63 || (uint64_t)-ahead > s->highest || (s->used >> -ahead & 1))
		return -EALREADY;
	s->used |= UINT64_C(1) << -ahead;
	*out = s->highest - (uint64_t)-ahead;
	return 0;
}
