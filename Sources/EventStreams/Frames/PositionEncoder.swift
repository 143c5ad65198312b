package import OrderLog
package import Orders

/// How each audience reads a position: staff as it is, customers sealed, so that it does not tell the shop's volume.
package struct PositionEncoder: Sendable {
    private let seal: @Sendable (LogPosition) -> String

    package init(seal: @escaping @Sendable (LogPosition) -> String) {
        self.seal = seal
    }

    package func callAsFunction(_ position: LogPosition, for audience: Audience) -> String {
        switch audience {
        case .staff: position.description
        case .customer: seal(position)
        }
    }
}
