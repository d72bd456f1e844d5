import Testing
import TransparencyLog

@Suite struct TileArithmeticTests {
    /// The worked example of C2SP tlog-tiles.
    @Test func `A tree of 70 000 leaves has the tiles of the specification's example`() {
        let tiles = Tile.changedTiles(from: 0, to: 70_000)
        #expect(tiles.filter { $0.level == 0 && $0.isFull }.count == 273)
        #expect(tiles.filter { $0.level == 1 && $0.isFull }.count == 1)
        let partial = Tile.partialTiles(treeSize: 70_000)
        #expect(partial.map(\.level) == [0, 1, 2])
        #expect(partial.map(\.index) == [273, 1, 0])
        #expect(partial.map(\.width) == [112, 17, 1])
        #expect(tiles.count == 273 + 1 + 3)
        #expect(tiles.filter { !$0.isFull } == partial)
    }

    @Test func `A tree of 256 leaves has one full tile and one partial tile above it`() {
        let paths = Tile.changedTiles(from: 0, to: 256).map(\.path)
        #expect(paths == ["tile/0/000", "tile/1/000.p/1"])
    }

    @Test func `Paths group the index by three digits and mark all groups but the last`() throws {
        func path(_ index: Int) throws -> String {
            try #require(Tile.Address(level: 0, index: index, treeSize: (index + 1) * 256)).path
        }
        #expect(try path(1_234_067) == "tile/0/x001/x234/067")
        #expect(try path(0) == "tile/0/000")
        #expect(try path(999) == "tile/0/999")
        #expect(try path(1_000) == "tile/0/x001/000")
        #expect(try path(1_000_000) == "tile/0/x001/x000/000")
        #expect(Tile.Address(level: 2, index: 0, treeSize: 70_000)?.path == "tile/2/000.p/1")
    }

    @Test func `A tile that the tree does not have has no address`() {
        #expect(Tile.Address(level: 0, index: 1, treeSize: 256) == nil)
        #expect(Tile.Address(level: 1, index: 0, treeSize: 255) == nil)
        #expect(Tile.Address(level: 0, index: -1, treeSize: 10) == nil)
        #expect(Tile.Address(level: -1, index: 0, treeSize: 10) == nil)
        #expect(Tile.Address(level: 8, index: 0, treeSize: .max) == nil)
        #expect(Tile.Address(level: 0, index: .max, treeSize: .max) == nil)
        #expect(Tile.Address(level: 0, index: 0, treeSize: -1) == nil)
        #expect(Tile.changedTiles(from: 5, to: 5).isEmpty)
        #expect(Tile.changedTiles(from: 5, to: 4).isEmpty)
        #expect(Tile.partialTiles(treeSize: -5).isEmpty)
    }
}

@Suite struct TiledTreeTests {
    private static let leaves = ReferenceTree(size: 70_000).leaves

    /// Grows a tree through the given sizes and checks each step's updates against the arithmetic.
    private func grow(through sizes: [Int]) -> (TiledTree, TileStore) {
        var tree = TiledTree()
        var store = TileStore()
        for size in sizes {
            let old = tree.size
            let updates = tree.append(Self.leaves[old..<size])
            #expect(Set(updates.map(\.address)) == Set(Tile.changedTiles(from: old, to: size)))
            #expect(Set(updates.map { [$0.address.level, $0.address.index] }).count == updates.count)
            #expect(updates.allSatisfy { $0.hashes.count == $0.address.width })
            store.apply(updates)
        }
        return (tree, store)
    }

    @Test func `Growing in steps of any size stores the same tiles as growing in one go`() {
        let (whole, stored) = grow(through: [70_000])
        for sizes in [
            [1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000],
            Array(stride(from: 997, to: 70_000, by: 997)) + [70_000],
            [256, 65_536, 65_792, 70_000],
        ] {
            let (tree, store) = grow(through: sizes)
            #expect(tree.range == whole.range)
            #expect(store.rows == stored.rows)
        }
    }

    @Test func `The tiles hold the hashes that the specification puts in them`() throws {
        let reference = ReferenceTree(size: 70_000)
        let (tree, store) = grow(through: [70_000])
        #expect(tree.root == reference.root(0..<70_000))
        for address in Tile.changedTiles(from: 0, to: 70_000) where address.level > 0 || address.index % 60 == 0 {
            let span = 1 << (8 * address.level)
            let expected = (0..<address.width).map { position in
                let start = (address.index * 256 + position) * span
                return reference.root(start..<start + span)
            }
            #expect(store.read(address) == expected)
        }
    }

    @Test func `A tree resumed from its stored tiles grows as if it had never stopped`() throws {
        let (whole, stored) = grow(through: [70_000])
        for size in [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 69_999, 70_000] {
            // Reading from the larger store stands for tiles that were widened before a rollback.
            var tree = try TiledTree(size: size, reading: stored.read)
            #expect(tree.root == (size == 0 ? .emptyRoot : try Tile.root(treeSize: size, reading: stored.read)))
            var store = grow(through: [size]).1
            store.apply(tree.append(Self.leaves[size...]))
            #expect(tree.range == whole.range)
            #expect(store.rows == stored.rows)
        }
    }

    @Test func `A tree does not resume from a store that lost part of a tile`() throws {
        let (_, store) = grow(through: [300])
        let short = try #require(Tile.Address(level: 0, index: 1, treeSize: 300))
        #expect(throws: ProofError.shortTile(short)) {
            try TiledTree(size: 300) { address in Array(store.read(address).dropLast(address == short ? 1 : 0)) }
        }
        #expect(throws: ProofError.sizeOutOfRange) { try TiledTree(size: -1, reading: store.read) }
    }

    @Test func `Proofs from a large tree hold and read few tiles`() throws {
        let (tree, store) = grow(through: [70_000])
        var read: [Tile.Address] = []
        let counting = { (address: Tile.Address) -> [LogHash] in
            read.append(address)
            return store.read(address)
        }
        for index in [0, 255, 256, 34_567, 65_535, 65_536, 69_887, 69_888, 69_999] {
            read = []
            let proof = try InclusionProof(index: index, size: 70_000, reading: counting)
            try proof.verify(leaf: Self.leaves[index], root: tree.root)
            #expect(read.count <= 6)
            #expect(Set(read).count == read.count)
        }
        for first in [1, 255, 256, 4_321, 65_535, 65_536, 65_537, 69_999] {
            read = []
            let proof = try ConsistencyProof(firstSize: first, secondSize: 70_000, reading: counting)
            let old = try TiledTree(size: first, reading: store.read).root
            try proof.verify(firstRoot: old, secondRoot: tree.root)
            #expect(read.count <= 9 + 6)
            #expect(Set(read).count == read.count)
        }
    }

    @Test func `A store that lost part of a tile is named by the proof that needs it`() throws {
        let (_, store) = grow(through: [300])
        let short = try #require(Tile.Address(level: 0, index: 0, treeSize: 300))
        #expect(throws: ProofError.shortTile(short)) {
            try InclusionProof(index: 3, size: 300) { address in Array(store.read(address).prefix(255)) }
        }
    }
}
