import Hummingbird

/// A page that is the same for everybody, rendered and compressed once.
struct SharedPage: Sendable {
    private let renderer: PageRenderer
    private let template: String
    private let variables: any Sendable
    private let prepared: PreparedPage

    /// - Parameters:
    ///   - template: the template's name, without its ending.
    ///   - variables: the template's variables: an object with a property each.
    /// - Throws: `PageError`.
    init(_ renderer: PageRenderer, _ template: String, _ variables: some Sendable) throws {
        self.renderer = renderer
        self.template = template
        self.variables = variables
        prepared = try Self.prepare(renderer, template, variables)
    }

    /// - Throws: `PageError` where templates may change, and this one is not valid any more.
    func response(to request: Request) throws -> Response {
        let isChangeable = renderer.source.isChangeable
        let page = isChangeable ? try Self.prepare(renderer, template, variables) : prepared
        return page.response(to: request)
    }

    private static func prepare(
        _ renderer: PageRenderer,
        _ template: String,
        _ variables: some Sendable
    ) throws -> PreparedPage {
        PreparedPage(try renderer.page(template, variables))
    }
}
