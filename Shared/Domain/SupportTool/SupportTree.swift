/// The whole decision tree of the clinical support tool, in a version that every review names.
public struct SupportTree: Hashable, Sendable {
    public let version: String
    /// One for each domain, in their order.
    public let branches: [SupportBranch]

    /// A site's own tree, checked.
    /// - Throws: `SupportTreeProblem`.
    public init(version: String, branches: [SupportBranch]) throws(SupportTreeProblem) {
        try Self.check(branches)
        self.init(checked: version, branches)
    }

    init(checked version: String, _ branches: [SupportBranch]) {
        self.version = version
        self.branches = branches
    }

    public func action(_ id: SupportActionID) -> SupportAction? {
        branches.lazy.flatMap(\.actions).first { $0.id == id }
    }

    public func question(_ id: SupportQuestionID) -> SupportQuestion? {
        branches.lazy.flatMap(\.questions).first { $0.id == id }
    }

    /// The domain an action belongs to; nil for an action of another tree.
    public func domain(of action: SupportActionID) -> SupportDomain? {
        branches.first { $0.actions.contains { $0.id == action } }?.domain
    }

    private static func check(_ branches: [SupportBranch]) throws(SupportTreeProblem) {
        guard branches.map(\.domain) == SupportDomain.allCases else { throw .domainsNotInOrder }
        var questions: Set<SupportQuestionID> = []
        var actions: Set<SupportActionID> = []
        for branch in branches {
            guard !branch.questions.isEmpty else { throw .noQuestion(branch.domain) }
            guard !branch.actions.isEmpty else { throw .noAction(branch.domain) }
            for action in branch.actions where !actions.insert(action.id).inserted {
                throw .actionTwice(action.id)
            }
            for question in branch.questions where !questions.insert(question.id).inserted {
                throw .questionTwice(question.id)
            }
            try checkSteps(of: branch)
        }
    }

    /// Steps lead forwards within the branch, so that every way through it ends; and every question can be
    /// reached.
    private static func checkSteps(of branch: SupportBranch) throws(SupportTreeProblem) {
        var reached: Set<SupportQuestionID> = []
        for (place, question) in branch.questions.enumerated() {
            guard place == 0 || reached.contains(question.id) else { throw .neverAsked(question.id) }
            let later = branch.questions[(place + 1)...].map(\.id)
            for answer in SupportAnswer.allCases {
                guard case .ask(let next) = question.step(after: answer) else { continue }
                guard later.contains(next) else { throw .leadsNowhere(from: question.id, to: next) }
                reached.insert(next)
            }
        }
    }
}

/// Why a site's tree is refused.
public enum SupportTreeProblem: Error, Hashable, Sendable {
    /// There must be one branch for each domain, in the order of `SupportDomain`.
    case domainsNotInOrder
    case noQuestion(SupportDomain)
    case noAction(SupportDomain)
    case questionTwice(SupportQuestionID)
    case actionTwice(SupportActionID)
    /// A step must lead to a later question of its own branch.
    case leadsNowhere(from: SupportQuestionID, to: SupportQuestionID)
    case neverAsked(SupportQuestionID)
}
