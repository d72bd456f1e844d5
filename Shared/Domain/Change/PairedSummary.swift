/// Rates over two measures, with the denominators of NHS Talking Therapies (clinical-reference 3.2).
///
/// Sums are open counts: whoever shows them to others suppresses small cells first (clinical-reference 5.6).
public struct PairedSummary: Hashable, Sendable {
    /// Finished courses with both measures at both ends.
    public let finished: Int
    /// Of those, at caseness at the first score.
    public let cases: Int
    /// Of the cases; the service target is half.
    public let recovered: Share
    /// Of the cases.
    public let reliablyRecovered: Share
    /// Of all finished courses.
    public let reliablyImproved: Share
    /// Of all finished courses.
    public let reliablyDeteriorated: Share

    /// - Parameter outcomes: of finished courses only: two or more attended treatment contacts.
    public init(finishedCourses outcomes: [PairedOutcome]) {
        let cases = outcomes.filter(\.isCase).count
        func share(_ condition: (PairedOutcome) -> Bool, of total: Int) -> Share {
            Share(outcomes.filter(condition).count, of: total)
        }
        finished = outcomes.count
        self.cases = cases
        recovered = share(\.isRecovered, of: cases)
        reliablyRecovered = share(\.isReliablyRecovered, of: cases)
        reliablyImproved = share(\.isReliablyImproved, of: outcomes.count)
        reliablyDeteriorated = share(\.isReliablyDeteriorated, of: outcomes.count)
    }

    /// Treatment contacts that make a course a finished one.
    public static let contactsOfFinishedCourse = 2
}
