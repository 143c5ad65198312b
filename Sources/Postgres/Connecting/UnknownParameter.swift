import CLibPQ

/// A parameter of a connection string that libpq does not know, and the known one that is most like it.
struct UnknownParameter {
    /// The parameter's name; nil where it may be a part of a password.
    private let name: String?
    private let nearest: String?

    /// - Parameters:
    ///   - refusal: libpq's words, such as `invalid URI query parameter: "target_session_attr"`.
    ///   - text: the connection string.
    /// - Returns: nil where libpq refuses the string for another reason.
    init?(_ refusal: String, of text: String) {
        let pattern = #/invalid (?:URI query parameter:|connection option) "(?<name>.*)"/#.dotMatchesNewlines()
        guard let match = refusal.firstMatch(of: pattern) else { return nil }
        let name = String(match.name)
        let best = Self.known.map { (name: $0, distance: Self.distance(name.lowercased(), $0)) }
            .min { $0.distance < $1.distance }
        nearest = best.flatMap { $0.distance <= max(2, $0.name.count / 3) ? $0.name : nil }
        let isWord = name.count <= 40 && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        self.name = isWord && (nearest != nil || !Self.mayBePassword(name, in: text)) ? name : nil
    }

    var message: String {
        let unknown = name.map { "the database URL has the unknown parameter \($0)" }
        let hint = name == nil ? nil : nearest.map { "; is it \($0)?" }
        return (unknown ?? "the database URL has an unknown parameter")
            + (hint ?? ": libpq's \"Parameter Key Words\" are the known ones")
    }

    /// True where a password that was not escaped may go on into the name: one with `?` or `&` in a URL, or with a
    /// space elsewhere.
    private static func mayBePassword(_ name: String, in text: String) -> Bool {
        guard text.contains("://") else { return text.contains("password") }
        guard let query = text.firstIndex(of: "?") else { return true }
        return text[query...].contains("@")
    }

    /// The names of libpq's parameters.
    private static var known: [String] {
        guard let options = PQconndefaults() else { return [] }
        defer { PQconninfoFree(options) }
        var names: [String] = []
        var option = options
        while let keyword = option.pointee.keyword {
            names.append(String(cString: keyword))
            option += 1
        }
        return names
    }

    /// The number of characters to put in, take out or change.
    private static func distance(_ a: String, _ b: String) -> Int {
        let b = Array(b)
        var row = Array(0...b.count)
        for (index, character) in a.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for place in b.indices {
                let replaced = diagonal + (character == b[place] ? 0 : 1)
                diagonal = row[place + 1]
                row[place + 1] = min(replaced, row[place] + 1, row[place + 1] + 1)
            }
        }
        return row[b.count]
    }
}
