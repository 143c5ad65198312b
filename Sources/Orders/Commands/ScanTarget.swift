package import StrictJSON

/// A scan that names its parcel by tracking number.
package struct ScanTarget: Sendable {
    package let carrier: String?
    package let numberKey: String
    package let shop: String?
    package let scanId: String
    package let occurredAt: Timestamp
}

extension OrderCommand {
    package var scanTarget: ScanTarget? { nil }

    package static func decodeTrackedScan(
        _ body: JSONNode,
        ignoring: [StaticString] = []
    ) throws(InvalidCommand) -> OrderCommand {
        try decode(.recordScan, body, ignoring: ignoring)
    }

    package func addressed(toParcel parcelId: String) -> OrderCommand { self }
}

extension Order {
    package func parcelMatch(for target: ScanTarget) -> ParcelMatch? { nil }
}

package struct ParcelMatch: Comparable, Sendable {
    package let parcelId: String
    package static func < (left: ParcelMatch, right: ParcelMatch) -> Bool { left.parcelId < right.parcelId }
}

package enum TrackingNumber {
    package static func key(_ number: String) -> String? {
        let bytes = number.utf8.filter { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self).uppercased()
    }
}

extension OrderEvent {
    package var trackingNumber: String? { (payload as? ParcelDispatched)?.trackingNumber }
}

extension Order {
    package var carriers: [String] { parcels.compactMap(\.carrier) }
    package var trackingKeys: [String] { parcels.compactMap(\.trackingNumber).compactMap(TrackingNumber.key) }
}

extension CommandName {
    package static func trackedScanSchema(in catalog: SchemaCatalog) -> JSONValue {
        catalog.reference("RecordTrackedScan") { true }
    }

    package static func trackedScanLineSchema(in catalog: SchemaCatalog) -> JSONValue {
        catalog.reference("RecordTrackedScanLine") { true }
    }
}
