extension Order {
    /// Tells whether a fact of this id is known.
    ///
    /// - Parameters:
    ///   - known: the fact that the order has under the id; nil for a new id.
    ///   - differences: the names of the fields in which the new report differs from it.
    ///   - id: the id, for the message.
    ///   - isRetractable: whether a command takes such a fact back.
    /// - Throws: `factIdReused` where the same id comes with other content, which would be lost in silence otherwise.
    func isKnown<Fact>(
        _ known: Fact?,
        differences: (Fact) -> [String],
        id: String,
        isRetractable: Bool = true
    ) throws(Rejection) -> Bool {
        guard let known else { return false }
        let names = differences(known)
        guard names.isEmpty else {
            let way = isRetractable ? "Retract it, then report under a new id." : "Report another one under a new id."
            throw Rejection(
                .factIdReused,
                "The id \(id) is known with another \(names.joined(separator: ", ")). \(way)"
            )
        }
        return true
    }
}
