#include "allocator.h"

// Of mimalloc. Its header is in another directory in each version of the distributions.
extern void mi_collect(bool force);
extern bool mi_is_in_heap_region(const void *memory);

void waybill_allocator_release(void) { mi_collect(true); }

bool waybill_allocator_owns(const void *memory) { return mi_is_in_heap_region(memory); }
