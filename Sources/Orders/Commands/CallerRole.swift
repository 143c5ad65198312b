/// Who gives commands, as far as the choice of commands depends on it.
package enum CallerRole: String, Sendable, CaseIterable {
    case backend, customer, staff, `operator`

    /// Whether this caller may give the command at all, whatever the order's state.
    package func may(_ command: CommandName) -> Bool {
        switch self {
        case .backend: true
        case .staff: command != .placeOrder && !command.isFact
        case .customer, .operator: false
        }
    }
}
