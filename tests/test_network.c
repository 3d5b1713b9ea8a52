/* Where somebody comes from, as it is shown. */
#include "mcu/network.h"

#include <string.h>

#include "tests/test.h"

int main(void)
{
	static const struct {
		const char *ip, *part, *whole;
	} rows[] = {
		{"203.0.113.77", "203.0.113.0/24", "203.0.113.77"},
		{"::ffff:203.0.113.77", "203.0.113.0/24", "203.0.113.77"},
		{"2001:db8:7:1::5", "2001:db8:7::/48", "2001:db8:7:1::5"},
		{"::1", "::/48", "::1"},
		{"255.255.255.255", "255.255.255.0/24", "255.255.255.255"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff::/48",
		 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
		{"", "", ""},
		{"unix", "", ""},
		{"203.0.113", "", ""},
	};
	char text[NETWORK_TEXT];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		network_text(rows[i].ip, false, text);
		CHECK(strcmp(text, rows[i].part) == 0);
		network_text(rows[i].ip, true, text);
		CHECK(strcmp(text, rows[i].whole) == 0);
	}
	return 0;
}
