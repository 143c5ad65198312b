import HTTPTypes

/// One request and its response, as far as the transport needs to know them.
struct Exchange: Sendable {
    /// The value of the response's `X-Request-Id`.
    let requestId: String
    /// Fields that the response gets beside those of the application.
    let fields: HTTPFields
    /// True for HEAD, whose response has no body (RFC 9110, section 9.3.2).
    let isHead: Bool
    /// True where the client waits for `100 Continue` before it sends the body (RFC 9110, section 10.1.1).
    let expectsContinue: Bool
    /// True where the client wants the connection to end after the response.
    let asksForClose: Bool
    /// The length of the body by its `Content-Length`; nil where the request names none.
    let declaredLength: Int?
    /// The response that the transport gives by itself; nil where the application answers.
    let answer: TransportAnswer?

    init(
        requestId: String,
        fields: HTTPFields = [:],
        isHead: Bool = false,
        expectsContinue: Bool = false,
        asksForClose: Bool = false,
        declaredLength: Int? = nil,
        answer: TransportAnswer? = nil
    ) {
        self.requestId = requestId
        self.fields = fields
        self.isHead = isHead
        self.expectsContinue = expectsContinue
        self.asksForClose = asksForClose
        self.declaredLength = declaredLength
        self.answer = answer
    }
}
