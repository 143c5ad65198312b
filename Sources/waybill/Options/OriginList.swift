import ArgumentParser
import Foundation
import HTTPTransport

/// A list of origins of pages, as an option gives it.
enum OriginList {
    /// - Parameter name: the option or the variable, for the error.
    /// - Throws: `ValidationError` for a text that no browser would send as an origin.
    static func parse(_ text: String, named name: String) throws -> CrossOriginPolicy.Origins {
        let names = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        if names == ["*"] { return .any }
        guard !names.isEmpty else { throw failure(name, text) }
        return .these(Set(try names.map { try origin($0, named: name) }))
    }

    /// The origin as browsers write it: in lower case, without the scheme's usual port and without a slash.
    private static func origin(_ text: String, named name: String) throws -> String {
        guard var parts = URLComponents(string: text.lowercased()), let scheme = parts.scheme,
            ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty, !host.contains("*"),
            ["", "/"].contains(parts.path), parts.query == nil, parts.fragment == nil, parts.user == nil,
            parts.password == nil
        else { throw failure(name, text) }
        parts.path = ""
        if parts.port == (scheme == "https" ? 443 : 80) { parts.port = nil }
        guard let origin = parts.string else { throw failure(name, text) }
        return origin
    }

    private static func failure(_ name: String, _ text: String) -> ValidationError {
        ValidationError(
            """
            \(name) must be * or a list of origins such as https://shop.example or http://localhost:3000, not \
            “\(TerminalText.plain(text))”.
            """
        )
    }
}
