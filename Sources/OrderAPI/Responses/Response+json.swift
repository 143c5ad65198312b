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
        var headers = headers
        headers[.contentType] = "application/json"
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
