import FoundationEssentials
import StrictJSON
import Testing

@testable import Orders

/// The time that many minutes after 2026-11-02T10:00:00Z.
func at(_ minutes: Int) -> Timestamp {
    Timestamp(unixMicroseconds: 1_793_613_600_000_000).adding(seconds: minutes * 60)
}

func object(_ json: String) throws -> JSONObject {
    try #require(try JSONValue.parse(Array(json.utf8)).object)
}

func decode(_ name: CommandName, _ json: String = "{}") throws -> OrderCommand {
    try OrderCommand.decode(name, try object(json))
}

/// Begins a scenario with the events so far.
func given(_ events: OrderEvent...) -> Given { Given(events) }

struct Given {
    var order = Order(orderId: UUID(uuidString: "0192f0c1-0000-7000-8000-000000000001")!)

    init(_ events: [OrderEvent]) {
        for event in events { _ = order.apply(event) }
    }

    init(_ order: Order) { self.order = order }

    /// Decides a command, received an hour after ten.
    func when(_ name: CommandName, _ json: String = "{}") throws -> Outcome {
        let command = try decode(name, json)
        do {
            return Outcome(order: order, result: .success(try order.decide(command, receivedAt: at(60))))
        } catch {
            return Outcome(order: order, result: .failure(error))
        }
    }

    func when(_ step: Step) throws -> Outcome { try when(step.name, step.body) }

    /// The scenario after the events of these commands, each of which the order accepts.
    func after(_ steps: Step...) throws -> Given { try after(steps) }

    func after(_ steps: [Step]) throws -> Given {
        try steps.reduce(self) { try $0.after($1.name, $1.body) }
    }

    /// The scenario after the events of a command.
    func after(_ name: CommandName, _ json: String = "{}") throws -> Given {
        var next = self
        for event in try when(name, json).result.get() { _ = next.order.apply(event) }
        return next
    }
}

struct Outcome {
    let order: Order
    let result: Result<[OrderEvent], Rejection>

    var events: [OrderEvent] {
        get throws { try result.get() }
    }

    /// Expects exactly these events.
    func then(_ expected: any EventPayload..., sourceLocation: SourceLocation = #_sourceLocation) {
        switch result {
        case .failure(let rejection): Issue.record("refused: \(rejection)", sourceLocation: sourceLocation)
        case .success(let events):
            #expect(events.map(\.type) == expected.map(\.type), sourceLocation: sourceLocation)
            for (event, payload) in zip(events, expected) {
                #expect(event.payload.isEqual(to: payload), "\(event.payload)", sourceLocation: sourceLocation)
            }
        }
    }

    /// Expects a refusal with this reason.
    func thenRefused(_ reason: RejectionReason, sourceLocation: SourceLocation = #_sourceLocation) {
        switch result {
        case .success(let events): Issue.record("accepted: \(events.map(\.type))", sourceLocation: sourceLocation)
        case .failure(let rejection):
            #expect(rejection.reason == reason, "\(rejection.message)", sourceLocation: sourceLocation)
            #expect(!rejection.message.isEmpty, sourceLocation: sourceLocation)
        }
    }

    /// Expects that nothing is left to say: the fact is known.
    func thenNothing(sourceLocation: SourceLocation = #_sourceLocation) {
        then([EventType](), sourceLocation: sourceLocation)
    }

    /// Expects a refusal with this reason, whose message holds these words.
    func thenRefused(
        _ reason: RejectionReason,
        naming words: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        thenRefused(reason, sourceLocation: sourceLocation)
        guard case .failure(let rejection) = result else { return }
        for word in words {
            #expect(rejection.message.contains(word), "\(rejection.message)", sourceLocation: sourceLocation)
        }
    }

    /// The texts of the first event of this type: what its customer reads, and what staff reads beside it.
    func event(_ type: EventType, sourceLocation: SourceLocation = #_sourceLocation) throws -> (
        data: View?, internal: View
    ) {
        let event = try #require(try events.first { $0.type == type }, sourceLocation: sourceLocation)
        let texts = event.encode()
        return (
            try texts.data.map { View(try JSONValue.parse($0)) }, View(try JSONValue.parse(texts.internal))
        )
    }

    /// The text that the customer reads of the first event of this type.
    func data(_ type: EventType, sourceLocation: SourceLocation = #_sourceLocation) throws -> View {
        try #require(try event(type, sourceLocation: sourceLocation).data, sourceLocation: sourceLocation)
    }

    /// Expects events of these types, and these anomalies.
    func then(_ types: [EventType], _ anomalies: [AnomalyCode] = [], sourceLocation: SourceLocation = #_sourceLocation)
    {
        switch result {
        case .failure(let rejection): Issue.record("refused: \(rejection)", sourceLocation: sourceLocation)
        case .success(let events):
            #expect(events.map(\.type) == types, sourceLocation: sourceLocation)
            #expect(events.compactMap { $0.anomaly?.code } == anomalies, sourceLocation: sourceLocation)
        }
    }
}
