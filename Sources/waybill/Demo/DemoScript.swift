import Access
import Foundation
import Logging

/// The demonstration: seeds, then curl lines, then either a check of the whole path or orders that keep moving.
struct DemoScript: Sendable {
    let running: ServiceRuntime.Running
    private let logger = Output.logger(verbose: false)

    init(running: ServiceRuntime.Running) {
        self.running = running
    }

    func play(once: Bool) async throws {
        let lines = SeedLines(SeedFile.orders)
        let shops = DemoShop.names.union(lines.shops)
        let backend = try await token(.backend, .names(shops), "demo", ttl: 86_400)
        try await APIClient.with(url: running.url, token: backend) { client in
            let summary = try await lines.send(to: client) { line, problem in
                Output.error("seed line \(line): \(problem)")
            }
            Output.line("seeded: \(summary.accepted) commands accepted, \(summary.duplicate) were there before")
            guard summary.rejected == 0 else { throw CommandFailure("\(summary.rejected) seed commands were refused") }
            try await printTour()
            if once {
                let staff = try await token(.staff, .all, "demo", ttl: 600)
                try await DemoCheck(client: client, url: running.url, staffToken: staff).run()
                Output.line("demo: the whole path works")
            } else {
                Output.line("orders are moving; Ctrl-C ends the demonstration")
                try await Simulation(client: client, logger: logger).run()
            }
        }
    }

    private func printTour() async throws {
        let staff = try await token(.staff, .all, "demo", ttl: 86_400)
        Output.line(
            """

            Watch all orders live (staff):
              curl -N -H "Authorization: Bearer \(staff)" \(running.publicURL)/v1/stream

            Read the log:
              curl -H "Authorization: Bearer \(staff)" "\(running.publicURL)/v1/events?limit=3"

            """
        )
    }

    private func token(_ role: Role, _ shops: ShopScope, _ subject: String, ttl: Int) async throws -> String {
        try await DevelopmentKey.loadOrCreate(in: running.dataDirectory)
            .sign(role: role, shops: shops, subject: subject, ttl: ttl, now: Date().timeIntervalSince1970)
    }
}
