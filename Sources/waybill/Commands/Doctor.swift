import Access
import ArgumentParser
import Foundation
import Logging

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check what a service needs, and say what to do.",
        discussion: """
            Takes the options and variables of serve, and checks what they name: settings, keys, certificate, \
            descriptors, disk, clocks, each host of the database, its roles, schema, replication and log, and the \
            service at the public URL, through a proxy where one is on the way. With --redis-url also each Redis, the \
            login's rights and the way of a message; with --durable-on standby the standbys; with --edge what an edge \
            needs of its replica. Changes nothing, and runs beside a service or without one.

            Each finding is a line: ok, note (cannot be checked from here, or is good to know), warning (works now, \
            may fail later) or FAILED, with what to do. Ends with status 0 where nothing failed, else 1.
            """
    )

    @OptionGroup var options: ServiceOptions
    @OptionGroup var tls: TLSOptions
    @OptionGroup var durability: DurabilityOption
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var token: TokenOption

    @Flag(help: "Print a JSON object for each finding: subject, level, text, advice.")
    var json = false

    @Option(help: "Colour: auto, always or never.")
    var color = ColorChoice.auto

    func run() async throws {
        var report = DoctorReport(asJSON: json, paint: color.paint(1))
        // The findings say it instead of the log lines of the libraries below.
        let logger = LogLevel.logger(verbose: false, quietLevel: .critical)
        let known = SettingsCheck.variables(in: Self.helpTexts).union(Self.scriptVariables)
        try report.add(SettingsCheck(known: known, environment: ProcessInfo.processInfo.environment).findings())
        try await report.add(ProcessCheck(options: options, tls: tls, logger: logger).findings())
        let database = DatabaseCheck(
            option: options.database,
            isEdge: try cluster.isEdge(),
            durableOn: try durability.resolved(),
            logger: logger
        )
        let (findings, epoch) = await database.findings()
        try report.add(findings)
        try await report.add(RedisCheck(redis: cluster.redis(), isEdge: cluster.isEdge(), epoch: epoch).findings())
        let scheme = try tls.certificates(logger) == nil ? "http" : "https"
        let service = ServiceCheck(
            url: options.resolvedPublicURL(port: try options.resolvedPort(), scheme),
            token: try await streamToken(),
            trustsNoProxy: try options.trustedProxies().isEmpty
        )
        try await report.add(service.findings())
        try report.end()
        if report.hasFailures { throw ExitCode.failure }
    }

    /// The token that was given, or one by the development key where the service accepts it and the key is there.
    private func streamToken() async throws -> String? {
        if let given = try token.given() { return given }
        // A key that no service takes is a finding of its own.
        guard options.resolvedJWKS == nil,
            case .usable(let key, _) = DevelopmentKey.find(in: options.database.dataDirectory.path)
        else { return nil }
        let now = Date().timeIntervalSince1970
        return try await key.sign(role: .operator, shops: .all, subject: "doctor", ttl: 60, now: now)
    }

    /// Variables that scripts and tests read, and no help names.
    private static let scriptVariables: Set = ["WAYBILL_PG_BIN", "WAYBILL_PAGES_DIR", "WAYBILL_LOG_LEVEL"]

    private static var helpTexts: [String] {
        [Waybill.helpMessage()] + Waybill.configuration.subcommands.map { Waybill.helpMessage(for: $0) }
    }
}
