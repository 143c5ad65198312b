import Foundation

/// The text of a server's refusal, made fit for logs.
enum ServerMessage {
    /// The most characters.
    private static let longest = 400

    /// Cuts the text before the arguments that a server repeats of a command which it does not know: a password, or
    /// the events of a message, may be among them. Control characters become spaces.
    static func loggable(_ text: String) -> String {
        let end = text.range(of: ", with args")?.lowerBound ?? text.endIndex
        let scalars = text[..<end].unicodeScalars.prefix(longest).map { scalar in
            scalar.value < 0x20 || scalar.value == 0x7F ? " " : Character(scalar)
        }
        return String(scalars)
    }
}
