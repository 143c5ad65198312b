/// A command that no order could accept, with every error in the order in which it was found.
///
/// Holds at most `InvalidCommand.limit` errors, which bounds the answer to a body of thousands of wrong members.
package struct InvalidCommand: Error, Sendable, Equatable {
    package let errors: [FieldError]

    package static let limit = 100

    package init(errors: [FieldError]) {
        self.errors = Array(errors.prefix(Self.limit))
    }
}
