import Domain
import Testing

/// The clinical support tool (clinical-reference 5.1).
@Suite struct SupportReviewTests {
    private static let tree = SupportTree.standard
    private static let alert = AlertID(rawValue: Examples.uuid(4, 1))
    private static let course = CourseKey(
        participant: ParticipantID(rawValue: Examples.uuid(2, 1)), instrument: Examples.outcome.reference)

    private func opening(by: String = "c1", at: Int64 = 0, version: String = "attune-1") -> SupportOpening {
        SupportOpening(
            alert: Self.alert, course: Self.course, rating: Examples.ratingID(2), treeVersion: version, by: by,
            at: Timestamp(microseconds: at))
    }

    private func opened() throws -> SupportReview { try SupportReview(opening(), tree: Self.tree) }

    private func event(
        _ content: SupportReviewEvent.Content, by: String = "c1", at: Int64 = 1
    ) -> SupportReviewEvent {
        SupportReviewEvent(content, by: by, at: Timestamp(microseconds: at))
    }

    private func answered(_ id: String, _ answer: SupportAnswer) -> SupportReviewEvent {
        event(.answered(SupportQuestionID(unchecked: id), answer))
    }

    private func chosen(_ id: String) -> SupportReviewEvent { event(.actionChosen(SupportActionID(unchecked: id))) }

    private func review(_ events: [SupportReviewEvent]) throws -> SupportReview {
        try events.reduce(opened()) { try $0.applying($1) }
    }

    /// The answers that find nothing anywhere.
    private var allFine: [SupportReviewEvent] {
        [
            answered("alliance.bond", .yes), answered("alliance.goals", .yes), answered("motivation.wish", .yes),
            answered("motivation.part", .yes), answered("social.people", .yes), answered("social.use", .yes),
            answered("events.burden", .no), answered("events.fit", .yes), answered("care.danger", .no),
            answered("care.more", .no),
        ]
    }

