/// The texts of the customer's page. `TrackTexts` has them in each language; `{name}` stands for a value.
enum TrackText: String, CaseIterable, Sendable {
    // The page.
    case order, orderNumber, skipToContent, language, asOf, reload, stateLive, stateReconnecting, stateUpToDate
    case notify, notifyNote, notifyRefused, addToCalendar, copy, copied, goneTitle, goneText
    case goneNext, awayTitle, awayText, awayNext

    // Days.
    case today, tomorrow, yesterday, byDay

    // Headlines.
    case statusPlaced, statusPreparing, statusPartlyShipped, statusShipped, statusPartlyDelivered
    case statusOutForDelivery, statusReadyForPickup, statusDelivered, statusReturned, statusAttention, statusOnHold
    case statusCancelled

    // The large date.
    case arrives, expected, expectedBy, lateTitle, deliveredOn, collectedOn, collectAt, readySince, nextOfParcels,
        noDateYet
    case noDateText, lateText, lateShippedText, placedText, preparingText, cancelledText, returnedText
    case attentionText

    // Promise and revision.
    case promisedFirst, expectedNow, reason, reasonAtDispatch, reasonNotGivenByCarrier,
        reasonNotGivenByShop

    // Holds.
    case holdPayment, holdAddress, holdStock, holdOther

    // Parcels.
    case parcel, parcelOf, digitalParcel, pickupParcel, items, carrier, trackingNumber, carriersPage
    case formerNumber, pickupPlace, pickupText, historyOf, orderHistory, latest, localTimes, progress
    case stepDone, stepCurrent, stepProblem, stepNext

    // Steps.
    case stepOrdered, stepConfirmed, stepPacked, stepOnTheWay, stepOut, stepDelivered, stepReady, stepCollected

    // The meaning of a parcel's status now.
    case parcelPacked, labelMade, labelMadeNote, labelShort, parcelOut, parcelReady
    case parcelDigital, parcelReturning, parcelReturningNext, parcelReturned, parcelLost
    case parcelAttempt, parcelException, silentSince, silentText, notScannedSince, shortMissing
    case shortDamaged, shortWrongItem, shortNext

    // Proof and help.
    case proofSignature, proofPhoto, proofPin, notThereTitle, notThereText

    // Reasons of failures.
    case failCarrier, failRetailer, failRecipient, failCustoms, failWeather, failAddress, failOther

    // Next steps.
    case nextStep, nextAttempt, nextAddress, nextCustoms, nextWait, nextShop

    // Scans in the history.
    case scanInTransit, scanOutForDelivery, scanReadyForPickup, scanAttemptFailed, scanException, scanDelivered
    case scanReturning, scanReturnedToSender, scanLost, scanRetracted, byShop, eventPacked, eventHandedOver
    case eventSent, eventTracking, eventEta

    // Waiting, cancelled, related.
    case waitingTitle, waitingText, waitingLost, cancelledTitle, cancelCustomer, cancelStock, cancelPayment
    case cancelOther, relatedExchange, relatedReplacement, relatedSplit, relatedSubscription

    // Returns.
    case returns, returnRequested, returnApproved, returnRejected, returnCancelled, returnReceived
    case returnRequestedNext, returnApprovedNext, returnReceivedNext, returnYourReason, returnNote, returnArrived

    // Money.
    case payment, total, totalNow, paid, reserved, refundedOn, chargedBack, refundOwed, refundOwedText
    case toPay, toPayOnDelivery, toPayByInvoice

    // Notes and order history.
    case notes, eventOrderPlaced, eventOrderConfirmed, eventOrderEdited, eventTotalAdjusted, eventShipToChanged
    case eventItemsCancelled, eventOrderCancelled, eventOrderHeld, eventHoldReleased, eventParcelVoided
    case eventShortageReported, eventPaymentAuthorized, eventPaymentCaptured, eventPaymentVoided, eventPaymentFailed
    case eventPaymentRefunded, eventPaymentChargedBack, eventChargebackReversed, eventPaymentRetracted
    case eventReturnRequested, eventReturnApproved, eventReturnRejected, eventReturnCancelled, eventReturnReceived

    // Calendar.
    case calendarTitle, calendarNote
}
