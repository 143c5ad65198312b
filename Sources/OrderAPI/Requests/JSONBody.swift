import HTTPTransport
import HTTPTypes
import Hummingbird
import NIOCore
import StrictJSON

/// Reads a command's body: one JSON object. An empty body counts as the empty object.
enum JSONBody {
    /// The most bytes of a body.
    static let limit = 256 * 1024
    /// The memory for all bodies, and lines of bulk bodies, that are being received: 64 MiB, of which one caller alone
    /// gets a ninth, and those of the same shops together a fifth.
    static let budget = SharedBudget(limit: 64 * 1024 * 1024, callerDivisor: 8, shopsDivisor: 4)
    static let noRoom = Problem.busy(
        .overloaded,
        retryAfter: 1,
        "Too many bodies of this caller, or of all, are being received."
    )

    /// Lends the body to `decode`.
    ///
    /// - Throws: `Problem` 400, 408, 413, 415 or 503, and what `decode` throws.
    // The optimiser of Swift 6.3.1 crashes where this is inlined into another coroutine.
    @inline(never)
    static func read<R>(_ request: Request, from caller: Caller, _ decode: (JSONNode) throws(Problem) -> R) async throws
        -> R
    {
        try refuseUnread(request.headers)
        return try read(try await collect(request, from: caller), of: request.headers, decode)
    }

    /// Lends a body that has come to `decode`.
    ///
    /// - Parameter fields: the header fields of the request.
    /// - Throws: `Problem` 400 or 415, and what `decode` throws.
    // The optimiser of Swift 6.3.1 crashes where this is inlined into a coroutine.
    @inline(never)
    static func read<R>(
        _ body: ByteBuffer,
        of fields: HTTPFields,
        _ decode: (JSONNode) throws(Problem) -> R
    ) throws(Problem) -> R {
        var bytes = body
        ByteOrderMark.skip(in: &bytes)
        if bytes.readableBytes == 0 {
            bytes = ByteBuffer(staticString: "{}")
        } else if !hasJSONType(fields) {
            throw wrongType
        }
        return try parse(bytes, name: "The body", decode)
    }

    /// Refuses by its head a request whose body would be refused as soon as it came: a client that waits for
    /// `100 Continue` need not send it.
    static func refuseUnread(_ fields: HTTPFields) throws(Problem) {
        let length = fields[.contentLength].flatMap { Int($0) }
        if let length, length > limit, fields[.contentEncoding] == nil { throw tooLarge }
        // A client that expects 100 Continue has a body (RFC 9110, section 10.1.1).
        let hasBody = length.map { $0 > 0 } ?? (fields[.expect] != nil)
        if hasBody, !hasJSONType(fields) { throw wrongType }
    }

    private static func hasJSONType(_ fields: HTTPFields) -> Bool {
        ContentType.matches(fields[.contentType], ContentType.json)
    }

    private static let tooLarge = Problem(.bodyTooLarge, "A body holds at most \(limit / 1024) KiB.")
    private static let wrongType = Problem(.unsupportedMediaType, "A command's body is application/json.")

    /// The whole body of a request.
    ///
    /// - Throws: `Problem` 400, 408, 413, 415 or 503.
    static func collect(_ request: Request, from caller: Caller) async throws -> ByteBuffer {
        let share = budget.share(of: caller.holder)
        var bytes = ByteBuffer()
        defer { share.giveBack(bytes.readableBytes) }
        do {
            for try await var part in request.body {
                let count = part.readableBytes
                guard bytes.readableBytes + count <= limit else { throw tooLarge }
                guard share.take(count) else { throw noRoom }
                bytes.writeBuffer(&part)
            }
        } catch let error as RequestBodyError {
            throw Problem(error)
        }
        return bytes
    }

    /// Lends one JSON object to `decode`.
    ///
    /// - Parameter name: the subject of sentences about the text, such as “The body”.
    /// - Throws: `Problem` 400, and what `decode` throws.
    static func parse<R>(
        _ bytes: ByteBuffer,
        name: String,
        _ decode: (JSONNode) throws(Problem) -> R
    ) throws(Problem) -> R {
        let parsed = bytes.withUnsafeReadableBytes { raw in
            Result { () throws(JSONParseError) in
                try JSONNode.read(raw) { node in
                    Result { () throws(Problem) in
                        guard node.isObject else { throw Problem(.malformedJson, "\(name) must be one JSON object.") }
                        return try decode(node)
                    }
                }
            }
        }
        switch parsed {
        case .success(let decoded): return try decoded.get()
        case .failure(let error): throw Problem(error)
        }
    }
}
