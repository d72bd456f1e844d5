import Catalogue
import Contracts
import Domain

/// How each who rates would like the work to be, and whether it is so: the values of `Template.preferences`.
///
/// An aid to a talk, no measurement: no course, no norm, nothing that gets better or worse.
struct PreferencesPart {
    let sight: EpisodeSight
    let catalogue: Catalogue
    /// Wordings that the site has loaded.
    let texts: TextLibrary
    let words: Words

    /// Nil where the catalogue has no inventory of preferences.
    var values: [String: Any]? {
        guard let inventory = catalogue.preferenceInventory else { return nil }
        let wording = MeasureWording(of: inventory.reference, in: words.language, from: texts)?.texts
        return [
            "people": sight.view.participants.map(person), "inventory": inventory.title,
            "scales": PreferenceScale.allCases.map { scale in
                ["value": scale.rawValue, "name": words.scale(scale), "items": scale.items.map { item($0, wording) }]
                    as [String: Any]
            },
            "isWorded": wording != nil, "copyright": wording?.copyright.map { [$0] } ?? [],
            "leans": PreferenceLean.allCases.map { ["value": $0.rawValue, "name": words.lean($0)] },
            "agreements": PreferenceAgreement.allCases.map { ["value": $0.rawValue, "name": words.agreement($0)] },
            "followings": Accommodation.allCases.map { ["value": $0.rawValue, "name": words.following($0)] },
        ]
    }

    private func item(_ number: Int, _ wording: InstrumentTexts?) -> [String: Any] {
        var values: [String: Any] = ["number": number]
        if let wording, let item = wording.items.first(where: { $0.item == number }) {
            values["text"] = ["words": item.text, "language": wording.language.text]
        }
        return values
    }

    private func person(_ rater: Participant) -> [String: Any] {
        let newest = sight.view.preferences.last { $0.participant == rater.id }
        let profile = newest.flatMap { try? PreferenceInventory.cooperNorcross.score($0.answers) }
        let reviewed = PreferenceScale.allCases.contains { review($0, of: rater.id) != nil }
        var values: [String: Any] = ["name": words.rater(rater), "isKnown": newest != nil || reviewed]
        if let newest { values["asked"] = words("preference.answered", ["day": words.day(newest.day)]) }
        values["rows"] = PreferenceScale.allCases.map { row($0, profile?[$0], of: rater.id) }
        return values
    }

    private func row(_ scale: PreferenceScale, _ result: PreferenceResult?, of rater: ParticipantID) -> [String: Any] {
        var values: [String: Any] = ["scale": words.scale(scale)]
        switch result {
        case .scored(_, let lean):
            values["said"] = words.said(lean, on: scale)
            values["isStrong"] = lean != .notStrong
        case .incomplete: values["said"] = words["preference.incomplete"]
        case nil: values["said"] = "\u{2013}"
        }
        guard let review = review(scale, of: rater)?.accommodation else { return values }
        values["agreed"] = words(
            "preference.agreedOn",
            [
                "asked": words.said(review.asked, on: scale), "agreed": words.agreement(review.agreed),
                "day": words.day(review.day),
            ])
        values["following"] = words.following(review.accommodated)
        values["tone"] =
            switch review.accommodated {
            case .yes: "good"
            case .partly: "watch"
            case .no: "act"
            }
        return values
    }

    private func review(_ scale: PreferenceScale, of rater: ParticipantID) -> PreferenceReviewed? {
        sight.view.preferenceReviews.last { $0.participant == rater && $0.accommodation.scale == scale }
    }
}

extension Catalogue {
    /// The inventory that asks for preferences; nil where there is none.
    var preferenceInventory: Instrument? { instruments.first { $0.purpose == .preferences } }
}

extension Words {
    /// A scale by its two poles.
    func scale(_ scale: PreferenceScale) -> String {
        switch scale {
        case .directiveness: self["preference.scale.directiveness"]
        case .emotion: self["preference.scale.emotion"]
        case .time: self["preference.scale.time"]
        case .support: self["preference.scale.support"]
        }
    }

    func lean(_ lean: PreferenceLean) -> String {
        switch lean {
        case .strongFirst: self["preference.lean.first"]
        case .notStrong: self["preference.lean.none"]
        case .strongSecond: self["preference.lean.second"]
        }
    }

    /// What somebody prefers on a scale, in words.
    func said(_ lean: PreferenceLean, on scale: PreferenceScale) -> String {
        switch (scale, lean) {
        case (_, .notStrong): self["preference.lean.none"]
        case (.directiveness, .strongFirst): self["preference.pole.therapistLed"]
        case (.directiveness, .strongSecond): self["preference.pole.clientLed"]
        case (.emotion, .strongFirst): self["preference.pole.intense"]
        case (.emotion, .strongSecond): self["preference.pole.reserved"]
        case (.time, .strongFirst): self["preference.pole.past"]
        case (.time, .strongSecond): self["preference.pole.present"]
        case (.support, .strongFirst): self["preference.pole.support"]
        case (.support, .strongSecond): self["preference.pole.challenge"]
        }
    }

    func agreement(_ agreement: PreferenceAgreement) -> String {
        switch agreement {
        case .follow: self["preference.agreement.follow"]
        case .meetHalfway: self["preference.agreement.meetHalfway"]
        case .tryOut: self["preference.agreement.tryOut"]
        case .keepAndExplain: self["preference.agreement.keepAndExplain"]
        case .refer: self["preference.agreement.refer"]
        case .open: self["preference.agreement.open"]
        }
    }

    func following(_ accommodation: Accommodation) -> String {
        switch accommodation {
        case .yes: self["preference.following.yes"]
        case .partly: self["preference.following.partly"]
        case .no: self["preference.following.no"]
        }
    }
}
