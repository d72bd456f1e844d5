import Synchronization

/// Places for work that needs more than its share of disk or memory. Who finds none is told to come back, instead of
/// waiting with a request in hand.
final class Places: Sendable {
    /// Taken for as long as somebody holds on to it.
    final class Place: Sendable {
        private let places: Places

        fileprivate init(_ places: Places) { self.places = places }

        deinit { places.taken.subtract(1, ordering: .relaxed) }
    }

    private let count: Int
    private let taken = Atomic(0)

    init(_ count: Int) { self.count = count }

    /// Nil while all are taken.
    func take() -> Place? {
        guard taken.add(1, ordering: .relaxed).newValue <= count else {
            taken.subtract(1, ordering: .relaxed)
            return nil
        }
        return Place(self)
    }
}
