import StrictJSON

/// The name under which a command is recognised when it is sent again.
package enum CommandId {
    /// 1 to 255 printable ASCII characters.
    package static func isValid(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}

extension Field where Value == String {
    static var commandId: Field {
        .checked(
            "must be a text of 1 to 255 printable ASCII characters",
            as: ["type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"]
        ) { value in
            value.string.flatMap { CommandId.isValid($0) ? $0 : nil }
        }
    }
}
