import FoundationEssentials
import StrictJSON

/// Who reads.
package enum Audience: String, Sendable, CaseIterable {
    case customer, staff
}

extension Order {
    /// The order as clients read it.
    ///
    /// - Parameters:
    ///   - audience: customers read no `internal`, and no reason that is not for them.
    ///   - role: whose `allowedCommands` the staff's part names.
    ///   - position: the log position that the answer reflects, as this reader may see it.
    ///   - recordedAt: of the last event; becomes `updatedAt`.
    package func json(
        for audience: Audience,
        role: CallerRole = .staff,
        position: String,
        recordedAt: Timestamp
    ) -> [UInt8] {
        JSONWriter.object(reserving: 2048) { writer in
            writer.field("orderId", orderId.text)
            writer.field("number", number)
            writer.field("shop", shop)
            writer.field("customer", customer)
            writer.field("version", version)
            writer.field("position", position)
            writer.field("status", announced ?? status)
            writer.field("lifecycle", lifecycle)
            writer.field("placedAt", placedAt)
            writer.key("updatedAt")
            writer.plainString { recordedAt.append(to: &$0, withFraction: true) }
            writeContents(&writer)
            writer.array("holds", openHolds) { writer, hold in
                writer.object { hold.write(&$0, reason: hold.reason.shown) }
            }
            writer.array("parcels", parcels) { writer, parcel in writer.object { parcel.write(&$0) } }
            writer.object("payment") { writePayment(&$0) }
            writer.array("returns", returns) { writer, returned in writer.object { returned.write(&$0) } }
            writeNotes(for: .customer, &writer)
            if audience == .staff { writer.object("internal") { writeInternal(&$0, role) } }
        }
    }

    private func writeContents(_ writer: inout JSONWriter) {
        writer.field("contactRef", contactRef)
        writer.field("country", country)
        writer.field("currency", currency)
        writer.field("locale", locale)
        writer.field("terms", terms)
        writer.field("taxIncluded", taxIncluded)
        writer.field("shipping", Money(amount: shipping, currency: currency))
        writer.field("tax", Money(amount: tax, currency: currency))
        writer.field("discount", Money(amount: discount, currency: currency))
        writer.field("total", Money(amount: total, currency: currency))
        writer.field("promised", promised)
        writer.field("eta", eta)
        writer.array("lines", lines) { writer, line in
            writer.object { writer in
                writer.field("lineId", line.lineId)
                writer.field("sku", line.sku)
                writer.field("name", line.name)
                writer.field("quantity", line.quantity)
                writer.field("unitPrice", Money(amount: line.unitPrice, currency: currency))
                writer.field("open", line.open)
                writer.field("packed", line.packed)
                writer.field("shipped", line.shipped)
                writer.field("delivered", line.delivered)
                writer.field("cancelled", line.cancelled)
                writer.field("returned", line.returned)
            }
        }
    }

    private func writePayment(_ writer: inout JSONWriter) {
        writer.field("authorized", Money(amount: payment.authorized, currency: currency))
        writer.field("captured", Money(amount: payment.captured, currency: currency))
        writer.field("voided", Money(amount: payment.voided, currency: currency))
        writer.field("refunded", Money(amount: payment.refunded, currency: currency))
        writer.array("reports", payment.reports) { writer, report in
            writer.object { writer in
                writer.field("paymentId", report.paymentId)
                writer.field("kind", report.kind)
                writer.field("amount", report.amount)
                writer.field("occurredAt", report.occurredAt)
                writer.field("returnId", report.returnId)
            }
        }
    }

    private func writeNotes(for visibility: NoteVisibility, _ writer: inout JSONWriter) {
        writer.array("notes", notes.filter { $0.visibility == visibility }) { writer, note in
            writer.object { writer in
                writer.field("text", note.text)
                writer.field("at", note.at)
            }
        }
    }

    private func writeInternal(_ writer: inout JSONWriter, _ role: CallerRole) {
        writer.field("attention", attention)
        writer.array("anomalies", anomalies) { writer, anomaly in writer.object { anomaly.write(&$0) } }
        writer.array("holds", openHolds) { writer, hold in
            writer.object { writer in
                hold.write(&writer, reason: hold.reason)
                writer.field("note", hold.note)
            }
        }
        writeNotes(for: .staff, &writer)
        writer.array("providerRefs", payment.reports) { writer, report in
            writer.object { writer in
                writer.field("paymentId", report.paymentId)
                writer.field("providerRef", report.providerRef)
            }
        }
        writer.array("allowedCommands", allowedCommands(for: role)) { writer, name in writer.string(name.rawValue) }
    }
}
