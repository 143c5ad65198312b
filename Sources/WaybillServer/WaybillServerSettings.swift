package import Access
package import EventStreams
package import HTTPTransport
package import OrderLog
package import Postgres

/// What a service needs to know to run.
package struct WaybillServerSettings: Sendable {
    package var host = "127.0.0.1"
    package var port = 8080
    /// The log's database, migrated already.
    package var database: PostgresConfiguration
    package var keys: KeySource
    /// For TLS; nil serves clear text.
    package var certificates: CertificateStore?
    /// How long accepted command ids are kept, in days.
    package var commandRetentionDays = 90
    package var appender = Appender.Settings()
    package var streams = StreamHub.Settings()

    package init(database: PostgresConfiguration, keys: KeySource) {
        self.database = database
        self.keys = keys
    }
}
