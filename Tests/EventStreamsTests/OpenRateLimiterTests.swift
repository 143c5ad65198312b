import NIOCore
import NIOEmbedded
import Testing

@testable import EventStreams

@Suite struct OpenRateLimiterTests {
    @Test func manyStreamsBeginGraduallyInTheirOrder() {
        let loop = EmbeddedEventLoop()
        let limiter = OpenRateLimiter(on: loop)
        var begun: [Int] = []
        for number in 0..<1000 { limiter.admit { begun.append(number) } }
        let atOnce = begun.count
        #expect(atOnce == 256)
        loop.advanceTime(by: .milliseconds(1))
        #expect(begun.count == atOnce + 4)
        // A later stream does not overtake those that wait.
        limiter.admit { begun.append(1000) }
        loop.advanceTime(by: .milliseconds(100))
        #expect(begun.count == atOnce + 404)
        loop.advanceTime(by: .milliseconds(100))
        #expect(begun == Array(0...1000))
    }

    @Test func aQuietTimeAllowsOneBurst() {
        let loop = EmbeddedEventLoop()
        let limiter = OpenRateLimiter(on: loop)
        var begun = 0
        for _ in 0..<256 { limiter.admit { begun += 1 } }
        loop.advanceTime(by: .seconds(60))
        for _ in 0..<1000 { limiter.admit { begun += 1 } }
        #expect(begun == 512)
    }
}
