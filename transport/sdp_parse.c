#include "transport/sdp.h"

#include "transport/sdp_reader.h"

#include <errno.h>
#include <string.h>

int sdp_bad(struct sdp_reader *r, const char *why)
{
	r->why = why;
	return -EBADMSG;
}

int sdp_over(struct sdp_reader *r, const char *why)
{
	r->why = why;
	return -E2BIG;
}

static bool is_digits(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.len > 0 && s.len <= 20; /* 64 bits */
}

/* user, session, version, IN, IP4 or IP6, address */
static int read_origin(struct sdp_reader *r, struct span value)
{
	struct span user = span_word(&value, ' '), session = span_word(&value, ' ');
	struct span version = span_word(&value, ' ');

	if (user.len == 0 || !is_digits(session) || !is_digits(version) ||
	    !span_is(span_word(&value, ' '), "IN") || span_word(&value, ' ').len != 3 ||
	    value.len == 0)
		return sdp_bad(r, "o= line");
	r->has_origin = true;
	return 0;
}

static bool is_our_protocol(const char *proto)
{
	return strcmp(proto, "UDP/TLS/RTP/SAVPF") == 0 ||
	       strcmp(proto, "TCP/TLS/RTP/SAVPF") == 0 || strcmp(proto, "RTP/SAVPF") == 0;
}

static enum sdp_kind kind_of(struct span type, const char *proto)
{
	if (!is_our_protocol(proto))
		return SDP_OTHER;
	if (span_is(type, "audio"))
		return SDP_AUDIO;
	return span_is(type, "video") ? SDP_VIDEO : SDP_OTHER;
}

static int end_section(struct sdp_reader *r)
{
	if (r->media == &r->session || r->media->kind == SDP_OTHER)
		return 0;
	return sdp_fold_codecs(r);
}

/* type, port, protocol, formats */
static int read_media(struct sdp_reader *r, struct span value)
{
	struct span type = span_word(&value, ' '), port = span_word(&value, ' ');
	struct span proto = span_word(&value, ' '), rest = value;
	struct sdp_media *m;
	int err = end_section(r);

	if (err)
		return err;
	if (!r->has_origin || !r->has_name || !r->has_time)
		return sdp_bad(r, "o=, s= or t= missing");
	if (r->sdp.n_media == LIMIT_SDP_MEDIA)
		return sdp_over(r, "too many m= lines");
	r->section = &r->sections[r->sdp.n_media];
	r->media = m = &r->sdp.media[r->sdp.n_media++];
	if (!span_is_token(type) || !span_copy(type, m->type, sizeof(m->type)) ||
	    proto.len == 0 || !span_copy(proto, m->proto, sizeof(m->proto)))
		return sdp_bad(r, "m= line");
	if (!span_number(port, 65535, &r->section->port))
		return sdp_bad(r, "m= port");
	m->kind = kind_of(type, m->proto);
	if (m->kind != SDP_OTHER) {
		m->type[0] = 0;
		return sdp_read_formats(r, value);
	}
	if (!span_copy(span_word(&rest, ' '), m->format, sizeof(m->format)) ||
	    !m->format[0])
		return sdp_bad(r, "m= format");
	return 0;
}

static int read_line(struct sdp_reader *r, struct span line, uint32_t number)
{
	struct span value;

	if (line.len > LIMIT_SDP_LINE)
		return sdp_over(r, "line too long");
	if (line.len < 2 || line.p[1] != '=' || memchr(line.p, '\r', line.len))
		return sdp_bad(r, "not a line");
	value = (struct span){line.p + 2, line.len - 2};
	if ((number == 1) != (line.p[0] == 'v'))
		return sdp_bad(r, "v= not first, or twice");
	if (r->media != &r->session && strchr("ost", line.p[0]))
		return sdp_bad(r, "session line in a section");
	switch (line.p[0]) {
	case 'v':
		return span_is(value, "0") ? 0 : sdp_bad(r, "version");
	case 'o':
		return r->has_origin ? sdp_bad(r, "o= twice") : read_origin(r, value);
	case 's':
		r->has_name = true;
		return 0;
	case 't':
		r->has_time = true;
		return 0;
	case 'm':
		return read_media(r, value);
	case 'a':
		return sdp_read_attribute(r, value);
	default:
		return line.p[0] >= 'a' && line.p[0] <= 'z' ? 0
							    : sdp_bad(r, "not a line");
	}
}

static int read_lines(struct sdp_reader *r, struct span text)
{
	struct span line;
	uint32_t n = 0;
	int err;

	while (span_line(&text, &line)) {
		if (++n > LIMIT_SDP_LINES)
			return sdp_over(r, "too many lines");
		if (line.len == 0 && text.len <= 2)
			continue; /* some put empty lines at the end */
		err = read_line(r, line, n);
		if (err)
			return err;
	}
	return n ? end_section(r) : sdp_bad(r, "empty");
}

