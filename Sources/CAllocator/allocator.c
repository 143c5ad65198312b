#include "allocator.h"

#include <mimalloc.h>

void waybill_allocator_release(void) { mi_collect(true); }

bool waybill_allocator_owns(const void *memory) { return mi_is_in_heap_region(memory); }
