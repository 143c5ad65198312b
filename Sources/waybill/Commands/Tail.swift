import Access
import ArgumentParser
import Foundation
import WaybillClient

struct Tail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Follow what happens to orders, as it happens.",
        discussion: """
            Prints a line for each event: the time of its recording, in local time, the order's number, its shop, its \
            status, the event, and its details. On a terminal, lines are wrapped between words. A connection that breaks \
            is made again and goes on after the last event, so that none is missing and none comes twice; a note on \
            standard error says so.

            The default token is one for staff of all shops.

            Ends with status 0 by SIGINT or SIGTERM, or when nobody reads its output any more; with 1 where the service \
            refuses the stream.
            """
    )

    @OptionGroup var server: ServerOption

    @OptionGroup var authorities: AuthoritiesOption

    @OptionGroup var selection: TailSelection

    @Flag(help: "Print the data of each event, and of each order that it begins with, as the JSON that was sent.")
    var json = false

    @Option(help: "auto, always or never. By auto, terminals are coloured unless NO_COLOR is set.")
    var color = ColorChoice.auto

    /// Seconds for which a token of our own is good; another follows it.
    private static let lifetime = 3600

    func validate() throws { _ = try client() }

    func run() async throws {
        if try server.token.given() == nil { _ = try server.dataDirectory.existingKey() }
        let follower = TailFollower(
            client: try client(),
            request: selection.request,
            isJSON: json,
            paint: color.paint(1),
            notes: TailNotes(paint: color.paint(2))
        )
        do {
            try await Interruptible.run { try await follower.run() }
        } catch is Interruptible.Interrupted {
            return
        } catch let error as OutputFailure where error.isReaderGone {
            return
        }
    }

    private func client() throws -> WaybillClient {
        var settings = WaybillClient.Settings()
        settings.certificateAuthorities = authorities.path
        let (given, directory) = (try server.token.given(), server.dataDirectory)
        do {
            return try WaybillClient(url: server.address, settings: settings) {
                if let given { return given }
                let now = Date().timeIntervalSince1970
                return try await directory.existingKey()
                    .sign(role: .staff, shops: .all, subject: nil, ttl: Self.lifetime, now: now)
            }
        } catch {
            throw ValidationError("\(error)")
        }
    }
}
