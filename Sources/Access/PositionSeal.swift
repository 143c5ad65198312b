import Crypto
import CryptoExtras

/// Seals log positions for customers and tracking links, so that a position does not disclose the shop's volume.
///
/// A token is base64url of 17 bytes: a zero byte, then one AES-256 block over five bytes of epoch, eight of `seq` and
/// three zero bytes. This is encode-then-encipher (Bellare and Rogaway, "Encode-then-encipher encryption", 2000): over
/// a pseudo random permutation, hiding follows from the cipher and authenticity from the redundancy in the message.
/// Each position has one token, so a resumed stream repeats its ids byte for byte; equality of positions is all that
/// two tokens tell.
///
/// A made-up token passes `open` once in 2^25 (24 zero bits and the sign of `seq`), and then yields a random epoch of
/// 40 bits and a random `seq` of 63: the chance that this is a position of the log is below 2^-90, and the gain would
/// be another place to resume in one's own stream. A second block with a 128-bit tag would double id and cost without a
/// gain.
///
/// The zero byte makes the first character `A`, which no epoch contains, so no token can be read as a plain
/// `<epoch>-<seq>`, nor as `0`. It also leaves room for another layout.
///
/// Cost: one key schedule and one block; `CryptoExtras` offers no way to keep the schedule.
package struct PositionSeal: Sendable {
    /// The number of bytes in a key.
    package static let keyLength = 32
    /// The number of characters in a token.
    package static let tokenLength = 23

    private let key: SymmetricKey

    /// - Parameter key: 32 random bytes that every process on the same log shares.
    /// - Returns: nil for any other number of bytes.
    package init?(key: some Collection<UInt8>) {
        guard key.count == Self.keyLength else { return nil }
        self.key = SymmetricKey(data: Array(key))
    }

    /// The token of a position.
    /// - Precondition: `epoch` is 8 characters of `[a-z2-7]` and `seq` is not negative, as the log's own always are.
    package func seal(epoch: String, seq: Int64) -> String {
        guard let epochBits = EpochBits.pack(epoch.utf8), seq >= 0 else {
            preconditionFailure("not a position: epoch \(epoch), seq \(seq)")
        }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1 + Self.block) { token in
            token.initialize(repeating: 0)
            var block = UnsafeMutableBufferPointer(rebasing: token[1...])
            for index in 0..<5 { block[index] = UInt8(truncatingIfNeeded: epochBits >> UInt64(32 - 8 * index)) }
            for index in 0..<8 { block[5 + index] = UInt8(truncatingIfNeeded: seq >> Int64(56 - 8 * index)) }
            do {
                try AES.permute(&block, key: key)
            } catch {
                // It throws for wrong sizes alone, and both are fixed here.
                preconditionFailure("AES refused a block of \(block.count) bytes: \(error)")
            }
            return Base64URL.encode(token)
        }
    }

    /// The position of a token. The log may not have that position.
    ///
    /// - Returns: nil where the token is malformed or not sealed with this key.
    package func open(_ token: String) -> (epoch: String, seq: Int64)? {
        guard token.utf8.count == Self.tokenLength, let bytes = Base64URL.decode(token.utf8),
            bytes.count == 1 + Self.block, bytes[0] == 0
        else { return nil }
        var block = Array(bytes[1...])
        do {
            try AES.inversePermute(&block, key: key)
        } catch {
            return nil
        }
        guard block[13] == 0, block[14] == 0, block[15] == 0 else { return nil }
        let epochBits = block[0..<5].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let seq = Int64(bitPattern: block[5..<13].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        guard seq >= 0 else { return nil }
        return (EpochBits.unpack(epochBits), seq)
    }

    private static let block = 16
}
