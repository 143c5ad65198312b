import StrictJSON

extension OrderLine {
    func store(_ writer: inout JSONWriter) {
        writer.field("lineId", lineId)
        writer.field("sku", sku)
        writer.field("name", name)
        writer.field("quantity", quantity)
        writer.count("unitPrice", unitPrice)
        writer.count("packed", packed)
        writer.count("shipped", shipped)
        writer.count("delivered", delivered)
        writer.count("cancelled", cancelled)
        writer.count("returned", returned)
    }

    init?(stored fields: inout FieldReader) {
        let lineId = fields.required("lineId", .text)
        let sku = fields.required("sku", .text)
        let name = fields.required("name", .text)
        let quantity = fields.required("quantity", .quantity)
        let unitPrice = fields.optional("unitPrice", .count) ?? 0
        let packed = fields.optional("packed", .quantity) ?? 0
        let shipped = fields.optional("shipped", .quantity) ?? 0
        let delivered = fields.optional("delivered", .quantity) ?? 0
        let cancelled = fields.optional("cancelled", .quantity) ?? 0
        let returned = fields.optional("returned", .quantity) ?? 0
        guard let lineId, let sku, let name, let quantity else { return nil }
        self.init(PlacedLine(lineId: lineId, sku: sku, name: name, quantity: quantity, unitPrice: unitPrice))
        self.packed = packed
        self.shipped = shipped
        self.delivered = delivered
        self.cancelled = cancelled
        self.returned = returned
    }
}

extension Hold {
    func store(_ writer: inout JSONWriter) {
        write(&writer, reason: reason)
        writer.field("note", note)
        if isReleased { writer.field("released", true) }
    }

    init?(stored fields: inout FieldReader) {
        let holdId = fields.required("holdId", .text)
        let reason: HoldReason? = fields.required("reason", .word)
        let since = fields.required("since", .time)
        let note = fields.optional("note", .text(atLeast: 0))
        let isReleased = fields.optional("released", .bool) ?? false
        guard let holdId, let reason, let since else { return nil }
        self.init(holdId: holdId, reason: reason, note: note, since: since, isReleased: isReleased)
    }
}

extension Parcel {
    func store(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("lines", lines)
        writer.field("carrier", carrier)
        writer.field("trackingNumber", trackingNumber)
        writer.field("eta", eta)
        if isDispatched { writer.field("dispatched", true) }
        if isVoid { writer.field("void", true) }
        writer.field("unitsAt", unitsAt)
        if isLossUnanswered { writer.field("lossUnanswered", true) }
        if !scans.isEmpty { writer.array("scans", scans) { writer, scan in writer.object { scan.write(&$0) } } }
    }

    init?(stored fields: inout FieldReader) {
        let parcelId = fields.required("parcelId", .text)
        let lines = fields.required("lines", .lines)
        let carrier = fields.optional("carrier", .text)
        let trackingNumber = fields.optional("trackingNumber", .text)
        let eta = fields.optional("eta", .window)
        let isDispatched = fields.optional("dispatched", .bool) ?? false
        let isVoid = fields.optional("void", .bool) ?? false
        let unitsAt: UnitPlace? = fields.required("unitsAt", .word)
        let isLossUnanswered = fields.optional("lossUnanswered", .bool) ?? false
        let scans = fields.optional("scans", .stored(Scan.init(stored:))) ?? []
        guard let parcelId, let lines, let unitsAt else { return nil }
        self.init(parcelId: parcelId, lines: lines)
        self.carrier = carrier
        self.trackingNumber = trackingNumber
        self.eta = eta
        self.isDispatched = isDispatched
        self.isVoid = isVoid
        self.unitsAt = unitsAt
        self.isLossUnanswered = isLossUnanswered
        self.scans = scans
        fold()
    }
}

extension Scan {
    init?(stored fields: inout FieldReader) {
        let scanId = fields.required("scanId", .text)
        let code: ScanCode? = fields.required("code", .word)
        let occurredAt = fields.required("occurredAt", .time)
        let place = fields.optional("place", .place)
        let reason: FailureReason? = fields.optional("reason", .word)
        let proof = fields.optional("proof", .proof)
        let isRetracted = fields.required("retracted", .bool)
        guard let scanId, let code, let occurredAt, let isRetracted else { return nil }
        self.init(
            scanId: scanId,
            code: code,
            occurredAt: occurredAt,
            place: place,
            reason: reason,
            proof: proof,
            isRetracted: isRetracted
        )
    }
}

extension Payment {
    func store(_ writer: inout JSONWriter) {
        writer.count("authorized", authorized)
        writer.count("captured", captured)
        writer.count("voided", voided)
        writer.count("refunded", refunded)
        writer.array("reports", reports) { writer, report in writer.object { report.store(&$0) } }
    }

    init?(stored fields: inout FieldReader) {
        self.init()
        authorized = fields.optional("authorized", .count) ?? 0
        captured = fields.optional("captured", .count) ?? 0
        voided = fields.optional("voided", .count) ?? 0
        refunded = fields.optional("refunded", .count) ?? 0
        reports = fields.required("reports", .stored(PaymentReport.init(stored:))) ?? []
    }
}

extension PaymentReport {
    func store(_ writer: inout JSONWriter) {
        writer.field("paymentId", paymentId)
        writer.field("kind", kind)
        writer.field("amount", amount)
        writer.field("occurredAt", occurredAt)
        writer.field("providerRef", providerRef)
        writer.field("returnId", returnId)
    }

    init?(stored fields: inout FieldReader) {
        let paymentId = fields.required("paymentId", .text)
        let kind: PaymentKind? = fields.required("kind", .word)
        let amount = fields.required("amount", .money)
        let occurredAt = fields.required("occurredAt", .time)
        let providerRef = fields.required("providerRef", .text)
        let returnId = fields.optional("returnId", .text)
        guard let paymentId, let kind, let amount, let occurredAt, let providerRef else { return nil }
        self.init(
            paymentId: paymentId,
            kind: kind,
            amount: amount,
            occurredAt: occurredAt,
            providerRef: providerRef,
            returnId: returnId
        )
    }
}

extension Return {
    init?(stored fields: inout FieldReader) {
        let returnId = fields.required("returnId", .text)
        let status: ReturnStatus? = fields.required("status", .word)
        let lines = fields.required("lines", .lines)
        let reason = fields.required("reason", .text)
        let note = fields.optional("note", .text(atLeast: 0))
        guard let returnId, let status, let lines, let reason else { return nil }
        self.init(returnId: returnId, status: status, lines: lines, reason: reason, note: note)
    }
}

extension Note {
    func store(_ writer: inout JSONWriter) {
        writer.field("text", text)
        writer.field("at", at)
        writer.field("visibility", visibility)
    }

    init?(stored fields: inout FieldReader) {
        let text = fields.required("text", .text)
        let at = fields.required("at", .time)
        guard let visibility: NoteVisibility = fields.required("visibility", .word), let text, let at else {
            return nil
        }
        self.init(text: text, at: at, visibility: visibility)
    }
}

extension OpenAnomaly {
    init?(stored fields: inout FieldReader) {
        let version = fields.required("version", .count)
        let code: AnomalyCode? = fields.required("code", .word)
        let message = fields.required("message", .text(atLeast: 0))
        guard let at = fields.required("at", .time), let version, let code, let message else { return nil }
        self.init(version: Int(version), code: code, message: message, at: at)
    }
}
