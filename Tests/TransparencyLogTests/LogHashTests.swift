import Testing
@testable import TransparencyLog

/// Leaf inputs and roots: transparency-dev/merkle, testonly/constants.go.
private let publishedInputs: [[UInt8]] = [
    [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
    Array(0x50...0x57), Array(0x60...0x6f),
]
private let publishedRoots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

@Suite struct LogHashTests {
    @Test func `The nine published roots are reproduced by the compact range and by the tiled tree`() {
        var range = CompactRange()
        var tree = TiledTree()
        #expect(range.root.description == publishedRoots[0])
        for (input, root) in zip(publishedInputs, publishedRoots.dropFirst()) {
            range.append(.leaf(input))
            _ = tree.append([.leaf(input)])
            #expect(range.root.description == root)
            #expect(tree.root.description == root)
        }
    }

    /// Values: transparency-dev/merkle, rfc6962/rfc6962_test.go.
    @Test func `Leaf and node hashes equal the published ones`() {
        #expect(
            LogHash.leaf(Array("L123456".utf8)).description
                == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56")
        let node = Array("N123".utf8).withUnsafeBytes { left in
            Array("N456".utf8).withUnsafeBytes { LogHash.node(joining: left, $0) }
        }
        #expect(node.description == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb")
    }

    @Test func `A node is hashed with prefix 1 over both children in order`() throws {
        let left = LogHash.leaf([0x00]), right = LogHash.leaf([0x10])
        let pair = LogHash.node(left, right)
        #expect(pair != .node(right, left))
        #expect(pair != .leaf(left.bytes + right.bytes))
        #expect(LogHash.node(.leaf([]), left).description == publishedRoots[2])
    }

    @Test func `Texts and bytes of a hash read back as the same hash`() throws {
        let hash = LogHash.leaf([1, 2, 3])
        #expect(LogHash(bytes: hash.bytes) == hash)
        #expect(LogHash(hexadecimal: hash.description) == hash)
        #expect(LogHash(base64: hash.base64) == hash)
        let row = [hash, .emptyRoot, .leaf([])]
        #expect(row.concatenatedBytes.count == 96)
        #expect([LogHash](concatenatedBytes: row.concatenatedBytes) == row)
    }

    @Test func `Texts and bytes that are no hash are refused`() {
        let hash = LogHash.leaf([1])
        #expect(LogHash(bytes: hash.bytes.dropLast()) == nil)
        #expect(LogHash(bytes: hash.bytes + [0]) == nil)
        #expect(LogHash(hexadecimal: String(hash.description.dropLast()) + "g") == nil)
        #expect(LogHash(hexadecimal: String(hash.description.dropLast(2))) == nil)
        #expect(LogHash(base64: String(hash.base64.dropLast())) == nil)
        #expect(LogHash(base64: " " + hash.base64.dropFirst()) == nil)
        #expect([LogHash](concatenatedBytes: hash.bytes + [0]) == nil)
    }

    @Test func `A Base 64 text whose spare bits are set is refused`() {
        let zeros = LogHash(bytes: [UInt8](repeating: 0, count: 32))!
        #expect(zeros.base64 == String(repeating: "A", count: 43) + "=")
        #expect(LogHash(base64: String(repeating: "A", count: 42) + "B=") == nil)
    }

    @Test func `A compact range resumes from its size and hashes and refuses a wrong number of them`() throws {
        let tree = ReferenceTree(size: 100)
        var whole = CompactRange()
        whole.append(contentsOf: tree.leaves)
        for cut in 0...100 {
            var first = CompactRange()
            first.append(contentsOf: tree.leaves[..<cut])
            #expect(first.root == tree.root(0..<cut))
            var resumed = try #require(CompactRange(size: first.size, hashes: first.hashes))
            resumed.append(contentsOf: tree.leaves[cut...])
            #expect(resumed == whole)
        }
        #expect(CompactRange(size: 101, hashes: whole.hashes) == nil)
        #expect(CompactRange(size: -1, hashes: whole.hashes) == nil)
    }
}
