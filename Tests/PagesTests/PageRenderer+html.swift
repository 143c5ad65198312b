@testable import Pages

extension PageRenderer {
    /// The HTML of a page.
    func html(_ name: String, _ page: some Sendable, _ options: PageOptions = PageOptions()) throws -> String {
        String(decoding: try self.page(name, page, options).html, as: UTF8.self)
    }
}
