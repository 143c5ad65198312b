import Synchronization

/// The times of one command's stages, which the appender tells a request that is traced.
package final class CommandTimings: Sendable {
    /// The time of one stage.
    package struct Interval: Sendable, Hashable {
        package let stage: CommandStage
        package let began: ContinuousClock.Instant
        package let ended: ContinuousClock.Instant
    }

    private let stored = Mutex<[Interval]>([])

    package init() {}

    /// The stages one after another, without those that took no time; empty until the command is decided.
    package var intervals: [Interval] { stored.withLock { $0 } }

    /// Keeps the times of the attempt that answers the command.
    ///
    /// A command may come while its batch waits for the head already: its first stages then begin with the command.
    ///
    /// - Parameter isWritten: false where nothing had to be written.
    func record(_ stages: AppendStages, queuedAt: ContinuousClock.Instant, isWritten: Bool) {
        var intervals: [Interval] = []
        func add(_ stage: CommandStage, from began: ContinuousClock.Instant, to ended: ContinuousClock.Instant) {
            let began = max(queuedAt, began)
            if ended > began { intervals.append(Interval(stage: stage, began: began, ended: ended)) }
        }
        add(.queue, from: queuedAt, to: stages.began)
        var began = stages.began
        for (stage, duration) in [
            (CommandStage.lock, stages.lock), (.lookUp, stages.lookUp), (.decision, stages.decision),
            (.commit, isWritten ? stages.commit : .zero),
        ] {
            add(stage, from: began, to: began + duration)
            began += duration
        }
        stored.withLock { [intervals] in $0 = intervals }
    }
}
