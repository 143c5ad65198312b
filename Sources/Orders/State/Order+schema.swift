package import StrictJSON

extension Order {
    /// What `json(for:role:position:recordedAt:)` writes. The writer has no declarations that this could be taken from, so
    /// tests hold the one against the other, in both directions.
    package static func schema(in catalog: SchemaCatalog) -> JSONValue {
        catalog.reference("Order") {
            .object(
                [
                    ("orderId", uuid), ("number", text), ("shop", text), ("customer", text), ("version", count),
                    ("position", position), ("status", word(OrderStatus.self, catalog)),
                    ("lifecycle", word(Lifecycle.self, catalog)), ("placedAt", time(catalog)),
                    ("updatedAt", time(catalog)), ("contactRef", text), ("country", text),
                    ("currency", Field.currency.describe(catalog)), ("locale", text),
                    ("terms", word(Terms.self, catalog)), ("taxIncluded", flag), ("shipping", money(catalog)),
                    ("tax", money(catalog)), ("discount", money(catalog)), ("total", money(catalog)),
                    ("lines", list(line(catalog))), ("holds", list(hold(catalog))),
                    ("parcels", list(parcel(catalog))), ("payment", payment(catalog)),
                    ("returns", list(returned(catalog))), ("notes", list(note(catalog))),
                ],
                optional: [
                    ("promised", window(catalog)), ("eta", window(catalog)), ("internal", inside(catalog)),
                ],
                "An order as it is now. `internal` is not for customers."
            )
        }
    }

    private static func line(_ catalog: SchemaCatalog) -> JSONValue {
        catalog.reference("OrderLine") {
            .object(
                [
                    ("lineId", text), ("sku", text), ("name", text), ("quantity", count), ("unitPrice", money(catalog)),
                    ("open", count), ("packed", count), ("shipped", count), ("delivered", count), ("cancelled", count),
                    ("returned", count),
                ],
                "quantity = open + packed + shipped + delivered + cancelled; returned is of the delivered ones."
            )
        }
    }

    private static func hold(_ catalog: SchemaCatalog) -> JSONValue {
        .object([("holdId", text), ("reason", word(HoldReason.self, catalog)), ("since", time(catalog))])
    }

    private static func parcel(_ catalog: SchemaCatalog) -> JSONValue {
        catalog.reference("Parcel") {
            .object(
                [
                    ("parcelId", text), ("status", word(ParcelStatus.self, catalog)),
                    ("lines", Field<[LineQuantity]>.lines.describe(catalog)), ("scans", list(scan(catalog))),
                ],
                optional: [("carrier", text), ("trackingNumber", text), ("eta", window(catalog))]
            )
        }
    }

    private static func scan(_ catalog: SchemaCatalog) -> JSONValue {
        catalog.reference("Scan") {
            .object(
                [
                    ("scanId", text), ("code", word(ScanCode.self, catalog)), ("occurredAt", time(catalog)),
                    ("retracted", flag),
                ],
                optional: [
                    ("place", Field.place.describe(catalog)), ("reason", word(FailureReason.self, catalog)),
                    ("proof", Field.proof.describe(catalog)),
                ]
            )
        }
    }

    private static func payment(_ catalog: SchemaCatalog) -> JSONValue {
        .object([
            ("authorized", sum(catalog)), ("captured", sum(catalog)), ("voided", sum(catalog)),
            ("refunded", sum(catalog)),
            (
                "reports",
                list(
                    .object(
                        [
                            ("paymentId", text), ("kind", word(PaymentKind.self, catalog)), ("amount", money(catalog)),
                            ("occurredAt", time(catalog)),
                        ],
                        optional: [("returnId", text)]
                    )
                )
            ),
        ])
    }

    private static func returned(_ catalog: SchemaCatalog) -> JSONValue {
        .object(
            [
                ("returnId", text), ("status", word(ReturnStatus.self, catalog)),
                ("lines", Field<[LineQuantity]>.lines.describe(catalog)), ("reason", text),
            ],
            optional: [("note", text)]
        )
    }

    private static func note(_ catalog: SchemaCatalog) -> JSONValue {
        .object([("text", text), ("at", time(catalog))])
    }

    private static func inside(_ catalog: SchemaCatalog) -> JSONValue {
        .object(
            [
                ("attention", flag),
                (
                    "anomalies",
                    list(
                        .object([
                            ("version", count), ("code", word(AnomalyCode.self, catalog)), ("message", text),
                            ("at", time(catalog)),
                        ])
                    )
                ),
                (
                    "holds",
                    list(
                        .object(
                            [
                                ("holdId", text), ("reason", word(HoldReason.self, catalog)), ("since", time(catalog)),
                            ],
                            optional: [("note", text)]
                        )
                    )
                ),
                ("notes", list(note(catalog))),
                ("providerRefs", list(.object([("paymentId", text), ("providerRef", text)]))),
                ("allowedCommands", list(word(CommandName.self, catalog))),
            ],
            "For backends, staff and operators; the commands are those of the caller's role."
        )
    }

    private static let uuid: JSONValue = ["type": "string", "format": "uuid"]
    private static let text: JSONValue = ["type": "string"]
    private static let count: JSONValue = ["type": "integer", "minimum": 0]
    private static let flag: JSONValue = ["type": "boolean"]
    private static let position: JSONValue = ["$ref": "#/components/schemas/Position"]

    private static func list(_ items: JSONValue) -> JSONValue { ["type": "array", "items": items] }

    private static func time(_ catalog: SchemaCatalog) -> JSONValue { Field.time.describe(catalog) }

    private static func window(_ catalog: SchemaCatalog) -> JSONValue { Field.window.describe(catalog) }

    private static func money(_ catalog: SchemaCatalog) -> JSONValue { Field.money.describe(catalog) }

    /// A sum of reported amounts may pass the bound of a single one.
    private static func sum(_ catalog: SchemaCatalog) -> JSONValue {
        .object([("amount", count), ("currency", Field.currency.describe(catalog))])
    }

    private static func word<Word: RawRepresentable<String> & CaseIterable & Sendable>(
        _: Word.Type,
        _ catalog: SchemaCatalog
    ) -> JSONValue where Word.AllCases: Sendable {
        Field<Word>.word.describe(catalog)
    }
}

extension JSONValue {
    /// The schema of an object with exactly these members.
    package static func object(
        _ required: [(String, JSONValue)],
        optional: [(String, JSONValue)] = [],
        _ note: String? = nil
    ) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("type", "object"), ("properties", .members(required + optional)),
            ("required", .strings(required.map(\.0))), ("additionalProperties", false),
        ]
        if let note { members.append(("description", .string(note))) }
        return .members(members)
    }
}
