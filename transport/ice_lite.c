#include "transport/ice_lite.h"

#include "base/bytes.h"
#include "base/limits.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <stun/stunagent.h>

#define BINDING_REQUEST    0x0001
#define BINDING_INDICATION 0x0011
#define UFRAG_MIN          4 /* RFC 8445, 5.3 */
#define UFRAG_MAX          256

struct ice_lite {
	StunAgent agent;
};

static const uint16_t known[] = {
	STUN_ATTRIBUTE_USERNAME,
	STUN_ATTRIBUTE_MESSAGE_INTEGRITY,
	STUN_ATTRIBUTE_PRIORITY,
	STUN_ATTRIBUTE_USE_CANDIDATE,
	0,
};

/* ---- peek ----------------------------------------------------------------- */

static int split_username(struct ice_check *check, const uint8_t *value, size_t len)
{
	const uint8_t *colon = memchr(value, ':', len);

	if (!colon)
		return -EBADMSG;
	check->ours = (const char *)value;
	check->ours_len = (size_t)(colon - value);
	check->theirs = (const char *)colon + 1;
	check->theirs_len = len - check->ours_len - 1;
	if (check->ours_len < UFRAG_MIN || check->theirs_len < UFRAG_MIN ||
	    check->theirs_len > UFRAG_MAX)
		return -EBADMSG;
	return 0;
}

/* What follows MESSAGE-INTEGRITY is not protected by it and is not looked at. */
static int peek_attributes(struct ice_check *check, struct cursor *c)
{
	for (int n = 0; n < LIMIT_STUN_ATTRS && cursor_left(c); n++) {
		uint16_t type = cursor_u16(c);
		size_t len = cursor_u16(c);
		const uint8_t *value = cursor_take(c, (len + 3) & ~(size_t)3);

		if (c->bad)
			return -EBADMSG;
		if (type == STUN_ATTRIBUTE_MESSAGE_INTEGRITY)
			return len == 20 && check->ours ? 0 : -EBADMSG;
		if (type == STUN_ATTRIBUTE_USE_CANDIDATE)
			check->nominated = true;
		if (type != STUN_ATTRIBUTE_USERNAME)
			continue;
		if (check->ours || split_username(check, value, len) < 0)
			return -EBADMSG;
	}
	return -EBADMSG;
}

int ice_peek(struct ice_check *check, const uint8_t *data, size_t len)
{
	struct cursor c = cursor_of(data, len);
	struct ice_check found = {0};
	uint16_t type = cursor_u16(&c);
	size_t body = cursor_u16(&c);
	uint32_t cookie = cursor_u32(&c);

	cursor_take(&c, 12); /* the transaction */
	if (c.bad || body != cursor_left(&c) || body % 4 || cookie != STUN_MAGIC_COOKIE)
		return -EBADMSG;
	if (type == BINDING_INDICATION)
		return -ENOMSG;
	if (type != BINDING_REQUEST || peek_attributes(&found, &c) < 0)
		return -EBADMSG;
	*check = found;
	return 0;
}

/* ---- answer --------------------------------------------------------------- */

int ice_lite_create(struct ice_lite **out)
{
	struct ice_lite *ice = calloc(1, sizeof(*ice));

	if (!ice)
		return -ENOMEM;
	stun_agent_init(&ice->agent, known, STUN_COMPATIBILITY_RFC5389,
			STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS |
				STUN_AGENT_USAGE_USE_FINGERPRINT);
	*out = ice;
	return 0;
}

void ice_lite_destroy(struct ice_lite *ice)
{
	free(ice);
}

/* The USERNAME was looked at by the caller, who chose the password by it. */
static bool give_password(StunAgent *agent, StunMessage *msg, uint8_t *username,
			  uint16_t username_len, uint8_t **password, size_t *password_len,
			  void *user)
{
	(void)agent;
	(void)msg;
	(void)username;
	(void)username_len;
	*password = user;
	*password_len = strlen(user);
	return true;
}

static size_t build_success(struct ice_lite *ice, StunMessage *request,
			    const struct addr *from, uint8_t *out)
{
	StunMessage answer;
	struct sockaddr_storage ss = {0};
	socklen_t len = addr_to_sockaddr(from, addr_is_v4(from) ? AF_INET : AF_INET6,
					 &ss);

	if (!stun_agent_init_response(&ice->agent, &answer, out, ICE_ANSWER_MAX, request))
		return 0;
	if (stun_message_append_xor_addr(&answer, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, &ss,
					 len) != STUN_MESSAGE_RETURN_SUCCESS)
		return 0;
	return stun_agent_finish_message(&ice->agent, &answer, NULL, 0);
}

int ice_answer(struct ice_lite *ice, const uint8_t *data, size_t len, const char *pwd,
	       const struct addr *from, uint8_t out[ICE_ANSWER_MAX], bool *valid)
{
	StunMessage request, refusal;
	uint8_t key[257]; /* the library wants it writable */
	size_t n = 0, key_len = strlen(pwd);
	bool good = false;

	/* without a password the library would believe anything */
	if (key_len == 0 || key_len >= sizeof(key))
		return -EACCES;
	memcpy(key, pwd, key_len + 1);
	switch (stun_agent_validate(&ice->agent, &request, data, len, give_password,
				    key)) {
	case STUN_VALIDATION_SUCCESS:
		n = build_success(ice, &request, from, out);
		good = true;
		break;
	case STUN_VALIDATION_UNKNOWN_REQUEST_ATTRIBUTE:
		n = stun_agent_build_unknown_attributes_error(&ice->agent, &refusal, out,
							      ICE_ANSWER_MAX, &request);
		break;
	default:
		break;
	}
	explicit_bzero(key, sizeof(key));
	if (n == 0)
		return -EACCES;
	*valid = good;
	return (int)n;
}
