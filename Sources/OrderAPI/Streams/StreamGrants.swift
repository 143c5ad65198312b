import EventStreams
import Foundation
import Synchronization

/// The rights by which streams are open now and that can be withdrawn meanwhile.
final class StreamGrants: Sendable {
    enum Key: Sendable, Hashable {
        /// A tracking link, by its id.
        case link(UUID)
        /// A session, by its hash.
        case session([UInt8])
    }

    private struct Entry {
        weak var grant: StreamGrant?
    }

    private let entries = Mutex<[Key: Entry]>([:])

    /// The grant of a right, one object for all of its streams.
    func grant(for key: Key) -> StreamGrant {
        entries.withLock { entries in
            if let grant = entries[key]?.grant { return grant }
            let grant = StreamGrant()
            entries[key] = Entry(grant: grant)
            return grant
        }
    }

    /// The rights that streams need now. Forgets the others.
    func inUse() -> [Key] {
        entries.withLock { entries in
            entries = entries.filter { $0.value.grant != nil }
            return Array(entries.keys)
        }
    }

    /// Marks rights as withdrawn, so that their streams end.
    ///
    /// - Returns: true where a stream needs one of them.
    func withdraw(_ keys: [Key]) -> Bool {
        let grants = entries.withLock { entries in keys.compactMap { entries.removeValue(forKey: $0)?.grant } }
        for grant in grants { grant.withdraw() }
        return !grants.isEmpty
    }
}
