import StrictJSON

/// A reason of which customers read another word where the true one is not for them.
protocol RedactableReason: WireWord {
    /// The word that customers read.
    var shown: Self { get }
}

extension JSONWriter {
    /// Writes the true reason, for staff, where customers read another one.
    mutating func trueReason<Reason: RedactableReason>(_ reason: Reason) {
        if reason.shown != reason { field("reason", reason) }
    }
}

extension StoredFields {
    /// Reads the reason that customers see, and the true one where `internal` holds it.
    ///
    /// - Returns: the true reason; nil with an error where the event names none.
    mutating func reason<Reason: RedactableReason>() -> Reason? {
        let shown: Reason? = data.required("reason", .word)
        let hidden: Reason? = `internal`.optional("reason", .word)
        return hidden ?? shown
    }
}
