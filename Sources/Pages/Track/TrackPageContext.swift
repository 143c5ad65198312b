/// The variables of the template `track`: the customer's page of a tracking link.
struct TrackPageContext: Sendable {
    let view: TrackView
    /// The link's token, for the addresses of the page.
    let token: String
    /// The position after which a stream continues the page.
    let position: String
    let version: Int
    /// JSON-LD that is safe within a `script` element.
    let linkedData: String
}
