package import Foundation
import OrderLog
package import Postgres

/// A projection whose stored rows can be held against the log. What is expected is folded as for a replay.
package protocol VerifiableModel: ReplayableModel {
    /// The tables that hold rows of single orders.
    var orderTables: [String] { get }

    /// The rows of these orders, one for each that has any, in one statement.
    func stored(_ ids: [UUID], version: Int) -> PostgresQuery

    /// A row of `stored`, field by field.
    func stored(_ row: PostgresRow) throws -> (orderId: UUID, fields: StoredFields)

    /// What the fields of a folded order should be.
    func expected(_ entry: Entry) -> StoredFields

    /// Every row that belongs to no single order, as fields by name; what sums to nothing may be left out on either side.
    func storedSums(version: Int, on connection: PostgresConnection) async throws -> StoredFields

    /// What those fields should be.
    ///
    /// - Parameter last: when the last event of the sums was recorded.
    func expected(_ sums: [Sums], recordedThrough last: PostgresTimestamp) -> StoredFields
}

/// Values as they are compared and shown, by the names of their fields. What is not there is NULL.
package typealias StoredFields = [String: String]

extension VerifiableModel where Sums == Void {
    package func storedSums(version: Int, on connection: PostgresConnection) async throws -> StoredFields { [:] }
    package func expected(_ sums: [Void], recordedThrough last: PostgresTimestamp) -> StoredFields { [:] }
}

/// One value that is not what the log says.
package struct Difference: Sendable, Hashable {
    /// As in `projections.name`.
    package let projection: String
    /// Nil for a value that belongs to no single order.
    package let orderId: UUID?
    /// The column, or the place in the state's JSON.
    package let field: String
    /// Nil for nothing.
    package let stored: String?
    /// Nil for nothing.
    package let expected: String?
}

extension Difference: CustomStringConvertible {
    package var description: String {
        let place = orderId.map { "order \($0.uuidString.lowercased()) " } ?? ""
        return "\(projection): \(place)\(field): stored \(stored ?? "nothing"), expected \(expected ?? "nothing")"
    }
}

extension ReadModels {
    static let verifiable: [any VerifiableModel] = [CurrentModel(), OrderListModel(), StatsModel()]
}
