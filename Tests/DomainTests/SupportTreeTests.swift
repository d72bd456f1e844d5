import Domain
import Testing

@Suite struct SupportTreeTests {
    private let standard = SupportTree.standard

    private func question(_ id: String, _ yes: SupportStep = .clear) -> SupportQuestion {
        SupportQuestion(
            id: SupportQuestionID(unchecked: id), text: "?", yes: yes, partly: .attention, no: .attention,
            unsure: .attention)
    }

    private func action(_ id: String) -> SupportAction {
        SupportAction(id: SupportActionID(unchecked: id), text: ".")
    }

    /// A tree of one question and one action to a domain, with one branch in another's place.
    private func branches(
        _ domain: SupportDomain? = nil, _ questions: [SupportQuestion] = [], _ actions: [SupportAction] = []
    ) -> [SupportBranch] {
        SupportDomain.allCases.map {
            $0 == domain
                ? SupportBranch(domain: $0, questions: questions, actions: actions)
                : SupportBranch(domain: $0, questions: [question($0.rawValue)], actions: [action($0.rawValue)])
        }
    }

    @Test func theStandardTreePassesItsOwnCheck() throws {
        #expect(try SupportTree(version: "attune-1", branches: standard.branches) == standard)
        #expect(try SupportTree(version: "site", branches: branches()).branches.count == 5)
    }

    @Test func everyIdIsANameAndEveryTextASentence() {
        for branch in standard.branches {
            for question in branch.questions {
                #expect(SupportQuestionID(question.id.text) != nil)
                #expect(question.text.hasSuffix("?"))
                #expect(standard.question(question.id) == question)
            }
            for action in branch.actions {
                #expect(SupportActionID(action.id.text) != nil)
                #expect(action.text.hasSuffix("."))
                #expect(standard.domain(of: action.id) == branch.domain)
                #expect(standard.action(action.id) == action)
            }
            #expect(branch.questions.count <= 2)
        }
    }

    @Test func aTreeThatCannotBeWalkedIsRefused() {
        func refuses(_ problem: SupportTreeProblem, _ branches: [SupportBranch]) {
            #expect(throws: problem) { try SupportTree(version: "v", branches: branches) }
        }
        let first = SupportQuestionID(unchecked: "a")
        let second = SupportQuestionID(unchecked: "b")
        refuses(.domainsNotInOrder, Array(branches().dropLast()))
        refuses(.domainsNotInOrder, branches().reversed())
        refuses(.noQuestion(.motivation), branches(.motivation, [], [action("x")]))
        refuses(.noAction(.motivation), branches(.motivation, [question("a")], []))
        refuses(
            .questionTwice(SupportQuestionID(unchecked: "alliance")),
            branches(.motivation, [question("alliance")], [action("x")]))
        refuses(
            .actionTwice(SupportActionID(unchecked: "alliance")),
            branches(.motivation, [question("a")], [action("alliance")]))
        refuses(
            .leadsNowhere(from: first, to: first), branches(.motivation, [question("a", .ask(first))], [action("x")]))
        refuses(
            .leadsNowhere(from: first, to: second), branches(.motivation, [question("a", .ask(second))], [action("x")]))
        refuses(.neverAsked(second), branches(.motivation, [question("a"), question("b")], [action("x")]))
        // Backwards, which would never end.
        refuses(
            .leadsNowhere(from: second, to: first),
            branches(
                .motivation, [question("a", .ask(second)), question("b", .ask(first))], [action("x")]))
    }
}
