package import HTTPTypes
import Primitives

/// The content codings that a client accepts (RFC 9110, section 12.5.3).
package struct AcceptedCodings {
    package let acceptsGzip: Bool

    package init(_ fields: HTTPFields) {
        let elements = fields[values: .acceptEncoding].flatMap { $0.lowercased().split(separator: ",") }.map {
            element in
            element.split(separator: ";").map { $0.trimmingASCIIWhitespace() }
        }
        let named = elements.first { $0.first == "gzip" || $0.first == "x-gzip" } ?? elements.first { $0.first == "*" }
        let weight = named?.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
        acceptsGzip = named != nil && weight != 0
    }
}
