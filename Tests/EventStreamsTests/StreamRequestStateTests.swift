import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Testing

@testable import EventStreams

@Suite struct StreamRequestStateTests {
    typealias State = StreamRequestState

    static let versions = [State.Version.http1, .http2]

    private static func head(_ path: String = "/v1/stream") -> HTTPRequestPart {
        .head(HTTPRequest(method: .get, scheme: "http", authority: "shop", path: path))
    }

    private static func body(_ count: Int) -> HTTPRequestPart {
        .body(ByteBuffer(repeating: 65, count: count))
    }

    private static let end = HTTPRequestPart.end(nil)

    /// A channel with requests that Hummingbird has not answered.
    private static func watching(_ version: State.Version = .http1, unanswered: Int = 0) -> State {
        var state = State(version)
        for _ in 0..<unanswered {
            _ = state.received(head("/v1/orders"), asksForStream: false)
            state.hummingbirdInstalled()
            _ = state.received(end, asksForStream: false)
        }
        return state
    }

    /// A channel whose stream's request is checked.
    private static func opening(_ version: State.Version = .http1) -> State {
        var state = State(version)
        _ = state.received(head(), asksForStream: true)
        return state
    }

    /// A channel through which a lane serves a stream.
    private static func streaming(_ version: State.Version = .http1) -> State {
        var state = opening(version)
        _ = state.bodyWritten()
        state.attached()
        return state
    }

    /// A channel whose response is complete.
    private static func finished(_ version: State.Version = .http1) -> State {
        var state = opening(version)
        _ = state.bodyWritten()
        state.finished()
        return state
    }

    // MARK: Requests

    @Test(arguments: versions)
    func requestsForOtherThingsArePassedOn(version: State.Version) {
        var state = State(version)
        for part in [Self.head("/v1/orders"), Self.body(10), Self.end] {
            #expect(state.received(part, asksForStream: false) == .passOn)
        }
        #expect(state.isWatching && !state.isOpening)
    }

    @Test(arguments: versions)
    func aRequestForAStreamOpensAtOnceWhenNothingIsUnderWay(version: State.Version) {
        var state = State(version)
        #expect(state.received(Self.head(), asksForStream: true) == .open)
        #expect(state.isOpening && !state.isWatching && !state.isStreaming)
        #expect(state.received(Self.end, asksForStream: false) == .none)
    }

    @Test func pipelinedRequestsBeforeAStreamAreAnsweredFirst() {
        var state = Self.watching(unanswered: 2)
        #expect(state.received(Self.head(), asksForStream: true) == .none)
        #expect(!state.isWatching && !state.isOpening)
        #expect(state.hummingbirdAnswered() == false)
        #expect(state.hummingbirdAnswered() == true)
        let held = state.takeHeld()
        #expect(held == [Self.head()])
        #expect(state.received(held[0], asksForStream: true) == .open)
    }

