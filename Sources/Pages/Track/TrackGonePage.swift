import HTTPTypes
import OrderAPI

/// The variables of the template `track-gone`: the page of a link that is dead or never was, and of a link whose order
/// cannot be shown at present.
struct TrackGonePage: Sendable {
    let words: [String: String]
    let languages: [TrackView.Language]
    let isGone: Bool
    let title: String
    let text: String
    let next: String

    /// - Parameter isGone: false where the same request may show the order later.
    init(_ page: TrackLocale, isGone: Bool = true) {
        let texts = TrackTexts(page.language)
        words = texts.byName
        languages = TrackView.languages(current: page.language)
        self.isGone = isGone
        title = texts[isGone ? .goneTitle : .awayTitle]
        text = texts[isGone ? .goneText : .awayText]
        next = texts[isGone ? .goneNext : .awayNext]
    }

    /// - Returns: nil for a problem that people cannot do anything about by waiting or by asking the shop.
    init?(_ problem: Problem, _ page: TrackLocale) {
        switch problem.status {
        case .notFound: self.init(page)
        case .tooManyRequests, .serviceUnavailable, .internalServerError: self.init(page, isGone: false)
        default: return nil
        }
    }
}
