import Foundation

/// The language of a page, and the locale by which the page writes dates, numbers and money.
struct TrackLocale: Sendable, Equatable {
    let language: TrackLanguage
    let locale: Locale
    /// The BCP 47 tag, such as `de-AT`: the value of HTML's `lang`.
    let tag: String

    /// Takes the language that the reader chose, else the best of `Accept-Language`, else the order's, else English.
    ///
    /// The region comes from the reader's tag or the order's where its language is the page's: `de-AT` writes money as
    /// Austrians do.
    ///
    /// - Parameters:
    ///   - chosen: the value of the page's `lang` parameter.
    ///   - accepted: the values of the request's `Accept-Language` fields.
    ///   - orderLocale: the locale of the order; nil where no order is known.
    init(chosen: String?, accepted: [String], orderLocale: String?) {
        let tags = AcceptedLanguages(accepted).tags
        let language =
            chosen.flatMap { TrackLanguage(tag: $0) }
            ?? tags.lazy.compactMap { TrackLanguage(tag: $0) }.first
            ?? orderLocale.flatMap { TrackLanguage(tag: $0) }
            ?? .english
        let candidates = (chosen.map { [$0] } ?? []) + tags + (orderLocale.map { [$0] } ?? [])
        let region = candidates.lazy.filter { TrackLanguage(tag: $0) == language }.compactMap(Self.region).first
        self.init(language, region: region)
    }

    init(_ language: TrackLanguage, region: String? = nil) {
        self.language = language
        tag = language.rawValue + (region.map { "-" + $0 } ?? "")
        locale = Locale(identifier: tag)
    }

    /// The region of a tag in upper case; nil for a tag without a known one, since a made-up region would be a locale
    /// of its own.
    private static func region(of tag: String) -> String? {
        tag.split { $0 == "-" || $0 == "_" }.dropFirst().map { $0.uppercased() }.first { known.contains($0) }
    }

    private static let known = Set(Locale.Region.isoRegions.lazy.map(\.identifier).filter { $0.count == 2 })
}
