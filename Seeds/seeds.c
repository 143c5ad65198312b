#include "seeds.h"

// A Swift array literal of this size takes the compiler a minute and a gigabyte; C23's #embed takes nothing.
#pragma clang diagnostic ignored "-Wc23-extensions"
static const unsigned char orders[] = {
#embed "orders.ndjson"
};
const unsigned char *const waybill_seed_orders = orders;
const size_t waybill_seed_orders_size = sizeof orders;
