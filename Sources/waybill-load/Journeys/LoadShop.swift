import Access

/// A shop that sends load, as in the demonstration.
struct LoadShop: Sendable {
    let name: String
    let country: String
    let currency: String
    let locale: String
    let carrier: String
    /// The names of the two articles in each order.
    let goods: (String, String)
    /// The number of minor units in one unit of the currency.
    let scale: Int

    static let all = [
        LoadShop(
            name: "aurora",
            country: "DE",
            currency: "EUR",
            locale: "de-DE",
            carrier: "dhl",
            goods: ("Leinenkissen", "Wollteppich „Nordsee“"),
            scale: 100
        ),
        LoadShop(
            name: "aurora",
            country: "FR",
            currency: "EUR",
            locale: "fr-FR",
            carrier: "chronopost",
            goods: ("Théière en fonte", "Carafe à décanter"),
            scale: 100
        ),
        LoadShop(
            name: "nordwind",
            country: "GB",
            currency: "GBP",
            locale: "en-GB",
            carrier: "royalmail",
            goods: ("Enamel mug", "Gas stove"),
            scale: 100
        ),
        LoadShop(
            name: "nordwind",
            country: "US",
            currency: "USD",
            locale: "en-US",
            carrier: "ups",
            goods: ("Espresso beans, 1 kg", "Grinder"),
            scale: 100
        ),
        LoadShop(
            name: "kumo",
            country: "JP",
            currency: "JPY",
            locale: "ja-JP",
            carrier: "yamato",
            goods: ("抹茶 30g", "急須"),
            scale: 1
        ),
        LoadShop(
            name: "kumo",
            country: "EG",
            currency: "USD",
            locale: "ar-EG",
            carrier: "aramex",
            goods: ("شاي بالنعناع", "إبريق"),
            scale: 100
        ),
    ]

    static let names = Set(all.map(\.name)).sorted()

    static let scope = ShopScope.names(Set(names))
}
