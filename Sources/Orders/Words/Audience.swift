/// The audience of a representation: customers see `data`, staff also see `internal`.
package enum Audience: String, Sendable, CaseIterable {
    case customer, staff
}
