import EventStreams

/// `docs/streams.md`: the streams, their frames, and examples of clients.
enum StreamsPage {
    static var text: String {
        let examples = FrameExamples()
        let streams = APIDocument.shared.operations.filter { $0.tag == .streams }.map {
            ["`GET \($0.path)`", beginning(of: $0)]
        }
        let words = { (words: [(String, String)]) in
            MarkdownTable.text(["reason", "meaning"], words.map { ["`\($0.0)`", $0.1] })
        }
        return """
            # Streams

            Streams are Server-Sent Events (WHATWG HTML, section 9.2). Ids are positions in the log: a client that comes back
            with its last id continues at exactly the next event, without a gap and without a repetition.

            \(MarkdownTable.text(["stream", "beginning"], streams))
            ## Frames

            The first block of a stream is `retry:`, in milliseconds and with jitter. On resuming it repeats the position as
            its `id:`, since some client libraries set their position from every block. Then come:

            \(examples.all.map { "`\($0.name)`: \($0.note)\n\n```\n\($0.text)\n```" }.joined(separator: "\n\n"))

            Reasons of `reset`:

            \(words(ControlFrame.ResetReason.allCases.map { ($0.rawValue, $0.meaning) }))
            Reasons of `bye`:

            \(words(ControlFrame.ByeReason.allCases.map { ($0.rawValue, $0.meaning) }))
            ## Beginnings

            A stream continues after `Last-Event-ID`, else after `lastEventId=<position>` in the query (which polyfills send),
            else after `after=<position>`; `0` is the beginning of the log, and empty means absent. Without any of
            the three, the stream begins with the current state. Any status other than 200 makes a browser's EventSource give up
            for good. So 401, 403 and 404 are answered where giving up is right; overload, a service that
            shuts down and unusable positions are answered with status 200 and reported in frames.

            Parameters whose names begin with `_`, and `t` and `ts`, are ignored: they are added against caches. Of a parameter
            given twice the last counts. Other unknown parameters and wrong values are 400.

            ## Limits

            A customer, or a tracking link, has at most 100 streams (`--streams-per-caller`). One more is answered by `bye` with
            `overload` and a `retry` that grows: at random between 2 and 4 s, and twice as long with each refusal, up to between
            64 and 128 s. Backends, staff and operators share what is left of 20,000. While openings are refused, `retry` grows
            for everybody: it is at random between 1 and 3 s, and the 3 s grow by a millisecond for each recent refusal, up to
            60 s.

            Positions of customers and tracking links are encrypted, and move with their own events only, so that neither a
            position nor its changes tell how much a shop sells. Such a position is not bound to its customer or link: another
            one's opens one's own streams alone, and shows nothing of the other. In data, U+0085, U+2028 and U+2029 are JSON escapes, since some
            client libraries take them for line ends.

            ## curl

            ```
            curl -N -H "Authorization: Bearer $TOKEN" $URL/v1/orders/$ORDER/stream
            curl -N -H "Authorization: Bearer $TOKEN" -H "Last-Event-ID: \(examples.head)" $URL/v1/stream?status=attention
            ```

            ## EventSource

            A browser's EventSource cannot send `Authorization`: a proxy or the shop's own backend must add the token. It needs
            none for the stream of a [tracking link](links-and-sessions.md#tracking-links), and none on the service's own pages,
            where the cookie of a [session](links-and-sessions.md#sessions) stands for it.
            EventSource reconnects by itself, with its last id.

            ```js
            const stream = new EventSource(`/my-orders/${order}/stream`);
            stream.addEventListener("snapshot", (frame) => show(JSON.parse(frame.data)));
            stream.addEventListener("status", (frame) => announce(JSON.parse(frame.data)));
            stream.addEventListener("update", (frame) => add(JSON.parse(frame.data)));
            stream.addEventListener("reset", () => clear());
            ```

            """
    }

    private static func beginning(of operation: APIOperation) -> String {
        let sentences = operation.note.split(separator: ". ").map(String.init)
        return sentences.first { $0.hasPrefix("Begins") } ?? ""
    }
}
