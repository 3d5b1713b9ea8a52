/* nets.h - the net threads, and which of them serves whom. A class has a home among
 * them: there are its lecturers and those who come first; who joins a large class
 * later is put where the fewest are. What is seen and heard in a class goes only to
 * the threads that somebody of it is on. Control thread, but for one call.
 */
#ifndef MCU_NETS_H
#define MCU_NETS_H

#include "base/attr.h"
#include "base/thread.h"
#include "mixer/aworker.h"
#include "mixer/vworker.h"
#include "transport/net.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nets;
struct conf;
struct member;
struct room;
struct server;

/* The rings of `n` threads (1 to LIMIT_NETS); none runs yet. */
int nets_create(struct nets **out, struct server *server, uint32_t n)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* What the other media threads are made with. */
void nets_rings(const struct nets *nets, struct vworker_rings *video,
		struct aworker_rings *audio) RUNS_ON(on_ctl);
/* Starts them, each with its own two ports: those of the configuration for the first,
 * the next higher ones for the others. On failure `why` is one line for the operator
 * and the result is the exit code of sysexits.h as a negative number. */
int nets_start(struct nets *nets, char *why, size_t why_len)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* Ends the threads; the rings are left for nets_destroy(). NULL is accepted. */
void nets_stop(struct nets *nets) RUNS_ON(on_ctl);
void nets_destroy(struct nets *nets); /* NULL is accepted */

/* The ports of `n` threads, above the configured ones, must exist and be free of the
 * page's own: else -EINVAL, and `why` as above, beginning with the key. */
int nets_check_ports(const struct conf *conf, uint32_t n, char *why,
		     size_t why_len) AULA_MUST_CHECK;

/* As many threads as the configuration says, or as suit this machine. */
uint32_t nets_number(uint32_t configured);

/* No client outside of this network can reach what is told to it. */
bool nets_only_private(const struct nets *nets) RUNS_ON(on_ctl);
uint32_t nets_count(const struct nets *nets) RUNS_ON(on_ctl);
struct net *nets_at(const struct nets *nets, uint32_t at) RUNS_ON(on_ctl);

/* Chooses the thread of a member that comes: its `net` and `net_at`. */
void nets_place(struct member *member) RUNS_ON(on_ctl);
void nets_leave(struct member *member) RUNS_ON(on_ctl);
/* It is in `to` from here on, and stays on its thread: that is where its peer is. */
void nets_move(const struct member *member, struct room *to) RUNS_ON(on_ctl);

/* ANY_THREAD. Asks whoever sends this for a key frame. */
void nets_source_key(struct nets *nets, uint32_t source);

/* Asks for the figures of all peers; each thread answers by bridge_net_stats(). */
void nets_ask_stats(struct nets *nets) RUNS_ON(on_ctl);

#endif
