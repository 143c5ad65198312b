package import Access
package import EventStreams
package import HTTPTransport
package import OTLPExport
package import OrderLog
package import Postgres
package import Redis

/// The settings of a service.
package struct WaybillServerSettings: Sendable {
    package var host = "127.0.0.1"
    package var port = 8080
    /// Makes the address at which clients reach the service, without a slash at its end, given the port that it listens
    /// on.
    package var publicURL: @Sendable (_ port: Int) -> String = { "http://127.0.0.1:\($0)" }
    /// The database of the log, with the current schema.
    package var database: PostgresConfiguration
    /// The keys that verify tokens.
    package var keys: KeySource
    /// The proxies whose word on their clients is taken.
    package var proxies = TrustedProxies()
    /// The certificate for TLS; nil serves clear text.
    package var certificates: CertificateStore?
    /// The pages of other origins that may use the API; nil for none.
    package var crossOrigins: CrossOriginPolicy.Origins?
    /// The days for which accepted command ids are kept.
    package var commandRetentionDays = 90
    /// Lets a stopped process of the database's server run; nil for a server of others.
    package var resume: FrozenProcessResumer?
    /// The machines on whose disks a commit must be before anybody is told of it.
    package var durableOn = DurableOn.local
    /// Sends the spans of requests to a collector; nil for none.
    package var traces: OTLPExporter?
    package var appender = Appender.Settings()
    package var streams = StreamHub.Settings()
    /// True for a process that takes no commands, and serves streams and reads from a replica or the primary.
    package var isEdge = false
    /// The Redis by which events reach edges; nil for none.
    package var redis: RedisConfiguration?
    /// Asks the public address whether a process there is ready, so that streams can go on elsewhere while this process
    /// cannot read the log; nil keeps them here.
    package var isAnyReady: (@Sendable (_ publicURL: String) async -> Bool)?
    /// The time after which the client of a bulk request that takes no results loses its connection.
    package var bulkPatience: Duration = .seconds(60)

    package init(database: PostgresConfiguration, keys: KeySource) {
        self.database = database
        self.keys = keys
    }
}
