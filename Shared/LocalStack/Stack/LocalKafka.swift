import Contracts
import Foundation
import Messaging

/// `attune-local-kafka` with the topics of the catalogue.
final class LocalKafka: Sendable {
    private let process: ManagedProcess
    private let addressFile: URL
    private let faults: URL

    init(program: URL, addressFile: URL, faults: URL, log: URL) {
        let topics = TopicCatalogue.all.flatMap { ["--topic", "\($0.topic.name):\($0.partitions)"] }
        process = ManagedProcess(
            Command(
                name: "attune-local-kafka", executable: program,
                arguments: ["--address-file", addressFile.path, "--faults", faults.path] + topics, output: .file(log)))
        self.addressFile = addressFile
        self.faults = faults
    }

    /// Has the cluster misbehave, or behave again.
    func inject(_ fault: BrokerFault) throws {
        let pipe = open(faults.path, O_WRONLY | O_NONBLOCK)
        guard pipe >= 0 else { throw StackError.unreadable(faults, reason: "nobody reads this pipe") }
        defer { close(pipe) }
        let line = Array("\(fault)\n".utf8)
        guard write(pipe, line, line.count) == line.count else {
            throw StackError.unreadable(faults, reason: "nobody reads this pipe")
        }
    }

    var processID: Int32? { process.processID }

    /// Starts it, empty, and tells its address.
    func start(within limit: Duration, checkpoint: () throws -> Void) throws -> String {
        // One that was killed leaves its address behind.
        try? FileManager.default.removeItem(at: addressFile)
        try process.start()
        var address = ""
        do {
            try process.waitUntilReady(within: limit) {
                try checkpoint()
                let text = (try? String(contentsOf: addressFile, encoding: .utf8)) ?? ""
                address = text.trimmingCharacters(in: .whitespacesAndNewlines)
                return !address.isEmpty
            }
        } catch {
            process.kill9()
            throw error
        }
        return address
    }

    @discardableResult
    func stop(within limit: Duration) -> ManagedProcess.Ending? { process.terminate(within: limit) }
    func kill9() { process.kill9() }
}
