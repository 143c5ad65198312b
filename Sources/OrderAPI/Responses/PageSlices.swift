import HTTPTypes
import Hummingbird
import NIOCore

/// A page whose text is made slice by slice, as the client takes it, so that many slow clients cost little memory.
protocol PageSlices: Sendable {
    var contentType: String { get }
    /// True once the last slice is made.
    var isFinished: Bool { get }
    /// Makes the next slice. Not called after the last.
    mutating func next() async throws -> ByteBuffer
}

/// The size of a slice in bytes of stored texts, beyond which the slice ends.
enum PageSlice {
    static let byteLimit = 1 << 20
}

extension Response {
    /// The response of a page. A page of one slice has a length; of a longer one, the first slice is made before the
    /// response begins, so that most failures have a status of their own. A later failure ends the connection without
    /// the last chunk.
    ///
    /// - Parameters:
    ///   - places: those of the pool that the slices are read from. Each slice needs one while it is read.
    ///   - caller: the caller whose reads are bounded.
    static func page(
        _ slices: some PageSlices,
        for caller: Caller,
        in places: ReadPlaces
    ) async throws -> Response {
        var slices = slices
        let first = try await places.read(for: caller) { try await slices.next() }
        let headers: HTTPFields = [.contentType: slices.contentType, .cacheControl: "no-store"]
        if slices.isFinished {
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: first))
        }
        let body = ResponseBody { [slices] writer in
            var (slices, slice) = (slices, first)
            while true {
                while let part = slice.readSlice(length: min(slice.readableBytes, 64 * 1024)), part.readableBytes > 0 {
                    try await writer.write(part)
                }
                if slices.isFinished { break }
                slice = try await places.read(for: caller) { try await slices.next() }
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }
}
