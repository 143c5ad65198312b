import Foundation
import Logging
import StrictJSON

/// Keeps a handful of orders moving, as shops, carriers and payment providers would.
struct Simulation: Sendable {
    let client: APIClient
    let logger: Logger
    /// The number of orders under way at once.
    var breadth = 12
    /// The mean time between two commands.
    var pace: Duration = .milliseconds(700)

    /// Runs until cancelled.
    func run() async throws {
        var number = Self.firstNumber()
        var journeys: [Journey] = []
        while !Task.isCancelled {
            while journeys.count < breadth {
                number += 1
                journeys.append(.make(.pick(), number: number))
            }
            let index = Int.random(in: 0..<journeys.count)
            if let step = journeys[index].next() {
                if try await !send(step, of: journeys[index]) { journeys.remove(at: index) }
            } else {
                journeys.remove(at: index)
            }
            try await Task.sleep(for: pace * Double.random(in: 0.3...1.7) * Self.quietness(at: Date()))
        }
    }

    /// A number for an order of this second: the numbers of orders need not differ, but people expect it.
    static func firstNumber() -> Int { Int(Date().timeIntervalSince1970) % 1_000_000 }

    /// A factor for the pauses that makes business busier and quieter in the course of ten minutes: from a half to two.
    private static func quietness(at date: Date) -> Double {
        exp2(cos(date.timeIntervalSince1970 / 600 * 2 * .pi))
    }

    /// Sends a command, again while the service has no room for it.
    ///
    /// - Returns: whether the order goes on.
    func send(_ step: Journey.Step, of journey: Journey) async throws -> Bool {
        let path = journey.path(of: step)
        let body = JSONWriter.object(step.body)
        let key = UUID().uuidString.lowercased()
        for attempt in 1... {
            do {
                let answer = try await client.post(path, body, key: key)
                if answer.status < 300 { return true }
                guard answer.status == 503, attempt < 30 else {
                    let reason = (answer.body["reason"] ?? answer.body["code"])?.string ?? ""
                    logger.warning(
                        "the simulation was refused; it leaves the order as it is",
                        metadata: ["path": "\(path)", "reason": "\(reason)"]
                    )
                    return false
                }
            } catch let failure as CommandFailure where attempt < 30 {
                logger.debug("the simulation tries again", metadata: ["error": "\(failure)"])
            }
            try await Task.sleep(for: .seconds(1))
        }
        return false
    }
}
