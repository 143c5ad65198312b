import CSeeds

/// The example orders that come with the binary: bulk lines, as the API accepts them.
enum SeedFile {
    /// `Seeds/orders.ndjson`.
    static var orders: [UInt8] {
        Array(UnsafeBufferPointer(start: waybill_seed_orders, count: waybill_seed_orders_size))
    }
}
