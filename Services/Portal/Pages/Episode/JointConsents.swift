import Contracts
import Domain

/// Whether partners agree to see their courses side by side, and whose word is missing.
struct JointConsents {
    private let sight: EpisodeSight
    private let words: Words

    init(_ sight: EpisodeSight, words: Words) {
        self.sight = sight
        self.words = words
    }

    /// The values of `Template.consents`.
    func values(address: String, canRecord: Bool) -> [String: Any] {
        let missing = missing
        var values: [String: Any] = [
            "isAgreed": missing.isEmpty, "path": "\(address)/joint", "action": "\(address)/consent",
            "canRecord": canRecord,
            "partners": sight.partners.map { partner -> [String: Any] in
                let agrees = sight.view.consentsToJointView(partner.id)
                let id: ConsentID = TimeOrderedIdentity.make(at: sight.now)
                return [
                    "name": words.rater(partner), "participant": partner.id.description, "agrees": agrees,
                    "next": agrees ? "no" : "yes", "id": id.description, "day": sight.today.description,
                ]
            },
        ]
        if !missing.isEmpty { values["missing"] = sentence(missing) }
        return values
    }

    /// Those who have not agreed, or agree no longer.
    var missing: [Participant] { sight.partners.filter { !sight.view.consentsToJointView($0.id) } }

    /// Whose consent is missing, in words.
    func sentence(_ missing: [Participant]) -> String {
        words("episode.joint.missing", count: missing.count, ["who": missing.map(words.rater).joined(separator: ", ")])
    }
}
