package import Foundation

/// A link that a token has opened.
package struct LiveLink: Sendable, Equatable {
    package let linkId: UUID
    package let orderId: UUID
    /// The shop of the order.
    package let shop: String
    /// The seconds until the link expires, by the database's clock, which all processes share.
    package let remainingSeconds: Double

    /// The scope in which the order is read, beside its id.
    package var scope: ReadScope { ReadScope(shops: [shop]) }
}
