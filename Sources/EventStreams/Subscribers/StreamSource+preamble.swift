import OrderLog

extension StreamSource {
    /// The most bytes of a preamble that is kept in memory whole.
    private static let maximumRestartBytes = 1024 * 1024

    /// Reads the preamble of a stream of one order or of a feed.
    ///
    /// - Parameters:
    ///   - reason: the reason why the stream does not continue at the client's position; nil where the client named
    ///     none.
    ///   - plain: omits the `event:` lines.
    package func preamble(resetting reason: ControlFrame.ResetReason?, plain: Bool) async throws -> Preamble {
        guard let orderId else {
            let cursor = try await head()
            let position = text(of: cursor)
            return Preamble(
                bytes: reset(reason, position: position, plain: plain) + ControlFrame.cursor(position),
                cursor: cursor
            )
        }
        guard let found = try await order(orderId) else {
            guard let reason else { return Preamble(bytes: [], cursor: nil) }
            // A client that had a position is told by `reset`; when it returns, 404 says that the order is gone.
            let position = text(of: try await head())
            return Preamble(bytes: reset(reason, position: position, plain: plain), cursor: nil)
        }
        let position = text(of: found.position)
        return Preamble(
            bytes: reset(reason, position: position, plain: plain)
                + ControlFrame.snapshot(found.json, position: position, plain: plain),
            cursor: found.head
        )
    }

    /// Reads the preamble with which a stream that is already open begins anew, whole.
    ///
    /// - Throws: `TooManySnapshots` for a customer with very many orders. The stream then ends; when the client returns
    ///   with its old id, it gets the snapshots page by page.
    package func restartPreamble(for reason: ControlFrame.ResetReason, plain: Bool) async throws -> Preamble {
        guard let customer else { return try await preamble(resetting: reason, plain: plain) }
        var page = try await orders(of: customer, after: nil)
        let position = text(of: page.head)
        var bytes = ControlFrame.reset(reason, position: position, plain: plain)
        while true {
            for order in page.orders { bytes += ControlFrame.snapshot(order, position: nil, plain: plain) }
            guard bytes.count <= Self.maximumRestartBytes else { throw TooManySnapshots(customer: customer) }
            guard page.next != nil else { break }
            page = try await orders(of: customer, after: page)
        }
        return Preamble(bytes: bytes + ControlFrame.cursor(position), cursor: page.head)
    }

    private func reset(_ reason: ControlFrame.ResetReason?, position: String, plain: Bool) -> [UInt8] {
        reason.map { ControlFrame.reset($0, position: position, plain: plain) } ?? []
    }
}

/// A preamble that is too large to be kept in memory whole.
struct TooManySnapshots: Error, CustomStringConvertible {
    let customer: CustomerKey

    var description: String { "a customer of \(customer.shop) has too many orders for one preamble" }
}
