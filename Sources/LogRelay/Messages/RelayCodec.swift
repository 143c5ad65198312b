import Crypto
import Foundation
package import NIOCore
import OrderLog
import Orders

/// Writes and reads messages as bytes.
///
/// A message is `WB`, the version, the kind, the proof of the history, the head, the sender's clock, what belongs to
/// the kind, and the seal: HMAC-SHA256 over all before it. Numbers are LEB128, unsigned; texts and JSON have their
/// length before them. Rows are written without their numbers: the first one's stands before all.
///
/// The seal's key is made of a secret in the log's database: who can write to Redis, and no more, makes no events.
package struct RelayCodec: Sendable {
    package static let version: UInt8 = 1
    /// The most bytes of a message.
    package static let messageLimit = 1 << 20
    private static let magic: [UInt8] = Array("WB".utf8)
    private static let sealLength = 32
    /// Bytes of a message beside its rows, at most.
    static let overhead = 4 + 1 + HistoryProof.digestLength + HistoryProof.newestLimit * 28 + 64 + sealLength

    private let key: SymmetricKey

    /// - Parameter secret: bytes that all processes of a log have in common, and nobody else.
    package init(secret: [UInt8]) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret),
            info: Data("waybill relay".utf8),
            outputByteCount: 32
        )
    }

    // MARK: Writing

    package func encode(_ message: RelayMessage) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeBytes(Self.magic)
        buffer.writeInteger(Self.version)
        buffer.writeInteger(message.content.kind)
        buffer.writeVarint(UInt64(message.history.count))
        buffer.writeBytes(message.history.digest)
        buffer.writeVarint(UInt64(message.history.newest.count))
        for epoch in message.history.newest {
            buffer.writeVarint(UInt64(epoch.ordinal))
            buffer.writeText(epoch.name)
            buffer.writeVarint(UInt64(epoch.firstSeq))
        }
        buffer.writeVarint(UInt64(message.head))
        buffer.writeInteger(message.sentAt)
        switch message.content {
        case .batch(let events):
            buffer.writeVarint(UInt64(events.first?.seq ?? 0))
            buffer.writeVarint(UInt64(events.count))
            for event in events { RelayRow.write(event, to: &buffer) }
        case .heartbeat: break
        case .question(let nonce), .answer(let nonce): buffer.writeInteger(nonce)
        }
        let seal = buffer.withUnsafeReadableBytes { HMAC<SHA256>.authenticationCode(for: $0, using: key) }
        buffer.writeBytes(Array(seal))
        return buffer
    }

    // MARK: Reading

    package func decode(_ bytes: ByteBuffer) throws(RelayMessageError) -> RelayMessage {
        var buffer = bytes
        guard buffer.readableBytes > Self.sealLength,
            var body = buffer.readSlice(length: buffer.readableBytes - Self.sealLength),
            let seal = buffer.readBytes(length: Self.sealLength)
        else { throw .malformed }
        let isSealed = body.withUnsafeReadableBytes {
            HMAC<SHA256>.isValidAuthenticationCode(seal, authenticating: $0, using: key)
        }
        guard isSealed else { throw .forged }
        guard body.readBytes(length: 2) == Self.magic, let version = body.readInteger(as: UInt8.self) else {
            throw .malformed
        }
        guard version == Self.version else { throw .unknownVersion(version) }
        guard let kind = body.readInteger(as: UInt8.self), let history = Self.readHistory(&body),
            let head = body.readNumber(), let sentAt = body.readInteger(as: Int64.self),
            let content = Self.readContent(kind, &body), body.readableBytes == 0
        else { throw .malformed }
        return RelayMessage(history: history, head: head, sentAt: sentAt, content: content)
    }

    private static func readHistory(_ buffer: inout ByteBuffer) -> HistoryProof? {
        guard let count = buffer.readNumber(), count <= Int64(Int32.max),
            let digest = buffer.readBytes(length: HistoryProof.digestLength),
            let newestCount = buffer.readNumber(), newestCount <= Int64(HistoryProof.newestLimit)
        else { return nil }
        var newest: [Epoch] = []
        for _ in 0..<newestCount {
            guard let ordinal = buffer.readNumber(), let name = buffer.readText(), let firstSeq = buffer.readNumber()
            else { return nil }
            newest.append(Epoch(ordinal: ordinal, name: name, firstSeq: firstSeq))
        }
        return HistoryProof(count: Int(count), digest: digest, newest: newest)
    }

    private static func readContent(_ kind: UInt8, _ buffer: inout ByteBuffer) -> RelayMessage.Content? {
        switch kind {
        case 1:
            guard let first = buffer.readNumber(), let count = buffer.readNumber(),
                // A row has more bytes than one: a hostile count reserves nothing.
                count <= Int64(buffer.readableBytes), first < Int64.max - count
            else { return nil }
            var events: [LoggedEvent] = []
            for offset in 0..<count {
                guard let event = RelayRow.read(seq: first + offset, from: &buffer) else { return nil }
                events.append(event)
            }
            return .batch(events)
        case 2: return .heartbeat
        case 3: return buffer.readInteger(as: UInt64.self).map { .question(nonce: $0) }
        case 4: return buffer.readInteger(as: UInt64.self).map { .answer(nonce: $0) }
        default: return nil
        }
    }
}

extension RelayMessage.Content {
    fileprivate var kind: UInt8 {
        switch self {
        case .batch: 1
        case .heartbeat: 2
        case .question: 3
        case .answer: 4
        }
    }
}
