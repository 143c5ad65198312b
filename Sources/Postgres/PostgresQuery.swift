/// A statement and the values for its `$1`, `$2`, …
package struct PostgresQuery: Sendable {
    package var sql: String
    package var bindings: [any PostgresEncodable]

    /// - Parameter sql: a single statement; several need `executeScript`.
    package init(_ sql: String, _ bindings: [any PostgresEncodable] = []) {
        self.sql = sql
        self.bindings = bindings
    }
}
