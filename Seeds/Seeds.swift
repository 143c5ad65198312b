/// The example orders that come with the binary: bulk lines, as the API accepts them.
package enum Seeds {
    /// `Seeds/orders.ndjson`.
    package static var orders: [UInt8] { PackageResources.orders_ndjson }
}
