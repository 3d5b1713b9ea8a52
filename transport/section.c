#include "transport/section.h"

#include <errno.h>
#include <string.h>

void section_take(struct section *s, const struct sdp_media *m)
{
	*s = (struct section){
		.in = m->in,
		.out = m->out,
		.dir = m->rejected ? 0 : m->dir,
		.red_pt = m->red_pt,
		.n_rids = m->n_rids,
		.ssrc = m->ssrc,
		.rtx_ssrc = m->rtx_ssrc,
		.n_codecs = m->n_codecs,
	};
	memcpy(s->ext, m->ext, sizeof(s->ext));
	memcpy(s->codecs, m->codecs, sizeof(s->codecs));
	memcpy(s->mid, m->mid, sizeof(s->mid));
}

bool section_sends(const struct section *s)
{
	return s->in != SDP_IN_NONE && s->dir & SDP_SEND;
}

const struct sdp_codec *section_codec(const struct section *s, uint8_t pt)
{
	for (uint32_t i = 0; i < s->n_codecs; i++)
		if (s->codecs[i].pt == pt)
			return &s->codecs[i];
	return NULL;
}

const struct sdp_codec *section_rtx(const struct section *s, uint8_t pt)
{
	for (uint32_t i = 0; pt && i < s->n_codecs; i++)
		if (s->codecs[i].rtx_pt == pt)
			return &s->codecs[i];
	return NULL;
}

/* The text of an extension element, cut to what a mid may be; false if absent. */
static bool ext_text(const struct section *s, const struct rtp_packet *pkt,
		     enum sdp_ext ext, char text[SDP_MID_MAX + 1])
{
	const uint8_t *data;
	size_t len;

	if (!s->ext[ext] || !rtp_ext_find(pkt, s->ext[ext], &data, &len) || len == 0 ||
	    len > SDP_MID_MAX)
		return false;
	memcpy(text, data, len);
	text[len] = 0;
	return true;
}

static bool knows_pt(const struct section *s, uint8_t pt, bool *rtx)
{
	*rtx = section_rtx(s, pt) != NULL;
	return *rtx || section_codec(s, pt) || (s->red_pt && s->red_pt == pt);
}

static bool by_ssrc(struct section_match *m, const struct section *s,
		    const struct rtp_packet *pkt)
{
	bool rtx = s->rtx_ssrc && s->rtx_ssrc == pkt->ssrc;

	if (!rtx && (!s->ssrc || s->ssrc != pkt->ssrc))
		return false;
	m->rtx = rtx;
	return true;
}

static bool by_mid(struct section_match *m, const struct section *s,
		   const struct rtp_packet *pkt)
{
	char text[SDP_MID_MAX + 1] = "";

	if (!ext_text(s, pkt, SDP_EXT_MID, text) || strcmp(text, s->mid) != 0 ||
	    !knows_pt(s, pkt->pt, &m->rtx))
		return false;
	if (ext_text(s, pkt, SDP_EXT_REPAIRED_RID, text)) {
		m->rtx = true;
		memcpy(m->rid, text, sizeof(m->rid));
	} else if (ext_text(s, pkt, SDP_EXT_RID, text)) {
		memcpy(m->rid, text, sizeof(m->rid));
	}
	return true;
}

/* Only one section may have the payload type; who names a mid is not guessed at. */
static bool by_pt(struct section_match *m, const struct section *list, uint32_t n,
		  const struct rtp_packet *pkt)
{
	char text[SDP_MID_MAX + 1];
	uint32_t found = 0;
	bool rtx;

	for (uint32_t i = 0; i < n; i++) {
		if (ext_text(&list[i], pkt, SDP_EXT_MID, text))
			return false;
		if (!section_sends(&list[i]) || !knows_pt(&list[i], pkt->pt, &rtx))
			continue;
		m->index = i;
		m->rtx = rtx;
		m->guessed = true;
		found++;
	}
	return found == 1;
}

int section_match(struct section_match *out, const struct section *list, uint32_t n,
		  const struct rtp_packet *pkt)
{
	struct section_match m = {0};

	for (m.index = 0; m.index < n; m.index++)
		if (section_sends(&list[m.index]) && by_ssrc(&m, &list[m.index], pkt))
			goto out;
	for (m.index = 0; m.index < n; m.index++)
		if (section_sends(&list[m.index]) && by_mid(&m, &list[m.index], pkt))
			goto out;
	if (!by_pt(&m, list, n, pkt))
		return -ENOENT;
out:
	*out = m;
	return 0;
}
