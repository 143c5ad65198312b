import HTTPTypes

/// The parts of a page's response that do not come from its template.
struct PageOptions: Sendable {
    var status = HTTPResponse.Status.ok
    /// The language of the page's text (BCP 47), and the direction in which it is read.
    var language = "en"
    var direction = Direction.leftToRight
    /// True where the page's head holds the text of its style sheets; false where it links them.
    var holdsStyles = true
    /// Further fields; they replace those of all pages.
    var headers: HTTPFields = [:]

    enum Direction: String, Sendable {
        case leftToRight = "ltr"
        case rightToLeft = "rtl"
    }
}
