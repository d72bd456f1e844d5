import Foundation

/// Everything that a stack's programs have said to the outside: logs, metrics, mails, webhooks.
struct ProgramOutput {
    /// By where it stands.
    let texts: [String: String]

    var names: [String] { texts.keys.sorted() }

    init(texts: [String: String]) { self.texts = texts }

    /// - Parameter metrics: what each service answered.
    init(of folder: URL, metrics: [String: String]) throws {
        var texts: [String: String] = [:]
        for room in ["log", "mail", "webhooks"] {
            let all = try FileManager.default.contentsOfDirectory(
                at: folder.appending(path: room), includingPropertiesForKeys: nil)
            for file in all { texts["\(room)/\(file.lastPathComponent)"] = try Self.plain(Data(contentsOf: file)) }
        }
        // The database's own log, wherever its version puts it.
        let files = FileManager.default.enumerator(
            at: folder.appending(path: "postgres"), includingPropertiesForKeys: nil)
        for case let file as URL in files ?? .init() where file.pathExtension == "log" {
            texts["log/postgres \(file.lastPathComponent)"] = try Self.plain(Data(contentsOf: file))
        }
        for (service, text) in metrics { texts["metrics of \(service)"] = text }
        self.texts = texts
    }

    /// Where a text stands, whatever its case, among all places or those whose names begin so.
    func places(of text: String, in beginnings: String...) -> [String] {
        names.filter { name in
            (beginnings.isEmpty || beginnings.contains { name.hasPrefix($0) })
                && texts[name]?.range(of: text, options: .caseInsensitive) != nil
        }
    }

    /// Where a decimal stands by itself, and not as a part of another.
    func places(ofNumber number: String, in beginnings: String...) -> [String] {
        let pattern = #"(?<![\d.])"# + NSRegularExpression.escapedPattern(for: number) + #"(?![\d])"#
        return names.filter { name in
            (beginnings.isEmpty || beginnings.contains { name.hasPrefix($0) })
                && texts[name]?.range(of: pattern, options: .regularExpression) != nil
        }
    }

    /// Mails come as quoted-printable: lines are joined as their receivers join them.
    private static func plain(_ data: Data) -> String {
        String(decoding: data, as: UTF8.self).replacingOccurrences(of: "=\r\n", with: "")
    }
}
