import Glibc
import HTTPTransport
import NIOCore
import OrderLog
import Synchronization

/// The parts that the commands of one event loop share.
final class CommandLoop: Sendable {
    /// Takes the answers of the appender.
    let mailbox: ReceiptMailbox
    private let shared: NIOLoopBoundBox<Shared>

    private struct Shared: Sendable {
        /// The value of the `Date` field in this second.
        var date: (second: Int, text: String)?
    }

    private init(on loop: any EventLoop) {
        mailbox = ReceiptMailbox { loop.execute($0) }
        shared = NIOLoopBoundBox.makeBoxSendingValue(Shared(), eventLoop: loop)
    }

    /// The value of the `Date` field (RFC 9110, section 5.6.7). Used on the loop.
    var date: String {
        let second = time(nil)
        if let (known, text) = shared.value.date, known == second { return text }
        let text = HTTPDate.text(unixSeconds: second)
        shared.value.date = (second, text)
        return text
    }

    /// Makes one `CommandLoop` for each event loop.
    final class Registry: Sendable {
        private let known = Mutex<[ObjectIdentifier: CommandLoop]>([:])

        /// The `CommandLoop` of an event loop.
        func commandLoop(of loop: any EventLoop) -> CommandLoop {
            known.withLock { known in
                if let found = known[ObjectIdentifier(loop)] { return found }
                let made = CommandLoop(on: loop)
                known[ObjectIdentifier(loop)] = made
                return made
            }
        }
    }
}
