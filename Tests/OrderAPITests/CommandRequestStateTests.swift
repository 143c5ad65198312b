import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Testing

@testable import OrderAPI

@Suite struct CommandRequestStateTests {
    private typealias State = CommandRequestState

    private static let head = HTTPRequestPart.head(
        HTTPRequest(method: .post, scheme: "http", authority: "shop", path: "/v1/orders")
    )
    private static let body = HTTPRequestPart.body(ByteBuffer(string: "{}"))
    private static let end = HTTPRequestPart.end(nil)

    /// A channel whose command is whole.
    private static var deciding: State {
        var state = State()
        for part in [head, body, end] { _ = state.received(part, isCommand: true) }
        return state
    }

    @Test func commandIsReceivedAndSubmitted() {
        var state = State()
        #expect(state.isWatching)
        #expect(state.received(Self.head, isCommand: true) == .begin)
        #expect(state.isReceiving)
        #expect(state.received(Self.body, isCommand: false) == .collect)
        #expect(state.received(Self.end, isCommand: false) == .submit)
        #expect(state.isDeciding)
        #expect(state.commandAnswered() == false)
        #expect(state.isWatching)
    }

    @Test func wholeCommandIsTakenOnlyWhereNoResponseIsOwed() {
        var state = State()
        #expect(state.takesCommands)
        state.receivedWhole()
        #expect(state.isDeciding && !state.takesCommands)
        #expect(state.received(Self.head, isCommand: true) == .hold)
        #expect(state.commandAnswered() == true)
        _ = state.takeHeld()
        #expect(state.takesCommands)
        for part in [Self.head, Self.end] { _ = state.received(part, isCommand: false) }
        #expect(state.isWatching && !state.takesCommands)
    }

    @Test func otherRequestsArePassedOn() {
        var state = State()
        for part in [Self.head, Self.body, Self.end] { #expect(state.received(part, isCommand: false) == .passOn) }
        #expect(state.responsePassed() == false)
        #expect(state.received(Self.head, isCommand: true) == .begin)
    }

    @Test func commandWaitsForEarlierResponsesOfTheFramework() {
        var state = State()
        for _ in 0..<2 {
            _ = state.received(Self.head, isCommand: false)
            _ = state.received(Self.end, isCommand: false)
        }
        #expect(state.received(Self.head, isCommand: true) == .hold)
        #expect(state.received(Self.end, isCommand: false) == .hold)
        #expect(state.isBusy && !state.isWatching)
        #expect(state.readRequested(isWritable: true) == false)
        #expect(state.responsePassed() == false)
        #expect(state.takeHeldRead(isWritable: true) == false)
        #expect(state.responsePassed() == true)
        let held = state.takeHeld()
        #expect(held == [Self.head, Self.end])
        #expect(state.takeHeldRead(isWritable: true) == true)
        #expect(state.readRequested(isWritable: true) == true)
        #expect(state.received(Self.head, isCommand: true) == .begin)
    }

    @Test func everyRequestWaitsForACommandUnderWay() {
        var state = Self.deciding
        #expect(state.readRequested(isWritable: true) == true)
        #expect(!state.isWatching)
        for part in [Self.head, Self.end, Self.head] { #expect(state.received(part, isCommand: false) == .hold) }
        #expect(state.readRequested(isWritable: true) == false)
        #expect(state.commandAnswered() == true)
        #expect(!state.isWatching)
        let held = state.takeHeld()
        #expect(held.count == 3)
        #expect(state.isWatching)
    }

    @Test func commandThatIsHandedOverCountsAsOneOfTheFramework() {
        var state = State()
        _ = state.received(Self.head, isCommand: true)
        _ = state.received(Self.body, isCommand: false)
        state.handedOver()
        #expect(state.received(Self.end, isCommand: false) == .passOn)
        #expect(state.received(Self.head, isCommand: true) == .hold)
        #expect(state.responsePassed() == true)
    }

    @Test func clientThatTakesNoAnswersSendsNoFurtherCommands() {
        var state = State()
        #expect(state.readRequested(isWritable: false) == false)
        #expect(state.takeHeldRead(isWritable: false) == false)
        #expect(state.takeHeldRead(isWritable: true) == true)
        // The framework reads bodies of bulk requests while their results wait.
        _ = state.received(Self.head, isCommand: false)
        #expect(state.readRequested(isWritable: false) == true)
    }
}
