// Sends on many sockets by one system call: io_uring (Linux 5.6 and later) by liburing. The headers of both stay out of
// this one: a Clang module owns the types of each header that it includes first.
#ifndef WAYBILL_SEND_RING_H
#define WAYBILL_SEND_RING_H

// One send on a non-blocking socket.
struct waybill_send {
    int descriptor;
    unsigned length;
    const void *bytes;
    // The number of bytes that the kernel took, or a negative error number. WAYBILL_SEND_NOT_TRIED where the ring failed
    // before the kernel had seen the send.
    int result;
};
enum { WAYBILL_SEND_NOT_TRIED = -65536 };

struct waybill_send_ring;

// Makes a ring for at most so many sends at a time; used by the calling thread only. NULL where the kernel or a sandbox
// has no io_uring, or the process no descriptor left.
struct waybill_send_ring *waybill_send_ring_open(unsigned capacity);

// Tries all sends, none of which waits, and returns when each has its result. A short send is possible.
//
// Returns 0, or a negative error number: the ring is of no use any more, and some sends may not have been tried.
int waybill_send_ring_run(struct waybill_send_ring *ring, struct waybill_send *sends, unsigned count);

// The descriptor that the ring takes.
int waybill_send_ring_descriptor(const struct waybill_send_ring *ring);

void waybill_send_ring_close(struct waybill_send_ring *ring);

#endif
