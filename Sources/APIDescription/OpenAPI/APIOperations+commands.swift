import Access
import HTTPTypes
import OrderAPI
import Orders
import StrictJSON

extension APIOperation {
    /// The operations for single commands, for scans by tracking number, and the bulk operation.
    static func commands(_ catalog: SchemaCatalog, _ examples: ExampleStory) -> [APIOperation] {
        CommandName.allCases.map { command($0, catalog, examples) }
            + [trackedScan(catalog, examples), bulk(catalog, examples)]
    }

    private static let bodyProblems: [ProblemCode] = [
        .malformedRequest, .malformedJson, .invalidUtf8, .duplicateKey, .malformedCommandId, .malformedIfMatch,
        .requestTimeout, .bodyTooLarge, .unsupportedMediaType, .invalidCommand, .commandIdReused, .versionMismatch,
        .overloaded,
    ]

    private static func command(
        _ name: CommandName,
        _ catalog: SchemaCatalog,
        _ examples: ExampleStory
    ) -> APIOperation {
        let places = name == .placeOrder
        let schema = name.schema(in: catalog)
        // These two need one of several fields, which no list of required ones can say.
        let needsBody =
            catalog.schemas[name.schemaName]?["required"] != nil || [.setMetadata, .setTracking].contains(name)
        var media: JSONValue = ["schema": schema]
        if let body = examples.bodies[name] { media = media.adding(("example", body)) }
        return APIOperation(
            method: .post,
            path: places ? "/v1/orders" : "/v1/orders/{id}/\(name.path)",
            id: name.rawValue,
            tag: .commands,
            summary: name.summary,
            note: name.isFact ? factNote : "",
            permission: .command(name),
            parameters: (places ? [] : [APIParameter.orderId]) + APIParameter.commandHeaders,
            body: ["required": .bool(needsBody), "content": ["application/json": media]],
            answers: [answer(to: name, example: examples.receipts[name])],
            problems: bodyProblems + (places ? [.foreignShop, .orderExists] : [.notFound, .rejected]),
            problemHeaders: ["Waybill-Command-Id"]
        )
    }

    private static let factNote =
        "Reports a fact: it counts once however often it is sent, and is never refused for being late or unexpected. The "
        + "same id with other content is 409 `factIdReused`."

    private static func answer(to name: CommandName, example: JSONValue?) -> APIAnswer {
        let places = name == .placeOrder
        var content: JSONValue = ["schema": APISchemas.reference("Receipt")]
        if let example { content = content.adding(("example", example)) }
        return APIAnswer(
            status: places ? 201 : 200,
            note: "Accepted: the command is in the log exactly once."
                + (name.isFact
                    ? " For a known fact, `events` is empty and `position` is that of the order's last event." : ""),
            headers: ["ETag", "Idempotent-Replayed", "Waybill-Command-Id"] + (places ? ["Location"] : []),
            content: [("application/json", content)]
        )
    }

    private static func trackedScan(_ catalog: SchemaCatalog, _ examples: ExampleStory) -> APIOperation {
        APIOperation(
            method: .post,
            path: "/v1/scans",
            id: "recordTrackedScan",
            tag: .commands,
            summary: "Reports a carrier's scan by the parcel's tracking number, which is what carriers know.",
            note: """
                \(factNote) The number may be a current or a former one; only its ASCII letters and digits count, in \
                whichever case. Carriers use numbers again: of several parcels, the one that knows the `scanId` gets the scan, \
                else the newest that was still on its way at `occurredAt`, else the newest. A carrier is compared where both \
                are known. `shop` is needed where the token is for several shops.
                """,
            permission: .command(.recordScan),
            parameters: APIParameter.commandHeaders,
            body: [
                "required": true,
                "content": [
                    "application/json": [
                        "schema": CommandName.trackedScanSchema(in: catalog), "example": examples.trackedScan,
                    ]
                ],
            ],
            answers: [answer(to: .recordScan, example: examples.receipts[.recordScan])],
            problems: bodyProblems + [.foreignShop, .unknownTrackingNumber, .rejected],
            problemHeaders: ["Waybill-Command-Id"]
        )
    }

    private static func bulk(_ catalog: SchemaCatalog, _ examples: ExampleStory) -> APIOperation {
        let lines = CommandName.allCases.map { $0.lineSchema(in: catalog) }
        _ = catalog.reference("BulkLine") {
            [
                "description": """
                A command's fields with its name, its order and its id. A `recordScan` without `orderId` and `parcelId` \
                names its parcel by `trackingNumber`.
                """, "oneOf": .array(lines),
                "discriminator": [
                    "propertyName": "command",
                    "mapping": .members(
                        CommandName.allCases.map {
                            ($0.rawValue, .string("#/components/schemas/\($0.schemaName)Line"))
                        }
                    ),
                ],
            ]
        }
        return APIOperation(
            method: .post,
            path: "/v1/commands",
            id: "bulk",
            tag: .commands,
            summary: "Takes any number of commands, one a line, and answers each line in order.",
            note: """
                Request and response are streams of lines. Lines count from 1, blank lines and a byte order mark at the \
                beginning are skipped, and a line holds at most 256 KiB. A line without `commandId` cannot be sent again \
                safely. A client may send everything before it reads: results that it does not take wait in a file, at most 256 MiB \
                a request and 1 GiB in all. Beyond, lines are not read, and 60 s without progress end the connection. \
                `recordScan` takes a `trackingNumber` in place of `orderId` and `parcelId`, as `POST /v1/scans` does.
                """,
            permission: .placeAndReport,
            parameters: [
                APIParameter.query(
                    "results",
                    APISchemas.reference("BulkResults"),
                    "The results that the response holds. Default: all."
                )
            ],
            body: [
                "required": true,
                "content": [
                    "application/x-ndjson": [
                        "schema": ["type": "string", "description": "Each line is a BulkLine."],
                        "x-line": APISchemas.reference("BulkLine"), "example": .string(examples.bulk),
                    ]
                ],
            ],
            answers: [
                APIAnswer(
                    status: 200,
                    note: """
                        One result for each line, in the same order. With `results=rejected` those of rejected lines alone, \
                        then one BulkSummary; a response without it is not finished.
                        """,
                    content: [
                        (
                            "application/x-ndjson",
                            [
                                "schema": [
                                    "type": "string",
                                    "description":
                                        "Each line is a BulkResult, the last one a BulkSummary where asked for.",
                                ],
                                "x-line": APISchemas.reference("BulkResult"),
                            ]
                        )
                    ]
                )
            ],
            problems: [.malformedRequest, .unsupportedMediaType]
        )
    }
}
