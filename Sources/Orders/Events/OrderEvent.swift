import StrictJSON

/// An event of an order. The log adds the event's version and position.
package struct OrderEvent: Sendable, Equatable {
    package let type: EventType
    /// The layout of the stored texts, counted from 1 for each type.
    package let schema: Int
    package let occurredAt: Timestamp
    /// The contradiction that the event brought; nil where it brought none.
    package let anomaly: Anomaly?
    let payload: any EventPayload

    init(_ payload: any EventPayload, at occurredAt: Timestamp, anomaly: Anomaly? = nil) {
        let type = payload.type
        self.init(payload, type, schema: Upcasters.current.schema(of: type), at: occurredAt, anomaly: anomaly)
    }

    init(_ payload: any EventPayload, _ type: EventType, schema: Int, at occurredAt: Timestamp, anomaly: Anomaly?) {
        self.type = type
        self.schema = schema
        self.occurredAt = occurredAt
        self.anomaly = anomaly
        self.payload = payload
    }

    /// Tells whether the event adds to the staff's attention queue.
    package var hasAnomaly: Bool { anomaly != nil }

    /// The texts for the log's columns; streams send the same texts.
    ///
    /// - Returns: `data` for customers, nil where the event is hidden from them, and `internal` for staff only, `{}`
    ///   where there is nothing to add.
    package func encode() -> (data: [UInt8]?, internal: [UInt8]) {
        let data = payload.isHidden ? nil : JSONWriter.object { payload.writeData(&$0) }
        let `internal` = JSONWriter.object(reserving: 64) { writer in
            if payload.isHidden { payload.writeData(&writer) }
            payload.writeInternal(&writer)
            if let anomaly { writer.object("anomaly") { anomaly.write(&$0) } }
        }
        return (data, `internal`)
    }

    package static func == (left: OrderEvent, right: OrderEvent) -> Bool {
        left.type == right.type && left.schema == right.schema && left.occurredAt == right.occurredAt
            && left.anomaly == right.anomaly && left.payload.isEqual(to: right.payload)
    }
}

extension OrderEvent {
    /// The tracking number that the event gives to a parcel or a return; nil for an event that gives none.
    package var trackingNumber: String? {
        // A cast costs more than the type's name.
        switch type {
        case .parcelPacked: (payload as? ParcelPacked)?.tracking.trackingNumber
        case .parcelDispatched: (payload as? ParcelDispatched)?.tracking.trackingNumber
        case .trackingChanged: (payload as? TrackingChanged)?.new.trackingNumber
        default: nil
        }
    }
}
