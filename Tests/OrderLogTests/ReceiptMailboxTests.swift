import Foundation
import LogSupport
import Orders
import Synchronization
import Testing

@testable import OrderLog

@Suite struct ReceiptMailboxTests {
    /// Keeps the work that a mailbox wants to run, in place of an event loop.
    private final class Loop: Sendable {
        let work = Mutex<[@Sendable () -> Void]>([])

        func mailbox() -> ReceiptMailbox { ReceiptMailbox { work in self.work.withLock { $0.append(work) } } }

        /// - Returns: the number of wake-ups.
        func run() -> Int {
            let work = work.withLock { work in
                defer { work = [] }
                return work
            }
            for item in work { item() }
            return work.count
        }
    }

    private final class Answers: Sendable {
        let given = Mutex<[String]>([])

        func delivery(_ name: String) -> ReceiptMailbox.Delivery {
            { answer in
                guard case .failure(let refusal) = answer else { return }
                self.given.withLock { $0.append("\(name) \(refusal)") }
            }
        }

        var all: [String] { given.withLock { $0 } }
    }

    private func entry(_ receipt: PendingReceipt) throws -> AppendQueue.Entry {
        let submission = try Samples.submission(.confirmOrder, order: UUID())
        return AppendQueue.Entry(submission: submission, deadline: .now + .seconds(60), pendingReceipt: receipt)
    }

    @Test func answersOfOneCommitCostOneWakeUpALoop() throws {
        let (first, second, answers) = (Loop(), Loop(), Answers())
        let (one, two) = (first.mailbox(), second.mailbox())
        let entries = try (0..<6).map { number in
            try entry(PendingReceipt(to: number % 3 == 0 ? two : one, answers.delivery("\(number)")))
        }
        var counted = 0
        let all = entries.map { ($0, PendingReceipt.Answer.failure(.overloaded)) }
        PendingReceipt.complete(all) { _, _, _ in counted += 1 }
        #expect(counted == 6)
        #expect(answers.all.isEmpty)
        #expect(entries.allSatisfy { $0.pendingReceipt.isAnswered })
        #expect(first.run() == 1)
        #expect(answers.all == [1, 2, 4, 5].map { "\($0) overloaded" })
        #expect(second.run() == 1)
        #expect(answers.all.count == 6)
    }

    @Test func onlyTheFirstAnswerCounts() throws {
        let (loop, answers) = (Loop(), Answers())
        let receipt = PendingReceipt(to: loop.mailbox(), answers.delivery("it is"))
        #expect(!receipt.isAnswered)
        #expect(receipt.complete(with: .failure(.unavailable)) != nil)
        #expect(receipt.complete(with: .failure(.overloaded)) == nil)
        let late = [(try entry(receipt), PendingReceipt.Answer.failure(.failed))]
        PendingReceipt.complete(late) { _, _, _ in Issue.record("the second answer counts") }
        #expect(loop.run() == 1)
        #expect(answers.all == ["it is unavailable"])
    }

    @Test func answersAfterADeliveryAreDeliveredToo() throws {
        let (loop, answers) = (Loop(), Answers())
        let mailbox = loop.mailbox()
        for name in ["a", "b"] {
            PendingReceipt(to: mailbox, answers.delivery(name)).complete(with: .failure(.failed))
            #expect(loop.run() == 1)
        }
        #expect(answers.all == ["a failed", "b failed"])
    }
}
