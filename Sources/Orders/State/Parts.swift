/// A reason not to go on, open until it is released. Its id stays taken afterwards.
package struct Hold: Sendable, Equatable {
    package let holdId: String
    /// The true one; customers read `shown`.
    package let reason: HoldReason
    package let note: String?
    package let since: Timestamp
    package internal(set) var isReleased: Bool
}

/// Delivered units on their way back.
package struct Return: Sendable, Equatable {
    package let returnId: String
    package internal(set) var status: ReturnStatus
    package let lines: [LineQuantity]
    package let reason: String
    package internal(set) var note: String?

    package var isPending: Bool { status == .requested || status == .approved }
}

package struct Note: Sendable, Equatable {
    package let text: String
    package let at: Timestamp
    package let visibility: NoteVisibility
}

/// A contradiction that nobody has looked at yet.
package struct OpenAnomaly: Sendable, Equatable {
    /// Of the event that raised it.
    package let version: Int
    package let code: AnomalyCode
    package let message: String
    package let at: Timestamp
}
