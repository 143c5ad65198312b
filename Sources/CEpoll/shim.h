// What Swift's Glibc module leaves out of Linux: epoll, eventfd, accepting a socket with flags,
// and what the allocator does with memory that nobody uses.
#ifndef WAYBILL_CEPOLL_SHIM_H
#define WAYBILL_CEPOLL_SHIM_H

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>

// glibc declares it for _GNU_SOURCE only, which the Swift importer does not define. Its header stays out: what a module
// includes first is taken for its own.
struct sockaddr;
extern int accept4(int socket, struct sockaddr *address, unsigned int *length, int flags);

// Gives unused memory back to the system. Its header would take size_t from the C library's module for its own.
extern int malloc_trim(unsigned long padding);

// Times as one number of nanoseconds: beside Foundation, Swift does not know whose `timespec` it has before it.
static inline unsigned long long waybill_clock(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (unsigned long long)time.tv_sec * 1000000000ull + (unsigned long long)time.tv_nsec;
}

static inline int waybill_epoll_wait(
    int epoll, struct epoll_event *events, int count, unsigned long long nanoseconds
) {
    struct timespec timeout = {(time_t)(nanoseconds / 1000000000ull), (long)(nanoseconds % 1000000000ull)};
    return epoll_pwait2(epoll, events, count, &timeout, 0);
}

#endif
