extension Order {
    /// Tells whether a fact of this id is known: nil names none.
    ///
    /// - Parameters:
    ///   - known: the fact that the order has under the id.
    ///   - differences: the names of the fields in which the new report differs.
    ///   - id: the id, for the message.
    /// - Throws: `factIdReused` where the same id comes with other content, which would be lost in silence otherwise.
    func isKnown<Fact>(
        _ known: Fact?,
        _ differences: (Fact) -> [String],
        id: String
    ) throws(Rejection) -> Bool {
        guard let known else { return false }
        let names = differences(known)
        guard names.isEmpty else {
            throw Rejection(
                .factIdReused,
                "The id \(id) is known with another \(names.joined(separator: ", ")). Retract it, then use a new id."
            )
        }
        return true
    }
}
