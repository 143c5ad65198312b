import OrderLog

extension StreamSource {
    /// The most bytes of a preamble that is kept in memory whole.
    private static let maximumRestartBytes = 1024 * 1024

    /// Reads the preamble of a stream of one order or of a feed.
    ///
    /// - Parameter reason: the reason why the stream does not continue at the client's position; nil where the client
    ///   named none.
    package func preamble(resetting reason: ControlFrame.ResetReason?) async throws -> Preamble {
        guard let orderId else {
            let head = try await head()
            return Preamble(bytes: reset(reason, at: head) + cursor(head), cursor: head)
        }
        guard let found = try await order(orderId) else {
            guard let reason else { return Preamble(bytes: [], cursor: nil) }
            // A client that had a position is told by `reset`; when it returns, 404 says that the order is gone.
            let head = try await head()
            let position = hasOwnIds ? LogPosition(epoch: head.epoch, seq: 0) : head
            return Preamble(bytes: reset(reason, at: position), cursor: nil)
        }
        return Preamble(
            bytes: reset(reason, at: found.position) + snapshot(found.json, at: found.position),
            cursor: found.head,
            shown: found.position.seq
        )
    }

    /// Reads the preamble with which a stream that is already open begins anew, whole.
    ///
    /// - Throws: `TooManySnapshots` for a customer with very many orders. The stream then ends; when the client returns
    ///   with its old id, it gets the snapshots page by page.
    package func restartPreamble(for reason: ControlFrame.ResetReason) async throws -> Preamble {
        guard let customer else { return try await preamble(resetting: reason) }
        var page = try await orders(of: customer, after: nil)
        let position = hasOwnIds ? page.newest : page.head
        var bytes = reset(reason, at: position)
        while true {
            for order in page.orders { bytes += snapshot(order, at: nil) }
            guard bytes.count <= Self.maximumRestartBytes else { throw TooManySnapshots(customer: customer) }
            guard page.next != nil else { break }
            page = try await orders(of: customer, after: page)
        }
        return Preamble(bytes: bytes + cursor(position), cursor: page.head, shown: position.seq)
    }
}

/// A preamble that is too large to be kept in memory whole.
struct TooManySnapshots: Error, CustomStringConvertible {
    let customer: CustomerKey

    var description: String { "a customer of \(customer.shop) has too many orders for one preamble" }
}
