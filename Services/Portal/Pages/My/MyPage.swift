import Contracts
import Domain

/// The values of a client's own page.
struct MyPage {
    let sight: EpisodeSight
    let client: Visitor.Client
    let words: Words

    var values: [String: Any] {
        guard let own = sight.rater(client.participant) else { return [:] }
        let materials = RaterCourses(of: own, in: sight, voice: .client).materials
        var values: [String: Any] = ["hasCourses": !materials.isEmpty, "courses": materials.map(part)]
        if sight.partners.contains(where: { $0.id == own.id }) { values["joint"] = joint(own) }
        return values
    }

    private func part(_ material: CourseMaterial) -> [String: Any] {
        let query = "instrument=\(LocalAddress.escaped(material.instrument.reference.description))"
        let part = CoursePart(material: material, voice: .client, words: words, download: "/my/graph.svg?\(query)")
        return part.values.merging(["heading": material.instrument.title]) { own, _ in own }
    }

    private func joint(_ own: Participant) -> [String: Any] {
        let others = sight.partners.filter { $0.id != own.id }
        let agrees = sight.view.consentsToJointView(own.id)
        let waiting = others.filter { !sight.view.consentsToJointView($0.id) }
        let id: ConsentID = TimeOrderedIdentity.make(at: sight.now)
        return [
            "agrees": agrees, "next": agrees ? "no" : "yes", "id": id.description, "day": sight.today.description,
            "isAgreed": agrees && waiting.count < others.count, "isWaiting": agrees && waiting.count == others.count,
            "partnerAgrees": !agrees && waiting.count < others.count,
        ]
    }
}
