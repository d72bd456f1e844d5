/// Why a proof could not be built or does not hold.
public enum ProofError: Error, Hashable, Sendable {
    /// The index is negative or not below the tree's size.
    case indexOutOfRange
    /// A size is negative, or the second tree is smaller than the first.
    case sizeOutOfRange
    /// The proof has not the number of hashes that its index and sizes call for.
    case wrongLength
    /// The proof is well-formed and leads to another root: something was changed.
    case rootMismatch
    /// Storage gave fewer hashes than the tile has, or none.
    case shortTile(Tile.Address)
}
