import Foundation
import Synchronization

/// Shows how far something has come: as a bar that is drawn over and over on a terminal, as plain lines elsewhere.
final class ProgressLine: Sendable {
    private let isTerminal: Bool
    private let state = Mutex((lastLine: ContinuousClock.now - .seconds(60), hasBar: false))

    /// Plain lines come no closer than this.
    private static let pause = Duration.seconds(2)
    private static let width = 30

    /// On standard error, so that standard output holds results alone.
    init() {
        isTerminal = isatty(2) == 1
    }

    /// - Parameters:
    ///   - share: 0 … 1.
    ///   - rate: per second; nil where it is not known.
    ///   - secondsLeft: nil where it is not known.
    func show(_ title: String, share: Double, rate: Double?, secondsLeft: Double?, note: String = "") {
        let words = Self.words(share, rate, secondsLeft, note)
        state.withLock { state in
            if isTerminal {
                state.hasBar = true
                FileHandle.standardError.write(Data("\r\(title) \(Self.bar(share)) \(words)\u{1B}[K".utf8))
            } else if .now - state.lastLine >= Self.pause {
                state.lastLine = .now
                FileHandle.standardError.write(Data("\(title): \(words)\n".utf8))
            }
        }
    }

    /// Takes the bar away, before a result is printed.
    func clear() {
        state.withLock { state in
            guard state.hasBar else { return }
            state.hasBar = false
            FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
        }
    }

    private static func bar(_ share: Double) -> String {
        let full = Int((share * Double(width)).rounded(.down))
        return String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
    }

    private static func words(_ share: Double, _ rate: Double?, _ secondsLeft: Double?, _ note: String) -> String {
        var words = [String(format: "%5.1f %%", share * 100)]
        if let rate { words.append("\(grouped(rate)) events/s") }
        if let secondsLeft { words.append("\(time(secondsLeft)) left") }
        if !note.isEmpty { words.append(note) }
        return words.joined(separator: ", ")
    }

    /// With a separator between thousands.
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
