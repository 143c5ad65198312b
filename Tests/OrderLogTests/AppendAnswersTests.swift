import Foundation
import Testing

@testable import OrderLog

@Suite struct AppendAnswersTests {
    private func receipt(_ count: Int) -> PendingReceipt.Answer {
        let position = LogPosition(epoch: "aaaaaaaa", seq: 7)
        let event = ReceiptEvent(position: position, type: "orderPlaced", anomaly: nil)
        return .success(
            CommandReceipt(
                orderId: UUID(),
                version: 1,
                status: "placed",
                position: position,
                events: [ReceiptEvent](repeating: event, count: count),
                replayed: true
            )
        )
    }

    /// A standby may have all events of the log, and not the command that was accepted after them without any.
    @Test func aRepetitionOfACommandWithoutEventsIsNotToldByTheEvents() {
        #expect(!AppendAnswers.tellOfCommandsWithoutEvents([receipt(1), receipt(2), .failure(.unknownOrder)]))
        #expect(AppendAnswers.tellOfCommandsWithoutEvents([receipt(1), receipt(0)]))
        #expect(AppendAnswers.tellOfCommandsWithoutEvents([.failure(.commandIdReused)]))
    }
}
