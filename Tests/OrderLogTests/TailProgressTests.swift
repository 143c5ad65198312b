import Foundation
import Testing

@testable import OrderLog

/// The notifications that a tail need not read the log for.
@Suite struct TailProgressTests {
    private let history = EpochTable([
        Epoch(ordinal: 1, name: "aaaaaaaa", firstSeq: 1), Epoch(ordinal: 2, name: "bbbbbbbb", firstSeq: 5),
    ])

    private func progress(isHealthy: Bool = true, isCommitting: Bool = false) -> TailProgress {
        let progress = TailProgress()
        progress.withLock { state in
            state.cursor = TailProgress.Cursor(seq: 7, history: history)
            state.isHealthy = isHealthy
            state.commitBegan = isCommitting ? .now : nil
        }
        return progress
    }

    @Test func aDeliveredEventIsNoNews() {
        #expect(!progress().isNews("bbbbbbbb-7"))
        #expect(!progress().isNews("bbbbbbbb-5"))
    }

    @Test(arguments: ["bbbbbbbb-8", "aaaaaaaa-3", "cccccccc-7", "", "7", "bbbbbbbb-07"])
    func allElseIsNews(payload: String) {
        #expect(progress().isNews(payload))
    }

    @Test func aTailThatIsNotAtTheEndReadsForEveryNotification() {
        #expect(progress(isHealthy: false).isNews("bbbbbbbb-7"))
        #expect(TailProgress().isNews("bbbbbbbb-7"))
    }

    @Test func nothingIsNewsWhileThisProcessCommits() {
        let progress = progress(isCommitting: true)
        #expect(!progress.isNews("bbbbbbbb-9"))
        #expect(!progress.isNews("bbbbbbbb-8"))
        #expect(progress.isAwaitingCommit)
        #expect(progress.withLock { $0.toldMeanwhile } == 9)
        #expect(!progress.isNews("of another kind"))
        #expect(progress.withLock { $0.toldMeanwhile } == .max)
    }

    @Test func aTailThatLacksEventsReadsDuringACommit() {
        let progress = progress(isCommitting: true)
        progress.withLock { $0.isBehind = true }
        #expect(!progress.isAwaitingCommit)
        #expect(progress.isNews("bbbbbbbb-8"))
        #expect(!progress.isNews("bbbbbbbb-7"))
    }

    @Test func aTailThatIsBusyReadsForEveryNotification() async {
        let progress = progress()
        let isNews = await withCheckedContinuation { continuation in
            progress.withLock { _ in
                let (began, other) = (DispatchSemaphore(value: 0), progress)
                Thread.detachNewThread {
                    continuation.resume(returning: other.isNews("bbbbbbbb-7"))
                    began.signal()
                }
                began.wait()
            }
        }
        #expect(isNews)
    }

    @Test func aTailThatHasNotReadForASecondReadsDuringACommit() {
        let progress = progress(isCommitting: true)
        progress.withLock { $0.lastRead = .now - .seconds(1) }
        #expect(progress.isNews("bbbbbbbb-8"))
        #expect(!progress.isAwaitingCommit)
    }
}
