import OrderLog
import Orders

/// The customer's page of a tracking link, in plain HTML without scripts.
enum TrackPage {
    /// The page of a link that is alive.
    static func text(of stored: StoredOrder) -> String {
        let order = stored.order
        return page(
            title: "Order \(order.number)",
            """
            <h1>Order \(escaped(order.number))</h1>
            <p>Status: <strong>\(escaped(order.headline.rawValue))</strong></p>
            <p>Last change: <time>\(stored.recordedAt.rfc3339)</time></p>
            """
        )
    }

    /// The page of a link that is dead.
    static let dead = page(
        title: "Link not found",
        """
        <h1>This link leads nowhere</h1>
        <p>It has expired, was revoked, or is incomplete. The shop can send you another one.</p>
        """
    )

    private static func page(title: String, _ body: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <meta name="referrer" content="no-referrer">
        <title>\(escaped(title))</title>
        <style>body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem }</style>
        <main>
        \(body)
        </main>
        </html>

        """
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
    }
}
