/// Every command that an order takes, by the name that bulk lines use.
package enum CommandName: String, Sendable, CaseIterable {
    case placeOrder, confirmOrder, changeShipTo, cancelOrder, holdOrder, releaseHold
    case packParcel, voidParcel, dispatchParcel, reviseEta, recordScan, retractScan
    case recordPayment
    case requestReturn, decideReturn, receiveReturn
    case resolveAnomaly, addNote, closeOrder

    /// The last part of `POST /v1/orders/{id}/…`; empty for `placeOrder`, which has no order to name yet.
    package var path: String {
        switch self {
        case .placeOrder: ""
        case .confirmOrder: "confirm"
        case .changeShipTo: "ship-to"
        case .cancelOrder: "cancel"
        case .holdOrder: "hold"
        case .releaseHold: "release-hold"
        case .packParcel: "pack"
        case .voidParcel: "void-parcel"
        case .dispatchParcel: "dispatch"
        case .reviseEta: "revise-eta"
        case .recordScan: "scan"
        case .retractScan: "retract-scan"
        case .recordPayment: "payment"
        case .requestReturn: "request-return"
        case .decideReturn: "decide-return"
        case .receiveReturn: "receive-return"
        case .resolveAnomaly: "resolve-anomaly"
        case .addNote: "note"
        case .closeOrder: "close"
        }
    }

    private static let byPath = Dictionary(uniqueKeysWithValues: allCases.dropFirst().map { ($0.path, $0) })

    /// The command behind a path; nil for an unknown one, and for the empty one.
    package init?(path: String) {
        guard let name = Self.byPath[path] else { return nil }
        self = name
    }

    /// Whether the command reports what already happened in the world, and so is never refused for being late or
    /// surprising.
    package var isFact: Bool {
        self == .recordScan || self == .recordPayment
    }

    /// What reads and decides the command.
    var payload: any CommandPayload.Type {
        switch self {
        case .placeOrder: PlaceOrder.self
        case .confirmOrder: ConfirmOrder.self
        case .changeShipTo: ChangeShipTo.self
        case .cancelOrder: CancelOrder.self
        case .holdOrder: HoldOrder.self
        case .releaseHold: ReleaseHold.self
        case .packParcel: PackParcel.self
        case .voidParcel: VoidParcel.self
        case .dispatchParcel: DispatchParcel.self
        case .reviseEta: ReviseEta.self
        case .recordScan: RecordScan.self
        case .retractScan: RetractScan.self
        case .recordPayment: RecordPayment.self
        case .requestReturn: RequestReturn.self
        case .decideReturn: DecideReturn.self
        case .receiveReturn: ReceiveReturn.self
        case .resolveAnomaly: ResolveAnomaly.self
        case .addNote: AddNote.self
        case .closeOrder: CloseOrder.self
        }
    }
}
