import Hummingbird
import Orders

/// Reads a request's query strictly: only the route's parameters, each at most once unless it is a list.
///
/// A stream's query is read less strictly, since browsers give up for ever at another status than 200, and what opens
/// streams adds parameters: `_`, `t` and `ts` against caches, and a polyfill `lastEventId`, again with each return.
struct QueryReader {
    private var values: [String: [String]] = [:]
    private var isStream = false

    /// - Parameter parameters: the route's parameters. Any other is refused, so that a misspelt one is not ignored.
    init(_ request: Request, parameters: Set<String>) throws {
        try self.init(request.uri.query.map { $0[...] }, parameters: parameters)
    }

    /// Reads the query of a stream: of a parameter given twice the last counts, and names that are used against
    /// caches are ignored.
    init(ofStream query: Substring?, parameters: Set<String>) throws {
        isStream = true
        try read(query, parameters)
        values = values.compactMapValues { $0.last.map { [$0] } }
    }

    /// Reads a query, given the text that follows the path's question mark.
    init(_ query: Substring?, parameters: Set<String>) throws {
        try read(query, parameters)
    }

    private mutating func read(_ query: Substring?, _ parameters: Set<String>) throws {
        guard let query, !query.isEmpty else { return }
        guard query.utf8.count <= 8192 else { throw Problem(.invalidQuery, "The query is longer than 8 KiB.") }
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = PercentEncodedText.decode(parts[0], plus: .space)
            if isStream, let name, name.hasPrefix("_") || name == "t" || name == "ts" { continue }
            guard let name,
                let value = PercentEncodedText.decode(parts.count > 1 ? parts[1] : "", plus: .space)
            else {
                throw Problem(.invalidQuery, "The query's percent-encoding is broken.")
            }
            guard parameters.contains(name) else {
                let names = parameters.sorted().joined(separator: ", ")
                throw Problem(
                    .invalidQuery,
                    names.isEmpty
                        ? "This route takes no parameters."
                        : "This route has no such parameter; it has: \(names)."
                )
            }
            values[name, default: []].append(value)
        }
    }

    /// The parameter's text; nil when absent.
    func text(_ name: String) throws -> String? {
        guard let all = values[name] else { return nil }
        guard all.count == 1 else { throw Problem(.invalidQuery, "“\(name)” is given more than once.") }
        guard !all[0].isEmpty else { throw Problem(.invalidQuery, "“\(name)” is empty; leave it out.") }
        return all[0]
    }

    /// A position's text; nil when absent or empty.
    func position(_ name: String) throws -> String? {
        values[name] == [""] ? nil : try text(name)
    }

    /// The elements of a list, which is repeated or separated by commas.
    func list(_ name: String) throws -> [String] {
        let elements = (values[name] ?? []).flatMap {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        guard !elements.contains("") else { throw Problem(.invalidQuery, "“\(name)” holds an empty element.") }
        return elements
    }

    /// The elements of a list of an enumeration's words.
    func words<Word: RawRepresentable<String>>(_ name: String, of type: Word.Type) throws -> Set<String> {
        let words = try list(name)
        for word in words where Word(rawValue: word) == nil {
            throw Problem(.invalidQuery, "“\(word.prefix(64))” is not a value of “\(name)”.")
        }
        return Set(words)
    }

    /// One word of an enumeration; nil when absent.
    func word<Word: WireWord>(_ name: String, of type: Word.Type) throws -> Word? {
        guard let text = try text(name) else { return nil }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.invalidQuery, "“\(name)” is one of \(words).")
        }
        return word
    }

    func number(_ name: String, in range: ClosedRange<Int>, default fallback: Int) throws -> Int {
        guard let text = try text(name) else { return fallback }
        guard let number = Int(text), range.contains(number), text.utf8.first != UInt8(ascii: "+") else {
            throw Problem(.invalidQuery, "“\(name)” is a number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    func flag(_ name: String) throws -> Bool {
        switch try text(name) {
        case nil, "false": false
        case "true": true
        default: throw Problem(.invalidQuery, "“\(name)” is true or false.")
        }
    }

    /// A time (RFC 3339). An unescaped `+` of its offset reads as a space, and counts as `+` again.
    func time(_ name: String) throws -> Timestamp? {
        guard let text = try text(name) else { return nil }
        guard let time = Timestamp(rfc3339: String(text.map { $0 == " " ? "+" : $0 })) else {
            throw Problem(.invalidQuery, "“\(name)” is a time (RFC 3339), such as 2026-01-31T12:00:00Z.")
        }
        return time
    }
}
