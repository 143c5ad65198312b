package import Access
package import Orders

extension Permission {
    /// The permission that a route for single commands asks for: what staff may not give, a shop's backend alone gives.
    package static func command(_ name: CommandName) -> Permission {
        CallerRole.staff.may(name) ? .otherCommands : .placeAndReport
    }
}
