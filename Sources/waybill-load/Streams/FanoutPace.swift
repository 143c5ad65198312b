import ArgumentParser

/// A pace of publishing, by its name on the command line.
struct FanoutPace: Sendable {
    let name: String
    let pace: FanoutDriver.Pace

    /// True for a number of events per second.
    var isByTheClock: Bool { if case .rate = pace { true } else { false } }

    /// Reads a pace from the command line.
    ///
    /// - Parameters:
    ///   - text: the pace's name, or events per second.
    ///   - window: the greatest number of events under way when saturated.
    init(_ text: String, window: Int) throws {
        switch text {
        case "saturated": (name, pace) = (text, .saturated(window: window))
        case "closed": (name, pace) = (text, .closed)
        default:
            guard let rate = Double(text), rate > 0 else {
                throw ValidationError("--pace is saturated, closed, or a number of events per second")
            }
            (name, pace) = ("\(text) events/s", .rate(rate))
        }
    }
}
