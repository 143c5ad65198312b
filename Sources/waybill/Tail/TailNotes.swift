import Synchronization
import WaybillClient

/// Notes on standard error about the stream itself.
final class TailNotes: Sendable {
    private let paint: Paint
    private let isAway = Mutex(false)

    init(paint: Paint) {
        self.paint = paint
    }

    func write(_ text: String) {
        StandardError.line(paint("waybill: \(text)", .dim))
    }

    func show(_ change: ConnectionChange) {
        let wasAway = isAway.withLock { isAway in
            let before = isAway
            if case .opened = change { isAway = false } else { isAway = true }
            return before
        }
        switch change {
        case .opened(let after):
            if wasAway { write("connected again, \(Self.place(after))") }
        case .lost(let reason, let after, _):
            write("connection lost (\(reason)), resuming \(Self.place(after))")
        case .failed(let reason, _):
            // Written once, however many attempts fail.
            if !wasAway { write("the service cannot be reached (\(reason)), trying again") }
        }
    }

    static func place(_ after: String?) -> String {
        after.map { "after \(TerminalText.plain($0))" } ?? "with what is now"
    }
}
