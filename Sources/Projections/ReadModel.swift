package import OrderLog
package import Postgres

/// A read model: tables that are built from the log and from nothing else, so that they can be dropped and built again.
///
/// Its tables are partitioned by a version, so that a new version can be built beside the one that is served. The
/// tables are listed in the SQL function `projection_tables`.
package protocol ReadModel: Sendable {
    /// The model's name, as in `projections.name` and in commands of operators.
    var name: String { get }

    /// The appender writes the served version in the transaction that appends, so that no projector follows the log for
    /// it.
    var isWrittenByAppender: Bool { get }

    /// The layout of the rows that this version of Waybill writes, counted from 1. It grows when the rules by which the
    /// model fills its columns change, or the form of its stored states. `serve` then builds the model again.
    var layout: Int { get }

    /// Folds the next events of the log into the rows of one version.
    ///
    /// - Parameters:
    ///   - events: ascending, without gaps, never empty; they follow the events folded before.
    ///   - transaction: commits the rows together with the checkpoint, or neither.
    func apply(_ events: [LoggedEvent], version: Int, on transaction: PostgresConnection) async throws
}

extension ReadModel {
    package var isWrittenByAppender: Bool { false }

    package var layout: Int { 1 }
}
