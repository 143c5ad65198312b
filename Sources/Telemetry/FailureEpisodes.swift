import Logging

/// Sums up failures that repeat: the first is written in full, those that follow are counted, a line tells their number
/// every so often, and one says that the failure is over.
///
/// A database that is gone for a minute under load would otherwise write a line for each request. Times come in as
/// parameters.
package struct FailureEpisodes: Sendable {
    /// The times that bound an episode.
    package struct Limits: Sendable {
        /// The time without the failure after which it counts as over, at least: a failure that comes back each so many
        /// seconds, as that of a probe or of another attempt, is over after twice the longest of these pauses.
        package var quiet: Duration
        /// The longest pause after which a failure that was seen once still counts as the same: longer than the half
        /// minute between two attempts.
        package var longestPause: Duration
        /// The time between two lines that tell the number of a failure that goes on.
        package var summary: Duration

        package init(
            quiet: Duration = .seconds(10),
            longestPause: Duration = .seconds(35),
            summary: Duration = .seconds(300)
        ) {
            self.quiet = quiet
            self.longestPause = longestPause
            self.summary = summary
        }
    }

    /// The identity of a failure: two records with equal ones are the same failure, seen twice.
    struct Failure: Sendable, Hashable {
        let level: Logger.Level
        let label: String
        let message: String
        /// The record's error and metadata; without what differs from one request or attempt to the next.
        var detail: String

        func hasMessage(of other: Failure) -> Bool {
            message == other.message && label == other.label && level == other.level
        }
    }

    /// A line that a counted failure owes.
    struct Report: Hashable {
        let failure: Failure
        /// Repetitions since the last line about the failure.
        let repeated: Int
        /// Seconds that the episode has lasted.
        let seconds: Int
        let isOver: Bool
    }

    private struct Episode {
        let began: ContinuousClock.Instant
        var last: ContinuousClock.Instant
        var lastReport: ContinuousClock.Instant
        var longestPause = Duration.zero
        var untold = 0
        var total = 1

        /// The time without the failure after which it counts as over.
        func quiet(_ limits: Limits) -> Duration {
            total > 1 ? max(limits.quiet, longestPause * 2) : max(limits.quiet, limits.longestPause)
        }
    }

    /// Details of one message that are told apart; what comes beyond is one failure of many details.
    private static let mostDetails = 8
    /// Episodes at once; failures beyond are written in full.
    private static let mostEpisodes = 256

    private let limits: Limits
    private var episodes: [Failure: Episode] = [:]

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    var isEmpty: Bool { episodes.isEmpty }

    /// Takes note of a failure.
    ///
    /// - Returns: true where it is to be written in full; false where it is counted.
    mutating func begins(_ failure: Failure, now: ContinuousClock.Instant) -> Bool {
        let failure = identity(of: failure)
        if var episode = episodes[failure] {
            episode.longestPause = max(episode.longestPause, now - episode.last)
            episode.last = now
            episode.untold += 1
            episode.total += 1
            episodes[failure] = episode
            return false
        }
        if episodes.count < Self.mostEpisodes {
            episodes[failure] = Episode(began: now, last: now, lastReport: now)
        }
        return true
    }

    /// The lines that are due, oldest failure first.
    mutating func reports(now: ContinuousClock.Instant) -> [Report] {
        var due: [Report] = []
        for (failure, episode) in episodes.sorted(by: { $0.value.began < $1.value.began }) {
            if now - episode.last >= episode.quiet(limits) {
                episodes[failure] = nil
                guard episode.total > 1 else { continue }
                // The same message with other details may go on.
                let others = episodes.filter { failure.hasMessage(of: $0.key) }
                if others.contains(where: { $0.value.total > 1 || now - $0.value.last < limits.quiet }) {
                    if episode.untold > 0 { due.append(Self.report(failure, episode, isOver: false, until: now)) }
                } else {
                    // Seen again, they are written in full.
                    for other in others.keys { episodes[other] = nil }
                    due.append(Self.report(failure, episode, isOver: true, until: episode.last))
                }
            } else if episode.untold > 0, now - episode.lastReport >= limits.summary {
                due.append(Self.report(failure, episode, isOver: false, until: now))
                episodes[failure]?.untold = 0
                episodes[failure]?.lastReport = now
            }
        }
        return due
    }

    /// Ends all episodes, as at the end of the process.
    ///
    /// - Returns: a report for each failure that repeated since its last line.
    mutating func endAll(now: ContinuousClock.Instant) -> [Report] {
        defer { episodes = [:] }
        return episodes.sorted { $0.value.began < $1.value.began }.filter { $0.value.untold > 0 }.map {
            Self.report($0.key, $0.value, isOver: false, until: now)
        }
    }

    private static func report(
        _ failure: Failure,
        _ episode: Episode,
        isOver: Bool,
        until end: ContinuousClock.Instant
    ) -> Report {
        Report(
            failure: failure,
            repeated: isOver ? episode.total : episode.untold,
            seconds: Int((end - (isOver ? episode.began : episode.lastReport)) / .seconds(1)),
            isOver: isOver
        )
    }

    private func identity(of failure: Failure) -> Failure {
        if episodes[failure] != nil { return failure }
        guard episodes.keys.count(where: failure.hasMessage(of:)) >= Self.mostDetails else { return failure }
        var general = failure
        general.detail = "(various)"
        return general
    }
}

extension FailureEpisodes.Report {
    func line(at time: Timestamp) -> [UInt8] {
        let message =
            isOver
            ? "over: \(failure.message): no longer seen, after \(repeated) times in \(seconds) s"
            : "\(failure.message) (\(repeated) more times in \(seconds) s)"
        return JSONLogRecord(
            level: isOver ? .notice : failure.level,
            label: failure.label,
            message: message,
            metadata: ["detail": "\(failure.detail)", "repeated": "\(repeated)", "seconds": "\(seconds)"]
        ).line(at: time)
    }
}
