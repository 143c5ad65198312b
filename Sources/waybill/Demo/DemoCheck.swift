import Foundation
import StrictJSON
import WaybillClient

/// Checks the whole path from outside: an order's stream shows each change as it is made, a client that resumes after
/// an id gets exactly the events that it missed, and each plot of the simulation comes to its end.
struct DemoCheck: Sendable {
    let client: APIClient
    let url: String
    let staffToken: String

    /// - Parameter page: the address of an order's tracking page.
    func run(page: String) async throws {
        // A proxy stands between where links point to another address; it need not be there.
        let tracking = page.range(of: "/track/").map { String(page[$0.lowerBound...]) } ?? ""
        for path in ["/", "/staff", "/operator", "/docs", tracking] {
            guard try await client.isPage(url + path) else { throw failure("\(path) is a page") }
        }
        try StandardOutput.line("  ok: the pages of customers, staff and operators are there")
        // The staff's client ends with this call, so all its streams are read within.
        try await APIClient.with(url: url, token: staffToken) { try await check(streamsOf: $0) }
        for (number, plot) in Plot.allCases.enumerated() { try await checkEnd(of: plot, number: number) }
        try StandardOutput.line("  ok: \(Plot.allCases.count) kinds of orders came to their end, and none is stuck")
    }

    private func check(streamsOf staff: APIClient) async throws {
        var journey = Journey.make(.plain, number: 1)
        guard let place = journey.next() else { throw CommandFailure("the journey is empty") }
        let placed = try await send(place, of: journey)
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

    /// Sends a whole journey, after which the order is over and owes nothing, or waits for staff on purpose.
    private func checkEnd(of plot: Plot, number: Int) async throws {
        var journey = Journey.make(plot, number: 100 + number)
        while let step = journey.next() { _ = try await send(step, of: journey) }
        let order = try await client.get("/v1/orders/\(journey.orderId)")
        let lifecycle = order["lifecycle"]?.string ?? ""
        if plot == .waitsForStaff {
            guard order["status"]?.string == "onHold" else { throw failure("an order on hold waits for staff") }
            return
        }
        guard lifecycle == "closed" || lifecycle == "cancelled" else {
            throw failure("an order of the kind \(plot) comes to its end; it is \(lifecycle)")
        }
        guard order["internal"]?.object?["attention"] == .bool(false) else {
            throw failure("an order of the kind \(plot) needs no attention at its end")
        }
    }

    /// - Returns: the position of the order's last event after the command.
    private func send(_ step: Journey.Step, of journey: Journey) async throws -> String {
        let path = journey.path(of: step)
        let answer = try await client.post(path, JSONWriter.object(step.body), key: UUID().uuidString)
        guard answer.status < 300, let position = answer.body["position"]?.string else {
            let reason = (answer.body["reason"] ?? answer.body["code"])?.string ?? ""
            throw CommandFailure("\(path) answered \(answer.status) \(reason)")
        }
        return position
    }

    private func expect(_ condition: Bool, _ fact: String) throws {
        guard condition else { throw failure(fact) }
        try StandardOutput.line("  ok: \(fact)")
    }

    private func failure(_ fact: String) -> CommandFailure {
        CommandFailure("the check failed: it does not hold that \(fact)")
    }
}
