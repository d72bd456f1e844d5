import Domain

/// The courses of two partners side by side, or whose consent is missing.
struct JointPage {
    let sight: EpisodeSight
    let words: Words
    /// The two; what a page calls them.
    let pair: (first: Participant, second: Participant)
    let names: (first: String, second: String)

    /// The values of `Template.joint`.
    var values: [String: Any] {
        do throws(JointViewRefusal) {
            let view = try JointView(sight.view, pair.first.id, pair.second.id)
            return ["graphs": graphs(view), "isAgreed": true]
        } catch {
            return ["isAgreed": false, "missing": missing]
        }
    }

    var isAgreed: Bool {
        sight.view.consentsToJointView(pair.first.id) && sight.view.consentsToJointView(pair.second.id)
    }

    private var missing: String {
        let missing = [(pair.first, names.first), (pair.second, names.second)]
            .filter { !sight.view.consentsToJointView($0.0.id) }.map(\.1)
        return words("episode.joint.missing", count: missing.count, ["who": missing.joined(separator: ", ")])
    }

    private func graphs(_ view: JointView) -> [[String: Any]] {
        Set(view.first.courses.keys).intersection(view.second.courses.keys).sorted().compactMap { instrument in
            guard let basis = view.first.courses[instrument]?.basis, basis.instrument.purpose == .outcome,
                let chart = JointChart(view, on: instrument, names: names, words: words)
            else { return nil }
            return [
                "heading": basis.instrument.title, "graph": chart.markup, "sentence": chart.sentence,
                "first": names.first, "second": names.second, "rows": rows(view, instrument),
            ]
        }
    }

    /// The same as a table: a row for each session.
    private func rows(_ view: JointView, _ instrument: InstrumentReference) -> [[String: String]] {
        let courses = [view.first.courses[instrument], view.second.courses[instrument]]
        let sessions = Set(courses.flatMap { $0?.trajectory.points.map(\.rating.session) ?? [] }).sorted()
        return sessions.map { session in
            let scores = courses.map { course in
                course.flatMap { course in
                    course.trajectory.points.last { $0.rating.session == session }
                        .map { words.score($0.rating.score, course.basis.instrument) }
                } ?? "\u{2013}"
            }
            return ["session": words.integer(session), "first": scores[0], "second": scores[1]]
        }
    }
}
