import Testing
import TransparencyLog

private struct Log {
    let reference: ReferenceTree
    let roots: [LogHash]
    let store: TileStore

    init(size: Int) {
        reference = ReferenceTree(size: size)
        roots = reference.roots
        var store = TileStore()
        var tree = TiledTree()
        store.apply(tree.append(reference.leaves))
        self.store = store
    }
}

private func holds(_ proof: InclusionProof, _ leaf: LogHash, _ root: LogHash) -> Bool {
    do { try proof.verify(leaf: leaf, root: root) } catch { return false }
    return true
}

private func holds(_ proof: ConsistencyProof, _ first: LogHash, _ second: LogHash) -> Bool {
    do { try proof.verify(firstRoot: first, secondRoot: second) } catch { return false }
    return true
}

@Suite struct InclusionProofTests {
    @Test func `Every entry of every tree up to 130 is proved, and nothing else is`() throws {
        let log = Log(size: 130)
        for size in 1...130 {
            for index in 0..<size {
                let proof = try InclusionProof(index: index, size: size, reading: log.store.read)
                let (leaf, root) = (log.reference.leaves[index], log.roots[size])
                try proof.verify(leaf: leaf, root: root)
                // Which bit is turned varies with the place, so that all are met.
                let bit = (index * 131 + size * 17) % 256
                #expect(!holds(proof, leaf.flipping(bit: bit), root))
                #expect(!holds(proof, leaf, root.flipping(bit: bit)))
                for position in proof.path.indices {
                    var path = proof.path
                    path[position] = path[position].flipping(bit: bit)
                    #expect(!holds(InclusionProof(index: index, size: size, path: path), leaf, root))
                }
                let short = InclusionProof(index: index, size: size, path: Array(proof.path.dropLast()))
                #expect(proof.path.isEmpty || !holds(short, leaf, root))
                for extra in [leaf, root] {
                    let long = InclusionProof(index: index, size: size, path: proof.path + [extra])
                    #expect(throws: ProofError.wrongLength) { try long.verify(leaf: leaf, root: root) }
                }
            }
        }
    }

    @Test func `A proof does not hold at another index or for the root of another size`() throws {
        let log = Log(size: 40)
        for size in 1...40 {
            for index in 0..<size {
                let path = try InclusionProof(index: index, size: size, reading: log.store.read).path
                let leaf = log.reference.leaves[index]
                for other in -1...41 where other != index {
                    #expect(!holds(InclusionProof(index: other, size: size, path: path), leaf, log.roots[size]))
                }
                for other in 0...40 where other != size {
                    #expect(!holds(InclusionProof(index: index, size: other, path: path), leaf, log.roots[other]))
                }
            }
        }
    }

    @Test func `Proofs built one after another are those built alone, in whatever order`() throws {
        for size in [1, 2, 300, 1100] {
            let log = Log(size: size)
            var proofs = InclusionProofs(size: size)
            for index in Array(stride(from: 0, to: size, by: 7)) + Array(stride(from: size - 1, through: 0, by: -11)) {
                let proof = try proofs.proof(of: index, reading: log.store.read)
                #expect(try proof == InclusionProof(index: index, size: size, reading: log.store.read))
            }
            #expect(throws: ProofError.indexOutOfRange) { try proofs.proof(of: size, reading: log.store.read) }
        }
    }

    @Test func `The path is the one that the recursive definition gives`() throws {
        let log = Log(size: 70)
        for size in 1...70 {
            for index in 0..<size {
                let proof = try InclusionProof(index: index, size: size, reading: log.store.read)
                #expect(proof.path == log.reference.inclusionPath(index, in: 0..<size))
            }
        }
    }

    @Test func `An index outside the tree is refused on building and on verifying`() {
        let store = Log(size: 4).store
        for index in [-1, 4, Int.max] {
            #expect(throws: ProofError.indexOutOfRange) {
                try InclusionProof(index: index, size: 4, reading: store.read)
            }
            #expect(throws: ProofError.indexOutOfRange) {
                try InclusionProof(index: index, size: 4, path: []).verify(leaf: .emptyRoot, root: .emptyRoot)
            }
        }
        #expect(throws: ProofError.sizeOutOfRange) {
            try InclusionProof(index: 0, size: -1, path: []).verify(leaf: .emptyRoot, root: .emptyRoot)
        }
        #expect(throws: ProofError.indexOutOfRange) {
            try InclusionProof(index: 0, size: 0, path: []).verify(leaf: .emptyRoot, root: .emptyRoot)
        }
    }

    @Test func `The largest sizes are verified without trapping`() {
        let path = [LogHash](repeating: .emptyRoot, count: 64)
        for index in [0, 1, Int.max - 1] {
            #expect(!holds(InclusionProof(index: index, size: Int.max, path: path), .emptyRoot, .emptyRoot))
        }
        for first in [1, 2, 1 << 62, Int.max - 1] {
            let proof = ConsistencyProof(firstSize: first, secondSize: Int.max, path: path)
            #expect(!holds(proof, .emptyRoot, .emptyRoot))
        }
    }
}

