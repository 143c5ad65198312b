import Access
import ArgumentParser
import Foundation
import NIOCore

struct Seed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send a file of commands to a running service.",
        discussion: """
            The file holds one command a line, as the API's bulk route takes them: the command's fields with "command", \
            "orderId", and optionally "commandId" and "ifMatch". Lines are sent in order, as they are read. A line with a \
            commandId may be sent again: it is answered as before. Refused lines are printed; ends with status 1 if there \
            were any.

            The default token is a backend's, for the shops that the file names.
            """
    )

    @Argument(help: "The file, or - for standard input.")
    var file: String

    @OptionGroup var server: ServerOption

    @OptionGroup var authorities: AuthoritiesOption

    func run() async throws {
        var source = try ByteSource(argument: file)
        try await SeedFileCheck(source: source).run()
        let token: String
        if let given = try server.token.given() {
            token = given
        } else {
            // The token is for the shops that the lines name, so they are read twice, which a pipe cannot be.
            if case .descriptor = source {
                var bytes: [UInt8] = []
                for try await chunk in try source.chunks() { bytes += chunk.readableBytesView }
                source = .bytes(bytes)
            }
            token = try await developmentToken(for: BulkUpload(source: source).shops())
        }
        try await send(BulkUpload(source: source), token: token)
    }

    private func send(_ upload: BulkUpload, token: String) async throws {
        let report = RefusalReport { StandardError.line("waybill: \($0)") }
        let line = ProgressLine("seed")
        let began = ContinuousClock.now
        let summary = try await APIClient.with(url: server.address, token: token, tls: authorities.tls()) { client in
            defer { line.clear() }
            return try await upload.send(to: client) {
                line.clear()
                report.add($0)
            } progress: { summary in
                let rate = Double(summary.answered) / max(0.001, (ContinuousClock.now - began) / .seconds(1))
                let note = "\(ProgressLine.grouped(Double(summary.answered))) answered, \(summary.rejected) refused"
                line.show(ProgressLine.Step(rate: rate, unit: "commands", note: note))
            }
        }
        report.finish()
        try StandardOutput.line(
            "\(summary.accepted) accepted, \(summary.duplicate) sent before, \(summary.rejected) refused"
        )
        if summary.rejected > 0 { throw ExitCode.failure }
    }

    private func developmentToken(for shops: Set<String>) async throws -> String {
        guard !shops.isEmpty else {
            throw CommandFailure("the file places no order, so its shops are unknown: give --token")
        }
        return try await server.dataDirectory.existingKey().sign(
            role: .backend,
            shops: .names(shops),
            subject: "seed",
            ttl: 3600,
            now: Date().timeIntervalSince1970
        )
    }
}
