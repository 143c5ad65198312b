import Foundation
import StrictJSON

/// Orders whose tracking pages somebody may watch, one after the other: each moves every few seconds until it has
/// arrived.
struct Showcase: Sendable {
    let client: APIClient
    let simulation: Simulation
    /// The time between two commands.
    var pace: Duration = .seconds(15)

    /// Places an order, has it paid and confirmed, and makes a link to its tracking page.
    ///
    /// - Parameter number: a number that no other simulated order has.
    /// - Returns: the order's commands to come, and the page's address.
    func place(number: Int) async throws -> (journey: Journey, page: String) {
        var journey = Journey.make(.failedAttempt, number: number)
        for _ in 0..<3 {
            guard let step = journey.next(), try await simulation.send(step, of: journey) else {
                throw CommandFailure("the order to be watched was refused")
            }
        }
        let path = "/v1/orders/\(journey.orderId)/tracking-links"
        let answer = try await client.post(path, Array("{}".utf8), key: UUID().uuidString.lowercased())
        guard answer.status == 201, let page = answer.body["url"]?.string else {
            throw CommandFailure("\(path) answered \(answer.status)")
        }
        return (journey, page)
    }

    /// Moves the order, then places and moves others, until cancelled. Prints the page of each new one.
    func run(_ first: Journey) async throws {
        var journey = first
        while true {
            try await Task.sleep(for: pace)
            if let step = journey.next() {
                if try await simulation.send(step, of: journey) { continue }
            }
            let next = try await place(number: Simulation.firstNumber())
            journey = next.journey
            try StandardOutput.line("that order has arrived; the next one: \(next.page)")
        }
    }
}