static int find_mid(const struct sdp *sdp, struct span mid)
{
	for (uint32_t i = 0; i < sdp->n_media; i++)
		if (sdp->media[i].mid[0] && span_is(mid, sdp->media[i].mid))
			return (int)i;
	return -1;
}

/* Marks the sections of the group; *tag gets the first, whose transport it is. */
static int resolve_bundle(struct sdp_reader *r, int *tag)
{
	struct span rest = r->bundle;

	*tag = -1;
	while (rest.len > 0) {
		int i = find_mid(&r->sdp, span_word(&rest, ' '));

		if (i < 0)
			return sdp_bad(r, "BUNDLE of an unknown mid");
		r->sections[i].bundled = true;
		if (*tag < 0)
			*tag = i;
	}
	return 0;
}

static int check_mids(struct sdp_reader *r)
{
	for (uint32_t i = 0; i < r->sdp.n_media; i++) {
		const struct sdp_media *m = &r->sdp.media[i];

		if (!m->mid[0] && !m->rejected && m->kind != SDP_OTHER)
			return sdp_bad(r, "no mid");
		for (uint32_t k = 0; k < i; k++)
			if (m->mid[0] && strcmp(m->mid, r->sdp.media[k].mid) == 0)
				return sdp_bad(r, "mid twice");
	}
	return 0;
}

/* User fragment and password go together: one's own, those of `from`, or none. */
static void inherit_ice(struct sdp_media *m, const struct sdp_media *from)
{
	if (m->ufrag[0] || m->pwd[0])
		return;
	memcpy(m->ufrag, from->ufrag, sizeof(m->ufrag));
	memcpy(m->pwd, from->pwd, sizeof(m->pwd));
}

/* What a section did not say, the session said, or the first of the bundle. */
static int complete(struct sdp_reader *r, uint32_t i, int tag)
{
	struct sdp_media *m = &r->sdp.media[i];
	struct sdp_section *section = &r->sections[i];

	inherit_ice(m, &r->session);
	if (tag >= 0 && section->bundled) {
		inherit_ice(m, &r->sdp.media[tag]);
		section->mux |= r->sections[tag].mux;
	}
	if (!m->ufrag[0] || !m->pwd[0])
		return sdp_bad(r, "ice-ufrag or ice-pwd missing");
	if (!section->mux)
		return sdp_bad(r, "no rtcp-mux");
	return 0;
}

static void settle(struct sdp_reader *r)
{
	for (uint32_t i = 0; i < r->sdp.n_media; i++) {
		struct sdp_media *m = &r->sdp.media[i];

		m->rejected = r->sections[i].port == 0 && !r->sections[i].bundle_only;
		if (!r->sections[i].has_dir)
			m->dir = r->session.dir;
		if (!m->maxptime_ms)
			m->maxptime_ms = r->sections[i].ptime_ms;
	}
}

static int check_sections(struct sdp_reader *r)
{
	uint32_t active = 0, bundled = 0;
	int tag, err = resolve_bundle(r, &tag);

	for (uint32_t i = 0; i < r->sdp.n_media && !err; i++) {
		if (r->sdp.media[i].rejected || r->sdp.media[i].kind == SDP_OTHER)
			continue;
		active++;
		bundled += r->sections[i].bundled;
		err = complete(r, i, tag);
	}
	if (err || active == 0)
		return err;
	if (active > 1 && bundled < active)
		return sdp_bad(r, "not in one BUNDLE");
	if (r->sdp.n_fingerprints == 0)
		return sdp_bad(r, "no sha-256 fingerprint");
	return r->has_setup ? 0 : sdp_bad(r, "no setup");
}

static int finish(struct sdp_reader *r)
{
	int err;

	if (r->sdp.n_media == 0)
		return sdp_bad(r, "no m= line");
	settle(r);
	err = check_mids(r);
	return err ? err : check_sections(r);
}

int sdp_parse(struct sdp *out, const char *text, size_t len, const char **why)
{
	struct sdp_reader r = {.session.dir = SDP_SEND | SDP_RECV};
	struct span all = {text, len};
	int err;

	r.media = &r.session;
	r.section = &r.session_section;
	if (len > LIMIT_SDP_BYTES)
		err = sdp_over(&r, "too long");
	else if (!span_is_text(all))
		err = sdp_bad(&r, "not UTF-8 text");
	else
		err = read_lines(&r, all);
	if (!err)
		err = finish(&r);
	if (err)
		*why = r.why;
	else
		*out = r.sdp;
	return err;
}
