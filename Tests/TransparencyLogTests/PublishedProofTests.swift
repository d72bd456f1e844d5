import Testing
import TransparencyLog

/// The proofs of the public reference tree of eight leaves, and the families of false ones that its publishers try
/// every verifier with (values: transparency-dev/merkle, proof/verify_test.go).
private let inputs: [[UInt8]] = [
    [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43], Array(0x50...0x57), Array(0x60...0x6f),
]
private let roots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
].map { LogHash(hexadecimal: $0)! }

private struct PublishedInclusion: CustomTestStringConvertible {
    let index: Int
    let size: Int
    let path: [String]
    var testDescription: String { "leaf \(index) of \(size)" }
}

private struct PublishedConsistency: CustomTestStringConvertible {
    let first: Int
    let second: Int
    let path: [String]
    var testDescription: String { "\(first) in \(second)" }
}

private let inclusions = [
    PublishedInclusion(index: 0, size: 1, path: []),
    PublishedInclusion(
        index: 0, size: 8,
        path: [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]),
    PublishedInclusion(
        index: 5, size: 8,
        path: [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]),
    PublishedInclusion(
        index: 2, size: 3, path: ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    PublishedInclusion(
        index: 1, size: 5,
        path: [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]),
]

private let consistencies = [
    PublishedConsistency(first: 1, second: 1, path: []),
    PublishedConsistency(first: 1, second: 8, path: inclusions[1].path),
    PublishedConsistency(
        first: 6, second: 8,
        path: [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]),
    PublishedConsistency(
        first: 2, second: 5,
        path: [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]),
    PublishedConsistency(
        first: 6, second: 7,
        path: [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]),
]

@Suite struct PublishedProofTests {
    private let store: TileStore

    init() {
        var tree = TiledTree()
        var store = TileStore()
        store.apply(tree.append(inputs.map { LogHash.leaf($0) }))
        self.store = store
    }

    private func hashes(_ path: [String]) throws -> [LogHash] { try path.map { try #require(LogHash(hexadecimal: $0)) } }

    private func holds(_ index: Int, _ size: Int, _ path: [LogHash], _ leaf: LogHash, _ root: LogHash) -> Bool {
        do { try InclusionProof(index: index, size: size, path: path).verify(leaf: leaf, root: root) } catch { return false }
        return true
    }

    private func holds(_ first: Int, _ second: Int, _ path: [LogHash], from: LogHash, to: LogHash) -> Bool {
        let proof = ConsistencyProof(firstSize: first, secondSize: second, path: path)
        do { try proof.verify(firstRoot: from, secondRoot: to) } catch { return false }
        return true
    }

    @Test(arguments: inclusions)
    fileprivate func `A published inclusion proof is built and holds, and none of its falsified forms does`(
        _ published: PublishedInclusion
    ) throws {
        let path = try hashes(published.path)
        let (index, size) = (published.index, published.size)
        let (leaf, root) = (LogHash.leaf(inputs[index]), roots[size])
        #expect(try InclusionProof(index: index, size: size, reading: store.read).path == path)
        #expect(holds(index, size, path, leaf, root))
        let other = LogHash.leaf([0xAB])
        for wrong in [index - 1, index + 1, index ^ 2] { #expect(!holds(wrong, size, path, leaf, root)) }
        for wrong in [size * 2, size / 2] { #expect(!holds(index, wrong, path, leaf, root)) }
        for wrong in [LogHash.emptyRoot, other] {
            #expect(!holds(index, size, path, wrong, root))
            #expect(!holds(index, size, path, leaf, wrong))
        }
        for extra in [root, leaf, .emptyRoot, other] {
            #expect(!holds(index, size, path + [extra], leaf, root))
            #expect(!holds(index, size, [extra] + path, leaf, root))
        }
        for place in path.indices {
            var bent = path
            bent[place] = bent[place].flipping(bit: 3)
            #expect(!holds(index, size, bent, leaf, root))
            var short = path
            short.remove(at: place)
            #expect(!holds(index, size, short, leaf, root))
            var long = path
            long.insert(other, at: place)
            #expect(!holds(index, size, long, leaf, root))
        }
    }

    @Test(arguments: consistencies)
    fileprivate func `A published consistency proof is built and holds, and none of its falsified forms does`(
        _ published: PublishedConsistency
    ) throws {
        let path = try hashes(published.path)
        let (first, second) = (published.first, published.second)
        let (from, to) = (roots[first], roots[second])
        #expect(try ConsistencyProof(firstSize: first, secondSize: second, reading: store.read).path == path)
        #expect(holds(first, second, path, from: from, to: to))
        // With equal sizes the sizes themselves are all there is to prove.
        guard first != second else { return }
        let other = LogHash.leaf([0xAB])
        for wrong in [first - 1, first + 1, first ^ 2] { #expect(!holds(wrong, second, path, from: from, to: to)) }
        for wrong in [second * 2, second / 2] { #expect(!holds(first, wrong, path, from: from, to: to)) }
        #expect(!holds(first, second, path, from: other, to: to))
        #expect(!holds(first, second, path, from: from, to: other))
        #expect(!holds(first, second, path, from: to, to: from))
        #expect(!holds(first, second, [], from: from, to: to))
        for extra in [from, to, other, .emptyRoot] + path.prefix(1) {
            #expect(!holds(first, second, path + [extra], from: from, to: to))
            #expect(!holds(first, second, [extra] + path, from: from, to: to))
        }
        for place in path.indices {
            var bent = path
            bent[place] = bent[place].flipping(bit: 4)
            #expect(!holds(first, second, bent, from: from, to: to))
            var short = path
            short.remove(at: place)
            #expect(!holds(first, second, short, from: from, to: to))
        }
    }

    @Test func `The reference tree has the published nodes at every level`() {
        #expect(LogHash.leaf([]).description == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
        for size in 1...8 { #expect(try! Tile.root(treeSize: size, reading: store.read) == roots[size]) }
    }

    /// Pairs of sizes and roots that hold or fail whatever the hashes are.
    @Test func `Sizes that cannot be are refused whatever the roots`() {
        let (one, two) = (LogHash.leaf([1]), LogHash.leaf([2]))
        for (first, second, path) in [(1, 0, []), (2, 1, []), (1, 2, []), (0, 0, [one]), (0, 1, [one]), (1, 1, [one])]
            as [(Int, Int, [LogHash])]
        {
            #expect(!holds(first, second, path, from: .emptyRoot, to: .emptyRoot))
        }
        #expect(!holds(0, 0, [], from: one, to: two))
        #expect(!holds(1, 1, [], from: one, to: two))
        #expect(holds(1, 1, [], from: two, to: two))
        for (index, size) in [(0, 0), (1, 0), (2, 1)] {
            #expect(!holds(index, size, [], one, .emptyRoot))
            #expect(!holds(index, size, [], .emptyRoot, .emptyRoot))
        }
    }
}
