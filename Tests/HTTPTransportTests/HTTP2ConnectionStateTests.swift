import NIOHTTP2
import Testing

@testable import HTTPTransport

@Suite struct HTTP2ConnectionStateTests {
    @Test func theIdleTimerStartsWhenTheLastStreamCloses() {
        var state = HTTP2ConnectionState()
        #expect(state.isIdle)
        state.streamOpened(1)
        state.streamOpened(3)
        #expect(!state.isIdle)
        #expect(state.streamClosed() == .nothing)
        #expect(state.streamClosed() == .startIdleTimer)
        #expect(state.isIdle)
    }

    @Test func theFinalGoAwayNamesTheLastStreamOpenedBeforeIt() {
        var state = HTTP2ConnectionState()
        state.streamOpened(1)
        #expect(state.shutDown() == .sendFirstGoAway)
        // The client had not read the first GOAWAY yet.
        state.streamOpened(5)
        state.streamOpened(3)
        #expect(state.firstGoAwayAcknowledged() == .sendFinalGoAway(lastStream: 5))
        #expect(state.finalGoAwaySent() == .nothing)
    }

    @Test func theConnectionClosesWhenTheLastStreamHasEnded() {
        var state = HTTP2ConnectionState()
        state.streamOpened(1)
        #expect(state.shutDown() == .sendFirstGoAway)
        #expect(state.firstGoAwayAcknowledged() == .sendFinalGoAway(lastStream: 1))
        #expect(state.finalGoAwaySent() == .nothing)
        #expect(state.streamClosed() == .close)
    }

    @Test func theFinalGoAwayFollowsTheEndOfTheLastStream() {
        var state = HTTP2ConnectionState()
        state.streamOpened(1)
        #expect(state.shutDown() == .sendFirstGoAway)
        #expect(state.streamClosed() == .sendFinalGoAway(lastStream: 1))
        #expect(state.finalGoAwaySent() == .close)
        #expect(state.firstGoAwayAcknowledged() == .nothing)
    }

    @Test func anIdleConnectionSendsOneGoAway() {
        var state = HTTP2ConnectionState()
        #expect(state.shutDown() == .sendFinalGoAway(lastStream: .rootStream))
        #expect(state.shutDown() == .nothing)
        #expect(state.firstGoAwayAcknowledged() == .nothing)
        #expect(state.finalGoAwaySent() == .close)
        #expect(state.finalGoAwaySent() == .nothing)
    }
}
