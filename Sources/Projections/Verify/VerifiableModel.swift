package import Foundation
import OrderLog
package import Orders
package import Postgres

/// A read model whose stored rows can be compared with the log. The expected values are folded as for a replay.
package protocol VerifiableModel: ReplayableModel {
    /// The tables that hold rows of single orders.
    var orderTables: [String] { get }

    /// The other tables that `selectStored` reads.
    var otherTables: [String] { get }

    /// Selects the rows of some orders, one for each that has any.
    func selectStored(_ ids: [UUID], version: Int) -> PostgresQuery

    /// Decodes the rows of `selectStored`.
    func decodeStored(_ rows: PostgresResult) throws -> [UUID: StoredFields]

    /// The values that the rows of a folded order should have, without its state.
    func expectedFields(of entry: Entry) -> StoredFields

    /// The folded order, of which rows hold the state at one of its versions; nil where the model holds no states.
    func order(of entry: Entry) -> Order?

    /// Loads every row that belongs to no single order, as fields by name. Sums of zero may be left out, here and in
    /// `expectedSums`.
    func storedSums(version: Int, on connection: PostgresConnection) async throws -> StoredFields

    /// Adds the sums over some orders to those over others.
    func merge(_ sums: Sums, into total: inout Sums)

    /// The values that those fields should have.
    ///
    /// - Parameter last: the time at which the last event of the sums was recorded.
    func expectedSums(_ sums: Sums, recordedThrough last: Timestamp) -> StoredFields

    /// Compares the model's tables that have no versions with the events up to a position, and finds the stray rows of
    /// `otherTables`.
    func compareOtherTables(
        in pool: PostgresPool,
        through head: Int64,
        report: (Difference) -> Void
    ) async throws
}

extension VerifiableModel {
    package var otherTables: [String] { [] }

    package func compareOtherTables(
        in pool: PostgresPool,
        through head: Int64,
        report: (Difference) -> Void
    ) async throws {}
}

extension VerifiableModel {
    package func order(of entry: Entry) -> Order? { nil }
}

extension VerifiableModel where Sums == Void {
    package func storedSums(version: Int, on connection: PostgresConnection) async throws -> StoredFields { [:] }
    package func merge(_ sums: Void, into total: inout Void) {}
    package func expectedSums(_ sums: Void, recordedThrough last: Timestamp) -> StoredFields { [:] }
}
