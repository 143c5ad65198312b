import StrictJSON

/// A line of a bulk request that the service did not accept.
struct RefusedLine {
    /// From 1.
    let number: Int64
    let orderId: String?
    /// The problem's stable word.
    let code: String?
    /// The whole problem, for people.
    let text: String

    init(_ result: JSONObject) {
        let problem = result["problem"]?.object
        number = result["line"]?.integer ?? 0
        orderId = result["orderId"]?.string
        code = problem?["code"]?.string
        text = problem.map(Self.text) ?? "no reason was given"
    }

    /// True where the reason is that the order does not exist, as after a refused `placeOrder`.
    var isForUnknownOrder: Bool { code == "notFound" }

    private static func text(of problem: JSONObject) -> String {
        let fields = (problem["errors"]?.array ?? []).compactMap { error -> String? in
            guard let pointer = error.object?["pointer"]?.string, let message = error.object?["message"]?.string else {
                return nil
            }
            return "\(pointer) \(message)"
        }
        var text: [String] = []
        // The reason may be the code again.
        for name in ["code", "reason", "detail"] {
            if let word = problem[name]?.string, text.last != word { text.append(word) }
        }
        let words = ["\(problem["status"]?.integer ?? 0) " + text.joined(separator: ": ")] + fields
        return TerminalText.plain(words.joined(separator: "; "))
    }
}
