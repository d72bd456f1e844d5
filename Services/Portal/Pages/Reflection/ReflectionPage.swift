import Domain

/// The values of `Template.reflection`. Figures become sentences with their denominators; none is called good or bad.
struct ReflectionPage {
    let practice: OwnPractice
    let isCut: Bool
    let words: Words

    var values: [String: Any] {
        let practise = self.practise
        var values: [String: Any] = [
            "isCut": isCut, "patterns": patterns, "practise": practise, "hasPractise": !practise.isEmpty,
        ]
        if let change = practice.change {
            let interval = change.effect.interval()
            values["effect"] = [
                "sentence": words(
                    "reflection.effect.sentence",
                    [
                        "value": hundredths(change.effect.value), "low": hundredths(interval.lower),
                        "high": hundredths(interval.upper), "count": words.integer(change.effect.cases),
                        "measure": change.instrument.title,
                    ]),
                "meaning": interval.contains(0) ? words["reflection.effect.chance"] : words["reflection.effect.beyond"],
            ]
        } else {
            let missing = OwnPractice.minimum - practice.closedCourses
            values["missing"] =
                missing > 0
                ? words(
                    "reflection.effect.missing", count: missing,
                    ["minimum": words.integer(OwnPractice.minimum), "there": words.integer(practice.closedCourses)])
                : words["reflection.effect.same"]
        }
        return values
    }

    private func hundredths(_ value: Double) -> String { words.signed(Int((value * 100).rounded()), denominator: 100) }

    private var patterns: [[String: String]] {
        let alliance = practice.firstAlliance
        return [
            pattern(words["reflection.early.title"], words["reflection.early.of"], practice.early),
            pattern(
                words["reflection.low.title"], words["reflection.low.of"], Proportion(alliance.low, of: alliance.total)),
            pattern(
                words["reflection.highest.title"], words["reflection.highest.of"],
                Proportion(alliance.highest, of: alliance.total)),
            pattern(words["reflection.discussed.title"], words["reflection.discussed.of"], practice.discussed),
        ]
    }

    private func pattern(_ title: String, _ of: String, _ proportion: Proportion) -> [String: String] {
        guard isEnough(proportion), let share = proportion.share, let interval = proportion.interval else {
            return [
                "title": title, "of": of,
                "value": words("reflection.few", numbers(proportion.total, OwnPractice.minimum, "minimum")),
            ]
        }
        func percent(_ share: Double) -> String { words.percent(Int((share * 100).rounded())) }
        return [
            "title": title, "of": of,
            "value": words(
                "reflection.share",
                [
                    "value": percent(share), "low": percent(interval.lowerBound), "high": percent(interval.upperBound),
                    "count": words.integer(proportion.count), "total": words.integer(proportion.total),
                ]),
        ]
    }

    private func numbers(_ count: Int, _ total: Int, _ name: String = "total") -> [String: String] {
        ["count": words.integer(count), name: words.integer(total)]
    }

    private func isEnough(_ proportion: Proportion) -> Bool { proportion.total >= OwnPractice.minimum }

    /// What the figures suggest to try, each where they say so and never as a verdict. The borders are Attune's own.
    private var practise: [[String: String]] {
        var hints: [[String: String]] = []
        func add(_ why: String, _ what: String) { hints.append(["why": why, "what": what]) }
        let (discussed, early, alliance) = (practice.discussed, practice.early, practice.firstAlliance)
        if isEnough(discussed), discussed.count * 5 < discussed.total * 4 {
            add(
                words("reflection.practise.discussWhy", numbers(discussed.total - discussed.count, discussed.total)),
                words["reflection.practise.discuss"])
        }
        if isEnough(early), early.count * 2 < early.total {
            add(
                words("reflection.practise.earlyWhy", numbers(early.total - early.count, early.total)),
                words["reflection.practise.early"])
        }
        if alliance.total >= OwnPractice.minimum {
            if alliance.highest * 2 >= alliance.total {
                add(
                    words("reflection.practise.highestWhy", numbers(alliance.highest, alliance.total)),
                    words["reflection.practise.highest"])
            }
            if alliance.low * 3 >= alliance.total {
                add(
                    words("reflection.practise.lowWhy", numbers(alliance.low, alliance.total)),
                    words["reflection.practise.low"])
            }
        }
        return hints
    }
}
