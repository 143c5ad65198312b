import NIOCore

/// The headers of all connections that have begun and are not complete, and the choice of those that give way where
/// they pass the limit: the oldest first. Pure.
struct PendingHeaders {
    private struct Entry {
        var bytes: Int
        let since: NIODeadline
    }

    /// In bytes.
    let limit: Int
    private var entries: [ObjectIdentifier: Entry] = [:]
    /// The bytes of all headers.
    private(set) var total = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// Notes the bytes of one connection's header that have come so far.
    ///
    /// - Parameters:
    ///   - bytes: 0 where no header is under way.
    ///   - since: the time at which the header began, for its first bytes.
    /// - Returns: the connections that are to close, so that the others fit. Their bytes are counted no more.
    mutating func set(_ bytes: Int, for connection: ObjectIdentifier, since: NIODeadline) -> [ObjectIdentifier] {
        let known = entries[connection]
        total += bytes - (known?.bytes ?? 0)
        entries[connection] = bytes == 0 ? nil : Entry(bytes: bytes, since: known?.since ?? since)
        return total > limit ? giveWay() : []
    }

    /// Removes the oldest until an eighth of the limit is free, so that a flood does not cost a search for each header.
    private mutating func giveWay() -> [ObjectIdentifier] {
        var chosen: [ObjectIdentifier] = []
        for (connection, entry) in entries.sorted(by: { $0.value.since < $1.value.since }) {
            guard total > limit - limit / 8 else { break }
            total -= entry.bytes
            entries[connection] = nil
            chosen.append(connection)
        }
        return chosen
    }
}
