import ArgumentParser
import WaybillServer

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the service until SIGTERM or SIGINT.",
        discussion: """
            Without --database-url an embedded PostgreSQL in the data directory is started, or adopted, and stopped with the
            service. The schema is brought up to date first. Nothing is appended to the log by serving it.
            """
    )

    @OptionGroup var options: ServiceOptions

    func run() async throws {
        try await ServiceRuntime(options).run { running in
            Output.line("waybill: serving on \(running.url)")
        }
    }
}
