/// The columns of a stored event that its payload takes values from.
struct StoredColumns {
    let occurredAt: Timestamp
    let number: String
    let shop: String
    let customer: String
}
