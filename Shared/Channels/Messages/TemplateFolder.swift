import FoundationEssentials

/// A site's own templates.
enum TemplateFolder {
    /// A mail's text longer than this is none.
    private static let largest = 16_384

    static func read(_ folder: String) throws(TemplateError) -> [MessageTemplates.Key: String] {
        let files: [String]
        do {
            files = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw TemplateError(file: folder, reason: "the folder cannot be read")
        }
        var sources: [MessageTemplates.Key: String] = [:]
        for file in files.sorted() where file.hasSuffix(".mustache") {
            guard let key = key(of: file) else {
                let names = MessageTemplates.Name.allCases.map(\.rawValue).joined(separator: ", ")
                throw TemplateError(file: file, reason: "must be named <name>.<language>.mustache; names are \(names)")
            }
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(file)"), data.count <= largest,
                let text = String(validating: data, as: UTF8.self)
            else { throw TemplateError(file: file, reason: "cannot be read as UTF-8 text of at most \(largest) bytes") }
            sources[key] = text.replacing("\r\n", with: "\n")
        }
        return sources
    }

    private static func key(of file: String) -> MessageTemplates.Key? {
        let parts = file.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let name = MessageTemplates.Name(rawValue: String(parts[0])), !parts[1].isEmpty,
            parts[1].utf8.count <= 35, parts[1].utf8.allSatisfy({ isPartOfLanguage($0) })
        else { return nil }
        return MessageTemplates.Key(name: name, language: String(parts[1]))
    }

    private static func isPartOfLanguage(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
