import HTTPTransport
package import HTTPTypes
package import Hummingbird
import NIOCore
import StrictJSON

extension Response {
    /// A response in JSON. No cache may store it, since it is for its caller alone.
    package static func json(
        _ bytes: [UInt8],
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) -> Response {
        Response(.json(bytes, status: status, fields: headers))
    }

    /// A response as the framework has it.
    init(_ answer: TransportAnswer) {
        let body = ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
        self.init(status: answer.status, headers: answer.fields, body: body)
    }
}

extension TransportAnswer {
    /// A response in JSON. No cache may store it, since it is for its caller alone.
    static func json(
        _ bytes: [UInt8],
        status: HTTPResponse.Status = .ok,
        fields: HTTPFields = [:]
    ) -> TransportAnswer {
        var fields = fields
        fields[.contentType] = "application/json"
        fields[.cacheControl] = "no-store"
        return TransportAnswer(status: status, fields: fields, body: bytes)
    }
}
