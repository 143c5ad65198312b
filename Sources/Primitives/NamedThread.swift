import CLinux
import Glibc

/// A thread of the operating system, for code that blocks and therefore stays off the tasks' pool.
public enum NamedThread {
    /// Runs `body` on a new thread, which ends with it.
    ///
    /// - Parameters:
    ///   - name: shown by debuggers and `top`; Linux keeps 15 bytes of it.
    ///   - stackBytes: a multiple of the page size; nil for the system's default.
    /// - Throws: when the system has no thread left.
    public static func start(
        _ name: String,
        stackBytes: Int? = nil,
        _ body: @escaping @Sendable () -> Void
    ) throws(SystemCallError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        if let stackBytes { pthread_attr_setstacksize(&attributes, stackBytes) }
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        let status = pthread_create(
            &thread,
            &attributes,
            { context in
                guard let context else { return nil }
                Unmanaged<Start>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            start.toOpaque()
        )
        guard status == 0 else {
            start.release()
            throw SystemCallError("pthread_create", code: status)
        }
    }

    private final class Start: Sendable {
        private let name: String
        private let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }

        func run() {
            let bytes = name.utf8.prefix(15).map { CChar(bitPattern: $0) } + [0]
            _ = waybill_set_thread_name(bytes)
            body()
        }
    }
}
