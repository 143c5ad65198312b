import LiveStreams
import OrderLog
import Orders
import StrictJSON

@testable import WaybillServer

enum StreamsPage {
    static var text: String {
        get throws {
            let story = ExampleStory()
            let text = PositionText { _ in "AHq3vVw0Jp8mXc2Yt5Rz1Lk" }
            func frame(_ index: Int) -> String {
                let event = story.events[index]
                let position = LogPosition(epoch: ExampleStory.epoch, seq: event.seq)
                return shown(EventFrame(event, position: position, text: text).staff.bytes)
            }
            let update = story.events.firstIndex { !$0.changesStatus } ?? 0
            let status = story.events.lastIndex { $0.changesStatus } ?? 0
            let snapshot: JSONValue = [
                "orderId": story.order["orderId"] ?? .null, "version": 1, "…": "the rest of the order",
            ]
            let head = "\(ExampleStory.epoch)-\(story.events.count)"
            return """
                # Streams

                Server-Sent Events (WHATWG HTML, section 9.2). Ids are positions in the log: a client that comes back with its last
                id continues at exactly the next event, without a gap and without a repetition.

                \(table(["stream", "begins with"], DescriptionTests.served.operations.filter { $0.tag == .streams }.map { ["`GET \($0.path)`", beginning($0)] }))
                ## Frames

                First of all comes `retry:`, with jitter. Then:

                `snapshot`: the order as `GET /v1/orders/{id}` gives it.

                \(block(ControlFrame.snapshot(snapshot.bytes, position: head, plain: false)))
                `status`: an event that changed the headline.

                ```
                \(frame(status))
                ```

                `update`: any other event that this audience may see.

                ```
                \(frame(update))
                ```

                An id-only block, every 15 s and before `bye`: the position that the stream has fully passed. It dispatches
                nothing, keeps proxies awake, and moves the cursor of a filtered stream past what it does not show.

                \(block(ControlFrame.cursor(head)))
                `reset`: the position cannot be resumed from. Without id; then as at a beginning. Reasons:
                \(ControlFrame.ResetReason.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")).

                \(block(ControlFrame.reset(.unknownEpoch, position: head, plain: false)))
                `bye`: the stream ends; come back after `retry`. Reasons:
                \(ControlFrame.ByeReason.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")).

                \(block(ControlFrame.bye(.shutdown, retry: 2417, plain: false)))
                With `plain=true` there is no `event:` line, and `snapshot`, `reset` and `bye` carry `type` in their data:

                \(block(ControlFrame.bye(.shutdown, retry: 2417, plain: true)))
                ## Beginnings

                `Last-Event-ID`, else `after=<position>`; `0` is the beginning of the log, empty means absent. Without either, the
                stream begins with what is now. Any status other than 200 makes a browser's EventSource give up for good: 401, 403
                and 404 come where that is right; overload, a service that ends and unusable ids answer 200 and say it in frames.

                ## curl

                ```
                curl -N -H "Authorization: Bearer $TOKEN" $URL/v1/orders/$ORDER/stream
                curl -N -H "Authorization: Bearer $TOKEN" -H "Last-Event-ID: \(head)" $URL/v1/stream?status=attention
                ```

                ## EventSource

                A browser's EventSource sends no `Authorization`; it goes by a tracking link or the staff page's cookie. It
                reconnects by itself, with its last id.

                ```js
                const stream = new EventSource(`/track/${token}/stream`);
                stream.addEventListener("snapshot", (frame) => show(JSON.parse(frame.data)));
                stream.addEventListener("status", (frame) => announce(JSON.parse(frame.data)));
                stream.addEventListener("update", (frame) => add(JSON.parse(frame.data)));
                stream.addEventListener("reset", () => clear());
                ```

                """
        }
    }

    private static func beginning(_ operation: APIOperation) -> String {
        let sentences = operation.note.split(separator: ". ").map(String.init)
        return sentences.first { $0.hasPrefix("Begins") } ?? ""
    }

    private static func shown(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").joined(separator: "\n")
    }

    private static func block(_ bytes: [UInt8]) -> String { "```\n\(shown(bytes))\n```\n" }
}
