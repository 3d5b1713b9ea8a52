#include "recorder/leftover.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <string.h>

static bool no_room(const struct reel *reel)
{
	return reel->told_err == -ENOSPC || reel->told_err == -EDQUOT;
}

/* As it was before anything was known of its files: who looks finds them. */
static void begin_anew(struct reel *reel) RUNS_ON(on_finish)
{
	struct recording_result *result = &reel->result;

	reel->left_bytes = 0;
	for (uint32_t i = 0; i < reel->n; i++)
		reel->left_bytes += part_bytes(reel->pieces[i].part);
	while (reel->n)
		reel_remove(reel, reel->n - 1);
	reel->known = reel->closing = reel->ended = false;
	reel->finished = reel->left = reel->waited = false;
	reel->n_io = 0;
	reel->told_err = result->err;
	result->id = 0;
	result->err = 0;
	result->bytes = 0;
	result->again = true;
	result->left = result->empty = false;
}

void leftover_add(struct reel *reel)
{
	struct rec_env *env = reel->env;

	if (env->n_left == LEFTOVER_MAX) {
		if (!env->left_look_us)
			env->left_look_us = clock_us() + LEFTOVER_LAST_US;
		reel_free(reel);
		return;
	}
	begin_anew(reel);
	reel->wait_us = reel->wait_us ? 2 * reel->wait_us : LEFTOVER_FIRST_US;
	if (reel->wait_us > LEFTOVER_LAST_US)
		reel->wait_us = LEFTOVER_LAST_US;
	reel->try_us = clock_us() + reel->wait_us;
	log_warn("recording_left",
		 "name=%s edition=%s err=%d again_s=%lld hint=\"what is there is kept, "
		 "and tried again\"",
		 reel->result.name, env->editions[reel->result.edition].name,
		 reel->told_err, (long long)(reel->wait_us / SEC_US));
	reel->next = env->left;
	env->left = reel;
	env->n_left++;
}

static struct reel *cut(struct rec_env *env, struct reel **p) RUNS_ON(on_finish)
{
	struct reel *reel = *p;

	*p = reel->next;
	reel->next = NULL;
	env->n_left--;
	return reel;
}

/* A look at the disk costs next to nothing, so that the time does not grow by it. */
static bool finds_room(struct reel *reel) RUNS_ON(on_finish)
{
	struct rec_env *env = reel->env;

	if (!no_room(reel) || store_free_bytes(env->store) >=
				      reel->left_bytes + (int64_t)env->reserve_bytes)
		return true;
	reel->try_us = clock_us() + LEFTOVER_FIRST_US;
	return false;
}

struct reel *leftover_next(struct rec_env *env)
{
	int64_t now_us = clock_us();
	struct reel **p = &env->left;

	while (*p && ((*p)->try_us > now_us || !finds_room(*p)))
		p = &(*p)->next;
	return *p ? cut(env, p) : NULL;
}

bool leftover_look(struct rec_env *env)
{
	if (!env->left_look_us || clock_us() < env->left_look_us ||
	    env->n_left == LEFTOVER_MAX)
		return false;
	env->left_look_us = 0;
	return true;
}

struct reel *leftover_take(struct rec_env *env, const struct recording_result *of)
{
	struct reel **p = &env->left;

	while (*p && ((*p)->result.edition != of->edition ||
		      strcmp((*p)->result.name, of->name) != 0))
		p = &(*p)->next;
	return *p ? cut(env, p) : NULL;
}

bool leftover_beside(const struct rec_env *env, const struct recording_result *of)
{
	const struct reel *reel = env->left;

	while (reel && (reel->result.edition == of->edition ||
			strcmp(reel->result.name, of->name) != 0))
		reel = reel->next;
	return reel;
}

void leftover_drop(struct rec_env *env, const char *name)
{
	for (struct reel **p = &env->left; *p;) {
		if (name && strcmp((*p)->result.name, name) != 0)
			p = &(*p)->next;
		else
			reel_free(cut(env, p));
	}
}
