// The allocator of the process: mimalloc, which takes the place of malloc and free in every program that links this.
// Streams and commands are many small objects that threads make and end together with memory that is used for a moment
// only; among those the system's allocator keeps pages that are almost empty.
#ifndef WAYBILL_ALLOCATOR_H
#define WAYBILL_ALLOCATOR_H

#include <stdbool.h>

// Returns unused memory to the system, as far as the calling thread and ended threads have freed it.
void waybill_allocator_release(void);

// True for memory that this allocator gave.
bool waybill_allocator_owns(const void *_Nonnull memory);

#endif
