import Access
import ArgumentParser
import Foundation

/// The service to measure, and the tokens for it.
struct Target: ParsableArguments {
    @Option(help: "Port of the service on 127.0.0.1.")
    var port = 8080

    @Option(help: "The service's data directory, whose development key signs the tokens.")
    var dataDir = ".waybill"

    static let shop = "load"

    func token(_ role: Role) async throws -> String {
        try await DevelopmentKey.loadOrCreate(in: dataDir).sign(
            role: role,
            shops: .names([Self.shop]),
            subject: "load",
            ttl: 86_400,
            now: Date().timeIntervalSince1970
        )
    }
}
