import FoundationEssentials
import StrictJSON

extension Order {
    /// The order as clients read it.
    ///
    /// - Parameters:
    ///   - audience: customers read no `internal`, and no reason that is not for them.
    ///   - role: the caller's role, whose `allowedCommands` the staff's part names.
    ///   - position: the log position that the answer reflects, as this reader may see it.
    ///   - recordedAt: the time at which the last event was recorded; becomes `updatedAt`.
    package func json(
        for audience: Audience,
        role: CallerRole = .staff,
        position: String,
        recordedAt: Timestamp
    ) -> [UInt8] {
        var order = self
        var visitor = AnswerWriter(
            writer: JSONWriter(reserving: 2048),
            audience: .customer,
            currency: currency,
            includesHiddenParts: audience == .staff
        )
        visitor.writer.beginObject()
        visitor.writer.field("orderId", orderId.text)
        order.visitNames(&visitor)
        visitor.writer.field("version", version)
        visitor.writer.field("position", position)
        visitor.writer.field("status", headline)
        visitor.writer.field("schemaOrgStatus", headline.schemaOrg)
        order.visitLifecycle(&visitor)
        visitor.writer.key("updatedAt")
        visitor.writer.plainString { recordedAt.append(to: &$0, withFraction: true) }
        order.visitContents(&visitor)
        if audience == .staff { writeInternal(to: &visitor, for: role) }
        visitor.writer.endObject()
        return visitor.writer.bytes
    }

    private func writeInternal(to visitor: inout AnswerWriter, for role: CallerRole) {
        visitor.audience = .staff
        visitor.writer.key("internal")
        visitor.writer.beginObject()
        visitor.writer.field("attention", attention)
        visitor.writer.array("attentionReasons", attentionReasons) { $0.string($1.rawValue) }
        visitor.list("anomalies", anomalies)
        visitor.list("holds", holds) { !$0.isReleased }
        visitor.list("notes", notes) { $0.visibility == .staff }
        visitor.writer.array("providerRefs", payment.reports) { writer, report in
            writer.object { writer in
                writer.field("paymentId", report.paymentId)
                writer.field("providerRef", report.providerRef)
            }
        }
        visitor.writer.field("privateMetadata", privateMetadata)
        visitor.writer.array("allowedCommands", allowedCommands(for: role)) { $0.string($1.rawValue) }
        visitor.writer.endObject()
    }
}
