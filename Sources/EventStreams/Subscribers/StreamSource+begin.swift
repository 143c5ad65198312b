package import OrderLog

extension StreamSource {
    /// What a stream begins with.
    package struct Beginning: Sendable {
        /// Frames; may be empty where there is no cursor.
        let bytes: [UInt8]
        /// Where the stream goes on; nil where it is over, since its order is gone.
        package let cursor: LogPosition?
    }

    /// Most bytes of snapshots that one stream may begin anew with in one piece.
    private static let mostSnapshots = 1024 * 1024

    /// The beginning of a stream of one order or of a feed.
    ///
    /// - Parameter reason: why the stream does not go on from the client's position; nil where it had none.
    package func begin(resetting reason: ControlFrame.ResetReason?, plain: Bool) async throws -> Beginning {
        guard let beginning = try await beginning() else {
            // Never silence: a client that comes back now learns by 404 that the order is gone.
            guard let reason else { return Beginning(bytes: [], cursor: nil) }
            let position = position(try await head())
            return Beginning(bytes: ControlFrame.reset(reason, position: position, plain: plain), cursor: nil)
        }
        let position = position(beginning.snapshot?.position ?? beginning.cursor)
        var bytes = reason.map { ControlFrame.reset($0, position: position, plain: plain) } ?? []
        if let snapshot = beginning.snapshot {
            bytes += ControlFrame.snapshot(snapshot.order, position: position, plain: plain)
        } else {
            bytes += ControlFrame.cursor(position)
        }
        return Beginning(bytes: bytes, cursor: beginning.cursor)
    }

    /// A customer with very many orders is told to return instead: with its old id it gets its snapshots page by page.
    package func restart(_ reason: ControlFrame.ResetReason, plain: Bool) async throws -> Beginning {
        guard let customer else { return try await begin(resetting: reason, plain: plain) }
        var page = try await orders(of: customer, after: nil)
        let position = position(page.head)
        var bytes = ControlFrame.reset(reason, position: position, plain: plain)
        while true {
            for order in page.orders { bytes += ControlFrame.snapshot(order, position: nil, plain: plain) }
            guard bytes.count <= Self.mostSnapshots else { throw TooManySnapshots(customer: customer) }
            guard page.next != nil else { break }
            page = try await orders(of: customer, after: page)
        }
        return Beginning(bytes: bytes + ControlFrame.cursor(position), cursor: page.head)
    }
}

/// A stream's beginning is too large to be kept in memory.
struct TooManySnapshots: Error, CustomStringConvertible {
    let customer: CustomerKey

    var description: String { "a customer of \(customer.shop) has too many orders to begin anew at once" }
}
