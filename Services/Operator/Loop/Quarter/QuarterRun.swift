import Contracts
import Domain
import Foundation
import LocalStack
import Outbound
import Persistence
import ServiceKit

/// A quarter in the life of a network: what happens is posted to real services at its time, people answer what they are
/// told, and the clock of all processes moves on to the next moment at which something happens or falls due.
///
/// The clock stands at full hours, and where danger is concerned at every fifth minute: what falls due between two such
/// moments is done at the later one.
final class QuarterRun {
    private static let usualMinutes: Int64 = 60
    private static let urgentMinutes: Int64 = 5
    /// Longest time for the programs to come to rest after one moment.
    private static let patience = Duration.seconds(120)

    private enum Event {
        case opening(Int)
        case session(Int, QuarterCourse.Session)
        case closure(Int)
        case departure
        case answer(QuarterNotice, QuarterAnswer.Step)
    }

    private let plan: QuarterPlan
    private let stack: LocalStack
    private let clock: SimulatedClock
    private let files: QuarterFiles
    private let calls: QuarterCalls
    private let connection: Connection
    /// By moment, in microseconds.
    private var events: [Int64: [Event]] = [:]
    /// Episodes in which something has happened since the last state in which nothing waited.
    private var touched: Set<EpisodeID> = []
    private var settled = QuarterState()
    private var heardUntil: Timestamp
    /// Alerts that somebody has decided about, with who did.
    private var decided: Set<String> = []
    private var gone: Set<String> = []
    private(set) var answers = QuarterAnswers()
    private(set) var moments = 0

    var posted: Int { calls.posted }

    init(_ plan: QuarterPlan, _ stack: LocalStack, _ clock: SimulatedClock, _ files: QuarterFiles) throws {
        self.plan = plan
        self.stack = stack
        self.clock = clock
        self.files = files
        calls = try QuarterCalls(stack)
        heardUntil = clock.now
        connection = try Connection(
            DatabaseSettings(
                url: stack.endpoints.database, role: "attune_operator", applicationName: "attune loop quarter"))
        schedulePlan()
    }

    deinit { connection.close() }

    // MARK: - The course of time

    func run(checkpoint: () throws -> Void) throws {
        try applyDirectory()
        var state = try settle()
        var bar = ProgressBar("simulating days", total: plan.last.daysSinceEpoch - plan.first.daysSinceEpoch + 1)
        defer { bar.end() }
        while let next = next(state), next < plan.end {
            try checkpoint()
            try clock.advance(to: next)
            for event in events.removeValue(forKey: next.microseconds) ?? [] { try carryOut(event, at: next) }
            state = try settle()
            try hear(at: next)
            moments += 1
            bar.advance(to: next.day.daysSinceEpoch - plan.first.daysSinceEpoch)
        }
        try clock.advance(to: plan.end)
        try settle()
        try waitForAudit()
    }

    /// The first moment at which something happens, or by which something has fallen due.
    private func next(_ state: QuarterState) -> Timestamp? {
        let due = state.nextDue.map { stop(from: $0, every: Self.usualMinutes) }
        let danger = state.nextDanger.map { stop(from: $0, every: Self.urgentMinutes) }
        return [events.keys.min().map { Timestamp(microseconds: $0) }, due, danger].compactMap { $0 }.min()
    }

    /// The same time or the next one at which the clock is set, and never one that has passed. It is set to a few seconds
    /// past the full hour, since what is set to wait until then does so by milliseconds more.
    private func stop(from time: Timestamp, every minutes: Int64) -> Timestamp {
        let step = minutes * 60_000_000
        let past: Int64 = 5_000_000
        return Timestamp(microseconds: (max(time, clock.now).microseconds - past + step - 1) / step * step + past)
    }

    private func schedule(_ event: Event, at time: Timestamp, isUrgent: Bool = false) {
        let moment = stop(from: time, every: isUrgent ? Self.urgentMinutes : Self.usualMinutes)
        events[moment.microseconds, default: []].append(event)
    }

    private func schedulePlan() {
        for (index, course) in plan.courses.enumerated() {
            let site = QuarterSite.all[course.site]
            guard let first = course.sessions.first, let last = course.sessions.last else { continue }
            schedule(.opening(index), at: site.time(on: first.day, hour: first.hour))
            for session in course.sessions {
                schedule(.session(index, session), at: site.time(on: session.day, hour: session.hour))
            }
            if course.closes { schedule(.closure(index), at: site.time(on: last.day, hour: last.hour, minute: 60)) }
        }
        schedule(.departure, at: plan.departure.at)
    }

    // MARK: - What happens

    private func carryOut(_ event: Event, at time: Timestamp) throws {
        switch event {
        case .opening(let index):
            let course = plan.courses[index]
            let site = QuarterSite.all[course.site]
            try post(course.opening(site.id, clinician: clinician(of: course, site)), of: course, site)
        case .session(let index, let session):
            let course = plan.courses[index]
            let site = QuarterSite.all[course.site]
            for command in course.commands(at: session, clinician: clinician(of: course, site)) {
                try post(command, of: course, site)
            }
        case .closure(let index):
            let course = plan.courses[index]
            try post(course.closure(), of: course, QuarterSite.all[course.site])
        case .departure:
            try depart(at: time)
        case .answer(let notice, let step):
            try answer(notice, step)
        }
    }

    private func post(_ command: SimulatedClinic.Command, of course: QuarterCourse, _ site: QuarterSite) throws {
        touched.insert(course.id)
        try calls.post(command, at: site.id)
    }

