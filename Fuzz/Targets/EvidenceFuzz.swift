import Persistence
import ServiceKit

@testable import EvidenceBundle

/// A bundle of evidence comes from whoever hands it over. The first byte says which of its files.
enum EvidenceFuzz {
    static func run(_ bytes: [UInt8]) throws(FuzzFault) {
        guard let choice = bytes.first else { return }
        let text = Array(bytes.dropFirst())
        switch choice % 5 {
        case 0: try ledgerLine(text)
        case 1: try stable(text, LeafLine.decode, LeafLine.encode)
        case 2: try stable(text, { try ProofLine.decode($0, size: 1000) }, ProofLine.encode)
        case 3: try stable(text, { try ConsistencyLine($0).encoded }, { $0 })
        default: try stable(text, EvidenceManifest.init, { $0.json.encoded })
        }
    }

    /// The quick reader must agree with the strict one in all that it reads.
    private static func ledgerLine(_ line: [UInt8]) throws(FuzzFault) {
        let quick = line.withUnsafeBufferPointer { LedgerLineScan($0)?.event }
        let strict = read { try LedgerLine.decode(line) }
        try hold(
            quick == nil || quick == strict, "the quick reader of a ledger line reads what the strict one does not")
        try stable(line, { try LedgerLine.decode($0) }, LedgerLine.encode)
    }

    private static func stable<Value: Equatable>(
        _ bytes: [UInt8], _ decode: ([UInt8]) throws -> Value, _ encode: (Value) -> [UInt8]
    ) throws(FuzzFault) {
        let value: Value
        do { value = try decode(bytes) } catch {
            try hold(error is JSONSyntaxError || error is FieldError, "an unexpected error: \(type(of: error))")
            return
        }
        try hold(read { try decode(encode(value)) } == value, "\(Value.self) is another one after it was written")
    }
}
