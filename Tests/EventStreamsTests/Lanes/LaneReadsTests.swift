import OrderLog
import Synchronization
import TestSupport
import Testing

@testable import EventStreams

@Suite struct LaneReadsTests {
    /// A log so long that a read of all of it does not end. Each page has one position.
    private final class EndlessLog: StreamReading {
        private let isOver = Atomic(false)

        struct Over: Error {}

        func end() { isOver.store(true, ordering: .relaxed) }

        func read(after seq: Int64, through: Int64) async throws -> StreamSource.EventPage {
            await Task.yield()
            guard !isOver.load(ordering: .relaxed) else { throw Over() }
            return StreamSource.EventPage(frames: [], through: seq + 1, history: WrittenLog.histories[0])
        }

        func restartPreamble(for reason: ControlFrame.ResetReason) async throws -> Preamble { throw Over() }
    }

    @Test func conflatedReadsOfALongLogDoNotStopTheOthers() async throws {
        let log = EndlessLog()
        let reads = LaneReads { _ in log }
        let lane = try Lane()
        for status in ["placed", "shipped"] {
            let view = LaneBench.view {
                $0.tick = .seconds(1)
                $0.statuses = [status]
            }
            reads.request(.conflated(view, after: 0), through: .max, for: lane)
        }
        var delivered: [LaneRead] = []
        for after: Int64 in [5, 500] {
            let read = LaneRead.page(LaneBench.everything, after: after)
            reads.request(read, through: 1000, for: lane)
            #expect(
                try await eventually {
                    delivered += lane.takeMail(isWoken: true).outcomes.map(\.read)
                    return delivered.last == read
                }
            )
        }
        #expect(delivered.count == 2)
        log.end()
    }
}
