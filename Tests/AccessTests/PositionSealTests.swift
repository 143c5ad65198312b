import Access
import Testing

@Suite struct PositionSealTests {
    private let seal = PositionSeal(key: (0..<32).map(UInt8.init))!

    @Test(arguments: [("aaaaaaaa", 0), ("77777777", Int64.max), ("ab2c7xyz", 1), ("zzzzzzz2", 1_234_567_890_123)])
    func aSealedPositionOpensToItself(epoch: String, seq: Int64) throws {
        let token = seal.seal(epoch: epoch, seq: seq)
        let opened = try #require(seal.open(token))
        #expect(opened.epoch == epoch && opened.seq == seq)
        #expect(seal.seal(epoch: epoch, seq: seq) == token)
    }

    @Test func noTokenCanBeReadAsAPlainPosition() {
        for seq in Int64(0)..<2000 {
            let token = seal.seal(epoch: "abcdefgh", seq: seq)
            #expect(token.utf8.count == PositionSeal.tokenLength)
            #expect(token.utf8.first == UInt8(ascii: "A"))
        }
        for plain in ["0", "", "abcdefgh-1", "abcdefgh-12345678901234"] { #expect(seal.open(plain) == nil) }
    }

    @Test func tokensOfNeighbouringPositionsShareNoPart() {
        let tokens = (Int64(0)..<1000).map { seal.seal(epoch: "abcdefgh", seq: $0).dropFirst(2) }
        #expect(Set(tokens.map { $0.prefix(8) }).count == 1000)
        #expect(Set(tokens.map { $0.suffix(8) }).count == 1000)
    }

    @Test func flippedBitsAreRefused() throws {
        for seq in Int64(0)..<100 {
            let bytes = try #require(Base64URL.decode(seal.seal(epoch: "abcdefgh", seq: seq).utf8))
            for bit in 0..<(bytes.count * 8) {
                var flipped = bytes
                flipped[bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(seal.open(Base64URL.encode(flipped)) == nil)
            }
        }
    }

    @Test func madeUpTokensAreRefused() {
        var random = SplitMix(state: 7)
        for _ in 0..<100_000 {
            let bytes = [0] + (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(seal.open(Base64URL.encode(bytes)) == nil)
        }
    }

    @Test func malformedTextsAreRefusedWithoutATrap() {
        let good = seal.seal(epoch: "abcdefgh", seq: 42)
        var bad = [
            String(good.dropLast()), good + "A", good + "=", " " + good.dropFirst(), String(repeating: "é", count: 23),
        ]
        bad += [String(repeating: "A", count: 23), String(repeating: "\0", count: 23), "B" + good.dropFirst()]
        // Every other last character but those with clear spare bits means no bytes at all.
        for character in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/"
        where character != good.last {
            bad.append(good.dropLast() + String(character))
        }
        for text in bad { #expect(seal.open(text) == nil, "\(text)") }
    }

    @Test func anotherKeyOpensNothing() throws {
        let other = try #require(PositionSeal(key: (1...32).map(UInt8.init)))
        for seq in Int64(0)..<100 { #expect(other.open(seal.seal(epoch: "abcdefgh", seq: seq)) == nil) }
        #expect(PositionSeal(key: [UInt8](repeating: 0, count: 31)) == nil)
    }

    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
