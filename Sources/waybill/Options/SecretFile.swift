import ArgumentParser
import Primitives

/// A secret that an option names by its file, so that it does not stand in the list of processes.
enum SecretFile {
    /// The longest secret, in bytes.
    private static let limit = 64 * 1024

    /// The file's text without white space at its ends, and the way in which others can use the file.
    ///
    /// - Parameter name: the option's name, for the error.
    static func read(_ path: String, named name: String) throws -> (text: String, exposure: String?) {
        let contents: PrivateFile.Contents?
        do throws(FileError) {
            contents = try PrivateFile.read(path, limit: limit)
        } catch {
            throw ValidationError("\(name): \(TerminalText.plain(error.path)) \(error.reason).")
        }
        guard let contents else { throw ValidationError("\(name): there is no file \(TerminalText.plain(path)).") }
        let text = String(decoding: contents.bytes, as: UTF8.self)
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { throw ValidationError("\(name): \(TerminalText.plain(path)) is empty.") }
        return (String(text[first...last]), contents.exposure)
    }

    /// The source of a secret: given itself or by its file, as a flag or, where there is neither flag, in the
    /// environment.
    enum Source {
        case text(String)
        case file(String, name: String)
    }

    /// - Parameters:
    ///   - flag: the flag's name, such as `--token`; that of the file is `--token-file`.
    ///   - variable: the variable's name; that of the file ends in `_FILE`.
    /// - Returns: nil where the secret is not given.
    /// - Throws: `ValidationError` where it is given twice.
    static func source(_ flag: String, _ text: String?, _ file: String?, variable: String) throws -> Source? {
        let places = [
            (flag, text, file, "\(flag)-file"),
            (variable, Environment.text(variable), Environment.text("\(variable)_FILE"), "\(variable)_FILE"),
        ]
        for (name, text, file, fileName) in places where text != nil || file != nil {
            guard let file else { return text.map { .text($0) } }
            guard text == nil else { throw ValidationError("\(name) and \(fileName) are two of the same: give one.") }
            return .file(file, name: fileName)
        }
        return nil
    }
}
