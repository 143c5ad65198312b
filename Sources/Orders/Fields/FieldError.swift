/// One error in a command's body.
package struct FieldError: Sendable, Equatable {
    /// The path of the wrong value in the body (RFC 6901).
    package let pointer: String
    package let message: String

    package init(pointer: String, message: String) {
        self.pointer = pointer
        self.message = message
    }
}
