#include "tests/way_sim.h"

#include "base/clock.h"

#include <string.h>

#define PACKET_MAX  1150
#define SOUND_BYTES 150
#define SOUND_US    (60 * MS_US)
#define FEEDBACK_US (80 * MS_US)
#define SILENCE_US  SEC_US

double sim_random(struct sim *sim)
{
	sim->seed ^= sim->seed << 13;
	sim->seed ^= sim->seed >> 7;
	sim->seed ^= sim->seed << 17;
	return (double)(sim->seed >> 11) / (double)(UINT64_C(1) << 53);
}

void sim_init(struct sim *sim)
{
	memset(sim, 0, sizeof(*sim));
	sim->now_us = 5000 * SEC_US;
	sim->seed = 88172645463325252u;
	sim->delay_us = 20 * MS_US;
	sim->queue_us = 200 * MS_US;
	sim->fps = 15;
	sim->sound = true;
	sim->next_sound_us = sim->next_frame_us = sim->next_feedback_us = sim->now_us;
	bwe_init(&sim->bwe);
}

void sim_fini(struct sim *sim)
{
	twcc_tx_fini(&sim->tx);
}

static void take_report(struct sim *sim)
{
	static const int edges = LINK_SILENT + 1;
	uint32_t *counts[] = {&sim->n_clear, &sim->n_tight, &sim->n_lossy,
			      &sim->n_silent};

	sim->report = sim->bwe.report;
	sim->last_report_us = sim->now_us;
	if ((int)sim->report.verdict < edges)
		++*counts[sim->report.verdict];
	if (sim->report.verdict == LINK_TIGHT) {
		if (!sim->first_tight_us)
			sim->first_tight_us = sim->now_us;
		sim->last_tight_us = sim->now_us;
	}
}

static void emit(struct sim *sim, enum twcc_kind kind, uint32_t size)
{
	struct sim_packet *p = &sim->packets[sim->tx.n % SIM_PACKETS];
	int64_t start_us = sim->free_us > sim->now_us ? sim->free_us : sim->now_us;
	bool full = start_us - sim->now_us > sim->queue_us;

	*p = (struct sim_packet){.arrives_us = INT64_MAX};
	twcc_tx_sent(&sim->tx, kind, size, sim->now_us);
	if (sim->down || sim_random(sim) < sim->chance || (sim->rate_bps && full))
		return;
	if (sim->rate_bps)
		sim->free_us = start_us + (int64_t)size * 8 * SEC_US / sim->rate_bps;
	else
		sim->free_us = start_us;
	p->arrives_us = sim->free_us + sim->delay_us +
			(int64_t)(sim_random(sim) * (double)sim->jitter_us);
	sim->delivered += size;
}

static void send_all(struct sim *sim)
{
	if (sim->sound && sim->now_us >= sim->next_sound_us) {
		emit(sim, TWCC_SOUND, SOUND_BYTES);
		sim->next_sound_us += SOUND_US;
	}
	while (sim->video_bps && sim->now_us >= sim->next_frame_us) {
		double bytes = sim->video_bps / 8.0 / sim->fps;
		uint32_t left;

		bytes *= 0.7 + 0.6 * sim_random(sim);
		if (sim->key_every && sim->frames++ % sim->key_every == 0)
			bytes *= 6;
		for (left = (uint32_t)bytes; left > 0;) {
			uint32_t size = left > PACKET_MAX ? PACKET_MAX : left;

			emit(sim, TWCC_VIDEO, size + 60);
			left -= size;
		}
		sim->next_frame_us += SEC_US / sim->fps;
	}
}

static void tell(struct sim *sim, uint32_t n, bool arrived)
{
	struct sim_packet *p = &sim->packets[n % SIM_PACKETS];
	int64_t recv_us = arrived ? p->arrives_us - 3000 * SEC_US : 0;
	struct twcc_news news;

	recv_us += (int64_t)((double)recv_us * sim->drift);
	recv_us -= recv_us % 250;
	if (sim->lies) {
		recv_us = (int64_t)(sim_random(sim) * 1e12);
		arrived = sim_random(sim) < 0.5;
		n += (uint32_t)(sim_random(sim) * 100);
	}
	p->told = arrived;
	if (twcc_tx_report(&sim->tx, (uint16_t)n, arrived, sim->now_us, &news))
		bwe_packet(&sim->bwe, &news, recv_us);
}

static void feed_back(struct sim *sim)
{
	int64_t heard_us = sim->now_us - sim->delay_us; /* it was written then */
	uint32_t end = sim->told;
	bool any = false;

	for (uint32_t n = sim->tx.n - 1; n + 1 != sim->told && !any; n--)
		if (sim->packets[n % SIM_PACKETS].arrives_us <= heard_us) {
			end = n + 1;
			any = true;
		}
	for (uint32_t n = sim->told - (sim->told < 300 ? sim->told : 300); n != end;
	     n++) {
		struct sim_packet *p = &sim->packets[n % SIM_PACKETS];
		bool arrived = p->arrives_us <= heard_us;

		if (p->told || (n < sim->told && !arrived))
			continue;
		tell(sim, n, arrived);
		any = true;
	}
	sim->told = end;
	if (!any)
		return;
	sim->tx.waiting_us = 0;
	if (bwe_end(&sim->bwe, sim->tx.untold, sim->now_us))
		take_report(sim);
	sim->tx.untold = 0;
}

void sim_run(struct sim *sim, int64_t ms)
{
	for (; ms > 0; ms--) {
		sim->now_us += MS_US;
		send_all(sim);
		if (sim->now_us >= sim->next_feedback_us && !sim->deaf && !sim->down) {
			sim->next_feedback_us = sim->now_us + FEEDBACK_US;
			feed_back(sim);
		}
		if (sim->tx.waiting_us && sim->now_us - sim->tx.waiting_us > SILENCE_US &&
		    bwe_silent(&sim->bwe, sim->now_us))
			take_report(sim);
		if (sim->bwe.report.verdict == LINK_TIGHT)
			sim->tight_total_us += MS_US;
	}
}
