import Foundation
import Synchronization
import WaybillClient

/// What happens to the stream itself, as notes on standard error.
final class TailNotes: Sendable {
    private let paint: Paint
    private let isAway = Mutex(false)

    init(paint: Paint) {
        self.paint = paint
    }

    func say(_ text: String) {
        FileHandle.standardError.write(Data((paint("waybill: \(text)", .dim) + "\n").utf8))
    }

    func tell(_ change: ConnectionChange) {
        let wasAway = isAway.withLock { isAway in
            let before = isAway
            if case .opened = change { isAway = false } else { isAway = true }
            return before
        }
        switch change {
        case .opened(let after):
            if wasAway { say("connected again, \(Self.place(after))") }
        case .lost(let reason, let after, _):
            say("connection lost (\(reason)), resuming \(Self.place(after))")
        case .failed(let reason, _):
            // Said once, however often it is tried.
            if !wasAway { say("the service cannot be reached (\(reason)), trying on") }
        }
    }

    static func place(_ after: String?) -> String {
        after.map { "after \(TerminalText.plain($0))" } ?? "with what is now"
    }
}
