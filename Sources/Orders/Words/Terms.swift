/// The time at which the customer pays for the goods.
package enum Terms: String, WireWord, PartValue {
    case prepaid, onDelivery, invoice

    package var meaning: String {
        switch self {
        case .prepaid: "Parcels leave only when enough is authorized or captured."
        case .onDelivery: "Parcels leave before payment; the customer pays on delivery."
        case .invoice: "Parcels leave before payment; the customer pays by invoice."
        }
    }
}
