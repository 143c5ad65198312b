/// The variables of the template `track-gone`: the page of a link that is dead or never was.
struct TrackGonePage: Sendable {
    let words: [String: String]
    let languages: [TrackView.Language]

    init(_ page: TrackLocale) {
        words = TrackTexts(page.language).byName
        languages = TrackView.languages(current: page.language)
    }
}
