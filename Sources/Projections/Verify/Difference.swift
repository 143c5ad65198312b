package import Foundation

/// One value that is not what the log says.
package struct Difference: Sendable, Hashable {
    /// The projection's name, as in `projections.name`.
    package let projection: String
    /// The order that the value belongs to; nil for a value that belongs to no single order.
    package let orderId: UUID?
    /// The column, or the place in the state's JSON.
    package let field: String
    /// The stored value; nil when there is none.
    package let stored: String?
    /// The value according to the log; nil when there should be none.
    package let expected: String?
}

extension Difference: CustomStringConvertible {
    package var description: String {
        let place = orderId.map { "order \($0.uuidString.lowercased()) " } ?? ""
        return "\(projection): \(place)\(field): stored \(stored ?? "nothing"), expected \(expected ?? "nothing")"
    }
}
