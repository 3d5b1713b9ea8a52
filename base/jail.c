#include "base/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif
/* Their shadow memory is terabytes of address space. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
	__has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

/* ---- limits --------------------------------------------------------------- */

static int limit(int what, uint64_t n)
{
	const struct rlimit to = {n, n};

	return setrlimit((__rlimit_resource_t)what, &to) ? -errno : 0;
}

static int limits(const struct jail *jail)
{
	int err = limit(RLIMIT_CPU, jail->cpu_sec);

	if (!err)
		err = limit(RLIMIT_CORE, 0);
	if (!err)
		err = limit(RLIMIT_FSIZE, jail->file_bytes);
	if (!err)
		err = limit(RLIMIT_NOFILE, 64);
	if (!err && !SANITIZED)
		err = limit(RLIMIT_AS, jail->memory);
	return err;
}

/* ---- files ---------------------------------------------------------------- */

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14) /* since the third version */
#endif
#define READS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITES \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE)

static void allow(int rules, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr beneath = {.allowed_access = access};

	beneath.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (beneath.parent_fd < 0)
		return;
	syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
	close(beneath.parent_fd);
}

/* What is open stays open: what is read, and the pipe. */
static void files(const struct jail *jail)
{
	static const char *const readable[] = {"/usr",
					       "/lib",
					       "/lib64",
					       "/etc/fonts",
					       "/var/cache/fontconfig",
					       "/var/lib/ghostscript",
					       "/proc/self"};
	static const char *const asked[] = {"/etc/ssl",
					    "/etc/pki",
					    "/etc/ca-certificates",
					    "/run/systemd/resolve",
					    "/etc/resolv.conf",
					    "/etc/hosts",
					    "/etc/host.conf",
					    "/etc/nsswitch.conf",
					    "/etc/gai.conf",
					    "/etc/services"};
	const long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
				     LANDLOCK_CREATE_RULESET_VERSION);
	const uint64_t cuts = version >= 3 ? LANDLOCK_ACCESS_FS_TRUNCATE : 0;
	const struct landlock_ruleset_attr attr = {
		/* all of the first version */
		.handled_access_fs = ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1) | cuts};
	int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	if (rules < 0)
		return; /* a kernel without it */
	for (size_t i = 0; i < sizeof(readable) / sizeof(readable[0]); i++)
		allow(rules, readable[i], READS);
	for (size_t i = 0; jail->network && i < sizeof(asked) / sizeof(asked[0]); i++)
		allow(rules, asked[i], i < 4 ? READS : LANDLOCK_ACCESS_FS_READ_FILE);
	if (jail->folder)
		allow(rules, jail->folder, READS | WRITES | cuts);
	if (jail->file)
		allow(rules, jail->file, LANDLOCK_ACCESS_FS_READ_FILE);
	syscall(SYS_landlock_restrict_self, rules, 0);
	close(rules);
}

/* ---- calls of the kernel -------------------------------------------------- */

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef ARCH
#define AT(field)    ((uint32_t)offsetof(struct seccomp_data, field))
#define LOAD(at)     BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at)
#define FAIL(err)    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((err)&SECCOMP_RET_DATA))
#define REFUSE(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1), FAIL(EPERM)
#define REFUSE_AS(name, err) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1), FAIL(err)

/* Newer than the headers of some; the same numbers on all machines. */
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif
#ifndef __NR_setxattrat
#define __NR_setxattrat 463
#endif

/* A number of 64 bits, the lower half first on both machines. Passes when it is this
 * process, or 0, which is this one or nobody. */
#define OWN_ONLY(name, own) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 7), LOAD(AT(args[0]) + 4), \
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 4), LOAD(AT(args[0])), \
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0), \
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, own, 0, 1), \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW), FAIL(EPERM)

#define REFUSE_NETWORK \
	REFUSE(socket), REFUSE(socketpair), REFUSE(connect), REFUSE(bind), \
		REFUSE(listen), REFUSE(accept), REFUSE(accept4), REFUSE(sendto), \
		REFUSE(sendmsg), REFUSE(sendmmsg)
/* Of files that it could not open; those that are open can be changed. */
#define REFUSE_PATHS \
	REFUSE(truncate), REFUSE(fchmodat), REFUSE(fchmodat2), REFUSE(fchownat), \
		REFUSE(setxattr), REFUSE(lsetxattr), REFUSE(fsetxattr), \
		REFUSE(setxattrat)

static void apply(struct sock_filter *filter, size_t n)
{
	const struct sock_fprog program = {.len = (unsigned short)n, .filter = filter};

	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

/* Beside the other filter, which knows the machine: the stricter answer counts. */
static void connections(bool network)
{
	struct sock_filter none[] = {
		LOAD(AT(nr)),
		REFUSE_NETWORK,
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_filter asking[] = {
		LOAD(AT(nr)),
		REFUSE(listen),
		REFUSE(accept),
		REFUSE(accept4),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	if (network)
		apply(asking, sizeof(asking) / sizeof(asking[0]));
	else
		apply(none, sizeof(none) / sizeof(none[0]));
}

static void calls(void)
{
	const uint32_t own = (uint32_t)getpid();
	struct sock_filter filter[] = {
		LOAD(AT(arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		LOAD(AT(nr)),
#ifdef __x86_64__
		/* the other numbering of the same machine */
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, 0, 1),
		FAIL(ENOSYS),
		REFUSE(fork),
		REFUSE(vfork),
		REFUSE(chmod),
		REFUSE(chown),
		REFUSE(lchown),
#endif
		REFUSE(execve),
		REFUSE(execveat),
		REFUSE(ptrace),
		REFUSE(process_vm_readv),
		REFUSE(process_vm_writev),
		REFUSE(kill),
		REFUSE(tkill),
		REFUSE(rt_sigqueueinfo),
		REFUSE(rt_tgsigqueueinfo),
		REFUSE(pidfd_open),
		REFUSE(pidfd_send_signal),
		REFUSE_PATHS,
		REFUSE(mount),
		REFUSE(umount2),
		REFUSE(unshare),
		REFUSE(setns),
		REFUSE(bpf),
		REFUSE(perf_event_open),
		REFUSE(userfaultfd),
		REFUSE(keyctl),
		REFUSE(add_key),
		REFUSE_AS(io_uring_setup, ENOSYS),
		REFUSE_AS(clone3, ENOSYS), /* the C library falls back to clone */
		OWN_ONLY(tgkill, own),
		OWN_ONLY(prlimit64, own),
		/* threads yes, processes no */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 3),
		LOAD(AT(args[0])),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
		FAIL(EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	apply(filter, sizeof(filter) / sizeof(filter[0]));
}
#else
static void connections(bool network)
{
	(void)network;
}

static void calls(void)
{
}
#endif

int jail_enter(const struct jail *jail)
{
	int err = limits(jail);

	if (err)
		return err;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	files(jail);
	if (!SANITIZED) {
		connections(jail->network);
		calls();
	}
	return 0;
}
