/* What members may, as words of the database: what is taken is written and read the same.
 */
#include "mcu/policy.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), words[POLICY_TEXT + 1];
	struct policy policy, again;
	const struct policy_own own = {0};

	if (!text)
		abort();
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (policy_read(&policy, text) == 0) {
		policy_write(&policy, words, sizeof(words));
		if (policy_read(&again, words) || again.kind != policy.kind ||
		    again.locked != policy.locked || again.lobby != policy.lobby ||
		    again.locks != policy.locks)
			abort();
		/* no lock holds for who leads */
		if (policy_caps(&policy, ROLE_LECTURER, &own) !=
		    policy_role_caps(policy.kind, ROLE_LECTURER))
			abort();
	}
	free(text);
	return 0;
}
