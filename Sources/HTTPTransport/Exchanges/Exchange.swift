import HTTPTypes

/// One request and its response, as far as the transport needs to know them.
struct Exchange: Sendable {
    /// The value of the response's `X-Request-Id`.
    let requestId: String
    /// Fields that the response gets beside those of the application.
    let fields: HTTPFields
    /// Fields that the response gets where the application's own do not say the same.
    let pathFields: HTTPFields
    /// True for HEAD, whose response has no body (RFC 9110, section 9.3.2).
    let isHead: Bool
    /// True where the client waits for `100 Continue` before it sends the body (RFC 9110, section 10.1.1).
    let expectsContinue: Bool
    /// True where the client never reads a final status that comes without `100 Continue` before it.
    let cannotDoWithoutContinue: Bool
    /// True where the client wants the connection to end after the response.
    let asksForClose: Bool
    /// The length of the body by its `Content-Length`; nil where the request names none.
    let declaredLength: Int?
    /// The response that the transport gives by itself; nil where the application answers.
    let answer: TransportAnswer?

    init(
        requestId: String,
        fields: HTTPFields = [:],
        pathFields: HTTPFields = [:],
        isHead: Bool = false,
        expectsContinue: Bool = false,
        cannotDoWithoutContinue: Bool = false,
        asksForClose: Bool = false,
        declaredLength: Int? = nil,
        answer: TransportAnswer? = nil
    ) {
        self.requestId = requestId
        self.fields = fields
        self.pathFields = pathFields
        self.isHead = isHead
        self.expectsContinue = expectsContinue
        self.cannotDoWithoutContinue = cannotDoWithoutContinue
        self.asksForClose = asksForClose
        self.declaredLength = declaredLength
        self.answer = answer
    }

    /// The head of the response with the fields that every response of the service has.
    ///
    /// - Parameter closes: the connection ends after the response.
    func completed(_ head: HTTPResponse, closes: Bool) -> HTTPResponse {
        var head = head
        for field in pathFields where head.headerFields[field.name]?.contains(field.value) != true {
            // A response may vary by several fields; all others have one value.
            if field.name != .vary { head.headerFields[field.name] = nil }
            head.headerFields.append(field)
        }
        head.headerFields.append(contentsOf: fields)
        head.headerFields[.requestId] = requestId
        if closes { head.headerFields[.connection] = "close" }
        // Without a length the encoder would announce chunks, and write the last of them.
        if isHead, head.headerFields[.contentLength] == nil { head.headerFields[.contentLength] = "0" }
        // Such a response has no body, and so no length (RFC 9110, section 8.6).
        if head.status == .noContent { head.headerFields[.contentLength] = nil }
        return head
    }
}
