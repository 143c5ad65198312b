package import Foundation

/// The facts about an order that a refusal carries.
package struct OrderFacts: Sendable {
    package let orderId: UUID
    package let status: String
    package let version: Int
    package let allowedCommands: [String]
}
