#include "store/fault.h"

#include <errno.h>
#include <stddef.h>
#include <sysexits.h>

static const struct {
	int err;
	struct fault fault;
} faults[] = {
	{FAULT_KEYS,
	 {"bad_keys", "the storage does not take the keys of s3_credentials_file",
	  EX_NOPERM}},
	{FAULT_DENIED, {"denied", "the keys may not do this in the bucket", EX_NOPERM}},
	{FAULT_BUCKET, {"no_bucket", "the storage has no such bucket", EX_CONFIG}},
	{FAULT_CLOCK,
	 {"clock", "the clock of this machine and that of the storage differ",
	  EX_CONFIG}},
	{FAULT_AWAY, {"away", "the storage does not answer", EX_TEMPFAIL}},
	{FAULT_TLS, {"tls", "the certificate of the storage is not good", EX_CONFIG}},
	{FAULT_ANSWER,
	 {"answer", "the storage answered what was not expected", EX_PROTOCOL}},
	{FAULT_DIFFERS, {"differs", "what is stored is not what is here", EX_DATAERR}},
	{FAULT_MISSING, {"missing", "the storage has no such object", EX_NOINPUT}},
	{FAULT_REGION,
	 {"region", "the bucket is of another region or endpoint", EX_CONFIG}},
	{FAULT_PLACE,
	 {"no_storage", "s3_endpoint, s3_bucket and s3_credentials_file are needed",
	  EX_CONFIG}},
	{FAULT_UNFINISHED,
	 {"unfinished", "an edition of it is not finished yet", EX_TEMPFAIL}},
	{-EINVAL, {"usage", "see aula-store --help", EX_USAGE}},
	{-ENOENT, {"no_file", "there is no such file", EX_NOINPUT}},
	{-ENOSPC, {"disk_full", "the disk is full", EX_CANTCREAT}},
	{-ENOMEM, {"no_memory", "there is not enough memory", EX_OSERR}},
	{-EPERM, {"no_jail", "the kernel does not allow the limits", EX_OSERR}},
	{-E2BIG, {"too_long", "a name is too long", EX_DATAERR}},
	{-EBUSY, {"changed", "a file changed while it was read", EX_TEMPFAIL}},
};

const struct fault *fault_of(int err)
{
	static const struct fault other = {"io", "a file cannot be read or written",
					   EX_IOERR};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (faults[i].err == err)
			return &faults[i].fault;
	return &other;
}
