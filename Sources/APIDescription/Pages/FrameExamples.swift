import EventStreams
import OrderLog
import Orders
import StrictJSON

/// Every kind of frame as it stands on the wire, made by the code that streams.
struct FrameExamples {
    /// A kind's name, what it says, and one of its kind.
    let all: [(name: String, note: String, text: String)]
    /// The position at which they stand.
    let head: String

    init() {
        let story = ExampleStory()
        let text = PositionEncoder { _ in "AHq3vVw0Jp8mXc2Yt5Rz1Lk" }
        func frame(_ index: Int) -> [UInt8] {
            let event = story.events[index]
            let position = LogPosition(epoch: ExampleStory.epoch, seq: event.seq)
            return EventFrame(event, position: position, positionEncoder: text).staff.bytes
        }
        let snapshot: JSONValue = [
            "orderId": story.order["orderId"] ?? .null, "version": 1, "…": "the rest of the order",
        ]
        let head = "\(ExampleStory.epoch)-\(story.events.count)"
        self.head = head
        let update = story.events.firstIndex { !$0.changesStatus } ?? 0
        let status = story.events.lastIndex { $0.changesStatus } ?? 0
        var conflated: [UInt8] = []
        EventFrame(
            story.events[status],
            position: LogPosition(epoch: ExampleStory.epoch, seq: story.events[status].seq),
            positionEncoder: text
        ).staff.append(to: &conflated, plain: false, skipped: 3)
        let resets = ControlFrame.ResetReason.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        let byes = ControlFrame.ByeReason.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        let kinds: [(String, String, [UInt8])] = [
            (
                "snapshot", "The order as `GET /v1/orders/{id}` gives it.",
                ControlFrame.snapshot(snapshot.bytes, position: head, plain: false)
            ),
            ("status", "An event that changed the headline.", frame(status)),
            ("update", "Any other event that this audience may see.", frame(update)),
            (
                "id-only block",
                """
                Every 15 s and before `bye`: the position that the stream has fully passed. It dispatches nothing, keeps \
                proxies awake, and moves the cursor of a filtered stream past what it does not show.
                """, ControlFrame.cursor(head)
            ),
            (
                "reset",
                "The position cannot be resumed from. Without id; then as at a beginning. Reasons: \(resets).",
                ControlFrame.reset(.unknownEpoch, position: head, plain: false)
            ),
            (
                "bye", "The stream ends; come back after `retry`. Reasons: \(byes).",
                ControlFrame.bye(.shutdown, retry: 2417, plain: false)
            ),
            (
                "with conflate",
                """
                The newest event of an order that changed since the last tick; `skipped` counts the order's events before \
                it that are not shown. Frames come in ascending order, so no id is ahead of an event that is still to be \
                shown: with any of them a client goes on without missing an order's newest event. Between ticks the id-only \
                block stays at the last tick.
                """, conflated
            ),
            (
                "with plain=true",
                "There is no `event:` line, and `snapshot`, `reset` and `bye` carry `type` in their data.",
                ControlFrame.bye(.shutdown, retry: 2417, plain: true)
            ),
        ]
        all = kinds.map { name, note, bytes in
            (name, note, String(decoding: bytes, as: UTF8.self).split(separator: "\n").joined(separator: "\n"))
        }
    }
}
