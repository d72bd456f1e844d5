import AuditLog
import Contracts
import Domain
import Foundation
import Persistence
import TransparencyLog

/// Reads events, leaves and proofs side by side: each event has its leaf, each leaf its proof, and each event is what its
/// leaf says.
struct EvidenceEvents {
    let folder: URL
    let manifest: EvidenceManifest

    func check(_ report: inout EvidenceVerification.Report, _ progress: EvidenceProgress) throws {
        var events = try EvidenceReader(folder, EvidenceFile.events) { try LedgerLine.decode($0) }
        var leaves = try EvidenceReader(folder, EvidenceFile.leaves) { try LeafLine.decode($0) }
        var proofs = try EvidenceReader(folder, EvidenceFile.proofs) { [size = manifest.size] line in
            try ProofLine.decode(line, size: size)
        }
        var order = EvidenceOrder(scope: manifest.scope)
        var cause: LedgerEvent?
        while let leaf = try leaves.peek(&report) {
            let event = try events.peek(&report)
            if let cause, leaf.entry.follows(cause) {
                try check(leaf, &leaves, &proofs, &report)
            } else if let event, event.id == leaf.entry.event {
                let fields = AuditEntry(event).fields(differingFrom: leaf.entry)
                if !fields.isEmpty { report.add(.eventDiffers(event.id, index: leaf.index, fields: fields)) }
                try check(leaf, &leaves, &proofs, &report)
                try take(event, &events, &order, &report)
                cause = event
            } else if let event, !leaf.entry.isDerived, try events.peek(&report, behind: 1)?.id == leaf.entry.event {
                // The leaves pass over this event and go on with the one behind it.
                report.add(.eventWithoutLeaf(event.id))
                try take(event, &events, &order, &report)
            } else {
                report.add(.leafWithoutEvent(index: leaf.index, event: leaf.entry.event))
                try check(leaf, &leaves, &proofs, &report)
            }
            progress("events", report.leaves, manifest.counts.leaves)
        }
        while let event = try events.peek(&report) {
            report.add(.eventWithoutLeaf(event.id))
            try take(event, &events, &order, &report)
        }
        for difference in order.broken { report.add(difference) }
        count("events", manifest.counts.events, report.events, &report)
        count("leaves", manifest.counts.leaves, report.leaves, &report)
    }

    private func check(
        _ leaf: StoredLog.Leaf, _ leaves: inout EvidenceReader<StoredLog.Leaf>,
        _ proofs: inout EvidenceReader<InclusionProof>, _ report: inout EvidenceVerification.Report
    ) throws {
        report.leaves += 1
        _ = try leaves.next(&report)
        // A proof too many is passed over: the file's digest has told of it.
        if try proofs.peek(&report)?.index != leaf.index, try proofs.peek(&report, behind: 1)?.index == leaf.index {
            _ = try proofs.next(&report)
        }
        guard let proof = try proofs.peek(&report), proof.index == leaf.index else {
            return report.add(.proofMissing(index: leaf.index, event: leaf.entry.event))
        }
        _ = try proofs.next(&report)
        do throws(ProofError) { try proof.verify(leaf: leaf.entry.leafHash, root: manifest.root) } catch {
            report.add(.proofFails(index: leaf.index, event: leaf.entry.event))
        }
    }

    private func take(
        _ event: LedgerEvent, _ events: inout EvidenceReader<LedgerEvent>, _ order: inout EvidenceOrder,
        _ report: inout EvidenceVerification.Report
    ) throws {
        report.events += 1
        if let difference = order.take(event) { report.add(difference) }
        _ = try events.next(&report)
    }

    private func count(
        _ what: String, _ said: Int, _ found: Int, _ report: inout EvidenceVerification.Report
    ) {
        if said != found { report.add(.countDiffers(what, manifest: said, found: found)) }
    }
}

/// Whether events come in the order of lanes and positions, and none of a stream is left out.
struct EvidenceOrder {
    private let scope: EvidenceScope
    private var last: (lane: Int, position: Int64) = (-1, .min)
    /// By stream, for the few that were asked for by name. Lanes of a category come one after another, so that live and
    /// backfilled events of a stream are not in the order of versions.
    private var versions: [Stream: Set<Int64>] = [:]

    private struct Stream: Hashable {
        let category: Int16
        let id: EpisodeID
    }

    init(scope: EvidenceScope) { self.scope = scope }

    mutating func take(_ event: LedgerEvent) -> EvidenceDifference? {
        let lane = Lane.all.firstIndex(of: event.lane) ?? Lane.all.count
        guard (lane, event.position) > last else { return .eventOutOfOrder(event.id) }
        last = (lane, event.position)
        guard scope.includes(event), scope.episodes.isEmpty || scope.episodes.contains(event.stream) else {
            return .eventOutOfScope(event.id)
        }
        if scope.isWholeStreams {
            versions[Stream(category: event.category.rawValue, id: event.stream), default: []].insert(event.version)
        }
        return nil
    }

    /// Streams whose versions are not 1, 2, 3 …
    var broken: [EvidenceDifference] {
        versions.flatMap { stream, found in
            found.sorted().enumerated().filter { $0.element != Int64($0.offset) + 1 }.prefix(1).map {
                .streamBroken(stream.id, category: stream.category, version: $0.element)
            }
        }
    }
}

/// One of the files of lines. What cannot be read ends it, and is said once.
struct EvidenceReader<Element> {
    private let name: String
    private let decode: ([UInt8]) throws -> Element
    /// Nil for a file that is missing, which was said before.
    private var lines: LineReader?
    private var ahead: [Element] = []

    init(_ folder: URL, _ name: String, decode: @escaping ([UInt8]) throws -> Element) throws {
        self.name = name
        self.decode = decode
        lines = try? LineReader(folder.appendingPathComponent(name))
    }

    /// The element that comes next, or `distance` behind it.
    mutating func peek(_ report: inout EvidenceVerification.Report, behind distance: Int = 0) throws -> Element? {
        while ahead.count <= distance, let line = try lines?.next() {
            do { ahead.append(try decode(line)) } catch {
                report.add(.unreadable(name, line: lines?.number ?? 0))
                lines = nil
            }
        }
        return ahead.indices.contains(distance) ? ahead[distance] : nil
    }

    mutating func next(_ report: inout EvidenceVerification.Report) throws -> Element? {
        guard let element = try peek(&report) else { return nil }
        ahead.removeFirst()
        return element
    }
}
