import ArgumentParser
import Catalogue
import Domain
import Persistence
import ServiceKit

/// `attune loop fidelity`: how far work followed feedback, by site and team.
struct FidelityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fidelity",
        abstract: "Count by site and team how many sessions of a month were measured and talked about.",
        discussion: """
            Of the sessions held on days of the month: how many have a client's rating of outcome and of alliance; of \
            those with either, in how many a rating was talked about with the client; and how many alerts about courses \
            that were raised in the month (UTC) have a completed support review. Corrected and withdrawn ratings count as \
            they stand now.

            Never by therapist: a team or service with a single clinician is told with its site only, and where it would \
            be the difference between the site and the others, another with it. In alphabetical order, never as a \
            ranking; small numbers are shown without percentages. These are figures to talk about, not measures of people.

            Status 0: shown; 2: ledger, bundle or catalogue cannot be read; 64: the arguments cannot be meant.
            """)

    @Option(help: "The month, YYYY-MM.")
    var month: String

    @Option(help: "Group by team (of the directory) or service (of the episode); with --bundle always service.")
    var by = "team"

    @Option(help: "Show percentages only of so many or more.")
    var minimum = 10

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var episodes: FollowedEpisodes

    func validate() throws {
        guard CalendarMonth(month) != nil else {
            throw ValidationError("--month: \(month) is not a month such as 2026-09.")
        }
        guard FidelityReport.Grouping(rawValue: by) != nil else { throw ValidationError("--by: team or service.") }
        guard (1...10_000).contains(minimum) else { throw ValidationError("--minimum: from 1 to 10000.") }
    }

    func run() throws {
        guard let month = CalendarMonth(month), let grouping = FidelityReport.Grouping(rawValue: by) else { return }
        let text = try episodes.carryOut("fidelity") {
            var report = FidelityReport(
                month, by: episodes.bundle == nil ? grouping : .service, teams: try episodes.teams())
            // A clinic's day may be a day ahead of that in UTC, and a session counts from the day behind it.
            try episodes.forEach("reading episodes", ahead: 2) { episode, _ in report.add(episode) }
            return FidelityText(report: report, minimum: minimum)
        }
        if json {
            print(String(decoding: text.json.encoded, as: UTF8.self))
        } else {
            for line in text.lines { print(line) }
        }
    }
}

/// The episodes that a command follows, and where it reads them.
struct FollowedEpisodes: ParsableArguments {
    @Option(help: "One site; default: all.")
    var site: String?

    @Option(help: "Read an exported bundle, the folder with events.ndjson, instead of the ledger.")
    var bundle: String?

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var figures: ModelOptions

    func validate() throws {
        if let site { _ = try SiteID(argument: site) }
    }

    /// Says what went wrong, and ends with status 2.
    func carryOut<Result>(_ command: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as ValidationError {
            throw error
        } catch {
            note("attune loop \(command): \(error)")
            throw ExitCode(2)
        }
    }

    /// - Parameters:
    ///   - ahead: days behind that of the newest event in UTC, of which each episode is seen.
    ///   - body: given each episode, and that day.
    func forEach(_ title: String, ahead: Int = 0, _ body: (FollowedEpisode, CalendarDay) throws -> Void) throws {
        let catalogue = try figures.loadCatalogue()
        let source = try source()
        guard let today = try source.newest()?.day.advanced(byDays: ahead) else { return }
        let wanted = site.flatMap { SiteID($0) }
        var bar = ProgressBar(title, total: ProgressBar.share)
        defer { bar.end() }
        try source.forEachEpisode {
            bar.advance(to: ProgressBar.share($0, of: $1))
        } _: { record in
            guard let found = record.events.first?.site, wanted.map({ $0 == found }) ?? true else { return }
            if let episode = try FollowedEpisode(record, catalogue: catalogue, asOf: today) { try body(episode, today) }
        }
    }

    private func source() throws -> any EventSource {
        guard let bundle else {
            return LedgerSource(connection: try database.connect(), categories: [.episode, .alert])
        }
        return try BundleSource(folder: bundle)
    }

    /// Teams of the directory by person; none from a bundle, which holds no directory.
    func teams() throws -> [String: String] {
        bundle == nil ? try Self.teams(on: database.connect()) : [:]
    }

    static func teams(on connection: Connection) throws -> [String: String] {
        var teams: [String: String] = [:]
        for row in try connection.run("select person_id, team from published.directory_person where team is not null") {
            teams[try row.text(0)] = try row.text(1)
        }
        return teams
    }
}
