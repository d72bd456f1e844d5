import Contracts
import Foundation

/// `attune-local-kafka` with the topics of the catalogue.
final class LocalKafka: Sendable {
    private let process: ManagedProcess
    private let addressFile: URL

    init(program: URL, addressFile: URL, log: URL) {
        let topics = TopicCatalogue.all.flatMap { ["--topic", "\($0.topic.name):\($0.partitions)"] }
        process = ManagedProcess(
            Command(
                name: "attune-local-kafka", executable: program,
                arguments: ["--address-file", addressFile.path] + topics, output: .file(log)))
        self.addressFile = addressFile
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
