/* What the words of the relay mean: orders, plans, addresses. */
#include <errno.h>
#include <math.h>

#include "base/clock.h"
#include "tests/lab/endpoint.h"
#include "tests/lab/plan.h"
#include "tests/test.h"

static void orders_are_read(void)
{
	static const char *const bad[] = {
		"",
		"down",
		"down rate",
		"down rate 80k now",
		"left rate 80k",
		"down speed 80k",
		"down rate fast",
		"down rate -5",
		"down rate 80q",
		"down rate 80kk",
		"down rate 1e99",
		"down rate nan",
		"down loss 101",
		"down loss 5ms",
		"down delay 99999999",
		"down hole 1",
		"down rate on",
		"down rate 00000000000000000000000000000000000000001",
	};
	struct lane_conf c;
	struct order o;
	const char *why;

	lane_conf_init(&c);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why = NULL;
		CHECK(order_parse(&o, bad[i], &why) == -EINVAL && why);
	}
#define TAKE(text) \
	do { \
		CHECK(order_parse(&o, text, &why) == 0); \
		order_apply(&o, &c); \
	} while (0)
	TAKE("down rate 80k");
	CHECK(o.dirs == ORDER_DOWN && c.rate_bps == 80000);
	TAKE(" up  rate 1.5M\r\n");
	CHECK(o.dirs == ORDER_UP && c.rate_bps == 1500000);
	TAKE("both loss 2.5%");
	CHECK(o.dirs == (ORDER_UP | ORDER_DOWN) && fabs(c.loss - 0.025) < 1e-12);
	TAKE("both delay 40");
	CHECK(c.delay_us == 40000);
	TAKE("both delay 1.5s");
	CHECK(c.delay_us == 1500000);
	TAKE("both loss off");
	CHECK(c.loss == 0);
	TAKE("down link off");
	CHECK(c.down);
	TAKE("down link on");
	CHECK(!c.down);
	TAKE("down hole on");
	CHECK(c.hole);
	TAKE("down keep-order off");
	CHECK(!c.keep_order);
#undef TAKE
}

static void plans_are_read(void)
{
	static const char *const bad[] = {"",       "80k@",    "80k@x", "80k@1,", "@5",
					  "80k@1;", "80k@1e9", "80q@1", "80k 5",  ",80k"};
	static const char *const bad_spans[] = {"",    "5",    "5-", "7-5",
						"5-5", "5-6,", "a-b"};
	static struct plan plan;
	struct lane_conf c;
	const char *why;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(plan_steps(&plan, ORDER_DOWN, "rate", bad[i], &why) == -EINVAL);
	for (size_t i = 0; i < sizeof(bad_spans) / sizeof(bad_spans[0]); i++)
		CHECK(plan_spans(&plan, ORDER_UP, "link", "off", "on", bad_spans[i],
				 &why) == -EINVAL);
	plan = (struct plan){0};
	lane_conf_init(&c);
	CHECK(plan_steps(&plan, ORDER_DOWN, "rate", "1000k@0,80k@20,1m@60", &why) == 0);
	CHECK(plan_spans(&plan, ORDER_DOWN, "link", "off", "on", "10-12.5", &why) == 0);
	CHECK(plan.n == 5 && plan_next_us(&plan) == 0);
	order_apply(plan_take(&plan, 0), &c);
	CHECK(c.rate_bps == 1e6 && !plan_take(&plan, 9999999));
	order_apply(plan_take(&plan, 10 * SEC_US), &c);
	CHECK(c.down && plan_next_us(&plan) == 12500000);
	order_apply(plan_take(&plan, 30 * SEC_US), &c);
	order_apply(plan_take(&plan, 30 * SEC_US), &c);
	CHECK(!c.down && c.rate_bps == 80e3 && !plan_take(&plan, 30 * SEC_US));
	while (plan.n < PLAN_MAX)
		CHECK(plan_steps(&plan, ORDER_UP, "loss", "5", &why) == 0);
	CHECK(plan_steps(&plan, ORDER_UP, "loss", "5", &why) == -ENOSPC);
}

static void endpoints_are_read(void)
{
	static const char *const bad[] = {"",
					  ":80",
					  "127.0.0.1",
					  "127.0.0.1:",
					  "x:80",
					  "127.0.0.1:65536",
					  "127.0.0.1:-1",
					  "[::1:80"};
	struct endpoint a, b;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(endpoint_parse(&a, bad[i]) == -EINVAL);
	CHECK(endpoint_parse(&a, "127.0.0.1:8443") == 0 && endpoint_port(&a) == 8443);
	CHECK(endpoint_parse(&b, "[::1]:8443") == 0 && endpoint_port(&b) == 8443);
	CHECK(endpoint_same(&a, &a) && !endpoint_same(&a, &b));
}

int main(void)
{
	orders_are_read();
	plans_are_read();
	endpoints_are_read();
	return 0;
}
