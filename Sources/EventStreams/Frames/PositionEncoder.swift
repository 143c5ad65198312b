package import OrderLog
package import Orders

/// Encodes positions for an audience: staff get the plain text, customers an encrypted one, which does not reveal the
/// shop's volume.
package struct PositionEncoder: Sendable {
    private let seal: @Sendable (LogPosition) -> String

    /// - Parameter seal: encrypts a position for customers.
    package init(seal: @escaping @Sendable (LogPosition) -> String) {
        self.seal = seal
    }

    /// The position's text for an audience.
    package func callAsFunction(_ position: LogPosition, for audience: Audience) -> String {
        switch audience {
        case .staff: position.description
        case .customer: seal(position)
        }
    }
}
