import Access
import HTTPTypes
import OrderAPI
import Orders
import StrictJSON
import Telemetry

/// The OpenAPI 3.1 description of the API. Commands and events describe themselves; problems and permissions come from
/// their tables in the code.
struct APIDocument {
    let operations: [APIOperation]
    /// The enumerations that bodies use, by name.
    let enumerations: [APIEnumeration]
    /// The whole document.
    let value: JSONValue

    /// The description, built once.
    static let shared = APIDocument()

    init() {
        let catalog = SchemaCatalog()
        let examples = ExampleStory()
        APISchemas.define(in: catalog)
        let operations = Self.operations(catalog, examples)
        self.operations = operations
        enumerations = APIEnumeration.all(in: catalog)
        value = [
            "openapi": "3.1.0",
            "info": [
                "title": "Waybill", "version": .string(BuildInfo.version), "summary": "Event-sourced order tracking.",
                "description": .string(Self.introduction),
            ],
            "servers": [["url": "/"]],
            "security": [["bearer": []]],
            "tags": .array(
                APIOperation.Tag.allCases.filter { tag in operations.contains { $0.tag == tag } }.map { tag in
                    ["name": .string(tag.rawValue), "description": .string(tag.note)]
                }
            ),
            "paths": Self.paths(operations),
            "components": [
                "schemas": .members(catalog.schemas.sorted { $0.key < $1.key }),
                "headers": .members(APIHeader.all),
                "securitySchemes": [
                    "bearer": [
                        "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                        "description": .string(Self.tokens),
                    ]
                ],
            ],
        ]
    }

    /// The fields of the document's schemas.
    var fields: SchemaFields { SchemaFields(schemas: value["components"]?["schemas"] ?? true) }

    /// The fields that a bulk line has beside those of its command.
    var bulkLineFields: [SchemaFields.Field] {
        let line = fields.fields(of: APISchemas.reference("ConfirmOrderLine"))
        return line.filter { ["command", "orderId", "commandId", "ifMatch"].contains($0.path) }.map { field in
            switch field.path {
            case "command":
                let words = APISchemas.reference("CommandName")
                return SchemaFields.Field(path: field.path, isRequired: true, schema: words, meaning: field.meaning)
            case "orderId":
                let meaning = field.meaning + " Optional for `placeOrder`; absent for `recordScan` by `trackingNumber`."
                return SchemaFields.Field(path: field.path, isRequired: true, schema: field.schema, meaning: meaning)
            default: return field
            }
        }
    }

    /// The introduction, in a few sentences.
    var introduction: String { Self.introduction }

    /// Every operation of the service.
    private static func operations(_ catalog: SchemaCatalog, _ examples: ExampleStory) -> [APIOperation] {
        APIOperation.commands(catalog, examples) + APIOperation.reads(examples) + APIOperation.streams
            + APIOperation.tracking(examples) + APIOperation.service
    }

    private static let introduction = """
        Shop backends submit commands, and each accepted command appends events to one log. Clients read orders, and follow \
        them by Server-Sent Events whose ids are positions in the log. Bodies are strict JSON (RFC 8259) of at most 256 KiB, \
        without unknown or repeated names, compressed by gzip or deflate or as they are. An optional field is left out, never \
        null. Times are RFC 3339. Every response has an `X-Request-Id`: the request's own, or a new one.
        """

    private static let tokens = """
        `aud` is `waybill`; `iss`, `sub` and `exp` are required; `role` is backend, customer, staff or operator; `shop` is a \
        name or a list of names (`*` for staff and operators only, exactly one for a customer). A customer's `sub` is the \
        `customer` of its orders. A resource outside the token's shops is 404.
        """

    private static func paths(_ operations: [APIOperation]) -> JSONValue {
        var order: [String] = []
        var items: [String: [(String, JSONValue)]] = [:]
        for operation in operations {
            if items[operation.path] == nil { order.append(operation.path) }
            items[operation.path, default: []].append((operation.method.rawValue.lowercased(), operation.json))
        }
        return .members(order.map { ($0, .members(items[$0] ?? [])) })
    }
}
