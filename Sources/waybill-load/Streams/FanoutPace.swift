import ArgumentParser

/// A pace as it is named on the command line.
struct FanoutPace: Sendable {
    let name: String
    let pace: FanoutDriver.Pace

    var isByTheClock: Bool { if case .rate = pace { true } else { false } }

    init(_ text: String, window: Int) throws {
        switch text {
        case "saturated": (name, pace) = (text, .saturated(window: window))
        case "closed": (name, pace) = (text, .closed)
        default:
            guard let rate = Double(text), rate > 0 else {
                throw ValidationError("--pace is saturated, closed, or a number of events a second")
            }
            (name, pace) = ("\(text) events/s", .rate(rate))
        }
    }
}
