@testable import TransparencyLog

/// Proofs of small trees, every one of which can be built here: true ones hold, changed ones never do.
enum ProofFuzz {
    private static let largest = 200
    private static let leaves = (0..<largest).map { LogHash.leaf([UInt8($0)]) }

    /// Bytes: kind, size, place in the tree, then pairs of a place in the proof and what is changed there.
    static func run(_ bytes: [UInt8]) throws(FuzzFault) {
        guard bytes.count >= 3 else { return }
        let size = 1 + Int(bytes[1]) % largest
        let place = Int(bytes[2]) % size
        let changes = Array(bytes[3...])
        switch bytes[0] % 3 {
        case 0: try inclusion(place, size, changes)
        case 1: try consistency(place, size, changes)
        default: strange(changes)
        }
    }

    private static func inclusion(_ index: Int, _ size: Int, _ changes: [UInt8]) throws(FuzzFault) {
        guard let proof = read({ try InclusionProof(index: index, size: size, reading: tile) }),
            let root = root(size)
        else { throw FuzzFault("a proof cannot be built") }
        let path = changed(proof.path, changes)
        let other = InclusionProof(index: index, size: size, path: path)
        let holds = read { try other.verify(leaf: leaves[index], root: root) } != nil
        try hold(
            holds == (path == proof.path),
            "an inclusion proof \(holds ? "holds although it was changed" : "does not hold")")
        let elsewhere = InclusionProof(index: (index + 1) % size, size: size, path: proof.path)
        try hold(
            size == 1 || read { try elsewhere.verify(leaf: leaves[index], root: root) } == nil,
            "a leaf is proved in two places")
    }

    private static func consistency(_ first: Int, _ second: Int, _ changes: [UInt8]) throws(FuzzFault) {
        guard let proof = read({ try ConsistencyProof(firstSize: first, secondSize: second, reading: tile) }),
            let firstRoot = root(first), let secondRoot = root(second)
        else { throw FuzzFault("a proof cannot be built") }
        let path = changed(proof.path, changes)
        let other = ConsistencyProof(firstSize: first, secondSize: second, path: path)
        let holds = read { try other.verify(firstRoot: firstRoot, secondRoot: secondRoot) } != nil
        try hold(
            holds == (path == proof.path),
            "a consistency proof \(holds ? "holds although it was changed" : "does not hold")")
        guard first > 0, let strange = changes.first, strange != 0 else { return }
        var bytes = firstRoot.bytes
        bytes[Int(strange) % 32] ^= strange
        guard let otherRoot = LogHash(bytes: bytes) else { return }
        try hold(
            read { try proof.verify(firstRoot: otherRoot, secondRoot: secondRoot) } == nil,
            "a proof holds for another root")
    }

    /// Numbers of any size; nothing but ending is asked for.
    private static func strange(_ bytes: [UInt8]) {
        func number(_ start: Int) -> Int {
            Int(truncatingIfNeeded: bytes.dropFirst(start).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        }
        let path = (0..<min(70, bytes.count)).map { LogHash.leaf([bytes[$0]]) }
        _ = read {
            try InclusionProof(index: number(0), size: number(8), path: path).verify(leaf: leaves[0], root: leaves[1])
        }
        _ = read {
            try ConsistencyProof(firstSize: number(0), secondSize: number(8), path: path)
                .verify(firstRoot: leaves[0], secondRoot: leaves[1])
        }
    }

    /// Each pair of bytes changes the hash at a place; an odd one at the end takes the last hash away or adds one.
    private static func changed(_ path: [LogHash], _ changes: [UInt8]) -> [LogHash] {
        var hashes = path.map(\.bytes)
        for pair in stride(from: 0, to: changes.count - 1, by: 2) where !hashes.isEmpty {
            let place = Int(changes[pair]) % (hashes.count * 32)
            hashes[place / 32][place % 32] ^= changes[pair + 1]
        }
        if !changes.count.isMultiple(of: 2), let last = changes.last {
            if last & 1 == 0 { _ = hashes.popLast() } else { hashes.append(leaves[Int(last) % largest].bytes) }
        }
        return hashes.compactMap { LogHash(bytes: $0) }
    }

    /// All leaves are in one tile.
    private static func tile(_ address: Tile.Address) -> [LogHash] { leaves }

    private static func root(_ size: Int) -> LogHash? {
        size == 0 ? .emptyRoot : read { try Tile.root(treeSize: size, reading: tile) }
    }
}