@Suite struct ConsistencyProofTests {
    @Test func `Every pair of trees up to 70 is proved consistent, and altered proofs are not believed`() throws {
        let log = Log(size: 70)
        for second in 1...70 {
            for first in 1...second {
                let proof = try ConsistencyProof(firstSize: first, secondSize: second, reading: log.store.read)
                let (old, new) = (log.roots[first], log.roots[second])
                try proof.verify(firstRoot: old, secondRoot: new)
                let bit = (first * 131 + second * 17) % 256
                #expect(!holds(proof, old.flipping(bit: bit), new))
                #expect(!holds(proof, old, new.flipping(bit: bit)))
                for position in proof.path.indices {
                    var path = proof.path
                    path[position] = path[position].flipping(bit: bit)
                    #expect(!holds(ConsistencyProof(firstSize: first, secondSize: second, path: path), old, new))
                }
                let long = ConsistencyProof(firstSize: first, secondSize: second, path: proof.path + [new])
                #expect(throws: ProofError.wrongLength) { try long.verify(firstRoot: old, secondRoot: new) }
                let short = ConsistencyProof(firstSize: first, secondSize: second, path: Array(proof.path.dropLast()))
                #expect(proof.path.isEmpty || !holds(short, old, new))
            }
        }
    }

    @Test func `The path is the one that the recursive definition gives`() throws {
        let log = Log(size: 70)
        for second in 1...70 {
            for first in 1...second {
                let proof = try ConsistencyProof(firstSize: first, secondSize: second, reading: log.store.read)
                #expect(proof.path == log.reference.consistencyPath(first, in: 0..<second))
            }
        }
    }

    @Test func `A proof does not hold between the roots of other sizes`() throws {
        let log = Log(size: 24)
        for second in 2...24 {
            for first in 1..<second {
                let path = try ConsistencyProof(firstSize: first, secondSize: second, reading: log.store.read).path
                for other in 1...24 where other != first {
                    let claim = ConsistencyProof(firstSize: other, secondSize: second, path: path)
                    #expect(!holds(claim, log.roots[other], log.roots[second]))
                }
                for other in 1...24 where other != second {
                    let claim = ConsistencyProof(firstSize: first, secondSize: other, path: path)
                    #expect(!holds(claim, log.roots[first], log.roots[other]))
                }
            }
        }
    }

    @Test func `A rewritten first leaf cannot be proved consistent by the log that rewrote it`() throws {
        let honest = Log(size: 9)
        var store = TileStore()
        var tree = TiledTree()
        store.apply(tree.append([.leaf(Array("other".utf8))] + honest.reference.leaves.dropFirst()))
        for first in 1...8 {
            let proof = try ConsistencyProof(firstSize: first, secondSize: 9, reading: store.read)
            #expect(throws: ProofError.rootMismatch) {
                try proof.verify(firstRoot: honest.roots[first], secondRoot: tree.root)
            }
        }
    }

    @Test func `An empty first tree needs its known root and an empty path`() throws {
        let log = Log(size: 3)
        let proof = try ConsistencyProof(firstSize: 0, secondSize: 3, reading: log.store.read)
        try proof.verify(firstRoot: .emptyRoot, secondRoot: log.roots[3])
        #expect(throws: ProofError.rootMismatch) {
            try proof.verify(firstRoot: log.roots[1], secondRoot: log.roots[3])
        }
        let padded = ConsistencyProof(firstSize: 0, secondSize: 3, path: [.emptyRoot])
        #expect(throws: ProofError.wrongLength) {
            try padded.verify(firstRoot: .emptyRoot, secondRoot: log.roots[3])
        }
        let nothing = ConsistencyProof(firstSize: 0, secondSize: 0, path: [])
        #expect(throws: ProofError.rootMismatch) {
            try nothing.verify(firstRoot: .emptyRoot, secondRoot: log.roots[3])
        }
    }

    @Test func `A shrinking tree is refused on building and on verifying`() {
        let log = Log(size: 5)
        for (first, second) in [(5, 4), (-1, 4)] {
            #expect(throws: ProofError.sizeOutOfRange) {
                try ConsistencyProof(firstSize: first, secondSize: second, reading: log.store.read)
            }
            #expect(throws: ProofError.sizeOutOfRange) {
                try ConsistencyProof(firstSize: first, secondSize: second, path: [])
                    .verify(firstRoot: log.roots[5], secondRoot: log.roots[4])
            }
        }
    }
}
