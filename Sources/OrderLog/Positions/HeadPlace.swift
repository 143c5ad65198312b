import Postgres

/// The place of the head's row in its table.
///
/// Every commit leaves a dead version of that one row. A long snapshot, such as a dump's, keeps all of them for as long
/// as it lasts: thousands a minute, and whoever looks for the living one reads them all. The appender remembers the
/// place instead. The next version goes to the same block, or to a later one while those before are full.
struct HeadPlace: Sendable, Equatable {
    /// The row's `ctid`: block and number within the block, such as `(7,12)`.
    let ctid: String

    /// The beginning of the row's block, as a `ctid`.
    var block: String { "\(ctid.prefix { $0 != "," }),0)" }

    init(ctid: String) {
        self.ctid = ctid
    }

    /// - Parameter rows: the result of `LogHead.lock` or `AppendStatements.moveHead`.
    /// - Returns: nil where there is no row.
    init?(_ rows: PostgresResult) throws {
        guard let row = rows.first else { return nil }
        ctid = try row.get("place", as: String.self)
    }
}
