import Primitives
import Synchronization

/// The places that the connections of one client address take: all of its connections but those with a live response,
/// which the application has admitted.
final class AddressPlaces: Sendable {
    private let taken = Atomic(0)

    var count: Int { taken.load(ordering: .relaxed) }

    func add(_ count: Int) { taken.add(count, ordering: .relaxed) }

    /// The name of an address whose places are counted together: one IPv6 client commonly owns 64 bits of addresses.
    static func key(of address: String) -> String { IPAddress(address)?.clientNetwork.text ?? address }
}
