/* fault.h - what went wrong, as those are told who wait: a code for programs, a sentence
 * for people, an exit status of sysexits.h. One negative errno stands for each:
 *
 *   -EBADMSG      the recording is damaged        -ENOTSUP      nothing that is read here
 *   -EOVERFLOW    longer than LIMIT_DERIVE_MS     -EFBIG        too many pixels, too
 * large -EPROTO       the chapters cannot be read     -ERANGE       nothing lies between
 * the times -EMEDIUMTYPE  the parts do not fit together   -ENOENT, -ENOSPC, -ENOMEM as
 * ever
 */
#ifndef DERIVE_FAULT_H
#define DERIVE_FAULT_H

struct fault {
	int err;
	int exit_status;
	const char *code;
	const char *why;
};

/* Never NULL: what is not known is a fault of the disk. */
const struct fault *fault_of(int err);

/* libavformat's errors, as ours. */
int fault_errno(int av_err);

#endif
