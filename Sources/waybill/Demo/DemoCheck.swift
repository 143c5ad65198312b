import Foundation
import StrictJSON
import WaybillClient

/// Checks the whole path from outside: an order's stream shows each change as it is made, and a client that resumes
/// after an id gets exactly the events that it missed.
struct DemoCheck: Sendable {
    let client: APIClient
    let url: String
    let staffToken: String

    func run() async throws {
        var journey = Journey.make(.plain, number: 1)
        guard let place = journey.next() else { throw CommandFailure("the journey is empty") }
        let placed = try await send(place, of: journey)
        let staff = try await APIClient.with(url: url, token: staffToken) { $0 }
        let path = "/v1/orders/\(journey.orderId)/stream"

        var live = FrameReader(try await staff.stream(path))
        let snapshot = try await live.next { $0.type == "snapshot" }
        try expect(snapshot.lastEventID == placed, "the snapshot's id is the position of the order's last event")

        var sent: [String] = []
        while let step = journey.next() { sent.append(try await send(step, of: journey)) }
        var received: [ServerSentEvent] = []
        while received.last?.lastEventID != sent.last {
            received.append(try await live.next { $0.type == "status" || $0.type == "update" })
        }
        try expect(Set(sent).isSubset(of: received.map(\.lastEventID)), "every change was pushed")
        try expect(received.last?.data.contains("\"status\":\"delivered\"") == true, "the order was delivered")

        let middle = received.count / 2
        var resumed = FrameReader(try await staff.stream(path, lastEventId: received[middle].lastEventID))
        for expected in received[(middle + 1)...] {
            let frame = try await resumed.next { _ in true }
            try expect(frame == expected, "a resumed stream repeats the very same frames")
        }
    }

    /// - Returns: the position of the command's last event.
    private func send(_ step: Journey.Step, of journey: Journey) async throws -> String {
        let path = step.path.isEmpty ? "/v1/orders" : "/v1/orders/\(journey.orderId)/\(step.path)"
        let answer = try await client.post(path, JSONWriter.object(step.body), key: UUID().uuidString)
        guard answer.status < 300, let position = answer.body["position"]?.string else {
            throw CommandFailure("\(path) answered \(answer.status)")
        }
        return position
    }

    private func expect(_ condition: Bool, _ fact: String) throws {
        guard condition else { throw CommandFailure("the check failed: it does not hold that \(fact)") }
        try StandardOutput.line("  ok: \(fact)")
    }
}
