import CPages

/// A template or an asset, as the folder `Pages` holds it.
package struct PageFile: Sendable {
    /// The path in the folder, such as `assets/design.css`.
    package let path: String
    package let bytes: [UInt8]

    package init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    /// All files that the binary carries.
    package static var embedded: [PageFile] {
        var files: [PageFile] = []
        var next = waybill_page_files
        while let file = next?.pointee, let name = file.name, let text = file.text {
            var length = 0
            while text[length] != 0 { length += 1 }
            let bytes = [UInt8](UnsafeBufferPointer(start: text, count: length))
            files.append(PageFile(path: String(cString: name), bytes: bytes))
            next = next?.advanced(by: 1)
        }
        return files
    }
}
