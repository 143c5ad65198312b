import FoundationEssentials
package import StrictJSON

extension Order {
    /// The schema of the object that `json(for:role:position:recordedAt:)` writes. Tests hold the two against each
    /// other, in both directions.
    package static func schema(in catalog: SchemaCatalog) -> JSONValue {
        catalog.reference("Order") {
            var order = Order(orderId: UUID())
            var describer = AnswerDescriber(catalog: catalog, audience: .customer, meanings: meanings)
            describer.require("orderId", ["type": "string", "format": "uuid"])
            order.visitNames(&describer)
            describer.require("version", Int.partField.describe(catalog))
            describer.require("position", ["$ref": "#/components/schemas/Position"])
            describer.require("status", OrderStatus.partField.describe(catalog))
            describer.require("schemaOrgStatus", OrderStatus.schemaOrgSchema)
            order.visitLifecycle(&describer)
            describer.require("updatedAt", Timestamp.partField.describe(catalog))
            order.visitContents(&describer)
            describer.allow("internal", internalSchema(in: catalog))
            return describer.schema(note: "An order as it is now. `internal` is not for customers.")
        }
    }

    private static let internalMeanings = [
        "attention": "Whether staff should look at the order.",
        "attentionReasons": "The reasons for which staff should look at the order.",
        "privateMetadata": "The shop's own texts that customers do not see.",
        "anomalies": "The anomalies that nobody resolved.",
        "holds": "The open holds with their true reasons.", "notes": "The notes for staff only.",
        "providerRefs": "The provider's reference of each payment report.",
        "allowedCommands": "The commands that the order would take now, given the right arguments.",
    ]

    private static func internalSchema(in catalog: SchemaCatalog) -> JSONValue {
        let (flag, text) = (Bool.partField.describe(catalog), String.partField.describe(catalog))
        var reference = AnswerDescriber(catalog: catalog, audience: .staff, meanings: [:])
        reference.require("paymentId", text)
        reference.require("providerRef", text)
        var describer = AnswerDescriber(catalog: catalog, audience: .staff, meanings: internalMeanings)
        describer.require("attention", flag)
        describer.require(
            "attentionReasons",
            ["type": "array", "items": Field<AttentionReason>.word.describe(catalog)]
        )
        describer.list("anomalies", of: OpenAnomaly.self)
        describer.list("holds", of: Hold.self)
        describer.list("notes", of: Note.self)
        describer.require("providerRefs", ["type": "array", "items": reference.schema(note: nil)])
        describer.require("privateMetadata", Metadata.partField.describe(catalog))
        describer.require("allowedCommands", ["type": "array", "items": Field<CommandName>.word.describe(catalog)])
        return describer.schema(
            note: "For backends, staff and operators; the commands are those of the caller's role."
        )
    }
}
