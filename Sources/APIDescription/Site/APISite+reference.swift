import EventStreams
import HTTPTypes
import OrderAPI
import OrderLog
import Orders
import StrictJSON

/// The reference that all operations share.
extension APISite {
    var frames: String {
        let articles = FrameExamples().all.map { name, note, frame in
            """
            <article id="frame-\(name.replacing(" ", with: "-"))">
            <h3><code>\(HTML.text(name))</code></h3>
            <div class="text"><p>\(HTML.prose(note))</p></div>
            <div class="code">\(HTML.block("Frame", HTML.text(frame)))</div>
            </article>

            """
        }
        return """
            <section class="frames">
            <h2 class="title" id="frames">Stream frames</h2>
            <p class="lead">Streams are Server-Sent Events (WHATWG HTML, section 9.2). An <code>id:</code> is a position: a
            client that comes back with its last one continues at exactly the next event. The first block of a stream is
            <code>retry:</code>, with jitter.</p>
            \(articles.joined())
            </section>

            """
    }

    var events: String {
        let catalog = SchemaCatalog()
        let rows = EventType.allCases.map { type in
            let contents = type.contents(in: catalog)
            let inside = EventsPage.names(in: contents.internal ?? contents.hidden ?? true)
            return [
                HTML.code(type.rawValue), HTML.prose(type.summary),
                HTML.text(contents.data.map(EventsPage.names) ?? "{}"), HTML.text(inside),
            ]
        }
        return """
            <section>
            <h2 class="title" id="event-types">Types of events</h2>
            <p class="lead">An event reads the same in frames, in an order's history and on pages of the log. <code>data</code> is
            the part that customers see, <code>internal</code> is for backends, staff and operators. Optional fields are in
            parentheses; types and meanings are in \(link(toPage: "events.md")).</p>
            \(HTML.table(["type", "meaning", "data", "internal"], rows))</section>

            """
    }

    var problems: String {
        let codes = ProblemCode.allCases.map { code in
            let word = "<span id=\"problem-\(code.rawValue)\">\(HTML.code(code.rawValue))</span>"
            return [word, "\(code.status.code)", HTML.prose(code.title)]
        }
        let reasons = RejectionReason.allCases.map { [HTML.code($0.rawValue), HTML.prose($0.meaning)] }
        return """
            <section>
            <h2 class="title" id="problems">Problems</h2>
            <p class="lead">Errors are problem details (RFC 9457). <code>code</code> is a stable word for programs;
            <code>detail</code> is for people and may change. 401 comes with <code>WWW-Authenticate</code>, 405 with
            <code>Allow</code>, 412 with the order's <code>ETag</code>, 422 with <code>errors</code> that point into the body, 429
            and 503 with <code>Retry-After</code>.</p>
            \(HTML.table(["code", "status", "meaning"], codes))
            <h2 class="title" id="reasons">Refusals</h2>
            <p class="lead">409 <code>rejected</code> depends on the order's state alone. It has <code>reason</code>, and in
            <code>allowedCommands</code> the commands that the order would take from the caller now.</p>
            \(HTML.table(["reason", "rule"], reasons))</section>

            """
    }

    var headers: String {
        let rows = (document.value["components"]?["headers"]?.object?.members ?? []).map { header in
            [HTML.code(APIHeader.reference(header.name).0), HTML.prose(header.value["description"]?.string ?? "")]
        }
        return """
            <section>
            <h2 class="title" id="headers">Headers</h2>
            <p class="lead">The headers of responses.</p>
            \(HTML.table(["header", "meaning"], rows))</section>

            """
    }

    var types: String {
        let parts = fields.fields.types.map { name, schema in
            """
            <h3 id="type-\(name)"><code>\(name)</code></h3>
            <p>\(HTML.prose(schema["description"]?.string ?? ""))</p>
            \(fields.html(schema))
            """
        }
        return """
            <section class="types">
            <h2 class="title" id="types">Types</h2>
            <p class="lead">The objects in bodies.</p>
            \(parts.joined(separator: "\n"))
            </section>

            """
    }

    var enumerations: String {
        let parts = document.enumerations.map { enumeration in
            """
            <h3 id="enumeration-\(enumeration.name)"><code>\(enumeration.name)</code></h3>
            \(HTML.table(["word", "meaning"], enumeration.words.map { [HTML.code($0.word), HTML.prose($0.meaning)] }))
            """
        }
        return """
            <section class="types">
            <h2 class="title" id="enumerations">Enumerations</h2>
            <p class="lead">The words of fields. Types of events, codes of problems and reasons have sections of their own.</p>
            \(parts.joined(separator: "\n"))
            </section>

            """
    }
}
