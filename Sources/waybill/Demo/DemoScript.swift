import Access
import Foundation
import Logging
import StrictJSON

/// The demonstration: seeds, then links and curl lines, then a check of the whole path or orders that keep moving.
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
            let simulation = Simulation(client: client, logger: logger)
            let showcase = Showcase(client: client, simulation: simulation)
            let watched = try await showcase.place(number: Simulation.firstNumber())
            try await printTour(page: watched.page)
            if once {
                let staff = try await token(.staff, .all, "demo", ttl: 600)
                try await DemoCheck(client: client, url: running.url, staffToken: staff).run(page: watched.page)
                try StandardOutput.line("demo: the whole path works")
            } else {
                try StandardOutput.line("orders are moving; Ctrl-C ends the demonstration")
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await simulation.run() }
                    group.addTask { try await showcase.run(watched.journey) }
                    try await group.next()
                    group.cancelAll()
                }
            }
        }
    }

    /// - Parameter page: the address of a tracking page whose order moves.
    private func printTour(page: String) async throws {
        let staff = try await token(.staff, .all, "demo", ttl: 86_400)
        let operatorToken = try await token(.operator, .all, "demo", ttl: 86_400)
        let example = try Self.example()
        let customer = try await token(.customer, .names([example.shop]), example.customer, ttl: 86_400)
        try StandardOutput.line(
            """

            Open in a browser:
              the page of an order as its customer sees it; it moves every 15 seconds:
                \(page)
              the staff's board, where this token signs in:
                \(running.publicURL)/staff
                \(staff)
              the operator's page, where this token signs in:
                \(running.publicURL)/operator
                \(operatorToken)
              all pages, and the API's:
                \(running.publicURL)/

            Or by curl. Watch all orders live (staff):
              curl -N -H "Authorization: Bearer \(staff)" \(running.publicURL)/v1/stream

            See which orders need staff, and why:
              curl -H "Authorization: Bearer \(staff)" "\(running.publicURL)/v1/orders?attention=true"

            Read the log:
              curl -H "Authorization: Bearer \(staff)" "\(running.publicURL)/v1/events?limit=3"

            Follow one order as its customer does (\(example.customer) of \(example.shop)):
              curl -N -H "Authorization: Bearer \(customer)" \(running.publicURL)/v1/orders/\(example.orderId)/stream

            """
        )
    }

    /// An order of the seeds that is on its last way to the customer.
    private static func example() throws -> (orderId: String, shop: String, customer: String) {
        for line in SeedFile.orders.split(separator: UInt8(ascii: "\n")) {
            let placed = try JSONValue.parse(line).object
            guard placed?["commandId"]?.string == "seed:underway-out-for-delivery:1" else { continue }
            guard let orderId = placed?["orderId"]?.string, let shop = placed?["shop"]?.string,
                let customer = placed?["customer"]?.string
            else { break }
            return (orderId, shop, customer)
        }
        throw CommandFailure("the seeds have no order that is out for delivery")
    }

    private func token(_ role: Role, _ shops: ShopScope, _ subject: String, ttl: Int) async throws -> String {
        try await DevelopmentKey.loadOrCreate(in: running.dataDirectory)
            .sign(role: role, shops: shops, subject: subject, ttl: ttl, now: Date().timeIntervalSince1970)
    }
}
