import Foundation
import Synchronization

/// What a sink has received: the newest in memory, each in a file of its own, and how many of the next
/// are to be refused.
final class Inbox<Item: Sendable>: Sendable {
    private struct Content {
        var items: [Item] = []
        var count = 0
        var refusals = 0
        var refused = 0
        var nextFile: Int
    }

    /// So many are kept in memory; the files stay.
    static var memoryLimit: Int { 10_000 }

    private let content: Mutex<Content>
    private let folder: URL?
    private let fileExtension: String

    /// - Parameter folder: made where it is missing; file numbers go on after those that are there.
    init(folder: URL?, fileExtension: String) throws {
        self.folder = folder
        self.fileExtension = fileExtension
        var last = 0
        if let folder {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            last = names.compactMap { Int($0.prefix { $0.isNumber }) }.max() ?? 0
        }
        content = Mutex(Content(nextFile: last + 1))
    }

    var items: [Item] { content.withLock { $0.items } }
    var count: Int { content.withLock { $0.count } }
    var refused: Int { content.withLock { $0.refused } }

    func refuseNext(_ count: Int) { content.withLock { $0.refusals = count } }

    /// Takes one of the scripted refusals, if any is left.
    func takeRefusal() -> Bool {
        content.withLock { content in
            guard content.refusals > 0 else { return false }
            content.refusals -= 1
            content.refused += 1
            return true
        }
    }

    /// False when it could not be written: the sender must then hear that it did not arrive.
    func keep(_ item: Item, bytes: [UInt8]) -> Bool {
        content.withLock { content in
            if let folder {
                let digits = String(content.nextFile)
                let name = String(repeating: "0", count: max(0, 6 - digits.count)) + digits + "." + fileExtension
                let url = folder.appendingPathComponent(name)
                guard (try? Data(bytes).write(to: url, options: .withoutOverwriting)) != nil else { return false }
            }
            content.nextFile += 1
            content.count += 1
            content.items.append(item)
            if content.items.count > Self.memoryLimit { content.items.removeFirst() }
            return true
        }
    }
}
