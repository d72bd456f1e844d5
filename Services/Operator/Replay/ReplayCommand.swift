import ArgumentParser
import Catalogue
import Domain
import Persistence
import ServiceKit

/// `attune replay`: the past from the ledger alone, or from a bundle without the system.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Show what was known and said of an episode at a time, or re-score the whole history and report what differs.",
        discussion: """
            --episode shows one episode as it stood --as-of a time: its events, every course with scores, expected values, \
            states and the rules that spoke, by the norm sets and models that held then, and what had become of its alerts \
            and notifications. Prints scores: not for logs.

            --all --diff scores every episode again and compares: recorded alerts must follow from the ledger to their \
            ids, and alerts that the rules call for must be recorded; where a bundle brings its audit leaves, every \
            trajectory event is made again and compared byte for byte. With --model also what another model would have \
            said. Writes nothing but the files of --out, publishes nothing, and prints no scores.

            Reads the ledger's published view, or with --bundle the files of an export: no database is needed then. The \
            catalogue must hold the figures of the time.

            Status 0: shown, or nothing differs; 1: something differs, or there is no such episode; 2: ledger, bundle or \
            catalogue cannot be read; 64: the arguments cannot be meant.
            """)

    @Option(help: "The episode to show.")
    var episode: String?

    @Option(help: "Show it as recorded by this time, RFC 3339, e.g. 2026-03-01T09:30:00Z; default: all that is recorded.")
    var asOf: String?

    @Flag(help: "Replay every episode.")
    var all = false

    @Flag(help: "Report where record and replay differ (with --all).")
    var diff = false

    @Option(help: "Score with this model too, ID@VERSION, wherever it speaks; default: only the ones that held.")
    var model: String?

    @Option(help: "Only episodes of this site (with --all).")
    var site: String?

    @Option(help: "Folder for differences.ndjson and summary.json (with --all).")
    var out: String?

    @Option(help: "Read an exported bundle, the folder with events.ndjson, instead of the ledger.")
    var bundle: String?

    @Option(help: "File with the alert policy of sites without one of their own; default: ATTUNE_ALERT_POLICY_FILE.")
    var policy: String?

    @Option(help: "Folder with the policies of sites that have their own; default: ATTUNE_ALERT_POLICY_DIR.")
    var policies: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var figures: ModelOptions

    func validate() throws {
        if let episode {
            guard EpisodeID(episode) != nil else { throw ValidationError("\(episode) is not an episode's id.") }
            guard !all, !diff, site == nil, out == nil else {
                throw ValidationError("--all, --diff, --site and --out go together, --episode stands alone.")
            }
        } else {
            guard all, diff else { throw ValidationError("Give --episode ID, or --all --diff.") }
            guard asOf == nil else { throw ValidationError("--as-of goes with --episode.") }
        }
        if let asOf, Timestamp(asOf) == nil { throw ValidationError("\(asOf) is not a time such as 2026-03-01T09:30:00Z.") }
        if let site { _ = try SiteID(argument: site) }
    }

    func run() throws {
        let differs: Bool
        do {
            let catalogue = try figures.loadCatalogue()
            let chosen = try model.map { ReplayBases(catalogue, model: try catalogue.model(named: $0)) }
            let source = try source()
            if let episode = episode.flatMap({ EpisodeID($0) }) {
                differs = try !show(episode, source, ReplayBases(catalogue), chosen)
            } else {
                differs = try compare(source, ReplayBases(catalogue), chosen)
            }
        } catch let error as ValidationError {
            throw error
        } catch {
            note("attune replay: \(error)")
            throw ExitCode(2)
        }
        if differs { throw ExitCode(1) }
    }

    private func source() throws -> any EventSource {
        guard let bundle else { return LedgerSource(connection: try database.connect()) }
        var bar = ProgressBar("reading the bundle", total: ProgressBar.share)
        defer { bar.end() }
        return try BundleSource(folder: bundle) { bar.advance(to: ProgressBar.share($0, of: $1)) }
    }

    /// False where nothing was recorded of the episode.
    private func show(
        _ episode: EpisodeID, _ source: any EventSource, _ held: ReplayBases, _ chosen: ReplayBases?
    ) throws -> Bool {
        let standing = try EpisodeStanding(
            source.episode(episode), asOf: asOf.flatMap { Timestamp($0) }, held: held, chosen: chosen)
        guard !standing.replay.record.events.isEmpty else {
            note("attune replay: nothing was recorded of this episode by then; correct its id or the time")
            return false
        }
        if json {
            print(String(decoding: standing.json.encoded, as: UTF8.self))
        } else {
            for line in StandingText(standing: standing).lines { print(line) }
        }
        return true
    }

    /// True where something differs.
    private func compare(_ source: any EventSource, _ held: ReplayBases, _ chosen: ReplayBases?) throws -> Bool {
        let policies = try LivePolicy(
            file: policy ?? OperatorEnvironment.text("ATTUNE_ALERT_POLICY_FILE"),
            folder: self.policies ?? OperatorEnvironment.text("ATTUNE_ALERT_POLICY_DIR"))
        let files = try out.map { try DifferenceFiles(folder: $0) }
        var replay = HistoryReplay(
            held: held, chosen: chosen, raisedKinds: { policies.policy(of: $0).raisedKinds },
            site: site.flatMap { SiteID($0) }, settled: HistoryReplay.settled(try source.newest())
        ) { try files?.add($0) }
        var bar = ProgressBar("replaying", total: ProgressBar.share)
        defer { bar.end() }
        try source.forEachEpisode { bar.advance(to: ProgressBar.share($0, of: $1)) } _: { try replay.add($0) }
        try files?.finish(replay.report.json)
        print(json ? String(decoding: replay.report.json.encoded, as: UTF8.self) : replay.report.text)
        return replay.report.hasDifferences
    }
}

extension HistoryReplay {
    /// An alert follows its cause within seconds; what is younger than this may still be on its way.
    private static let lag: Int64 = 60

    static func settled(_ newest: Timestamp?) -> Timestamp {
        newest?.advanced(bySeconds: -lag) ?? Timestamp(microseconds: .max)
    }
}

extension ProgressBar {
    /// What stands for the whole, where counts are not known before.
    static let share = 1000

    static func share(_ done: Int, of total: Int) -> Int { total > 0 ? done * share / total : share }
}

extension Catalogue {
    /// The model that an argument names, whatever instrument it belongs to.
    fileprivate func model(named text: String) throws -> ExpectedResponseModel {
        let name = try VersionedName(text, example: "ors-own@2026-1")
        for instrument in instruments {
            for model in models(for: instrument.reference)
            where model.reference.id.text == name.id && model.reference.version == name.version { return model }
        }
        throw ValidationError("The catalogue has no model \(text).")
    }
}
