import ArgumentParser
import OrderLog
import WaybillServer

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the service until SIGTERM or SIGINT.",
        discussion: """
            Without --database-url an embedded PostgreSQL in the data directory is started, or adopted, and stopped with \
            the service. The schema is brought up to date first. Nothing is appended to the log by serving it.

            HTTP/1.1 and HTTP/2 are spoken on the same port: in clear text to clients that know of HTTP/2 beforehand, as \
            proxies do; over TLS as the client chooses.

            SIGTERM and SIGINT end the service, after its streams were told. SIGHUP reads a changed certificate again, where \
            the service serves TLS. SIGUSR1, SIGUSR2 and SIGALRM are ignored.
            """
    )

    @OptionGroup var options: ServiceOptions
    @OptionGroup var tls: TLSOptions
    @OptionGroup var durability: DurabilityOption

    func validate() throws {
        guard try durability.resolved() == .standby, try options.database.url() == nil else { return }
        throw ValidationError(
            "\(durability.name) standby needs --database-url: the embedded PostgreSQL has no standby."
        )
    }

    func run() async throws {
        try await ServiceRuntime(options, tls: tls, durableOn: durability.resolved()).run { $0.announce() }
    }
}
