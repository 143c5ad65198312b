import Access
import ArgumentParser
import Foundation
import WaybillClient

struct Tail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Follow what happens to orders, as it happens.",
        discussion: """
            Prints a line for each event: when it was recorded, in local time, the order's number, its shop, its status, what
            happened, and the detail that tells. A connection that breaks is made again and goes on after the last event, so
            that none is missing and none comes twice; a note on standard error says so.

            Ends with status 0 by SIGINT or SIGTERM, or when nobody reads its output any more; with 1 where the service
            refuses the stream.
            """
    )

    @Option(help: "The service. [WAYBILL_URL] (default: http://HOST:PORT from WAYBILL_HOST and WAYBILL_PORT)")
    var url: String?

    @Option(help: "A token. [WAYBILL_TOKEN] (default: one for staff of all shops, by the development key)")
    var token: String?

    @Option(
        help: "Certificates (PEM) by which the service's is checked. [WAYBILL_CA_FILE] (default: the system's)"
    )
    var caFile: String?

    @OptionGroup var dataDirectory: DataDirectoryOption

    @OptionGroup var selection: TailSelection

    @Flag(help: "Print the data of each event, and of each order that it begins with, as the JSON that was sent.")
    var json = false

    @Option(help: "auto, always or never. By auto, terminals are coloured unless NO_COLOR is set.")
    var color = ColorChoice.auto

    /// How long a token of our own is good; another follows it.
    private static let lifetime = 3600

    func validate() throws { _ = try client() }

    func run() async throws {
        StandardOutput.survivePipes()
        let follower = TailFollower(
            client: try client(),
            request: selection.request,
            isJSON: json,
            paint: color.paint(1),
            notes: TailNotes(paint: color.paint(2))
        )
        do {
            try await Interruptible.run { try await follower.run() }
        } catch is Interruptible.Interrupted, is StandardOutput.Closed {
            return
        } catch let error as WaybillClientError {
            throw CommandFailure(error.description)
        }
    }

    private func client() throws -> WaybillClient {
        var settings = WaybillClient.Settings()
        settings.retriesGatewayErrors = true
        settings.certificateAuthorities = caFile ?? Environment.text("WAYBILL_CA_FILE")
        let address = url ?? Environment.text("WAYBILL_URL") ?? Seed.defaultURL()
        let given = token ?? Environment.text("WAYBILL_TOKEN")
        let directory = dataDirectory.path
        do {
            return try WaybillClient(url: address, settings: settings) {
                if let given { return given }
                let key = try DevelopmentKey.loadOrCreate(in: directory)
                let now = Date().timeIntervalSince1970
                return try await key.sign(role: .staff, shops: .all, subject: nil, ttl: Self.lifetime, now: now)
            }
        } catch {
            throw ValidationError("\(error)")
        }
    }
}
