import HTTPTypes
import Hummingbird
import NIOCore
import StrictJSON

extension Response {
    /// A JSON answer. What it says is the caller's alone, so nothing on the way may keep it.
    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
