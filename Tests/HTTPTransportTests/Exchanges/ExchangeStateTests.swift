import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Testing

@testable import HTTPTransport

@Suite struct ExchangeStateTests {
    private let part = HTTPRequestPart.body(ByteBuffer(string: "body"))
    private let answer = TransportAnswer(status: .noContent)

    private func exchange(length: Int? = nil, continues: Bool = false, close: Bool = false) -> Exchange {
        Exchange(requestId: "r", expectsContinue: continues, asksForClose: close, declaredLength: length)
    }

    /// The head of a response; nil where nothing may be written, else whether the connection ends after it.
    private func head(_ state: inout ExchangeState, _ status: HTTPResponse.Status, isLive: Bool = false) -> Bool? {
        switch state.headWritten(status, isLive: isLive) {
        case .drop: nil
        case .write(_, let closes, _): closes
        }
    }

    @Test func aBodyIsHeldUntilTheApplicationWantsIt() {
        var state = ExchangeState(.http1)
        #expect(state.begin(exchange(length: 8)) == true)
        #expect(state.isHolding)
        #expect(state.received(part) == .none)
        let wanted = state.bodyWanted()
        #expect(wanted.parts == [part] && !wanted.sendsContinue)
        #expect(!state.isHolding && state.isReceivingBody)
        #expect(state.received(part) == .pass([part]))
        #expect(state.received(.end(nil)) == .pass([.end(nil)]))
    }

    @Test func aWholeRequestIsNotHeld() {
        var state = ExchangeState(.http1)
        _ = state.begin(exchange(length: 4))
        #expect(state.received(part) == .none)
        #expect(state.received(.end(nil)) == .pass([part, .end(nil)]))
        #expect(!state.isHolding)
    }

    @Test func continueIsSentOnceBeforeTheBodyAlone() {
        var state = ExchangeState(.http1)
        _ = state.begin(exchange(length: 4, continues: true))
        #expect(state.bodyWanted().sendsContinue == true)
        #expect(state.bodyWanted().sendsContinue == false)
        state = ExchangeState(.http1)
        _ = state.begin(exchange(length: 4, continues: true))
        _ = state.received(part)
        #expect(state.bodyWanted().sendsContinue == false)
    }

    @Test(arguments: [(true, true), (false, false)])
    func continueIsSentBeforeAResponseThatTheBodyDecidesOn(isStreamed: Bool, expected: Bool) {
        var state = ExchangeState(.http1)
        _ = state.begin(exchange(continues: true))
        guard
            case .write(_, let closes, let sendsContinue) = state.headWritten(
                .ok,
                isLive: false,
                isStreamed: isStreamed
            )
        else { return #expect(Bool(false)) }
        #expect(sendsContinue == expected && !closes)
        let wanted = state.bodyWanted()
        #expect(wanted.parts.isEmpty && !wanted.sendsContinue && state.isReceivingBody)
    }

    @Test func continueIsNotSentBeforeAStreamedRefusal() {
        var state = ExchangeState(.http1)
        _ = state.begin(exchange(continues: true))
        guard case .write(_, _, let sendsContinue) = state.headWritten(.unauthorized, isLive: false, isStreamed: true)
        else { return #expect(Bool(false)) }
        #expect(!sendsContinue)
    }

    @Test func aShortRefusedBodyLetsTheConnectionGoOn() {
        var state = ExchangeState(.http1)
        _ = state.begin(exchange(length: 8))
        #expect(head(&state, .unauthorized) == false)
        #expect(state.endWritten() == .goOn)
        #expect(state.received(part) == .none)
        #expect(state.received(.end(nil)) == .pass([.end(nil)]))
        #expect(state.begin(exchange()) == true)
    }

    @Test(arguments: [(Int?.none, false), (300 * 1024, false), (8, true)])
    func aRefusedBodyThatIsNotAwaitedEndsTheConnection(length: Int?, continues: Bool) {
        var state = ExchangeState(.http1)
        _ = state.begin(exchange(length: length, continues: continues))
        #expect(head(&state, .unauthorized) == true)
        #expect(state.endWritten() == .close)
        #expect(state.isClosing && !state.takesRequests)
        #expect(head(&state, .ok) == nil)
    }

    @Test func droppedBytesAreBounded() {
        var state = ExchangeState(.http1)
        _ = state.begin(exchange())
        _ = head(&state, .unauthorized)
        _ = state.endWritten()
        let large = HTTPRequestPart.body(ByteBuffer(repeating: 0, count: ExchangeState.maximumDropped))
        #expect(state.received(large) == .none)
        #expect(state.received(part) == .close)
    }

    @Test func aSuccessWhileTheBodyComesAnnouncesNoClose() {
        var state = ExchangeState(.http1)
        _ = state.begin(exchange())
        _ = state.bodyWanted()
        #expect(head(&state, .ok) == false)
        #expect(state.received(.end(nil)) == .pass([.end(nil)]))
        #expect(state.endWritten() == .goOn)
    }

    @Test func aClientThatAsksForCloseGetsIt() {
        var state = ExchangeState(.http1)
        _ = state.begin(exchange(close: true))
        _ = state.received(.end(nil))
        #expect(head(&state, .ok) == true)
        #expect(state.endWritten() == .close)
    }

    @Test func theTransportAnswersInTheOrderOfRequests() {
        var state = ExchangeState(.http1)
        _ = state.begin(exchange())
        _ = state.received(.end(nil))
        #expect(state.begin(Exchange(requestId: "own", answer: answer)) == false)
        #expect(state.received(.end(nil)) == .none)
        #expect(state.dueAnswer == nil)
        _ = head(&state, .ok)
        #expect(state.dueAnswer == nil)
        #expect(state.endWritten() == .goOn)
        #expect(state.dueAnswer?.requestId == "own")
    }

    @Test func brokenBytesBetweenRequestsAreAnsweredLast() {
        var state = ExchangeState(.http1)
        _ = state.begin(exchange())
        _ = state.received(.end(nil))
        #expect(state.inputBroke(Exchange(requestId: "bad", answer: answer)) == false)
        #expect(head(&state, .ok) == false)
        #expect(state.endWritten() == .goOn)
        #expect(state.dueAnswer?.requestId == "bad")
        #expect(head(&state, .badRequest) == true)
        #expect(state.endWritten() == .close)
    }

    @Test func aBrokenBodyIsToldToTheApplication() {
        var state = ExchangeState(.http1)
        _ = state.begin(exchange())
        _ = state.bodyWanted()
        #expect(state.inputBroke(Exchange(requestId: "bad", answer: answer)) == true)
        #expect(state.dueAnswer == nil)
        #expect(head(&state, .badRequest) == true)
        #expect(state.endWritten() == .close)
    }

    @Test func aResponseToHEADHasNoBody() {
        var state = ExchangeState(.http1)
        _ = state.begin(Exchange(requestId: "r", isHead: true))
        _ = state.received(.end(nil))
        _ = head(&state, .notFound)
        #expect(!state.mayWriteBody)
        #expect(state.endWritten() == .goOn)
    }

    @Test func anHTTP2ConnectionOutlivesARefusedBody() {
        var state = ExchangeState(.http2)
        _ = state.begin(exchange())
        #expect(head(&state, .unauthorized) == false)
        #expect(state.endWritten() == .goOn)
        #expect(state.isDropping)
    }

    @Test func aClientMaySendOnDuringALiveResponse() {
        var state = ExchangeState(.http1)
        _ = state.begin(exchange(length: 8))
        #expect(head(&state, .ok, isLive: true) == false)
        #expect(!state.isHolding)
        #expect(state.received(part) == .pass([part]))
    }
}
