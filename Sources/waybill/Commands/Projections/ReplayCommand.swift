import ArgumentParser
import Foundation
import Projections

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Rebuild projections from the log, while everything keeps serving.",
        discussion: """
            Builds a new version of each projection beside the one that is served, one projection after the other, \
            catches up with the log, and lets it take over while the log's head is held for a moment. The projections are \
            current (the orders' state), orders (the list) and stats.

            Interrupted (Ctrl-C, SIGTERM, kill -9), nothing changes for readers, and the next replay goes on where this \
            one has come to. --discard drops what an interrupted replay has built, and cancels one that is running.

            Works on the database of --database-url, or else on the data directory's embedded one, beside a running \
            service or without one. Only one replay of a projection runs at a time; another ends at once, with status 1.
            """
    )

    @OptionGroup var projections: ProjectionNames

    @Flag(help: "Drop what interrupted replays have built, cancel running ones, and rebuild nothing.")
    var discard = false

    @Option(help: "How many workers fold. (default: one for each core)")
    var workers: Int?

    @OptionGroup var database: DatabaseOption

    func validate() throws {
        if let workers, !(1...64).contains(workers) { throw ValidationError("--workers is 1 to 64, not \(workers).") }
    }

    func run() async throws {
        let names = projections.resolved
        let logger = LogLevel.logger(verbose: false)
        let (database, discard) = (database, discard)
        let workers = workers ?? ProcessInfo.processInfo.activeProcessorCount
        do {
            try await Interruptible.run {
                try await Database.joining(database, logger: logger) { database in
                    let replay = Replay(configuration: database, workers: workers, logger: logger)
                    for name in names {
                        if discard {
                            try await Self.discard(name, replay)
                        } else {
                            try await Self.rebuild(name, replay)
                        }
                    }
                }
            }
        } catch is Interruptible.Interrupted {
            throw CommandFailure("interrupted; nothing has changed for readers, and the next replay goes on from here")
        }
    }

    private static func rebuild(_ name: String, _ replay: Replay) async throws {
        let line = ProgressLine(name)
        let output = ResultLines()
        let began = ContinuousClock.now
        defer { line.clear() }
        let end = try await replay.run(name) { progress in
            if progress.startedFrom > 0, progress.seq == progress.startedFrom {
                output.line("\(name): going on after event \(progress.startedFrom)")
            }
        } progress: { now in
            line.show(
                ProgressLine.Step(
                    share: now.share,
                    rate: now.eventsPerSecond,
                    secondsLeft: now.secondsLeft,
                    note: now.phase == .catchingUp ? "catching up" : ""
                )
            )
        }
        line.clear()
        try output.check()
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        let events = Double(end.seq - end.startedFrom)
        let rate = ProgressLine.grouped(events / max(seconds, 0.001))
        let held = String(format: "%.1f", end.heldMilliseconds ?? 0)
        try StandardOutput.line(
            "\(name): \(ProgressLine.grouped(events)) events in \(String(format: "%.1f", seconds)) s (\(rate)/s); "
                + "version \(end.version) is served; the head was held for \(held) ms"
        )
    }

    private static func discard(_ name: String, _ replay: Replay) async throws {
        guard try await replay.discard(name) else {
            throw CommandFailure(
                "the replay of “\(name)” was told to end and has not ended yet: look again in a moment"
            )
        }
        try StandardOutput.line("\(name): no replay is under way, and none to go on with")
    }
}
