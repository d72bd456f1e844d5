import Contracts
import Persistence
import TransparencyLog

/// Compares what re-seal entries say of the log with the log: a restore is no excuse for a tree that never was.
struct ResealCheck {
    let connection: Connection

    func run(into report: inout VerificationReport) throws {
        for stored in try StoredReseal.read(on: connection) {
            switch stored {
            case .failure(let unfounded): report.add(.resealNotInLog(unfounded.event))
            case .success(let reseal):
                // The entry was appended under the lock of the tree that it names.
                let isTrue =
                    try reseal.index == reseal.statement.restored.size && wasTree(reseal.statement.restored)
                    && reseal.statement.agreed.map(wasTree) ?? true
                if !isTrue { report.add(.resealDiffers(index: reseal.index, event: reseal.event)) }
            }
        }
    }

    private func wasTree(_ tree: LogReseal.Tree) throws -> Bool {
        do { return try StoredLog.root(size: tree.size, on: connection).bytes == tree.root } catch is ProofError {
            return false
        }
    }
}
