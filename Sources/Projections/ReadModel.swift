package import OrderLog
package import Postgres

/// What people read, built from the log and from nothing else: it can be dropped and built again.
///
/// Its tables are partitioned by a version, so that a new one can be built beside the one that is served; they are named in
/// `projection_tables` (Schema).
package protocol ReadModel: Sendable {
    /// As in `projections.name`, and how operators speak of it.
    var name: String { get }

    /// Folds the next events of the log into the rows of one version.
    ///
    /// - Parameters:
    ///   - events: ascending, without holes, never empty; they follow what was folded before.
    ///   - transaction: commits the rows together with the checkpoint, or neither.
    func apply(_ events: [LoggedEvent], version: Int, on transaction: PostgresConnection) async throws
}

/// All read models that this version of Waybill has.
package enum ReadModels {
    package static let all: [any ReadModel] = [OrderListModel(), StatsModel()]
}
