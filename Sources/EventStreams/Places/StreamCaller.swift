package import OrderLog

/// A caller whose open streams are counted, since its excess must cost nobody else a place. Backends, staff and
/// operators are not counted: they share all places.
package enum StreamCaller: Sendable, Hashable {
    case customer(CustomerKey)
    /// A tracking link, by its id.
    case link(String)
}
