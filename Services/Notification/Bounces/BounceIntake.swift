import Channels
import Domain
import Foundation
import Logging
import Metrics
import Persistence

/// Reads the reports that the site's mail server puts into a Maildir, and records what they say of our messages.
///
/// What is read moves from `new` to `cur`, what is no report about a message of ours to `junk` beside them. A file moves
/// after the database has taken what it says: one that dies in between leaves it to be read again, which changes nothing.
/// Any number of processes may read the same folder. Belongs to one thread.
final class BounceIntake {
    /// A larger mail is no report: those hold at most the message that they are about.
    static let sizeLimit = 1 << 20
    /// Most files of one look, so that the consumer, which looks on its own thread, is not kept from its work.
    private static let batch = 100

    private let folder: URL
    private let address: BounceAddress
    private let store: DeliveryStore
    private let logger: Logger
    private let interval: Duration
    private var nextLook = ContinuousClock.now

    /// - Parameters:
    ///   - folder: with `new` and `cur` in it.
    ///   - interval: from one look to the next.
    init(
        folder: URL, address: BounceAddress, store: DeliveryStore, logger: Logger, interval: Duration = .seconds(5)
    ) {
        self.folder = folder
        self.address = address
        self.store = store
        self.logger = logger
        self.interval = interval
    }

    /// Reads what has come since the last look, unless that was a moment ago.
    /// - Returns: whether there may be something new to send.
    func collect(on connection: Connection) throws -> Bool {
        guard ContinuousClock.now >= nextLook else { return false }
        nextLook = .now + interval
        let new = folder.appending(path: "new")
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: new.path) else {
            logger.error("the folder of returned mails cannot be read", metadata: ["folder": "\(new.path)"])
            return false
        }
        var hasRecorded = false
        for name in names.filter({ !$0.hasPrefix(".") }).sorted().prefix(Self.batch) {
            if try take(new.appending(path: name), on: connection) { hasRecorded = true }
        }
        return hasRecorded
    }

    private func take(_ file: URL, on connection: Connection) throws -> Bool {
        let report: BounceReport?
        switch content(of: file) {
        case .gone: return false
        case .strange: report = nil
        case .bytes(let bytes): report = BounceReport(bytes, to: address)
        }
        guard let report else {
            finish(file, in: "junk", "junk")
            return false
        }
        switch report.action {
        case .failed(let status):
            let effect = try store.recordBounce(of: report.message, status: status, on: connection)
            switch effect {
            case .underWay: break
            case .unknown: finish(file, in: "junk", effect.rawValue)
            case .known: finish(file, in: "cur", effect.rawValue)
            case .recorded:
                logger.error("a message came back", metadata: ["message_id": "\(report.message)", "status": "\(status)"])
                finish(file, in: "cur", effect.rawValue)
            }
            return effect == .recorded
        case .delayed:
            logger.notice("another server still tries to deliver a message", metadata: ["message_id": "\(report.message)"])
            finish(file, in: "cur", "delayed")
        case .other: finish(file, in: "cur", "other")
        }
        return false
    }

    private enum Content {
        /// Another process has taken it meanwhile, or it may not be read.
        case gone
        /// Too large, or no plain file.
        case strange
        case bytes([UInt8])
    }

    private func content(of file: URL) -> Content {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: file.path) else { return .gone }
        guard attributes[.type] as? FileAttributeType == .typeRegular,
            let size = attributes[.size] as? Int, size <= Self.sizeLimit
        else { return .strange }
        if let data = FileManager.default.contents(atPath: file.path) { return .bytes(Array(data)) }
        if FileManager.default.fileExists(atPath: file.path) {
            logger.error("a returned mail cannot be read", metadata: ["folder": "\(folder.path)"])
        }
        return .gone
    }

    /// Moves a file; one that cannot be moved is read again at the next look, which changes nothing.
    private func finish(_ file: URL, in place: String, _ outcome: String) {
        let target = folder.appending(path: place)
        // Maildir's mark of a message that was seen.
        let name = file.lastPathComponent + (place == "cur" ? ":2,S" : "")
        do {
            try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
            try FileManager.default.moveItem(at: file, to: target.appending(path: name))
            NotificationMetrics.bounce(outcome)
        } catch {
            guard FileManager.default.fileExists(atPath: file.path) else { return }
            logger.error("a returned mail cannot be moved", metadata: ["folder": "\(target.path)"])
        }
    }
}
