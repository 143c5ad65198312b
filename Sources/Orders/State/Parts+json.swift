import StrictJSON

extension Hold {
    func write(_ writer: inout JSONWriter, reason: HoldReason) {
        writer.field("holdId", holdId)
        writer.field("reason", reason)
        writer.field("since", since)
    }
}

extension Parcel {
    func write(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("status", status)
        writer.field("lines", lines)
        writer.field("carrier", carrier)
        writer.field("trackingNumber", trackingNumber)
        writer.field("eta", eta)
        writer.array("scans", scans) { writer, scan in writer.object { scan.write(&$0) } }
    }
}

extension Scan {
    func write(_ writer: inout JSONWriter) {
        writer.field("scanId", scanId)
        writer.field("code", code)
        writer.field("occurredAt", occurredAt)
        writer.field("place", place)
        if let reason { writer.field("reason", reason) }
        writer.field("proof", proof)
        writer.field("retracted", isRetracted)
    }
}

extension Return {
    func write(_ writer: inout JSONWriter) {
        writer.field("returnId", returnId)
        writer.field("status", status)
        writer.field("lines", lines)
        writer.field("reason", reason)
        writer.field("note", note)
    }
}

extension OpenAnomaly {
    func write(_ writer: inout JSONWriter) {
        writer.field("version", version)
        writer.field("code", code)
        writer.field("message", message)
        writer.field("at", at)
    }
}
