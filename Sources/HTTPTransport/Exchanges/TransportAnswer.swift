package import HTTPTypes

/// A whole response that is given without the framework: by the transport itself, or by a handler of the application.
package struct TransportAnswer: Sendable {
    package let status: HTTPResponse.Status
    package var fields: HTTPFields
    package let body: [UInt8]
    /// True where the connection ends after the response.
    package var closesConnection: Bool

    package init(
        status: HTTPResponse.Status,
        fields: HTTPFields = [:],
        body: [UInt8] = [],
        closesConnection: Bool = false
    ) {
        self.status = status
        self.fields = fields
        self.body = body
        self.closesConnection = closesConnection
    }

    /// The head of the response at this time.
    package var head: HTTPResponse {
        var fields = fields
        if status != .noContent { fields[.contentLength] = String(body.count) }
        fields[.date] = HTTPDate.now
        return HTTPResponse(status: status, headerFields: fields)
    }
}

/// A condition in which the transport answers instead of the application.
package enum TransportFault: Sendable {
    /// The bytes are no request of HTTP, or its header fields are too long.
    case malformedRequest
    /// CONNECT: the service is no proxy.
    case connectMethod
    /// There are as many connections as the service can hold.
    case tooManyConnections
}

/// Words the response to a fault, since the application knows the form of its errors.
package typealias FaultResponder = @Sendable (TransportFault) -> TransportAnswer
