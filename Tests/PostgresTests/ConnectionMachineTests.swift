import Testing

@testable import Postgres

@Suite struct ConnectionMachineTests {
    typealias Machine = ConnectionMachine

    private let broken = PostgresError(.connectionLost, "broken")
    private let refused = PostgresError(.server, "refused", sqlState: "22012")

    private func key(_ sql: String) -> StatementKey { StatementKey(sql: sql) }

    /// Plays the answers of a unit that succeeds.
    private func answer(_ machine: inout Machine, steps: Int) -> [Machine.Action] {
        for _ in 0..<steps {
            _ = machine.received(.success)
            _ = machine.received(.end)
        }
        return machine.received(.synced).actions
    }

    @Test func firstUseOfAStatementParsesIt() {
        var machine = Machine()
        let first = machine.submit(1, keys: [key("a"), key("a")], lease: nil)
        #expect(
            first == [
                .send(
                    1,
                    [
                        .prepare(name: "s1", statement: 0), .executePrepared(name: "s1", statement: 0),
                        .executePrepared(name: "s1", statement: 1),
                    ]
                )
            ]
        )
        #expect(answer(&machine, steps: 3) == [.succeed(1)])
        #expect(
            machine.submit(2, keys: [key("a")], lease: nil) == [.send(2, [.executePrepared(name: "s1", statement: 0)])]
        )
    }

    @Test func unconfirmedNameIsNotUsedByOtherUnits() {
        var machine = Machine()
        _ = machine.submit(1, keys: [key("a")], lease: nil)
        #expect(machine.submit(2, keys: [key("a")], lease: nil) == [.send(2, [.executeUnnamed(statement: 0)])])
    }

    @Test func resultsBelongToTheRequestThatAsked() {
        var machine = Machine()
        _ = machine.submit(1, keys: [key("a")], lease: nil)
        _ = machine.submit(2, keys: [key("b")], lease: nil)
        #expect(machine.received(.success).keepFor == nil)
        _ = machine.received(.end)
        #expect(machine.received(.success).keepFor == 1)
        _ = machine.received(.end)
        #expect(machine.received(.synced).actions == [.succeed(1)])
        #expect(machine.received(.success).keepFor == nil)
    }

    @Test func errorSkipsTheRestOfItsUnitOnly() {
        var machine = Machine()
        _ = machine.submit(1, keys: [key("a"), key("b")], lease: nil)
        _ = machine.submit(2, keys: [key("c")], lease: nil)
        for reply in [Machine.Reply.success, .end, .failure(refused), .end, .skipped, .end, .skipped, .end] {
            #expect(machine.received(reply).actions.isEmpty)
        }
        var expected = refused
        expected.sql = "a"
        expected.statementIndex = 0
        #expect(machine.received(.synced).actions == [.fail(1, expected)])
        #expect(answer(&machine, steps: 2) == [.succeed(2)])
        // b was skipped, so it has to be parsed at its next use.
        #expect(
            machine.submit(3, keys: [key("b")], lease: nil) == [
                .send(3, [.prepare(name: "s4", statement: 0), .executePrepared(name: "s4", statement: 0)])
            ]
        )
    }

    @Test func errorAtTheSyncFailsTheUnit() {
        var machine = Machine()
        _ = machine.submit(1, keys: [key("a")], lease: nil)
        for reply in [Machine.Reply.success, .end, .success, .end, .failure(refused), .end] {
            _ = machine.received(reply)
        }
        #expect(machine.received(.synced).actions == [.fail(1, refused)])
    }

    @Test func lossMakesTheOutcomeOfSentRequestsUnknown() {
        var machine = Machine()
        _ = machine.submit(1, keys: [key("a")], lease: nil)
        _ = machine.requestLease(2)
        _ = machine.submit(3, keys: [key("b")], lease: nil)
        let actions = machine.lose(broken)
        #expect(actions.last == .disconnect)
        guard case .fail(1, let first) = actions[0], case .fail(3, let second) = actions[1] else {
            Issue.record("unexpected \(actions)")
            return
        }
        #expect(first.kind == .connectionLost && first.outcomeUnknown)
        #expect(second.kind == .closed && !second.outcomeUnknown)
        #expect(machine.lose(broken).isEmpty)
    }

    @Test func otherCallersWaitForTheLease() {
        var machine = Machine()
        #expect(machine.requestLease(1) == [.succeed(1)])
        #expect(machine.submit(2, keys: [key("a")], lease: nil).isEmpty)
        #expect(machine.submit(3, keys: [key("b")], lease: 1).count == 1)
        #expect(answer(&machine, steps: 2) == [.succeed(3)])
        #expect(machine.returnLease(1).count == 1)
        guard case .fail(4, let error)? = machine.submit(4, keys: [key("b")], lease: 1).first else {
            Issue.record("a returned lease was good")
            return
        }
        #expect(error.kind == .usage)
    }

    /// Plays the answers of a unit of one prepared statement that is outdated.
    private func outdated(_ machine: inout Machine) -> [Machine.Action] {
        for reply in [Machine.Reply.failure(PostgresError(.server, "outdated", sqlState: "0A000")), .end] {
            _ = machine.received(reply)
        }
        return machine.received(.synced).actions
    }

    @Test func anOutdatedStatementIsSentAgainOnce() {
        var machine = Machine()
        _ = machine.submit(1, keys: [key("a")], lease: nil)
        _ = answer(&machine, steps: 2)
        _ = machine.submit(2, keys: [key("a")], lease: nil)
        #expect(
            outdated(&machine) == [
                .sendAgain(2, [.prepare(name: "s2", statement: 0), .executePrepared(name: "s2", statement: 0)])
            ]
        )
        _ = machine.received(.success)
        _ = machine.received(.end)
        guard case .fail(2, let error)? = outdated(&machine).first else {
            Issue.record("the unit was sent a third time")
            return
        }
        #expect(error.sqlState == "0A000")
    }

    @Test func anOutdatedStatementIsNotSentIntoALease() {
        var machine = Machine()
        _ = machine.submit(1, keys: [key("a")], lease: nil)
        _ = answer(&machine, steps: 2)
        _ = machine.submit(2, keys: [key("a")], lease: nil)
        #expect(machine.requestLease(3) == [.succeed(3)])
        #expect(outdated(&machine).isEmpty)
        guard case .sendAgain(2, _)? = machine.returnLease(3).first else {
            Issue.record("the unit was not sent after the lease")
            return
        }
    }

    @Test func scriptHasTheWireForItself() {
        var machine = Machine()
        _ = machine.submit(1, keys: [key("a")], lease: nil)
        #expect(machine.submitScript(2, lease: nil).isEmpty)
        #expect(machine.submit(3, keys: [key("b")], lease: nil).isEmpty)
        #expect(answer(&machine, steps: 2) == [.succeed(1), .sendScript(2)])
        _ = machine.received(.success)
        _ = machine.received(.success)
        let end = machine.received(.end).actions
        #expect(end.first == .succeed(2))
        #expect(end.count == 2)
    }

    @Test func closingWaitsForRequestsInFlight() {
        var machine = Machine()
        _ = machine.submit(1, keys: [key("a")], lease: nil)
        #expect(machine.close().isEmpty)
        #expect(answer(&machine, steps: 2) == [.succeed(1), .disconnect])
    }

    @Test(arguments: [ConnectionMachine.Reply.end, .synced])
    func unexpectedAnswersEndTheConnection(reply: ConnectionMachine.Reply) {
        var machine = Machine()
        _ = machine.submit(1, keys: [key("a")], lease: nil)
        #expect(machine.received(reply).actions.last == .disconnect)
    }
}
