import HTTPTypes

/// Makes an exchange of a request's header: reads what the transport needs to know, and decides whether the transport
/// answers by itself.
struct ExchangeFactory {
    private let version: ExchangeState.Version
    private let settings: ExchangeSettings

    init(_ version: ExchangeState.Version, _ settings: ExchangeSettings) {
        self.version = version
        self.settings = settings
    }

    /// The exchange of a request, which gets the field by which the application learns its identifier.
    func exchange(for request: inout HTTPRequest) -> Exchange {
        let fields = request.headerFields
        let requestId = RequestIdentifier.choose(fields[.requestId])
        // Without either field an HTTP/1.1 request has no body (RFC 9112, section 6.3).
        let hasNoBody = version == .http1 && fields[.transferEncoding] == nil
        request.headerFields[.assignedRequestId] = requestId
        let expectsContinue = fields[.expect].map { $0.lowercased() == "100-continue" } ?? false
        return Exchange(
            requestId: requestId,
            fields: settings.crossOrigins?.fields(for: request) ?? [:],
            pathFields: settings.pathFields(request),
            isHead: request.method == .head,
            expectsContinue: expectsContinue,
            cannotDoWithoutContinue: expectsContinue && Self.cannotDoWithoutContinue(fields[.userAgent]),
            asksForClose: version == .http1 && ConnectionTokens.contain("close", in: fields),
            declaredLength: fields[.contentLength].map { Int($0) } ?? (hasNoBody ? 0 : nil),
            answer: answer(to: request)
        )
    }

    /// The exchange of bytes that are no request.
    func exchangeForMalformedBytes() -> Exchange {
        Exchange(
            requestId: RequestIdentifier.make(),
            fields: settings.crossOrigins == nil ? [:] : [.vary: "Origin"],
            answer: settings.faults(.malformedRequest)
        )
    }

    /// The response to a request that the application does not get.
    private func answer(to request: HTTPRequest) -> TransportAnswer? {
        if request.method == .connect { return settings.faults(.connectMethod) }
        if let answer = settings.crossOrigins?.answer(toPreflight: request) { return answer }
        // The server as a whole (RFC 9110, section 9.3.7).
        guard request.path == "*" else { return nil }
        guard request.method == .options else { return settings.faults(.malformedRequest) }
        return TransportAnswer(status: .noContent, fields: [.allow: "GET, HEAD, POST, DELETE, OPTIONS"])
    }

    /// Tells whether a client that sent `Expect: 100-continue` waits for ever where a final status comes at once:
    /// Java's own does, up to and with version 19 (JDK-8286171).
    private static func cannotDoWithoutContinue(_ userAgent: String?) -> Bool {
        let name = "Java-http-client/"
        guard let userAgent, userAgent.hasPrefix(name) else { return false }
        return Int(userAgent.dropFirst(name.count).prefix { $0.isNumber }).map { $0 < 20 } ?? false
    }
}
