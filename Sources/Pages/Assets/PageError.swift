/// An error in the templates and assets of pages.
enum PageError: Error, Sendable, CustomStringConvertible {
    case unknownType(String)
    case template(String, reason: String)
    case noTemplate(String)
    case markup(String)
    case folder(String, reason: String)

    var description: String {
        switch self {
        case .unknownType(let name): "the asset \(name) has an ending that stands for no media type"
        case .template(let name, let reason): "the template \(name) cannot be read: \(reason)"
        case .noTemplate(let name): "there is no template \(name)"
        case .markup(let name): "the style sheet \(name) holds \"</\", which would end it in a page"
        case .folder(let path, let reason): "the pages' folder \(path) cannot be read: \(reason)"
        }
    }
}