    @Test func theDomainsComeInLambertsOrder() throws {
        #expect(
            Self.tree.branches.map(\.domain)
                == [.alliance, .motivation, .socialSupport, .lifeEventsAndFit, .higherLevelOfCare])
        var review = try opened()
        var asked: [SupportQuestionID?] = []
        for event in allFine {
            asked.append(review.nextQuestion)
            review = try review.applying(event)
        }
        #expect(asked == Self.tree.branches.flatMap { $0.questions.map(\.id) })
        #expect(review.nextQuestion == nil)
        #expect(review.domainsNeedingAttention.isEmpty)
        #expect(review.findings.count == 5)
    }

    @Test func anyDoubtLeadsToTheDomainsActionsAndOn() throws {
        for answer in [SupportAnswer.partly, .no, .unsure] {
            let review = try review([answered("alliance.bond", answer)])
            #expect(review.findings == [.alliance: .attention])
            #expect(review.nextQuestion?.text == "motivation.wish")
        }
        let burden = try review(Array(allFine.prefix(6)) + [answered("events.burden", .yes)])
        #expect(burden.domainsNeedingAttention == [.lifeEventsAndFit])
        #expect(burden.nextQuestion?.text == "care.danger")
    }

    @Test func anAnswerOutOfOrderIsRefused() throws {
        let first = SupportQuestionID(unchecked: "alliance.bond")
        for id in ["alliance.goals", "motivation.wish", "no.question"] {
            let given = SupportQuestionID(unchecked: id)
            #expect(throws: SupportRefusal.answerOutOfOrder(expected: first, given: given)) {
                try opened().applying(answered(id, .yes))
            }
        }
        // A question that was answered, and one that was skipped on the way, are not asked again.
        let review = try review([answered("alliance.bond", .no)])
        for id in ["alliance.bond", "alliance.goals"] {
            #expect(throws: SupportRefusal.self) { try review.applying(answered(id, .yes)) }
        }
        #expect(
            throws: SupportRefusal.answerOutOfOrder(expected: nil, given: first)
        ) { try self.review(allFine).applying(answered("alliance.bond", .yes)) }
    }

    @Test func completingNeedsAnAction() throws {
        #expect(throws: SupportRefusal.noActionChosen) { try opened().applying(event(.completed)) }
        #expect(throws: SupportRefusal.noActionChosen) { try review(allFine).applying(event(.completed)) }
        let done = try review([answered("alliance.bond", .no), chosen("alliance.talk"), event(.completed, at: 9)])
        #expect(done.completedAt?.microseconds == 9)
        #expect(done.actions.map(\.text) == ["alliance.talk"])
        #expect(done.domainsWithoutAction.isEmpty)
    }

    @Test func noDomainIsPassedOverWhileNothingHasBeenFound() throws {
        let early = try review([
            answered("alliance.bond", .yes), answered("alliance.goals", .yes), chosen("alliance.talk"),
        ])
        let next = SupportQuestionID(unchecked: "motivation.wish")
        #expect(throws: SupportRefusal.questionsLeft(next: next)) { try early.applying(event(.completed)) }
        let all = try review(allFine + [chosen("care.intensive"), event(.completed)])
        #expect(all.completedAt != nil)
    }

    @Test func anActionIsChosenOnceAndAfterItsDomain() throws {
        #expect(throws: SupportRefusal.domainNotAnswered(.alliance)) { try opened().applying(chosen("alliance.talk")) }
        let review = try review([answered("alliance.bond", .no), chosen("alliance.talk")])
        #expect(throws: SupportRefusal.domainNotAnswered(.motivation)) {
            try review.applying(chosen("motivation.readiness"))
        }
        let talk = SupportActionID(unchecked: "alliance.talk")
        #expect(throws: SupportRefusal.actionAlreadyChosen(talk)) { try review.applying(chosen("alliance.talk")) }
        let unknown = SupportActionID(unchecked: "nothing")
        #expect(throws: SupportRefusal.unknownAction(unknown)) { try review.applying(chosen("nothing")) }
    }

    @Test func aDomainThatNeedsAttentionAndGotNoActionIsShown() throws {
        let review = try review([
            answered("alliance.bond", .no), answered("motivation.wish", .unsure), chosen("motivation.readiness"),
        ])
        #expect(review.domainsNeedingAttention == [.alliance, .motivation])
        #expect(review.domainsWithoutAction == [.alliance])
    }

    @Test func nothingIsRecordedAfterTheEndBeforeTheLastEntryOrByNobody() throws {
        let done = try review([answered("alliance.bond", .no), chosen("alliance.talk"), event(.completed)])
        #expect(throws: SupportRefusal.alreadyCompleted) { try done.applying(chosen("alliance.goals")) }
        #expect(throws: SupportRefusal.alreadyCompleted) { try done.applying(event(.completed)) }
        let bond = SupportReviewEvent.Content.answered(SupportQuestionID(unchecked: "alliance.bond"), .no)
        #expect(throws: SupportRefusal.beforeLastEntry(last: Timestamp(microseconds: 0))) {
            try opened().applying(event(bond, at: -1))
        }
        #expect(throws: SupportRefusal.nobodyNamed) { try opened().applying(event(bond, by: "")) }
        #expect(throws: SupportRefusal.nobodyNamed) { try SupportReview(opening(by: ""), tree: Self.tree) }
        #expect(throws: SupportRefusal.otherTree(named: "old", given: "attune-1")) {
            try SupportReview(opening(version: "old"), tree: Self.tree)
        }
    }

    /// Whatever comes in whatever order: refused or recorded, each step leaves a review that the same events
    /// lead to again, and only a review with an action is ever completed.
    @Test func noSequenceOfEventsBreaksTheRules() throws {
        var numbers = SeededNumbers(state: 8)
        let questions = Self.tree.branches.flatMap(\.questions).map(\.id)
        let actions = Self.tree.branches.flatMap(\.actions).map(\.id)
        var completed = 0
        for _ in 1...300 {
            var review = try opened()
            for step in 1...60 {
                let asked =
                    Bool.random(using: &numbers) ? review.nextQuestion : questions.randomElement(using: &numbers)
                let content: SupportReviewEvent.Content
                switch Int.random(in: 0...8, using: &numbers) {
                case 0: content = .completed
                case 1...2: content = .actionChosen(try #require(actions.randomElement(using: &numbers)))
                default:
                    guard let asked else { continue }
                    content = .answered(asked, try #require(SupportAnswer.allCases.randomElement(using: &numbers)))
                }
                guard let next = try? review.applying(event(content, at: Int64(step))) else { continue }
                review = next
            }
            #expect(try self.review(review.events) == review)
            #expect(Set(review.actions).count == review.actions.count)
            if review.completedAt != nil {
                completed += 1
                #expect(!review.actions.isEmpty)
                #expect(!review.domainsNeedingAttention.isEmpty || review.nextQuestion == nil)
            }
        }
        #expect(completed > 200)
    }
}
