enum StreamsPage {
    static var text: String {
        let examples = FrameExamples()
        return """
            # Streams

            Server-Sent Events (WHATWG HTML, section 9.2). Ids are positions in the log: a client that comes back with its last
            id continues at exactly the next event, without a gap and without a repetition.

            \(table(["stream", "begins with"], APIDocument.shared.operations.filter { $0.tag == .streams }.map { ["`GET \($0.path)`", beginning($0)] }))
            ## Frames

            First of all comes `retry:`, with jitter. Then:

            \(examples.all.map { "`\($0.name)`: \($0.note)\n\n```\n\($0.text)\n```" }.joined(separator: "\n\n"))

            ## Beginnings

            `Last-Event-ID`, else `after=<position>`; `0` is the beginning of the log, empty means absent. Without either, the
            stream begins with what is now. Any status other than 200 makes a browser's EventSource give up for good: 401, 403
            and 404 come where that is right; overload, a service that ends and unusable ids answer 200 and say it in frames.

            ## curl

            ```
            curl -N -H "Authorization: Bearer $TOKEN" $URL/v1/orders/$ORDER/stream
            curl -N -H "Authorization: Bearer $TOKEN" -H "Last-Event-ID: \(examples.head)" $URL/v1/stream?status=attention
            ```

            ## EventSource

            A browser's EventSource sends no `Authorization`: a proxy or the shop's own backend adds the token. EventSource
            reconnects by itself, with its last id.

            ```js
            const stream = new EventSource(`/my-orders/${order}/stream`);
            stream.addEventListener("snapshot", (frame) => show(JSON.parse(frame.data)));
            stream.addEventListener("status", (frame) => announce(JSON.parse(frame.data)));
            stream.addEventListener("update", (frame) => add(JSON.parse(frame.data)));
            stream.addEventListener("reset", () => clear());
            ```

            """
    }

    private static func beginning(_ operation: APIOperation) -> String {
        let sentences = operation.note.split(separator: ". ").map(String.init)
        return sentences.first { $0.hasPrefix("Begins") } ?? ""
    }
}
