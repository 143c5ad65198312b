package import Access
package import EventStreams
import ServiceLifecycle
import Synchronization

/// Ends the streams whose tokens were signed by a key that was withdrawn: a token that the service would refuse
/// now must not go on being served.
package final class SigningKeyGrants: Service {
    private struct WeakGrant {
        weak var grant: StreamGrant?
    }

    /// The time from check to check. With the time until a withdrawn key is noticed it stays within a minute.
    private static let interval: Duration = .seconds(5)

    private let keys: KeySource
    private let hub: StreamHub
    private let clock = WallClock()
    private let grants = Mutex<[KeyThumbprint: WeakGrant]>([:])

    package init(keys: KeySource, hub: StreamHub) {
        self.keys = keys
        self.hub = hub
    }

    /// The right of streams whose tokens were signed by a key. The streams keep it; nothing else does.
    func grant(of key: KeyThumbprint) -> StreamGrant {
        grants.withLock { grants in
            if let known = grants[key]?.grant { return known }
            let made = StreamGrant()
            grants[key] = WeakGrant(grant: made)
            return made
        }
    }

    /// Checks from time to time until graceful shutdown or cancellation.
    package func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                self.check()
                // A cancelled sleep ends the loop by its condition.
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Withdraws the rights of keys that tokens are not verified with any more.
    func check() {
        let now = clock.seconds()
        let withdrawn = grants.withLock { grants in
            var withdrawn: [StreamGrant] = []
            for (key, known) in grants {
                guard let grant = known.grant else {
                    grants[key] = nil
                    continue
                }
                guard !keys.contains(key, now: now) else { continue }
                grants[key] = nil
                withdrawn.append(grant)
            }
            return withdrawn
        }
        guard !withdrawn.isEmpty else { return }
        for grant in withdrawn { grant.withdraw() }
        hub.endWithdrawnStreams()
    }
}