    private func clinician(of course: QuarterCourse, _ site: QuarterSite) -> String {
        let planned = site.clinicians[course.clinician]
        return gone.contains(planned) ? plan.departure.to : planned
    }

    /// Somebody leaves: their alerts and then their open episodes go to a colleague, and the directory forgets them.
    private func depart(at time: Timestamp) throws {
        let departure = plan.departure
        let site = QuarterSite.all[departure.site]
        _ = try calls.alerts(
            .post, "/assignments", as: site.supervisor, role: "supervisor", at: site.id,
            ["site": .text(site.id), "from": .string(departure.from), "to": .string(departure.to)])
        for course in plan.courses
        where course.site == departure.site && site.clinicians[course.clinician] == departure.from {
            guard let first = course.sessions.first, let last = course.sessions.last else { continue }
            let end = site.time(on: last.day, hour: last.hour, minute: 60)
            guard site.time(on: first.day, hour: first.hour) < time, !course.closes || end > time else { continue }
            try post(course.transfer(to: departure.to), of: course, site)
        }
        gone.insert(departure.from)
        try files.writeDirectory(without: gone)
        try applyDirectory()
    }

    private func applyDirectory() throws {
        try stack.runOperator(
            [
                "directory", "apply", files.directory.path, "--apply", "--by", "op-quarter", "--contact-key-file",
                stack.keys.contactKeys.path,
            ], logTo: "attune-directory")
    }

    // MARK: - People

    /// People learn of alerts by the messages that reach them, and decide what to do about each.
    private func hear(at time: Timestamp) throws {
        let notices = try QuarterNotice.since(heardUntil, on: connection)
        heardUntil = notices.last?.at ?? heardUntil
        for notice in notices where !gone.contains(notice.person) {
            guard let site = QuarterSite.all.first(where: { $0.id == notice.site }) else { continue }
            let isClinician = site.clinicians.contains(notice.person)
            // Others are told as well when an alert is raised, and leave it to the clinician until it is passed on.
            guard isClinician || notice.isPassedOn,
                decided.insert("\(notice.alert) \(notice.person)").inserted
            else { continue }
            var random = dice("\(notice.episode) \(notice.kind.rawValue) \(notice.person) \(site.localDay(notice.at))")
            let steps =
                isClinician
                ? QuarterAnswer.clinician(notice.kind, reviews: site.requiresReview, &random)
                : QuarterAnswer.standIn(notice.kind, reviews: site.requiresReview, &random)
            var moment = notice.at
            for (after, step) in steps {
                moment = moment.advanced(bySeconds: Int64(after) * 60)
                if notice.kind != .safety { moment = site.workingMoment(from: moment) }
                schedule(.answer(notice, step), at: moment, isUrgent: notice.kind == .safety)
            }
        }
    }

    private func answer(_ notice: QuarterNotice, _ step: QuarterAnswer.Step) throws {
        guard !gone.contains(notice.person) else { return }
        let alert = "\(notice.alert)"
        let person: String
        switch step {
        // Only a supervisor may.
        case .withdraw: person = QuarterSite.all.first { $0.id == notice.site }?.supervisor ?? notice.person
        case .open, .acknowledge, .review, .resolve: person = notice.person
        }
        let role = person.hasPrefix("c-") ? "clinician" : "supervisor"
        func call(_ what: String, _ body: JSON? = nil) throws -> (status: Int, json: JSON) {
            try calls.alerts(.post, "/\(alert)/\(what)", as: person, role: role, at: notice.site, body)
        }
        touched.insert(notice.episode)
        let result: (status: Int, json: JSON)
        switch step {
        case .open: result = try call("opening")
        case .acknowledge: result = try call("acknowledgement")
        case .review:
            var random = dice("\(notice.episode) \(notice.kind.rawValue) review")
            result = (try calls.review(alert, as: person, role: role, at: notice.site, &random), .null)
        case .resolve(let outcome): result = try call("resolution", ["outcome": .string(outcome.rawValue)])
        case .withdraw(let reason): result = try call("withdrawal", ["reason": .string(reason.rawValue)])
        }
        guard result.status == 200 else { return answers.noteTooLate() }
        let isOpened = if case .string? = result.json["openedBy"] { true } else { false }
        answers.note(step, of: alert, notice.kind, isOpened: isOpened)
    }

    private func dice(_ name: String) -> SplitMix64 {
        let digest = DerivedIdentity.digest(of: [Array("\(plan.seed)".utf8), Array(name.utf8)])
        return SplitMix64(seed: digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    // MARK: - Waiting for the programs

    @discardableResult
    private func settle() throws -> QuarterState {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            let state = try QuarterState(after: settled, touched: touched, on: connection)
            if state.isSettled {
                touched = []
                settled = state
                return state
            }
            guard ContinuousClock.now < deadline else { throw unsettled() }
            Pause.seconds(0.005)
        }
    }

    /// Until everything is in the audit log and signed. Messages that wait for their hour may still do so.
    private func waitForAudit() throws {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            var state = try PipelineState.read(connection)
            state.notNotified = 0
            if state.missing.isEmpty { return }
            guard ContinuousClock.now < deadline else { throw unsettled() }
            Pause.seconds(0.2)
        }
    }

    private func unsettled() -> any Error {
        let missing = (try? PipelineState.read(connection).missing) ?? []
        return QuarterCalls.Unexpected(
            description:
                "at \(clock.now) the services did not come to rest within \(Self.patience): "
                    + missing.joined(separator: "; ")
        )
    }
}
