import Foundation
import Orders
import StrictJSON
import Testing

@testable import Pages

@Suite struct TrackLanguageTests {
    @Test func noLanguageLacksAText() {
        for language in TrackLanguage.allCases {
            let table = TrackTexts.table(of: language)
            for text in TrackText.allCases {
                #expect(table[text]?.isEmpty == false, "\(language) lacks \(text)")
            }
        }
    }

    @Test func textsHaveTheSamePlaceholdersInEveryLanguage() {
        func placeholders(_ text: String) -> Set<String> { Set(text.matches(of: /\{[a-z]+\}/).map { String($0.0) }) }
        let english = TrackTexts.english.mapValues(placeholders)
        for language in TrackLanguage.allCases {
            for (text, words) in TrackTexts.table(of: language) {
                #expect(placeholders(words) == english[text], "\(language) \(text)")
            }
        }
    }

    @Test func onlyWordsThatAreTheSameInTwoLanguagesAreLeftAsTheyAre() {
        let english = TrackTexts.english
        for language in TrackLanguage.allCases where language != .english {
            let same = TrackTexts.table(of: language).filter { $0.value == english[$0.key] && $0.value.count > 6 }
            #expect(same.isEmpty, "\(language): \(same.keys)")
        }
    }

    @Test(
        arguments: [
            (nil, ["de-AT,de;q=0.9,en;q=0.8"], "en-US", "de-AT"), (nil, ["fr,es-MX;q=0.5"], "en-US", "es-MX"),
            (nil, ["fr"], "ar-SA", "ar-SA"), (nil, [], nil, "en"), (nil, ["*"], "de-DE", "de-DE"),
            ("ar", ["de-AT"], "en-US", "ar"), ("de", ["en-GB", "de-CH"], "de-DE", "de-CH"), ("xx", ["es"], nil, "es"),
            (nil, ["en;q=0, de;q=0.1"], nil, "de"), (nil, ["de-Latn-XX"], nil, "de"), ("de", ["en"], "de-AT", "de-AT"),
        ] as [(String?, [String], String?, String)]
    )
    func theLanguageIsChosenThenAcceptedThenTheOrders(chosen: String?, accepted: [String], order: String?, tag: String)
    {
        #expect(TrackLocale(chosen: chosen, accepted: accepted, orderLocale: order).tag == tag)
    }

    @Test(arguments: [
        (TrackLanguage.german, "DE", "Mittwoch, 3. Dezember", "14:00–18:00 Uhr"),
        (.spanish, "ES", "Miércoles, 3 de diciembre", "14:00 – 18:00"),
        (.arabic, "AE", "الأربعاء، 3 ديسمبر", "2:00–6:00 م"), (.arabic, "EG", "الأربعاء، ٣ ديسمبر", "٢:٠٠–٦:٠٠ م"),
        (.english, "US", "Wednesday, December 3", "2:00 – 6:00 PM"),
    ])
    func datesAreWrittenAsReadersDo(language: TrackLanguage, region: String, large: String, fine: String) throws {
        var situation = try Situation.dispatched()
        try situation.scan("inTransit", "2025-12-02T02:00:00Z")
        let page = TrackLocale(language, region: region)
        let hero = TrackView(try situation.tracked("2025-12-01T10:00:00Z"), page).hero
        #expect(hero.large.plain == large)
        #expect(hero.fine?.plain == fine)
    }

    @Test func arabicIsReadFromTheRight() throws {
        let view = try Situation.dispatched().view("2025-12-01T20:00:00Z", .arabic)
        #expect(view.direction == "rtl")
        #expect(view.languages.filter(\.isCurrent).map(\.name) == ["العربية"])
    }
}
