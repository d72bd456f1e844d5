/// Four numbers, kept in line.
public struct Vector4: Hashable, Sendable {
    public let a, b, c, d: Double

    public init(_ a: Double, _ b: Double, _ c: Double, _ d: Double) {
        (self.a, self.b, self.c, self.d) = (a, b, c, d)
    }
}

/// A symmetric 4 by 4 matrix, kept as its upper triangle, row by row.
public struct SymmetricMatrix4: Hashable, Sendable {
    public let aa, ab, ac, ad, bb, bc, bd, cc, cd, dd: Double

    /// The ten figures of the upper triangle, row by row; nil for another number of them.
    public init?(upperTriangle figures: [Double]) {
        guard figures.count == 10 else { return nil }
        (aa, ab, ac, ad) = (figures[0], figures[1], figures[2], figures[3])
        (bb, bc, bd) = (figures[4], figures[5], figures[6])
        (cc, cd, dd) = (figures[7], figures[8], figures[9])
    }

    init(
        aa: Double, ab: Double, ac: Double, ad: Double, bb: Double, bc: Double, bd: Double, cc: Double, cd: Double,
        dd: Double
    ) {
        (self.aa, self.ab, self.ac, self.ad) = (aa, ab, ac, ad)
        (self.bb, self.bc, self.bd) = (bb, bc, bd)
        (self.cc, self.cd, self.dd) = (cc, cd, dd)
    }

    public init(diagonal: Vector4) {
        (aa, bb, cc, dd) = (diagonal.a, diagonal.b, diagonal.c, diagonal.d)
        (ab, ac, ad, bc, bd, cd) = (0, 0, 0, 0, 0, 0)
    }

    public var upperTriangle: [Double] { [aa, ab, ac, ad, bb, bc, bd, cc, cd, dd] }
}
