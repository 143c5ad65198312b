import Foundation
import Orders

extension TrackView {
    /// The page of an order.
    init(_ tracked: TrackedOrder, _ page: TrackLocale) {
        let words = TrackWords(tracked, page)
        let order = tracked.order
        let texts = words.texts
        let headline = words.headline
        let cards = words.parcelCards()
        let hero = words.hero()
        let status = texts[headline.text]
        language = page.tag
        direction = page.language.direction
        self.words = texts.byName
        languages = Self.languages(current: page.language)
        title = status + " · " + order.number.isolated
        announcement = [
            texts[.orderNumber, ["number": order.number.isolated]], status, hero.label, hero.large, hero.fine,
        ]
        .compactMap { $0 }.reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }.joined(separator: ". ")
        shop = order.shop.split(separator: "-").map { String($0).firstUppercased }.joined(separator: " ")
        orderNumber = order.number
        self.status = status
        statusWord = order.headline.rawValue
        tone = headline.tone
        icon = headline.icon
        self.hero = hero
        notices = words.notices()
        parcels = cards
        waiting = words.waiting()
        cancelled = words.cancelled()
        returns = words.returns()
        money = words.money()
        notes = words.notes()
        history = words.orderHistory()
        asOf = texts[.asOf, ["time": words.format.timeOfDay(tracked.now, in: tracked.zone)]]
        asOfInstant = tracked.now.rfc3339
        hasCalendar = !TrackCalendar.windows(of: tracked).isEmpty
        isZoneUnknown = tracked.isZoneUnknown
        isOver = words.isOver
        changesAt = words.changesAt()
        // A second later, so that the time is past by any clock.
        refreshAfter = Int((changesAt.unixMicroseconds - tracked.now.unixMicroseconds) / 1_000_000) + 1
    }

    /// The entries of the switch of languages.
    static func languages(current: TrackLanguage) -> [Language] {
        TrackLanguage.allCases.map { Language(tag: $0.rawValue, name: $0.ownName, isCurrent: $0 == current) }
    }
}

extension OrderStatus {
    var text: TrackText {
        switch self {
        case .placed: .statusPlaced
        case .preparing: .statusPreparing
        case .partlyShipped: .statusPartlyShipped
        case .shipped: .statusShipped
        case .partlyDelivered: .statusPartlyDelivered
        case .outForDelivery: .statusOutForDelivery
        case .readyForPickup: .statusReadyForPickup
        case .delivered: .statusDelivered
        case .returned: .statusReturned
        case .attention: .statusAttention
        case .onHold: .statusOnHold
        case .cancelled: .statusCancelled
        }
    }

    var tone: Tone {
        switch self {
        case .placed, .cancelled: .neutral
        case .preparing: .info
        case .partlyShipped, .shipped, .partlyDelivered, .outForDelivery: .moving
        case .readyForPickup, .delivered: .good
        case .returned: .back
        case .onHold: .warn
        case .attention: .bad
        }
    }

    var icon: TrackIcon {
        switch self {
        case .placed, .preparing: .box
        case .partlyShipped, .shipped, .partlyDelivered: .truck
        case .outForDelivery: .door
        case .readyForPickup: .pin
        case .delivered: .check
        case .returned: .back
        case .attention: .alert
        case .onHold: .pause
        case .cancelled: .cross
        }
    }
}
