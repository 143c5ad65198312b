import Glibc
import NIOCore
import NIOHTTP1

/// Counts the bytes of an HTTP/1.1 connection that the decoder keeps: those of a header, or of trailers, that are not
/// complete.
///
/// Stands before the decoder. A header that comes whole with one read is never counted.
final class HeadMeter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let header: PendingHeader
    /// True while the next complete header begins a request.
    private var isAwaitingHead = true
    /// The bytes that have come and of which the decoder has made nothing yet, or a few more.
    private var kept = 0
    /// The bytes that the decoder keeps at most: where a header may be written in several ways, it counts as short.
    private var unread = 0
    /// A request has asked for another protocol: the decoder may keep whole requests from then on.
    private var hasUpgrade = false
    /// The line ends among these bytes: as many fields.
    private var keptLines = 0
    /// The bytes of this read, which the decoder passes on without a copy where nothing else is kept.
    private var lastBytes = ByteBuffer()
    private var lastRead: Int { lastBytes.readableBytes }
    /// True once the decoder has made something of the bytes of this read.
    private var hasDecoded = false

    /// True while the decoder keeps no bytes, and the next ones begin a request.
    var isBetweenRequests: Bool { isAwaitingHead && kept == 0 && unread == 0 && !hasUpgrade }

    init(_ header: PendingHeader) {
        self.header = header
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        lastBytes = bytes
        kept += lastRead
        unread += lastRead
        hasDecoded = false
        context.fireChannelRead(data)
        defer { lastBytes = ByteBuffer() }
        if hasDecoded {
            keptLines = 0
            // The end of a header, of trailers or of a body. Of what is not complete, nothing ends so.
            if bytes.readableBytesView.suffix(4).elementsEqual("\r\n\r\n".utf8) { (kept, unread) = (0, 0) }
        }
        guard kept > 0 else { return }
        keptLines += bytes.lineEnds(last: kept)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // The bytes behind a whole request in the same read may be no more than another way to write its header.
        header.update(bytes: kept, fields: keptLines, isDue: isAwaitingHead && !hasDecoded, on: context.eventLoop)
    }

    func handlerRemoved(context: ChannelHandlerContext) { header.end(on: context.eventLoop) }

    /// The decoder has read a part of a request.
    func decoded(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            isAwaitingHead = false
            hasUpgrade = hasUpgrade || head.headers.contains(name: "Upgrade")
            consumed(head.minimumByteCount, atLeast: head.shortestByteCount)
        case .body(let bytes):
            consumed(bytes.readableBytes)
            // All up to the end of these is read: lines of chunks before them are not kept.
            if let rest = lastBytes.count(behind: bytes) { (kept, unread) = (rest, rest) }
        case .end:
            isAwaitingHead = true
            consumed(0)
        }
    }

    /// Forgets the bytes of a part that has come. No more than the last read can be left then.
    private func consumed(_ count: Int, atLeast least: Int? = nil) {
        hasDecoded = true
        kept = min(max(0, kept - count), lastRead)
        unread = min(max(0, unread - (least ?? count)), lastRead)
    }
}

@available(*, unavailable)
extension HeadMeter: Sendable {}

extension ByteBuffer {
    /// The number of line feeds in the last bytes.
    fileprivate func lineEnds(last count: Int) -> Int {
        withUnsafeReadableBytes { bytes in
            var rest = UnsafeRawBufferPointer(rebasing: bytes.suffix(count))
            var found = 0
            while let start = rest.baseAddress, let end = memchr(start, Int32(UInt8(ascii: "\n")), rest.count) {
                found += 1
                rest = UnsafeRawBufferPointer(rebasing: rest[(start.distance(to: UnsafeRawPointer(end)) + 1)...])
            }
            return found
        }
    }

    /// The bytes that follow a slice of this buffer; nil where the other is none.
    fileprivate func count(behind slice: ByteBuffer) -> Int? {
        withUnsafeReadableBytes { whole in
            slice.withUnsafeReadableBytes { part in
                guard let start = whole.baseAddress, let begin = part.baseAddress, begin >= start,
                    begin + part.count <= start + whole.count
                else { return nil }
                return start + whole.count - (begin + part.count)
            }
        }
    }
}

extension HTTPRequestHead {
    /// The bytes of the header as clients write it: exact for most, and too few where one writes more white space.
    fileprivate var minimumByteCount: Int {
        var count = "\(method.rawValue)".utf8.count + uri.utf8.count + " ".utf8.count + " HTTP/1.1\r\n\r\n".utf8.count
        for (name, value) in headers { count += name.utf8.count + value.utf8.count + ": \r\n".utf8.count }
        return count
    }

    /// The bytes of the header at least: without the space behind each colon, and with lines that end in one byte.
    fileprivate var shortestByteCount: Int { minimumByteCount - 2 * headers.count - "\r\r".utf8.count }
}
