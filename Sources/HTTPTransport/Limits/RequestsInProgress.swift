import Synchronization

/// The requests that the service answers on its event loops at present. Streams do not count once they have begun.
final class RequestsInProgress: Sendable {
    /// The requests of all connections of the process.
    static let shared = RequestsInProgress()

    private let count = Atomic(0)

    var isEmpty: Bool { count.load(ordering: .relaxed) <= 0 }

    func add(_ difference: Int) { count.wrappingAdd(difference, ordering: .relaxed) }
}
