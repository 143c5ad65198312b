import HTTPTransport
package import HTTPTypes

/// A response by another status than 200.
package struct SubscriptionRefusal: Sendable {
    package let status: HTTPResponse.Status
    package let fields: HTTPFields
    package let body: [UInt8]

    package init(status: HTTPResponse.Status, fields: HTTPFields, body: [UInt8]) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The fields with those of every whole response.
    var completeFields: HTTPFields {
        var fields = fields
        fields[.date] = HTTPDate.now
        fields[.contentLength] = String(body.count)
        return fields
    }
}
