package import Foundation
package import Orders

/// A tracking link, without its token, which nobody can read again.
package struct TrackingLink: Sendable, Equatable {
    package let linkId: UUID
    package let expiresAt: Timestamp
}
