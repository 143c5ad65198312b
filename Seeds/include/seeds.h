// The example orders, carried by the binary.
#ifndef WAYBILL_SEEDS_H
#define WAYBILL_SEEDS_H

#include <stddef.h>

/// The bytes of orders.ndjson.
extern const unsigned char *const waybill_seed_orders;
extern const size_t waybill_seed_orders_size;

#endif
