/* fault.h - what can go wrong with a storage, as codes for the server, sentences for the
 * operator and an exit status of sysexits.h. Errors are negative, as errno is.
 */
#ifndef STORE_FAULT_H
#define STORE_FAULT_H

/* Beyond those of the kernel; none of these is an errno that a call here returns. */
enum {
	FAULT_KEYS = -10001,    /* the storage does not know them, or who signs */
	FAULT_DENIED = -10002,  /* it knows them, and they may not do this */
	FAULT_BUCKET = -10003,  /* there is none of that name */
	FAULT_CLOCK = -10004,   /* ours, or that of the storage */
	FAULT_AWAY = -10005,    /* no answer, or that it cannot now */
	FAULT_TLS = -10006,     /* it is not who it should be */
	FAULT_ANSWER = -10007,  /* not of the protocol, or a refusal of a kind unknown */
	FAULT_DIFFERS = -10008, /* what is there is not what was sent */
	FAULT_MISSING = -10009, /* there is no such object */
	FAULT_REGION = -10010,  /* it says to ask elsewhere */
	FAULT_PLACE = -10011,   /* the configuration names no storage */
	FAULT_UNFINISHED = -10012, /* not all of the recording is made yet */
};

struct fault {
	const char *code, *why; /* need no escapes in JSON */
	int exit_status;
};

/* Never NULL. */
const struct fault *fault_of(int err);

#endif
