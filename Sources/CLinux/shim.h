// Linux calls that Swift's Glibc module leaves out: epoll, eventfd, accepting a socket with flags, GNU extensions of
// posix_spawn, memfd_create, fallocate, names of threads and the state of the clock.
#ifndef WAYBILL_CLINUX_SHIM_H
#define WAYBILL_CLINUX_SHIM_H

#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>

// glibc declares the following functions for _GNU_SOURCE only, which the Swift importer does not define. Their own
// headers stay out: a Clang module owns the types of each header that it includes first, and would take them from the C
// library.

struct sockaddr;
extern int accept4(int socket, struct sockaddr *address, unsigned int *length, int flags);

// <sys/timex.h>. The result is the state of the clock; 5 (TIME_ERROR) for one that is not synchronised.
struct timex;
extern int adjtimex(struct timex *buffer);
enum { WAYBILL_TIME_ERROR = 5 };

extern int memfd_create(const char *name, unsigned int flags);

// The offsets are off_t, which is long on every 64-bit Linux.
extern int fallocate(int file, int mode, long offset, long length);
// <linux/falloc.h>, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE: gives the space of a part of a file back.
enum { WAYBILL_FALLOC_PUNCH_HOLE = 0x03 };

// glibc 2.34 and later.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);

// <spawn.h>, POSIX_SPAWN_SETSID: the child begins a new session.
enum { WAYBILL_SPAWN_SETSID = 0x80 };
// <sys/mman.h>, MFD_CLOEXEC: the descriptor is closed on exec.
enum { WAYBILL_MFD_CLOEXEC = 1 };

// The time of a clock in nanoseconds. A `timespec` would be ambiguous in Swift files that import Foundation.
static inline unsigned long long waybill_clock_nanoseconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (unsigned long long)time.tv_sec * 1000000000ull + (unsigned long long)time.tv_nsec;
}

// <errno.h>: the error of the last call, "there is no such system call", and "not permitted", as sandboxes say. The
// header stays out as others do.
extern int *__errno_location(void) __attribute__((__const__));
enum { WAYBILL_EPERM = 1, WAYBILL_ENOSYS = 38 };

// Waits for at most so many nanoseconds (epoll_pwait2, Linux 5.11; where that is missing, in milliseconds).
static inline int waybill_epoll_wait(
    int epoll, struct epoll_event *events, int count, unsigned long long nanoseconds
) {
    // Once the call was missing it is not tried again. Threads that find out at once write the same.
    static int is_missing = 0;
    if (!__atomic_load_n(&is_missing, __ATOMIC_RELAXED)) {
        struct timespec timeout = {(time_t)(nanoseconds / 1000000000ull), (long)(nanoseconds % 1000000000ull)};
        int ready = epoll_pwait2(epoll, events, count, &timeout, 0);
        int error = *__errno_location();
        if (ready >= 0 || (error != WAYBILL_ENOSYS && error != WAYBILL_EPERM)) return ready;
        __atomic_store_n(&is_missing, 1, __ATOMIC_RELAXED);
    }
    // A kernel or a sandbox without the call: whole milliseconds, rounded up so that the wait never ends too early.
    unsigned long long milliseconds = nanoseconds / 1000000 + (nanoseconds % 1000000 != 0);
    return epoll_wait(epoll, events, count, milliseconds > 2147483647 ? 2147483647 : (int)milliseconds);
}

// Names the calling thread. Linux keeps 15 bytes. prctl is variadic, and Swift cannot call such functions.
static inline int waybill_set_thread_name(const char *name) {
    return prctl(PR_SET_NAME, name, 0, 0, 0);
}

#endif
