/// A set of item numbers from 1 to 128, kept in one word so that a point of a course needs no memory
/// of its own.
public struct ItemNumbers: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
    /// The highest item number an instrument may have.
    public static let highest = 128

    private var bits: UInt128 = 0

    public init() {}

    /// Numbers outside 1...128 are left out.
    public init(_ numbers: some Sequence<Int>) {
        for number in numbers { insert(number) }
    }

    public init(arrayLiteral numbers: Int...) { self.init(numbers) }

    public var isEmpty: Bool { bits == 0 }
    public var count: Int { bits.nonzeroBitCount }

    public func contains(_ number: Int) -> Bool {
        (1...Self.highest).contains(number) && bits & (1 << UInt128(number - 1)) != 0
    }

    /// The numbers in rising order.
    public var numbers: [Int] {
        bits == 0 ? [] : (1...Self.highest).filter { contains($0) }
    }

    public func intersection(_ other: ItemNumbers) -> ItemNumbers { ItemNumbers(bits: bits & other.bits) }
    public func subtracting(_ other: ItemNumbers) -> ItemNumbers { ItemNumbers(bits: bits & ~other.bits) }

    mutating func formUnion(_ other: ItemNumbers) { bits |= other.bits }

    private init(bits: UInt128) { self.bits = bits }

    public var description: String { numbers.map(String.init).joined(separator: ", ") }

    mutating func insert(_ number: Int) {
        guard (1...Self.highest).contains(number) else { return }
        bits |= 1 << UInt128(number - 1)
    }
}
