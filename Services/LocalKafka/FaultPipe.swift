import Foundation
import Logging
import Messaging

/// A named pipe from which faults are read, a line each, for as long as the process lives.
struct FaultPipe {
    private let path: String
    private let descriptor: Int32

    init(path: String) throws {
        unlink(path)
        // Read and write: the pipe then never ends because its last writer has gone.
        guard mkfifo(path, 0o600) == 0, case let descriptor = open(path, O_RDWR), descriptor >= 0 else {
            throw CannotWrite(description: "cannot make the pipe \(path): \(String(cString: strerror(errno)))")
        }
        self.path = path
        self.descriptor = descriptor
    }

    func remove() { unlink(path) }

    /// Carries out what comes, on a thread of its own. A line that is no fault is logged and passed over.
    func carryOut(on cluster: MockCluster, logger: Logger) {
        let descriptor = descriptor
        let thread = Thread {
            var rest: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while case let count = read(descriptor, &buffer, buffer.count), count > 0 {
                rest += buffer[..<count]
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = String(decoding: rest[..<end], as: UTF8.self)
                    rest.removeSubrange(...end)
                    do {
                        guard let fault = BrokerFault(line) else {
                            logger.warning("not a fault: \(line)")
                            continue
                        }
                        try cluster.carryOut(fault)
                        logger.info("fault: \(fault)")
                    } catch {
                        logger.warning("a fault could not be carried out: \(error)")
                    }
                }
            }
        }
        thread.name = "faults"
        thread.start()
    }
}
