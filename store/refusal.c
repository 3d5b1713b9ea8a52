#include "store/refusal.h"

#include <string.h>

#include "store/xml.h"

static int of_code(const char *code)
{
	static const struct {
		const char *code;
		int err;
	} known[] = {
		{"InvalidAccessKeyId", FAULT_KEYS},
		{"SignatureDoesNotMatch", FAULT_KEYS},
		{"InvalidToken", FAULT_KEYS},
		{"ExpiredToken", FAULT_KEYS},
		{"AccessDenied", FAULT_DENIED},
		{"AllAccessDisabled", FAULT_DENIED},
		{"AccountProblem", FAULT_DENIED},
		{"NoSuchBucket", FAULT_BUCKET},
		{"NoSuchKey", FAULT_MISSING},
		{"NoSuchUpload", FAULT_MISSING},
		{"RequestTimeTooSkewed", FAULT_CLOCK},
		{"AuthorizationHeaderMalformed", FAULT_REGION},
		{"PermanentRedirect", FAULT_REGION},
		{"TemporaryRedirect", FAULT_REGION},
		{"BadDigest", FAULT_DIFFERS},
		{"XAmzContentSHA256Mismatch", FAULT_DIFFERS},
		{"InvalidPart", FAULT_DIFFERS},
		{"IncompleteBody", FAULT_AWAY},
		{"RequestTimeout", FAULT_AWAY},
		{"SlowDown", FAULT_AWAY},
		{"InternalError", FAULT_AWAY},
		{"ServiceUnavailable", FAULT_AWAY},
		{"OperationAborted", FAULT_AWAY},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].code, code) == 0)
			return known[i].err;
	return 0;
}

static int of_status(long status)
{
	if (status >= 200 && status < 300)
		return 0;
	switch (status) {
	case 301:
	case 302:
	case 307:
	case 308:
		return FAULT_REGION;
	case 401:
	case 403: /* of HEAD there is no more than this */
		return FAULT_DENIED;
	case 404:
		return FAULT_MISSING;
	case 408:
	case 409:
	case 429:
	case 500:
	case 502:
	case 503:
	case 504:
	case 507:
		return FAULT_AWAY;
	default:
		return FAULT_ANSWER;
	}
}

int refusal_of(long status, const char *text, size_t len)
{
	struct xml all = {text, text ? text + len : text}, error;
	char code[64];
	int err = 0;

	if (text && xml_next(&all, "Error", &error)) {
		if (xml_text(error, "Code", code, sizeof(code)))
			err = of_code(code);
		if (!err)
			err = of_status(status);
		return err ? err : FAULT_ANSWER;
	}
	return of_status(status);
}
