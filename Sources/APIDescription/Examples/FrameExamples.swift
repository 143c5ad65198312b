import EventStreams
import OrderLog
import Orders
import StrictJSON

/// Examples of every kind of frame, written by the code that writes streams.
struct FrameExamples {
    /// The name of each kind, its meaning, and an example.
    let all: [(name: String, note: String, text: String)]
    /// The position of the examples.
    let head: String

    init() {
        let story = ExampleStory()
        let positionEncoder = PositionEncoder { _ in "AHq3vVw0Jp8mXc2Yt5Rz1Lk" }
        func frame(_ index: Int) -> [UInt8] {
            let event = story.events[index]
            let position = LogPosition(epoch: ExampleStory.epoch, seq: event.seq)
            return EventFrame(event, position: position, positionEncoder: positionEncoder).staff.bytes
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
            positionEncoder: positionEncoder
        ).staff.append(to: &conflated, plain: false, skipped: 3)
        let resets = ControlFrame.ResetReason.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        let byes = ControlFrame.ByeReason.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        let kinds: [(String, String, [UInt8])] = [
            (
                "snapshot", "The order as `GET /v1/orders/{id}` gives it.",
                ControlFrame.snapshot(snapshot.bytes, position: head, plain: false)
            ),
            ("status", "An event that changed the status.", frame(status)),
            ("update", "Any other event that the caller may see.", frame(update)),
            (
                "id-only block",
                """
                Comes every 15 s (`--heartbeat`) and before `bye`, with the position up to which the stream has shown \
                everything. It dispatches no event, keeps proxies from closing the connection, and moves the position of a filtered stream \
                past events that are not shown.
                """, ControlFrame.cursor(head)
            ),
            (
                "reset",
                "The stream cannot continue after the position. Has no id; the stream then begins anew. Reasons: \(resets).",
                ControlFrame.reset(.unknownEpoch, position: head, plain: false)
            ),
            (
                "bye",
                "The stream ends. `retry` is the time after which to come back, in milliseconds. Reasons: \(byes).",
                ControlFrame.bye(.shutdown, retry: 2417, plain: false)
            ),
            (
                "with conflate",
                """
                The newest event of an order that changed since the last tick; `skipped` counts the order's events before \
                it that are not shown. Frames come in ascending order of position, so a client that continues after any of \
                them misses no order's newest event. Between ticks the id-only block stays at the last tick.
                """, conflated
            ),
            (
                "with beat=true",
                "Every id-only block, the first one too, is also an event, for pages, which cannot see id-only blocks.",
                ControlFrame.cursor(head, beat: .named)
            ),
            (
                "with plain=true",
                "There is no `event:` line, and `snapshot`, `reset` and `bye` have `type` in their data.",
                ControlFrame.bye(.shutdown, retry: 2417, plain: true)
            ),
        ]
        all = kinds.map { name, note, bytes in
            (name, note, String(decoding: bytes, as: UTF8.self).split(separator: "\n").joined(separator: "\n"))
        }
    }
}
