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

            Several processes may serve one database. With --edge a process takes no commands, and its streams are fed by \
            Redis, where --redis-url names one, or by the database: see docs/cluster.md.

            With OTEL_EXPORTER_OTLP_ENDPOINT spans of requests go to an OpenTelemetry collector: see docs/operations.md.

            SIGTERM and SIGINT end the service, after its streams were told. SIGHUP reads a changed certificate again, where \
            the service serves TLS. SIGUSR1, SIGUSR2 and SIGALRM are ignored.
            """
    )

    @OptionGroup var options: ServiceOptions
    @OptionGroup var tls: TLSOptions
    @OptionGroup var durability: DurabilityOption
    @OptionGroup var cluster: ClusterOptions

    func validate() throws {
        guard try options.database.url() == nil else { return }
        if try cluster.isEdge() {
            throw ValidationError("--edge needs --database-url: the primary or a replica of the servers' database.")
        }
        guard try durability.resolved() == .standby else { return }
        throw ValidationError(
            "\(durability.name) standby needs --database-url: the embedded PostgreSQL has no standby."
        )
    }

    func run() async throws {
        let runtime = try ServiceRuntime(options, tls: tls, durableOn: durability.resolved(), cluster: cluster)
        try await runtime.run { $0.announce() }
    }
}
