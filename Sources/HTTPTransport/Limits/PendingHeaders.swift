import NIOCore

/// The headers of all connections that have begun and are not complete, and the choice of those that give way where
/// they pass the limit: the oldest of the addresses with the most. Pure.
struct PendingHeaders {
    /// The client whose headers count together.
    private enum Owner: Hashable {
        case address(String)
        /// One connection of an address without a limit of its own.
        case connection(ObjectIdentifier)
    }

    private struct Entry {
        var bytes: Int
        let owner: Owner
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
    ///   - address: the client's address; nil for one without a limit of its own.
    ///   - since: the time at which the header began, for its first bytes.
    /// - Returns: the connections that are to close, so that the others fit. Their bytes are counted no more.
    mutating func set(
        _ bytes: Int,
        for connection: ObjectIdentifier,
        of address: String?,
        since: NIODeadline
    ) -> [ObjectIdentifier] {
        let known = entries[connection]
        total += bytes - (known?.bytes ?? 0)
        let owner = known?.owner ?? address.map(Owner.address) ?? .connection(connection)
        entries[connection] = bytes == 0 ? nil : Entry(bytes: bytes, owner: owner, since: known?.since ?? since)
        return total > limit ? giveWay() : []
    }

    /// Removes headers until an eighth of the limit is free, so that a flood does not cost a search for each header.
    private mutating func giveWay() -> [ObjectIdentifier] {
        var held: [Owner: Int] = [:]
        for entry in entries.values { held[entry.owner, default: 0] += entry.bytes }
        let kept = limit - limit / 8
        let level = Shares.level(of: held.values, removing: total - kept)
        var chosen: [ObjectIdentifier] = []
        for (connection, entry) in entries.sorted(by: { $0.value.since < $1.value.since }) {
            guard total > kept else { break }
            guard held[entry.owner, default: 0] > level else { continue }
            held[entry.owner, default: 0] -= entry.bytes
            total -= entry.bytes
            entries[connection] = nil
            chosen.append(connection)
        }
        return chosen
    }
}
