/// A shop of the demonstration in one of its countries, with its own money, language, carrier and goods.
struct DemoShop: Sendable {
    let name: String
    let country: String
    let currency: String
    let locale: String
    let carrier: String
    /// Minor units of the currency in a unit that people count in.
    let scale: Int
    let timeZone: String
    /// The places where the carrier scans a parcel, in the sequence of its way.
    let hubs: [String]
    /// Prices include the tax; it comes on top of them otherwise.
    var isTaxIncluded = true
    /// The goods of the shop, small ones first.
    let goods: [(small: String, large: String)]

    static let all = [
        DemoShop(
            name: "aurora",
            country: "DE",
            currency: "EUR",
            locale: "de-DE",
            carrier: "dhl",
            scale: 100,
            timeZone: "Europe/Berlin",
            hubs: ["Leipzig Hub", "Paketzentrum Rüdersdorf", "Berlin-Wedding"],
            goods: [("LED-Lampe E27", "Stehleuchte Eiche"), ("Kerze Bienenwachs", "Wollschal grau")]
        ),
        DemoShop(
            name: "aurora",
            country: "FR",
            currency: "EUR",
            locale: "fr-FR",
            carrier: "chronopost",
            scale: 100,
            timeZone: "Europe/Paris",
            hubs: ["Hub de Roissy", "Lyon Corbas", "Lyon 7e"],
            goods: [("Théière en fonte", "Fauteuil à bascule"), ("Ampoule à filament", "Carafe à décanter")]
        ),
        DemoShop(
            name: "nordwind",
            country: "GB",
            currency: "GBP",
            locale: "en-GB",
            carrier: "royalmail",
            scale: 100,
            timeZone: "Europe/London",
            hubs: ["National Hub Daventry", "Leeds Mail Centre", "Leeds LS1"],
            goods: [("Espresso beans, 1 kg", "Hand grinder"), ("Filter papers ×100", "Gooseneck kettle")]
        ),
        DemoShop(
            name: "nordwind",
            country: "US",
            currency: "USD",
            locale: "en-US",
            carrier: "ups",
            scale: 100,
            timeZone: "America/New_York",
            hubs: ["Louisville Worldport", "Secaucus, NJ", "Brooklyn, NY"],
            isTaxIncluded: false,
            goods: [("Cold brew bags", "Pour-over set"), ("Oat milk frother", "Espresso machine")]
        ),
        DemoShop(
            name: "kumo",
            country: "JP",
            currency: "JPY",
            locale: "ja-JP",
            carrier: "yamato",
            scale: 1,
            timeZone: "Asia/Tokyo",
            hubs: ["羽田クロノゲート", "東京主管支店", "渋谷センター"],
            goods: [("抹茶 30g", "急須"), ("茶筅", "鉄瓶 1.2L")]
        ),
        DemoShop(
            name: "kumo",
            country: "EG",
            currency: "USD",
            locale: "ar-EG",
            carrier: "aramex",
            scale: 100,
            timeZone: "Africa/Cairo",
            hubs: ["مركز القاهرة", "الجيزة", "المعادي"],
            goods: [("شاي أخضر", "إبريق شاي"), ("كركديه 250 غ", "طقم أكواب زجاج")]
        ),
    ]

    static let names: Set<String> = Set(all.map(\.name))
}
