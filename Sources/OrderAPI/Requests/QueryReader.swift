import Hummingbird
import Orders

/// A request's query, strictly: known names only, each at most once unless a list, percent-encoding intact.
struct QueryReader {
    private var values: [String: [String]] = [:]

    /// - Parameter known: the route's parameters; any other is refused, so that a typing error is no silent default.
    init(_ request: Request, known: Set<String>) throws {
        try self.init(request.uri.query.map { $0[...] }, known: known)
    }

    /// The same, given what follows the path's question mark.
    init(_ query: Substring?, known: Set<String>) throws {
        guard let query, !query.isEmpty else { return }
        guard query.utf8.count <= 8192 else { throw Problem(.invalidQuery, "The query is longer than 8 KiB.") }
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncodedText.decode(parts[0], plus: .space),
                let value = PercentEncodedText.decode(parts.count > 1 ? parts[1] : "", plus: .space)
            else {
                throw Problem(.invalidQuery, "The query's percent-encoding is broken.")
            }
            guard known.contains(name) else {
                let names = known.sorted().joined(separator: ", ")
                throw Problem(
                    .invalidQuery,
                    "This route has no such parameter; it has: \(names.isEmpty ? "none" : names)."
                )
            }
            values[name, default: []].append(value)
        }
    }

    /// The parameter's text; nil when absent.
    func text(_ name: String) throws -> String? {
        guard let all = values[name] else { return nil }
        guard all.count == 1 else { throw Problem(.invalidQuery, "“\(name)” stands more than once.") }
        guard !all[0].isEmpty else { throw Problem(.invalidQuery, "“\(name)” is empty; leave it out.") }
        return all[0]
    }

    /// A position as text. Where one is sent, empty means absent.
    func position(_ name: String) throws -> String? {
        values[name] == [""] ? nil : try text(name)
    }

    /// A list: repeated, or separated by commas.
    func list(_ name: String) throws -> [String] {
        let elements = (values[name] ?? []).flatMap {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        guard !elements.contains("") else { throw Problem(.invalidQuery, "“\(name)” holds an empty element.") }
        return elements
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

    /// A time of RFC 3339. A `+` of its offset that was not escaped has become a space.
    func time(_ name: String) throws -> Timestamp? {
        guard let text = try text(name) else { return nil }
        guard let time = Timestamp(rfc3339: String(text.map { $0 == " " ? "+" : $0 })) else {
            throw Problem(.invalidQuery, "“\(name)” is a time of RFC 3339, such as 2026-01-31T12:00:00Z.")
        }
        return time
    }
}
