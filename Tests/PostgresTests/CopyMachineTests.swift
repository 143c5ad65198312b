import Testing

@testable import Postgres

@Suite struct CopyMachineTests {
    private let refused = PostgresError(.server, "refused", sqlState: "42501")
    private let broken = PostgresError(.connectionLost, "broken")

    private func started(_ direction: ConnectionMachine.CopyDirection) -> ConnectionMachine {
        var machine = ConnectionMachine()
        #expect(machine.submitCopy(1, direction, lease: nil) == [.sendScript(1)])
        #expect(machine.received(.copying(direction)).actions == [.succeed(1)])
        return machine
    }

    @Test func copyWaitsForRequestsInFlightAndHoldsBackLaterOnes() {
        var machine = ConnectionMachine()
        _ = machine.submit(1, keys: [StatementKey(sql: "a")], lease: nil)
        #expect(machine.submitCopy(2, .out, lease: nil) == [])
        #expect(machine.submit(3, keys: [StatementKey(sql: "a")], lease: nil) == [])
        for _ in 0..<2 {
            _ = machine.received(.success)
            _ = machine.received(.end)
        }
        #expect(machine.received(.synced).actions == [.succeed(1), .sendScript(2)])
        _ = machine.received(.copying(.out))
        machine.copyDataEnded()
        _ = machine.received(.success)
        #expect(
            machine.received(.end).actions == [
                .endCopy(2, nil), .send(3, [.executePrepared(name: "s1", statement: 0)]),
            ]
        )
    }

    @Test func noRepliesAreExpectedDuringATransfer() {
        var machine = started(.in)
        #expect(machine.transfer?.direction == .in)
        #expect(!machine.expectsReplies)
        #expect(machine.isBusy)
        machine.copyDataEnded()
        #expect(machine.expectsReplies)
    }

    @Test func refusedCopyFailsBeforeItBegins() {
        var machine = ConnectionMachine()
        _ = machine.submitCopy(1, .in, lease: nil)
        _ = machine.received(.failure(refused))
        #expect(machine.received(.end).actions == [.fail(1, refused)])
        #expect(!machine.isBusy)
    }

    @Test func errorHalfWayEndsTheCopyAndNotTheConnection() {
        var machine = started(.out)
        machine.copyDataEnded()
        _ = machine.received(.failure(refused))
        #expect(machine.received(.end).actions == [.endCopy(1, refused)])
        #expect(machine.isOpen)
    }

    @Test func statementThatIsNoCopyIsAUsageError() {
        var machine = ConnectionMachine()
        _ = machine.submitCopy(1, .out, lease: nil)
        _ = machine.received(.success)
        guard case .fail(1, let error) = machine.received(.end).actions.first else {
            Issue.record("it did not fail")
            return
        }
        #expect(error.kind == .usage)
        #expect(machine.isOpen)
    }

    @Test(arguments: [true, false])
    func unwantedCopyCostsTheConnection(wasCancelled: Bool) {
        var machine = ConnectionMachine()
        _ = machine.submitCopy(1, .out, lease: nil)
        if wasCancelled { _ = machine.cancel(1) }
        let actions = machine.received(.copying(wasCancelled ? .out : .in)).actions
        #expect(actions.last == .disconnect)
        #expect(!machine.isOpen)
    }

    @Test func copyInsideAUnitOrScriptCostsTheConnection() {
        var unit = ConnectionMachine()
        _ = unit.submit(1, keys: [StatementKey(sql: "copy t from stdin")], lease: nil)
        #expect(unit.received(.copying(.in)).actions.last == .disconnect)
        var script = ConnectionMachine()
        _ = script.submitScript(1, lease: nil)
        #expect(script.received(.copying(.in)).actions.last == .disconnect)
    }

    @Test func lateCancellationDoesNotHideTheEnd() {
        var machine = started(.in)
        #expect(machine.cancel(1) == [])
        machine.copyDataEnded()
        _ = machine.received(.success)
        #expect(machine.received(.end).actions == [.endCopy(1, nil)])
    }

    @Test func lossEndsTheCopyWithAnUnknownOutcome() {
        var machine = started(.in)
        var expected = broken
        expected.outcomeUnknown = true
        #expect(machine.lose(broken) == [.endCopy(1, expected), .disconnect])
    }

    @Test func closingWaitsForTheCopy() {
        var machine = started(.out)
        #expect(machine.close() == [])
        machine.copyDataEnded()
        _ = machine.received(.success)
        #expect(machine.received(.end).actions == [.endCopy(1, nil), .disconnect])
    }
}
