#include "send_ring.h"

#include <errno.h>
#include <liburing.h>
#include <stdlib.h>
#include <sys/socket.h>

// Linux 6.0 and 6.1. One thread uses the ring, so that the kernel need not interrupt it when a send is done.
#ifndef IORING_SETUP_SINGLE_ISSUER
#define IORING_SETUP_SINGLE_ISSUER (1U << 12)
#endif
#ifndef IORING_SETUP_DEFER_TASKRUN
#define IORING_SETUP_DEFER_TASKRUN (1U << 13)
#endif

struct waybill_send_ring {
    struct io_uring ring;
};

// True where the kernel can send by a ring: a ring can be made since 5.1, but sends came with 5.6.
static int can_send(struct io_uring *ring) {
    struct io_uring_probe *probe = io_uring_get_probe_ring(ring);
    if (!probe) return 0;
    int can = io_uring_opcode_supported(probe, IORING_OP_SEND);
    io_uring_free_probe(probe);
    return can;
}

struct waybill_send_ring *waybill_send_ring_open(unsigned capacity) {
    struct waybill_send_ring *made = calloc(1, sizeof(*made));
    if (!made) return NULL;
    int error = io_uring_queue_init(capacity, &made->ring, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);
    if (error == -EINVAL) error = io_uring_queue_init(capacity, &made->ring, 0);
    if (error < 0) {
        free(made);
        return NULL;
    }
    if (!can_send(&made->ring)) {
        waybill_send_ring_close(made);
        return NULL;
    }
    return made;
}

// Takes the results that are there. Returns their number.
static unsigned reap(struct waybill_send_ring *ring, struct waybill_send *sends) {
    unsigned head, taken = 0;
    struct io_uring_cqe *done;
    io_uring_for_each_cqe(&ring->ring, head, done) {
        sends[done->user_data].result = done->res;
        taken++;
    }
    io_uring_cq_advance(&ring->ring, taken);
    return taken;
}

int waybill_send_ring_run(struct waybill_send_ring *ring, struct waybill_send *sends, unsigned count) {
    unsigned queued = 0, submitted = 0, taken = 0;
    for (; queued < count; queued++) {
        sends[queued].result = WAYBILL_SEND_NOT_TRIED;
        struct io_uring_sqe *entry = io_uring_get_sqe(&ring->ring);
        if (!entry) break;
        io_uring_prep_send(
            entry, sends[queued].descriptor, sends[queued].bytes, sends[queued].length, MSG_DONTWAIT | MSG_NOSIGNAL
        );
        entry->user_data = queued;
    }
    for (unsigned rest = queued; rest < count; rest++) sends[rest].result = WAYBILL_SEND_NOT_TRIED;
    // No send waits, so neither does this call. It may take a part only, and a signal may end it.
    int error = 0;
    while (taken < queued) {
        int outcome = io_uring_submit_and_wait(&ring->ring, queued - taken);
        if (outcome >= 0) {
            submitted += (unsigned)outcome;
        } else if (outcome != -EINTR) {
            error = outcome;
        }
        taken += reap(ring, sends);
        if (error && taken == submitted) return error;
    }
    return queued < count ? -ENOSPC : 0;
}

int waybill_send_ring_descriptor(const struct waybill_send_ring *ring) { return ring->ring.ring_fd; }

void waybill_send_ring_close(struct waybill_send_ring *ring) {
    io_uring_queue_exit(&ring->ring);
    free(ring);
}
