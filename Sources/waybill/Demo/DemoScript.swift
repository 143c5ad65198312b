import Access
import Foundation
import Logging
import StrictJSON

/// The demonstration: seeds, then curl lines, then either a check of the whole path or orders that keep moving.
struct DemoScript: Sendable {
    let running: ServiceRuntime.Running
    private let logger = LogLevel.logger(verbose: false)

    init(running: ServiceRuntime.Running) {
        self.running = running
    }

    func play(once: Bool) async throws {
        let seeds = BulkUpload(source: .bytes(SeedFile.orders))
        let shops = try await DemoShop.names.union(seeds.shops())
        let backend = try await token(.backend, .names(shops), "demo", ttl: 86_400)
        try await APIClient.with(url: running.url, token: backend) { client in
            let report = RefusalReport { StandardError.line("waybill: seed \($0)") }
            let summary = try await seeds.send(to: client) { report.add($0) }
            report.finish()
            try StandardOutput.line(
                "seeded: \(summary.accepted) commands accepted, \(summary.duplicate) were there before"
            )
            guard summary.rejected == 0 else { throw CommandFailure("\(summary.rejected) seed commands were refused") }
            try await printTour()
            if once {
                let staff = try await token(.staff, .all, "demo", ttl: 600)
                try await DemoCheck(client: client, url: running.url, staffToken: staff).run()
                try StandardOutput.line("demo: the whole path works")
            } else {
                try StandardOutput.line("orders are moving; Ctrl-C ends the demonstration")
                try await Simulation(client: client, logger: logger).run()
            }
        }
    }

    private func printTour() async throws {
        let staff = try await token(.staff, .all, "demo", ttl: 86_400)
        let example = try Self.example()
        let customer = try await token(.customer, .names([example.shop]), example.customer, ttl: 86_400)
        try StandardOutput.line(
            """

            Watch all orders live (staff):
              curl -N -H "Authorization: Bearer \(staff)" \(running.publicURL)/v1/stream

            Read the log:
              curl -H "Authorization: Bearer \(staff)" "\(running.publicURL)/v1/events?limit=3"

            Follow one order as its customer does (\(example.customer) of \(example.shop)):
              curl -N -H "Authorization: Bearer \(customer)" \(running.publicURL)/v1/orders/\(example.orderId)/stream

            """
        )
    }

    /// The first order of the seeds.
    private static func example() throws -> (orderId: String, shop: String, customer: String) {
        let line = try JSONValue.parse(SeedFile.orders.prefix { $0 != UInt8(ascii: "\n") }).object
        guard let orderId = line?["orderId"]?.string, let shop = line?["shop"]?.string,
            let customer = line?["customer"]?.string
        else { throw CommandFailure("the seeds do not begin with an order") }
        return (orderId, shop, customer)
    }

    private func token(_ role: Role, _ shops: ShopScope, _ subject: String, ttl: Int) async throws -> String {
        try await DevelopmentKey.loadOrCreate(in: running.dataDirectory)
            .sign(role: role, shops: shops, subject: subject, ttl: ttl, now: Date().timeIntervalSince1970)
    }
}
