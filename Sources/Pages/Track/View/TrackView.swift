import Orders

/// The customer's page in words: what the template shows. Absent parts are nil or empty.
///
/// A template looks for a name that is nil in what encloses it too. So an optional part has a name that nothing around
/// it has.
struct TrackView: Sendable {
    struct Language: Sendable {
        let tag: String
        let name: String
        let isCurrent: Bool
    }

    /// The large date, or what stands in its place.
    struct Hero: Sendable {
        var label: String
        var large: String
        var fine: String?
        var note: String?
        var isLate = false
        /// Tells whether the large line is a place.
        var isPlace = false
        var promise: Promise?
    }

    /// The first promise beside the time that is expected now.
    struct Promise: Sendable {
        let first: String
        let now: String
        let reason: String
    }

    /// A message that stands out.
    struct Notice: Sendable {
        let tone: Tone
        let title: String
        var body: String?
        /// The customer's or the shop's own words.
        var quote: String?
        var next: String?
    }

    struct Item: Sendable {
        let count: String
        let name: String
        var remark: String?
    }

    struct Step: Sendable {
        let label: String
        /// `done`, `current`, `problem` or `next`.
        let state: String
        let stateText: String
        let isCurrent: Bool
        let time: String?
    }

    /// An entry of a history.
    struct Entry: Sendable {
        let time: String
        /// RFC 3339, for machines.
        let instant: String
        let title: String
        let tone: Tone
        var place: String?
        var country: String?
        var detail: String?
        /// The shop's or the carrier's own words.
        var quote: String?
        var isRetracted = false
        /// The order of entries of one time.
        var rank = 0
    }

    struct Number: Sendable {
        let digits: String
        let address: String?
    }

    struct ParcelCard: Sendable {
        let id: String
        let title: String
        let kind: String?
        let status: String
        let tone: Tone
        let sentence: String?
        var expected: String?
        var promise: Promise?
        var notices: [Notice] = []
        var steps: [Step] = []
        var items: [Item] = []
        var carrier: String?
        var number: Number?
        var former: [Number] = []
        var pickup: Pickup?
        var latest: Entry?
        var history: [Entry] = []
        var delivery: Delivery?
    }

    struct Pickup: Sendable {
        let place: String
        let country: String?
        let isReady: Bool
    }

    struct Delivery: Sendable {
        let proof: String?
        let mayBeMissing: Bool
    }

    struct Waiting: Sendable {
        let body: String
        let expected: String?
        let isLate: Bool
        let items: [Item]
    }

    struct ReturnCard: Sendable {
        let status: String
        let tone: Tone
        let next: String?
        let items: [Item]
        let arrived: [Item]
        let reason: String?
        let note: String?
        let carrier: String?
        let number: Number?
    }

    struct MoneyRow: Sendable {
        let label: String
        let amount: String
        var isStrong = false
    }

    struct Money: Sendable {
        let rows: [MoneyRow]
        let owed: String?
    }

    struct Note: Sendable {
        let message: String
        let time: String
        let instant: String
    }

    var language: String
    var direction: String
    /// The fixed texts of the page by name.
    var words: [String: String]
    var languages: [Language]
    var title: String
    /// The news in words, for readers who do not see the page.
    var announcement: String
    var shop: String
    var orderNumber: String
    var status: String
    var statusWord: String
    var tone: Tone
    var icon: TrackIcon
    var hero: Hero
    var notices: [Notice]
    var parcels: [ParcelCard]
    var waiting: Waiting?
    var cancelled: [Item]
    var returns: [ReturnCard]
    var money: Money
    var notes: [Note]
    var history: [Entry]
    var asOf: String
    var asOfInstant: String
    var hasCalendar: Bool
    var isZoneUnknown: Bool
    /// Tells whether nothing more is to come.
    var isOver: Bool
    /// The seconds after which the page says something else although nothing happened.
    var refreshAfter: Int
    /// The time at which it does. Between two such times a version of an order has one page in each language.
    var changesAt: Timestamp
}

/// The tone of a part of the page, as the style sheet knows it: a colour and a shape, beside words.
enum Tone: String, Sendable, CustomStringConvertible {
    case neutral, info, moving, good, warn, bad, back

    var description: String { rawValue }
}

/// The picture of a status: the file of the page's icon.
enum TrackIcon: String, Sendable, CustomStringConvertible, CaseIterable {
    case box, truck, door, pin, check, back, alert, pause, cross, mail

    var description: String { rawValue }
}
