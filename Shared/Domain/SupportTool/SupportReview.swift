/// How a review is opened: which alert, of which rating and course, by whom and when.
public struct SupportOpening: Hashable, Sendable {
    public let alert: AlertID
    public let course: CourseKey
    /// The rating the alert speaks about: what the follow-up is measured from.
    public let rating: RatingID
    public let treeVersion: String
    /// Opaque directory id.
    public let by: String
    public let at: Timestamp

    public init(
        alert: AlertID, course: CourseKey, rating: RatingID, treeVersion: String, by: String, at: Timestamp
    ) {
        self.alert = alert
        self.course = course
        self.rating = rating
        self.treeVersion = treeVersion
        self.by = by
        self.at = at
    }
}

/// What happens in a review after it was opened.
public struct SupportReviewEvent: Hashable, Sendable {
    public enum Content: Hashable, Sendable {
        case answered(SupportQuestionID, SupportAnswer)
        case actionChosen(SupportActionID)
        case completed
    }

    public let content: Content
    /// Opaque directory id.
    public let by: String
    public let at: Timestamp

    public init(_ content: Content, by: String, at: Timestamp) {
        self.content = content
        self.by = by
        self.at = at
    }
}

/// A clinical support review on its way through the tree: a fold over its events, and the record that shows the
/// tool was used (clinical-reference 5.1).
///
/// The questions are asked in the tree's order and each once. Actions can be chosen of every domain whose
/// questions are answered, before and after later domains. The review may be completed with an action chosen,
/// once a domain that needs attention was found or all were gone through: a domain is not passed over while
/// nothing has been found.
public struct SupportReview: Hashable, Sendable {
    public let opening: SupportOpening
    public let tree: SupportTree
    /// In order.
    public private(set) var events: [SupportReviewEvent]
    /// What the answers said about each domain gone through.
    public private(set) var findings: [SupportDomain: SupportFinding]
    /// What is to be answered next; nil once every domain was gone through.
    public private(set) var nextQuestion: SupportQuestionID?
    /// In the order they were chosen.
    public private(set) var actions: [SupportActionID]

    /// - Throws: `SupportRefusal`, where the tree is another one or nobody is named.
    public init(_ opening: SupportOpening, tree: SupportTree) throws(SupportRefusal) {
        guard opening.treeVersion == tree.version else {
            throw .otherTree(named: opening.treeVersion, given: tree.version)
        }
        guard !opening.by.isEmpty else { throw .nobodyNamed }
        self.opening = opening
        self.tree = tree
        events = []
        findings = [:]
        nextQuestion = tree.branches.first?.questions.first?.id
        actions = []
    }

    public var completedAt: Timestamp? {
        guard let last = events.last, case .completed = last.content else { return nil }
        return last.at
    }

    /// The domains that need attention, in their order.
    public var domainsNeedingAttention: [SupportDomain] {
        SupportDomain.allCases.filter { findings[$0] == .attention }
    }

    /// Of those, the ones without any action: what a supervisor may ask about.
    public var domainsWithoutAction: [SupportDomain] {
        let acted = Set(actions.compactMap(tree.domain))
        return domainsNeedingAttention.filter { !acted.contains($0) }
    }

    /// The review after one more event; the same events always give the same review.
    /// - Throws: `SupportRefusal`; this review is as it was.
    public func applying(_ event: SupportReviewEvent) throws(SupportRefusal) -> SupportReview {
        guard completedAt == nil else { throw .alreadyCompleted }
        guard !event.by.isEmpty else { throw .nobodyNamed }
        let last = events.last?.at ?? opening.at
        guard event.at >= last else { throw .beforeLastEntry(last: last) }
        var review = self
        switch event.content {
        case .answered(let question, let answer): try review.answer(question, answer)
        case .actionChosen(let action): try review.choose(action)
        case .completed: try checkCompletion()
        }
        review.events.append(event)
        return review
    }

    private mutating func answer(_ id: SupportQuestionID, _ answer: SupportAnswer) throws(SupportRefusal) {
        guard let place = tree.branches.firstIndex(where: { $0.questions.contains { $0.id == id } }),
            let question = tree.question(id), id == nextQuestion
        else { throw .answerOutOfOrder(expected: nextQuestion, given: id) }
        let branch = tree.branches[place]
        switch question.step(after: answer) {
        case .ask(let next):
            nextQuestion = next
            return
        case .attention: findings[branch.domain] = .attention
        case .clear: findings[branch.domain] = .clear
        }
        nextQuestion = place + 1 < tree.branches.count ? tree.branches[place + 1].questions.first?.id : nil
    }

    private mutating func choose(_ id: SupportActionID) throws(SupportRefusal) {
        guard let domain = tree.domain(of: id) else { throw .unknownAction(id) }
        guard findings[domain] != nil else { throw .domainNotAnswered(domain) }
        guard !actions.contains(id) else { throw .actionAlreadyChosen(id) }
        actions.append(id)
    }

    private func checkCompletion() throws(SupportRefusal) {
        guard !actions.isEmpty else { throw .noActionChosen }
        if let nextQuestion, domainsNeedingAttention.isEmpty { throw .questionsLeft(next: nextQuestion) }
    }
}

/// What the answers to a domain's questions said.
public enum SupportFinding: String, Hashable, Sendable, CaseIterable {
    case attention, clear
}

/// Why something is not recorded in a review. Every case tells what to do instead.
public enum SupportRefusal: Error, Hashable, Sendable {
    /// The review was opened on another version of the tree.
    case otherTree(named: String, given: String)
    /// Everything in a review has somebody who did it.
    case nobodyNamed
    /// `expected` is nil where every question is answered.
    case answerOutOfOrder(expected: SupportQuestionID?, given: SupportQuestionID)
    case unknownAction(SupportActionID)
    /// Actions of a domain are chosen after its questions.
    case domainNotAnswered(SupportDomain)
    case actionAlreadyChosen(SupportActionID)
    case noActionChosen
    /// Nothing has been found yet and there is more to ask.
    case questionsLeft(next: SupportQuestionID)
    case alreadyCompleted
    case beforeLastEntry(last: Timestamp)
}
