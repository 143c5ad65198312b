/// The parcel of a scan that names it by tracking number: what carriers know.
package struct ScanTarget: Sendable {
    /// The carrier; compared where both are known.
    package let carrier: String?
    /// The tracking number in the form in which numbers are compared.
    package let numberKey: String
    /// The shop whose parcels are searched; nil where the caller names none.
    package let shop: String?
    package let scanId: String
    package let occurredAt: Timestamp
}
