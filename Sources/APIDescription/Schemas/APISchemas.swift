import EventStreams
import OrderAPI
import Orders
import Projections
import StrictJSON

/// The schemas of the service's responses.
enum APISchemas {
    static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

    /// Adds every schema that the operations refer to by name.
    static func define(in catalog: SchemaCatalog) {
        _ = Order.schema(in: catalog)
        for (name, schema) in named + enumerations { _ = catalog.reference(name) { schema } }
        _ = catalog.reference("Event") { event(in: catalog) }
    }

    private static let named: [(String, JSONValue)] = [
        (
            "Position",
            [
                "type": "string", "minLength": 1,
                "description": .string(
                    "A position in the log: `<epoch>-<seq>`, or for customers a sealed token of the same meaning. Opaque."
                ),
            ]
        ),
        ("Problem", problem), ("FieldError", fieldError), ("Receipt", receipt), ("ReceiptEvent", receiptEvent),
        ("OrderPage", orderPage), ("EventPage", eventPage),
        ("BulkResult", bulkResult), ("BulkSummary", bulkSummary), ("ResetFrame", resetFrame), ("ByeFrame", byeFrame),
        ("BeatFrame", beatFrame),
        ("Health", health), ("Session", session),
        ("ServiceStatus", serviceStatus), ("DatabaseStatus", databaseStatus), ("Failure", failure),
        ("Stats", stats), ("ShopCount", shopCount), ("StatusCounts", statusCounts),
        ("MinuteCounts", minuteCounts), ("TimesInStatus", timesInStatus),
        ("TimeInStatus", timeInStatus), ("AttentionQueue", attentionQueue), ("AttentionEntry", attentionEntry),
        ("Projections", projections), ("ProjectionVersion", projection), ("ReplayProgress", replayProgress),
        ("Replay", replay),
        ("TrackingLinkRequest", trackingLinkRequest), ("TrackingLink", trackingLink),
        ("TrackingLinks", trackingLinks), ("TrackingLinkEntry", trackingLinkEntry),
    ]

    /// The enumerations that these schemas refer to. Each has a name, so that generated clients have one type for it.
    private static let enumerations: [(String, JSONValue)] = [
        ("OrderStatus", list(OrderStatus.self)), ("CommandName", list(CommandName.self)),
        ("EventType", list(EventType.self)), ("AnomalyCode", list(AnomalyCode.self)),
        ("RejectionReason", list(RejectionReason.self)), ("ProblemCode", list(ProblemCode.self)),
        ("BulkOutcome", list(BulkOutcome.self)), ("BulkResults", list(BulkResults.self)),
        ("ResetReason", list(ControlFrame.ResetReason.self)),
        ("ByeReason", list(ControlFrame.ByeReason.self)), ("ProjectionState", list(ProjectionVersionState.self)),
        ("ReplayState", list(ReplayActivity.self)), ("HealthState", list(HealthStatus.self)),
        ("SessionRole", list(SessionRole.self)), ("FailureLevel", list(FailureLevel.self)),
        ("ProjectionName", ["type": "string", "enum": .strings(ReadModels.all.map(\.name))]),
    ]

    private static func list<Word: RawRepresentable<String> & CaseIterable>(_ type: Word.Type) -> JSONValue {
        ["type": "string", "enum": .strings(type.allCases.map(\.rawValue))]
    }

    // MARK: Kinds of values

    static let text: JSONValue = ["type": "string"]
    static let count: JSONValue = ["type": "integer", "format": "int64", "minimum": 0]
    /// An order's version, or a number as small: an order has at most 10,000 events.
    static let version: JSONValue = ["type": "integer", "minimum": 1]
    static let time: JSONValue = ["type": "string", "format": "date-time"]
    static let uuid: JSONValue = ["type": "string", "format": "uuid"]
    static let seconds: JSONValue = ["type": "number", "minimum": 0]
    static let position = reference("Position")
    static let status = reference("OrderStatus")

    /// The schema of a text that is always the same.
    static func constant(_ text: String) -> JSONValue { ["type": "string", "enum": [.string(text)]] }

    static func list(of element: JSONValue) -> JSONValue { ["type": "array", "items": element] }

    /// A member of an object, with its meaning as the description.
    static func member(_ name: String, _ schema: JSONValue, _ meaning: String) -> (String, JSONValue) {
        (name, schema.adding(("description", .string(meaning))))
    }
}
