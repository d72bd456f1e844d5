import Domain
import Foundation

/// Mail servers and receivers of other makers, in a process of their own: `Tests/Peers/peers.py`.
final class RealPeers {
    struct Ports: Decodable {
        let plain, starttls, smtps, http, https: Int
        let certificate: String
    }

    /// A mail or a request as the other implementation understood it.
    struct Record: Decodable {
        let kind: String
        let id: String
        var to, defects: [String]?
        var sender, subject, date, text, type, charset, automatic, unsubscribe, user, path: String?
        var tls: Bool?
        var signed: [[Part]]?

        /// The name of a key, or whether its code was right.
        enum Part: Decodable, Equatable {
            case key(String)
            case isRight(Bool)

            init(from decoder: any Decoder) throws {
                let value = try decoder.singleValueContainer()
                self =
                    if let flag = try? value.decode(Bool.self) { .isRight(flag) } else {
                        .key(try value.decode(String.self))
                    }
            }
        }
    }

    private static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first { path in
        guard FileManager.default.isExecutableFile(atPath: path) else { return false }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = ["-c", "import aiosmtpd"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    /// Debian's python3-aiosmtpd brings what is needed.
    static var isAvailable: Bool { python != nil }

    let ports: Ports
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private let folder: URL
    private var buffer = Data()

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "peers-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        process.executableURL = URL(filePath: Self.python ?? "")
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Peers/peers.py")
            .standardized
        process.arguments = [script.path, folder.path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        ports = try JSONDecoder().decode(Ports.self, from: Self.line(output, &buffer))
    }

    deinit {
        // A child inherits the blocked signals of the thread that started it: only this one is sure to end it.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    /// In the order in which they arrived; waits for one.
    func nextRecord() throws -> Record { try JSONDecoder().decode(Record.self, from: Self.line(output, &buffer)) }

    /// The next record of this message; those of others are passed over.
    func record(of id: DeliveryID) throws -> Record {
        while true {
            let record = try nextRecord()
            if record.id.contains("\(id)") { return record }
        }
    }

    private static func line(_ output: Pipe, _ buffer: inout Data) throws -> Data {
        while true {
            if let end = buffer.firstIndex(of: 0x0A) {
                defer { buffer = Data(buffer[buffer.index(after: end)...]) }
                return Data(buffer[..<end])
            }
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw Missing() }
            buffer += more
        }
    }
}
