import Access
import ServiceLifecycle

/// Keeps the keys that verify tokens current while the service runs.
struct KeyWatch: Service {
    let keys: KeySource

    func run() async {
        await cancelWhenGracefulShutdown { await keys.keepCurrent() }
    }
}
