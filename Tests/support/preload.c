// Loaded before the C library into processes of a test (LD_PRELOAD), by `support.preload`:
//
//   TEST_CLOCK_AHEAD   seconds by which the wall clock is ahead; monotonic clocks stay as they are
//   TEST_HOLD_SYNC     a path: while it exists, fsync and fdatasync do not return
//   TEST_NO_PWAIT2     set: epoll_pwait2 is not permitted, as in some sandboxes
//   TEST_FAILED_LANES  a path: once it exists, threads named `lane-…` cannot wait for descriptors
//   TEST_SLEPT         a path: once it exists, the machine has slept for eight hours, which CLOCK_MONOTONIC leaves out

#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t seconds_ahead;
static const char *hold_path;
static const char *slept_path;
static const char *failed_lanes_path;
static int has_no_pwait2;

static char *copy_of(const char *text) { return text ? strdup(text) : NULL; }

__attribute__((constructor)) static void read_environment(void) {
    const char *ahead = getenv("TEST_CLOCK_AHEAD");
    if (ahead) seconds_ahead = atoll(ahead);
    // Copies: PostgreSQL writes its processes' titles over the environment.
    hold_path = copy_of(getenv("TEST_HOLD_SYNC"));
    slept_path = copy_of(getenv("TEST_SLEPT"));
    failed_lanes_path = copy_of(getenv("TEST_FAILED_LANES"));
    has_no_pwait2 = getenv("TEST_NO_PWAIT2") != NULL;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int status = (int)syscall(SYS_clock_gettime, clock, now);
    int is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    if (status == 0 && is_wall) now->tv_sec += seconds_ahead;
    if (status == 0 && (is_wall || clock == CLOCK_BOOTTIME) && slept_path && access(slept_path, F_OK) == 0)
        now->tv_sec += 8 * 3600;
    return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec precise;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}

static void wait_while_held(void) {
    const struct timespec pause = {0, 20 * 1000 * 1000};
    while (hold_path && access(hold_path, F_OK) == 0) nanosleep(&pause, NULL);
}

int fsync(int descriptor) {
    wait_while_held();
    return (int)syscall(SYS_fsync, descriptor);
}

int fdatasync(int descriptor) {
    wait_while_held();
    return (int)syscall(SYS_fdatasync, descriptor);
}

static int is_failed_lane(void) {
    char name[16] = "";
    return failed_lanes_path && access(failed_lanes_path, F_OK) == 0 && prctl(PR_GET_NAME, name, 0, 0, 0) == 0
        && strncmp(name, "lane-", 5) == 0;
}

int epoll_pwait2(int epoll, struct epoll_event *events, int count, const struct timespec *timeout, const sigset_t *set) {
    if (has_no_pwait2) {
        errno = EPERM;
        return -1;
    }
    return (int)syscall(SYS_epoll_pwait2, epoll, events, count, timeout, set, sizeof(unsigned long));
}

int epoll_wait(int epoll, struct epoll_event *events, int count, int milliseconds) {
    if (is_failed_lane()) {
        errno = EBADF;
        return -1;
    }
    return (int)syscall(SYS_epoll_pwait, epoll, events, count, milliseconds, NULL, sizeof(unsigned long));
}
