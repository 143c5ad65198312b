#ifndef CLIBPQ_SHIM_H
#define CLIBPQ_SHIM_H

#include <libpq-fe.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

/* glibc declares it for _GNU_SOURCE only, which the Swift importer does not define. */
extern int pthread_setname_np(pthread_t, const char *);

static inline int clibpq_set_thread_name(pthread_t thread, const char *name) {
    return pthread_setname_np(thread, name);
}

#endif
