/// The name of a command, as bulk lines use it.
package enum CommandName: String, WireWord {
    case placeOrder, confirmOrder, editOrder, adjustTotal, setMetadata, changeShipTo, cancelOrder, holdOrder,
        releaseHold
    case packParcel, voidParcel, dispatchParcel, setTracking, reviseEta, recordScan, retractScan, endParcel
    case reportShortage, recordPayment, retractPayment
    case requestReturn, decideReturn, cancelReturn, receiveReturn
    case resolveAnomaly, addNote, closeOrder, reopenOrder

    /// The last part of `POST /v1/orders/{id}/…`; empty for `placeOrder`, which has no order to name yet.
    package var path: String { payload.path }

    /// One sentence on what the command does.
    package var summary: String { payload.summary }

    package var meaning: String { summary }

    /// Tells whether the command reports what already happened in the world, and so is never refused for being late or
    /// surprising.
    package var isFact: Bool { payload.isFact }

    /// Tells whether backends alone may give the command: what carriers and payment providers report.
    package var isForBackendsOnly: Bool { payload.isForBackendsOnly }

    /// Tells whether an order that has reached a bound of its size still takes the command.
    var passesBounds: Bool { payload.passesBounds }

    private static let byPath = Dictionary(uniqueKeysWithValues: allCases.dropFirst().map { ($0.path, $0) })

    /// The command of a path.
    ///
    /// - Returns: nil for an unknown path, and for the empty one.
    package init?(path: String) {
        guard let name = Self.byPath[path] else { return nil }
        self = name
    }

    /// The type that reads and decides the command.
    var payload: any CommandPayload.Type {
        switch self {
        case .placeOrder: PlaceOrder.self
        case .confirmOrder: ConfirmOrder.self
        case .editOrder: EditOrder.self
        case .adjustTotal: AdjustTotal.self
        case .setMetadata: SetMetadata.self
        case .changeShipTo: ChangeShipTo.self
        case .cancelOrder: CancelOrder.self
        case .holdOrder: HoldOrder.self
        case .releaseHold: ReleaseHold.self
        case .packParcel: PackParcel.self
        case .voidParcel: VoidParcel.self
        case .dispatchParcel: DispatchParcel.self
        case .setTracking: SetTracking.self
        case .reviseEta: ReviseEta.self
        case .recordScan: RecordScan.self
        case .retractScan: RetractScan.self
        case .endParcel: EndParcel.self
        case .reportShortage: ReportShortage.self
        case .recordPayment: RecordPayment.self
        case .retractPayment: RetractPayment.self
        case .requestReturn: RequestReturn.self
        case .decideReturn: DecideReturn.self
        case .cancelReturn: CancelReturn.self
        case .receiveReturn: ReceiveReturn.self
        case .resolveAnomaly: ResolveAnomaly.self
        case .addNote: AddNote.self
        case .closeOrder: CloseOrder.self
        case .reopenOrder: ReopenOrder.self
        }
    }
}