    @Test func partsAfterAHeldRequestAreHeldInTheirOrder() {
        var state = Self.watching(unanswered: 1)
        let parts = [Self.head(), Self.end, Self.head("/v1/orders"), Self.end]
        #expect(state.received(parts[0], asksForStream: true) == .none)
        for part in parts.dropFirst() { #expect(state.received(part, asksForStream: false) == .none) }
        #expect(state.hummingbirdAnswered() == true)
        #expect(state.takeHeld() == parts)
        #expect(state.takeHeld().isEmpty)
    }

    @Test func anAnswerWithoutAHeldRequestReadsNothing() {
        var state = Self.watching(unanswered: 1)
        #expect(state.hummingbirdAnswered() == false)
        var stream = Self.streaming()
        #expect(stream.hummingbirdAnswered() == false)
    }

    @Test func aStreamOpensAfterAnsweredRequestsOnTheSameConnection() {
        var state = Self.watching(unanswered: 3)
        for _ in 0..<3 { _ = state.hummingbirdAnswered() }
        #expect(state.received(Self.head(), asksForStream: true) == .open)
    }

    // MARK: Reads

    @Test func readsAreHeldWhileARequestIsHeld() {
        var state = Self.watching(unanswered: 1)
        #expect(state.readRequested() == true)
        _ = state.received(Self.head(), asksForStream: true)
        #expect(state.readRequested() == false)
        #expect(state.takeHeldRead() == false)
    }

    @Test func aHeldReadIsMadeOnceTheStreamOpens() {
        var state = Self.watching(unanswered: 1)
        _ = state.received(Self.head(), asksForStream: true)
        _ = state.readRequested()
        _ = state.hummingbirdAnswered()
        for part in state.takeHeld() { #expect(state.received(part, asksForStream: true) == .open) }
        #expect(state.takeHeldRead() == true)
        #expect(state.takeHeldRead() == false)
        #expect(state.readRequested() == true)
    }

    @Test func withoutAHeldReadNoneIsMade() {
        var state = Self.watching(unanswered: 1)
        _ = state.received(Self.head(), asksForStream: true)
        _ = state.hummingbirdAnswered()
        _ = state.takeHeld()
        #expect(state.takeHeldRead() == false)
    }

    // MARK: Bytes on a stream

    @Test(arguments: [opening(), streaming()])
    func bytesOnAStreamAreDroppedUpToALimit(state: State) {
        var state = state
        let half = State.maximumReceivedBytes / 2
        #expect(state.received(Self.body(half), asksForStream: false) == .none)
        #expect(state.received(Self.body(half), asksForStream: false) == .none)
        #expect(state.received(Self.end, asksForStream: false) == .none)
        #expect(state.received(Self.body(1), asksForStream: false) == .close)
    }

    @Test func requestsOnAStreamCountByTheirHeads() {
        var state = Self.streaming()
        let path = "/" + String(repeating: "x", count: 743)
        for _ in 0..<65 { #expect(state.received(Self.head(path), asksForStream: false) == .none) }
        #expect(state.received(Self.head(path), asksForStream: false) == .close)
    }

    @Test func partsAfterTheResponseAreDroppedWithoutALimit() {
        var state = Self.finished()
        for _ in 0..<3 {
            #expect(state.received(Self.body(State.maximumReceivedBytes), asksForStream: false) == .none)
        }
    }

    // MARK: The response

    @Test func theHeadGoesBeforeTheFirstBytesOnly() {
        var state = Self.opening()
        #expect(state.bodyWritten() == true)
        #expect(state.bodyWritten() == false)
    }

    @Test func nothingIsWrittenBeforeARequestOrAfterTheResponse() {
        var watching = Self.watching()
        #expect(watching.bodyWritten() == nil)
        var finished = Self.finished()
        #expect(finished.bodyWritten() == nil)
        var streaming = Self.streaming()
        #expect(streaming.bodyWritten() == nil)
    }

    @Test func aStreamThatNoLaneTakesContinuesItsPreamble() {
        var state = Self.streaming()
        #expect(state.isStreaming)
        state.detached()
        #expect(state.isOpening && !state.isStreaming)
        #expect(state.bodyWritten() == false)
    }

    @Test func aClosedChannelIsNotReopenedByALateDetach() {
        var state = Self.streaming()
        state.finished()
        state.detached()
        #expect(!state.isOpening && !state.isStreaming && !state.isWatching)
    }

    // MARK: Backpressure

    @Test func theLaneIsToldOnceThatMoreMayBeWritten() {
        var state = Self.streaming()
        #expect(state.becameWritable() == false)
        #expect(state.flushed(isWritable: true) == true)
        #expect(state.becameWritable() == false)
        #expect(state.flushed(isWritable: false) == false)
        #expect(state.becameWritable() == true)
        #expect(state.becameWritable() == false)
    }

    @Test func withoutAStreamFlushesNeverWait() {
        var state = Self.finished()
        #expect(state.flushed(isWritable: false) == true)
        #expect(state.becameWritable() == false)
    }

    // MARK: Closing by the lane

    @Test func aStreamClosesAtOnceWhenNothingIsBeingSent() {
        var state = Self.streaming()
        #expect(state.closeRequested() == .now)
    }

    @Test func aCloseDuringTheEndWaitsUntilTheEndIsSent() {
        var state = Self.streaming()
        state.endWritten()
        #expect(state.closeRequested() == .afterEnd)
        #expect(state.closeRequested() == .none)
        #expect(state.endSent() == true)
        #expect(state.closeRequested() == .now)
    }

    @Test func anEndThatIsSentClosesNothingByItself() {
        var state = Self.streaming()
        state.endWritten()
        #expect(state.endSent() == false)
        #expect(state.closeRequested() == .now)
    }

    @Test func aLaneClosesNoChannelThatIsNotItsStream() {
        for state in [Self.watching(), Self.opening(), Self.finished()] {
            var state = state
            #expect(state.closeRequested() == .none)
            #expect(state.endSent() == false)
        }
    }

    // MARK: Ends from outside

    @Test func onlyAChannelWithoutAStreamIsClosedByHummingbird() {
        #expect(Self.watching(unanswered: 1).mayHummingbirdClose)
        for state in [Self.opening(), Self.streaming(), Self.finished()] { #expect(!state.mayHummingbirdClose) }
    }

    @Test func aQuiescingServerClosesIdleConnections() {
        #expect(Self.watching().onQuiesce == .close)
        #expect(Self.watching(.http2).onQuiesce == .passOn)
        #expect(Self.watching(unanswered: 1).onQuiesce == .passOn)
    }

    @Test(arguments: versions)
    func aQuiescingServerLeavesStreamsToTheHub(version: State.Version) {
        #expect(Self.opening(version).onQuiesce == .ignore)
        #expect(Self.streaming(version).onQuiesce == .ignore)
        #expect(Self.finished(version).onQuiesce == .ignore)
    }

    @Test func aHalfCloseEndsAStream() {
        for state in [Self.watching(), Self.opening(), Self.streaming(), Self.finished()] {
            #expect(state.onInputClosed == .close)
        }
    }

    @Test func hummingbirdDecidesOnAHalfCloseOfItsOwnRequests() {
        #expect(Self.watching(unanswered: 1).onInputClosed == .passOn)
    }

    @Test func aHalfCloseOfAnHTTP2StreamIsTheEndOfItsRequest() {
        for state in [Self.watching(.http2), Self.opening(.http2), Self.streaming(.http2)] {
            #expect(state.onInputClosed == .passOn)
        }
    }

    // MARK: Errors

    @Test func hummingbirdAnswersBytesThatAreNotHTTP() {
        var state = Self.watching()
        #expect(state.onError() == .passOn)
    }

    @Test func anErrorDropsHeldRequests() {
        var state = Self.watching(unanswered: 1)
        _ = state.received(Self.head(), asksForStream: true)
        #expect(state.onError() == .passOn)
        #expect(state.hummingbirdAnswered() == false)
        #expect(state.takeHeld().isEmpty)
    }

    @Test func anErrorClosesAStream() {
        for state in [Self.opening(), Self.streaming(), Self.finished(), Self.watching(.http2)] {
            var state = state
            #expect(state.onError() == .close)
        }
    }
}
