import Foundation
import Synchronization

/// Shows how far a command has come: as a bar that is drawn over and over on a terminal, as plain lines elsewhere.
final class ProgressLine: Sendable {
    /// One state of the work.
    struct Step {
        /// 0 … 1; nil where the whole is not known.
        var share: Double?
        /// Per second; nil, or 0, while it is not known.
        var rate: Double?
        /// The word for what is counted, in the plural.
        var unit = "events"
        /// Seconds; nil while they are not known.
        var secondsLeft: Double?
        var note = ""
    }

    private let title: String
    private let isTerminal: Bool
    private let state: Mutex<(lastLine: ContinuousClock.Instant, hasBar: Bool)>

    /// The least time between two plain lines, and before the first: short work shows none.
    private static let pause = Duration.seconds(2)
    private static let width = 30

    /// Shows on standard error, so that standard output holds results alone.
    init(_ title: String) {
        self.title = title
        isTerminal = isatty(2) == 1
        state = Mutex((lastLine: .now, hasBar: false))
    }

    func show(_ step: Step) {
        let words = Self.words(step)
        state.withLock { state in
            if isTerminal {
                state.hasBar = true
                let bar = step.share.map { Self.bar($0) + " " } ?? ""
                StandardError.write("\r\(title) \(bar)\(words)\u{1B}[K")
            } else if .now - state.lastLine >= Self.pause {
                state.lastLine = .now
                StandardError.line("\(title): \(words)")
            }
        }
    }

    /// Takes the bar away, before a result is printed.
    func clear() {
        state.withLock { state in
            guard state.hasBar else { return }
            state.hasBar = false
            StandardError.write("\r\u{1B}[K")
            StandardError.settle()
        }
    }

    private static func bar(_ share: Double) -> String {
        let full = Int((min(1, share) * Double(width)).rounded(.down))
        return String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
    }

    static func words(_ step: Step) -> String {
        var words: [String] = []
        if let share = step.share { words.append(String(format: "%5.1f %%", share * 100)) }
        if let rate = step.rate, rate > 0 { words.append("\(grouped(rate)) \(step.unit)/s") }
        if let secondsLeft = step.secondsLeft { words.append("\(time(secondsLeft)) left") }
        if !step.note.isEmpty { words.append(step.note) }
        return words.joined(separator: ", ")
    }

    /// The number, rounded, with a separator between thousands.
    static func grouped(_ number: Double) -> String {
        let digits = Array(String(Int(number.rounded())))
        return digits.enumerated().map { index, digit in
            index > 0 && (digits.count - index) % 3 == 0 ? ",\(digit)" : "\(digit)"
        }.joined()
    }

    static func time(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(.up))
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return String(format: "%d:%02d min", whole / 60, whole % 60) }
        return String(format: "%d:%02d h", whole / 3600, whole / 60 % 60)
    }
}
