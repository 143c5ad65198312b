extension TrackTexts {
    /// The texts in German.
    static let german: [TrackText: String] = [
        // The page.
        .order: "Bestellung",
        .orderNumber: "Bestellung {number}",
        .skipToContent: "Zur Bestellung springen",
        .language: "Sprache",
        .asOf: "Stand: {time}",
        .reload: "Neu laden",
        .stateLive: "Live",
        .stateReconnecting: "Verbindung wird wiederhergestellt …",
        .stateUpToDate: "Aktuell",
        .notify: "Bei Änderungen benachrichtigen",
        .notifyNote: "Solange diese Seite im Browser geöffnet bleibt.",
        .notifyRefused: "Ihr Browser erlaubt für diese Seite keine Benachrichtigungen.",
        .addToCalendar: "Zum Kalender hinzufügen",
        .copy: "Kopieren",
        .copied: "Kopiert",
        .goneTitle: "Dieser Link gilt nicht mehr",
        .goneText:
            """
        Er ist abgelaufen, wurde zurückgezogen oder ist unvollständig. Ihre Bestellung ist davon nicht \
        betroffen.
        """,
        .goneNext: "Der Shop kann Ihnen einen neuen Link schicken. Halten Sie bitte Ihre Bestellnummer bereit.",
        .awayTitle: "Ihre Bestellung lässt sich gerade nicht anzeigen",
        .awayText: "Der Dienst ist überlastet oder wird neu gestartet. Ihre Bestellung ist davon nicht betroffen.",
        .awayNext: "Bitte versuchen Sie es in einer Minute noch einmal.",

        // Days.
        .today: "heute",
        .tomorrow: "morgen",
        .yesterday: "gestern",
        .byDay: "Bis {day}",

        // Headlines.
        .statusPlaced: "Bestellung eingegangen",
        .statusPreparing: "Wird vorbereitet",
        .statusPartlyShipped: "Teilweise unterwegs",
        .statusShipped: "Unterwegs",
        .statusPartlyDelivered: "Teilweise zugestellt",
        .statusOutForDelivery: "In Zustellung",
        .statusReadyForPickup: "Abholbereit",
        .statusDelivered: "Zugestellt",
        .statusReturned: "Zurückgegeben",
        .statusAttention: "Es gibt ein Problem",
        .statusOnHold: "Angehalten",
        .statusCancelled: "Storniert",

        // The large date.
        .arrives: "Ankunft",
        .expected: "Voraussichtlich",
        .expectedBy: "Erwartet bis",
        .lateTitle: "Erwartet bis {day}",
        .deliveredOn: "Zugestellt",
        .collectedOn: "Abgeholt",
        .collectAt: "Abholbereit bei",
        .readySince: "Seit {time}",
        .nextOfParcels: "Das nächste von {count} Paketen",
        .noDateYet: "Noch kein Termin",
        .noDateText: "Sobald der Termin feststeht, steht er hier.",
        .lateText: "Die Lieferung ist noch nicht da. Wir gehen der Sache nach.",
        .lateShippedText: "Die Ware ist noch nicht unterwegs. Wir gehen der Sache nach.",
        .placedText: "Der Shop hat Ihre Bestellung und bestätigt sie in Kürze.",
        .preparingText: "Der Shop stellt Ihre Bestellung zusammen.",
        .cancelledText: "Es wird nichts mehr verschickt.",
        .returnedText: "Alles ist wieder beim Shop.",
        .attentionText: "Der Shop muss sich um etwas kümmern. Hier steht, wie es weitergeht.",

        // Promise and revision.
        .promisedFirst: "Ursprünglich zugesagt",
        .expectedNow: "Jetzt erwartet",
        .reason: "Grund",
        .reasonAtDispatch: "Dieser Termin stand beim Versand fest.",
        .reasonNotGivenByCarrier: "Der Versanddienst hat seine Schätzung ohne Begründung geändert.",
        .reasonNotGivenByShop: "Der Shop hat seine Schätzung ohne Begründung geändert.",

        // Holds.
        .holdPayment: "Wir warten auf die Bestätigung der Zahlung.",
        .holdAddress: "Wir prüfen die Lieferadresse. Der Shop meldet sich vielleicht bei Ihnen.",
        .holdStock: "Wir warten auf Artikel, die noch nicht auf Lager sind.",
        .holdOther: "Wir klären noch etwas zu Ihrer Bestellung.",

        // Parcels.
        .parcel: "Paket",
        .parcelOf: "Paket {index} von {count}",
        .digitalParcel: "Elektronisch gesendet",
        .pickupParcel: "Zur Abholung",
        .items: "Artikel",
        .carrier: "Versanddienst",
        .trackingNumber: "Sendungsnummer",
        .carriersPage: "Öffnet die Seite des Versanddienstes",
        .formerNumber: "Frühere Nummer",
        .pickupPlace: "Abholort",
        .pickupText: "Nehmen Sie Ihre Bestellnummer mit und, falls verlangt, einen Ausweis.",
        .historyOf: "Verlauf dieses Pakets",
        .orderHistory: "Verlauf der Bestellung",
        .latest: "Zuletzt",
        .localTimes: "Alle Zeiten sind Ortszeiten.",
        .progress: "Fortschritt",
        .stepDone: "erledigt",
        .stepCurrent: "jetzt",
        .stepProblem: "Problem",
        .stepNext: "steht noch aus",

        // Steps.
        .stepOrdered: "Bestellt",
        .stepConfirmed: "Bestätigt",
        .stepPacked: "Verpackt",
        .stepOnTheWay: "Unterwegs",
        .stepOut: "In Zustellung",
        .stepDelivered: "Zugestellt",
        .stepReady: "Abholbereit",
        .stepCollected: "Abgeholt",

        // The meaning of a parcel's status now.
        .parcelPacked: "Verpackt, noch nicht abgeschickt.",
        .labelMade: "Das Versandetikett ist erstellt. Der Versanddienst hat das Paket noch nicht gescannt.",
        .labelMadeNote:
            """
        Bis dahin kennt die Seite des Versanddienstes die Nummer vielleicht noch nicht. Das ist normal.
        """,
        .labelShort: "Etikett erstellt",
        .parcelOut: "Im Zustellfahrzeug.",
        .parcelReady: "Liegt zur Abholung bereit.",
        .parcelDigital: "Elektronisch zugestellt.",
        .parcelReturning: "Der Versanddienst bringt es zum Shop zurück.",
        .parcelReturningNext: "Der Shop schickt die Artikel erneut oder erstattet sie. Sie müssen nichts tun.",
        .parcelReturned: "Es ist wieder beim Shop.",
        .parcelLost: "Es ist unterwegs verloren gegangen. Das tut uns leid.",
        .parcelAttempt: "Der Versanddienst konnte es nicht zustellen.",
        .parcelException: "Es wird unterwegs aufgehalten.",
        .silentSince: "Seit {time} keine Nachricht.",
        .silentText: "Der Versanddienst meldet nichts Neues. Wir behalten es im Blick.",
        .notScannedSince: "Übergeben am {time}, seither nicht gescannt.",
        .shortMissing: "Von Ihnen als fehlend gemeldet",
        .shortDamaged: "Von Ihnen als beschädigt gemeldet",
        .shortWrongItem: "Von Ihnen als falscher Artikel gemeldet",
        .shortNext: "Der Shop schickt es erneut oder erstattet es.",

        // Proof and help.
        .proofSignature: "Mit Unterschrift",
        .proofPhoto: "Foto vom Versanddienst",
        .proofPin: "Mit Code bestätigt",
        .notThereTitle: "Nicht angekommen?",
        .notThereText:
            """
        Sehen Sie an der Tür, im Briefkasten und bei Nachbarn nach. Fehlt es noch immer? Dann melden Sie \
        sich mit Ihrer Bestellnummer beim Shop.
        """,

        // Reasons of failures.
        .failCarrier: "Beim Versanddienst gab es ein Problem.",
        .failRetailer: "Es fehlt etwas vom Shop, zum Beispiel ein Dokument.",
        .failRecipient: "Es war niemand da, der es annehmen konnte.",
        .failCustoms: "Der Zoll hält es fest.",
        .failWeather: "Das Wetter verzögert die Lieferung.",
        .failAddress: "Die Adresse ist falsch oder unvollständig.",
        .failOther: "Der Versanddienst nennt keinen genauen Grund.",

        // Next steps.
        .nextStep: "Wie es weitergeht",
        .nextAttempt:
            """
        Der Versanddienst versucht es meist am nächsten Werktag erneut. Auf seiner Seite können Sie oft \
        einen anderen Termin oder Ort wählen.
        """,
        .nextAddress: "Bitte nennen Sie dem Shop mit Ihrer Bestellnummer die richtige Adresse.",
        .nextCustoms:
            """
        Zoll oder Versanddienst bitten Sie vielleicht um Unterlagen oder eine Zahlung. Sonst müssen Sie \
        nichts tun.
        """,
        .nextWait: "Es geht so bald wie möglich weiter. Sie müssen nichts tun.",
        .nextShop: "Der Shop kümmert sich darum. Sie müssen nichts tun.",

        // Scans in the history.
        .scanInTransit: "Unterwegs",
        .scanOutForDelivery: "In Zustellung",
        .scanReadyForPickup: "Abholbereit",
        .scanAttemptFailed: "Zustellung nicht möglich",
        .scanException: "Aufgehalten",
        .scanDelivered: "Zugestellt",
        .scanReturning: "Auf dem Rückweg zum Shop",
        .scanReturnedToSender: "Wieder beim Shop",
        .scanLost: "Verloren",
        .scanRetracted: "Zurückgenommen: Diese Meldung war ein Irrtum",
        .byShop: "Vom Shop gemeldet",
        .eventPacked: "Verpackt",
        .eventHandedOver: "An den Versanddienst übergeben",
        .eventSent: "Gesendet",
        .eventTracking: "Neue Sendungsnummer",
        .eventEta: "Neuer voraussichtlicher Termin",

        // Waiting, cancelled, related.
        .waitingTitle: "Noch nicht verschickt",
        .waitingText: "Diese Artikel sind noch in keinem Paket.",
        .waitingLost: "Diese Artikel werden erneut verschickt oder erstattet.",
        .cancelledTitle: "Stornierte Artikel",
        .cancelCustomer: "Auf Ihren Wunsch.",
        .cancelStock: "Die Ware war nicht lieferbar. Das tut uns leid.",
        .cancelPayment: "Die Zahlung war nicht erfolgreich.",
        .cancelOther: "Vom Shop storniert.",
        .relatedExchange: "Diese Bestellung tauscht Artikel einer früheren um.",
        .relatedReplacement: "Diese Bestellung ersetzt Artikel einer früheren.",
        .relatedSplit: "Diese Bestellung ist ein Teil einer größeren.",
        .relatedSubscription: "Diese Bestellung gehört zu einem Abonnement.",

        // Returns.
        .returns: "Rücksendungen",
        .returnRequested: "Beantragt",
        .returnApproved: "Genehmigt",
        .returnRejected: "Nicht angenommen",
        .returnCancelled: "Beendet",
        .returnReceived: "Eingegangen",
        .returnRequestedNext: "Der Shop entscheidet darüber.",
        .returnApprovedNext: "Schicken Sie die Artikel zurück und heben Sie den Einlieferungsbeleg auf.",
        .returnReceivedNext: "Die Artikel sind beim Shop.",
        .returnYourReason: "Ihr Grund",
        .returnNote: "Hinweis vom Shop",
        .returnArrived: "Bisher eingegangen",

        // Money.
        .payment: "Zahlung",
        .total: "Gesamtbetrag",
        .totalNow: "Gesamtbetrag nach Änderungen",
        .paid: "Bezahlt",
        .reserved: "Reserviert, noch nicht abgebucht",
        .refundedOn: "Erstattet am {day}",
        .chargedBack: "Von Ihrer Bank zurückgeholt",
        .refundOwed: "Ihnen noch zu erstatten",
        .refundOwedText:
            """
        Diesen Betrag schuldet Ihnen der Shop. Nach der Erstattung braucht Ihre Bank oft noch einige Tage.
        """,
        .toPay: "Noch zu zahlen",
        .toPayOnDelivery: "Bei Zustellung zu zahlen",
        .toPayByInvoice: "Per Rechnung zu zahlen",

        // Notes and order history.
        .notes: "Nachrichten vom Shop",
        .eventOrderPlaced: "Bestellung aufgegeben",
        .eventOrderConfirmed: "Vom Shop bestätigt",
        .eventOrderEdited: "Bestellung geändert",
        .eventTotalAdjusted: "Preis geändert",
        .eventShipToChanged: "Lieferadresse geändert",
        .eventItemsCancelled: "Artikel storniert",
        .eventOrderCancelled: "Bestellung storniert",
        .eventOrderHeld: "Angehalten",
        .eventHoldReleased: "Geht weiter",
        .eventParcelVoided: "Paket wieder ausgepackt",
        .eventShortageReported: "Ihre Meldung zu fehlenden oder beschädigten Artikeln",
        .eventPaymentAuthorized: "Zahlung reserviert",
        .eventPaymentCaptured: "Zahlung eingegangen",
        .eventPaymentVoided: "Reservierung aufgehoben",
        .eventPaymentFailed: "Zahlung fehlgeschlagen",
        .eventPaymentRefunded: "Erstattung erfolgt",
        .eventPaymentChargedBack: "Von Ihrer Bank zurückgeholt",
        .eventChargebackReversed: "Von Ihrer Bank erneut bezahlt",
        .eventPaymentRetracted: "Eine Zahlungsmeldung wurde zurückgenommen",
        .eventReturnRequested: "Rücksendung beantragt",
        .eventReturnApproved: "Rücksendung genehmigt",
        .eventReturnRejected: "Rücksendung nicht angenommen",
        .eventReturnCancelled: "Rücksendung beendet",
        .eventReturnReceived: "Rücksendung eingegangen",

        // Calendar.
        .calendarTitle: "Lieferung der Bestellung {number}",
        .calendarNote: "Der Termin galt, als dieser Eintrag entstand. Die Sendungsseite hat den neuesten.",
    ]
}
