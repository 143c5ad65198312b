/// One thing wrong with a command's body, and where (RFC 6901).
package struct FieldError: Sendable, Equatable {
    package let pointer: String
    package let message: String

    package init(pointer: String, message: String) {
        self.pointer = pointer
        self.message = message
    }
}

/// A command that no order could accept: everything that is wrong with it, in the order in which it was found.
///
/// Holds at most `InvalidCommand.limit` errors, so that an absurd body does not earn an absurd answer.
package struct InvalidCommand: Error, Sendable, Equatable {
    package let errors: [FieldError]

    package static let limit = 100

    package init(errors: [FieldError]) {
        self.errors = Array(errors.prefix(Self.limit))
    }
}
