/// The variables of all templates. A page's own are in `page`; the template `page` opens that section, so that they are
/// found by their names alone.
struct PageContext {
    /// The folder of the assets, without a slash at its end.
    let assets: String
    let language: String
    let direction: String
    let page: Any
}
