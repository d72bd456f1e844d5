/// What became of a preference: what the client asked for, what was agreed, and whether the work followed it.
///
/// Work that follows strong preferences ends early about half as often and goes slightly better, d about .28
/// (Swift and others 2018; clinical-reference 1.2.16).
public struct PreferenceAccommodation: Hashable, Sendable {
    public let scale: PreferenceScale
    /// As the client said it in the talk, which may differ from what the answers summed to.
    public let asked: PreferenceLean
    public let agreed: PreferenceAgreement
    public let accommodated: Accommodation
    /// Who recorded it: an opaque directory id.
    public let recordedBy: String
    public let day: CalendarDay

    public init(
        scale: PreferenceScale, asked: PreferenceLean, agreed: PreferenceAgreement, accommodated: Accommodation,
        recordedBy: String, day: CalendarDay
    ) {
        self.scale = scale
        self.asked = asked
        self.agreed = agreed
        self.accommodated = accommodated
        self.recordedBy = recordedBy
        self.day = day
    }
}

/// What client and clinician agreed on. A choice instead of free text: what was said belongs in the clinical
/// record and not here.
public enum PreferenceAgreement: String, Hashable, Sendable, CaseIterable {
    /// Work as the client prefers.
    case follow
    /// Meet in between.
    case meetHalfway = "meet_halfway"
    /// Try the preferred way for some sessions and then decide.
    case tryOut = "try_out"
    /// Go on as before, with the reasons explained and heard.
    case keepAndExplain = "keep_and_explain"
    /// See another clinician or service who works that way.
    case refer
    /// Talked about, nothing agreed yet.
    case open
}

public enum Accommodation: String, Hashable, Sendable, CaseIterable {
    case yes, partly, no
}

/// When preferences are to be talked about again: they change as the work goes on.
public struct PreferenceReviewPlan: Hashable, Sendable {
    /// Days after the inventory was filled in; the site's own choice, nothing is published.
    public let daysUntilReview: Int

    /// Nil below one day.
    public init?(daysUntilReview: Int) {
        guard daysUntilReview >= 1 else { return nil }
        self.daysUntilReview = daysUntilReview
    }

    public func due(answeredOn day: CalendarDay) -> CalendarDay {
        CalendarDay(daysSinceEpoch: day.daysSinceEpoch + daysUntilReview)
    }

    public func isDue(on today: CalendarDay, answeredOn day: CalendarDay) -> Bool {
        today >= due(answeredOn: day)
    }
}

extension Sequence<PreferenceAccommodation> {
    /// How many preferences were followed, fully, in part or not at all, of all that were recorded.
    public func share(_ accommodation: Accommodation) -> Share {
        var count = 0
        var total = 0
        for entry in self {
            total += 1
            if entry.accommodated == accommodation { count += 1 }
        }
        return Share(count, of: total)
    }
}
