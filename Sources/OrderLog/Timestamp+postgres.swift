package import Orders
package import Postgres

extension PostgresTimestamp {
    /// The same moment as a value of the database.
    package init(_ time: Timestamp) { self.init(unixMicroseconds: time.unixMicroseconds) }
}

extension Timestamp {
    /// The same moment as a value of the domain.
    package init(_ time: PostgresTimestamp) { self.init(unixMicroseconds: time.unixMicroseconds) }
}
