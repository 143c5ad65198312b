import OrderLog
import Postgres

/// The version of a read model that is served, and its checkpoint, in the snapshot of a transaction.
struct ServedVersion {
    let version: Int
    /// The number of the last event that the version reflects.
    let seq: Int64

    /// Reads the served version with a transaction's first statements: the tables are locked before the snapshot is
    /// taken, so that a version that is replaced later is not dropped while the transaction reads it.
    static func read(_ model: some VerifiableModel, on transaction: PostgresConnection) async throws -> ServedVersion {
        let tables = (model.orderTables + model.otherTables).joined(separator: ", ")
        let results = try await transaction.pipeline([
            PostgresQuery("lock table \(tables) in access share mode"), Checkpoint.select(model.name),
        ])
        let checkpoint = try Checkpoint.decode(results[1], model: model.name)
        let head = try Checkpoint.decodeHead(results[1], model: model.name)
        // The appender writes rows and head in one transaction, and no checkpoint.
        return ServedVersion(
            version: checkpoint.version,
            seq: model.isWrittenByAppender ? head : checkpoint.seq
        )
    }
}
