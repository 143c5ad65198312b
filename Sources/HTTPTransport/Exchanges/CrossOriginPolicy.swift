package import HTTPTypes

/// The pages of other origins that may use the service (the CORS protocol of the Fetch standard, section 3.2).
///
/// Credentials are never allowed: bearer tokens need none.
package struct CrossOriginPolicy: Sendable {
    /// The origins that are allowed, as browsers write them.
    package enum Origins: Sendable, Equatable {
        case any
        case these(Set<String>)
    }

    private let origins: Origins
    private let preflightFields: HTTPFields
    private let exposedFields: String
    private let isShared: @Sendable (_ path: Substring) -> Bool

    /// The seconds for which a browser may remember the answer to a preflight. Chromium keeps it for two hours at most.
    private static let maximumAgeSeconds = 7200

    /// - Parameters:
    ///   - methods: the methods that scripts may use.
    ///   - requestFields: the header fields that scripts may send.
    ///   - exposedFields: the header fields of responses that scripts may read.
    ///   - isShared: false for a path, without its query, that other origins may not use.
    package init(
        origins: Origins,
        methods: [HTTPRequest.Method],
        requestFields: [HTTPField.Name],
        exposedFields: [HTTPField.Name],
        isShared: @escaping @Sendable (_ path: Substring) -> Bool = { _ in true }
    ) {
        self.origins = origins
        self.exposedFields = Self.list(exposedFields)
        self.isShared = isShared
        preflightFields = [
            .accessControlAllowMethods: methods.map(\.rawValue).joined(separator: ", "),
            .accessControlAllowHeaders: Self.list(requestFields),
            .accessControlMaxAge: String(Self.maximumAgeSeconds),
        ]
    }

    private static func list(_ names: [HTTPField.Name]) -> String {
        names.map(\.rawName).joined(separator: ", ")
    }

    /// True for a request of a page whose origin is allowed. Frames and images name no origin.
    package func allows(_ request: HTTPRequest) -> Bool { allowedOrigin(of: request) != nil }

    /// The fields that the response to a request gets.
    func fields(for request: HTTPRequest) -> HTTPFields {
        var fields: HTTPFields = [.vary: "Origin"]
        guard let origin = allowedOrigin(of: request) else { return fields }
        fields[.accessControlAllowOrigin] = origin
        if !exposedFields.isEmpty { fields[.accessControlExposeHeaders] = exposedFields }
        return fields
    }

    /// The response to a preflight; nil for any other request, and where the origin is not allowed. It gets
    /// `fields(for:)` too, as any response does.
    func answer(toPreflight request: HTTPRequest) -> TransportAnswer? {
        guard request.method == .options, request.headerFields[.accessControlRequestMethod] != nil,
            allowedOrigin(of: request) != nil
        else { return nil }
        return TransportAnswer(status: .noContent, fields: preflightFields)
    }

    private func allowedOrigin(of request: HTTPRequest) -> String? {
        guard let origin = request.headerFields[.origin],
            isShared((request.path ?? "").prefix { $0 != "?" && $0 != "#" })
        else { return nil }
        switch origins {
        case .any: return "*"
        case .these(let allowed): return allowed.contains(origin) ? origin : nil
        }
    }
}
