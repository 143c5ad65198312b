import Orders

/// The parts of the page beside the parcels: what waits, what was cancelled, returns, money, and the shop's notes.
extension TrackWords {
    /// The units that are in no parcel.
    func waiting() -> TrackView.Waiting? {
        let lines = tracked.waiting
        guard !lines.isEmpty, order.lifecycle != .cancelled else { return nil }
        let expected = tracked.expected
        let hasParcels = !parcels.isEmpty
        return TrackView.Waiting(
            body: texts[tracked.isOwedAgain ? .waitingLost : .waitingText],
            // Without parcels the large date says it.
            expected: hasParcels && !tracked.isOwedAgain
                ? expected.map { WindowText.short($0, in: zone, format) } : nil,
            isLate: hasParcels && !tracked.isOwedAgain && (expected.map { $0.latest < tracked.now } ?? false),
            items: items(lines)
        )
    }

    /// The cancelled units of an order.
    func cancelled() -> [TrackView.Item] {
        var reasons: [String: CancelReason] = [:]
        for event in tracked.events where event.type == .itemsCancelled {
            guard let reason = event.text("reason").flatMap(CancelReason.init(rawValue:)) else { continue }
            for line in event.lines { reasons[line.lineId] = reason }
        }
        return order.lines.filter { $0.cancelled > 0 }.map { line in
            TrackView.Item(
                count: format.number(line.cancelled),
                name: line.name,
                remark: reasons[line.lineId].map { texts[$0.text] }
            )
        }
    }

    /// The reason for which the whole order was cancelled.
    func cancelReason() -> String? {
        tracked.events.last { $0.type == .orderCancelled || $0.type == .itemsCancelled }?.text("reason")
            .flatMap(CancelReason.init(rawValue:)).map { texts[$0.text] }
    }

    func returns() -> [TrackView.ReturnCard] {
        order.returns.map { one in
            let (status, next): (TrackText, TrackText?) =
                switch one.status {
                case .requested: (.returnRequested, .returnRequestedNext)
                case .approved: (.returnApproved, .returnApprovedNext)
                case .rejected: (.returnRejected, nil)
                case .cancelled: (.returnCancelled, nil)
                case .received: (.returnReceived, .returnReceivedNext)
                }
            let arrived = arrived(with: one)
            // One list says both once all announced units have arrived.
            let isShown = one.status == .approved ? !arrived.isEmpty : one.status == .received && arrived != one.lines
            return TrackView.ReturnCard(
                status: texts[status],
                tone: one.status == .received ? .good : one.status == .rejected ? .warn : .back,
                next: next.map { texts[$0] },
                items: items(one.lines),
                arrived: isShown ? items(arrived) : [],
                // The word of a return that began with its goods is nobody's reason.
                reason: one.reason == "unannounced" ? nil : one.reason,
                note: one.note,
                carrier: one.tracking.carrier.map(CarrierPage.name),
                number: number(of: one.tracking)
            )
        }
    }

    /// The units of a return that arrived, in the order of its lines.
    private func arrived(with one: Return) -> [LineQuantity] {
        var counts: [String: Int] = [:]
        var ids = one.lines.map(\.lineId)
        for line in one.receipts.flatMap(\.lines) {
            if counts[line.lineId] == nil, !one.lines.contains(where: { $0.lineId == line.lineId }) {
                ids.append(line.lineId)
            }
            counts[line.lineId, default: 0] += line.quantity
        }
        return ids.compactMap { id in counts[id].map { LineQuantity(lineId: id, quantity: $0) } }
    }

    func money() -> TrackView.Money {
        let payment = order.payment
        let amount = { (minorUnits: Int64) in format.money(minorUnits, order.currency) }
        var rows = [TrackView.MoneyRow(label: texts[.total], amount: amount(order.total))]
        if payment.due != order.total {
            rows.append(TrackView.MoneyRow(label: texts[.totalNow], amount: amount(payment.due)))
        }
        if payment.captured > 0 {
            rows.append(TrackView.MoneyRow(label: texts[.paid], amount: amount(payment.captured)))
        }
        if payment.outstanding > 0 {
            rows.append(TrackView.MoneyRow(label: texts[.reserved], amount: amount(payment.outstanding)))
        }
        for report in payment.reports where report.kind == .refunded && !report.isRetracted && !report.isForeign {
            let day = format.shortDay(report.occurredAt, in: zone)
            rows.append(
                TrackView.MoneyRow(label: texts[.refundedOn, ["day": day]], amount: amount(report.amount.amount))
            )
        }
        let chargedBack = payment.chargedBack - payment.chargebackReversed
        if chargedBack > 0 {
            rows.append(TrackView.MoneyRow(label: texts[.chargedBack], amount: amount(chargedBack)))
        }
        let missing = payment.due - max(payment.secured, payment.paid)
        if missing > 0, !payment.isWrittenOff {
            rows.append(TrackView.MoneyRow(label: texts[order.terms.text], amount: amount(missing), isStrong: true))
        }
        let owed = payment.refundOwed > 0 ? amount(payment.refundOwed) : nil
        return TrackView.Money(rows: rows, owed: owed)
    }

    /// The shop's notes for the customer, the newest first.
    func notes() -> [TrackView.Note] {
        order.notes.lazy.filter { $0.visibility == .customer }.reversed().map { note in
            TrackView.Note(
                message: note.text,
                time: format.shortDayAndTime(note.at, in: zone),
                instant: note.at.rfc3339
            )
        }
    }
}

extension Terms {
    /// The way in which what is not paid yet is to be paid.
    var text: TrackText {
        switch self {
        case .prepaid: .toPay
        case .onDelivery: .toPayOnDelivery
        case .invoice: .toPayByInvoice
        }
    }
}
