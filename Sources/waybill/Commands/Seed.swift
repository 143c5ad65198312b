import Access
import ArgumentParser
import Foundation

struct Seed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send a file of commands to a running service.",
        discussion: """
            The file holds one command a line, as the API's bulk route takes them: the command's fields with "command",
            "orderId", and optionally "commandId" and "ifMatch". Lines are sent in order, as they are read. A line with a
            commandId may be sent again: it is answered as before. Refused lines are printed; ends with status 1 if there were any.
            """
    )

    @Argument(help: "The file, or - for standard input.")
    var file: String

    @Option(help: "The service. [WAYBILL_URL] (default: http://HOST:PORT from WAYBILL_HOST and WAYBILL_PORT)")
    var url: String?

    @Option(help: "A backend's token. [WAYBILL_TOKEN] (default: one for the file's shops, by the development key)")
    var token: String?

    @OptionGroup var dataDirectory: DataDirectoryOption

    func run() async throws {
        var source = ByteSource(argument: file)
        let token: String
        if let given = self.token ?? Environment.text("WAYBILL_TOKEN") {
            token = given
        } else {
            // The token is for the shops that the lines name, so they are read twice, which standard input cannot be.
            if case .standardInput = source {
                source = .bytes(Array(try FileHandle.standardInput.readToEnd() ?? Data()))
            }
            token = try await developmentToken(for: BulkUpload(source: source).shops())
        }
        let address = url ?? Environment.text("WAYBILL_URL") ?? Self.defaultURL()
        let upload = BulkUpload(source: source)
        try await APIClient.with(url: address, token: token) { client in
            let summary = try await upload.send(to: client) { line, problem in
                Output.error("line \(line): \(problem)")
            }
            Output.line("\(summary.accepted) accepted, \(summary.duplicate) sent before, \(summary.rejected) refused")
            if summary.rejected > 0 { throw ExitCode.failure }
        }
    }

    private func developmentToken(for shops: Set<String>) async throws -> String {
        guard !shops.isEmpty else {
            throw CommandFailure("the file places no order, so its shops are unknown: give --token")
        }
        let key = try DevelopmentKey.loadOrCreate(in: dataDirectory.path)
        return try await key.sign(
            role: .backend,
            shops: .names(shops),
            subject: "seed",
            ttl: 3600,
            now: Date().timeIntervalSince1970
        )
    }

    static func defaultURL() -> String {
        let port = Environment.text("WAYBILL_PORT").flatMap(Int.init) ?? 8080
        return ServiceOptions.address(Environment.text("WAYBILL_HOST") ?? "127.0.0.1", port, "http")
    }
}
