/// The id under which a command is recognised when it is sent again.
package enum CommandId {
    /// Tells whether a text is a command id: 1 to 255 printable ASCII characters.
    package static func isValid(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}
