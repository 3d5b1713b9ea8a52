#include "derive/fault.h"

#include <errno.h>
#include <libavutil/error.h>
#include <stddef.h>
#include <sysexits.h>

static const struct fault faults[] = {
	{-EBADMSG, EX_DATAERR, "damaged", "the recording is damaged"},
	{-ENOTSUP, EX_DATAERR, "not_supported",
	 "this is no MP4 with H.264, and AAC or Opus"},
	{-EOVERFLOW, EX_DATAERR, "too_long", "the recording is too long"},
	{-EFBIG, EX_DATAERR, "too_large", "pictures, packets or files are too large"},
	{-EPROTO, EX_DATAERR, "bad_chapters", "the list of chapters cannot be read"},
	{-ERANGE, EX_DATAERR, "bad_range", "nothing lies between these times"},
	{-EMEDIUMTYPE, EX_DATAERR, "parts_differ",
	 "the parts have different tracks and cannot be joined without encoding them "
	 "again"},
	{-EKEYREJECTED, EX_NOPERM, "no_key",
	 "it is sealed by a key that is not among those of the key file"},
	{-EAGAIN, EX_TEMPFAIL, "changed",
	 "the file was changed meanwhile, or somebody works on it"},
	{-EXDEV, EX_USAGE, "folders_differ", "all files must be in one folder"},
	{-ENOKEY, EX_CONFIG, "bad_key_file",
	 "the key file must be of mode 0600, and have keys of 64 hexadecimal digits"},
	{-EINVAL, EX_USAGE, "usage", "see the head of derive/main.c"},
	{-ENOENT, EX_NOINPUT, "no_file", "there is no such file"},
	{-EACCES, EX_NOINPUT, "no_file", "the file may not be read"},
	{-ELOOP, EX_NOINPUT, "no_file", "the file is a link"},
	{-ENOSPC, EX_CANTCREAT, "disk_full", "there is no room left"},
	{-EDQUOT, EX_CANTCREAT, "disk_full", "there is no room left"},
	{-EROFS, EX_CANTCREAT, "read_only", "nothing can be written there"},
	{-ENOMEM, EX_TEMPFAIL, "no_memory", "more memory is needed than is allowed"},
	{-EPERM, EX_OSERR, "no_jail", "the limits could not be set"},
	{0, EX_IOERR, "io", "reading or writing failed"},
};

const struct fault *fault_of(int err)
{
	const struct fault *fault = faults;

	while (fault->err && fault->err != err)
		fault++;
	return fault;
}

/* Those that are no errno mean that what was read makes no sense. */
int fault_errno(int av_err)
{
	if (av_err >= 0)
		return 0;
	if (av_err == AVERROR(EINVAL))
		return -EBADMSG;
	return av_err < -4095 ? -EBADMSG : av_err;
}
