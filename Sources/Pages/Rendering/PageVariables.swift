/// The variables of a template as dictionaries and arrays, made once for a page.
///
/// The library finds a name by reflecting an object anew for each tag, and then the objects around it. A page of
/// thousands of entries would take seconds that way.
enum PageVariables {
    /// - Returns: a dictionary for a structure, without its properties that are nil; an array for a collection; other
    ///   values as they are; nil for nil.
    static func make(of value: Any) -> Any? {
        switch value {
        case is String, is Bool, is Int, is [String: String]: return value
        default: break
        }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.flatMap { make(of: $0.value) }
        case .collection: return mirror.children.compactMap { make(of: $0.value) }
        case .struct:
            return mirror.children.reduce(into: [String: Any]()) { variables, child in
                if let name = child.label { variables[name] = make(of: child.value) }
            }
        default: return value
        }
    }
}
