import NIOHTTP2
import Testing

@testable import HTTPTransport

@Suite struct HTTP2ConnectionStateTests {
    @Test func aConnectionWithoutStreamsAwaitsThemAgain() {
        var state = HTTP2ConnectionState()
        #expect(state.isIdle)
        state.opened(1)
        state.opened(3)
        #expect(!state.isIdle)
        #expect(state.streamClosed() == .nothing)
        #expect(state.streamClosed() == .awaitStreams)
        #expect(state.isIdle)
    }

    @Test func theSecondGoodbyeNamesTheLastStreamThatCameBeforeIt() {
        var state = HTTP2ConnectionState()
        state.opened(1)
        #expect(state.end() == .warn)
        // The client had not heard of it yet.
        state.opened(5)
        state.opened(3)
        #expect(state.warningSeen() == .leave(after: 5))
        #expect(state.left() == .nothing)
    }

    @Test func itClosesWhenTheLastStreamHasEnded() {
        var state = HTTP2ConnectionState()
        state.opened(1)
        #expect(state.end() == .warn)
        #expect(state.warningSeen() == .leave(after: 1))
        #expect(state.left() == .nothing)
        #expect(state.streamClosed() == .close)
    }

    @Test func theLastStreamsEndBringsTheSecondGoodbye() {
        var state = HTTP2ConnectionState()
        state.opened(1)
        #expect(state.end() == .warn)
        #expect(state.streamClosed() == .leave(after: 1))
        #expect(state.left() == .close)
        #expect(state.warningSeen() == .nothing)
    }

    @Test func withoutStreamsGoodbyeIsSaidOnce() {
        var state = HTTP2ConnectionState()
        #expect(state.end() == .leave(after: .rootStream))
        #expect(state.end() == .nothing)
        #expect(state.warningSeen() == .nothing)
        #expect(state.left() == .close)
        #expect(state.left() == .nothing)
    }
}
