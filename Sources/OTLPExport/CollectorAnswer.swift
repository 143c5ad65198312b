import Foundation
import NIOHTTP1
import StrictJSON

/// A collector's answer to an export, as far as the exporter tells answers apart (OTLP, "OTLP/HTTP Response").
enum CollectorAnswer: Sendable, Hashable {
    /// The spans were taken, but for some.
    case taken(rejected: Int)
    /// The collector cannot take them now.
    case busy(status: UInt, retryAfter: Duration?)
    /// The collector will never take them.
    case refused(status: UInt)

    /// The longest pause for which a collector may ask.
    private static let longestPause = 300.0

    init(_ status: HTTPResponseStatus, _ fields: HTTPHeaders, body: [UInt8], now: Date = Date()) {
        switch status.code {
        case 200..<300: self = .taken(rejected: Self.rejected(body))
        case 429, 502, 503, 504:
            let pause = fields["Retry-After"].first.flatMap { Self.seconds($0, now) }
            self = .busy(status: status.code, retryAfter: pause.map { .seconds(min($0, Self.longestPause)) })
        default: self = .refused(status: status.code)
        }
    }

    /// The seconds of a `Retry-After`, which is a number or a date (RFC 9110, section 10.2.3).
    private static func seconds(_ text: String, _ now: Date) -> Double? {
        if let number = Int(text) { return number < 0 ? nil : Double(number) }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return format.date(from: text).map { max(0, $0.timeIntervalSince(now)) }
    }

    /// The number of spans that the collector did not take, by the `partialSuccess` of its answer.
    private static func rejected(_ body: [UInt8]) -> Int {
        guard case .object(let answer)? = try? JSONValue.parse(body),
            case .object(let partial)? = answer["partialSuccess"]
        else { return 0 }
        switch partial["rejectedSpans"] {
        case .string(let text)?: return max(0, Int(text) ?? 0)
        case .number(let number)?: return max(0, Int(number.text) ?? 0)
        default: return 0
        }
    }
}
